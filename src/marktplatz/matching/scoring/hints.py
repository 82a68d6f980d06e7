"""What the free text of an entry says of people, hours, dates and places, for the fields that were left empty."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from marktplatz.market import Entry
from marktplatz.matching.scoring import dates_in_text, hours_in_text, numbers_in_text, weekdays_in_text
from marktplatz.matching.scoring.calendar_in_text import EARLIEST_YEAR, LATEST_YEAR
from marktplatz.matching.scoring.dates_in_text import Window, read_window
from marktplatz.matching.scoring.hours_in_text import read_hours
from marktplatz.matching.scoring.numbers_in_text import find_counts, read_people, read_quantities
from marktplatz.matching.scoring.places_in_text import read_postcodes, read_remote
from marktplatz.matching.scoring.tokens_in_text import Reading, Scanned, find_word_set, lower_in_place, scan
from marktplatz.matching.scoring.weekdays_in_text import read_weekdays


class HintKind(StrEnum):
    """What a stretch of text was read as."""

    PEOPLE = "people"
    HOURS = "hours"
    QUANTITY = "quantity"
    DATES = "dates"
    WEEKDAYS = "weekdays"
    POSTCODE = "postcode"
    REMOTE = "remote"


@dataclass(frozen=True, slots=True)
class Hint:
    """What was read from where: `words` is `text[start:end]` for the `text_span` (start, end)."""

    kind: HintKind
    text_span: tuple[int, int]
    words: str


@dataclass(frozen=True, slots=True)
class Hints:
    """What a text says; None where it says nothing, or nothing certain.

    `hours` are those of one person, `quantity` counts things or square metres, `start` and `end` are the first and the last day of
    the window, `weekdays` count from Monday as 0. `found` holds what the values were read from, in the order of the text.
    """

    people: int | None = None
    hours: float | None = None
    quantity: float | None = None
    start: date | None = None
    end: date | None = None
    weekdays: frozenset[int] = frozenset()
    postcode: str | None = None
    remote: bool = False
    found: tuple[Hint, ...] = ()


NOTHING: Final = Hints()
_NUMBER_WORDS: Final = numbers_in_text.TRIGGERS | hours_in_text.TRIGGERS
_WORDS_THAT_TELL: Final = _NUMBER_WORDS | dates_in_text.TRIGGERS | weekdays_in_text.TRIGGERS
_DIGIT: Final = re.compile(r"[0-9]")
_NUMBER_STEMS: Final = re.compile(r"köpfig|stündig|minütig|tägig|mittag")
_FEW_DAYS: Final = 14
_MOST_PEOPLE: Final = 1_000
_MOST_HOURS: Final = 2_000.0
_MOST_THINGS: Final = 1e6
"""Larger numbers are slips of the pen, and no help to anybody."""


@lru_cache(maxsize=4_096)
def read_hints(text: str, *, market_day: date | None) -> Hints:
    """What a free text says of head-count, hours, things, dates, weekdays and places; German, and the basics of English.

    Whatever the text says twice in different ways stays unread, and so does a date without a year if there is no market day; with
    one, it is the first such date that is not over on the market day. A range of numbers ("drei bis fünf Leute") counts with its
    lower end. The same text and day always give the same hints.

    Parameters
    ----------
    text : str
        Title and text, of any length and content.
    market_day : date or None
        From which day on dates without a year are looked for.

    Examples
    --------
    >>> hints = read_hints("Drei Leute streichen am 4. Juni zwei Stunden", market_day=date(2027, 3, 11))
    >>> hints.people, hints.hours, hints.start
    (3, 2.0, datetime.date(2027, 6, 4))
    >>> [hint.words for hint in hints.found]
    ['Drei Leute', '4. Juni', 'zwei Stunden']
    """
    lowered = lower_in_place(text)
    words = find_word_set(lowered)
    has_digits = _DIGIT.search(lowered) is not None
    found = _Found(text)
    if has_digits or not _WORDS_THAT_TELL.isdisjoint(words) or _NUMBER_STEMS.search(lowered):
        _read_words(found, scan(text, lowered), words, market_day, has_digits=has_digits)
    if has_digits:
        places = read_postcodes(text)
        found.postcode = places[0][0] if places else None
        found.add(HintKind.POSTCODE, [(start, end) for _, start, end in places])
    found.add(HintKind.REMOTE, read_remote(lowered))
    return found.to_hints() if found.hints else NOTHING


class _Found:
    """Hints as they are collected."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.hints: list[Hint] = []
        self.numbers: dict[HintKind, float] = {}
        self.window: Window | None = None
        self.weekdays: frozenset[int] = frozenset()
        self.postcode: str | None = None

    def add(self, kind: HintKind, spans: Iterable[tuple[int, int]]) -> None:
        self.hints += [Hint(kind, (start, end), self.text[start:end]) for start, end in spans]

    def add_number(self, kind: HintKind, readings: Sequence[Reading], most: float) -> None:
        if readings and 0 < readings[0].value <= most:
            self.numbers[kind] = readings[0].value
            self.add(kind, [(reading.start, reading.end) for reading in readings])

    def to_hints(self) -> Hints:
        people = self.numbers.get(HintKind.PEOPLE)
        return Hints(
            people=None if people is None else int(people),
            hours=self.numbers.get(HintKind.HOURS),
            quantity=self.numbers.get(HintKind.QUANTITY),
            start=self.window.start if self.window else None,
            end=self.window.end if self.window else None,
            weekdays=self.weekdays,
            postcode=self.postcode,
            remote=any(hint.kind is HintKind.REMOTE for hint in self.hints),
            found=tuple(sorted(self.hints, key=lambda hint: (hint.text_span, hint.kind))),
        )


def _read_words(found: _Found, text: Scanned, words: set[str], market_day: date | None, *, has_digits: bool) -> None:
    """Everything that stands in the text as words and numbers; what no word hints at is not looked for."""
    if has_digits or not dates_in_text.TRIGGERS.isdisjoint(words):
        found.window = read_window(text, market_day)
        found.add(HintKind.DATES, found.window.spans if found.window else ())
    if not weekdays_in_text.TRIGGERS.isdisjoint(words):
        weekdays = read_weekdays(text)
        found.weekdays = frozenset(day for days, _, _ in weekdays for day in days)
        found.add(HintKind.WEEKDAYS, [(start, end) for _, start, end in weekdays])
    if has_digits or not _NUMBER_WORDS.isdisjoint(words) or _NUMBER_STEMS.search(text.lowered):
        counts = find_counts(text)
        found.add_number(HintKind.PEOPLE, read_people(text, counts), _MOST_PEOPLE)
        found.add_number(HintKind.QUANTITY, read_quantities(text, counts), _MOST_THINGS)
        hours = read_hours(text, counts)
        if not (hours and text.lowered.endswith("uhr", 0, hours[0].end) and _is_several_days(found.window)):
            found.add_number(HintKind.HOURS, hours, _MOST_HOURS)


def _is_several_days(window: Window | None) -> bool:
    """From 9 to 16 o'clock on three days is not seven hours; but "im Juni, 9 bis 16 Uhr" may well be."""
    return bool(window and window.start and window.end and 0 < (window.end - window.start).days < _FEW_DAYS)


def text_of(entry: Entry) -> str:
    """The text that an entry's hints are read from, and that their spans refer to: the title, a line break and the text."""
    return f"{entry.title}\n{entry.text}" if entry.text else entry.title


def fill_from_text(entry: Entry, market_day: date | None) -> tuple[Entry, Hints]:
    """The entry with its missing fields filled from its text, and all hints of the text; what is given is never changed.

    A date is not filled in if the window would end before it begins. `remote` is missing only where the sender did not say it: a
    "no" of his own stays. The hints are those of `text_of(entry)`, filled in or not.

    Examples
    --------
    >>> entry, hints = fill_from_text(Entry(id="a", organisation="b", title="Zu dritt im Mai", people=2), date(2027, 3, 11))
    >>> entry.people, hints.people, entry.to_on
    (2, 3, datetime.date(2027, 5, 31))
    """
    hints = read_hints(text_of(entry), market_day=market_day)
    if hints is NOTHING:
        return entry, hints
    read: dict[str, Any] = {name: getattr(hints, name) for name in ("people", "hours", "quantity", "postcode")}
    read |= {"from_on": _plausible(hints.start), "to_on": _plausible(hints.end)}
    missing = {name: value for name, value in read.items() if value is not None and getattr(entry, name) is None}
    start, end = missing.get("from_on", entry.from_on), missing.get("to_on", entry.to_on)
    if start and end and start > end:
        missing = {name: value for name, value in missing.items() if name not in ("from_on", "to_on")}
    if hints.remote and "remote" not in entry.model_fields_set:
        missing["remote"] = True
    return (entry.model_copy(update=missing) if missing else entry), hints


def _plausible(day: date | None) -> date | None:
    """A day that an entry may have; `model_copy` does not check it again."""
    return day if day and EARLIEST_YEAR <= day.year <= LATEST_YEAR else None
