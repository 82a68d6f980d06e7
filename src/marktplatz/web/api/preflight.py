"""What a run would be made of: for whoever wants to know before asking for one."""

from typing import Annotated

from fastapi import Request

from marktplatz.market import Value
from marktplatz.matching.advice.counts import Lonely
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.preflight import look_before_run
from marktplatz.vocabulary import EntrySide, Standing
from marktplatz.web.access import ALWAYS, SHOWN, Rule
from marktplatz.web.api.routing import make_api_router
from marktplatz.web.deps import MarketId, ReadSession
from marktplatz.web.service import service_of

router = make_api_router("/markets/{market}/preflight", "runs")


class LonelyOut(Value):
    id: str
    organisation: str


class PreflightOut(Value):
    """`*_places`: the pairs that the entries have room for. `impossible_*`: entries for which no pair is possible at all.
    `silent` are organisations without an entry in it; the counts below are of what is left out of a run.
    """

    companies: int
    nonprofits: int
    offers: int
    offer_places: int
    needs: int
    need_places: int
    pinned: int
    forbidden: int
    silent: tuple[str, ...]
    impossible_offers: tuple[LonelyOut, ...]
    impossible_needs: tuple[LonelyOut, ...]
    unseen: int
    waiting: int
    returned: int
    cancelled: int


@router.get("", name="preflight")
def read(
    caller: Annotated[Actor, Rule("runs:read", organiser=ALWAYS, broker=SHOWN)],
    market: MarketId,
    request: Request,
    session: ReadSession,
) -> PreflightOut:
    """The market as a run would find it now."""
    del caller
    found = look_before_run(session, market, service_of(request).preflights)
    prospect = found.prospect
    names = ("companies", "nonprofits", "offers", "offer_places", "needs", "need_places", "pinned", "forbidden")
    return PreflightOut.model_construct(
        **{name: getattr(prospect, name) for name in names},
        silent=tuple(key for key, _ in prospect.silent),
        impossible_offers=_show(prospect.impossible_of(EntrySide.OFFER)),
        impossible_needs=_show(prospect.impossible_of(EntrySide.NEED)),
        unseen=found.unseen,
        waiting=found.organisations[Standing.WAITING],
        returned=found.organisations[Standing.RETURNED] + found.entries[Standing.RETURNED],
        cancelled=found.cancelled,
    )


def _show(lonely: tuple[Lonely, ...]) -> tuple[LonelyOut, ...]:
    return tuple(LonelyOut(id=each.id, organisation=each.organisation) for each in lonely)
