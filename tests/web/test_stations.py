"""Stations: a link and a role without an account; what it opens, what it does not, and when it ends."""

import logging
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from day_world import codes, make_day
from marktplatz.db.base import Base
from marktplatz.db.models import CheckIn
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.audit import find_breaks
from marktplatz.usecases.stations import (
    StationValue,
    change_station,
    get_station,
    make_paper_block,
    make_station,
    renew_link,
    revoke_station,
    station_value,
)
from marktplatz.vocabulary import Phase, Role
from organiser_world import fields_of
from service_fixtures import World

MARKET = "/api/v1/markets/m1"
STATIONS = f"{MARKET}/stations"
HTML = {"Accept": "text/html"}


@pytest.fixture(autouse=True)
def _day(world: World) -> None:
    make_day(world, date=date(2027, 3, 1))


def make(world: World, role: Role = Role.HELPER, market: str = "m1", name: str = "Einlass") -> tuple[str, str]:
    """The id of a new station and its secret."""
    with world.database.write(market) as session:
        value = StationValue(name=name, role=role)
        record, secret = make_station(session, world.clock.now, SYSTEM, market, value)
        return record.id, secret


def open_station(world: World, secret: str) -> TestClient:
    """A device on which the link was opened and confirmed."""
    browser = world.browser()
    page = browser.get("/enter", headers=HTML).text
    answer = browser.post("/enter", data=fields_of(page) | {"secret": secret}, headers=HTML, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    assert secret not in answer.headers["location"]
    return browser


def status(browser: TestClient, path: str = f"{MARKET}/checkins") -> int:
    return browser.get(path).status_code


@pytest.mark.parametrize(
    ("role", "address"),
    [
        (Role.HELPER, "/organise/m1/door?done=station_open"),
        (Role.BROKER, "/organise/m1/broker?done=station_open"),
        (Role.NOTARY, "/organise/m1/notary?done=station_open"),
        (Role.MODERATOR, "/organise/m1/day?done=station_open"),
        (Role.SCREEN, "/m/m1/wall?done=station_open"),
    ],
)
def test_a_link_opens_the_page_of_its_role(world: World, role: Role, address: str) -> None:
    browser, (_, secret) = world.browser(), make(world, role)
    sent = {"secret": f"http://testserver/enter#{secret}"}
    answer = browser.post("/enter", data=sent, headers=HTML, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, address)
    assert "max-age=" in answer.headers["set-cookie"].lower()
    who = browser.get("/api/v1/session").json()
    assert (who["kind"], who["name"], who["markets"]) == ("station", "Einlass", [{"market": "m1", "roles": [role.value]}])


def test_several_devices_open_the_same_link(world: World) -> None:
    _, secret = make(world)
    assert [status(open_station(world, secret)) for _ in range(3)] == [200] * 3


def test_what_a_station_does_is_its_own_in_the_audit(world: World) -> None:
    station_id, secret = make(world)
    device = open_station(world, secret)
    sent = {"organisation": "bank", "status": "present", "people": 2}
    assert device.post(f"{MARKET}/checkins", json=sent).status_code == 201
    with world.database.read() as session:
        entries = session.execute(select(Base.metadata.tables["audit_entry"])).mappings()
        assert [entry["actor"] for entry in entries if entry["action"] == "check_in"] == [f"station:{station_id}"]
        assert session.get_one(CheckIn, ("m1", "bank")).people == 2
        assert list(find_breaks(session)) == []


def test_a_station_that_was_taken_back_is_out_at_once(world: World) -> None:
    station_id, secret = make(world)
    device = open_station(world, secret)
    with world.database.write("m1") as session:
        revoke_station(session, world.clock.now, SYSTEM, get_station(session, "m1", station_id))
    assert status(device) == 401
    refused = world.browser().post("/enter", data={"secret": secret}, headers=HTML)
    assert refused.status_code == 403
    assert "Karte" in refused.text


def test_another_link_ends_the_one_before_also_of_a_station_that_was_taken_back(world: World) -> None:
    station_id, secret = make(world)
    device = open_station(world, secret)
    with world.database.write("m1") as session:
        record = get_station(session, "m1", station_id)
        revoke_station(session, world.clock.now, SYSTEM, record)
        renewed = renew_link(session, world.clock.now, SYSTEM, record)
    assert (status(device), status(open_station(world, renewed))) == (401, 200)


def test_a_link_ends_by_itself_two_days_after_the_market(world: World) -> None:
    _, secret = make(world)
    device = open_station(world, secret)
    world.clock.move(days=2)
    assert status(device) == 200
    world.clock.move(hours=14)
    assert status(device) == 401


def test_in_a_closed_market_no_station_works(world: World) -> None:
    _, secret = make(world)
    device = open_station(world, secret)
    world.move("m1", Phase.CLOSED)
    assert status(device) == 401
    world.move("m1", Phase.FOLLOW_UP)
    assert status(device) == 200


def test_a_station_is_nobody_in_another_market(world: World) -> None:
    world.make_market("m2", Phase.DAY)
    device = open_station(world, make(world)[1])
    assert status(device, "/api/v1/markets/m2/checkins") == 404
    assert status(device, "/api/v1/markets") == 403


def test_another_role_counts_from_the_next_request_on(world: World) -> None:
    station_id, secret = make(world)
    device = open_station(world, secret)
    assert status(device, f"{MARKET}/offers") == 403
    with world.database.write("m1") as session:
        record = get_station(session, "m1", station_id)
        sent = station_value(record).model_copy(update={"role": Role.NOTARY})
        change_station(session, world.clock.now, SYSTEM, record, sent)
        assert (record.first_number, record.last_number) == (1001, 1999)
    assert status(device, f"{MARKET}/offers") == 200
    sent = {"organisation": "bank", "status": "present"}
    assert codes(device.post(f"{MARKET}/checkins", json=sent)) == ["role_may_not"]


def test_a_helpers_station_reaches_the_door_and_the_type_in_desk_and_nothing_else(world: World) -> None:
    """A helper with an account may more."""
    device = open_station(world, make(world)[1])
    assert [status(device, f"{MARKET}/{what}") for what in ("checkins", "agreements", "board")] == [200] * 3
    for what in ("organisations", "organisations/bank", "offers", "needs", "runs", "persons", "tokens", "stations", "members"):
        assert status(device, f"{MARKET}/{what}") == 403, what
    assert status(device, "/organise") == 403


def test_a_form_needs_the_token_of_the_station(world: World) -> None:
    device = open_station(world, make(world)[1])
    token = device.get("/api/v1/session").json()["form_token"]
    other = open_station(world, make(world)[1]).get("/api/v1/session").json()["form_token"]
    for sent, expected in (("", 403), (other, 403), (token, 303)):
        form = {"form_token": sent, "language": "en", "next": "/"}
        assert device.post("/language", data=form, headers=HTML, follow_redirects=False).status_code == expected
    foreign = device.post("/language", data={"form_token": token}, headers=HTML | {"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403


def test_signing_off_forgets_the_device_and_not_the_station(world: World) -> None:
    _, secret = make(world)
    device, other = open_station(world, secret), open_station(world, secret)
    token = device.get("/api/v1/session").json()["form_token"]
    device.post("/sign-out", data={"form_token": token}, headers=HTML)
    assert (status(device), status(other)) == (401, 200)


def test_the_secret_is_kept_as_a_hash_and_told_to_no_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    organiser = world.as_token(Role.ORGANISER, "m1")
    key = {"Idempotency-Key": "one"}
    made = organiser.post(STATIONS, json={"name": "Tür", "role": "helper"}, headers=key).json()
    secret = made["link"].partition("#")[2]
    open_station(world, secret)
    renewed = organiser.post(f"{STATIONS}/{made['id']}/renew").json()["link"].partition("#")[2]
    with world.database.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)):
                assert secret not in str(row), table.name
                assert renewed not in str(row), table.name
    if world.database.is_sqlite:
        file = Path(str(world.database.engine.url.database))
        written = b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
        assert secret.encode() not in written
    assert secret not in caplog.text
    assert secret not in organiser.get(STATIONS).text


def test_those_that_certify_have_numbers_that_nobody_else_has(world: World) -> None:
    organiser = world.as_token(Role.ORGANISER, "m1")
    sent = ({"role": "helper"}, {"role": "notary"}, {"paper": True}, {"role": "notary"})
    made = [organiser.post(STATIONS, json={"name": "x", **each}).json() for each in sent]
    assert [each["numbers"] for each in made] == [None, [1001, 1999], [2001, 2999], [3001, 3999]]
    assert organiser.delete(f"{STATIONS}/{made[3]['id']}").status_code == 204
    assert organiser.post(STATIONS, json={"name": "x", "role": "notary"}).json()["numbers"] == [4001, 4999]


def test_paper_has_numbers_and_no_link(world: World) -> None:
    organiser = world.as_token(Role.ORGANISER, "m1")
    made = organiser.post(STATIONS, json={"name": "Block A", "paper": True}).json()
    assert (made["paper"], made["link"], made["expires_at"]) == (True, None, None)
    assert codes(organiser.post(f"{STATIONS}/{made['id']}/renew")) == ["paper_has_no_link"]
    turned = organiser.patch(f"{STATIONS}/{made['id']}", json={"role": "helper"}, headers={"If-Match": "*"})
    assert codes(turned) == ["paper_has_no_link"]
    with world.database.write("m1") as session:
        assert make_paper_block(session, world.clock.now, SYSTEM, "m1", "Block B").secret_sha256 is None
    assert world.browser().post("/enter", data={"secret": ""}, headers=HTML).status_code == 403


@pytest.mark.parametrize("role", ["organiser", "owner", "participant", "public"])
def test_no_station_sees_what_an_organiser_sees(world: World, role: str) -> None:
    organiser = world.as_token(Role.ORGANISER, "m1")
    assert codes(organiser.post(STATIONS, json={"name": "x", "role": role})) == ["not_a_station_role"]


def test_a_station_is_renamed_and_staffed_by_whoever_has_seen_its_state(world: World) -> None:
    organiser = world.as_token(Role.ORGANISER, "m1")
    made = organiser.post(STATIONS, json={"name": "Tür", "role": "helper"})
    address = f"{STATIONS}/{made.json()['id']}"
    changed = organiser.patch(address, json={"staffed_by": "Aylin"}, headers={"If-Match": made.headers["etag"]})
    assert (changed.status_code, changed.json()["staffed_by"], changed.json()["name"]) == (200, "Aylin", "Tür")
    assert organiser.patch(address, json={"name": "Tor"}, headers={"If-Match": made.headers["etag"]}).status_code == 412
    assert organiser.get(address).json() == changed.json()
    assert organiser.get(f"{STATIONS}/s-none").status_code == 404
    past = {"name": "x", "role": "helper", "expires_at": "2027-02-01T00:00:00Z"}
    assert codes(organiser.post(STATIONS, json=past)) == ["expiry_passed"]
