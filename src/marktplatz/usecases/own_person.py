"""A participant's own data: name and phone at once, the mail once the new address has proven itself, consents, and going for good.

A new address waits in the message that was written to it. What proves it is a code that is made of that message's random id,
never shown to participants; like a link's secret it is put in when the mail leaves. No link stands in that message: after a slip
of the pen it would open somebody's page to a stranger.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from marktplatz.db.models import (
    AgreementParty,
    Consent,
    ConsentText,
    Link,
    Login,
    OrganisationRecord,
    OutboxMessage,
    Person,
    Representation,
)
from marktplatz.errors import Conflict, Finding, InvalidInput, Place
from marktplatz.market import Line, Value
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.consents import withdraw_consent
from marktplatz.usecases.erasure import erase_person
from marktplatz.usecases.identifiers import make_id
from marktplatz.usecases.own_organisation import withdraw_organisation
from marktplatz.usecases.partners import find_partners
from marktplatz.usecases.persons import export_person
from marktplatz.usecases.secrecy import check_mail, code_of, normalise_mail
from marktplatz.vocabulary import ConsentPurpose, MessageStatus
from marktplatz.wording.own_mails import mail_change_text

MAIL_CHANGE: Final = "mail_change"
CODE_TIME: Final = timedelta(hours=24)


class OwnData(Value):
    name: Line | None = None
    phone: Line | None = None


def change_own_data(session: Session, now: datetime, actor: Actor, person: Person, sent: OwnData) -> None:
    before = OwnData.model_construct(name=person.name, phone=person.phone)
    if sent == before:
        return
    person.name, person.phone = sent.name, sent.phone
    session.flush()
    subject = Subject("person", person.id)
    said = {"before": before.model_dump(), "after": sent.model_dump()}
    record_change(session, now, actor, "change_person", subject, chain=person.market_id, **said)


def ask_for_mail_change(session: Session, now: datetime, person: Person, mail: str, market_name: str, language: str) -> None:
    """Nothing changes yet; a code goes to the new address."""
    mail = check_mail(mail)
    if person.email is not None and mail == normalise_mail(person.email):
        raise InvalidInput(Finding("mail_is_the_same", Place(field="email")))
    message_id = make_id("msg")
    subject, body = mail_change_text(language, name=person.name or "", market=market_name)
    message = OutboxMessage(
        id=message_id,
        market_id=person.market_id,
        person_id=person.id,
        kind=MAIL_CHANGE,
        recipient=mail,
        subject=subject,
        body=body,
        status=MessageStatus.RELEASED,
        attempts=0,
        created_at=now,
    )
    session.add(message)
    session.flush()


def find_mail_change(session: Session, now: datetime, person: Person) -> OutboxMessage | None:
    """The newest address that waits for its code."""
    wanted = (
        select(OutboxMessage)
        .filter_by(market_id=person.market_id, person_id=person.id, kind=MAIL_CHANGE)
        .where(OutboxMessage.created_at > now - CODE_TIME)
        .order_by(OutboxMessage.created_at.desc(), OutboxMessage.id.desc())
        .limit(1)
    )
    message = session.scalar(wanted)
    return message if message is not None and message.recipient != person.email else None


def confirm_mail_change(
    session: Session, now: datetime, actor: Actor, person: Person, code: str, present_login: str | None
) -> None:
    """From now on mails go to the new address. Links that went to the old one, and all other devices, are out."""
    message = find_mail_change(session, now, person)
    if message is None or not secrets.compare_digest(code_of(message.id).encode(), _plain(code).encode()):
        raise InvalidInput(Finding("wrong_mail_code", Place(field="code")))
    before, person.email, person.confirmed_at = person.email, message.recipient, now
    for kept in (Link, Login):
        of_person = (kept.market_id == person.market_id, kept.person_id == person.id, kept.revoked_at.is_(None))
        others = of_person if present_login is None else (*of_person, kept.secret_sha256 != present_login)
        session.execute(update(kept).where(*others).values(revoked_at=now))
    session.flush()
    subject, said = Subject("person", person.id), {"before": {"email": before}, "after": {"email": person.email}}
    record_change(session, now, actor, "change_person_mail", subject, chain=person.market_id, **said)


def _plain(code: str) -> str:
    return "".join(code.lower().replace("-", " ").split())


def find_given_texts(session: Session, person: Person) -> dict[ConsentPurpose, tuple[Consent, ConsentText]]:
    """The oldest consent that holds, with the words that it was given in."""
    wanted = (
        select(Consent, ConsentText)
        .join(ConsentText, (ConsentText.purpose == Consent.purpose) & (ConsentText.version == Consent.text_version))
        .where(Consent.market_id == person.market_id, Consent.person_id == person.id, Consent.withdrawn_at.is_(None))
        .order_by(Consent.given_at.desc(), Consent.id)
    )
    return {consent.purpose: (consent, text) for consent, text in session.execute(wanted)}


def take_back_consent(session: Session, now: datetime, actor: Actor, person: Person, purpose: ConsentPurpose) -> None:
    """Whole, however often it was given; twice is as once."""
    wanted = select(Consent).filter_by(market_id=person.market_id, person_id=person.id, purpose=purpose)
    for consent in session.scalars(wanted.where(Consent.withdrawn_at.is_(None))).all():
        withdraw_consent(session, now, actor, consent)


def export_own(session: Session, actor: Actor, person: Person) -> dict[str, Any]:
    """Everything stored about the person, and what was told of the needs of those who come along."""
    wanted = select(OrganisationRecord.name, OrganisationRecord.assistance).where(
        OrganisationRecord.market_id == person.market_id,
        OrganisationRecord.id.in_(tuple(actor.organisations or ())),
        OrganisationRecord.assistance.is_not(None),
    )
    assistance = [{"organisation": name, "assistance": text} for name, text in session.execute(wanted)]
    return export_person(session, person) | {"assistance": assistance}


def is_counted_on(session: Session, market_id: str, organisations: Iterable[str]) -> bool:
    """Has somebody been given their contact, or is an agreement with them under way or made?"""
    own = frozenset(organisations)
    if not own:
        return False
    if find_partners(session, market_id, own):
        return True
    wanted = select(func.count()).where(AgreementParty.market_id == market_id, AgreementParty.organisation_id.in_(tuple(own)))
    return bool(session.scalar(wanted))


def erase_oneself(session: Session, now: datetime, actor: Actor, person: Person) -> None:
    """Conflict where others count on them: the organiser then sees to it. An organisation that nobody else stands for goes, too."""
    if is_counted_on(session, person.market_id, actor.organisations or ()):
        raise Conflict(Finding("others_count_on_you"))
    for record in find_left_alone(session, person):
        withdraw_organisation(session, now, actor, record)
    erase_person(session, now, actor, person)


def find_left_alone(session: Session, person: Person) -> list[OrganisationRecord]:
    """The organisations for which only this person stands."""
    others = (
        select(Representation.organisation_id)
        .where(Representation.market_id == person.market_id, Representation.person_id != person.id)
        .scalar_subquery()
    )
    wanted = (
        select(OrganisationRecord)
        .join(
            Representation,
            (Representation.market_id == OrganisationRecord.market_id) & (Representation.organisation_id == OrganisationRecord.id),
        )
        .where(Representation.market_id == person.market_id, Representation.person_id == person.id)
        .where(OrganisationRecord.id.not_in(others))
        .order_by(OrganisationRecord.name, OrganisationRecord.id)
    )
    return list(session.scalars(wanted))
