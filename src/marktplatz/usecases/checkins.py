"""Check-ins: which organisations are there, how many people, who did not come or has left."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from marktplatz.db.models import CheckIn, OrganisationRecord
from marktplatz.errors import Conflict, Finding, NotFound, Place
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.organisations import get_organisation
from marktplatz.vocabulary import Attendance, CheckInStatus


def get_check_in(session: Session, market_id: str, organisation_id: str) -> CheckIn:
    record = session.get(CheckIn, (market_id, organisation_id))
    if record is None:
        raise NotFound(Finding("not_checked_in", params={"id": organisation_id}))
    return record


def check_in(
    session: Session, now: datetime, actor: Actor, market_id: str, organisation_id: str, status: CheckInStatus, people: int | None
) -> CheckIn:
    """The first word about an organisation on the day."""
    organisation = get_organisation(session, actor, market_id, organisation_id)
    if session.get(CheckIn, (market_id, organisation_id)) is not None:
        raise Conflict(Finding("checked_in_already", Place(field="organisation"), {"id": organisation_id}))
    record = CheckIn(market_id=market_id, organisation_id=organisation_id, status=status, people=people, changed_at=now)
    session.add(record)
    session.flush()
    _record(session, now, actor, record, before=None)
    _come_after_all(session, now, actor, organisation, status)
    return record


def change_check_in(
    session: Session, now: datetime, actor: Actor, record: CheckIn, status: CheckInStatus, people: int | None
) -> None:
    before = _said(record)
    record.status, record.people, record.changed_at = status, people, now
    session.flush()
    _record(session, now, actor, record, before=before)
    organisation = session.get_one(OrganisationRecord, (record.market_id, record.organisation_id))
    _come_after_all(session, now, actor, organisation, status)


def _come_after_all(session: Session, now: datetime, actor: Actor, organisation: OrganisationRecord, status: CheckInStatus) -> None:
    """Whoever had cancelled and stands at the door is matched again."""
    if status is not CheckInStatus.PRESENT or organisation.attendance is not Attendance.CANCELLED:
        return
    organisation.attendance, organisation.updated_at = Attendance.COMING, now
    session.flush()
    said = {"before": {"attendance": Attendance.CANCELLED}, "after": {"attendance": Attendance.COMING}}
    subject = Subject("organisation", organisation.id)
    record_change(session, now, actor, "say_coming", subject, chain=organisation.market_id, **said)


def _record(session: Session, now: datetime, actor: Actor, record: CheckIn, before: dict[str, Any] | None) -> None:
    subject = Subject("check_in", record.organisation_id)
    record_change(session, now, actor, "check_in", subject, chain=record.market_id, before=before, after=_said(record))


def _said(record: CheckIn) -> dict[str, Any]:
    return {"status": record.status, "people": record.people}
