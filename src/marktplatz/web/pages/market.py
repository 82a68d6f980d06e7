"""The public page of a market: what, when, where, how, who; its texts and its entry for a calendar."""

from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marktplatz.db.models import OrganisationRecord
from marktplatz.errors import Finding, NotFound
from marktplatz.exchange.calendar import write_event
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.profiles import get_profile, instant_of
from marktplatz.usecases.registering import is_full, is_open
from marktplatz.usecases.texts import make_shown_text
from marktplatz.vocabulary import OrganisationKind, Phase, Role, Standing, Visibility
from marktplatz.web.access import ALWAYS, SHOWN, Rule
from marktplatz.web.deps import MarketId, Now, ReadSession
from marktplatz.web.language import find_language
from marktplatz.web.pages.frame import show
from marktplatz.web.pages.route import PageRoute
from marktplatz.web.service import service_of
from marktplatz.wording.market_texts import heading

router = APIRouter(prefix="/m/{market}", tags=["pages"], route_class=PageRoute, include_in_schema=False)

VIEWERS: dict[str, Any] = {
    "organiser": ALWAYS,
    **dict.fromkeys(("broker", "notary", "helper", "moderator", "participant", "screen", "public"), SHOWN),
}
TextName = Literal["imprint", "privacy", "accessibility"]
MAX_NAMES = 400


@router.get("", name="market")
def show_market(
    caller: Annotated[Actor, Rule("pages:read", **VIEWERS)], market: MarketId, request: Request, session: ReadSession, now: Now
) -> Response:
    record, profile = get_market(session, market), get_profile(session, market)
    sees_list = profile.visibility is Visibility.ALL or (
        profile.visibility is Visibility.PARTICIPANTS and caller.has(*(set(Role) - {Role.PUBLIC, Role.SCREEN}))
    )
    is_shown_on_day = record.phase in (Phase.DAY, Phase.FOLLOW_UP) and profile.visibility is not Visibility.NOBODY
    return show(
        request,
        "market.html",
        market=record,
        profile=profile,
        is_open=is_open(record, profile, now),
        is_full=is_full(session, profile),
        is_over=record.phase is not Phase.DRAFT,
        steps=make_shown_text(record, profile, "steps", find_language(request)).splitlines(),
        counts=_count(session, market),
        sees_list=sees_list or (is_shown_on_day and caller.has(Role.PARTICIPANT)),
        organisations=_find_taking_part(session, market) if sees_list else [],
    )


@router.get("/calendar.ics", name="market_calendar")
def calendar(
    caller: Annotated[Actor, Rule("pages:read", **VIEWERS)], market: MarketId, request: Request, session: ReadSession, now: Now
) -> Response:
    del caller
    record, profile = get_market(session, market), get_profile(session, market)
    if record.date is None:
        raise NotFound(Finding("no_such_address"))
    begins = instant_of(record.date, profile.begins, profile.timezone)
    ends = instant_of(record.date, profile.ends, profile.timezone) if begins is not None else None
    place = ", ".join(part for part in (profile.venue, profile.address, profile.town) if part)
    address = f"{service_of(request).settings.base_url.rstrip('/')}/m/{quote(market, safe='')}"
    content = write_event(f"{market}@marktplatz", record.name, begins or record.date, ends, now, place=place, address=address)
    headers = {"Content-Disposition": 'attachment; filename="marktplatz.ics"'}
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


@router.get("/texts/{name}", name="market_text")
def show_text(
    caller: Annotated[Actor, Rule("pages:read", **VIEWERS)],
    market: MarketId,
    name: TextName,
    request: Request,
    session: ReadSession,
) -> Response:
    del caller
    record, profile = get_market(session, market), get_profile(session, market)
    text = make_shown_text(record, profile, name, find_language(request))
    paragraphs = [paragraph for paragraph in text.split("\n\n") if paragraph.strip()]
    title = heading(name, find_language(request))
    return show(request, "market_text.html", market=record, profile=profile, heading=title, paragraphs=paragraphs)


def _count(session: Session, market: str) -> dict[str, int]:
    wanted = (
        select(OrganisationRecord.kind, func.count())
        .where(OrganisationRecord.market_id == market, OrganisationRecord.standing == Standing.APPROVED)
        .group_by(OrganisationRecord.kind)
    )
    found = {kind: count for kind, count in session.execute(wanted)}  # noqa: C416 a Result has keys()
    return {kind.value: found.get(kind, 0) for kind in OrganisationKind}


def _find_taking_part(session: Session, market: str) -> list[OrganisationRecord]:
    wanted = (
        select(OrganisationRecord)
        .where(OrganisationRecord.market_id == market, OrganisationRecord.standing == Standing.APPROVED)
        .order_by(OrganisationRecord.name, OrganisationRecord.id)
        .limit(MAX_NAMES)
    )
    return list(session.scalars(wanted))
