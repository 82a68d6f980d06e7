"""Consents: what somebody agreed to, in which words and when; withdrawn as easily as given."""

from datetime import datetime

from sqlalchemy.orm import Session

from marktplatz.db.models import Consent, ConsentText, Person
from marktplatz.errors import Conflict, Finding, NotFound, Place
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.identifiers import make_id
from marktplatz.usecases.persons import get_person, is_that_person
from marktplatz.vocabulary import ConsentPurpose


def add_text(session: Session, now: datetime, actor: Actor, purpose: ConsentPurpose, version: str, text: str) -> ConsentText:
    """A wording; it never changes afterwards, another wording is another version."""
    if session.get(ConsentText, (purpose, version)) is not None:
        raise Conflict(Finding("consent_text_exists", Place(field="version"), {"version": version}))
    record = ConsentText(purpose=purpose, version=version, text=text)
    session.add(record)
    session.flush()
    record_change(session, now, actor, "add_consent_text", Subject("consent_text", f"{purpose}/{version}"), after={"text": text})
    return record


def give_consent(
    session: Session, now: datetime, actor: Actor, market_id: str, person_id: str, purpose: ConsentPurpose, version: str
) -> Consent:
    """By the person, or by an organiser who has it on paper; the audit says which."""
    person: Person = get_person(session, actor, market_id, person_id)
    if session.get(ConsentText, (purpose, version)) is None:
        raise NotFound(Finding("unknown_consent_text", Place(field="text_version"), {"version": version}))
    consent = Consent(
        market_id=market_id, id=make_id("c"), person_id=person.id, purpose=purpose, text_version=version, given_at=now
    )
    session.add(consent)
    session.flush()
    _record(session, now, actor, "give_consent", consent)
    return consent


def get_consent(session: Session, actor: Actor, market_id: str, consent_id: str) -> Consent:
    consent = session.get(Consent, (market_id, consent_id))
    if consent is None or not (actor.organisations is None or is_that_person(actor, consent.person_id)):
        raise NotFound(Finding("unknown_consent", params={"id": consent_id}))
    return consent


def withdraw_consent(session: Session, now: datetime, actor: Actor, consent: Consent) -> None:
    if consent.withdrawn_at is None:
        consent.withdrawn_at = now
        session.flush()
        _record(session, now, actor, "withdraw_consent", consent)


def _record(session: Session, now: datetime, actor: Actor, action: str, consent: Consent) -> None:
    said = {"purpose": consent.purpose, "text_version": consent.text_version}
    record_change(session, now, actor, action, Subject("person", consent.person_id), chain=consent.market_id, after=said)
