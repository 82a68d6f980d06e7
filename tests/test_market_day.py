"""The story of an evening: from the door to the closing total, by people who come in with nothing but a link, on both databases."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from day_world import AGREEMENTS, MARKET, codes
from market_content import encode
from marktplatz.db.models import (
    ConversationRecord,
    EntryRecord,
    Evening,
    OutboxMessage,
    PairingRecord,
    Profile,
    Run,
    TimetableRecord,
)
from marktplatz.usecases.audit import find_breaks
from marktplatz.usecases.closing import Since, count_since, hash_of
from marktplatz.vocabulary import MessageKind, MessageStatus, Role, Trading
from organiser_world import fields_of, sign_in
from run_world import finish, wait_until
from service_fixtures import World

PAINT = {"category": "h", "people": 2, "hours": 6}
CONTENT: dict[str, Any] = {
    "format": "marktplatz/1",
    "market": {
        "name": "Marktplatz am Fluss",
        "date": "2027-03-01",
        "categories": [
            {"code": "h", "label": "Helfende Hände", "kind": "hands"},
            {"code": "k", "label": "Wissen", "kind": "know_how"},
        ],
    },
    "organisations": [
        {"id": "bank", "kind": "company", "name": "Flussbank", "contact": {"name": "Ina", "email": "ina@bank.example"}},
        {"id": "shop", "kind": "company", "name": "Malerladen", "contact": {"name": "Ole", "email": "ole@shop.example"}},
        {"id": "agency", "kind": "company", "name": "Agentur", "contact": {"name": "Pia", "email": "pia@agency.example"}},
        {"id": "club", "kind": "nonprofit", "name": "Jugendclub", "contact": {"name": "Rosa", "email": "rosa@club.example"}},
        {"id": "choir", "kind": "nonprofit", "name": "Chor", "contact": {"name": "Udo", "email": "udo@choir.example"}},
        {"id": "garden", "kind": "nonprofit", "name": "Garten", "contact": {"name": "Eva", "email": "eva@garden.example"}},
    ],
    "offers": [
        {"id": "bank-paint", "organisation": "bank", "title": "Drei Leute streichen einen Gruppenraum", **PAINT, "people": 3},
        {"id": "shop-paint", "organisation": "shop", "title": "Zwei Leute streichen Wände in einem Raum", **PAINT, "capacity": 2},
        {"id": "flyer", "organisation": "agency", "title": "Wir gestalten einen Flyer für Ihr Konzert", "category": "k"},
    ],
    "needs": [
        {"id": "walls", "organisation": "club", "title": "Unser Gruppenraum muss gestrichen werden", **PAINT, "people": 3},
        {"id": "poster", "organisation": "choir", "title": "Flyer für unser Konzert gestalten", "category": "k"},
        {"id": "shed", "organisation": "garden", "title": "Wände unseres Gartenhauses streichen", **PAINT},
    ],
}
ROLES = ("helper", "broker", "moderator", "screen")
CHECKS = ["no_money", "feasible", "parties", "contact", "proportionate"]


@dataclass
class Hall:
    """The market m1 two days before, matched and published; then its evening."""

    world: World
    organiser: TestClient
    run_id: str

    def station(self, role: str, name: str) -> TestClient:
        """Somebody who opened the link of a station on a device, and works there from then on."""
        made = self.organiser.post(f"{MARKET}/stations", json={"name": name, "role": role})
        assert made.status_code == 201, made.text
        device = self.world.browser()
        secret = made.json()["link"].partition("#")[2]
        entered = device.post("/enter", data={"secret": secret}, headers={"Accept": "text/html"}, follow_redirects=False)
        assert entered.status_code == 303
        return device

    def pairs(self) -> set[tuple[str, str]]:
        with self.world.database.read() as session:
            found = session.scalars(select(PairingRecord).where(PairingRecord.run_id == self.run_id))
            return {(pairing.offer_id, pairing.need_id) for pairing in found}

    def talks(self) -> set[frozenset[str]]:
        with self.world.database.read() as session:
            public = select(TimetableRecord.id).where(TimetableRecord.published_at.is_not(None))
            found = session.scalars(select(ConversationRecord).where(ConversationRecord.timetable_id == session.scalar(public)))
            return {frozenset((talk.first_id, talk.second_id)) for talk in found}

    def turn(self, moderator: TestClient, deed: str) -> Any:
        seen = moderator.get(f"{MARKET}/evening").headers["ETag"]
        answer = moderator.post(f"{MARKET}/evening/{deed}", headers={"If-Match": seen})
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def hall(world: World) -> Hall:
    world.make_market()
    organiser = world.as_owner()
    with world.database.write("m1") as session:
        profile = session.get_one(Profile, "m1")
        profile.trading, profile.rounds, profile.round_minutes, profile.tables = Trading.ROUNDS, 3, 4, 4
    imported = organiser.post(f"{MARKET}/imports?name=m.json", content=encode(CONTENT))
    assert imported.status_code == 200, imported.text
    assert organiser.post(f"{MARKET}/phase", json={"phase": "matching"}).status_code == 200
    run = finish(organiser)
    assert organiser.post(f"{run}/publish").status_code == 200
    assert organiser.post(f"{MARKET}/timetable", json={"rounds": 3, "tables": 4}).status_code == 201
    assert organiser.post(f"{MARKET}/timetable/publish").status_code == 200
    assert organiser.post(f"{MARKET}/phase", json={"phase": "day"}).status_code == 200
    with world.database.read() as session:
        published = session.scalars(select(Run).where(Run.published_at.is_not(None))).one()
    return Hall(world, organiser, published.id)


def test_from_the_door_to_the_closing_total(hall: Hall) -> None:
    helper, broker, moderator, wall = (hall.station(role, role) for role in ROLES)
    first_notary, second_notary = hall.station("notary", "Notariat 1"), hall.station("notary", "Notariat 2")
    assert hall.pairs() == {("bank-paint", "walls"), ("shop-paint", "shed"), ("flyer", "poster")}

    let_in_all_but_the_bank(hall, helper)
    the_other_side_of_the_bank_is_served_again(hall, helper, broker)
    somebody_comes_whom_nobody_expected(helper)
    hall.turn(moderator, "open")
    assert hall.turn(moderator, "start-round")["round"] == 1

    painting = an_agreement_is_written_from_the_proposal(broker)
    two_notaries_give_one_certificate(first_notary, second_notary, painting)
    flyer = money_is_sent_back_and_certified_without(broker, second_notary)
    more_hands_are_found(hall, broker, first_notary)
    a_mistake_is_replaced(broker, first_notary, flyer)
    the_wall_knows(wall, 3)
    a_helper_sees_nothing_else(helper)

    hall.turn(moderator, "end-round")
    hall.turn(moderator, "close")
    the_total_is_frozen_and_one_is_late(hall, moderator, broker, first_notary)
    everybody_is_thanked(hall)
    with hall.world.database.read() as session:
        assert list(find_breaks(session)) == []


def let_in_all_but_the_bank(hall: Hall, helper: TestClient) -> None:
    for guest in ("shop", "agency", "club", "choir", "garden"):
        came = helper.post(f"{MARKET}/checkins", json={"organisation": guest, "status": "present", "people": 2})
        assert came.status_code == 201, came.text
    assert codes(helper.post(f"{MARKET}/checkins", json={"organisation": "shop", "status": "present"})) == ["checked_in_already"]
    assert hall.organiser.get(f"{MARKET}/plan-changes").json() == []


def the_other_side_of_the_bank_is_served_again(hall: Hall, helper: TestClient, broker: TestClient) -> None:
    assert frozenset(("bank", "club")) in hall.talks()
    assert helper.post(f"{MARKET}/checkins", json={"organisation": "bank", "status": "absent"}).status_code == 201
    wait_until(lambda: ("shop-paint", "walls") in hall.pairs())
    assert hall.pairs() == {("shop-paint", "walls"), ("shop-paint", "shed"), ("flyer", "poster")}
    wait_until(lambda: frozenset(("shop", "club")) in hall.talks())
    assert frozenset(("bank", "club")) not in hall.talks()
    (change,) = hall.organiser.get(f"{MARKET}/plan-changes").json()
    assert [(cause["code"], cause["organisation"]) for cause in change["causes"]] == [("absent", "bank")]
    assert {(pair["change"], pair["offer"]) for pair in change["pairs"]} == {("went", "bank-paint"), ("came", "shop-paint")}
    page = broker.get("/organise/m1/day/changes", headers={"Accept": "text/html"}).text
    assert "Flussbank ist nicht gekommen" in page
    assert "Malerladen" in page


def somebody_comes_whom_nobody_expected(helper: TestClient) -> None:
    address = "/organise/m1/walk-in"
    page = helper.get(address, headers={"Accept": "text/html"}).text
    sent = {**fields_of(page), "name": "Radwerkstatt", "kind": "company"}
    came = helper.post(address, data=sent, headers={"Accept": "text/html"}, follow_redirects=False)
    assert came.status_code == 303, came.text
    found = helper.get("/organise/m1/door?search=radwerk", headers={"Accept": "text/html"}).text
    assert "Radwerkstatt" in found


def an_agreement_is_written_from_the_proposal(broker: TestClient) -> str:
    made = broker.post(AGREEMENTS, json={"offer": "shop-paint", "need": "walls"})
    assert made.status_code == 201, made.text
    assert made.json()["parties"] == ["shop", "club"]
    assert made.json()["services"][0]["people"] == 3
    address = f"{AGREEMENTS}/{made.json()['id']}"
    assert broker.post(f"{address}/submit").status_code == 200
    return address


def two_notaries_give_one_certificate(first: TestClient, second: TestClient, address: str) -> None:
    taken = first.post(f"{address}/take")
    assert taken.status_code == 200, taken.text
    assert "Jugendclub" in second.get("/organise/m1/notary", headers={"Accept": "text/html"}).text
    key = {"Idempotency-Key": "stempel-1"}
    certified = first.post(f"{address}/certify", json={"checks": CHECKS}, headers=key)
    assert certified.status_code == 200, certified.text
    assert certified.json()["number"] == 1001, "the first of this device's own"
    assert first.post(f"{address}/certify", json={"checks": CHECKS}, headers=key).json() == certified.json()
    assert codes(second.post(f"{address}/certify", json={"checks": CHECKS})) == ["agreement_is_certified"]
    papers = first.get(f"{address.replace('/api/v1/markets', '/organise')}/copies.pdf")
    assert papers.status_code == 200
    assert papers.content.startswith(b"%PDF")


def money_is_sent_back_and_certified_without(broker: TestClient, notary: TestClient) -> str:
    service = {"giver": "agency", "taker": "choir", "offer": "flyer", "need": "poster", "text": "Flyer und 200 Euro Spende"}
    draft = {"parties": ["agency", "choir"], "services": [service]}
    made = broker.post(AGREEMENTS, json=draft).json()
    assert [warning["code"] for warning in made["warnings"]] == ["agreement_over_money"]
    address = f"{AGREEMENTS}/{made['id']}"
    broker.post(f"{address}/submit")
    assert codes(notary.post(f"{address}/certify", json={"checks": CHECKS})) == ["agreement_over_money"]
    assert notary.post(f"{address}/return", json={"reason": "Bitte ohne Geld."}).json()["status"] == "returned"
    found = broker.get(address)
    assert found.json()["return_reason"] == "Bitte ohne Geld."
    mended = {"services": [service | {"text": "Flyer gestalten"}]}
    headers = {"If-Match": found.headers["ETag"], "Content-Type": "application/merge-patch+json"}
    changed = broker.patch(address, content=json.dumps(mended), headers=headers)
    assert changed.status_code == 200, changed.text
    broker.post(f"{address}/submit")
    assert notary.post(f"{address}/certify", json={"checks": CHECKS}).json()["number"] == 2001
    return address


def more_hands_are_found(hall: Hall, broker: TestClient, notary: TestClient) -> None:
    service = {"giver": "shop", "taker": "garden", "offer": "shop-paint", "need": "shed", "text": "Gartenhaus streichen"}
    address = _submit(broker, {"parties": ["shop", "garden"], "services": [service]})
    assert notary.post(f"{address}/certify", json={"checks": CHECKS}).json()["number"] == 1002
    another = {"giver": "shop", "taker": "choir", "offer": "shop-paint", "text": "Probenraum streichen"}
    address = _submit(broker, {"parties": ["shop", "choir"], "services": [another]})
    assert codes(notary.post(f"{address}/certify", json={"checks": CHECKS})) == ["agreement_breaks_capacity"]
    raised = notary.post(f"{address}/raise", json={"entry": "shop-paint", "to": 3, "reason": "Ole bringt zwei Lehrlinge mit."})
    assert raised.status_code == 200, raised.text
    assert notary.post(f"{address}/certify", json={"checks": CHECKS}).json()["number"] == 1003
    with hall.world.database.read() as session:
        entry = session.get_one(EntryRecord, ("m1", "shop-paint"))
        assert (entry.agreed, entry.capacity) == (3, 3)


def a_mistake_is_replaced(broker: TestClient, notary: TestClient, flyer: str) -> None:
    successor = notary.post(f"{flyer}/replace", json={"reason": "Falscher Tag."})
    assert successor.status_code == 201, successor.text
    assert successor.json()["replaces"] == flyer.rpartition("/")[2]
    assert broker.get(flyer).json()["status"] == "void"


def the_wall_knows(wall: TestClient, agreements: int) -> None:
    board = wall.get(f"{MARKET}/board").json()
    assert board["agreements"] == agreements
    assert all(latest["parties"] == [] for latest in board["latest"]), "nobody has agreed to be named"
    page = wall.get("/m/m1/wall", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "Marktplatz am Fluss" in page.text


def a_helper_sees_nothing_else(helper: TestClient) -> None:
    for address in (f"{MARKET}/persons", f"{MARKET}/runs", f"{MARKET}/outbox"):
        assert helper.get(address).status_code == 403, address
    assert "ina@bank.example" not in helper.get("/organise/m1/door", headers={"Accept": "text/html"}).text


def the_total_is_frozen_and_one_is_late(hall: Hall, moderator: TestClient, broker: TestClient, notary: TestClient) -> None:
    page = moderator.get("/organise/m1/day", headers={"Accept": "text/html"}).text
    address = "/organise/m1/day/figures"
    frozen = moderator.post(address, data=fields_of(page), headers={"Accept": "text/html"}, follow_redirects=False)
    assert frozen.status_code == 303, frozen.text
    with hall.world.database.read() as session:
        evening = session.get_one(Evening, "m1")
        assert evening.figures is not None
        assert (evening.figures["agreements"], evening.figures["numbers"]) == (3, [1001, 1002, 1003])
        assert evening.figures_sha256 == hash_of(evening.figures)
    service = {"giver": "agency", "taker": "garden", "text": "Schild entwerfen"}
    late = _submit(broker, {"parties": ["agency", "garden"], "services": [service]})
    assert notary.post(f"{late}/certify", json={"checks": CHECKS}).json()["number"] == 1004
    with hall.world.database.read() as session:
        evening = session.get_one(Evening, "m1")
        assert evening.figures is not None
        assert evening.figures["agreements"] == 3
        assert count_since(session, evening) == Since(late=1, void=0)


def everybody_is_thanked(hall: Hall) -> None:
    organiser = sign_in(hall.world, hall.world.make_account("chefin@example.org", m1=Role.ORGANISER))
    address = "/organise/m1/day/thanks"
    page = organiser.get(address, headers={"Accept": "text/html"}).text
    sent = organiser.post(address, data=fields_of(page), headers={"Accept": "text/html"}, follow_redirects=False)
    assert sent.status_code == 303, sent.text
    with hall.world.database.read() as session:
        thanks = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == MessageKind.THANKS)).all()
        assert {message.status for message in thanks} == {MessageStatus.HELD}
        assert len(thanks) >= 4


def _submit(broker: TestClient, draft: dict[str, Any]) -> str:
    made = broker.post(AGREEMENTS, json=draft)
    assert made.status_code == 201, made.text
    address = f"{AGREEMENTS}/{made.json()['id']}"
    assert broker.post(f"{address}/submit").status_code == 200
    return address
