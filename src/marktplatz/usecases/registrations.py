"""What came in, as the organiser looks through it: search, filters, order; what a bulk action is about."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session

from marktplatz.db.models import EntryRecord, OrganisationRecord
from marktplatz.errors import Finding
from marktplatz.usecases.entries import find_doubts
from marktplatz.usecases.records import entry_value
from marktplatz.vocabulary import EntrySide, OrganisationKind, Standing

PAGE: Final = 50
ALWAYS_IN: Final = tuple(standing for standing in Standing if standing is not Standing.WITHDRAWN)


class Check(StrEnum):
    """What somebody should look at."""

    WARNINGS = "warnings"
    NO_CATEGORY = "no_category"
    NO_ENTRY = "no_entry"
    NOT_SEEN = "not_seen"


class Order(StrEnum):
    NEWEST = "newest"
    OLDEST = "oldest"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked for; an empty one is everything that nobody withdrew."""

    search: str = ""
    kind: OrganisationKind | None = None
    side: EntrySide | None = None
    standing: Standing | None = None
    check: Check | None = None
    order: Order = Order.NEWEST

    @property
    def query(self) -> dict[str, str]:
        """As an address says it; reads back to the same filter."""
        said = {
            "q": self.search,
            "kind": self.kind,
            "side": self.side,
            "standing": self.standing,
            "check": self.check,
            "order": None if self.order is Order.NEWEST else self.order,
        }
        return {name: str(value) for name, value in said.items() if value}


@dataclass(frozen=True, slots=True)
class Row:
    """One organisation with its entries and what is doubtful in them."""

    organisation: OrganisationRecord
    entries: tuple[EntryRecord, ...]
    doubts: tuple[Finding, ...]

    def count(self, side: str) -> int:
        return sum(entry.side == side and entry.standing is not Standing.WITHDRAWN for entry in self.entries)

    @property
    def waiting(self) -> int:
        return sum(entry.standing is Standing.SUBMITTED for entry in self.entries)


def count_matching(session: Session, market_id: str, asked: Filter) -> int:
    found = select(func.count()).select_from(OrganisationRecord).where(*_conditions(session, market_id, asked))
    return session.scalar(found) or 0


def find_page(session: Session, market_id: str, asked: Filter, page: int) -> list[Row]:
    """Rows of a page, counted from 1: two statements, however many there are."""
    wanted = _select(session, market_id, asked).limit(PAGE).offset((page - 1) * PAGE)
    return with_entries(session, market_id, session.scalars(wanted))


def find_all(session: Session, market_id: str, asked: Filter) -> list[OrganisationRecord]:
    """The whole result."""
    return list(session.scalars(_select(session, market_id, asked)))


def with_entries(session: Session, market_id: str, organisations: Iterable[OrganisationRecord]) -> list[Row]:
    records = list(organisations)
    ids = [record.id for record in records]
    entries: dict[str, list[EntryRecord]] = {key: [] for key in ids}
    wanted = select(EntryRecord).where(EntryRecord.market_id == market_id, EntryRecord.organisation_id.in_(ids))
    for entry in session.scalars(wanted.order_by(EntryRecord.side.desc(), EntryRecord.id)):
        entries[entry.organisation_id].append(entry)
    return [Row(record, tuple(entries[record.id]), tuple(_doubts_of(entries[record.id]))) for record in records]


def count_standings(session: Session, market_id: str) -> dict[Standing, int]:
    wanted = select(OrganisationRecord.standing, func.count()).where(OrganisationRecord.market_id == market_id)
    counted = {standing: count for standing, count in session.execute(wanted.group_by(OrganisationRecord.standing))}  # noqa: C416
    return {standing: counted.get(standing, 0) for standing in Standing}


def _doubts_of(entries: Iterable[EntryRecord]) -> list[Finding]:
    return [doubt for entry in entries if entry.standing is not Standing.WITHDRAWN for doubt in find_doubts(entry_value(entry))]


def _select(session: Session, market_id: str, asked: Filter) -> Select[OrganisationRecord]:
    order: dict[Order, tuple[Any, ...]] = {
        Order.NEWEST: (OrganisationRecord.created_at.desc(), OrganisationRecord.id),
        Order.OLDEST: (OrganisationRecord.created_at, OrganisationRecord.id),
        Order.NAME: (func.lower(OrganisationRecord.name), OrganisationRecord.id),
    }
    return select(OrganisationRecord).where(*_conditions(session, market_id, asked)).order_by(*order[asked.order])


def _conditions(session: Session, market_id: str, asked: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [OrganisationRecord.market_id == market_id]
    if asked.search:
        entry_says = _has_entry(EntryRecord.title.icontains(asked.search, autoescape=True))
        found.append(
            OrganisationRecord.name.icontains(asked.search, autoescape=True)
            | OrganisationRecord.id.icontains(asked.search, autoescape=True)
            | entry_says
        )
    if asked.kind is not None:
        found.append(OrganisationRecord.kind == asked.kind)
    if asked.side is not None:
        found.append(_has_entry(EntryRecord.side == asked.side, EntryRecord.standing.in_(ALWAYS_IN)))
    if asked.standing is not None:
        found.append((OrganisationRecord.standing == asked.standing) | _has_entry(EntryRecord.standing == asked.standing))
    else:
        found.append(OrganisationRecord.standing.in_(ALWAYS_IN))
    if asked.check is not None:
        found.append(_condition_of(session, market_id, asked.check))
    return found


def _condition_of(session: Session, market_id: str, check: Check) -> ColumnElement[bool]:
    if check is Check.WARNINGS:
        return OrganisationRecord.id.in_(_find_doubtful(session, market_id))
    if check is Check.NO_CATEGORY:
        return _has_entry(EntryRecord.category.is_(None), EntryRecord.standing.in_(ALWAYS_IN))
    if check is Check.NO_ENTRY:
        return ~_has_entry(EntryRecord.standing.in_(ALWAYS_IN))
    return and_(OrganisationRecord.kind == OrganisationKind.NONPROFIT, OrganisationRecord.nonprofit_seen_at.is_(None))


def _has_entry(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        EntryRecord.market_id == OrganisationRecord.market_id, EntryRecord.organisation_id == OrganisationRecord.id, *conditions
    )


def _find_doubtful(session: Session, market_id: str) -> list[str]:
    """No database knows the words for money: all entries are looked at, in one statement."""
    wanted = select(EntryRecord).where(EntryRecord.market_id == market_id, EntryRecord.standing.in_(ALWAYS_IN))
    return sorted({entry.organisation_id for entry in session.scalars(wanted) if find_doubts(entry_value(entry))})
