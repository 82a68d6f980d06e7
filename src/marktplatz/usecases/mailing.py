"""Mails to many: who gets one, written as drafts into the outbox, released together once somebody has seen how many they are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, func, select, union, update
from sqlalchemy.orm import Session

from marktplatz.db.models import (
    Agreement,
    AgreementParty,
    CheckIn,
    MarketRecord,
    OrganisationRecord,
    OutboxMessage,
    PairingRecord,
    Person,
    Profile,
    Representation,
)
from marktplatz.errors import Conflict, Finding
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.outbox import write_to_person
from marktplatz.vocabulary import AgreementStatus, Attendance, CheckInStatus, MessageKind, MessageStatus, Standing
from marktplatz.wording.dates import day_text

GROUP_KINDS: Final = (MessageKind.INVITATION, MessageKind.CONFIRMATION_MISSING, MessageKind.REMINDER)
"""Kinds that an organiser writes to a group by hand."""
UNDER_WAY: Final = (MessageStatus.HELD, MessageStatus.RELEASED)

Recipient = tuple[Person, str]
"""Somebody with an address, and the name of the organisation that the mail is about."""


def find_recipients(session: Session, market_id: str, kind: MessageKind, run_id: str | None = None) -> list[Recipient]:
    """Each person once, for the first of their organisations by name; nobody has two such mails waiting, nor gets two thanks.

    `run_id`: whose proposals the mail is about.
    """
    waiting = select(OutboxMessage.person_id).where(
        OutboxMessage.market_id == market_id,
        OutboxMessage.kind == kind.value,
        OutboxMessage.status.in_((*UNDER_WAY, MessageStatus.SENT) if kind is MessageKind.THANKS else UNDER_WAY),
        OutboxMessage.person_id.is_not(None),
    )
    wanted = (
        select(Person, OrganisationRecord.name)
        .join(Representation, (Representation.market_id == Person.market_id) & (Representation.person_id == Person.id))
        .join(
            OrganisationRecord,
            (OrganisationRecord.market_id == Representation.market_id) & (OrganisationRecord.id == Representation.organisation_id),
        )
        .where(Person.market_id == market_id, Person.email.is_not(None), Person.email != "", Person.id.not_in(waiting))
        .where(OrganisationRecord.standing != Standing.WITHDRAWN, *_condition(kind, market_id, run_id))
        .order_by(Person.id, OrganisationRecord.name)
    )
    found: dict[str, Recipient] = {}
    for person, organisation in session.execute(wanted):
        found.setdefault(person.id, (person, organisation))
    return list(found.values())


def _condition(kind: MessageKind, market_id: str, run_id: str | None) -> tuple[ColumnElement[bool], ...]:
    takes_part = (OrganisationRecord.standing == Standing.APPROVED, OrganisationRecord.attendance != Attendance.CANCELLED)
    if kind is MessageKind.REMINDER:
        return takes_part
    if kind is MessageKind.THANKS:
        came = select(CheckIn.organisation_id).where(
            CheckIn.market_id == market_id, CheckIn.status.in_((CheckInStatus.PRESENT, CheckInStatus.LEFT))
        )
        agreed = select(AgreementParty.organisation_id).join(
            Agreement, (Agreement.market_id == AgreementParty.market_id) & (Agreement.id == AgreementParty.agreement_id)
        )
        agreed = agreed.where(AgreementParty.market_id == market_id, Agreement.status == AgreementStatus.CERTIFIED)
        return (OrganisationRecord.id.in_(union(came, agreed)),)
    if kind is MessageKind.PROPOSALS_PUBLISHED:
        of_run = (PairingRecord.market_id == market_id, PairingRecord.run_id == run_id)
        ends = union(select(PairingRecord.giver_id).where(*of_run), select(PairingRecord.taker_id).where(*of_run))
        return (*takes_part, OrganisationRecord.id.in_(ends))
    return (Person.confirmed_at.is_(None),)


def write_to_group(
    session: Session,
    now: datetime,
    actor: Actor,
    market: MarketRecord,
    profile: Profile,
    kind: MessageKind,
    expected: int,
    run_id: str | None = None,
    **more: str,
) -> int:
    """How many were written; Conflict if they are not as many as somebody was shown. Nothing leaves yet."""
    recipients = find_recipients(session, market.id, kind, run_id)
    _check_count(len(recipients), expected)
    for person, organisation in recipients:
        words = mail_words(market, profile, organisation, person.language) | more
        write_to_person(session, now, kind, person, market.name, person.language, **words)
    _record(session, now, actor, "write_to_group", market.id, kind, len(recipients))
    return len(recipients)


def mail_words(market: MarketRecord, profile: Profile, organisation: str, language: str) -> dict[str, str]:
    """What the mails of a market may say beside the name."""
    hours = f"{profile.begins}–{profile.ends}" if profile.begins and profile.ends else profile.begins or ""
    day = ", ".join(part for part in (day_text(market.date, language), hours) if part)
    place = ", ".join(part for part in (profile.venue, profile.address, profile.town) if part)
    contact = ", ".join(part for part in (profile.organiser_name, profile.organiser_phone, profile.organiser_email) if part)
    return {"organisation": organisation, "day": day, "place": place, "contact": contact}


def count_messages(session: Session, market_id: str) -> dict[MessageStatus, int]:
    wanted = select(OutboxMessage.status, func.count()).where(OutboxMessage.market_id == market_id).group_by(OutboxMessage.status)
    found = {status: count for status, count in session.execute(wanted)}  # noqa: C416 a Result has keys()
    return {status: found.get(status, 0) for status in MessageStatus}


def count_held(session: Session, market_id: str, kind: str | None) -> int:
    return session.scalar(select(func.count()).select_from(OutboxMessage).where(*_held(market_id, kind))) or 0


def release_held(session: Session, now: datetime, actor: Actor, market_id: str, kind: str | None, expected: int) -> int:
    """All that lie ready, of one kind or of all; Conflict if they are not as many as somebody confirmed."""
    count = count_held(session, market_id, kind)
    _check_count(count, expected)
    session.execute(update(OutboxMessage).where(*_held(market_id, kind)).values(status=MessageStatus.RELEASED, try_after=None))
    session.flush()
    _record(session, now, actor, "release_messages", market_id, kind, count)
    return count


def hand_out(session: Session, now: datetime, actor: Actor, market_id: str, messages: Sequence[OutboxMessage]) -> None:
    """They leave on paper or by somebody's own mail program; for us they are sent."""
    for message in messages:
        message.status, message.sent_at, message.try_after, message.failure = MessageStatus.SENT, now, None, None
    session.flush()
    _record(session, now, actor, "hand_out_messages", market_id, None, len(messages))


def find_waiting(session: Session, market_id: str, limit: int = 500) -> list[OutboxMessage]:
    """What waits, ready or released, and what could not be delivered: oldest first."""
    waits = (*UNDER_WAY, MessageStatus.FAILED)
    wanted = (
        select(OutboxMessage)
        .where(OutboxMessage.market_id == market_id, OutboxMessage.status.in_(waits))
        .order_by(OutboxMessage.created_at, OutboxMessage.id)
        .limit(limit)
    )
    return list(session.scalars(wanted))


def note_bounce(session: Session, now: datetime, actor: Actor, message: OutboxMessage) -> None:
    """It came back after it had left: the address is wrong, somebody has to call."""
    message.status, message.bounced_at, message.failure = MessageStatus.FAILED, now, "bounced"
    session.flush()
    assert message.market_id is not None  # noqa: S101 only a market's mails are shown to its organisers
    record_change(session, now, actor, "note_bounce", Subject("message", message.id), chain=message.market_id)


def _held(market_id: str, kind: str | None) -> tuple[ColumnElement[bool], ...]:
    held = (OutboxMessage.market_id == market_id, OutboxMessage.status == MessageStatus.HELD)
    return (*held, OutboxMessage.kind == kind) if kind is not None else held


def _check_count(count: int, expected: int) -> None:
    if count == 0:
        raise Conflict(Finding("nobody_to_write_to"))
    if count != expected:
        raise Conflict(Finding("count_changed", params={"count": count, "expected": expected}))


def _record(session: Session, now: datetime, actor: Actor, action: str, market_id: str, kind: str | None, count: int) -> None:
    said = {"kind": kind, "count": count}
    record_change(session, now, actor, action, Subject("outbox", kind or "all"), chain=market_id, after=said)
