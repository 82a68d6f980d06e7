"""The list of what has changed in the plan this evening: the newest first, for all or for one organisation."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select

from marktplatz.db.models import OrganisationRecord
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.plan_changes import list_changes
from marktplatz.usecases.plan_news import tell_changes
from marktplatz.usecases.profiles import get_profile
from marktplatz.vocabulary import Standing
from marktplatz.web.access import ALWAYS, FROM_DAY, Rule
from marktplatz.web.deps import MarketId, ReadSession
from marktplatz.web.language import find_language
from marktplatz.web.pages.forms import Form
from marktplatz.web.pages.frame import show
from marktplatz.web.pages.paging import PageNumber
from marktplatz.web.pages.route import HallPageRoute

router = APIRouter(prefix="/organise/{market}/day/changes", tags=["pages"], route_class=HallPageRoute, include_in_schema=False)

ROWS: Final = 20


@router.get("", name="plan_changes")
def show_changes(
    caller: Annotated[
        Actor, Rule("runs:read", organiser=ALWAYS, broker=FROM_DAY, notary=FROM_DAY, moderator=FROM_DAY, helper=FROM_DAY)
    ],
    market: MarketId,
    request: Request,
    session: ReadSession,
    organisation: Annotated[str, Query(max_length=200)] = "",
    page: PageNumber = 1,
) -> Response:
    """With a choice of those whom any change concerns."""
    del caller
    profile = get_profile(session, market)
    changes = list_changes(session, market, organisation or None)
    shown = changes[(page - 1) * ROWS : page * ROWS]
    wanted = select(OrganisationRecord.id, OrganisationRecord.name).where(
        OrganisationRecord.market_id == market, OrganisationRecord.standing == Standing.APPROVED
    )
    return show(
        request,
        "day_changes.html",
        market=get_market(session, market),
        profile=profile,
        form=Form.of(organisation=organisation),
        organisation=organisation,
        organisations=sorted(((id_, name or id_) for id_, name in session.execute(wanted)), key=lambda each: each[1].casefold()),
        rows=tell_changes(session, shown, market, profile.timezone, find_language(request)),
        count=len(changes),
        page=page,
        has_more=len(changes) > page * ROWS,
    )
