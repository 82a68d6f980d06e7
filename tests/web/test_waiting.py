"""What a device sends twice, or to a spare laptop: one deed, under the same ids and the number that was foretold."""

import re

import pytest
from fastapi.testclient import TestClient

from day_world import make_day, submit
from doors_world import make_doors, make_link, open_station
from marktplatz.db.models import Agreement, Login, OrganisationRecord
from marktplatz.usecases.identifiers import make_id
from marktplatz.usecases.logins import begin_login
from marktplatz.vocabulary import DeskCheck, Role
from organiser_world import fields_of
from service_fixtures import World

DESK = "/organise/m1/notary"
ALL = [check.value for check in DeskCheck]
ONCE = "key-of-this-very-deed-and-no-other-1"


def stamp(desk: TestClient, agreement: str, **fields: str) -> int | None:
    sent = {**fields_of(desk.get(f"{DESK}/{agreement}").text), "checks": ALL, **fields}
    found = re.search(r'data-number="(\d+)"', desk.post(f"{DESK}/{agreement}/certify", data=sent).text)
    return int(found[1]) if found else None


def test_a_desk_foretells_the_next_number_of_its_station(world: World) -> None:
    make_day(world)
    broker, desk = world.as_token(Role.BROKER), open_station(world, Role.NOTARY)
    first = submit(broker)
    page = desk.get(f"{DESK}/{first}").text
    assert 'data-next-number="1001" data-last-number="1999"' in page
    assert fields_of(page)["foreseen"] == "1001"
    assert stamp(desk, first) == 1001


def test_a_number_that_was_foretold_is_given_while_it_may_be(world: World) -> None:
    make_day(world)
    broker, desk = world.as_token(Role.BROKER), open_station(world, Role.NOTARY)
    services = [{"text": "Singen", "giver": "bank", "taker": "club"}]
    agreements = [submit(broker, services=services) for _ in range(4)]
    assert stamp(desk, agreements[0], foreseen="1004") == 1004, "a device alone had three before"
    assert stamp(desk, agreements[1], foreseen="1004") == 1005, "it was given meanwhile"
    assert stamp(desk, agreements[2], foreseen="2004") == 1006, "that is another desk's"
    assert stamp(desk, agreements[3], foreseen="7") == 1007, "anybody's, so nobody may foretell it"


def test_whoever_has_no_range_foretells_nothing(world: World) -> None:
    make_day(world)
    notary = world.browser()
    account = world.make_account("nora@example.org", m1=Role.NOTARY)
    notary.cookies.set("marktplatz", _sign_in(world, account))
    notary.headers["Accept"] = "text/html"
    page = notary.get(f"{DESK}/{submit(world.as_token(Role.BROKER))}").text
    assert "data-next-number" not in page
    assert 'name="foreseen"' not in page


def _sign_in(world: World, account: str) -> str:
    with world.database.write() as session:
        return begin_login(session, world.clock.now, account_id=account)


def test_signing_in_again_changes_nothing_about_what_was_said(world: World) -> None:
    make_doors(world)
    account = world.make_account("nora@example.org", m1=Role.HELPER)
    for _ in range(2):
        browser = world.browser()
        browser.headers["Accept"] = "text/html"
        browser.cookies.set("marktplatz", _sign_in(world, account))
        hidden = fields_of(browser.get("/organise/m1/walk-in").text)
        sent = {"form_token": hidden["form_token"], "once": ONCE, "name": "Kiosk am Eck", "kind": "company"}
        assert browser.post("/organise/m1/walk-in", data=sent, follow_redirects=False).status_code == 303
    with world.database.read() as session:
        assert session.query(Login).filter(Login.account_id == account).count() == 2
        assert [each.id for each in session.query(OrganisationRecord) if each.name == "Kiosk am Eck"] == [make_id("o", ONCE)]


def test_another_body_under_the_same_key_is_still_refused(world: World) -> None:
    make_doors(world)
    desk = open_station(world, Role.HELPER)
    hidden = fields_of(desk.get("/organise/m1/walk-in").text)
    sent = {"form_token": hidden["form_token"], "once": ONCE, "name": "Kiosk am Eck", "kind": "company"}
    assert desk.post("/organise/m1/walk-in", data=sent, follow_redirects=False).status_code == 303
    assert desk.post("/organise/m1/walk-in", data={**sent, "name": "Imbiss"}, follow_redirects=False).status_code == 422


@pytest.mark.parametrize("key", ["", "short"])
def test_a_key_that_may_come_twice_makes_no_ids(world: World, key: str) -> None:
    make_doors(world)
    desk = open_station(world, Role.HELPER)
    hidden = fields_of(desk.get("/organise/m1/walk-in").text)
    sent = {"form_token": hidden["form_token"], "once": key, "name": "Kiosk am Eck", "kind": "company"}
    assert desk.post("/organise/m1/walk-in", data=sent, follow_redirects=False).status_code == 303
    with world.database.read() as session:
        (made,) = [each.id for each in session.query(OrganisationRecord) if each.name == "Kiosk am Eck"]
    assert made != make_id("o", key or None)


def test_an_agreement_has_the_same_id_wherever_it_is_sent(world: World) -> None:
    make_doors(world)
    desk = open_station(world, Role.BROKER)
    hidden = fields_of(desk.get("/organise/m1/agreements/new").text)
    names = {"parties.0": "Sparbank am Wilhelmplatz", "parties.1": "Bäckerei Müller", "services.0.text": "Backen"}
    places = {"services.0.side": "service", "services.0.giver": "0", "services.0.taker": "1", "deed": "draft", "once": ONCE}
    answer = desk.post("/organise/m1/agreements/new", data={**hidden, **names, **places}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    with world.database.read() as session:
        assert [each.id for each in session.query(Agreement)] == [make_id("v", ONCE)]


def test_every_answer_says_which_copy_of_the_data_gave_it(world: World) -> None:
    make_doors(world)
    browser = world.browser()
    told = {browser.get(path).headers["Marktplatz-Instance"] for path in ("/", "/livez", "/m/m1/pulse/now", "/nowhere", "/sw.js")}
    assert len(told) == 1


def test_the_service_worker_stands_at_the_root_and_is_asked_for_each_time(world: World) -> None:
    answer = world.browser().get("/sw.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    assert "importScripts" not in answer.text


def test_the_page_tells_whose_deeds_wait_and_no_secret_of_the_link(world: World) -> None:
    make_doors(world)
    secret = make_link(world, Role.HELPER)
    browser = world.browser()
    browser.headers["Accept"] = "text/html"
    browser.cookies.set("marktplatz", secret)
    page = browser.get("/organise/m1/door").text
    assert re.search(r'data-who="station:s-[a-z0-9]+"', page)
    assert secret not in page
