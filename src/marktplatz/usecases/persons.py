"""Persons of a market: who they are, and everything that is stored about one."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marktplatz.db.engine import INSTALLATION
from marktplatz.db.models import (
    AuditEntry,
    Consent,
    ConsentText,
    IdempotencyRecord,
    Link,
    Login,
    OrganisationRecord,
    OutboxMessage,
    Person,
    Representation,
)
from marktplatz.errors import Finding, NotFound
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.traces import Traces, find_details, find_mentions


def get_person(session: Session, actor: Actor, market_id: str, person_id: str) -> Person:
    """For staff and for the person; for everybody else there is no such person."""
    person = session.get(Person, (market_id, person_id))
    if person is None or not (actor.organisations is None or is_that_person(actor, person_id)):
        raise NotFound(Finding("unknown_person", params={"id": person_id}))
    return person


def is_that_person(actor: Actor, person_id: str) -> bool:
    return actor.name == f"person:{person_id}"


def find_standing(session: Session, person: Person) -> list[dict[str, Any]]:
    """The organisations that a person stands for."""
    wanted = (
        select(OrganisationRecord.id, OrganisationRecord.name, Representation.is_contact)
        .join(
            Representation,
            (Representation.market_id == OrganisationRecord.market_id) & (Representation.organisation_id == OrganisationRecord.id),
        )
        .where(Representation.market_id == person.market_id, Representation.person_id == person.id)
        .order_by(OrganisationRecord.id)
    )
    return [row._asdict() for row in session.execute(wanted)]


def export_person(session: Session, person: Person) -> dict[str, Any]:
    """Everything stored about a person, as plain values; what others wrote is named by its place, not shown."""
    of_person = {"market_id": person.market_id, "person_id": person.id}
    traces = Traces.of(session, person)
    return {
        "person": _fields(person, "id", "name", "email", "phone", "created_at"),
        "organisations": find_standing(session, person),
        "consents": _export_consents(session, person),
        "links": _export(session, Link, of_person, "purpose", "created_at", "used_at", "revoked_at"),
        "logins": _export(session, Login, of_person, "created_at", "expires_at", "revoked_at"),
        "messages": _export(
            session, OutboxMessage, of_person, "kind", "recipient", "subject", "body", "status", "created_at", "sent_at"
        ),
        "changes": _export_changes(session, person, traces),
        "kept_answers": session.scalar(
            select(func.count()).select_from(IdempotencyRecord).where(IdempotencyRecord.caller == f"person:{person.id}")
        ),
        "mentions": find_mentions(session, person.market_id, traces),
    }


def _export_consents(session: Session, person: Person) -> list[dict[str, Any]]:
    wanted = (
        select(Consent, ConsentText.text)
        .join(ConsentText, (ConsentText.purpose == Consent.purpose) & (ConsentText.version == Consent.text_version))
        .where(Consent.market_id == person.market_id, Consent.person_id == person.id)
        .order_by(Consent.given_at, Consent.id)
    )
    names = ("purpose", "text_version", "given_at", "withdrawn_at")
    return [_fields(consent, *names) | {"text": text} for consent, text in session.execute(wanted)]


def _export(session: Session, kind: Any, of_person: dict[str, str], *names: str) -> list[dict[str, Any]]:
    rows = session.scalars(select(kind).filter_by(**of_person).order_by(kind.created_at))
    return [_fields(row, *names) for row in rows]


def _export_changes(session: Session, person: Person, traces: Traces) -> list[dict[str, Any]]:
    """What the person did, and the changes whose kept details name them, with the words that do."""
    named = {(chain, number): words for chain, number, words in find_details(session, (person.market_id, INSTALLATION), traces)}
    chains = AuditEntry.chain.in_((person.market_id, INSTALLATION))
    entries = session.scalars(select(AuditEntry).where(chains).order_by(AuditEntry.chain, AuditEntry.number))
    return [
        _fields(entry, "chain", "number", "at", "action", "subject_kind", "subject_id")
        | {"as_actor": entry.actor == f"person:{person.id}", "words": named.get((entry.chain, entry.number), [])}
        for entry in entries
        if entry.actor == f"person:{person.id}" or (entry.chain, entry.number) in named
    ]


def _fields(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
