"""A market with people who came in by a link: Kim of the club, Lou of the bank; with plans and agreements on demand."""

import re
from dataclasses import dataclass
from typing import Any

from fastapi.testclient import TestClient

from factories import make_need, make_nonprofit, make_offer, make_organisation
from marktplatz.db.models import (
    Agreement,
    AgreementParty,
    AgreementService,
    ConversationRecord,
    EntryRecord,
    OrganisationRecord,
    PairingRecord,
    Person,
    Profile,
    Representation,
    Run,
    TimetableRecord,
)
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.entries import add_entry
from marktplatz.usecases.organisations import add_organisation
from marktplatz.vocabulary import (
    AgreementStatus,
    EntrySide,
    Phase,
    RunStatus,
    ServiceSide,
)
from service_fixtures import World

HTML = {"Accept": "text/html"}


@dataclass
class Town:
    """The market m1, collecting; the database is changed through it as the organiser or the engine would."""

    world: World

    def put(self, kind: type[Any], key: Any, **fields: Any) -> None:
        with self.world.database.write("m1") as session:
            record = session.get_one(kind, key)
            for name, value in fields.items():
                setattr(record, name, value)

    def entry(self, entry_id: str, **fields: Any) -> None:
        self.put(EntryRecord, ("m1", entry_id), **fields)

    def organisation(self, organisation_id: str, **fields: Any) -> None:
        self.put(OrganisationRecord, ("m1", organisation_id), **fields)

    def profile(self, **fields: Any) -> None:
        self.put(Profile, "m1", **fields)

    def get(self, kind: type[Any], key: Any) -> Any:
        with self.world.database.read() as session:
            return session.get(kind, key)

    def add_person(self, person_id: str, *organisations: str, **fields: Any) -> None:
        given = {"name": f"{person_id.title()} Muster", "email": f"{person_id}@example.org", "phone": "0221 1234"} | fields
        with self.world.database.write("m1") as session:
            session.add(Person(market_id="m1", id=person_id, created_at=self.world.clock.now, **given))
            session.flush()
            key = {"market_id": "m1", "person_id": person_id, "is_contact": True}
            session.add_all(Representation(organisation_id=organisation, **key) for organisation in organisations)

    def add_organisations(self, count: int) -> None:
        """Many others who take part, with an entry each way."""
        now = self.world.clock.now
        with self.world.database.write("m1") as session:
            begun: dict[str, Any] = {"market_id": "m1", "created_at": now, "updated_at": now}
            lists: dict[str, Any] = {"values": [], "excludes": [], "absent_rounds": [], "representatives": 1}
            session.add_all(
                OrganisationRecord(id=f"o{n}", kind="nonprofit" if n % 2 else "company", name=f"Verein {n:03}", **begun, **lists)
                for n in range(count)
            )
            session.flush()
            session.add_all(
                EntryRecord(
                    id=f"{side[0]}{n}",
                    side=side,
                    organisation_id=f"o{n}",
                    title=f"Eintrag {n}",
                    impact_fields=[],
                    capacity=1,
                    **begun,
                )
                for n in range(count)
                for side in EntrySide
            )

    def publish(self, *, with_timetable: bool = True) -> None:
        """The bank paints the club's walls; the club bakes for the bank's feast in return. They meet in round 2 of 3."""
        now = self.world.clock.now
        with self.world.database.write("m1") as session:
            made: dict[str, Any] = {"market_id": "m1", "author": "system", "created_at": now, "published_at": now}
            session.add(Run(id="r1", status=RunStatus.DONE, parameters={}, versions={}, input_sha256="", **made))
            session.flush()
            reasons = [
                {"code": "kind", "points": 300, "text": "Gleicher Bereich."},
                {"code": "wishes", "points": 90, "text": "Eine der beiden Organisationen will die andere unbedingt treffen."},
            ]
            back = {"return_offer_id": "cake", "return_need_id": "feast"}
            key = {"market_id": "m1", "run_id": "r1", "offer_id": "paint", "need_id": "walls"}
            session.add(PairingRecord(giver_id="bank", taker_id="club", points=640, reasons=reasons, **key, **back))
            if with_timetable:
                session.add(TimetableRecord(id="t1", run_id="r1", rounds=3, tables=5, result={}, **made))
                session.flush()
                at = {"market_id": "m1", "timetable_id": "t1", "round": 2, "table": 4}
                session.add(ConversationRecord(first_id="bank", second_id="club", points=640, **at))

    def agree(self, agreement_id: str = "a1", status: AgreementStatus = AgreementStatus.CERTIFIED, number: int | None = 7) -> None:
        now = self.world.clock.now
        with self.world.database.write("m1") as session:
            parties = [AgreementParty(organisation_id=each, position=n) for n, each in enumerate(("bank", "club"))]
            service = AgreementService(
                position=0, side=ServiceSide.SERVICE, giver_id="bank", taker_id="club", text="Wände streichen", people=3, hours=6
            )
            session.add(
                Agreement(
                    market_id="m1",
                    id=agreement_id,
                    number=number,
                    status=status,
                    parties=parties,
                    services=[service],
                    contact_organisation_id="club",
                    contact_by=now.date().replace(day=20),
                    created_by="system",
                    created_at=now,
                    certified_at=now,
                )
            )


def make_town(world: World, phase: Phase = Phase.COLLECTING, **policy: Any) -> Town:
    world.make_market("m1", **{"name": "Marktplatz Köln-Nippes"} | policy)
    now = world.clock.now
    with world.database.write("m1") as session:
        add_organisation(session, now, SYSTEM, "m1", make_nonprofit("club"))
        add_organisation(session, now, SYSTEM, "m1", make_organisation("bank"))
        add_organisation(session, now, SYSTEM, "m1", make_nonprofit("choir"))
        add_entry(session, now, SYSTEM, "m1", EntrySide.NEED, make_need(text="Der Jugendraum, 40 Quadratmeter."))
        add_entry(session, now, SYSTEM, "m1", EntrySide.OFFER, make_offer("cake", "club", title="Kuchen backen"))
        add_entry(session, now, SYSTEM, "m1", EntrySide.OFFER, make_offer())
        add_entry(session, now, SYSTEM, "m1", EntrySide.NEED, make_need("feast", "bank", title="Kuchen fürs Sommerfest"))
    town = Town(world)
    town.add_person("kim", "club")
    town.add_person("lou", "bank")
    world.move("m1", phase)
    return town


def hidden_fields(page: str, action: str) -> dict[str, str]:
    """What the form with this address brings along without anybody typing."""
    form = re.search(rf'<form method="post" action="{re.escape(action)}".*?</form>', page, re.DOTALL)
    assert form is not None, f"no form to {action}"
    inputs = re.findall(r"<input\b[^>]*>", form.group())
    found = {}
    for each in inputs:
        name, value = re.search(r'name="([^"]*)"', each), re.search(r'value="([^"]*)"', each)
        if name and value and ('type="hidden"' in each or "checked" in each):
            found[name.group(1)] = value.group(1)
    return found


def send(browser: TestClient, page: str, action: str | None = None, **fields: Any) -> Any:
    """Open a page, fill in one of its forms, send it; names with dots are given with `__`."""
    shown = browser.get(page, headers=HTML)
    assert shown.status_code == 200, shown.text[:2000]
    address = action or page
    sent = hidden_fields(shown.text, address.replace("&", "&amp;")) | {
        name.replace("__", "."): value for name, value in fields.items()
    }
    return browser.post(address, data=sent, headers=HTML, follow_redirects=False)
