"""Taking part without an account: when the way in is open, who comes to the waiting list, and the whole of it in one deed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marktplatz.db.models import MarketRecord, OrganisationRecord, Person, Profile, Representation
from marktplatz.errors import Conflict, Finding
from marktplatz.market import Contact, Entry, Organisation
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.consents_shipped import give_shipped_consents
from marktplatz.usecases.entries import add_entry
from marktplatz.usecases.erasure import find_persons_by_mail
from marktplatz.usecases.identifiers import make_id
from marktplatz.usecases.organisations import add_organisation
from marktplatz.usecases.outbox import write_to_person
from marktplatz.usecases.persons import is_that_person
from marktplatz.vocabulary import Attendance, ConsentPurpose, EntrySide, MessageKind, Phase, Standing

HAS_A_PLACE = (Standing.SUBMITTED, Standing.APPROVED)


def is_open(record: MarketRecord, profile: Profile, now: datetime) -> bool:
    """While the market collects, until the end of the last day for entries in its own zone."""
    if record.phase is not Phase.COLLECTING:
        return False
    return profile.entry_deadline is None or now.astimezone(ZoneInfo(profile.timezone)).date() <= profile.entry_deadline


def is_full(session: Session, profile: Profile) -> bool:
    """Do those who have a place, or have asked for one first, fill the hall?"""
    return profile.hall_places is not None and count_places(session, profile.market_id) >= profile.hall_places


def count_places(session: Session, market_id: str) -> int:
    wanted = select(func.count()).where(
        OrganisationRecord.market_id == market_id,
        OrganisationRecord.standing.in_(HAS_A_PLACE),
        OrganisationRecord.attendance != Attendance.CANCELLED,
    )
    return session.scalar(wanted) or 0


@dataclass(frozen=True, slots=True)
class SentEntry:
    """An offer or a need as it was sent; `answers` by the names of `questions`."""

    side: EntrySide
    entry: Entry
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Registration:
    """All that somebody sends who wants to take part; ids are made, and `language` is that of the mails."""

    organisation: Organisation
    contact: Contact
    entries: tuple[SentEntry, ...]
    about: str | None = None
    website: str | None = None
    assistance: str | None = None
    consents: frozenset[ConsentPurpose] = frozenset()
    language: str = "de"


def register(
    session: Session, now: datetime, actor: Actor, market: MarketRecord, profile: Profile, sent: Registration
) -> OrganisationRecord:
    """Organisation, person, entries, consents and the mail with the link: all of it or nothing.

    Conflict while the way in is not open. Whether the address was known before makes no difference to whoever sends. A name that
    is there already is taken in all the same: the organiser knows which of the two to keep.
    """
    standing = _find_standing(session, now, market, profile)
    record = add_organisation(session, now, actor, market.id, sent.organisation)
    record.standing, record.attendance = standing, Attendance.COMING
    record.about, record.website, record.assistance = sent.about, sent.website, sent.assistance
    session.flush()
    person, is_known = _find_or_add_person(session, now, market.id, sent)
    session.add(Representation(market_id=market.id, organisation_id=record.id, person_id=person.id, is_contact=True))
    session.flush()
    subject = Subject("organisation", record.id)
    record_change(session, now, actor, "register", subject, chain=market.id, after=_said(sent, standing))
    own = replace(actor, organisations=frozenset({record.id}))
    for each in sent.entries:
        entry = add_entry(session, now, own, market.id, each.side, each.entry)
        entry.answers = dict(each.answers)
        entry.standing = Standing.SUBMITTED if profile.approves else Standing.APPROVED
    session.flush()
    if not is_known or is_that_person(actor, person.id):
        # Nobody consents for an address that was somebody's before: they do it themselves, behind their link.
        give_shipped_consents(session, now, actor, market.id, person.id, sent.consents, sent.language)
    write_to_person(session, now, MessageKind.ENTRY_RECEIVED, person, market.name, person.language)
    return record


def check_is_open(session: Session, now: datetime, market: MarketRecord, profile: Profile) -> None:
    _find_standing(session, now, market, profile)


def _find_standing(session: Session, now: datetime, market: MarketRecord, profile: Profile) -> Standing:
    if not is_open(market, profile, now):
        raise Conflict(Finding("way_in_closed"))
    if is_full(session, profile):
        if not profile.has_waiting_list:
            raise Conflict(Finding("hall_is_full"))
        return Standing.WAITING
    return Standing.SUBMITTED if profile.approves else Standing.APPROVED


def _find_or_add_person(session: Session, now: datetime, market_id: str, sent: Registration) -> tuple[Person, bool]:
    """Who has the address already stands for both from now on; their data are not changed by what anybody can send."""
    known = find_persons_by_mail(session, sent.contact.email or "", market_id)
    if known:
        return known[0], True
    person = Person(
        market_id=market_id,
        id=make_id("p"),
        name=sent.contact.name,
        email=sent.contact.email,
        phone=sent.contact.phone,
        language=sent.language,
        created_at=now,
    )
    session.add(person)
    session.flush()
    return person, False


def _said(sent: Registration, standing: Standing) -> dict[str, object]:
    """That something is needed to take part well is told, what it is stands with the organisation alone."""
    return {
        "contact": sent.contact.model_dump(mode="json"),
        "standing": standing,
        "website": sent.website,
        "about": sent.about,
        "needs_assistance": sent.assistance is not None,
        "answers": {each.entry.id: dict(each.answers) for each in sent.entries if each.answers},
    }
