"""„We found more hands“: somebody raises a limit so that an agreement fits, says why, and is on record with it."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import Agreement, AuditDetail, AuditEntry, EntryRecord, MarketRecord, OrganisationRecord
from marktplatz.errors import Conflict, Finding, InvalidInput, Place
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.agreements import OPEN_STATES, draft_of, must_be_in, record_step
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.drafts import named_entries
from marktplatz.vocabulary import AgreementStatus, Role

MOST: Final = 10_000
_ON_AGREEMENT: Final = "more_hands"


@dataclass(frozen=True)
class Raised:
    """One raise, as an agreement shows it; `limit` is "capacity" or "max_agreements", `id` what it belongs to."""

    at: datetime
    actor: str
    limit: str
    id: str
    before: int
    after: int
    reason: str


@dataclass(frozen=True)
class RaiseWhat:
    """One of the two: an offer or a need, or an organisation."""

    entry: str | None
    organisation: str | None


def raise_what(session: Session, now: datetime, actor: Actor, record: Agreement, what: RaiseWhat, to: int, reason: str) -> None:
    """InvalidInput where neither or both are named."""
    if (what.entry is None) == (what.organisation is None):
        raise InvalidInput(Finding("raise_of_one_thing", Place(field="entry")))
    if what.entry is not None:
        raise_capacity(session, now, actor, record, what.entry, to, reason)
    if what.organisation is not None:
        raise_maximum(session, now, actor, record, what.organisation, to, reason)


def raise_capacity(
    session: Session, now: datetime, actor: Actor, record: Agreement, entry_id: str, capacity: int, reason: str
) -> None:
    """An offer or a need of the agreement can be had more often than it said."""
    _check(actor, record, reason)
    entry = session.get(EntryRecord, (record.market_id, entry_id)) if entry_id in named_entries(draft_of(record).services) else None
    if entry is None:
        raise InvalidInput(Finding("not_of_agreement", Place(field="entry"), {"id": entry_id}))
    before = entry.capacity
    _check_is_higher(before, capacity)
    entry.capacity, entry.updated_at = capacity, now
    _record(session, now, actor, record, Subject(entry.side.value, entry.id), "capacity", before, capacity, reason)


def raise_maximum(
    session: Session, now: datetime, actor: Actor, record: Agreement, organisation_id: str, maximum: int, reason: str
) -> None:
    """A party may take part in more agreements than it, or the market, had said."""
    _check(actor, record, reason)
    is_party = any(party.organisation_id == organisation_id for party in record.parties)
    organisation = session.get(OrganisationRecord, (record.market_id, organisation_id)) if is_party else None
    if organisation is None:
        raise InvalidInput(Finding("not_of_agreement", Place(field="organisation"), {"id": organisation_id}))
    before = organisation.max_agreements
    if before is None:
        before = session.get_one(MarketRecord, record.market_id).max_agreements
    if before is None:
        raise Conflict(Finding("has_no_limit", Place(field="organisation"), {"id": organisation_id}))
    _check_is_higher(before, maximum)
    organisation.max_agreements, organisation.updated_at = maximum, now
    subject = Subject("organisation", organisation.id)
    _record(session, now, actor, record, subject, "max_agreements", before, maximum, reason)


def list_raises(session: Session, market_id: str, agreement_id: str) -> list[Raised]:
    """In their order; what an erasure took out of the audit is not told any more."""
    found = session.execute(
        select(AuditEntry.at, AuditEntry.actor, AuditDetail.details)
        .join(AuditDetail, (AuditDetail.chain == AuditEntry.chain) & (AuditDetail.number == AuditEntry.number))
        .where(AuditEntry.chain == market_id, AuditEntry.subject_kind == "agreement", AuditEntry.subject_id == agreement_id)
        .where(AuditEntry.action == _ON_AGREEMENT)
        .order_by(AuditEntry.number)
    )
    return [Raised(at, actor, **json.loads(details)["after"]) for at, actor, details in found]


def _check(actor: Actor, record: Agreement, reason: str) -> None:
    actor.must_be(Role.NOTARY, Role.BROKER, Role.ORGANISER)
    must_be_in(record, *OPEN_STATES, AgreementStatus.SUBMITTED)
    if not reason.strip():
        raise InvalidInput(Finding("blank", Place(field="reason")))


def _check_is_higher(before: int, after: int) -> None:
    if not before < after <= MOST:
        raise InvalidInput(Finding("limit_not_raised", Place(field="to"), {"limit": before, "most": MOST}))


def _record(
    session: Session,
    now: datetime,
    actor: Actor,
    record: Agreement,
    subject: Subject,
    limit: str,
    before: int,
    after: int,
    reason: str,
) -> None:
    """On the chain twice: with what was raised, and with the agreement that it was raised for."""
    session.flush()
    raised: dict[str, Any] = {limit: after, "note": reason.strip()}
    record_change(session, now, actor, "raise_limit", subject, chain=record.market_id, before={limit: before}, after=raised)
    told = {"limit": limit, "id": subject.id, "before": before, "after": after, "reason": reason.strip()}
    record_step(session, now, actor, _ON_AGREEMENT, record, after=told)
