"""A market on its day, for tests: organisations, offers and needs as records, callers with roles, drafts as they are sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi.testclient import TestClient

from factories import make_need, make_nonprofit, make_offer, make_organisation
from marktplatz.db.engine import Database
from marktplatz.db.models import Consent, ConsentText, EntryRecord, Login, OrganisationRecord, Person, Representation
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.organisations import add_organisation
from marktplatz.usecases.records import entry_fields
from marktplatz.vocabulary import ConsentPurpose, EntrySide, Phase, Role
from marktplatz.web.identity import HTTP_COOKIE, hash_secret
from service_fixtures import World

MARKET = "/api/v1/markets/m1"
AGREEMENTS = f"{MARKET}/agreements"
SERVICE = {"giver": "bank", "taker": "club", "text": "Wände streichen", "offer": "paint", "need": "walls", "people": 3, "hours": 6}
RETURN = {"side": "return", "giver": "club", "taker": "bank", "text": "Programm beim Sommerfest", "hours": 2, "value_euros": 150}
DRAFT: dict[str, Any] = {"parties": ["bank", "club"], "services": [SERVICE, RETURN], "scope": "Der Jugendraum wird gestrichen."}


def add_entry(database: Database, now: datetime, market_id: str, side: EntrySide, **fields: Any) -> None:
    value = make_offer(**fields) if side is EntrySide.OFFER else make_need(**fields)
    kept = {**entry_fields(value), "organisation_id": value.organisation}
    with database.write(market_id) as session:
        session.add(EntryRecord(market_id=market_id, id=value.id, side=side, agreed=0, created_at=now, updated_at=now, **kept))


@dataclass
class Day:
    """The market m1 in its phase `day`: the bank paints the club's walls, the choir looks on."""

    world: World

    def organisation(self, organisation_id: str, **fields: Any) -> None:
        make = make_organisation if fields.pop("kind", "nonprofit") == "company" else make_nonprofit
        with self.world.database.write("m1") as session:
            add_organisation(session, self.world.clock.now, SYSTEM, "m1", make(organisation_id, **fields))

    def offer(self, name: str = "paint", organisation: str = "bank", **fields: Any) -> None:
        add_entry(self.world.database, self.world.clock.now, "m1", EntrySide.OFFER, name=name, organisation=organisation, **fields)

    def need(self, name: str = "walls", organisation: str = "club", **fields: Any) -> None:
        add_entry(self.world.database, self.world.clock.now, "m1", EntrySide.NEED, name=name, organisation=organisation, **fields)

    def person(self, person_id: str, *organisations: str, **consents: bool) -> TestClient:
        """Somebody who stands for organisations, signed in; `publication=True` consents, False took it back."""
        now, secret = self.world.clock.now, f"login-{person_id}"
        with self.world.database.write("m1") as session:
            session.add(
                Person(market_id="m1", id=person_id, name=person_id.title(), email=f"{person_id}@x.example", created_at=now)
            )
            session.flush()
            for organisation in organisations:
                session.add(Representation(market_id="m1", organisation_id=organisation, person_id=person_id, is_contact=False))
            for purpose, is_given in consents.items():
                text = (ConsentPurpose(purpose), "1")
                if session.get(ConsentText, text) is None:
                    session.add(ConsentText(purpose=text[0], version=text[1], text="Ja."))
                    session.flush()
                withdrawn_at = None if is_given else now
                session.add(
                    Consent(
                        market_id="m1",
                        id=f"c-{person_id}-{purpose}",
                        person_id=person_id,
                        purpose=text[0],
                        text_version=text[1],
                        given_at=now,
                        withdrawn_at=withdrawn_at,
                    )
                )
            session.add(
                Login(
                    secret_sha256=hash_secret(secret),
                    market_id="m1",
                    person_id=person_id,
                    form_secret="f",  # noqa: S106 no secret of anybody's
                    created_at=now,
                    expires_at=now + timedelta(days=400),
                )
            )
        client = self.world.client()
        client.cookies.set(HTTP_COOKIE, secret)
        client.headers["Sec-Fetch-Site"] = "same-origin"
        return client

    def agreed(self, record_id: str, kind: type[EntryRecord] | type[OrganisationRecord] = EntryRecord) -> int:
        with self.world.database.read() as session:
            return session.get_one(kind, ("m1", record_id)).agreed


def make_day(world: World, **policy: Any) -> Day:
    world.make_market(phase=Phase.DAY, **policy)
    day = Day(world)
    day.organisation("bank", kind="company")
    day.organisation("club")
    day.organisation("choir")
    day.offer()
    day.need()
    return day


def submit(client: TestClient, **changes: Any) -> str:
    """A draft that is at the notary's desk; its id."""
    made = client.post(AGREEMENTS, json=DRAFT | changes)
    assert made.status_code == 201, made.text
    agreement_id: str = made.json()["id"]
    assert client.post(f"{AGREEMENTS}/{agreement_id}/submit").status_code == 200
    return agreement_id


def codes(answer: Any) -> list[str]:
    return [error["code"] for error in answer.json()["errors"]]


__all__ = ["AGREEMENTS", "DRAFT", "MARKET", "RETURN", "SERVICE", "Day", "Role", "codes", "make_day", "submit"]
