"""What an organisation says beside what is matched: about itself, and what its people need. Set as a whole, with its audit."""

from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import Field
from sqlalchemy.orm import Session

from marktplatz.db.models import OrganisationRecord
from marktplatz.errors import Finding, InvalidInput, Place
from marktplatz.market import Line, Text, Value
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.records import fields_of
from marktplatz.vocabulary import Attendance

WEB: Final = ("http://", "https://")


class Particulars(Value):
    about: Text | None = None
    website: Line | None = None
    assistance: Text | None = None
    attendance: Attendance = Attendance.UNKNOWN
    attending: Annotated[int, Field(ge=0, le=1_000)] | None = None


FIELDS: Final = tuple(Particulars.model_fields)


def particulars_of(record: OrganisationRecord) -> Particulars:
    fields: dict[str, Any] = {name: getattr(record, name) for name in FIELDS}
    return Particulars.model_construct(None, **fields)


def change_particulars(session: Session, now: datetime, actor: Actor, record: OrganisationRecord, sent: Particulars) -> None:
    before = particulars_of(record)
    if before == sent:
        return
    if sent.website and not sent.website.lower().startswith(WEB):
        raise InvalidInput(Finding("not_a_web_address", Place(field="website")))
    for name, value in fields_of(sent, FIELDS).items():
        setattr(record, name, value)
    record.updated_at = now
    session.flush()
    said = [value.model_dump(mode="json") for value in (before, sent)]
    subject = Subject("organisation", record.id)
    record_change(session, now, actor, "change_particulars", subject, chain=record.market_id, before=said[0], after=said[1])
