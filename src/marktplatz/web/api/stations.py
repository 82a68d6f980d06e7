"""Stations of a market: devices in the hall with a role and a link, and blocks of paper forms."""

from datetime import datetime
from typing import Annotated

from fastapi import Request, Response
from pydantic import AwareDatetime, BaseModel

from marktplatz.db.models import Station
from marktplatz.market import Line, Name
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.links import link_address
from marktplatz.usecases.stations import (
    StationValue,
    change_station,
    find_stations,
    get_station,
    is_paper,
    make_paper_block,
    make_station,
    renew_link,
    revoke_station,
    station_value,
)
from marktplatz.vocabulary import Role
from marktplatz.web.access import ALWAYS, OPEN, Rule
from marktplatz.web.api.routing import make_api_router
from marktplatz.web.body import In, Sent
from marktplatz.web.deps import IfMatch, MarketId, Now, ReadSession, WriteSession, check_version, put_etag, put_location
from marktplatz.web.idempotency import SecretRoute
from marktplatz.web.merge import Patch, apply_patch
from marktplatz.web.service import service_of

router = make_api_router("/markets/{market}/stations", "stations", SecretRoute)


class StationIn(In):
    """`role`: helper, broker, notary, moderator or screen. A block of paper forms has none; `paper` true makes one."""

    name: Name
    role: Role = Role.NOTARY
    staffed_by: Line | None = None
    expires_at: AwareDatetime | None = None
    paper: bool = False


class StationOut(BaseModel):
    """`numbers`: the first and the last that agreements may get here, null where nothing is certified."""

    id: str
    name: str
    role: Role
    staffed_by: str | None
    paper: bool
    numbers: tuple[int, int] | None
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    version: int


class NewStationOut(StationOut):
    """`link` is shown this once, null for paper: whoever opens it works at the station."""

    link: str | None


@router.get("", name="list")
def list_stations(
    caller: Annotated[Actor, Rule("stations:read", organiser=ALWAYS)], market: MarketId, session: ReadSession
) -> list[StationOut]:
    """By role; all at once, since they are a few dozen."""
    del caller
    return [_show(record) for record in find_stations(session, market)]


@router.post("", status_code=201, name="add")
def add(
    caller: Annotated[Actor, Rule("stations:write", organiser=OPEN)],
    market: MarketId,
    request: Request,
    response: Response,
    sent: Sent[StationIn],
    session: WriteSession,
    now: Now,
) -> NewStationOut:
    if sent.paper:
        record, secret = make_paper_block(session, now, caller, market, sent.name), None
    else:
        value = StationValue.model_construct(None, name=sent.name, role=sent.role, staffed_by=sent.staffed_by)
        record, secret = make_station(session, now, caller, market, value, sent.expires_at)
    put_location(response, "markets", market, "stations", record.id)
    put_etag(response, record.version)
    return _show_new(request, record, secret)


@router.get("/{station_id}", name="read")
def read(
    caller: Annotated[Actor, Rule("stations:read", organiser=ALWAYS)],
    market: MarketId,
    station_id: str,
    response: Response,
    session: ReadSession,
) -> StationOut:
    del caller
    record = get_station(session, market, station_id)
    put_etag(response, record.version)
    return _show(record)


@router.patch("/{station_id}", name="edit")
def edit(
    caller: Annotated[Actor, Rule("stations:write", organiser=OPEN)],
    market: MarketId,
    station_id: str,
    response: Response,
    patch: Patch,
    session: WriteSession,
    now: Now,
    if_match: IfMatch = None,
) -> StationOut:
    """Its name, its role, who sits there."""
    record = get_station(session, market, station_id)
    check_version(if_match, record.version, _show(record).model_dump(mode="json"))
    change_station(session, now, caller, record, apply_patch(station_value(record), patch, fixed=()))
    put_etag(response, record.version)
    return _show(record)


@router.post("/{station_id}/renew", name="renew")
def renew(
    caller: Annotated[Actor, Rule("stations:write", organiser=OPEN)],
    market: MarketId,
    station_id: str,
    request: Request,
    session: WriteSession,
    now: Now,
) -> NewStationOut:
    """Another link; the one before works no longer."""
    record = get_station(session, market, station_id)
    secret = renew_link(session, now, caller, record)
    return _show_new(request, record, secret)


@router.delete("/{station_id}", status_code=204, name="revoke")
def revoke(
    caller: Annotated[Actor, Rule("stations:write", organiser=ALWAYS)],
    market: MarketId,
    station_id: str,
    session: WriteSession,
    now: Now,
) -> None:
    """From the next request on; also in a closed market."""
    revoke_station(session, now, caller, get_station(session, market, station_id))


def _show_new(request: Request, record: Station, secret: str | None) -> NewStationOut:
    link = link_address(service_of(request).settings.base_url, secret) if secret is not None else None
    return NewStationOut(**_show(record).model_dump(), link=link)


def _show(record: Station) -> StationOut:
    numbers = (record.first_number, record.last_number) if record.first_number and record.last_number else None
    names = ("id", "name", "role", "staffed_by", "created_by", "created_at", "expires_at", "revoked_at", "version")
    return StationOut(**{name: getattr(record, name) for name in names}, paper=is_paper(record), numbers=numbers)
