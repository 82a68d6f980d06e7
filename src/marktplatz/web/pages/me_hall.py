"""A participant in the hall: whom they are being brought together with, who is free, and the code that partners read from them."""

from functools import lru_cache
from typing import Annotated, Final
from urllib.parse import quote, urlencode

from fastapi import Request, Response

from marktplatz.usecases.actor import Actor
from marktplatz.usecases.own_hall import find_own_hall
from marktplatz.web.access import FROM_DAY, Rule
from marktplatz.web.deps import MarketId, ReadSession
from marktplatz.web.language import find_language
from marktplatz.web.pages.mine import Chosen, load_mine, make_router, show_mine
from marktplatz.web.qr import draw_qr
from marktplatz.web.service import service_of

router = make_router()

MOST_NEXT = 8
_draw_code: Final = lru_cache(maxsize=512)(draw_qr)
"""A partner's code is the same all evening, and takes as long to draw as the rest of the page."""


@router.get("/partners", name="my_partners")
def show_partners(
    caller: Annotated[Actor, Rule("pages:read", participant=FROM_DAY)],
    market: MarketId,
    request: Request,
    session: ReadSession,
    organisation: Chosen = None,
) -> Response:
    mine = load_mine(request, session, caller, market, organisation)
    service, language = service_of(request), find_language(request)
    found = find_own_hall(session, market, mine.organisation.id, mine.clock, service.scores, language, MOST_NEXT)
    base = service.settings.base_url.rstrip("/")
    address = f"{base}/m/{quote(market, safe='')}/me/agreements/new?{urlencode({'partner': mine.organisation.id})}"
    return show_mine(request, "me_partners.html", mine, "/partners", own_hall=found, code=_draw_code(address))
