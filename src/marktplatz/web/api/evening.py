"""The evening of a market: its clock, and what the moderator does with it."""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Path, Response

from marktplatz.usecases.actor import Actor
from marktplatz.usecases.clock import ClockState, read_clock
from marktplatz.usecases.clock_deeds import Deed, turn_clock
from marktplatz.web.access import ALWAYS, ON_DAY, SHOWN, Rule
from marktplatz.web.api.routing import make_api_router
from marktplatz.web.deps import IfMatch, MarketId, Now, ReadSession, WriteSession, check_version, put_etag

router = make_api_router("/markets/{market}/evening", "evening")

VIEWERS: Final[dict[str, Any]] = {
    "organiser": ALWAYS,
    **dict.fromkeys(("broker", "notary", "helper", "moderator", "participant", "screen", "public"), SHOWN),
}


@router.get("")
def read(
    caller: Annotated[Actor, Rule("evening:read", **VIEWERS)], market: MarketId, response: Response, session: ReadSession, now: Now
) -> ClockState:
    """The clock by the server's time; before anybody touched it its version is 0."""
    del caller
    clock = read_clock(session, now, market)
    put_etag(response, clock.version)
    return clock


@router.post("/{deed}", name="turn")
def turn(
    caller: Annotated[Actor, Rule("evening:write", organiser=ON_DAY, moderator=ON_DAY)],
    market: MarketId,
    deed: Annotated[Deed, Path(description="What is done with the clock")],
    response: Response,
    session: WriteSession,
    now: Now,
    if_match: IfMatch = None,
) -> ClockState:
    """One deed on the clock as it was last seen. The answer is the clock after it."""
    clock = read_clock(session, now, market)
    check_version(if_match, clock.version, _tell(clock))
    turn_clock(session, now, caller, market, deed, clock.version)
    clock = read_clock(session, now, market)
    put_etag(response, clock.version)
    return clock


def _tell(clock: ClockState) -> dict[str, Any]:
    fields = {name: getattr(clock, name) for name in ClockState.__dataclass_fields__}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in fields.items()}
