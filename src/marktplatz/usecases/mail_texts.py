"""A market's own words for its mails; without them, those that come with the product."""

from datetime import datetime

from sqlalchemy.orm import Session

from marktplatz.db.models import MailText
from marktplatz.errors import Finding, InvalidInput, Place
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.vocabulary import MessageKind
from marktplatz.wording.mails import EDITABLE, LINK, default_mail, placeholders_for, placeholders_of

MAX_SUBJECT = 200
MAX_BODY = 10_000


def find_own_text(session: Session, market_id: str | None, kind: MessageKind) -> tuple[str, str] | None:
    own = session.get(MailText, (market_id, kind)) if market_id is not None else None
    return (own.subject, own.body) if own is not None else None


def change_text(session: Session, now: datetime, actor: Actor, market_id: str, kind: MessageKind, subject: str, body: str) -> None:
    """InvalidInput for a placeholder that this kind does not know, and for a mail that lost its link."""
    _check(kind, subject, body)
    own = session.get(MailText, (market_id, kind))
    if own is None:
        session.add(MailText(market_id=market_id, kind=kind, subject=subject, body=body))
    else:
        own.subject, own.body = subject, body
    session.flush()
    said = {"subject": subject, "body": body}
    record_change(session, now, actor, "change_mail_text", Subject("mail_text", kind.value), chain=market_id, after=said)


def drop_text(session: Session, now: datetime, actor: Actor, market_id: str, kind: MessageKind) -> None:
    """Back to the words that come with the product."""
    own = session.get(MailText, (market_id, kind))
    if own is not None:
        session.delete(own)
        session.flush()
        record_change(session, now, actor, "drop_mail_text", Subject("mail_text", kind.value), chain=market_id)


def _check(kind: MessageKind, subject: str, body: str) -> None:
    known = placeholders_for(kind)
    faults = []
    if kind not in EDITABLE:
        faults.append(Finding("mail_not_editable"))
    for field, text, limit in (("subject", subject, MAX_SUBJECT), ("body", body, MAX_BODY)):
        unknown = sorted(placeholders_of(text) - (known if field == "body" else known - {"link"}))
        if not text.strip():
            faults.append(Finding("blank", Place(field=field)))
        if len(text) > limit:
            faults.append(Finding("too_long", Place(field=field), {"found": text[:40], "limit": limit}))
        if unknown:
            told = {"found": ", ".join(f"{{{word}}}" for word in unknown), "known": ", ".join(f"{{{w}}}" for w in sorted(known))}
            faults.append(Finding("unknown_placeholder", Place(field=field), told))
    if LINK in default_mail(kind, "de")[1] and LINK not in body:
        faults.append(Finding("mail_without_link", Place(field="body")))
    if faults:
        raise InvalidInput(*faults)
