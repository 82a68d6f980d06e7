"""Zones of tables: which tables of the hall belong to which category."""

from typing import Annotated

from fastapi import Response
from pydantic import Field

from marktplatz.market import Identifier, Line, Value
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.markets import get_market, get_policy
from marktplatz.usecases.profiles import change_profile, get_profile, profile_value
from marktplatz.usecases.zones import TableNumber, Zone, check_zones
from marktplatz.web.access import ALWAYS, Rule
from marktplatz.web.api.routing import make_api_router
from marktplatz.web.body import In, Sent
from marktplatz.web.deps import IfMatch, MarketId, Now, ReadSession, WriteSession, check_version, put_etag

router = make_api_router("/markets/{market}/zones", "zones")


class ZoneIn(In):
    name: Line
    category: Identifier
    first: TableNumber
    last: TableNumber


class ZonesIn(In):
    zones: Annotated[tuple[ZoneIn, ...], Field(max_length=30)]


class ZonesOut(Value):
    """A timetable puts a conversation into the zone of what it is about, as far as there is room."""

    zones: tuple[Zone, ...]


@router.get("")
def read(
    caller: Annotated[Actor, Rule("markets:read", organiser=ALWAYS)], market: MarketId, response: Response, session: ReadSession
) -> ZonesOut:
    del caller
    profile = get_profile(session, market)
    put_etag(response, profile.version)
    return ZonesOut(zones=profile_value(profile).zones)


@router.put("")
def replace(
    caller: Annotated[Actor, Rule("markets:write", organiser=ALWAYS)],
    market: MarketId,
    response: Response,
    session: WriteSession,
    now: Now,
    sent: Sent[ZonesIn],
    if_match: IfMatch = None,
) -> ZonesOut:
    """All zones anew; timetables that are planned from now on heed them."""
    profile = get_profile(session, market)
    known = profile_value(profile)
    check_version(if_match, profile.version, ZonesOut(zones=known.zones).model_dump(mode="json"))
    zones = tuple(Zone(name=each.name, category=each.category, first=each.first, last=each.last) for each in sent.zones)
    check_zones(zones, get_policy(session, get_market(session, market)))
    if zones != known.zones:
        change_profile(session, now, caller, profile, known.model_copy(update={"zones": zones}))
    put_etag(response, profile.version)
    return ZonesOut(zones=zones)
