"""What has changed in the live plan of the evening: which pairs and conversations came, went or moved, and what happened before."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import Query, Request, Response
from pydantic import BaseModel
from sqlalchemy import select

from marktplatz.db.models import PlanChange
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.plan_changes import concerns, cut_for
from marktplatz.web.access import ALWAYS, FROM_DAY, Rule
from marktplatz.web.api.routing import make_api_router
from marktplatz.web.deps import MarketId, ReadSession

router = make_api_router("/markets/{market}/plan-changes", "plan-changes")

MOST: Final = 500


class CauseOut(BaseModel):
    """What happened; `organisation`, `offer` and `need` name whom or what it is about."""

    code: str
    organisation: str | None
    offer: str | None
    need: str | None


class PairChangeOut(BaseModel):
    """`why`: cause (it is what happened), fills (it takes the place of one that went), gives_way, or rearranged."""

    change: Literal["came", "went"]
    offer: str
    need: str
    giver: str
    taker: str
    why: str


class PlaceOut(BaseModel):
    round: int
    table: int


class TalkChangeOut(BaseModel):
    change: Literal["came", "went", "moved"]
    round: int
    table: int
    organisations: list[str]
    before: PlaceOut | None


class PlanChangeOut(BaseModel):
    """`is_proven`: the plan it led to is shown to be the best there is; else it is checked, and a proof or a better one follows."""

    number: int
    at: datetime
    run: str
    timetable: str | None
    causes: list[CauseOut]
    pairs: list[PairChangeOut]
    talks: list[TalkChangeOut]
    is_proven: bool
    solve_ms: int


Reader = Annotated[
    Actor,
    Rule(
        "runs:read",
        organiser=ALWAYS,
        broker=FROM_DAY,
        notary=FROM_DAY,
        moderator=FROM_DAY,
        helper=FROM_DAY,
        participant=FROM_DAY,
    ),
]


@router.get("", name="list")
def list_all(
    caller: Reader,
    market: MarketId,
    request: Request,
    response: Response,
    session: ReadSession,
    organisation: Annotated[str | None, Query(max_length=200, description="Only what concerns it")] = None,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="Only changes with a higher number")] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST, description="How many a page")] = 100,
) -> list[PlanChangeOut]:
    """In the order in which they took effect. Participants get what concerns their own organisations, and not who refused whom."""
    wanted = select(PlanChange).where(PlanChange.market_id == market, PlanChange.number > after).order_by(PlanChange.number)
    changes = session.scalars(wanted.limit(limit + 1)).all()
    if len(changes) > limit:
        following = request.url.include_query_params(after=changes[limit - 1].number)
        response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
    shown = [
        (change, cut_for(change, caller)) for change in changes[:limit] if organisation is None or concerns(change, organisation)
    ]
    return [_show(change, *parts) for change, parts in shown if caller.organisations is None or parts[1] or parts[2]]


def _show(
    change: PlanChange, causes: list[dict[str, Any]], pairs: list[dict[str, Any]], talks: list[dict[str, Any]]
) -> PlanChangeOut:
    named = ("organisation", "offer", "need")
    return PlanChangeOut(
        number=change.number,
        at=change.at,
        run=change.run_id,
        timetable=change.timetable_id,
        causes=[CauseOut(code=each["code"], **{name: each.get(name) for name in named}) for each in causes],
        pairs=[PairChangeOut(**each) for each in pairs],
        talks=[TalkChangeOut(**{"before": None, **each}) for each in talks],
        is_proven=change.is_proven,
        solve_ms=change.solve_ms,
    )
