"""An organiser at the browser, a market with organisations and their contacts, and how a test reads a page."""

import re
from datetime import date

from fastapi.testclient import TestClient

from market_content import CountedStatements
from marktplatz.db.models import Membership, OrganisationRecord, Person, Representation
from marktplatz.market import Organisation
from marktplatz.usecases.identifiers import make_id
from marktplatz.usecases.logins import begin_login
from marktplatz.usecases.records import ORGANISATION_FIELDS
from marktplatz.usecases.records import fields_of as fields_of_record
from marktplatz.vocabulary import OrganisationKind, Phase, Role
from service_fixtures import World

MOST_BYTES = 100_000


def fill_market(world: World, market: str, organisations: int) -> None:
    """Companies o0, o1, … with a contact each."""
    world.make_market(market, Phase.COLLECTING, name="Markt am Rhein", date=date(2027, 3, 11))
    now, numbers = world.clock.now, range(organisations)
    with world.database.write(market) as session:  # without the use cases, which take their time for three hundred
        for number in numbers:
            value = Organisation(id=f"o{number}", kind=OrganisationKind.COMPANY, name=f"Firma {number}")
            begun = {"market_id": market, "agreed": 0, "created_at": now, "updated_at": now}
            session.add(OrganisationRecord(id=value.id, **begun, **fields_of_record(value, ORGANISATION_FIELDS)))
        session.flush()
        persons = [
            Person(market_id=market, id=make_id("p"), name=f"Person {n}", email=f"p{n}@example.org", phone="0221 1", created_at=now)
            for n in numbers
        ]
        session.add_all(persons)
        session.flush()
        session.add_all(
            Representation(market_id=market, organisation_id=f"o{n}", person_id=person.id, is_contact=True)
            for n, person in enumerate(persons)
        )


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
