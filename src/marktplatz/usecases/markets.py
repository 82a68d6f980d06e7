"""Markets: set one up, change its policy and categories, move it through its phases."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from marktplatz.db.engine import INSTALLATION
from marktplatz.db.models import CategoryRecord, EntryRecord, MarketRecord, OrganisationRecord
from marktplatz.errors import Conflict, Finding, InvalidInput, NotFound, Place
from marktplatz.market import Market, Policy, find_contradictions
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change, start_chain
from marktplatz.usecases.identifiers import make_id
from marktplatz.usecases.profiles import add_profile
from marktplatz.usecases.records import fields_of, policy_fields, policy_value
from marktplatz.vocabulary import Phase

NO_IDS: Final = frozenset({".", "..", "new"})
"""Steps of addresses that mean something else."""


def create_market(session: Session, now: datetime, actor: Actor, policy: Policy, market_id: str | None = None) -> MarketRecord:
    """A new market as a draft; needs the installation's lock."""
    market_id = market_id or make_id("m")
    check_is_addressable(market_id, Place(field="id"))
    if market_id == INSTALLATION or session.get(MarketRecord, market_id) is not None:
        raise Conflict(Finding("id_taken", Place(field="id"), {"id": market_id}))
    _check_policy(policy)
    record = MarketRecord(
        id=market_id,
        phase=Phase.DRAFT,
        created_at=now,
        earlier_agreements=[],
        concepts=[],
        has_scores=False,
        **policy_fields(policy),
    )
    session.add(record)
    start_chain(session, market_id)
    put_categories(session, record, policy)
    add_profile(session, market_id)
    subject = Subject("market", market_id)
    record_change(session, now, actor, "create_market", subject, after={"name": policy.name})
    record_change(session, now, actor, "create_market", subject, chain=market_id, after=said_of_policy(policy))
    return record


def check_is_addressable(market_id: str, place: Place) -> None:
    """A market's id is a whole step of every address below it; others' ids stand at the end and may hold anything."""
    if "/" in market_id or market_id in NO_IDS:
        raise InvalidInput(Finding("id_not_in_addresses", place, {"id": market_id}))


def get_market(session: Session, market_id: str) -> MarketRecord:
    record = session.get(MarketRecord, market_id)
    if record is None:
        raise NotFound(Finding("unknown_market", params={"id": market_id}))
    return record


def get_policy(session: Session, record: MarketRecord) -> Policy:
    wanted = select(CategoryRecord).where(CategoryRecord.market_id == record.id).order_by(CategoryRecord.position)
    return policy_value(record, session.scalars(wanted))


def change_policy(session: Session, now: datetime, actor: Actor, record: MarketRecord, policy: Policy) -> None:
    """The whole policy anew. A category in use cannot go."""
    before = get_policy(session, record)
    _check_policy(policy)
    _check_categories_in_use(session, record, policy)
    _check_maximum(session, record, policy)
    for name, value in policy_fields(policy).items():
        setattr(record, name, value)
    put_categories(session, record, policy)
    touch_market(record)
    subject = Subject("market", record.id)
    record_change(
        session, now, actor, "change_policy", subject, chain=record.id, before=said_of_policy(before), after=said_of_policy(policy)
    )


def change_phase(session: Session, now: datetime, actor: Actor, record: MarketRecord, phase: Phase) -> None:
    """Forwards and, since an organiser may have been too quick, backwards; the audit keeps every step."""
    before = record.phase
    record.phase = phase
    subject = Subject("market", record.id)
    record_change(session, now, actor, "change_phase", subject, chain=record.id, before={"phase": before}, after={"phase": phase})


def touch_market(record: MarketRecord) -> None:
    """The version counts changes of the categories too, which are rows of their own."""
    flag_modified(record, "name")


def put_categories(session: Session, record: MarketRecord, policy: Policy) -> None:
    session.execute(delete(CategoryRecord).where(CategoryRecord.market_id == record.id))
    for position, category in enumerate(policy.categories):
        fields = fields_of(category, ("code", "label", "kind", "neighbours"))
        session.add(CategoryRecord(market_id=record.id, position=position, **fields))
    session.flush()


def _check_policy(policy: Policy) -> None:
    faults = list(find_contradictions(Market(market=policy)))
    if faults:
        raise Conflict(*faults)


def _check_categories_in_use(session: Session, record: MarketRecord, policy: Policy) -> None:
    known = Market(market=policy).category_kinds
    used = session.scalars(select(EntryRecord.category).where(EntryRecord.market_id == record.id).distinct()).all()
    gone = sorted(code for code in used if code is not None and code not in known)
    if gone:
        raise Conflict(*(Finding("category_in_use", Place(field="categories"), {"code": code}) for code in gone))


def _check_maximum(session: Session, record: MarketRecord, policy: Policy) -> None:
    """What is agreed stays within the maximum of those who have none of their own; the one who has agreed most is named."""
    limit = policy.max_agreements
    if limit is None or limit == record.max_agreements:
        return
    beyond = (
        select(OrganisationRecord.id, OrganisationRecord.agreed)
        .where(OrganisationRecord.market_id == record.id, OrganisationRecord.max_agreements.is_(None))
        .where(OrganisationRecord.agreed > limit)
        .order_by(OrganisationRecord.agreed.desc(), OrganisationRecord.id)
        .limit(1)
    )
    for organisation, agreed in session.execute(beyond):
        params: dict[str, str | int] = {"organisation": organisation, "agreed": agreed, "limit": limit}
        raise Conflict(Finding("market_maximum_below_agreed", Place(field="max_agreements"), params))


def said_of_policy(policy: Policy) -> dict[str, Any]:
    return policy.model_dump(mode="json")
