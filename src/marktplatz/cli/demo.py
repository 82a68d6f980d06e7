"""`marktplatz demo` with pages: the example market in a folder that is gone afterwards, and a way in as its organiser."""

import logging
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import typer

if TYPE_CHECKING:
    from marktplatz.db.engine import Database
    from marktplatz.settings import Settings

HOST: Final = "127.0.0.1"
FIRST_PORT: Final = 8000
PORTS_TRIED: Final = 50
MARKET: Final = "beispiel"


def serve_demo(example: Path) -> None:
    """Until Ctrl+C; of what is set for a real installation nothing counts, so that nothing of it is touched and no mail leaves."""
    import uvicorn

    from marktplatz.cli.service_commands import open_database
    from marktplatz.web.app import create_app
    from marktplatz.web.logs import configure_logs

    with _ending_properly(), TemporaryDirectory(prefix="marktplatz-demo-") as folder, _listen() as listening:
        address = f"http://{HOST}:{listening.getsockname()[1]}"
        settings = _make_settings(Path(folder), address)
        configure_logs(settings.log_format)
        logging.getLogger("marktplatz").setLevel(logging.WARNING)
        with open_database(settings, create=True) as database:
            link = _fill(database, settings, example)
            _tell(address, link)
            app = create_app(settings, database=database)
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
