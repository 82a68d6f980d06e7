"""List every pair that a market allows, with its points and their parts."""

from collections.abc import Iterator
from dataclasses import dataclass

from marktplatz.errors import Finding, Place, Severity
from marktplatz.exchange.score_file import ScoredPair
from marktplatz.market import Entry, Market
from marktplatz.matching.gather import Gathered
from marktplatz.matching.scoring.analysis import find_concepts, text_of
from marktplatz.matching.scoring.lexicon import extend_lexicon, load_lexicon
from marktplatz.matching.scoring.money import find_money_words
from marktplatz.plan import TableCut
from marktplatz.usecases.cut import describe_cut


@dataclass(frozen=True, slots=True)
class ScoreList:
    """The eligible pairs of a market, by offer, then need; `table_cut` tells if the market was too large for all of them."""

    pairs: Iterator[ScoredPair]
    table_cut: TableCut | None


def list_scores(gathered: Gathered, *, language: str = "de") -> ScoreList:
    """The pairs are made one by one as they are asked for."""
    return ScoreList(_list_pairs(gathered), describe_cut(gathered, language))


def _list_pairs(gathered: Gathered) -> Iterator[ScoredPair]:
    problem, scores = gathered.problem, gathered.scores
    names = [criterion.value for criterion in scores.criteria]
    for row in problem.eligible.nonzero()[0].tolist():
        pair = problem.pair(row)
        yield ScoredPair(pair.offer, pair.need, pair.points, dict(zip(names, scores.parts[row].tolist(), strict=True)))


def find_money_entries(market: Market) -> list[Finding]:
    """A warning for every entry that speaks of money; money is taboo on a Marktplatz."""
    lists = (("offers", market.offers), ("needs", market.needs))
    return [
        Finding("money_words", Place(sheet=sheet), {"id": entry.id, "words": ", ".join(words)}, Severity.WARNING)
        for sheet, entries in lists
        for entry in entries
        if (words := find_money_words(text_of(entry)))
    ]


def find_vague_entries(market: Market) -> list[Entry]:
    """Entries in which no concept was found: they can only be compared letter by letter."""
    lexicon = extend_lexicon(load_lexicon(), market.concepts)
    return [entry for entry in (*market.offers, *market.needs) if not find_concepts(lexicon, text_of(entry))]
