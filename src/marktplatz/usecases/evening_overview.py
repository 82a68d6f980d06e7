"""The evening at a glance, for whoever leads it: who is there, what was reached and wants to be announced, who waits for help."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from marktplatz.db.models import Agreement, CheckIn, Evening, HallNote, OrganisationRecord
from marktplatz.errors import Finding, InvalidInput, Place
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.clock_deeds import check_seen, record_evening, tell_evening
from marktplatz.vocabulary import AgreementStatus, Attendance, CheckInStatus, NoteKind, OrganisationKind, Role, Stage, Standing

MOST_WANTED: Final = 100_000
_SMALL: Final = (1, 10, 25, 50, 75)
_STEP: Final = 50


@dataclass(frozen=True, slots=True)
class Presence:
    """Organisations that are expected and that came, and the people whom somebody counted."""

    expected: int = 0
    present: int = 0
    absent: int = 0
    left: int = 0
    people: int = 0

    @property
    def open(self) -> int:
        return max(0, self.expected - self.present - self.absent - self.left)


@dataclass(frozen=True, slots=True)
class Milestone:
    """A round number of agreements, or the goal; `at` is when it was reached."""

    count: int
    is_goal: bool
    at: datetime | None


def count_presence(session: Session, market_id: str) -> dict[OrganisationKind, Presence]:
    """By kind; whoever came is expected too, although they had cancelled."""
    status = CheckIn.status
    is_expected = (OrganisationRecord.attendance != Attendance.CANCELLED) | (status == CheckInStatus.PRESENT)
    wanted = (
        select(
            OrganisationRecord.kind,
            func.sum(case((is_expected, 1), else_=0)),
            *(func.sum(case((status == each, 1), else_=0)) for each in CheckInStatus),
            func.sum(case((status == CheckInStatus.PRESENT, func.coalesce(CheckIn.people, 0)), else_=0)),
        )
        .outerjoin(
            CheckIn, (CheckIn.market_id == OrganisationRecord.market_id) & (CheckIn.organisation_id == OrganisationRecord.id)
        )
        .where(OrganisationRecord.market_id == market_id, OrganisationRecord.standing == Standing.APPROVED)
        .group_by(OrganisationRecord.kind)
    )
    found = {kind: Presence(*map(int, counts)) for kind, *counts in session.execute(wanted)}
    return {kind: found.get(kind, Presence()) for kind in OrganisationKind}


def count_calls_for_help(session: Session, market_id: str) -> int:
    of_help = (HallNote.market_id == market_id, HallNote.kind == NoteKind.HELP, HallNote.done_at.is_(None))
    return session.scalar(select(func.count()).select_from(HallNote).where(*of_help)) or 0


def find_milestones(session: Session, market_id: str, goal: int | None) -> tuple[list[Milestone], Milestone]:
    """What was reached, the newest first, and what is next."""
    wanted = (
        select(Agreement.certified_at)
        .where(Agreement.market_id == market_id, Agreement.status == AgreementStatus.CERTIFIED)
        .order_by(Agreement.certified_at, Agreement.number)
    )
    times = session.scalars(wanted).all()
    steps = _steps(len(times), goal)
    reached = [Milestone(step, step == goal, times[step - 1]) for step in steps if step <= len(times)]
    coming = next(step for step in steps if step > len(times))
    return reached[::-1], Milestone(coming, coming == goal, None)


def _steps(count: int, goal: int | None) -> Sequence[int]:
    """In order, with at least one that is not reached."""
    steps = {*_SMALL, *range(2 * _STEP, count + 2 * _STEP + 1, _STEP)}
    return sorted(steps | ({goal} if goal else set()))


def set_goal(session: Session, now: datetime, actor: Actor, market_id: str, goal: int | None, version: int) -> Evening:
    """How many agreements the evening aims at; None for no goal."""
    actor.must_be(Role.ORGANISER, Role.MODERATOR)
    if goal is not None and not 1 <= goal <= MOST_WANTED:
        raise InvalidInput(Finding("whole_number_wrong", Place(field="goal"), {"least": 1, "limit": MOST_WANTED}))
    evening = session.get(Evening, market_id)
    check_seen(evening, version)
    if evening is None:
        evening = Evening(market_id=market_id, stage=Stage.BEFORE, round=0, version=1)
        session.add(evening)
    before = tell_evening(evening)
    evening.goal = goal
    record_evening(session, now, actor, "set_goal", evening, before)
    return evening
