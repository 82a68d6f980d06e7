"""`marktplatz demo` with pages: the example market in a folder that is gone afterwards, and a way in as its organiser.

With an evening's length somebody plays that evening meanwhile (`demo_day`), and the wall screen has a link of its own.
"""

import logging
import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import TYPE_CHECKING, Final

import typer

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from marktplatz.db.engine import Database
    from marktplatz.settings import Settings
    from marktplatz.vocabulary import Role

HOST: Final = "127.0.0.1"
FIRST_PORT: Final = 8000
PORTS_TRIED: Final = 50
MARKET: Final = "beispiel"


def serve_demo(example: Path, *, evening_s: float | None = None) -> None:
    """Until Ctrl+C; of what is set for a real installation nothing counts, so that nothing of it is touched and no mail leaves."""
    import uvicorn

    from marktplatz.cli.service_commands import open_database
    from marktplatz.web.app import create_app
    from marktplatz.web.logs import configure_logs
    from marktplatz.web.memory import settle

    with _ending_properly(), TemporaryDirectory(prefix="marktplatz-demo-") as folder, _listen() as listening:
        address = f"http://{HOST}:{listening.getsockname()[1]}"
        settings = _make_settings(Path(folder), address)
        configure_logs(settings.log_format)
        logging.getLogger("marktplatz").setLevel(logging.WARNING)
        with open_database(settings, create=True) as database:
            link = _fill(database, settings, example)
            if evening_s is not None:
                wall, tokens = _fill_evening(database, settings)
                _tell_wall(wall)
                Thread(target=_play, args=(f"{address}/api/v1/markets/{MARKET}", tokens, evening_s), daemon=True).start()
            _tell(address, link)
            app = create_app(settings, database=database)
            settle()
            config = uvicorn.Config(
                app, log_config=None, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=1
            )
            uvicorn.Server(config).run(sockets=[listening])


def _make_settings(folder: Path, address: str) -> "Settings":
    from marktplatz.settings import Settings

    hosts = (HOST, "localhost")
    return Settings(data_dir=folder, database_url=None, base_url=address, trusted_hosts=hosts, trusted_proxies=(), smtp_host=None)


def _fill(database: "Database", settings: "Settings", example: Path) -> str:
    """The market as it is while it collects, nothing computed or published; the address that lets its organiser in."""
    from datetime import UTC, datetime

    from marktplatz.exchange.reading import read_sent_market
    from marktplatz.usecases.accounts import add_account, give_role
    from marktplatz.usecases.actor import SYSTEM
    from marktplatz.usecases.importing import import_into_new_market
    from marktplatz.usecases.links import link_address, make_staff_link
    from marktplatz.usecases.markets import change_phase, get_market
    from marktplatz.usecases.profiles import ProfileValue, change_profile, get_profile
    from marktplatz.vocabulary import Phase, Role
    from marktplatz.wording import translate
    from marktplatz.wording.service import DEMO_ORGANISER, DEMO_VENUE

    now, language = datetime.now(UTC), settings.language
    organiser, mail = translate(DEMO_ORGANISER, language), "organisation@example.org"
    profile = ProfileValue(
        town="Lindbrück",
        venue=translate(DEMO_VENUE, language),
        begins="18:00",
        ends="21:00",
        organiser_name=organiser,
        organiser_email=mail,
        hall_places=100,
    )
    with database.write() as session:
        import_into_new_market(session, now, SYSTEM, read_sent_market(example), MARKET)
        change_profile(session, now, SYSTEM, get_profile(session, MARKET), profile)
        account = add_account(session, now, SYSTEM, mail, organiser, is_owner=True)
        give_role(session, now, SYSTEM, MARKET, mail, Role.ORGANISER, organiser, language)
        change_phase(session, now, SYSTEM, get_market(session, MARKET), Phase.COLLECTING)
        return link_address(settings.base_url, make_staff_link(session, now, account))


def _tell(address: str, link: str) -> None:
    """On stderr, as `serve` does: what was printed before can still be kept in a file."""
    from marktplatz.cli.terminal import find_language
    from marktplatz.wording import translate
    from marktplatz.wording.service import DEMO_END, DEMO_ORGANISE, DEMO_PAGE

    language = find_language()
    sys.stdout.flush()
    typer.echo(f"\n{translate(DEMO_PAGE, language)}\n  {address}/m/{MARKET}", err=True)
    typer.echo(f"{translate(DEMO_ORGANISE, language)}\n  {link}", err=True)
    typer.echo(translate(DEMO_END, language), err=True)


def _fill_evening(database: "Database", settings: "Settings") -> tuple[str, "Mapping[Role, str]"]:
    """Today is the day: rounds and a goal, consent to be named, a wall screen; its address, and tokens for those who play."""
    from datetime import UTC, datetime

    from marktplatz.cli.demo_day import GOAL, ROLES, ROUNDS
    from marktplatz.usecases.actor import SYSTEM, Actor
    from marktplatz.usecases.evening_overview import set_goal
    from marktplatz.usecases.links import link_address
    from marktplatz.usecases.markets import change_policy, get_market, get_policy
    from marktplatz.usecases.profiles import change_profile, get_profile, profile_value
    from marktplatz.usecases.stations import StationValue, make_station
    from marktplatz.usecases.tokens import Grant, issue_token
    from marktplatz.vocabulary import Role, Trading
    from marktplatz.wording import translate
    from marktplatz.wording.service import DAY_WALL

    now = datetime.now(UTC)
    with database.write() as session:
        market = get_market(session, MARKET)
        today = get_policy(session, market).model_copy(update={"date": now.date(), "break_rounds": ()})
        change_policy(session, now, SYSTEM, market, today)
        profile = get_profile(session, MARKET)
        laid_out = {"trading": Trading.ROUNDS_THEN_FREE, "rounds": ROUNDS, "round_minutes": 1, "tables": 40}
        change_profile(session, now, SYSTEM, profile, profile_value(profile).model_copy(update=laid_out))
        set_goal(session, now, Actor(SYSTEM.name, frozenset({Role.ORGANISER})), MARKET, GOAL, 0)
        _consent(session, now, settings.language)
        screen = StationValue(name=translate(DAY_WALL, settings.language), role=Role.SCREEN)
        _, secret = make_station(session, now, SYSTEM, MARKET, screen)
        tokens = {role: issue_token(session, now, SYSTEM, Grant(role, role, (MARKET,), ("*",), None))[1] for role in ROLES}
    return link_address(settings.base_url, secret), tokens


def _consent(session: "Session", now: "datetime", language: str) -> None:
    """Four of five agree to be named on the wall."""
    from sqlalchemy import select

    from marktplatz.db.models import Person
    from marktplatz.usecases.actor import SYSTEM
    from marktplatz.usecases.consents_shipped import give_shipped_consents
    from marktplatz.vocabulary import ConsentPurpose

    people = session.scalars(select(Person.id).where(Person.market_id == MARKET).order_by(Person.id)).all()
    for number, person in enumerate(people):
        if number % 5:
            purposes = frozenset({ConsentPurpose.PUBLICATION})
            give_shipped_consents(session, now, SYSTEM, MARKET, person, purposes, language)


def _play(market_address: str, tokens: "Mapping[Role, str]", seconds: float) -> None:
    """The evening, as soon as somebody answers."""
    import time
    import urllib.error
    import urllib.request

    from marktplatz.cli.demo_day import Evening, PlayFailed
    from marktplatz.cli.terminal import find_language
    from marktplatz.wording import translate
    from marktplatz.wording.service import DAY_FAILED, DAY_SAID

    language = find_language()

    def tell(key: str, told: Mapping[str, object]) -> None:
        typer.echo(translate(DAY_SAID[key], language).format(**told), err=True)

    ready = market_address.partition("/api/")[0] + "/livez"
    while True:
        with suppress(urllib.error.URLError), urllib.request.urlopen(ready, timeout=5):  # noqa: S310 an address of ours
            break
        time.sleep(0.1)
    try:
        Evening(market_address, tokens, seconds, tell).play()
    except PlayFailed as failed:
        typer.echo(f"{translate(DAY_FAILED, language)} {failed}", err=True)


def _tell_wall(link: str) -> None:
    from marktplatz.cli.terminal import find_language
    from marktplatz.wording import translate
    from marktplatz.wording.service import DAY_LINK

    sys.stdout.flush()
    typer.echo(f"\n{translate(DAY_LINK, find_language())}\n  {link}", err=True)


@contextmanager
def _listen() -> Iterator[socket.socket]:
    """On the first free port; any at all where so many are taken."""
    for port in (*range(FIRST_PORT, FIRST_PORT + PORTS_TRIED), 0):
        with suppress(OSError):
            listening = socket.create_server((HOST, port))
            break
    with listening:
        yield listening


@contextmanager
def _ending_properly() -> Iterator[None]:
    """Ctrl+C is how it ends, no fault; a process that is told to stop takes its folder along too."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)
