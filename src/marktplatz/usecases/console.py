"""The brokers' console: whom to go to first, and what is left over on both sides. A constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import CategoryRecord, EntryRecord
from marktplatz.db.shared import shared
from marktplatz.exchange.words import fold
from marktplatz.usecases.hall_now import Hall, Member, Talk
from marktplatz.vocabulary import CheckInStatus, EntrySide, OrganisationKind, Standing

PAGE: Final = 40


class Left(NamedTuple):
    """An entry with what is left of it; `left` may be 0."""

    id: str
    side: EntrySide
    organisation: str
    title: str
    category: str | None
    capacity: int
    left: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What a broker looks for; by itself those who are alone."""

    search: str = ""
    category: str = ""
    kind: OrganisationKind | None = None
    everybody: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One organisation as a broker sees it; `partners` are those with whom something is agreed or written down."""

    member: Member
    is_there: bool
    is_alone: bool
    check_in: CheckInStatus | None
    talk: Talk | None
    partners: tuple[str, ...]
    introduced: tuple[str, ...]
    entries: tuple[Left, ...]


@dataclass(frozen=True)
class Console:
    """`rows` is the page that was asked for, `matching` how many there are in all; the figures are of the whole hall."""

    rows: list[Row]
    matching: int
    there: int
    alone: int
    talking: int
    agreed: int
    names: Mapping[str, str]


@shared
def load_left(session: Session, market_id: str) -> list[Left]:
    """All approved entries, by title."""
    entry = EntryRecord
    left = entry.capacity - entry.agreed
    wanted = (
        select(entry.id, entry.side, entry.organisation_id, entry.title, entry.category, entry.capacity, left)
        .where(entry.market_id == market_id, entry.standing == Standing.APPROVED)
        .order_by(entry.title, entry.id)
    )
    rows = session.execute(wanted)
    return [Left(id_, side, own, title.strip() or id_, code, places, rest) for id_, side, own, title, code, places, rest in rows]


@shared
def load_categories(session: Session, market_id: str) -> dict[str, str]:
    wanted = select(CategoryRecord).where(CategoryRecord.market_id == market_id).order_by(CategoryRecord.position)
    return {category.code: category.label or category.code for category in session.scalars(wanted)}


def look_through(hall: Hall, entries: Iterable[Left], asked: Asked, page: int) -> Console:
    """Whoever is alone first, then those without an agreement, then all others who are there, then the rest; by name."""
    own: dict[str, list[Left]] = defaultdict(list)
    for entry in entries:
        own[entry.organisation].append(entry)
    rows = [_row(hall, member, tuple(own.get(member.id, ()))) for member in hall.members.values()]
    matching = sorted((row for row in rows if _fits(row, asked)), key=_urgency)
    there = [row for row in rows if row.is_there]
    return Console(
        rows=matching[(page - 1) * PAGE : page * PAGE],
        matching=len(matching),
        there=len(there),
        alone=sum(row.is_alone for row in there),
        talking=sum(row.talk is not None for row in there),
        agreed=sum(bool(row.partners) for row in there),
        names={member.id: member.name for member in hall.members.values()},
    )


def _row(hall: Hall, member: Member, entries: tuple[Left, ...]) -> Row:
    return Row(
        member=member,
        is_there=hall.is_there(member.id),
        is_alone=hall.is_alone(member.id),
        check_in=hall.check_ins.get(member.id),
        talk=hall.talks.get(member.id),
        partners=tuple(sorted(hall.partners.get(member.id, ()))),
        introduced=tuple(sorted(hall.introduced.get(member.id, ()))),
        entries=entries,
    )


def _urgency(row: Row) -> tuple[int, str, str]:
    rank = 0 if row.is_alone else 1 if row.is_there and not row.partners else 2 if row.is_there else 3
    return rank, fold(row.member.name), row.member.id


def _fits(row: Row, asked: Asked) -> bool:
    if not asked.everybody and not asked.search and not row.is_alone:
        return False
    if asked.kind is not None and row.member.kind is not asked.kind:
        return False
    if asked.category and all(entry.category != asked.category for entry in row.entries):
        return False
    words = fold(asked.search)
    return not words or any(words in fold(text) for text in (row.member.name, *(entry.title for entry in row.entries)))


@dataclass(frozen=True)
class Rest:
    """What is left in one category: needs that are open, offers that are spare, of those who are there."""

    code: str | None
    label: str | None
    needs: list[Left] = field(default_factory=list)
    offers: list[Left] = field(default_factory=list)


def find_rest(hall: Hall, entries: Iterable[Left], categories: Mapping[str, str], search: str = "") -> list[Rest]:
    """In the market's own order of categories, what has none at the end; those with most open needs are what brokers ask for."""
    words = fold(search)
    found: dict[str | None, Rest] = {code: Rest(code, label) for code, label in categories.items()}
    for entry in entries:
        member = hall.members.get(entry.organisation)
        if entry.left < 1 or member is None or not member.may_agree or not hall.is_there(member.id):
            continue
        if words and words not in fold(entry.title) and words not in fold(member.name):
            continue
        code = entry.category if entry.category in categories else None
        rest = found.setdefault(code, Rest(code, None))
        (rest.needs if entry.side is EntrySide.NEED else rest.offers).append(entry)
    return [rest for rest in found.values() if rest.needs or rest.offers]
