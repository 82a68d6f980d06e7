"""What somebody could change about an entry so that more would suit it: the changed entries, nothing is scored here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Any, Final

from marktplatz.market import Entry
from marktplatz.vocabulary import CategoryKind, VariantKind

WIDER_BY: Final = timedelta(weeks=4)
LARGE: Final = 4
"""From so many people, or hours, on an entry can be split in two."""
_MOST_WEEKS: Final = 8


@dataclass(frozen=True, slots=True)
class Change:
    """One way to change an entry; `changed` is what it would be then, of a second date what would be offered beside it."""

    kind: VariantKind
    changed: Entry

    @property
    def is_beside(self) -> bool:
        """Is it offered beside the entry, instead of in its place?"""
        return self.kind is VariantKind.SECOND_DATE


def list_changes(entry: Entry, read: Entry, kind: CategoryKind, market_day: date | None) -> Iterator[Change]:
    """All sensible changes of an entry; `read` is the same with its gaps filled from its text, `kind` that of its category."""
    for days in _list_second_dates(entry, market_day):
        yield Change(VariantKind.SECOND_DATE, _with(entry, **days))
    if entry.from_on or entry.to_on:
        yield Change(VariantKind.WIDER_DATES, _with(entry, **_widen(entry)))
        yield Change(VariantKind.ANY_DATE, _with(entry, from_on=None, to_on=None))
    if (read.people or 0) >= LARGE:
        yield Change(VariantKind.FEWER_PEOPLE, _with(entry, people=ceil((read.people or 0) / 2)))
    if (read.hours or 0) >= LARGE:
        yield Change(VariantKind.FEWER_HOURS, _with(entry, hours=(read.hours or 0) / 2))
    if not read.remote:
        yield Change(VariantKind.REMOTE, _with(entry, remote=True))
    if entry.postcode:
        yield Change(VariantKind.ORGANISATIONS_PLACE, _with(entry, postcode=None))
    if kind is not CategoryKind.OPEN:
        yield Change(VariantKind.ANY_CATEGORY, _with(entry, category=None))


def _list_second_dates(entry: Entry, market_day: date | None) -> Iterator[dict[str, date]]:
    """The same stretch of days some weeks earlier or later, the nearest first, none that begins before the market."""
    if entry.from_on is None or entry.to_on is None:
        return
    for weeks in range(1, _MOST_WEEKS + 1):
        for by in (timedelta(weeks=weeks), -timedelta(weeks=weeks)):
            if market_day is None or entry.from_on + by >= market_day:
                yield {"from_on": entry.from_on + by, "to_on": entry.to_on + by}


def _widen(entry: Entry) -> dict[str, date | None]:
    return {
        "from_on": entry.from_on and entry.from_on - WIDER_BY,
        "to_on": entry.to_on and entry.to_on + WIDER_BY,
    }


def _with(entry: Entry, **changes: Any) -> Entry:
    return entry.model_copy(update=changes)
