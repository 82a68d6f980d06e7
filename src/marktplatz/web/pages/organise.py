"""Where the team begins: the markets in which somebody has a part."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import MarketRecord, Membership
from marktplatz.usecases.actor import Actor
from marktplatz.vocabulary import Role
from marktplatz.web.access import ALWAYS, Rule
from marktplatz.web.deps import ReadSession
from marktplatz.web.identity import Identity
from marktplatz.web.pages.frame import show
from marktplatz.web.pages.route import PageRoute

router = APIRouter(prefix="/organise", tags=["pages"], route_class=PageRoute, include_in_schema=False)

MAX_SHOWN = 100


@router.get("", name="organise")
def show_markets(
    caller: Annotated[Actor, Rule("markets:read", organiser=ALWAYS)], request: Request, session: ReadSession
) -> Response:
    """The newest first; the owner sees all."""
    del caller
    identity: Identity = request.state.identity
    wanted = select(MarketRecord).order_by(MarketRecord.created_at.desc(), MarketRecord.id).limit(MAX_SHOWN)
    roles = _find_roles(session, identity)
    if not identity.is_owner:
        wanted = wanted.where(MarketRecord.id.in_(roles))
    return show(request, "organise.html", markets=list(session.scalars(wanted)), roles=roles)


def _find_roles(session: Session, identity: Identity) -> dict[str, list[Role]]:
    """By market, in one order."""
    wanted = select(Membership).where(Membership.account_id == identity.account_id).order_by(Membership.market_id)
    roles: dict[str, list[Role]] = {}
    for membership in session.scalars(wanted):
        roles.setdefault(membership.market_id, []).append(membership.role)
    return {market: sorted(found, key=list(Role).index) for market, found in roles.items()}
