"""Stations of the hall: make them, print their links as cards, say who sits there, take them back."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from markupsafe import Markup
from sqlalchemy.orm import Session

from marktplatz.db.models import Station
from marktplatz.errors import Conflict, Finding, InvalidInput, Place
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.identifiers import step
from marktplatz.usecases.links import link_address
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.profiles import get_profile
from marktplatz.usecases.stations import (
    STATION_ROLES,
    StationValue,
    change_station,
    find_stations,
    get_station,
    is_alive,
    is_paper,
    make_paper_block,
    make_station,
    renew_link,
    revoke_station,
    station_value,
)
from marktplatz.vocabulary import Role
from marktplatz.web.access import ALWAYS, OPEN, Rule
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.language import find_language
from marktplatz.web.pages.forms import Form, SentForm, read_value
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.route import PageRoute
from marktplatz.web.qr import draw_qr
from marktplatz.web.service import service_of
from marktplatz.wording import translate
from marktplatz.wording.pages import word
from marktplatz.wording.stations import PAPER, STATION_NAMES

router = APIRouter(prefix="/organise/{market}/day/stations", tags=["pages"], route_class=PageRoute, include_in_schema=False)

MOST_AT_ONCE: Final = 20


@dataclass(frozen=True)
class Card:
    """What is cut out and put up: a station with its link, which stands nowhere else."""

    station: Station
    link: str
    qr: Markup


@router.get("", name="stations")
def show_stations(
    caller: Annotated[Actor, Rule("stations:read", organiser=ALWAYS)],
    market: MarketId,
    request: Request,
    session: ReadSession,
    now: Now,
) -> Response:
    del caller
    return _show(request, session, market, now, Form.of(role=Role.HELPER, count=1))


def keep_no_answer(request: Request) -> None:
    """Links are shown once and kept nowhere, not even for a form that is sent again."""
    request.state.keeps_body = False


Unkept = Annotated[None, Depends(keep_no_answer)]


@router.post("", name="make_stations")
def add_stations(
    caller: Annotated[Actor, Rule("stations:write", organiser=OPEN)],
    market: MarketId,
    request: Request,
    form: SentForm,
    unkept: Unkept,
    session: WriteSession,
    now: Now,
) -> Response:
    """Some of one role at once, with their cards; a block of paper forms has none."""
    del unkept
    made: list[tuple[Station, str]] = []
    with form.refused_by(session, lambda: _show(request, session, market, now, form)):
        count, name = _read_count(form), form.text("name")
        if form.text("role") == PAPER:
            for number in range(count):
                make_paper_block(session, now, caller, market, _name_of(request, name, PAPER, number, count))
            return go("organise", market, "day", "stations", done="paper_made")
        role = _read_role(form)
        for number in range(count):
            value = read_value(StationValue, {"name": _name_of(request, name, role, number, count), "role": role})
            made.append(make_station(session, now, caller, market, value))
    return _show_cards(request, session, market, made)


@router.post("/print", name="print_stations")
def print_stations(
    caller: Annotated[Actor, Rule("stations:write", organiser=OPEN)],
    market: MarketId,
    request: Request,
    form: SentForm,
    unkept: Unkept,
    session: WriteSession,
    now: Now,
) -> Response:
    """New cards, with new links: those before work no longer."""
    del unkept
    with form.refused_by(session, lambda: _show(request, session, market, now, form)):
        records = [get_station(session, market, station_id) for station_id in form.texts("station")]
        form.put("role", Role.HELPER)
        form.put("count", 1)
        if not records:
            raise InvalidInput(Finding("no_station_chosen", Place(field="station")))
        made = [(record, renew_link(session, now, caller, record)) for record in records]
    return _show_cards(request, session, market, made)


@router.get("/{station_id}", name="station")
def show_station(
    caller: Annotated[Actor, Rule("stations:read", organiser=ALWAYS)],
    market: MarketId,
    station_id: str,
    request: Request,
    session: ReadSession,
    now: Now,
) -> Response:
    del caller
    record = get_station(session, market, station_id)
    form = Form.showing(station_value(record))
    form.put("version", record.version)
    return _show_station(request, session, record, now, form)


@router.post("/{station_id}", name="change_station")
def save_station(
    caller: Annotated[Actor, Rule("stations:write", organiser=OPEN)],
    market: MarketId,
    station_id: str,
    request: Request,
    form: SentForm,
    session: WriteSession,
    now: Now,
) -> Response:
    record = get_station(session, market, station_id)
    with form.refused_by(session, lambda: _show_station(request, session, record, now, form)):
        if form.text("version") != str(record.version):
            form.put("version", record.version)
            raise Conflict(Finding("edited_meanwhile"))
        role = Role.NOTARY if is_paper(record) else _read_role(form)
        sent = {"name": form.text("name"), "role": role, "staffed_by": form.text("staffed_by") or None}
        change_station(session, now, caller, record, read_value(StationValue, sent))
    return go("organise", market, "day", "stations", done="station_saved")


@router.post("/{station_id}/revoke", name="revoke_station")
def take_back(
    caller: Annotated[Actor, Rule("stations:write", organiser=ALWAYS)],
    market: MarketId,
    station_id: str,
    form: SentForm,
    session: WriteSession,
    now: Now,
) -> Response:
    del form
    revoke_station(session, now, caller, get_station(session, market, station_id))
    return go("organise", market, "day", "stations", done="station_revoked")


def _read_role(form: Form) -> Role:
    if form.text("role") not in STATION_ROLES:
        raise InvalidInput(Finding("missing", Place(field="role")))
    return Role(form.text("role"))


def _read_count(form: Form) -> int:
    text = form.text("count") or "1"
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:4]) <= MOST_AT_ONCE):
        raise InvalidInput(Finding("stations_at_once", Place(field="count"), {"limit": MOST_AT_ONCE}))
    return int(text)


def _name_of(request: Request, name: str, role: str, number: int, count: int) -> str:
    """As it was given, or by what is done there; counted where there are several."""
    language = find_language(request)
    called = name or translate(STATION_NAMES[role], language)
    return f"{called} {number + 1}" if count > 1 else called


def _show(request: Request, session: Session, market: str, now: Now, form: Form) -> Response:
    record, stations = get_market(session, market), find_stations(session, market)
    return show(
        request,
        "stations.html",
        market=record,
        profile=get_profile(session, market),
        stations=[station for station in stations if not is_paper(station)],
        papers=[station for station in stations if is_paper(station)],
        alive={station.id for station in stations if is_alive(station, record.phase, now)},
        roles=[(role.value, translate(STATION_NAMES[role], find_language(request))) for role in STATION_ROLES],
        form=form,
    )


def _show_station(request: Request, session: Session, record: Station, now: Now, form: Form) -> Response:
    market = get_market(session, record.market_id)
    roles = [(role.value, word(role, find_language(request))) for role in STATION_ROLES]
    lives = is_alive(record, market.phase, now)
    return show(
        request, "station.html", market=market, station=record, is_paper=is_paper(record), lives=lives, roles=roles, form=form
    )


def _show_cards(request: Request, session: Session, market: str, made: list[tuple[Station, str]]) -> Response:
    base_url = service_of(request).settings.base_url
    cards = []
    for station, secret in made:
        link = link_address(base_url, secret)
        cards.append(Card(station, link, draw_qr(link)))
    here = f"{base_url.rstrip('/')}/m/{step(market)}/here"
    record = get_market(session, market)
    return show(request, "stations_print.html", market=record, cards=cards, here_address=here, own_way=draw_qr(here))
