"""Markets: list, set up, policy and phase."""

from typing import Annotated

from fastapi import Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import MarketRecord, Membership
from marktplatz.market import Identifier, Policy
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.markets import change_phase, change_policy, create_market, get_market, get_policy
from marktplatz.vocabulary import Phase
from marktplatz.web.access import ALWAYS, SHOWN, Rule
from marktplatz.web.api.routing import make_api_router
from marktplatz.web.body import In, Sent
from marktplatz.web.deps import (
    Cursor,
    IfMatch,
    Limit,
    MarketId,
    Now,
    ReadSession,
    WriteSession,
    check_version,
    put_etag,
    put_location,
)
from marktplatz.web.identity import Identity
from marktplatz.web.merge import Patch, apply_patch
from marktplatz.web.paging import read_page

router = make_api_router("/markets", "markets")


class MarketIn(Policy, In):
    id: Identifier | None = None


class MarketOut(Policy):
    id: str
    phase: Phase


class PhaseIn(In):
    phase: Phase


@router.get("", name="list")
def list_markets(
    caller: Annotated[Actor, Rule("markets:read", organiser=ALWAYS)],
    request: Request,
    response: Response,
    session: ReadSession,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> list[MarketOut]:
    """The markets in which the caller has a role, by id."""
    del caller
    wanted = select(MarketRecord)
    identity: Identity = request.state.identity
    if identity.token is not None and identity.token.market_ids is not None:
        wanted = wanted.where(MarketRecord.id.in_(identity.token.market_ids))
    elif identity.account_id is not None and not identity.is_owner:
        wanted = wanted.where(MarketRecord.id.in_(select(Membership.market_id).where(Membership.account_id == identity.account_id)))
    return [_show(session, record) for record in read_page(session, request, response, wanted, (MarketRecord.id,), limit, cursor)]


@router.post("", status_code=201, name="add")
def add_market(
    caller: Annotated[Actor, Rule("markets:write", owner=ALWAYS)],
    response: Response,
    sent: Sent[MarketIn],
    session: WriteSession,
    now: Now,
) -> MarketOut:
    """A new market, as a draft."""
    policy = Policy.model_construct(**{name: getattr(sent, name) for name in Policy.model_fields})
    record = create_market(session, now, caller, policy, sent.id)
    put_location(response, "markets", record.id)
    put_etag(response, record.version)
    return _show(session, record)


@router.get("/{market}", name="read")
def read_market(
    caller: Annotated[
        Actor,
        Rule(
            "markets:read",
            organiser=ALWAYS,
            broker=SHOWN,
            notary=SHOWN,
            helper=SHOWN,
            moderator=SHOWN,
            participant=SHOWN,
            screen=SHOWN,
            public=SHOWN,
        ),
    ],
    market: MarketId,
    response: Response,
    session: ReadSession,
) -> MarketOut:
    """What the market is, when and where, and its rules."""
    del caller
    record = get_market(session, market)
    put_etag(response, record.version)
    return _show(session, record)


@router.patch("/{market}", name="edit")
def edit_market(
    caller: Annotated[Actor, Rule("markets:write", organiser=ALWAYS)],
    market: MarketId,
    response: Response,
    patch: Patch,
    session: WriteSession,
    now: Now,
    if_match: IfMatch = None,
) -> MarketOut:
    record = get_market(session, market)
    check_version(if_match, record.version, _show(session, record).model_dump(mode="json", by_alias=True))
    change_policy(session, now, caller, record, apply_patch(get_policy(session, record), patch, fixed=()))
    session.flush()
    put_etag(response, record.version)
    return _show(session, record)


@router.post("/{market}/phase", name="move")
def move_market(
    caller: Annotated[Actor, Rule("markets:write", organiser=ALWAYS)],
    market: MarketId,
    response: Response,
    sent: Sent[PhaseIn],
    session: WriteSession,
    now: Now,
) -> MarketOut:
    """The next phase, or back to an earlier one."""
    record = get_market(session, market)
    change_phase(session, now, caller, record, sent.phase)
    session.flush()
    put_etag(response, record.version)
    return _show(session, record)


def _show(session: Session, record: MarketRecord) -> MarketOut:
    policy = get_policy(session, record)
    return MarketOut.model_construct(
        id=record.id, phase=record.phase, **{name: getattr(policy, name) for name in Policy.model_fields}
    )
