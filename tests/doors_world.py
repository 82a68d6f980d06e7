"""A market on its day with names as people have them, and devices that came in by a station's link."""

from fastapi.testclient import TestClient

from day_world import Day, make_day
from marktplatz.market import Contact, Organisation
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.organisations import add_organisation
from marktplatz.usecases.stations import StationValue, make_station
from marktplatz.vocabulary import OrganisationKind, Role
from service_fixtures import World

CONTACT = Contact(name="Kanari Vogel", email="kanari@vogel.example", phone="0221 7654321")


def add_named(world: World, market: str, *names: str, prefix: str = "n", table: int | None = None) -> None:
    """Companies with a contact, n0, n1, … in this order."""
    with world.database.write(market) as session:
        for number, name in enumerate(names):
            value = Organisation(id=f"{prefix}{number}", kind=OrganisationKind.COMPANY, name=name, contact=CONTACT, table=table)
            add_organisation(session, world.clock.now, SYSTEM, market, value)


def make_doors(world: World) -> Day:
    """m1 on its day: bank, club and choir, the Sparbank (spar0) and Bäckerei Müller (mueller0)."""
    day = make_day(world, name="Markt am Rhein")
    add_named(world, "m1", "Sparbank am Wilhelmplatz", prefix="spar", table=7)
    add_named(world, "m1", "Bäckerei Müller", prefix="mueller")
    return day


def make_link(world: World, role: Role, name: str = "Tür") -> str:
    """A station's secret."""
    with world.database.write("m1") as session:
        return make_station(session, world.clock.now, SYSTEM, "m1", StationValue(name=name, role=role))[1]


def open_station(world: World, role: Role) -> TestClient:
    browser = world.browser()
    browser.headers["Accept"] = "text/html"
    browser.cookies.set("marktplatz", make_link(world, role))
    return browser
