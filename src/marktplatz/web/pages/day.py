"""The page of the day, for whoever leads the evening: the clock with its deeds, what is due, who is there, what to announce."""

from typing import Annotated, Final

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from marktplatz.db.models import Evening
from marktplatz.errors import Conflict, Finding, InvalidInput, Place
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.clock import Step, read_clock
from marktplatz.usecases.clock_deeds import Deed, turn_clock
from marktplatz.usecases.closing import count_since, freeze_figures
from marktplatz.usecases.evening_overview import MOST_WANTED, count_calls_for_help, count_presence, find_milestones, set_goal
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.profiles import get_profile
from marktplatz.usecases.pulse import read_pulse
from marktplatz.vocabulary import Phase, Role, Stage
from marktplatz.web.access import ALWAYS, FROM_DAY, ON_DAY, SHOWN, Rule
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.pages.forms import Form, SentForm
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.route import HallPageRoute
from marktplatz.web.service import service_of

router = APIRouter(prefix="/organise/{market}/day", tags=["pages"], route_class=HallPageRoute, include_in_schema=False)

MOST_MILESTONES: Final = 3
Leading = Annotated[Actor, Rule("evening:read", organiser=ALWAYS, moderator=SHOWN)]
Turning = Annotated[Actor, Rule("evening:write", organiser=ON_DAY, moderator=ON_DAY)]
Closing = Annotated[Actor, Rule("evening:write", organiser=FROM_DAY, moderator=FROM_DAY)]


@router.get("", name="day")
def show_day(caller: Leading, market: MarketId, request: Request, session: ReadSession, now: Now) -> Response:
    return _show(request, session, caller, market, now, Form.of())


@router.post("/clock/{deed}", name="day_clock")
def turn(
    caller: Turning, market: MarketId, deed: Deed, request: Request, form: SentForm, session: WriteSession, now: Now
) -> Response:
    with form.refused_by(session, lambda: _show(request, session, caller, market, now, form)):
        turn_clock(session, now, caller, market, deed, read_version(form))
    return go("organise", market, "day", done=f"clock_{deed.value.replace('-', '_')}")


@router.post("/goal", name="day_goal")
def change_goal(caller: Turning, market: MarketId, request: Request, form: SentForm, session: WriteSession, now: Now) -> Response:
    with form.refused_by(session, lambda: _show(request, session, caller, market, now, form)):
        set_goal(session, now, caller, market, _read_goal(form), read_version(form))
    return go("organise", market, "day", done="goal_set")


@router.post("/figures", name="day_figures")
def freeze(caller: Closing, market: MarketId, request: Request, form: SentForm, session: WriteSession, now: Now) -> Response:
    with form.refused_by(session, lambda: _show(request, session, caller, market, now, form)):
        freeze_figures(session, now, caller, market, read_version(form))
    return go("organise", market, "day", done="figures_frozen")


def read_version(form: Form) -> int:
    """The clock's version as the page showed it; Conflict for what is none, as for one that is gone."""
    text = form.text("version")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Conflict(Finding("clock_changed"))
    return int(text)


def _read_goal(form: Form) -> int | None:
    text = form.text("goal")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidInput(Finding("whole_number_wrong", Place(field="goal"), {"least": 1, "limit": MOST_WANTED}))
    return int(text)


def _show(request: Request, session: Session, caller: Actor, market: str, now: Now, form: Form) -> Response:
    record, profile = get_market(session, market), get_profile(session, market)
    evening, clock = session.get(Evening, market), read_clock(session, now, market)
    goal = evening.goal if evening is not None else None
    reached, coming = find_milestones(session, market, goal)
    presence = count_presence(session, market)
    copy = service_of(request).second_copy
    return show(
        request,
        "day.html",
        market=record,
        profile=profile,
        form=form,
        goal_form=form if "goal" in form else Form.of(goal=goal),
        clock=clock,
        now=now,
        evening=evening,
        pulse=read_pulse(session, now, market),
        goal=goal,
        reached=reached[:MOST_MILESTONES],
        coming=coming,
        presence=presence,
        calls=count_calls_for_help(session, market),
        since=count_since(session, evening) if evening is not None else None,
        is_organiser=caller.has(Role.ORGANISER),
        is_copy_failing=copy is not None and copy.is_failing,
        is_day=record.phase is Phase.DAY,
        is_before_day=list(Phase).index(record.phase) < list(Phase).index(Phase.DAY),
        may_freeze=record.phase in FROM_DAY,
        Stage=Stage,
        Step=Step,
    )
