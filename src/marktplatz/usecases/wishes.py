"""Wishes of an organisation about another one or about one of its entries."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import EntryRecord, OrganisationRecord, WishRecord
from marktplatz.errors import Conflict, Finding, InvalidInput, NotFound, Place
from marktplatz.market import Wish
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.identifiers import make_id
from marktplatz.usecases.records import wish_value


def get_wish(session: Session, actor: Actor, market_id: str, wish_id: str) -> WishRecord:
    record = session.get(WishRecord, (market_id, wish_id))
    if record is None or not actor.acts_for(record.organisation_id):
        raise NotFound(Finding("unknown_wish", params={"id": wish_id}))
    return record


def add_wish(session: Session, now: datetime, actor: Actor, market_id: str, sent: Wish) -> WishRecord:
    if session.get(OrganisationRecord, (market_id, sent.organisation)) is None or not actor.acts_for(sent.organisation):
        raise InvalidInput(Finding("unknown_organisation", Place(field="organisation"), {"id": sent.organisation}))
    if not any(session.get(kind, (market_id, sent.target)) for kind in (OrganisationRecord, EntryRecord)):
        raise InvalidInput(Finding("unknown_target", Place(field="target"), {"id": sent.target}))
    same = select(WishRecord.id).filter_by(
        market_id=market_id, organisation_id=sent.organisation, target=sent.target, level=sent.level
    )
    if session.scalar(same) is not None:
        raise Conflict(Finding("wish_known", Place(field="target"), {"id": sent.target}))
    record = WishRecord(
        market_id=market_id,
        id=make_id("w"),
        organisation_id=sent.organisation,
        target=sent.target,
        level=sent.level,
        created_at=now,
    )
    session.add(record)
    session.flush()
    subject = Subject("wish", record.id)
    record_change(session, now, actor, "add_wish", subject, chain=market_id, after=sent.model_dump(mode="json"))
    return record


def remove_wish(session: Session, now: datetime, actor: Actor, record: WishRecord) -> None:
    before = wish_value(record).model_dump(mode="json")
    session.delete(record)
    session.flush()
    record_change(session, now, actor, "remove_wish", Subject("wish", record.id), chain=record.market_id, before=before)
