"""The outbox: messages are written, looked at, released; what is sent when somebody asks for a way in needs no release."""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from marktplatz.db.models import Account, OutboxMessage, Person
from marktplatz.errors import Conflict, Finding, InvalidInput, NotFound, Place
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.identifiers import make_id
from marktplatz.usecases.mail_texts import find_own_text
from marktplatz.vocabulary import MessageKind, MessageStatus
from marktplatz.wording.mails import LINK, fill_in, mail_text

RELEASED_AT_ONCE: Final = frozenset(
    {MessageKind.STAFF_LOGIN, MessageKind.PARTICIPANT_ENTRY, MessageKind.ENTRY_RECEIVED, MessageKind.STAFF_INVITATION}
)
"""Somebody waits for these; they go to nobody but who asked, or to the one whom an organiser just named."""


def write_to_account(session: Session, now: datetime, account: Account, language: str) -> OutboxMessage:
    """A way in for somebody of the staff."""
    subject, body = mail_text(MessageKind.STAFF_LOGIN, language, name=account.name, market="")
    return _write(session, now, MessageKind.STAFF_LOGIN, account.email, subject, body, account_id=account.id)


def write_invitation(session: Session, now: datetime, account: Account, market_name: str, language: str) -> OutboxMessage:
    """For somebody new in a team, who may read it tomorrow."""
    subject, body = mail_text(MessageKind.STAFF_INVITATION, language, name=account.name, market=market_name)
    return _write(session, now, MessageKind.STAFF_INVITATION, account.email, subject, body, account_id=account.id)


def write_to_person(
    session: Session, now: datetime, kind: MessageKind, person: Person, market_name: str, language: str, **words: str
) -> OutboxMessage:
    """In the market's own words where it has some. Conflict where there is no address to write to."""
    if not person.email:
        raise Conflict(Finding("person_without_mail"))
    own = find_own_text(session, person.market_id, kind)
    subject, body = mail_text(kind, language, name=person.name or "", market=market_name, own=own, **words)
    return _write(session, now, kind, person.email, subject, body, market_id=person.market_id, person_id=person.id)


def write_returned(
    session: Session, now: datetime, person: Person, market_name: str, what: str, reason: str, language: str
) -> OutboxMessage:
    """Why something was given back; held, so that the organiser may change the words before it leaves."""
    kind = MessageKind.ENTRY_RETURNED
    own = find_own_text(session, person.market_id, kind)
    subject, body = mail_text(kind, language, name=person.name or "", market=market_name, own=own, what=what)
    body = fill_in(body, {"reason": reason.replace("{", "(").replace("}", ")")})  # with its own lines
    return _write(session, now, kind, person.email or "", subject, body, market_id=person.market_id, person_id=person.id)


def write_words(session: Session, now: datetime, kind: MessageKind, person: Person, words: tuple[str, str]) -> OutboxMessage:
    """A mail of its own: subject and body as they are. Conflict where there is no address to write to."""
    if not person.email:
        raise Conflict(Finding("person_without_mail"))
    return _write(session, now, kind, person.email, *words, market_id=person.market_id, person_id=person.id)


def get_message(session: Session, market_id: str, message_id: str) -> OutboxMessage:
    message = session.get(OutboxMessage, message_id)
    if message is None or message.market_id != market_id:
        raise NotFound(Finding("unknown_message", params={"id": message_id}))
    return message


def edit_message(session: Session, now: datetime, actor: Actor, message: OutboxMessage, subject: str, body: str) -> None:
    """Other words for one mail, while it waits; a link that was in it stays in it."""
    _must_be(message, MessageStatus.HELD)
    if LINK in (message.body or "") and LINK not in body:
        raise InvalidInput(Finding("mail_without_link", Place(field="body")))
    if not subject.strip() or not body.strip():
        raise InvalidInput(Finding("blank", Place(field="body" if subject.strip() else "subject")))
    message.subject, message.body = " ".join(subject.split())[:300], body
    _record(session, now, actor, "edit_message", message)


def release_message(session: Session, now: datetime, actor: Actor, message: OutboxMessage) -> None:
    """From now on it may leave; one that failed gets another try."""
    _must_be(message, MessageStatus.HELD, MessageStatus.FAILED)
    message.status, message.attempts, message.failure, message.try_after = MessageStatus.RELEASED, 0, None, None
    _record(session, now, actor, "release_message", message)


def discard_message(session: Session, now: datetime, actor: Actor, message: OutboxMessage) -> None:
    _must_be(message, MessageStatus.HELD, MessageStatus.RELEASED, MessageStatus.FAILED)
    message.status = MessageStatus.DISCARDED
    _record(session, now, actor, "discard_message", message)


def _write(session: Session, now: datetime, kind: MessageKind, recipient: str, subject: str, body: str, **of: str) -> OutboxMessage:
    status = MessageStatus.RELEASED if kind in RELEASED_AT_ONCE else MessageStatus.HELD
    message = OutboxMessage(
        id=make_id("msg"),
        kind=kind.value,
        recipient=recipient,
        subject=subject,
        body=body,
        status=status,
        attempts=0,
        created_at=now,
        **of,
    )
    session.add(message)
    session.flush()
    return message


def _must_be(message: OutboxMessage, *statuses: MessageStatus) -> None:
    if message.status not in statuses:
        raise Conflict(Finding("message_is", params={"status": message.status.value}))


def _record(session: Session, now: datetime, actor: Actor, action: str, message: OutboxMessage) -> None:
    session.flush()
    assert message.market_id is not None  # noqa: S101 only a market's messages are released by hand
    record_change(session, now, actor, action, Subject("message", message.id), chain=message.market_id)
