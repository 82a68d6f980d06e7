"""What an organiser does next: the state of a market in numbers, and the list of what is done and what is not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from marktplatz.db.models import EntryRecord, MarketRecord, Membership, OrganisationRecord, Person, Profile, Representation, Run
from marktplatz.usecases.texts import find_own_text
from marktplatz.vocabulary import EntrySide, OrganisationKind, Phase, Standing

SHOWN_IN = (Standing.SUBMITTED, Standing.APPROVED, Standing.RETURNED, Standing.WAITING)


class Step(StrEnum):
    """In the order in which a market comes about."""

    EVENT = "event"
    IMPRINT = "imprint"
    ABOUT = "about"
    TEAM = "team"
    OPEN = "open"
    FIRST = "first"
    APPROVE = "approve"
    CONFIRM = "confirm"
    SORT = "sort"
    END_COLLECTING = "end_collecting"
    PUBLISH = "publish"
    DAY = "day"
    FOLLOW_UP = "follow_up"


@dataclass(frozen=True, slots=True)
class ToDo:
    """`count` is how many things wait; `is_urgent`: others would notice."""

    step: Step
    is_done: bool
    count: int = 0
    is_urgent: bool = False


@dataclass(frozen=True, slots=True)
class MarketState:
    """A market in numbers; `today` is the day at its place."""

    phase: Phase
    today: date
    day: date | None
    deadline: date | None
    missing: tuple[str, ...]
    companies: int
    nonprofits: int
    offers: int
    needs: int
    submitted_organisations: int
    submitted_entries: int
    waiting: int
    unsorted: int
    unconfirmed: int
    members: int
    has_imprint: bool
    has_about: bool
    has_proposals: bool

    @property
    def organisations(self) -> int:
        return self.companies + self.nonprofits

    @property
    def submitted(self) -> int:
        return self.submitted_organisations + self.submitted_entries

    @property
    def days_to_market(self) -> int | None:
        return None if self.day is None else (self.day - self.today).days

    @property
    def days_to_deadline(self) -> int | None:
        return None if self.deadline is None else (self.deadline - self.today).days


def gather_state(session: Session, record: MarketRecord, profile: Profile, now: datetime) -> MarketState:
    """A constant number of queries, however large the market."""
    kinds, standings = _count_organisations(session, record.id)
    sides, submitted, unsorted = _count_entries(session, record.id)
    return MarketState(
        phase=record.phase,
        today=now.astimezone(ZoneInfo(profile.timezone)).date(),
        day=record.date,
        deadline=profile.entry_deadline,
        missing=tuple(_find_missing(record, profile)),
        companies=kinds.get(OrganisationKind.COMPANY, 0),
        nonprofits=kinds.get(OrganisationKind.NONPROFIT, 0),
        offers=sides.get(EntrySide.OFFER, 0),
        needs=sides.get(EntrySide.NEED, 0),
        submitted_organisations=standings.get(Standing.SUBMITTED, 0),
        submitted_entries=submitted,
        waiting=standings.get(Standing.WAITING, 0),
        unsorted=unsorted,
        unconfirmed=_count_unconfirmed(session, record.id),
        members=_count(session, select(func.count(Membership.account_id.distinct())).where(Membership.market_id == record.id)),
        has_imprint=bool(find_own_text(profile, "imprint")),
        has_about=bool(find_own_text(profile, "about")),
        has_proposals=_has_proposals(session, record.id),
    )


def list_steps(state: MarketState) -> list[ToDo]:
    """What is done, and what is to be done by now; what comes later is not on the list yet, and at the end nothing is."""
    if state.phase is Phase.CLOSED:
        return []
    is_open = state.phase is not Phase.DRAFT
    steps = [
        ToDo(Step.EVENT, not state.missing, len(state.missing), is_urgent=is_open),
        ToDo(Step.IMPRINT, state.has_imprint, is_urgent=True),
        ToDo(Step.ABOUT, state.has_about),
        ToDo(Step.TEAM, state.members > 0),
        ToDo(Step.OPEN, is_open),
    ]
    if is_open:
        steps.append(ToDo(Step.FIRST, state.organisations > 0))
    if state.phase in (Phase.COLLECTING, Phase.MATCHING, Phase.DAY):
        steps += _list_waiting(state)
    return steps + list(_list_by_day(state))


def find_next(steps: list[ToDo]) -> ToDo | None:
    """The first that is open and urgent, else the first that is open."""
    waiting = [step for step in steps if not step.is_done]
    return next((step for step in waiting if step.is_urgent), waiting[0] if waiting else None)


def _list_waiting(state: MarketState) -> Iterator[ToDo]:
    if state.organisations:
        yield ToDo(Step.APPROVE, state.submitted == 0, state.submitted, is_urgent=True)
        yield ToDo(Step.CONFIRM, state.unconfirmed == 0, state.unconfirmed)
        yield ToDo(Step.SORT, state.unsorted == 0, state.unsorted)


def _list_by_day(state: MarketState) -> Iterator[ToDo]:
    to_deadline, to_market = state.days_to_deadline, state.days_to_market
    if state.phase is Phase.COLLECTING and ((to_deadline or 0) < 0 or (to_market is not None and to_market <= 1)):
        yield ToDo(Step.END_COLLECTING, is_done=False, is_urgent=True)
    if state.phase is Phase.MATCHING:
        yield ToDo(Step.PUBLISH, state.has_proposals, is_urgent=True)
    if state.phase in (Phase.COLLECTING, Phase.MATCHING) and to_market is not None and to_market <= 0:
        yield ToDo(Step.DAY, is_done=False, is_urgent=True)
    if state.phase is Phase.DAY and to_market is not None and to_market < 0:
        yield ToDo(Step.FOLLOW_UP, is_done=False, is_urgent=True)


def _find_missing(record: MarketRecord, profile: Profile) -> Iterator[str]:
    if record.date is None:
        yield "date"
    for name in ("begins", "venue", "town", "organiser_name", "organiser_email"):
        if not getattr(profile, name):
            yield name


def _count_organisations(session: Session, market_id: str) -> tuple[dict[OrganisationKind, int], dict[Standing, int]]:
    wanted = (
        select(OrganisationRecord.kind, OrganisationRecord.standing, func.count())
        .where(OrganisationRecord.market_id == market_id, OrganisationRecord.standing.in_(SHOWN_IN))
        .group_by(OrganisationRecord.kind, OrganisationRecord.standing)
    )
    kinds: dict[OrganisationKind, int] = {}
    standings: dict[Standing, int] = {}
    for kind, standing, number in session.execute(wanted):
        kinds[kind] = kinds.get(kind, 0) + number
        standings[standing] = standings.get(standing, 0) + number
    return kinds, standings


def _count_entries(session: Session, market_id: str) -> tuple[dict[EntrySide, int], int, int]:
    """By side; how many of them wait for approval; how many have no category."""
    is_unsorted = EntryRecord.category.is_(None)
    wanted = (
        select(EntryRecord.side, EntryRecord.standing, is_unsorted, func.count())
        .where(EntryRecord.market_id == market_id, EntryRecord.standing.in_(SHOWN_IN))
        .group_by(EntryRecord.side, EntryRecord.standing, is_unsorted)
    )
    sides: dict[EntrySide, int] = {}
    submitted = unsorted = 0
    for side, standing, without, number in session.execute(wanted):
        sides[side] = sides.get(side, 0) + number
        submitted += number if standing is Standing.SUBMITTED else 0
        unsorted += number if without else 0
    return sides, submitted, unsorted


def _count_unconfirmed(session: Session, market_id: str) -> int:
    """Persons with a mail who never came in by their link, and stand for somebody who still takes part."""
    wanted = (
        select(func.count(Person.id.distinct()))
        .join(Representation, (Representation.market_id == Person.market_id) & (Representation.person_id == Person.id))
        .join(
            OrganisationRecord,
            (OrganisationRecord.market_id == Representation.market_id) & (OrganisationRecord.id == Representation.organisation_id),
        )
        .where(
            Person.market_id == market_id,
            Person.confirmed_at.is_(None),
            Person.email != "",
            OrganisationRecord.standing.in_(SHOWN_IN),
        )
    )
    return _count(session, wanted)


def _has_proposals(session: Session, market_id: str) -> bool:
    wanted = select(func.count(Run.id)).where(Run.market_id == market_id, Run.published_at.is_not(None))
    return _count(session, wanted) > 0


def _count(session: Session, wanted: Select[int]) -> int:
    return session.scalar(wanted) or 0
