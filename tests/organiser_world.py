"""An organiser at the browser, a market with organisations and their contacts, and how a test reads a page."""

import re
from datetime import date

from fastapi.testclient import TestClient

from market_content import CountedStatements
from marktplatz.db.models import Membership
from marktplatz.market import Contact, Organisation
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.logins import begin_login
from marktplatz.usecases.organisations import add_organisation
from marktplatz.vocabulary import OrganisationKind, Phase, Role
from service_fixtures import World

MOST_BYTES = 100_000


def fill_market(world: World, market: str, organisations: int) -> None:
    """Companies o0, o1, … with a contact each."""
    world.make_market(market, Phase.COLLECTING, name="Markt am Rhein", date=date(2027, 3, 11))
    with world.database.write(market) as session:
        for number in range(organisations):
            contact = Contact(name=f"Person {number}", email=f"p{number}@example.org", phone="0221 1")
            value = Organisation(id=f"o{number}", kind=OrganisationKind.COMPANY, name=f"Firma {number}", contact=contact)
            add_organisation(session, world.clock.now, SYSTEM, market, value)


def make_organiser(world: World, organisations: int = 2) -> TestClient:
    """Market m1 and its organiser."""
    fill_market(world, "m1", organisations)
    return sign_in(world, world.make_account("chefin@example.org", m1=Role.ORGANISER))


def sign_in(world: World, account_id: str) -> TestClient:
    with world.database.write() as session:
        secret = begin_login(session, world.clock.now, account_id=account_id)
    browser = world.browser()
    browser.headers["Accept"] = "text/html"
    browser.cookies.set("marktplatz", secret)
    return browser


def fields_of(page: str) -> dict[str, str]:
    """The hidden fields of a page; of several forms the last one's."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))


def count_queries_of(world: World, path: str) -> list[int]:
    """Of a page of the organiser's, for one organisation and for 300; `path` has {market}."""
    fill_market(world, "m1", 1)
    fill_market(world, "m2", 300)
    account = world.make_account("chefin@example.org", m1=Role.ORGANISER)
    with world.database.write() as session:
        session.add(Membership(market_id="m2", account_id=account, role=Role.ORGANISER))
    browser = sign_in(world, account)
    return [count_queries(world, browser, path.format(market=market)) for market in ("m1", "m2")]


def count_queries(world: World, browser: TestClient, address: str) -> int:
    with CountedStatements(world.database) as seen:
        answer = browser.get(address)
    assert answer.status_code == 200, address
    assert len(answer.content) < MOST_BYTES, address
    return seen.count
