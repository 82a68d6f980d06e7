"""While somebody writes an agreement: money is told at once, with what could stand there instead."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Request, Response

from marktplatz.matching.scoring.money import find_money_words
from marktplatz.usecases.actor import Actor
from marktplatz.web.access import FROM_DAY, OPEN, Rule
from marktplatz.web.deps import MarketId
from marktplatz.web.pages.forms import SentForm
from marktplatz.web.pages.frame import show
from marktplatz.web.pages.route import PageRoute

router = APIRouter(prefix="/m/{market}", tags=["pages"], route_class=PageRoute, include_in_schema=False)

WRITERS: Final[dict[str, Any]] = {"organiser": OPEN, **dict.fromkeys(("broker", "notary", "helper", "participant"), FROM_DAY)}
MOST_READ: Final = 10_000


@router.post("/agreement-hints", name="hint_agreement")
def show_hints(
    caller: Annotated[Actor, Rule("agreements:write", **WRITERS)], market: MarketId, request: Request, form: SentForm
) -> Response:
    """A piece of a page about the part that `block` names: the number of a service, or what belongs to it."""
    del caller, market
    block = form.text("block")
    text = form.text("scope" if block == "scope" else f"services.{block}.text")[:MOST_READ]
    return show(request, "_agreement_hints.html", words=", ".join(find_money_words(text)))
