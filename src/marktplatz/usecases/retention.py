"""Dates by which data are destroyed: what is due goes by itself, once and for the whole market; totals and agreements stay."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from marktplatz.db.models import (
    AuditDetail,
    Consent,
    IdempotencyRecord,
    Link,
    Login,
    MarketRecord,
    OrganisationRecord,
    OutboxMessage,
    Person,
    Profile,
    Representation,
    Run,
    Upload,
)
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.profiles import RETENTION_DAYS
from marktplatz.vocabulary import DataClass


def retention_days(profile: Profile) -> dict[DataClass, int]:
    return {kind: profile.retention_days.get(kind.value, days) for kind, days in RETENTION_DAYS.items()}


def destroyed_on(market: MarketRecord, profile: Profile) -> dict[DataClass, date | None]:
    """The day on which each class goes; None while the market has no day."""
    days = retention_days(profile)
    return {kind: market.date + timedelta(days=days[kind]) if market.date is not None else None for kind in DataClass}


def count_kept(session: Session, market_id: str) -> dict[DataClass, int]:
    """How much there is of each class."""
    of_market = {
        DataClass.CONTACTS: select(func.count()).select_from(Person).where(Person.market_id == market_id),
        DataClass.MESSAGES: select(func.count())
        .select_from(OutboxMessage)
        .where(OutboxMessage.market_id == market_id, OutboxMessage.body.is_not(None)),
        DataClass.RUN_INPUTS: select(func.count()).select_from(Run).where(Run.market_id == market_id, Run.input.is_not(None)),
    }
    return {kind: session.scalar(wanted) or 0 for kind, wanted in of_market.items()}


def find_due(session: Session, now: datetime) -> list[tuple[str, DataClass]]:
    """What is due and still there, by market."""
    wanted = select(MarketRecord, Profile).join(Profile, Profile.market_id == MarketRecord.id).where(MarketRecord.date.is_not(None))
    due = []
    for market, profile in session.execute(wanted):
        today = now.astimezone(ZoneInfo(profile.timezone)).date()
        kept: dict[DataClass, int] | None = None
        for kind, day in destroyed_on(market, profile).items():
            if day is not None and day <= today:
                kept = kept or count_kept(session, market.id)
                if kept[kind]:
                    due.append((market.id, kind))
    return due


def destroy(session: Session, now: datetime, market_id: str, kind: DataClass) -> None:
    """One class of a market's data; the caller scrubs the database's file after the commit."""
    if kind is DataClass.CONTACTS:
        _destroy_contacts(session, market_id)
    elif kind is DataClass.MESSAGES:
        emptied = {"body": None, "recipient": None, "subject": None}
        session.execute(update(OutboxMessage).where(OutboxMessage.market_id == market_id).values(**emptied))
    else:
        session.execute(update(Run).where(Run.market_id == market_id).values(input=None))
    session.flush()
    record_change(session, now, SYSTEM, "destroy_by_date", Subject("retention", kind.value), chain=market_id)


def _destroy_contacts(session: Session, market_id: str) -> None:
    """Persons with all that hangs on them, and whatever may repeat what they wrote: kept answers, details of the audit."""
    for kept in (Consent, Login, Link, OutboxMessage):
        session.execute(delete(kept).where(kept.market_id == market_id, kept.person_id.is_not(None)))
    for table in (Representation, Person, Upload):
        session.execute(delete(table).where(table.market_id == market_id))
    session.execute(update(IdempotencyRecord).where(IdempotencyRecord.market_id == market_id).values(body=None))
    session.execute(update(Run).where(Run.market_id == market_id).values(input=None))
    session.execute(update(OrganisationRecord).where(OrganisationRecord.market_id == market_id).values(assistance=None))
    session.execute(delete(AuditDetail).where(AuditDetail.chain == market_id))
