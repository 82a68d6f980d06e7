"""The board of a market: what has been agreed so far, once or as a stream of events."""

from typing import Annotated, Any, Final

from fastapi import Request, Response

from marktplatz.usecases.actor import Actor
from marktplatz.usecases.board import BoardState, read_board
from marktplatz.web.access import ALWAYS, SHOWN, Rule
from marktplatz.web.api.routing import make_api_router
from marktplatz.web.deps import MarketId, Now, ReadSession
from marktplatz.web.language import find_language
from marktplatz.web.live import LiveStream
from marktplatz.web.service import service_of

router = make_api_router("/markets/{market}/board", "board")

VIEWERS: Final[dict[str, Any]] = {
    "organiser": ALWAYS,
    "broker": SHOWN,
    "notary": SHOWN,
    "helper": SHOWN,
    "moderator": SHOWN,
    "screen": SHOWN,
}

EVENT: Final = {
    "type": "object",
    "required": ["id", "event", "data"],
    "properties": {
        "id": {"type": "string", "description": "The board's version"},
        "event": {"const": "board"},
        "data": {"type": "string", "contentMediaType": "application/json", "description": "What `board` answers"},
    },
}
"""One event of the stream, for the OpenAPI document."""


@router.get("")
def read(
    caller: Annotated[Actor, Rule("board:read", **VIEWERS)], market: MarketId, request: Request, session: ReadSession, now: Now
) -> BoardState:
    del caller
    return read_board(session, now, market, find_language(request))


@router.get(
    "/events",
    status_code=200,
    response_class=LiveStream,
    responses={200: {"content": {"text/event-stream": {"schema": EVENT}}, "description": "Events named `board`"}},
)
async def watch(caller: Annotated[Actor, Rule("board:read", **VIEWERS)], market: MarketId, request: Request) -> Response:
    """The board as server-sent events: the present state at once, then each new one as a whole, so that a lost one does no harm.

    An event `beat` comes every 15 seconds; the language is the installation's.
    """
    del caller
    return LiveStream(service_of(request).board, market)
