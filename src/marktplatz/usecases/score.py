"""List every pair that a market allows, with its points and their parts."""

from collections.abc import Iterator

from marktplatz.exchange.score_file import ScoredPair
from marktplatz.market import Market
from marktplatz.matching.gather import gather


def list_scores(market: Market) -> Iterator[ScoredPair]:
    """The eligible pairs of a market, by offer, then need."""
    gathered = gather(market)
    problem, scores = gathered.problem, gathered.scores
    names = [criterion.value for criterion in scores.criteria]
    for row in problem.eligible.nonzero()[0].tolist():
        pair = problem.pair(row)
        yield ScoredPair(pair.offer, pair.need, pair.points, dict(zip(names, scores.parts[row].tolist(), strict=True)))
