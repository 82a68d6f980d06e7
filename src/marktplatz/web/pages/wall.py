"""The wall screen: what everybody in the hall sees from twenty metres; and the closing figures, for anybody who checks them."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marktplatz.db.models import Evening, PlanChange
from marktplatz.errors import Finding, NotFound
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.board import CategoryFigures, read_board
from marktplatz.usecases.clock import read_clock
from marktplatz.usecases.closing import count_since, hash_of, write_canonical
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.profiles import get_profile
from marktplatz.vocabulary import ServiceSide
from marktplatz.web.access import ALWAYS, SHOWN, Rule
from marktplatz.web.deps import MarketId, Now, ReadSession
from marktplatz.web.language import find_language
from marktplatz.web.pages.frame import show
from marktplatz.web.pages.route import HallPageRoute

router = APIRouter(prefix="/m/{market}", tags=["pages"], route_class=HallPageRoute, include_in_schema=False)

VIEWERS: Final[dict[str, Any]] = {
    "organiser": ALWAYS,
    **dict.fromkeys(("broker", "notary", "helper", "moderator", "screen"), SHOWN),
}
READERS: Final[dict[str, Any]] = VIEWERS | dict.fromkeys(("participant", "public"), SHOWN)
SHOWN_LATEST: Final = 3
SHOWN_CATEGORIES: Final = 4
BAR: Final = 1000
NEWS_FOR: Final = timedelta(minutes=8)
"""Two rounds: then everybody has looked."""


@router.get("/wall", name="wall")
def show_wall(
    caller: Annotated[Actor, Rule("board:read", **VIEWERS)], market: MarketId, request: Request, session: ReadSession, now: Now
) -> Response:
    del caller
    board, evening = read_board(session, now, market, find_language(request)), session.get(Evening, market)
    goal = evening.goal if evening is not None else None
    return show(
        request,
        "wall.html",
        market=get_market(session, market),
        profile=get_profile(session, market),
        clock=read_clock(session, now, market),
        now=now,
        board=board,
        goal=goal,
        goal_bar=min(BAR, BAR * board.agreements // goal) if goal else 0,
        latest=board.latest[:SHOWN_LATEST],
        categories=_longest(board.categories),
        sides=[(side, board.sides[side]) for side in ServiceSide],
        figures=evening.figures if evening is not None else None,
        news_at=_find_news(session, market, now),
    )


def _find_news(session: Session, market: str, now: datetime) -> datetime | None:
    """When the live plan changed last, as long as somebody may not have heard of it; for whom, the own pages tell."""
    last = session.scalar(select(func.max(PlanChange.at)).where(PlanChange.market_id == market))
    return last if last is not None and now - last < NEWS_FOR else None


@router.get("/figures", name="figures")
def show_figures(
    caller: Annotated[Actor, Rule("board:read", **READERS)], market: MarketId, request: Request, session: ReadSession
) -> Response:
    """The closing total, its hash, and whether the one still belongs to the other."""
    del caller
    evening = _get_frozen(session, market)
    assert evening.figures is not None  # noqa: S101 that is what makes it frozen
    return show(
        request,
        "figures.html",
        market=get_market(session, market),
        profile=get_profile(session, market),
        evening=evening,
        figures=evening.figures,
        sides=[(side, evening.figures["sides"][side.value]) for side in ServiceSide],
        is_intact=hash_of(evening.figures) == evening.figures_sha256,
        since=count_since(session, evening),
    )


@router.get("/figures.json", name="figures_file")
def send_figures(caller: Annotated[Actor, Rule("board:read", **READERS)], market: MarketId, session: ReadSession) -> Response:
    """The very bytes that the hash is of."""
    del caller
    evening = _get_frozen(session, market)
    assert evening.figures is not None  # noqa: S101 that is what makes it frozen
    name = {"Content-Disposition": 'attachment; filename="figures.json"'}
    return Response(write_canonical(evening.figures), media_type="application/json", headers=name)


def _get_frozen(session: Session, market: str) -> Evening:
    evening = session.get(Evening, market)
    if evening is None or evening.figures is None:
        raise NotFound(Finding("no_figures_yet"))
    return evening


def _longest(categories: tuple[CategoryFigures, ...]) -> list[tuple[CategoryFigures, int]]:
    """Those with most services, and how long their bars are."""
    ranked = sorted(categories, key=lambda each: -each.figures.services)[:SHOWN_CATEGORIES]
    most = max((each.figures.services for each in ranked), default=1)
    return [(each, BAR * each.figures.services // most) for each in ranked]
