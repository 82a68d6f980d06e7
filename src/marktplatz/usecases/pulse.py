"""The pulse of an evening: the few numbers by which every page knows that it is out of date. No names and no texts."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marktplatz.db.models import Agreement, AuditHead, CheckIn, PlanChange
from marktplatz.usecases.clock import ClockState, read_clock
from marktplatz.vocabulary import AgreementStatus, CheckInStatus


@dataclass(frozen=True)
class PulseState:
    """`agreements` are the certified ones, the newest of `last_at`; `plan` is the number of the newest change of the live plan;
    `waiting` are at the notaries' desk; `present` counts organisations. `version` never goes back in a market.
    """

    clock: ClockState
    agreements: int
    last_at: datetime | None
    waiting: int
    plan: int
    present: int
    version: int = field(compare=False)


def read_pulse(session: Session, now: datetime, market_id: str) -> PulseState:
    wanted = select(Agreement.status, func.count(), func.max(Agreement.certified_at)).where(Agreement.market_id == market_id)
    by_status = {status: (count, last) for status, count, last in session.execute(wanted.group_by(Agreement.status))}
    agreements, last_at = by_status.get(AgreementStatus.CERTIFIED, (0, None))
    waiting, _ = by_status.get(AgreementStatus.SUBMITTED, (0, None))
    present = (CheckIn.market_id == market_id, CheckIn.status == CheckInStatus.PRESENT)
    return PulseState(
        clock=read_clock(session, now, market_id),
        agreements=agreements,
        last_at=last_at,
        waiting=waiting,
        plan=session.scalar(select(func.max(PlanChange.number)).where(PlanChange.market_id == market_id)) or 0,
        present=session.scalar(select(func.count()).select_from(CheckIn).where(*present)) or 0,
        version=session.scalar(select(AuditHead.length).where(AuditHead.chain == market_id)) or 0,
    )
