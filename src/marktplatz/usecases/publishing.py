"""Publishing a plan: to whom it would be shown, who would get a mail, and that nobody has changed it meanwhile."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import MarketRecord, OrganisationRecord, PairingRecord, Profile, Run, TimetableRecord
from marktplatz.errors import Conflict, Finding
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.history import find_last_hand
from marktplatz.usecases.mailing import Recipient, find_recipients, write_to_group
from marktplatz.usecases.runs import publish_run
from marktplatz.usecases.timetables import find_timetable_of, publish_timetable
from marktplatz.vocabulary import Attendance, MessageKind, Standing


@dataclass(frozen=True)
class Audience:
    """`organisations` are those with proposals, by name; `without` take part and would read that there is none for them."""

    organisations: tuple[OrganisationRecord, ...]
    proposals: int
    without: int
    recipients: tuple[Recipient, ...]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is to happen with publishing; `mails` is the number of mails that was confirmed, None for no mails at all."""

    mails: int | None = None
    timetable: bool = False


def find_audience(session: Session, run: Run) -> Audience:
    """A constant number of queries."""
    ends = session.execute(
        select(PairingRecord.giver_id, PairingRecord.taker_id).where(
            PairingRecord.market_id == run.market_id, PairingRecord.run_id == run.id
        )
    ).all()
    named = {organisation for pair in ends for organisation in pair}
    wanted = select(OrganisationRecord).where(OrganisationRecord.market_id == run.market_id)
    everyone = list(session.scalars(wanted.order_by(OrganisationRecord.name, OrganisationRecord.id)))
    taking_part = [each for each in everyone if each.standing is Standing.APPROVED and each.attendance is not Attendance.CANCELLED]
    return Audience(
        organisations=tuple(each for each in everyone if each.id in named),
        proposals=len(ends),
        without=sum(each.id not in named for each in taking_part),
        recipients=tuple(find_recipients(session, run.market_id, MessageKind.PROPOSALS_PUBLISHED, run.id)),
    )


def publish_plan(
    session: Session,
    now: datetime,
    actor: Actor,
    run: Run,
    wishes: Wishes,
    market: MarketRecord,
    profile: Profile,
) -> None:
    """With its newest timetable and with mails, as wished; the mails lie ready and leave when somebody releases them."""
    if wishes.mails is not None:
        kind = MessageKind.PROPOSALS_PUBLISHED
        write_to_group(session, now, actor, market, profile, kind, wishes.mails, run.id)
    publish_run(session, now, actor, run)
    timetable = find_timetable_of(session, run) if wishes.timetable else None
    if timetable is not None:
        publish_timetable(session, now, actor, timetable)


def check_unchanged(session: Session, record: Run | TimetableRecord, seen: str) -> None:
    """Conflict, with the name of whoever it was, where something is not as it was shown."""
    if seen == str(record.version):
        return
    kind = "run" if isinstance(record, Run) else "timetable"
    who = find_last_hand(session, record.market_id, kind, record.id)
    if who:
        raise Conflict(Finding("plan_changed_by", params={"who": who}))
    raise Conflict(Finding("plan_changed"))
