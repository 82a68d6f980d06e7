"""The pulse of an evening: the few numbers by which every page knows that it is out of date. No names and no texts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from marktplatz.db.models import Agreement, AuditEntry, AuditHead, CheckIn, HallNote, PlanChange
from marktplatz.usecases.clock import ClockState, read_clock
from marktplatz.usecases.concerns import Concerns
from marktplatz.vocabulary import AgreementStatus, CheckInStatus


@dataclass(frozen=True)
class PulseState:
    """`agreements` are the certified ones, the newest of `last_at`; `plan` is the number of the newest change of the live plan;
    `waiting` are at the notaries' desk, `in_hand` of them somebody is reading, the last one since `taken_at`; `present` counts
    organisations; `notes` goes up with every note of a broker's and every one that is done; `mine` with all that concerns the
    organisations of whoever looks. `version` never goes back in a market, and `moved_at` is when
    it was reached: a page that was made before may show what holds no longer.
    """

    clock: ClockState
    agreements: int
    last_at: datetime | None
    waiting: int
    in_hand: int
    taken_at: datetime | None
    plan: int
    present: int
    notes: int
    version: int = field(compare=False)
    moved_at: datetime | None = field(compare=False)
    mine: int = 0


@dataclass(frozen=True)
class Pulse:
    """The state, in which nothing is anybody's own, and beside it how much concerns each organisation, which no other may know."""

    state: PulseState
    concerns: Mapping[str, int]

    @property
    def version(self) -> int:
        return self.state.version

    def count_for(self, organisations: frozenset[str] | None) -> int:
        """What is `mine` for them; it only grows, so that nobody takes two things for none. The staff, None, stand for nobody."""
        return sum(self.concerns.get(each, 0) for each in organisations or ())

    def tell(self, mine: int) -> PulseState:
        return replace(self.state, mine=mine)


def read_whole_pulse(session: Session, now: datetime, market_id: str, concerns: Concerns) -> Pulse:
    return Pulse(read_pulse(session, now, market_id), concerns.count(session, market_id))


def read_pulse(session: Session, now: datetime, market_id: str) -> PulseState:
    record = Agreement
    counted = select(
        record.status, func.count(), func.max(record.certified_at), func.count(record.taken_by), func.max(record.taken_at)
    ).where(record.market_id == market_id)
    by_status = {
        status: (count, last, held, since) for status, count, last, held, since in session.execute(counted.group_by(record.status))
    }
    nothing = (0, None, 0, None)
    agreements, last_at, _, _ = by_status.get(AgreementStatus.CERTIFIED, nothing)
    waiting, _, in_hand, taken_at = by_status.get(AgreementStatus.SUBMITTED, nothing)
    present = (CheckIn.market_id == market_id, CheckIn.status == CheckInStatus.PRESENT)
    of_entry = (AuditEntry.chain == AuditHead.chain, AuditEntry.number == AuditHead.length)
    head = select(AuditHead.length, AuditEntry.at).outerjoin(AuditEntry, and_(*of_entry)).where(AuditHead.chain == market_id)
    version, moved_at = session.execute(head).one_or_none() or (0, None)
    return PulseState(
        clock=read_clock(session, now, market_id),
        agreements=agreements,
        last_at=last_at,
        waiting=waiting,
        in_hand=in_hand,
        taken_at=taken_at,
        plan=session.scalar(select(func.max(PlanChange.number)).where(PlanChange.market_id == market_id)) or 0,
        present=session.scalar(select(func.count()).select_from(CheckIn).where(*present)) or 0,
        notes=_count_notes(session, market_id),
        version=version,
        moved_at=moved_at,
    )


def _count_notes(session: Session, market_id: str) -> int:
    counted = select(func.count() + func.count(HallNote.done_at)).select_from(HallNote)
    return session.scalar(counted.where(HallNote.market_id == market_id)) or 0
