"""At the notary's desk: certify, give back, declare void. The market's lock is held, so what is checked still holds."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Update, bindparam, func, select, update
from sqlalchemy.orm import Session

from marktplatz.db.models import Agreement, EntryRecord, OrganisationRecord
from marktplatz.errors import Conflict, Finding, Place
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.agreement_rules import find_broken_rules, gather_deal
from marktplatz.usecases.agreements import draft_of, must_be_in, record_step
from marktplatz.usecases.drafts import Draft, check_draft, find_money, named_entries
from marktplatz.vocabulary import AgreementStatus, Role


def _counting(kept: type[EntryRecord] | type[OrganisationRecord]) -> Update:
    counted = update(kept).where(kept.market_id == bindparam("market"), kept.id.in_(bindparam("ids", expanding=True)))
    return counted.values(agreed=kept.agreed + bindparam("by")).execution_options(synchronize_session=False)


_COUNT_ENTRIES: Final = _counting(EntryRecord)
_COUNT_PARTIES: Final = _counting(OrganisationRecord)
_LAST_NUMBER: Final = select(func.max(Agreement.number)).where(Agreement.market_id == bindparam("market"))


def certify_agreement(session: Session, now: datetime, actor: Actor, record: Agreement) -> None:
    """Check every rule, then number the agreement and use what it names; Conflict with every rule that it breaks."""
    actor.must_be(Role.NOTARY)
    must_be_in(record, AgreementStatus.SUBMITTED)
    draft = draft_of(record)
    _check(session, record.market_id, draft)
    _count(session, record.market_id, draft, 1)
    record.number = _next_number(session, record.market_id)
    record.status, record.certified_at, record.certified_by = AgreementStatus.CERTIFIED, now, actor.name
    _record(session, now, actor, "certify_agreement", record, AgreementStatus.SUBMITTED, number=record.number)


def return_agreement(session: Session, now: datetime, actor: Actor, record: Agreement, reason: str) -> None:
    """Back to the parties, who may change it and submit it again."""
    actor.must_be(Role.NOTARY)
    must_be_in(record, AgreementStatus.SUBMITTED)
    record.status, record.return_reason = AgreementStatus.RETURNED, reason
    session.flush()
    _record(session, now, actor, "return_agreement", record, AgreementStatus.SUBMITTED, reason=reason)


def void_agreement(session: Session, now: datetime, actor: Actor, record: Agreement, reason: str) -> None:
    """Replaced or withdrawn: it keeps its number, and what it used is free again."""
    actor.must_be(Role.NOTARY, Role.ORGANISER)
    must_be_in(record, *(status for status in AgreementStatus if status is not AgreementStatus.VOID))
    before = record.status
    if before is AgreementStatus.CERTIFIED:
        _count(session, record.market_id, draft_of(record), -1)
    record.status, record.void_reason = AgreementStatus.VOID, reason
    session.flush()
    _record(session, now, actor, "void_agreement", record, before, reason=reason)


def _check(session: Session, market_id: str, draft: Draft) -> None:
    deal = gather_deal(session, market_id, draft)
    check_draft(draft, deal.involved)
    faults = list(find_money(draft))
    if not draft.services:
        faults.append(Finding("agreement_without_service", Place(field="services")))
    faults += find_broken_rules(deal)
    if faults:
        raise Conflict(*faults)


def _count(session: Session, market_id: str, draft: Draft, by: int) -> None:
    """Use the entries and organisations of an agreement, each once, or free them; the table's own check is the second net."""
    for counted, ids in ((_COUNT_ENTRIES, named_entries(draft.services)), (_COUNT_PARTIES, sorted(draft.parties))):
        if ids:
            session.execute(counted, {"market": market_id, "ids": ids, "by": by})


def _next_number(session: Session, market_id: str) -> int:
    return (session.scalar(_LAST_NUMBER, {"market": market_id}) or 0) + 1


def _record(
    session: Session, now: datetime, actor: Actor, action: str, record: Agreement, before: AgreementStatus, **after: Any
) -> None:
    record_step(session, now, actor, action, record, before={"status": before}, after={"status": record.status} | after)
