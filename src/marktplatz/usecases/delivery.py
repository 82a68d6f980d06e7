"""Delivery of released messages by SMTP: begin an attempt, send without holding any lock, write down what came of it.

A message may go out twice if the machine stops between sending and writing it down; none is lost.
"""

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final, Literal
from urllib.parse import urlsplit

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marktplatz.db.engine import INSTALLATION, Database
from marktplatz.db.models import Link, OutboxMessage
from marktplatz.usecases.links import link_address, make_link
from marktplatz.usecases.secrecy import code_of, hash_secret
from marktplatz.vocabulary import MessageStatus
from marktplatz.wording.mails import LINK
from marktplatz.wording.own_mails import CODE

MAX_ATTEMPTS: Final = 5
FIRST_PAUSE: Final = timedelta(minutes=1)
"""Doubled with every attempt that failed."""
TIMEOUT_S: Final = 15.0


@dataclass(frozen=True, slots=True)
class SmtpServer:
    host: str
    port: int
    sender: str
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: str | None = None
    trusted: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """What leaves the house, with its link; never stored, and not shown by repr."""

    message_id: str
    link_sha256: str | None
    mail: EmailMessage

    def __repr__(self) -> str:
        return f"Letter({self.message_id})"


def find_due(session: Session, now: datetime, limit: int = 50) -> list[tuple[str, str]]:
    """Released messages whose time has come, oldest first: id and the chain whose lock they need."""
    wanted = (
        select(OutboxMessage.id, OutboxMessage.market_id)
        .where(OutboxMessage.status == MessageStatus.RELEASED)
        .where(or_(OutboxMessage.try_after.is_(None), OutboxMessage.try_after <= now))
        .order_by(OutboxMessage.created_at, OutboxMessage.id)
        .limit(limit)
    )
    return [(message_id, market_id or INSTALLATION) for message_id, market_id in session.execute(wanted)]


def begin_attempt(session: Session, now: datetime, message_id: str, server: SmtpServer, base_url: str) -> Letter | None:
    """The letter, with a fresh link where one belongs; None if the message was discarded meanwhile."""
    message = session.get(OutboxMessage, message_id)
    if message is None or message.status is not MessageStatus.RELEASED:
        return None
    message.attempts += 1
    message.try_after = now + FIRST_PAUSE * 2 ** (message.attempts - 1)
    body, link = (message.body or "").replace(CODE, code_of(message.id)), None
    if LINK in body:
        secret = make_link(session, now, message)
        body, link = body.replace(LINK, link_address(base_url, secret)), hash_secret(secret)
    session.flush()
    return Letter(message.id, link, _make_mail(message, body, now, server, base_url))


def end_attempt(session: Session, now: datetime, letter: Letter, failure: str | None) -> None:
    """Sent; or to be tried again, or given up. The link of a letter that did not leave is gone."""
    message = session.get(OutboxMessage, letter.message_id)
    link = session.get(Link, letter.link_sha256) if letter.link_sha256 is not None and failure is not None else None
    if link is not None:
        session.delete(link)
    if message is None:
        return
    message.failure = failure
    if failure is None:
        message.status, message.sent_at, message.try_after = MessageStatus.SENT, now, None
    elif message.attempts >= MAX_ATTEMPTS and message.status is MessageStatus.RELEASED:
        message.status = MessageStatus.FAILED


def send(server: SmtpServer, letter: Letter) -> str | None:
    """None if the server took it; else why not, in a word without anybody's address."""
    try:
        with _connect(server) as smtp:
            if server.user is not None:
                smtp.login(server.user, server.password or "")
            smtp.send_message(letter.mail)
    except smtplib.SMTPResponseException as error:
        return f"{type(error).__name__} {error.smtp_code}"
    except (smtplib.SMTPException, OSError, ValueError) as error:
        return type(error).__name__
    return None


def deliver_due(database: Database, clock: Callable[[], datetime], server: SmtpServer, base_url: str) -> int:
    """Everything that is due, one after the other; how many were sent."""
    with database.read() as session:
        due = find_due(session, clock())
    sent = 0
    for message_id, chain in due:
        with database.write(chain) as session:
            letter = begin_attempt(session, clock(), message_id, server, base_url)
        if letter is None:
            continue
        failure = send(server, letter)
        with database.write(chain) as session:
            end_attempt(session, clock(), letter, failure)
        sent += failure is None
    return sent


def _connect(server: SmtpServer) -> smtplib.SMTP:
    context = server.trusted or ssl.create_default_context()
    if server.security == "tls":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=context)
    smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)
    if server.security == "starttls":
        try:
            smtp.starttls(context=context)
        except BaseException:
            smtp.close()
            raise
    return smtp


def _make_mail(message: OutboxMessage, body: str, now: datetime, server: SmtpServer, base_url: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = server.sender
    mail["To"] = message.recipient or ""
    mail["Subject"] = message.subject or ""
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message.id}.{message.attempts}@{urlsplit(base_url).hostname or 'localhost'}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(body)
    return mail
