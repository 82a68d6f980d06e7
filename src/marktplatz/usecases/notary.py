"""At the notary's desk: certify, give back, declare void. The market's lock is held, so what is checked still holds."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Update, bindparam, update
from sqlalchemy.orm import Session

from marktplatz.db.models import Agreement, EntryRecord, OrganisationRecord
from marktplatz.errors import Conflict, Finding, InvalidInput, MarktplatzError, Place
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.agreement_rules import find_broken_rules, gather_deal
from marktplatz.usecases.agreements import draft_agreement, draft_of, must_be_in, record_step
from marktplatz.usecases.drafts import Draft, check_draft, find_money, named_entries
from marktplatz.usecases.identifiers import make_id
from marktplatz.usecases.numbers import choose_number
from marktplatz.usecases.paper_forms import number_on_paper
from marktplatz.vocabulary import AgreementStatus, DeskCheck, Role


def _counting(kept: type[EntryRecord] | type[OrganisationRecord]) -> Update:
    counted = update(kept).where(kept.market_id == bindparam("market"), kept.id.in_(bindparam("ids", expanding=True)))
    return counted.values(agreed=kept.agreed + bindparam("by")).execution_options(synchronize_session=False)


_COUNT_ENTRIES: Final = _counting(EntryRecord)
_COUNT_PARTIES: Final = _counting(OrganisationRecord)


def certify_agreement(
    session: Session,
    now: datetime,
    actor: Actor,
    record: Agreement,
    *,
    checks: Collection[DeskCheck] | None = None,
    number: int | None = None,
    foreseen: int | None = None,
) -> None:
    """Check every rule, then number the agreement and use what it names; Conflict with every rule that it breaks.

    The number is the one asked for, else the one on the paper that it was typed in from, else the next.
    `checks` are what a person has made sure of, and then it has to be everything; None: a program, which was not asked.
    """
    actor.must_be(Role.NOTARY)
    must_be_in(record, AgreementStatus.SUBMITTED)
    _check_ticks(checks)
    draft = draft_of(record)
    faults = _find_faults(session, record.market_id, draft)
    if faults:
        raise Conflict(*faults)
    _count(session, record.market_id, draft, 1)
    on_paper = number if number is not None else number_on_paper(record.id)
    record.number = choose_number(session, record.market_id, actor, on_paper, foreseen)
    record.status, record.certified_at, record.certified_by = AgreementStatus.CERTIFIED, now, actor.name
    record.taken_by = record.taken_at = None
    ticks = None if checks is None else [check.value for check in DeskCheck if check in checks]
    _record(session, now, actor, "certify_agreement", record, AgreementStatus.SUBMITTED, number=record.number, checks=ticks)


def return_agreement(session: Session, now: datetime, actor: Actor, record: Agreement, reason: str) -> None:
    """Back to the parties, who may change it and submit it again."""
    actor.must_be(Role.NOTARY)
    must_be_in(record, AgreementStatus.SUBMITTED)
    record.status, record.return_reason = AgreementStatus.RETURNED, reason
    record.taken_by = record.taken_at = None
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
    record.taken_by = record.taken_at = None
    session.flush()
    _record(session, now, actor, "void_agreement", record, before, reason=reason)


def replace_agreement(session: Session, now: datetime, actor: Actor, record: Agreement, reason: str) -> Agreement:
    """Declare it void and draft it anew, to be mended: the successor takes the content over and says what it replaces."""
    void_agreement(session, now, actor, record, reason)
    draft = draft_of(record).model_copy(update={"id": make_id("v")})
    return draft_agreement(session, now, actor, record.market_id, draft, replaces=record.id)


def find_obstacles(session: Session, record: Agreement) -> list[Finding]:
    """What keeps it from being certified, as it is now; nothing is changed."""
    try:
        return _find_faults(session, record.market_id, draft_of(record))
    except MarktplatzError as error:
        return list(error.findings)


def _check_ticks(checks: Collection[DeskCheck] | None) -> None:
    if checks is not None and set(checks) != set(DeskCheck):
        raise InvalidInput(Finding("desk_checks_missing", Place(field="checks"), {"count": len(DeskCheck)}))


def _find_faults(session: Session, market_id: str, draft: Draft) -> list[Finding]:
    deal = gather_deal(session, market_id, draft)
    check_draft(draft, deal.involved)
    faults = list(find_money(draft))
    if not draft.services:
        faults.append(Finding("agreement_without_service", Place(field="services")))
    return faults + list(find_broken_rules(deal))


def _count(session: Session, market_id: str, draft: Draft, by: int) -> None:
    """Use the entries and organisations of an agreement, each once, or free them; the table's own check is the second net."""
    for counted, ids in ((_COUNT_ENTRIES, named_entries(draft.services)), (_COUNT_PARTIES, sorted(draft.parties))):
        if ids:
            session.execute(counted, {"market": market_id, "ids": ids, "by": by})


def _record(
    session: Session, now: datetime, actor: Actor, action: str, record: Agreement, before: AgreementStatus, **after: Any
) -> None:
    record_step(session, now, actor, action, record, before={"status": before}, after={"status": record.status} | after)
