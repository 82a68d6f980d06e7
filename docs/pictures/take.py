"""Takes the README's pictures from the running service, filled with the example town: `.venv/bin/python docs/pictures/take.py`.

It needs Chromium and the test requirements, and writes PNG files beside itself.
"""

import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select

HERE: Final = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent / "tests"))

import marktplatz
from browsing import DESK, QUIET, serving_here
from databases import SqliteTemplates
from marktplatz.db.engine import Database
from marktplatz.db.models import MarketRecord, OrganisationRecord, Profile, Representation
from marktplatz.exchange.reading import read_sent_market_bytes
from marktplatz.market import Policy
from marktplatz.settings import Settings
from marktplatz.usecases.accounts import add_account
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.importing import import_market
from marktplatz.usecases.logins import begin_login
from marktplatz.usecases.markets import create_market
from marktplatz.vocabulary import Phase, Standing, Visibility
from marktplatz.web.app import create_app
from service_fixtures import FakeClock
from system_packages import find_program

EXAMPLE: Final = Path(marktplatz.__file__).parent / "example" / "town.json"
PHONE: Final = {"width": 390, "height": 844}
MARKET: Final = "lindbrueck"


def fill(database: Database, clock: FakeClock) -> SimpleNamespace:
    """The example town as it may look three weeks before its evening; the logins of its organiser and of one participant."""
    with database.write() as session:
        create_market(session, clock.now, SYSTEM, Policy(), MARKET)
        account = add_account(session, clock.now, SYSTEM, "maria@example.org", "Maria Muster", is_owner=True)
    with database.write(MARKET) as session:
        import_market(session, clock.now, SYSTEM, MARKET, read_sent_market_bytes("town.json", EXAMPLE.read_bytes()))
    with database.write(MARKET) as session:
        market, profile = session.get_one(MarketRecord, MARKET), session.get_one(Profile, MARKET)
        market.name, market.date, market.phase = "Marktplatz Lindbrück", (clock.now + timedelta(days=24)).date(), Phase.COLLECTING
        profile.venue, profile.address, profile.town = "Bürgerhaus am Markt", "Marktplatz 3", "Lindbrück an der Sille"
        profile.begins, profile.ends, profile.visibility = "18:00", "20:30", Visibility.ALL
        profile.organiser_name, profile.organiser_phone = "Freiwilligenagentur Lindbrück", "0221 47110"
        profile.organiser_email = "markt@lindbrueck.example"
        organisations = list(session.scalars(select(OrganisationRecord).order_by(OrganisationRecord.id)))
        for number, organisation in enumerate(organisations):
            organisation.created_at = clock.now - timedelta(days=40 - number // 2)
            organisation.standing = Standing.SUBMITTED if number % 9 == 0 else Standing.APPROVED
        person = session.scalars(
            select(Representation.person_id).where(Representation.organisation_id == organisations[-1].id)
        ).first()
    with database.write() as session:
        return SimpleNamespace(
            organiser=begin_login(session, clock.now, account_id=account.id),
            participant=begin_login(session, clock.now, person=(MARKET, person)) if person else "",
        )


def open_page(browser: Browser, address: str, path: str, size: dict[str, int], cookie: str | None = None) -> Page:
    context = browser.new_context(viewport=size, base_url=address, locale="de-DE")  # type: ignore[arg-type]
    if cookie:
        context.add_cookies([{"name": "marktplatz", "value": cookie, "url": address}])
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(path)
    return page


def take(browser: Browser, address: str, logins: SimpleNamespace) -> None:
    for name, path, size, cookie in (
        ("market", f"/m/{MARKET}", PHONE, None),
        ("join", f"/m/{MARKET}/join?side=need", PHONE, None),
        ("my-page", f"/m/{MARKET}/me", PHONE, logins.participant),
        ("overview", f"/organise/{MARKET}", DESK, logins.organiser),
        ("radar", f"/organise/{MARKET}/radar", DESK, logins.organiser),
        ("registrations", f"/organise/{MARKET}/registrations", DESK, logins.organiser),
    ):
        page = open_page(browser, address, path, size, cookie)
        page.screenshot(path=HERE / f"{name}.png")
        page.context.close()


def main() -> None:
    clock = FakeClock()
    database = Database(SqliteTemplates(Path(tempfile.mkdtemp())).make_url())
    logins = fill(database, clock)
    app = create_app(Settings(), database=database, clock=clock)
    program = find_program("chromium", "chromium", "chromium-browser", "google-chrome", "chrome")
    with serving_here(app) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        take(browser, address, logins)
        browser.close()


if __name__ == "__main__":
    main()
