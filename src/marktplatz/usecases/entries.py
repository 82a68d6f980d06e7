"""Offers and needs: add, change, remove."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from marktplatz.db.models import (
    AgreementService,
    EntryRecord,
    MarketRecord,
    OrganisationRecord,
    PairRecord,
    ScoreRecord,
    WishRecord,
)
from marktplatz.errors import Conflict, Finding, InvalidInput, NotFound, Place, Severity
from marktplatz.market import Entry, Market, find_contradictions
from marktplatz.matching.scoring.analysis import text_of
from marktplatz.matching.scoring.money import find_money_words
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.markets import get_policy
from marktplatz.usecases.organisations import check_id_is_free
from marktplatz.usecases.records import entry_fields, entry_value, organisation_value
from marktplatz.usecases.standings import standing_after_edit, standing_of_new
from marktplatz.vocabulary import EntrySide


def get_entry(session: Session, actor: Actor, market_id: str, side: EntrySide, entry_id: str) -> EntryRecord:
    """NotFound for one that does not exist and for one that is not the caller's."""
    record = session.get(EntryRecord, (market_id, entry_id))
    if record is None or record.side is not side or not actor.acts_for(record.organisation_id):
        raise NotFound(Finding("unknown_entry_here", params={"id": entry_id}))
    return record


def add_entry(session: Session, now: datetime, actor: Actor, market_id: str, side: EntrySide, sent: Entry) -> EntryRecord:
    _check(session, actor, market_id, side, sent)
    check_id_is_free(session, market_id, sent.id)
    begun = {"agreed": 0, "created_at": now, "updated_at": now, "standing": standing_of_new(session, actor, market_id)}
    record = EntryRecord(
        market_id=market_id, id=sent.id, side=side, organisation_id=sent.organisation, **begun, **entry_fields(sent)
    )
    session.add(record)
    session.flush()
    _record(session, now, actor, f"add_{side}", record, after=_said(sent))
    return record


def change_entry(session: Session, now: datetime, actor: Actor, record: EntryRecord, sent: Entry) -> None:
    before = entry_value(record)
    _check(session, actor, record.market_id, record.side, sent)
    if sent.places < record.agreed:
        params: dict[str, str | int] = {"agreed": record.agreed, "limit": sent.places}
        raise Conflict(Finding("capacity_below_agreed", Place(field="capacity"), params))
    for name, value in entry_fields(sent).items():
        setattr(record, name, value)
    record.standing = standing_after_edit(session, actor, record)
    record.updated_at = now
    session.flush()
    _record(session, now, actor, f"change_{record.side}", record, before=_said(before), after=_said(sent))


def remove_entry(session: Session, now: datetime, actor: Actor, record: EntryRecord) -> None:
    """With the wishes and fixed pairs about it; one that an agreement names stays."""
    before = entry_value(record)
    used = or_(AgreementService.offer_id == record.id, AgreementService.need_id == record.id)
    if session.scalar(select(func.count()).where(AgreementService.market_id == record.market_id, used)):
        raise Conflict(Finding("still_in_use", params={"id": record.id, "by": "agreements"}))
    for kept in (PairRecord, ScoreRecord):
        of_it = or_(kept.offer_id == record.id, kept.need_id == record.id)
        session.execute(delete(kept).where(kept.market_id == record.market_id, of_it))
    session.execute(delete(WishRecord).where(WishRecord.market_id == record.market_id, WishRecord.target == record.id))
    session.delete(record)
    session.flush()
    _record(session, now, actor, f"remove_{record.side}", record, before=_said(before))


def find_doubts(entry: Entry) -> list[Finding]:
    """What the author should know and the organiser look at; nothing of it forbids the entry."""
    words = find_money_words(text_of(entry))
    doubts = (
        [Finding("money_words", params={"id": entry.id, "words": ", ".join(words)}, severity=Severity.WARNING)] if words else []
    )
    if not entry.title.strip() and not (entry.text or "").strip():
        doubts.append(Finding("entry_says_nothing", params={"id": entry.id}, severity=Severity.WARNING))
    return doubts


def _check(session: Session, actor: Actor, market_id: str, side: EntrySide, sent: Entry) -> None:
    """The rules of a market file, with pointers into what was sent. An organisation that is not one's own is an unknown one."""
    organisation = session.get(OrganisationRecord, (market_id, sent.organisation))
    known = (organisation_value(organisation, None),) if organisation is not None and actor.acts_for(sent.organisation) else ()
    policy = get_policy(session, session.get_one(MarketRecord, market_id))
    offers, needs = ((sent,), ()) if side is EntrySide.OFFER else ((), (sent,))
    found = find_contradictions(Market.model_construct(market=policy, organisations=known, offers=offers, needs=needs))
    faults = [replace(fault, place=Place(field=fault.place.field)) for fault in found if fault.severity is Severity.ERROR]
    if faults:
        raise InvalidInput(*faults)


def _record(session: Session, now: datetime, actor: Actor, action: str, record: EntryRecord, **details: Any) -> None:
    record_change(session, now, actor, action, Subject(record.side, record.id), chain=record.market_id, **details)


def _said(value: Entry) -> dict[str, Any]:
    return value.model_dump(mode="json", by_alias=True)
