"""What could make an entry easier to place, said while somebody writes it: two hints at a time, none of them an error."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from marktplatz.errors import Finding, Severity
from marktplatz.market import Entry, MarketConcept
from marktplatz.matching.scoring.analysis import find_concepts, text_of
from marktplatz.matching.scoring.hints import HintKind, Hints, fill_from_text
from marktplatz.matching.scoring.lexicon import extend_lexicon, load_lexicon
from marktplatz.matching.scoring.money import find_money_words

MAX_HINTS: Final = 2
MUCH_WORK: Final = 90
"""Hours in all, people times hours: the engine's score for little work has half gone by then (`scoring.ease`)."""
MANY_PEOPLE: Final = 25
LARGE_AREA: Final = 200
FEW_LETTERS: Final = 8
"""Whoever has typed less is not done yet, and is not interrupted."""
GAP: Final = "…"
"""What templates leave for the author to fill in."""
_AREA: Final = re.compile(r"m²|qm|quadratmeter|m2", re.IGNORECASE)
_MAX_READ: Final = 3


@dataclass(frozen=True, slots=True)
class EntryHints:
    """`read` are the words of the text that were understood as people, hours, dates or places, in their order."""

    hints: tuple[Finding, ...]
    read: tuple[str, ...]


def find_hints(entry: Entry, market_day: date | None, concepts: Iterable[MarketConcept] = ()) -> EntryHints:
    """The most important first: money, gaps of a template, too much at once, unclear, no date."""
    text = text_of(entry).strip()
    if len(text) < FEW_LETTERS:
        return EntryHints((), ())
    filled, read = fill_from_text(entry, market_day)
    hints = tuple(_find(filled, text, read, tuple(concepts)))[:MAX_HINTS]
    words = dict.fromkeys(" ".join(hint.words.split()) for hint in read.found)
    return EntryHints(hints, tuple(words)[:_MAX_READ])


def _find(entry: Entry, text: str, read: Hints, concepts: tuple[MarketConcept, ...]) -> Iterator[Finding]:
    if words := find_money_words(text):
        yield Finding("hint_money", params={"words": ", ".join(words)}, severity=Severity.WARNING)
    if GAP in text:
        yield Finding("hint_gap", severity=Severity.WARNING)
    if (entry.people or 1) * (entry.hours or 0) > MUCH_WORK or (entry.people or 0) > MANY_PEOPLE or _is_large_area(entry, read):
        yield Finding("hint_too_big", severity=Severity.WARNING)
    lexicon = extend_lexicon(load_lexicon(), concepts) if concepts else load_lexicon()
    if not find_concepts(lexicon, text):
        yield Finding("hint_too_vague", severity=Severity.WARNING)
    if entry.from_on is None and entry.to_on is None and not read.weekdays:
        yield Finding("hint_no_date", severity=Severity.WARNING)


def _is_large_area(entry: Entry, read: Hints) -> bool:
    is_area = any(hint.kind is HintKind.QUANTITY and _AREA.search(hint.words) for hint in read.found)
    return is_area and (entry.quantity or 0) > LARGE_AREA
