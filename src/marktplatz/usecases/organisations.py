"""Organisations: add, change, remove; the contact is a person, who may stand for several of them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from marktplatz.db.models import (
    AgreementParty,
    CheckIn,
    Consent,
    EntryRecord,
    Link,
    Login,
    MarketRecord,
    OrganisationRecord,
    OutboxMessage,
    Person,
    Representation,
    WishRecord,
)
from marktplatz.errors import Conflict, Finding, NotFound, Place
from marktplatz.market import Contact, Organisation
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.identifiers import check_can_be_asked_for, make_id
from marktplatz.usecases.records import ORGANISATION_FIELDS, contact_value, fields_of, load_contacts, organisation_value
from marktplatz.usecases.standings import standing_after_edit
from marktplatz.vocabulary import Standing

CONTACT_FIELDS: Final = ("name", "email", "phone")


def get_organisation(session: Session, actor: Actor, market_id: str, organisation_id: str) -> OrganisationRecord:
    """NotFound for one that does not exist and for one that is not the caller's."""
    record = session.get(OrganisationRecord, (market_id, organisation_id))
    if record is None or not actor.acts_for(organisation_id):
        raise NotFound(Finding("unknown_organisation_here", params={"id": organisation_id}))
    return record


def get_contact(session: Session, record: OrganisationRecord) -> Person | None:
    return load_contacts(session, record.market_id, [record.id]).get(record.id)


def add_organisation(session: Session, now: datetime, actor: Actor, market_id: str, sent: Organisation) -> OrganisationRecord:
    check_id_is_free(session, market_id, sent.id)
    fields = fields_of(sent, ORGANISATION_FIELDS)
    record = OrganisationRecord(market_id=market_id, id=sent.id, agreed=0, created_at=now, updated_at=now, **fields)
    session.add(record)
    session.flush()
    _put_contact(session, now, record, sent.contact)
    _record(session, now, actor, "add_organisation", record, after=_said(sent))
    return record


def change_organisation(session: Session, now: datetime, actor: Actor, record: OrganisationRecord, sent: Organisation) -> None:
    before = organisation_value(record, get_contact(session, record))
    _check_maximum(session, record, sent)
    if sent.name != before.name or record.standing is Standing.RETURNED:
        record.standing = standing_after_edit(session, actor, record)
    for name, value in fields_of(sent, ORGANISATION_FIELDS).items():
        setattr(record, name, value)
    record.updated_at = now
    session.flush()
    if sent.contact != before.contact:
        _put_contact(session, now, record, sent.contact)
    _record(session, now, actor, "change_organisation", record, before=_said(before), after=_said(sent))


def _check_maximum(session: Session, record: OrganisationRecord, sent: Organisation) -> None:
    """What is agreed stays within its maximum; whoever gives up their own has the market's."""
    limit = sent.max_agreements
    if limit is None and record.max_agreements is not None:
        limit = session.get_one(MarketRecord, record.market_id).max_agreements
    if limit is not None and limit < record.agreed:
        params: dict[str, str | int] = {"agreed": record.agreed, "limit": limit}
        raise Conflict(Finding("maximum_below_agreed", Place(field="max_agreements"), params))


def remove_organisation(session: Session, now: datetime, actor: Actor, record: OrganisationRecord) -> None:
    """With its wishes and persons; entries and agreements must be gone before, so that nothing vanishes unseen."""
    before = organisation_value(record, get_contact(session, record))
    for by, kept in (("entries", EntryRecord), ("agreements", AgreementParty)):
        wanted = select(func.count()).where(kept.market_id == record.market_id, kept.organisation_id == record.id)
        if session.scalar(wanted):
            raise Conflict(Finding("still_in_use", params={"id": record.id, "by": by}))
    of_it = (WishRecord.organisation_id == record.id) | (WishRecord.target == record.id)
    session.execute(delete(WishRecord).where(WishRecord.market_id == record.market_id, of_it))
    session.execute(delete(CheckIn).where(CheckIn.market_id == record.market_id, CheckIn.organisation_id == record.id))
    _drop_representations(session, record, is_contact=None)
    session.delete(record)
    session.flush()
    _record(session, now, actor, "remove_organisation", record, before=_said(before))


def check_id_is_free(session: Session, market_id: str, sent_id: str) -> None:
    """Ids are unique across organisations, offers and needs of a market, and can be asked for."""
    check_can_be_asked_for(sent_id)
    for kind in (OrganisationRecord, EntryRecord):
        if session.get(kind, (market_id, sent_id)) is not None:
            raise Conflict(Finding("id_taken", Place(field="id"), {"id": sent_id}))


def _put_contact(session: Session, now: datetime, record: OrganisationRecord, contact: Contact | None) -> None:
    """The contact as sent: the same person with corrected data, one of this market with the very same data, or a new one.

    Who stands for other organisations too is not corrected by one of them: nobody else's data change.
    """
    if contact is not None and _correct_contact(session, record, contact):
        return
    _drop_representations(session, record, is_contact=True)
    if contact is None or not _is_told(contact):
        return
    person = _find_same_person(session, record.market_id, contact)
    if person is None:
        fields = fields_of(contact, CONTACT_FIELDS)
        person = Person(market_id=record.market_id, id=make_id("p"), created_at=now, **fields)
        session.add(person)
        session.flush()
    standing = session.get(Representation, (record.market_id, record.id, person.id))
    if standing is None:
        key = {"market_id": record.market_id, "organisation_id": record.id, "person_id": person.id}
        session.add(Representation(**key, is_contact=True))
    else:
        standing.is_contact = True
    session.flush()


def _correct_contact(session: Session, record: OrganisationRecord, contact: Contact) -> bool:
    """With the same name or the same mail it is the same person, who keeps consents, links and logins."""
    person = get_contact(session, record)
    if person is None or not _is_told(contact):
        return False
    is_same = any(mine and mine == sent for mine, sent in ((person.name, contact.name), (person.email, contact.email)))
    wanted = select(func.count()).select_from(Representation)
    if not is_same or session.scalar(wanted.filter_by(market_id=record.market_id, person_id=person.id)) != 1:
        return False
    for name, value in fields_of(contact, CONTACT_FIELDS).items():
        setattr(person, name, value)
    session.flush()
    return True


def _is_told(contact: Contact) -> bool:
    return any((contact.name, contact.email, contact.phone))


def _find_same_person(session: Session, market_id: str, contact: Contact) -> Person | None:
    if not contact.email:
        return None
    wanted = select(Person).where(Person.market_id == market_id, Person.email == contact.email).order_by(Person.id)
    return next((person for person in session.scalars(wanted) if contact_value(person) == contact), None)


def _drop_representations(session: Session, record: OrganisationRecord, *, is_contact: bool | None) -> None:
    """Take persons from an organisation; who then stands for nobody is forgotten."""
    wanted = select(Representation).where(Representation.market_id == record.market_id, Representation.organisation_id == record.id)
    if is_contact is not None:
        wanted = wanted.where(Representation.is_contact == is_contact)
    for standing in session.scalars(wanted).all():
        session.delete(standing)
        session.flush()
        forget_if_alone(session, record.market_id, standing.person_id)


def forget_if_alone(session: Session, market_id: str, person_id: str) -> None:
    if not session.scalar(select(func.count()).select_from(Representation).filter_by(market_id=market_id, person_id=person_id)):
        forget_persons(session, market_id, [person_id])


def forget_persons(session: Session, market_id: str, person_ids: Collection[str]) -> None:
    """Persons who stand for nobody, with all that hangs on them."""
    for kept in (Consent, Login, Link, OutboxMessage):
        session.execute(delete(kept).where(kept.market_id == market_id, kept.person_id.in_(person_ids)))
    session.execute(delete(Person).where(Person.market_id == market_id, Person.id.in_(person_ids)))


def _record(session: Session, now: datetime, actor: Actor, action: str, record: OrganisationRecord, **details: Any) -> None:
    record_change(session, now, actor, action, Subject("organisation", record.id), chain=record.market_id, **details)


def _said(value: Organisation) -> dict[str, Any]:
    return value.model_dump(mode="json")
