"""Erasure: what is stored about a person goes, at once and from everywhere; that something was erased stays, without a name."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from marktplatz.db.engine import INSTALLATION
from marktplatz.db.models import (
    Consent,
    HallNote,
    IdempotencyRecord,
    Link,
    Login,
    OrganisationRecord,
    OutboxMessage,
    Person,
    Representation,
    Run,
)
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, erase_details, record_change
from marktplatz.usecases.secrecy import normalise_mail
from marktplatz.usecases.traces import Traces, find_details, find_mentions


def erase_person(session: Session, now: datetime, actor: Actor, person: Person) -> list[dict[str, str]]:
    """Returns where others wrote of the person: theirs to change. The caller scrubs the database's file after the commit."""
    market_id, person_id = person.market_id, person.id
    traces = Traces.of(session, person)
    _forget_assistance(session, person)
    _empty_hall_notes(session, person)
    for kept in (Consent, Login, Link, OutboxMessage, Representation):
        session.execute(delete(kept).where(kept.market_id == market_id, kept.person_id == person_id))
    session.delete(person)
    session.flush()
    _empty_answers_and_inputs(session, market_id, person_id)
    _erase_audit_details(session, market_id, traces)
    record_change(session, now, actor, "erase_person", Subject("person", person_id), chain=market_id)
    return find_mentions(session, market_id, traces)


def _forget_assistance(session: Session, person: Person) -> None:
    """What an organisation's people need is about them: it goes with the last of them."""
    same = (Representation.market_id == person.market_id, Representation.organisation_id == OrganisationRecord.id)
    wanted = select(OrganisationRecord).where(
        OrganisationRecord.market_id == person.market_id,
        OrganisationRecord.assistance.is_not(None),
        exists().where(*same, Representation.person_id == person.id),
        ~exists().where(*same, Representation.person_id != person.id),
    )
    for record in session.scalars(wanted):
        record.assistance = None
    session.flush()


def _empty_hall_notes(session: Session, person: Person) -> None:
    """What brokers wrote about an organisation is about whoever stood there for it; that they did something stays."""
    own = select(Representation.organisation_id).where(
        Representation.market_id == person.market_id, Representation.person_id == person.id
    )
    about = (HallNote.organisation_id.in_(own) | HallNote.partner_id.in_(own), HallNote.text.is_not(None))
    session.execute(update(HallNote).where(HallNote.market_id == person.market_id, *about).values(text=None))


def find_persons_by_mail(session: Session, mail: str, market_id: str | None = None) -> list[Person]:
    wanted = select(Person).where(func.lower(Person.email) == normalise_mail(mail)).order_by(Person.market_id, Person.id)
    if market_id is not None:
        wanted = wanted.where(Person.market_id == market_id)
    return list(session.scalars(wanted))


def _empty_answers_and_inputs(session: Session, market_id: str, person_id: str) -> None:
    """Both can hold anything that was sent, so the whole market's go; a repeated request is then told that its answer is gone."""
    theirs = (IdempotencyRecord.market_id == market_id) | (IdempotencyRecord.caller == f"person:{person_id}")
    session.execute(update(IdempotencyRecord).where(theirs).values(body=None))
    session.execute(update(Run).where(Run.market_id == market_id).values(input=None))


def _erase_audit_details(session: Session, market_id: str, traces: Traces) -> None:
    numbers = defaultdict(list)
    for chain, number, _ in find_details(session, (market_id, INSTALLATION), traces):
        numbers[chain].append(number)
    for chain, found in numbers.items():
        erase_details(session, chain, found)
