"""What is incomplete or doubtful about entries: as findings, warnings all of them, for a list of people to call."""

from collections.abc import Iterator
from dataclasses import dataclass

from marktplatz.errors import Finding, Place, Severity
from marktplatz.market import Entry, Market
from marktplatz.matching.scoring.analysis import find_concepts, text_of
from marktplatz.matching.scoring.hints import fill_from_text
from marktplatz.matching.scoring.lexicon import Lexicon, extend_lexicon, load_lexicon
from marktplatz.matching.scoring.money import find_money_words
from marktplatz.vocabulary import CategoryKind, EntrySide


@dataclass(frozen=True, slots=True)
class DoubtfulEntry:
    """An entry with all that its owner should be asked about."""

    side: EntrySide
    id: str
    label: str
    organisation: str
    findings: tuple[Finding, ...]


def find_doubtful_entries(market: Market) -> tuple[DoubtfulEntry, ...]:
    """Entries that lack something or speak of money, those with the most findings first, then offers, then by id."""
    lexicon = extend_lexicon(load_lexicon(), market.concepts)
    found = [
        DoubtfulEntry(side, entry.id, entry.label, entry.organisation, findings)
        for side, entries in ((EntrySide.OFFER, market.offers), (EntrySide.NEED, market.needs))
        for entry in entries
        if (findings := tuple(find_entry_doubts(market, side, entry, lexicon)))
    ]
    return tuple(sorted(found, key=lambda each: (-len(each.findings), each.side is EntrySide.NEED, each.id)))


def find_entry_doubts(market: Market, side: EntrySide, entry: Entry, lexicon: Lexicon) -> Iterator[Finding]:
    """No category, days, size or text of its own; nothing recognised; words for money. What the text says is not missing."""
    read, _ = fill_from_text(entry, market.market.date)
    params = {"title": entry.label}
    if market.kind_of(entry) is CategoryKind.OPEN:
        yield Finding("entry_without_category", _at(side, "category"), params, Severity.WARNING)
    if read.from_on is None and read.to_on is None:
        yield Finding("entry_without_date", _at(side, "from"), params, Severity.WARNING)
    if read.people is None and read.hours is None and read.quantity is None:
        yield Finding("entry_without_size", _at(side, "people"), params, Severity.WARNING)
    if not (entry.text or "").strip():
        yield Finding("entry_without_text", _at(side, "text"), params, Severity.WARNING)
    text = text_of(entry)
    if not find_concepts(lexicon, text):
        yield Finding("entry_too_vague", _at(side, "title"), params, Severity.WARNING)
    if words := find_money_words(text):
        yield Finding("money_words", _at(side, "text"), {"id": entry.id, "words": ", ".join(words)}, Severity.WARNING)


def _at(side: EntrySide, field: str) -> Place:
    return Place(sheet=f"{side.value}s", field=field)
