"""Who works on a market, and in which roles."""

from typing import Annotated

from fastapi import BackgroundTasks, Request
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import Account, Membership
from marktplatz.market import Line
from marktplatz.usecases.accounts import give_role, take_role
from marktplatz.usecases.actor import Actor
from marktplatz.vocabulary import Role
from marktplatz.web.access import ALWAYS, OPEN, Rule
from marktplatz.web.api.routing import make_api_router
from marktplatz.web.body import In, Sent
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.service import service_of

router = make_api_router("/markets/{market}/members", "members")


class MemberIn(In):
    """By mail; `name` is for an account that does not exist yet."""

    email: Line
    role: Role
    name: Line = ""


class MemberOut(BaseModel):
    account: str
    email: str
    name: str
    roles: tuple[Role, ...]


@router.get("", name="list")
def list_members(
    caller: Annotated[Actor, Rule("members:read", organiser=ALWAYS)], market: MarketId, session: ReadSession
) -> list[MemberOut]:
    """By account; all at once, since they are a handful."""
    del caller
    return _show(session, market)


@router.post("", status_code=201, name="add")
def add(
    caller: Annotated[Actor, Rule("members:write", organiser=OPEN)],
    market: MarketId,
    request: Request,
    background: BackgroundTasks,
    sent: Sent[MemberIn],
    session: WriteSession,
    now: Now,
) -> MemberOut:
    """One more role. Who has no account yet gets one, and a link by mail."""
    service = service_of(request)
    account = give_role(session, now, caller, market, sent.email, sent.role, sent.name, service.settings.language)
    background.add_task(service.wake_postman)
    return next(member for member in _show(session, market) if member.account == account.id)


@router.delete("/{account_id}/roles/{role}", status_code=204, name="remove")
def remove(
    caller: Annotated[Actor, Rule("members:write", organiser=ALWAYS)],
    market: MarketId,
    account_id: str,
    role: Role,
    session: WriteSession,
    now: Now,
) -> None:
    """Also in a closed market, for who has left."""
    take_role(session, now, caller, market, account_id, role)


def _show(session: Session, market: str) -> list[MemberOut]:
    wanted = (
        select(Account, Membership.role)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.market_id == market)
        .order_by(Account.id, Membership.role)
    )
    members: dict[str, MemberOut] = {}
    for account, role in session.execute(wanted):
        known = members.get(account.id)
        roles = (*known.roles, role) if known is not None else (role,)
        members[account.id] = MemberOut(account=account.id, email=account.email, name=account.name, roles=roles)
    return list(members.values())
