"""A person of the staff in a browser, for the tests of the pages for setting a market up; and what they look at afterwards."""

import re

from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from marktplatz.db.models import AuditEntry, MarketRecord, Profile
from marktplatz.market import Entry, Organisation
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.entries import add_entry
from marktplatz.usecases.logins import begin_login
from marktplatz.usecases.organisations import add_organisation
from marktplatz.vocabulary import EntrySide, OrganisationKind, Role
from service_fixtures import World

PAGE = {"Accept": "text/html"}
EVENT = {
    "name": "Marktplatz Köln-Nippes",
    "date": "11.3.2027",
    "begins": "18 Uhr",
    "ends": "20.30",
    "venue": "Bürgerzentrum",
    "town": "Köln",
    "entry_deadline": "25.2.2027",
    "organiser_name": "Freiwilligenagentur",
    "organiser_email": "hallo@example.org",
}
RULES = {
    "categories.0.label": "Anpacken",
    "categories.0.kind": "hands",
    "categories.1.label": "Wissen",
    "categories.1.kind": "know_how",
    "reciprocity": "required",
    "within_kind": "none",
    "max_agreements": "3",
    "max_distance_km": "12,5",
    "visibility": "all",
}


class Browser:
    """A person of the staff with their login, who sends forms as our pages have them."""

    def __init__(self, world: World, account_id: str) -> None:
        with world.database.write() as session:
            secret = begin_login(session, world.clock.now, account_id=account_id)
        self.client: TestClient = world.browser()
        self.client.cookies.set("marktplatz", secret)

    def get(self, address: str, status: int = 200) -> str:
        answer = self.client.get(address, headers=PAGE)
        assert answer.status_code == status, answer.text
        return answer.text

    def send(self, address: str, values: dict[str, str], *, seen: str | None = None) -> Response:
        """With the hidden fields of the page as it was seen: the one at this address, unless another was."""
        hidden = hidden_fields(seen if seen is not None else self.client.get(address, headers=PAGE).text)
        return self.client.post(address, data=hidden | values, headers=PAGE, follow_redirects=False)


def hidden_fields(page: str) -> dict[str, str]:
    """Of the last form: ours stands after those of the frame."""
    form = page.rsplit("<form", 1)[1]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))


def make_organiser(world: World, market: str = "m1", mail: str = "anna@example.org") -> Browser:
    return Browser(world, world.make_account(mail, **{market: Role.ORGANISER}))


def read_market(world: World, market: str) -> tuple[MarketRecord, Profile]:
    with world.database.read() as session:
        return session.get_one(MarketRecord, market), session.get_one(Profile, market)


def actions(world: World, market: str) -> list[str]:
    with world.database.read() as session:
        return list(session.scalars(select(AuditEntry.action).where(AuditEntry.chain == market).order_by(AuditEntry.number)))


def fill(world: World, market: str, organisations: int) -> None:
    with world.database.write(market) as session:
        for number in range(organisations):
            kind = OrganisationKind.COMPANY if number % 2 else OrganisationKind.NONPROFIT
            name = f"o{number}"
            organisation = Organisation(id=name, kind=kind, name=f"Haus {number}", key=f"k{number}")
            add_organisation(session, world.clock.now, SYSTEM, market, organisation)
            side = EntrySide.OFFER if number % 2 else EntrySide.NEED
            add_entry(session, world.clock.now, SYSTEM, market, side, Entry(id=f"e{number}", organisation=name, title="Streichen"))
