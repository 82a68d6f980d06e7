"""What the page of one organisation shows to the organiser."""

from collections.abc import Iterable
from typing import Any

from fastapi import Request, Response
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marktplatz.db.models import (
    Agreement,
    AgreementParty,
    CheckIn,
    EntryRecord,
    OrganisationRecord,
    OutboxMessage,
    Person,
    Representation,
    WishRecord,
)
from marktplatz.usecases.approving import find_entries
from marktplatz.usecases.entries import find_doubts
from marktplatz.usecases.history import Step, find_history
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.profiles import get_profile
from marktplatz.usecases.records import entry_value
from marktplatz.vocabulary import MessageStatus, WishLevel
from marktplatz.web.language import find_language
from marktplatz.web.pages.forms import Form
from marktplatz.web.pages.frame import show
from marktplatz.web.pages.registrations import find_categories, words_for
from marktplatz.wording.history import action_text, label, value_text, who_text


def show_registration(request: Request, session: Session, record: OrganisationRecord, form: Form) -> Response:
    """A constant number of queries, whatever hangs on it."""
    market, language = record.market_id, find_language(request)
    entries = find_entries(session, market, [record.id])
    categories = find_categories(session, market, language)
    return show(
        request,
        "registration.html",
        market=get_market(session, market),
        profile=get_profile(session, market),
        organisation=record,
        form=form,
        people=_find_people(session, record),
        entries=[
            {"record": entry, "doubts": find_doubts(entry_value(entry)), "facts": _facts(entry, categories, language)}
            for entry in entries
        ],
        facts=_organisation_facts(record, language),
        wishes=_find_wishes(session, record, entries),
        held=_count_held(session, record),
        check_in=session.get(CheckIn, (market, record.id)),
        agreements=_find_agreements(session, record),
        history=[_tell(step, language) for step in find_history(session, market, record.id)],
        **words_for(request),
    )


def _show_entry(entry: EntryRecord, categories: dict[str, str], language: str) -> dict[str, Any]:
    return {"record": entry, "doubts": find_doubts(entry_value(entry)), "facts": _facts(entry, categories, language)}


def _facts(entry: EntryRecord, categories: dict[str, str], language: str) -> list[tuple[str, str]]:
    """What an entry says beside its text, as far as it says anything."""
    values: dict[str, Any] = {
        "category": categories.get(entry.category or "", entry.category),
        "impact_fields": entry.impact_fields,
        "people": entry.people,
        "hours": entry.hours,
        "quantity": entry.quantity,
        "from": entry.from_on,
        "to": entry.to_on,
        "postcode": entry.postcode,
        "remote": entry.remote or None,
        "capacity": entry.capacity if entry.capacity != 1 else None,
    }
    return _tell_all(values, language)


def _organisation_facts(record: OrganisationRecord, language: str) -> list[tuple[str, str]]:
    names = ("postcode", "about", "website", "max_agreements", "key", "owner", "competitors", "values", "excludes", "table")
    values = {name: getattr(record, name) for name in names}
    values["absent_rounds"] = record.absent_rounds
    return _tell_all({"id": record.id} | values, language)


def _tell_all(values: dict[str, Any], language: str) -> list[tuple[str, str]]:
    return [
        (label(name, language), value_text(name, value, language)) for name, value in values.items() if value not in (None, "", [])
    ]


def _tell(step: Step, language: str) -> dict[str, Any]:
    return {
        "at": step.at,
        "who": who_text(step.who, step.who_kind, language),
        "on_behalf": step.on_behalf,
        "action": action_text(step.action, language),
        "subject": step.subject_label,
        "note": step.note,
        "fields": [
            (label(key, language), value_text(key, before, language), value_text(key, after, language))
            for key, before, after in step.fields
        ],
    }


def _find_people(session: Session, record: OrganisationRecord) -> list[tuple[Person, bool]]:
    wanted = (
        select(Person, Representation.is_contact)
        .join(Representation, (Representation.market_id == Person.market_id) & (Representation.person_id == Person.id))
        .where(Representation.market_id == record.market_id, Representation.organisation_id == record.id)
        .order_by(Representation.is_contact.desc(), Person.id)
    )
    return [(person, is_contact) for person, is_contact in session.execute(wanted)]


def _find_wishes(
    session: Session, record: OrganisationRecord, entries: Iterable[EntryRecord]
) -> list[tuple[bool, WishLevel, str, str]]:
    """Own ones, and those of others about it: is it own, how much, about or by whom, and that one's organisation's id."""
    own_ids = (record.id, *(entry.id for entry in entries))
    wanted = select(WishRecord).where(
        WishRecord.market_id == record.market_id,
        or_(WishRecord.organisation_id == record.id, WishRecord.target.in_(own_ids)),
    )
    wishes = list(session.scalars(wanted.order_by(WishRecord.level, WishRecord.target, WishRecord.organisation_id)))
    named = {wish.target if wish.organisation_id == record.id else wish.organisation_id for wish in wishes}
    labels: dict[str, tuple[str, str]] = {}
    for entry in session.scalars(select(EntryRecord).where(EntryRecord.market_id == record.market_id, EntryRecord.id.in_(named))):
        labels[entry.id] = (entry.title or entry.id, entry.organisation_id)
    others = select(OrganisationRecord).where(OrganisationRecord.market_id == record.market_id, OrganisationRecord.id.in_(named))
    for other in session.scalars(others):
        labels[other.id] = (other.name or other.id, other.id)
    told = []
    for wish in wishes:
        is_own = wish.organisation_id == record.id
        name, organisation_id = labels.get(wish.target if is_own else wish.organisation_id, ("", ""))
        if name:
            told.append((is_own, wish.level, name, organisation_id))
    return told


def _count_held(session: Session, record: OrganisationRecord) -> int:
    wanted = (
        select(OutboxMessage.id)
        .join(
            Representation,
            (Representation.market_id == OutboxMessage.market_id) & (Representation.person_id == OutboxMessage.person_id),
        )
        .where(
            Representation.market_id == record.market_id,
            Representation.organisation_id == record.id,
            OutboxMessage.status == MessageStatus.HELD,
        )
    )
    return len(session.scalars(wanted).all())


def _find_agreements(session: Session, record: OrganisationRecord) -> list[Agreement]:
    wanted = (
        select(Agreement)
        .join(
            AgreementParty,
            (AgreementParty.market_id == Agreement.market_id) & (AgreementParty.agreement_id == Agreement.id),
        )
        .where(AgreementParty.market_id == record.market_id, AgreementParty.organisation_id == record.id)
        .order_by(Agreement.created_at, Agreement.id)
    )
    return list(session.scalars(wanted))
