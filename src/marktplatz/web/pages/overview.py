"""An organiser's overview of a market: what is next, how much there is, and the way from phase to phase."""

from typing import Annotated, Final

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from marktplatz.errors import Conflict, Finding, InvalidInput, Place
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.checklist import find_next, gather_state, list_steps
from marktplatz.usecases.markets import change_phase, get_market
from marktplatz.usecases.profiles import get_profile
from marktplatz.vocabulary import Phase
from marktplatz.web.access import ALWAYS, Rule
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.language import find_language
from marktplatz.web.pages.forms import Form, SentForm
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.route import PageRoute
from marktplatz.web.service import service_of
from marktplatz.wording.pages import word

router = APIRouter(prefix="/organise/{market}", tags=["pages"], route_class=PageRoute, include_in_schema=False)

PHASES: Final = tuple(Phase)
ASKS_FIRST: Final = frozenset({Phase.CLOSED, Phase.DRAFT})
"""Links end, or the page is gone for everybody: that is asked on a page of its own."""


@router.get("", name="overview")
def show_overview(
    caller: Annotated[Actor, Rule("markets:read", organiser=ALWAYS)],
    market: MarketId,
    request: Request,
    session: ReadSession,
    now: Now,
) -> Response:
    del caller
    record, profile = get_market(session, market), get_profile(session, market)
    state = gather_state(session, record, profile, now)
    steps = list_steps(state)
    place = PHASES.index(record.phase)
    return show(
        request,
        "overview.html",
        market=record,
        profile=profile,
        state=state,
        steps=steps,
        next_step=find_next(steps),
        phases=PHASES,
        later=PHASES[place + 1] if place + 1 < len(PHASES) else None,
        earlier=PHASES[place - 1] if place else None,
        asks_first=ASKS_FIRST,
        public_address=f"{service_of(request).settings.base_url.rstrip('/')}",
    )


@router.get("/phase/{to}", name="phase")
def show_phase(
    caller: Annotated[Actor, Rule("markets:read", organiser=ALWAYS)],
    market: MarketId,
    to: Phase,
    request: Request,
    session: ReadSession,
) -> Response:
    """What the step means, before it is gone."""
    del caller
    return _show_phase(request, session, market, to, Form.of())


@router.post("/phase/{to}", name="phase_change")
def move(
    caller: Annotated[Actor, Rule("markets:write", organiser=ALWAYS)],
    market: MarketId,
    to: Phase,
    request: Request,
    form: SentForm,
    session: WriteSession,
    now: Now,
) -> Response:
    """`from` is the phase that the caller saw: two who press the same button move the market once."""
    record = get_market(session, market)
    with form.refused_by(session, lambda: _show_phase(request, session, market, to, form)):
        if form.text("from") != record.phase:
            raise Conflict(Finding("phase_changed", params={"phase": word(record.phase, find_language(request))}))
        if to in ASKS_FIRST and not form.is_ticked("sure"):
            raise InvalidInput(Finding("missing", Place(field="sure")))
        change_phase(session, now, caller, record, to)
    return go("organise", market, done=f"phase_{to.value}")


def _show_phase(request: Request, session: Session, market: str, to: Phase, form: Form) -> Response:
    record = get_market(session, market)
    is_back = PHASES.index(to) < PHASES.index(record.phase)
    return show(request, "phase.html", market=record, to=to, form=form, is_back=is_back, asks_first=ASKS_FIRST)
