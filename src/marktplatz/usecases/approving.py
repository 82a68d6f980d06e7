"""What the organiser says to a registration: let it in, give it back with a reason, take it out, note what was seen."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TypeAlias

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marktplatz.db.models import AgreementParty, AuditDetail, AuditEntry, EntryRecord, OrganisationRecord, OutboxMessage
from marktplatz.errors import Conflict, Finding, InvalidInput, Place
from marktplatz.market import is_seen
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Change, Subject, record_changes
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.moving_up import tell_of_place
from marktplatz.usecases.organisations import get_contact
from marktplatz.usecases.outbox import discard_message, write_returned
from marktplatz.vocabulary import MessageStatus, OrganisationKind, Standing

Registered: TypeAlias = OrganisationRecord | EntryRecord

STANDING_ACTIONS: Final = ("approve", "move_up", "return", "withdraw", "restore", "set_category")
"""What can be taken back: each says in the audit what was before."""
ON_BEHALF: Final = "organisation"
MAX_REASON: Final = 2_000


def acting_for(actor: Actor, organisation_id: str) -> Actor:
    """The same person, doing what the organisation would do itself; the audit says so."""
    return replace(actor, on_behalf_of=f"{ON_BEHALF}:{organisation_id}"[:200])


def find_entries(session: Session, market_id: str, organisation_ids: Iterable[str]) -> list[EntryRecord]:
    wanted = select(EntryRecord).where(EntryRecord.market_id == market_id, EntryRecord.organisation_id.in_(tuple(organisation_ids)))
    return list(session.scalars(wanted.order_by(EntryRecord.side.desc(), EntryRecord.created_at, EntryRecord.id)))


def approve_organisation(session: Session, now: datetime, actor: Actor, record: OrganisationRecord) -> None:
    """With all of its entries that wait for it; what was given back waits for whoever entered it."""
    waiting = [entry for entry in find_entries(session, record.market_id, [record.id]) if entry.standing is Standing.SUBMITTED]
    action = "move_up" if record.standing is Standing.WAITING else "approve"
    changes = [_set(record, now, action, Standing.APPROVED)] if record.standing is not Standing.APPROVED else []
    changes += [_set(entry, now, "approve", Standing.APPROVED) for entry in waiting]
    tell(session, now, actor, record.market_id, changes)
    discard_return_mails(session, now, actor, record.market_id, changes)
    if action == "move_up":
        tell_of_place(session, now, record.market_id, [record])


def approve_entry(session: Session, now: datetime, actor: Actor, entry: EntryRecord) -> None:
    if entry.standing is not Standing.APPROVED:
        changes = [_set(entry, now, "approve", Standing.APPROVED)]
        tell(session, now, actor, entry.market_id, changes)
        discard_return_mails(session, now, actor, entry.market_id, changes)


def return_one(session: Session, now: datetime, actor: Actor, record: Registered, reason: str, language: str) -> bool:
    """Back to whoever entered it, with a reason; is there a mail about it in the outbox now?"""
    reason = check_reason(reason)
    change = _return(session, now, record, reason, language)
    tell(session, now, actor, record.market_id, [change])
    return bool((change.after or {}).get("message"))


def return_many(session: Session, now: datetime, records: Iterable[OrganisationRecord], reason: str, language: str) -> list[Change]:
    """The same for many at once; the caller tells the audit."""
    reason = check_reason(reason)
    return [_return(session, now, record, reason, language) for record in records]


def withdraw(session: Session, now: datetime, actor: Actor, record: Registered) -> None:
    """Out, and kept; refused where an agreement stands on it."""
    if isinstance(record, OrganisationRecord):
        wanted = select(func.count()).where(
            AgreementParty.market_id == record.market_id, AgreementParty.organisation_id == record.id
        )
        if session.scalar(wanted):
            raise Conflict(Finding("withdrawn_with_agreements"))
    elif record.agreed:
        raise Conflict(Finding("withdrawn_with_agreements"))
    if record.standing is not Standing.WITHDRAWN:
        changes = [_set(record, now, "withdraw", Standing.WITHDRAWN)]
        tell(session, now, actor, record.market_id, changes)
        discard_return_mails(session, now, actor, record.market_id, changes)


def restore(session: Session, now: datetime, actor: Actor, record: Registered) -> None:
    """In again, to be looked at anew."""
    if record.standing is Standing.WITHDRAWN:
        tell(session, now, actor, record.market_id, [_set(record, now, "restore", Standing.SUBMITTED)])


def note_nonprofit(session: Session, now: datetime, actor: Actor, record: OrganisationRecord, *, is_seen_now: bool) -> None:
    """That somebody of the team has seen the proof; or that it was a mistake to say so."""
    if record.kind is not OrganisationKind.NONPROFIT:
        raise InvalidInput(Finding("not_a_nonprofit"))
    if (record.nonprofit_seen_at is not None) == is_seen_now:
        return
    record.nonprofit_seen_at = now if is_seen_now else None
    record.nonprofit_seen_by = actor.name if is_seen_now else None
    session.flush()
    subject = Subject("organisation", record.id)
    change = Change("note_nonprofit", subject, {"nonprofit_seen": not is_seen_now}, {"nonprofit_seen": is_seen_now})
    tell(session, now, actor, record.market_id, [change])


def add_note(session: Session, now: datetime, actor: Actor, record: OrganisationRecord, text: str) -> None:
    """A remark of the team for its own use, which stands in the history and nowhere else."""
    if not is_seen(text):
        raise InvalidInput(Finding("missing", Place(field="note")))
    if len(text) > MAX_REASON:
        raise InvalidInput(Finding("too_long", Place(field="note"), {"found": text[:40], "limit": MAX_REASON}))
    change = Change("add_note", Subject("organisation", record.id), after={"note": text})
    tell(session, now, actor, record.market_id, [change])


def check_reason(reason: str) -> str:
    if not is_seen(reason):
        raise InvalidInput(Finding("reason_missing", Place(field="reason")))
    if len(reason) > MAX_REASON:
        raise InvalidInput(Finding("too_long", Place(field="reason"), {"found": reason[:40], "limit": MAX_REASON}))
    return reason.strip()


def approve_many(now: datetime, records: Iterable[Registered]) -> list[Change]:
    return [_set(record, now, "approve", Standing.APPROVED) for record in records]


def move_up_many(now: datetime, records: Iterable[OrganisationRecord]) -> list[Change]:
    return [_set(record, now, "move_up", Standing.APPROVED) for record in records]


def tell(session: Session, now: datetime, actor: Actor, market_id: str, changes: list[Change]) -> None:
    session.flush()
    if changes:
        record_changes(session, now, actor, changes, chain=market_id)


def discard_return_mails(session: Session, now: datetime, actor: Actor, market_id: str, changes: list[Change]) -> None:
    """A request that was written and not sent yet is answered by now."""
    subjects = {(change.subject.kind, change.subject.id) for change in changes}
    wanted = (
        select(AuditEntry.subject_kind, AuditEntry.subject_id, AuditDetail.details)
        .join(AuditDetail, (AuditDetail.chain == AuditEntry.chain) & (AuditDetail.number == AuditEntry.number))
        .where(AuditEntry.chain == market_id, AuditEntry.action == "return")
    )
    found = [json.loads(details) for kind, key, details in session.execute(wanted) if (kind, key) in subjects]
    ids = [said["after"]["message"] for said in found if said["after"].get("message")]
    held = select(OutboxMessage).where(
        OutboxMessage.market_id == market_id, OutboxMessage.id.in_(ids), OutboxMessage.status == MessageStatus.HELD
    )
    for message in session.scalars(held.order_by(OutboxMessage.id)).all():
        discard_message(session, now, actor, message)


def subject_of(record: Registered) -> Subject:
    return Subject("organisation" if isinstance(record, OrganisationRecord) else record.side.value, record.id)


def _set(record: Registered, now: datetime, action: str, standing: Standing, **more: Any) -> Change:
    before = {"standing": record.standing.value, "return_reason": record.return_reason}
    record.standing = standing
    record.return_reason = more.get("return_reason")
    record.updated_at = now
    return Change(action, subject_of(record), before, {"standing": standing.value, "return_reason": None} | more)


def _return(session: Session, now: datetime, record: Registered, reason: str, language: str) -> Change:
    organisation_id = record.id if isinstance(record, OrganisationRecord) else record.organisation_id
    organisation = session.get_one(OrganisationRecord, (record.market_id, organisation_id))
    person = get_contact(session, organisation)
    message = None
    if person is not None and person.email:
        what = record.name or record.id if isinstance(record, OrganisationRecord) else record.title or record.id
        market = get_market(session, record.market_id)
        message = write_returned(session, now, person, market.name, what, reason, person.language or language)
    return _set(record, now, "return", Standing.RETURNED, return_reason=reason, message=message.id if message else None)
