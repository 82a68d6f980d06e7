"""The pulse of an evening for every page: an event when the clock, the count or the plan moves, alike for all but for one number
that says how much concerns whoever looks; or once, as JSON.
"""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Request, Response

from marktplatz.usecases.actor import Actor
from marktplatz.usecases.pulse import PulseState, read_whole_pulse
from marktplatz.web.access import ALWAYS, SHOWN, Rule
from marktplatz.web.deps import MarketId, Now, ReadSession
from marktplatz.web.live import LiveStream
from marktplatz.web.pages.route import PageRoute
from marktplatz.web.service import service_of

router = APIRouter(prefix="/m/{market}/pulse", tags=["pages"], route_class=PageRoute, include_in_schema=False)

LISTENERS: Final[dict[str, Any]] = {
    "organiser": ALWAYS,
    **dict.fromkeys(("broker", "notary", "helper", "moderator", "participant", "screen", "public"), SHOWN),
}


@router.get("", name="pulse")
async def watch(caller: Annotated[Actor, Rule("evening:read", **LISTENERS)], market: MarketId, request: Request) -> Response:
    """Server-sent events `pulse`, each the whole state, and `beat`."""
    return LiveStream(service_of(request).pulse, market, caller.organisations)


@router.get("/now", name="pulse_now")
def read(
    caller: Annotated[Actor, Rule("evening:read", **LISTENERS)],
    market: MarketId,
    request: Request,
    response: Response,
    session: ReadSession,
    now: Now,
) -> PulseState:
    """By this a page sets its clock, and lives on where no stream comes through."""
    response.headers["Cache-Control"] = "no-store"
    pulse = read_whole_pulse(session, now, market, service_of(request).concerns)
    return pulse.tell(pulse.count_for(caller.organisations))
