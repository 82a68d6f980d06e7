"""Agreements: draft, read as a value, change while they are drafts. What a notary does stands in `notary`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BindParameter, Select, bindparam, exists, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.attributes import flag_modified

from marktplatz.db.models import Agreement, AgreementParty, AgreementService
from marktplatz.errors import Conflict, Finding, InvalidInput, NotAllowed, NotFound, Place
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.drafts import Draft, Service, check_draft, choose_dates, look_at_involved
from marktplatz.usecases.identifiers import check_can_be_asked_for
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.records import fields_of
from marktplatz.vocabulary import AgreementStatus

OPEN_STATES: Final = (AgreementStatus.DRAFTED, AgreementStatus.RETURNED)
_SAME_NAME: Final = ("scope", "place", "from_on", "to_on", "contact_by", "fulfil_by")
_FIGURES: Final = ("text", "people", "hours", "quantity", "value_euros")
_ONE: Final = (
    select(Agreement)
    .where(Agreement.market_id == bindparam("market"), Agreement.id == bindparam("id"))
    .options(joinedload(Agreement.parties), selectinload(Agreement.services))
)


def select_agreements(actor: Actor, market_id: str) -> Select[Agreement]:
    """Those that the actor may see, with parties and services: a participant's own, all of them for staff."""
    wanted = select(Agreement).where(Agreement.market_id == market_id)
    if actor.organisations is not None:
        wanted = wanted.where(has_party(actor.organisations))
    return wanted.options(selectinload(Agreement.parties), selectinload(Agreement.services))


def has_party(organisations: Iterable[str | BindParameter[str]]) -> Any:
    """One of these organisations is a party."""
    return exists().where(
        AgreementParty.market_id == Agreement.market_id,
        AgreementParty.agreement_id == Agreement.id,
        AgreementParty.organisation_id.in_(tuple(organisations)),
    )


def get_agreement(session: Session, actor: Actor, market_id: str, agreement_id: str) -> Agreement:
    """NotFound for one that does not exist and for one between others."""
    if actor.organisations is None:
        record = session.scalars(_ONE, {"market": market_id, "id": agreement_id}).unique().one_or_none()
    else:
        record = session.scalar(select_agreements(actor, market_id).where(Agreement.id == agreement_id))
    if record is None:
        raise NotFound(Finding("unknown_agreement", params={"id": agreement_id}))
    return record


def draft_of(record: Agreement) -> Draft:
    """The content as a value."""
    return Draft.model_construct(
        id=record.id,
        parties=tuple(party.organisation_id for party in record.parties),
        services=tuple(_service_value(service) for service in record.services),
        contact_organisation=record.contact_organisation_id,
        contacted_organisation=record.contacted_organisation_id,
        **{name: getattr(record, name) for name in _SAME_NAME},
    )


def _service_value(record: AgreementService) -> Service:
    return Service.model_construct(
        side=record.side,
        giver=record.giver_id,
        taker=record.taker_id,
        offer=record.offer_id,
        need=record.need_id,
        **{name: getattr(record, name) for name in _FIGURES},
    )


def draft_agreement(
    session: Session, now: datetime, actor: Actor, market_id: str, draft: Draft, *, replaces: str | None = None
) -> Agreement:
    """A new agreement. Whoever acts for organisations drafts only what one of them takes part in."""
    check_can_be_asked_for(draft.id)
    if session.get(Agreement, (market_id, draft.id)) is not None:
        raise Conflict(Finding("id_taken", Place(field="id"), {"id": draft.id}))
    if replaces is not None and session.scalar(select_agreements(actor, market_id).where(Agreement.id == replaces)) is None:
        raise InvalidInput(Finding("unknown_agreement", Place(field="replaces"), {"id": replaces}))
    draft = choose_dates(draft, get_market(session, market_id).date, now.date())
    _check(session, actor, market_id, draft)
    record = Agreement(
        market_id=market_id,
        id=draft.id,
        status=AgreementStatus.DRAFTED,
        replaces_id=replaces,
        created_by=actor.name,
        created_at=now,
    )
    session.add(record)
    _put(session, record, draft)
    record_step(session, now, actor, "draft_agreement", record, after=said(draft))
    return record


def change_agreement(session: Session, now: datetime, actor: Actor, record: Agreement, draft: Draft) -> None:
    """The whole content anew, while nobody has it in hand for certification."""
    must_be_in(record, *OPEN_STATES)
    before = draft_of(record)
    _check(session, actor, record.market_id, draft)
    _put(session, record, draft)
    record_step(session, now, actor, "change_agreement", record, before=said(before), after=said(draft))


def submit_agreement(session: Session, now: datetime, actor: Actor, record: Agreement) -> None:
    """On to the notary's desk."""
    must_be_in(record, *OPEN_STATES)
    before = record.status
    record.status, record.submitted_at = AgreementStatus.SUBMITTED, now
    session.flush()
    record_step(session, now, actor, "submit_agreement", record, before={"status": before}, after={"status": record.status})


def must_be_in(record: Agreement, *states: AgreementStatus) -> None:
    """Conflict where the agreement is on another step of its way."""
    status = record.status
    if status in states:
        return
    code = (
        "agreement_is_certified"
        if status is AgreementStatus.CERTIFIED
        else "agreement_is_void"
        if status is AgreementStatus.VOID
        else "agreement_is_submitted"
        if status is AgreementStatus.SUBMITTED
        else "agreement_is_not_submitted"
    )
    raise Conflict(Finding(code, params={"id": record.id, "status": status.value}))


def record_step(session: Session, now: datetime, actor: Actor, action: str, record: Agreement, **details: Any) -> None:
    record_change(session, now, actor, action, Subject("agreement", record.id), chain=record.market_id, **details)


def said(draft: Draft) -> dict[str, Any]:
    return draft.model_dump(mode="json", by_alias=True)


def _check(session: Session, actor: Actor, market_id: str, draft: Draft) -> None:
    if not any(actor.acts_for(party) for party in draft.parties):
        raise NotAllowed(Finding("agreement_without_you", Place(field="parties")))
    check_draft(draft, look_at_involved(session, market_id, draft))


def _put(session: Session, record: Agreement, draft: Draft) -> None:
    for name in _SAME_NAME:
        setattr(record, name, getattr(draft, name))
    record.contact_organisation_id = draft.contact_organisation
    record.contacted_organisation_id = draft.contacted_organisation
    flag_modified(record, "status")  # the version counts changes of parties and services too, which are rows of their own
    record.parties.clear()
    record.services.clear()
    session.flush()
    record.parties.extend(AgreementParty(organisation_id=party, position=n) for n, party in enumerate(draft.parties))
    record.services.extend(_service_record(n, service) for n, service in enumerate(draft.services))
    session.flush()


def _service_record(position: int, service: Service) -> AgreementService:
    return AgreementService(
        position=position,
        side=service.side,
        giver_id=service.giver,
        taker_id=service.taker,
        offer_id=service.offer,
        need_id=service.need,
        **fields_of(service, _FIGURES),
    )
