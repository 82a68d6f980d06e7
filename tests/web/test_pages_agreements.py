"""Agreements typed in at the desk and on the phone: what is understood, what is refused kindly, what the notary gets."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from organiser_pages import organiser
from sqlalchemy import select

from day_world import Day, make_day
from form_world import fields, send
from marktplatz.db.models import Agreement, PairingRecord, Run
from marktplatz.usecases.audit import find_breaks
from marktplatz.vocabulary import AgreementStatus, Phase, Role, RunStatus, ServiceSide
from organiser_world import count_queries_of
from service_fixtures import World

NEW = "/organise/m1/agreements/new"
MINE = "/m/m1/me/agreements/new"
FULL: dict[str, Any] = {
    "parties__0": "Bank",
    "parties__1": "clu",
    "services__0__text": "Wände streichen",
    "services__0__people": "3",
    "services__0__hours": "2,5",
    "services__1__text": "Programm beim Sommerfest",
    "services__1__value_euros": "150",
    "place": "Jugendraum",
    "from": "1.4.2027",
}


@pytest.fixture
def day(world: World) -> Day:
    made = make_day(world)
    made.organisation("sparbank")
    return made


@pytest.fixture
def desk(day: Day) -> TestClient:
    return organiser(day.world, Role.HELPER)


def stored(day: Day) -> Agreement:
    with day.world.database.read() as session:
        assert list(find_breaks(session)) == []
        record = session.scalars(select(Agreement)).one()
        _ = record.parties, record.services
        return record


def publish(day: Day) -> None:
    now = day.world.clock.now
    with day.world.database.write("m1") as session:
        made: dict[str, Any] = {"market_id": "m1", "author": "system", "created_at": now, "published_at": now}
        session.add(Run(id="r1", status=RunStatus.DONE, parameters={}, versions={}, input_sha256="", **made))
        session.flush()
        key = {"market_id": "m1", "run_id": "r1", "offer_id": "paint", "need_id": "walls"}
        session.add(PairingRecord(giver_id="bank", taker_id="club", points=640, reasons=[], **key))


def test_parts_of_names_are_enough_and_the_rest_is_as_usual(day: Day, desk: TestClient) -> None:
    answer = send(desk, NEW, deed="submit", **FULL)
    assert answer.status_code == 303, answer.text
    record = stored(day)
    assert answer.headers["location"] == f"{NEW}?last={record.id}&draft=agreement-m1-new"
    assert record.status is AgreementStatus.SUBMITTED
    assert [party.organisation_id for party in record.parties] == ["bank", "club"]
    told = [(service.side, service.giver_id, service.taker_id, service.people, service.hours) for service in record.services]
    assert told == [(ServiceSide.SERVICE, "bank", "club", 3, 2.5), (ServiceSide.RETURN, "club", "bank", None, None)]
    assert (record.contact_organisation_id, record.contacted_organisation_id) == ("bank", "club")
    assert (str(record.contact_by), str(record.fulfil_by)) == ("2027-03-15", "2028-03-01")
    shown = desk.get(answer.headers["location"]).text
    assert "Beim Notariat" in shown
    assert 'data-draft-done="agreement-m1-new"' in shown


def test_a_draft_need_not_be_complete_and_is_gone_on_with(day: Day, desk: TestClient) -> None:
    answer = send(desk, NEW, deed="draft", parties__0="bank", parties__1="club")
    assert answer.status_code == 303, answer.text
    page = answer.headers["location"].split("?")[0]
    assert stored(day).status is AgreementStatus.DRAFTED
    answer = send(desk, page, deed="submit", services__0__text="Beratung")
    assert answer.status_code == 303, answer.text
    assert stored(day).status is AgreementStatus.SUBMITTED
    assert "Beratung" in desk.get(page).text


def test_three_parties_two_nonprofits_and_no_return_can_be_written_down(day: Day, desk: TestClient) -> None:
    sent: dict[str, Any] = {
        "parties__0": "club",
        "parties__1": "choir",
        "parties__2": "Sparb",
        "services__0__text": "Gemeinsames Fest",
        "services__0__giver": "2",
        "services__0__taker": "1",
    }
    assert send(desk, NEW, deed="submit", **sent).status_code == 303
    record = stored(day)
    assert [party.organisation_id for party in record.parties] == ["club", "choir", "sparbank"]
    assert [(service.giver_id, service.taker_id) for service in record.services] == [("sparbank", "choir")]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"parties__1": "an"}, "passt auf 2 Organisationen"),
        ({"parties__1": "Niemand"}, "gibt es hier nicht"),
        ({"parties__1": ""}, "mindestens 2"),
        ({"parties__1": "bank"}, "schon als Beteiligte"),
        ({"services__0__text": ""}, "in wenigen Worten"),
        ({"services__0__people": "viele"}, "keine ganze Zahl"),
        (
            {
                "services__0__text": "",
                "services__0__people": "",
                "services__0__hours": "",
                "services__1__text": "",
                "services__1__value_euros": "",
            },
            "nennt keine Leistung",
        ),
        ({"from": "31.2.2027"}, "Datum"),
        ({"services__0__giver": "4"}, "wer gibt und wer bekommt"),
        ({"services__0__text": "500 Euro für Farbe"}, "tabu"),
    ],
)
def test_what_is_not_understood_is_told_at_its_field_and_nothing_is_lost(
    day: Day, desk: TestClient, changes: Any, said: str
) -> None:
    answer = send(desk, NEW, deed="submit", **FULL | changes)
    assert answer.status_code in (409, 422)
    assert said in answer.text
    assert "Programm beim Sommerfest" in answer.text or "services__1__text" in changes
    with day.world.database.read() as session:
        assert session.scalar(select(Agreement)) is None


def test_money_is_kept_as_a_draft_with_a_warning(desk: TestClient) -> None:
    answer = send(desk, NEW, deed="draft", **FULL | {"services__0__text": "500 Euro für Farbe"})
    assert answer.status_code == 303
    assert "tabu" in desk.get(answer.headers["location"]).text
    token = re.search(r'name="form_token" value="([^"]*)"', desk.get(NEW).text)
    assert token is not None
    typed = {"form_token": token[1], "block": "0", "services.0.text": "500 Euro für Farbe"}
    assert "Gutschein" in desk.post("/m/m1/agreement-hints", data=typed).text
    assert desk.post("/m/m1/agreement-hints", data=typed | {"services.0.text": "Farbe"}).text.strip() == ""


def test_a_published_proposal_fills_the_form_in(day: Day, desk: TestClient) -> None:
    publish(day)
    shown = desk.post(f"{NEW}/form", data=fields(desk, NEW) | {"parties.0": "Bank", "look": "proposals"}).text
    assert 'value="paint|walls"' in shown
    filled = desk.post(f"{NEW}/form", data=fields(desk, NEW) | {"pick": "paint|walls"}).text
    assert 'name="services.0.offer" value="paint"' in filled
    assert 'value="Club"' in filled
    assert 'name="services.0.need" value="walls"' in desk.get(f"{NEW}?offer=paint&need=walls").text


def test_rows_are_added_without_losing_what_was_typed(desk: TestClient) -> None:
    shown = desk.post(f"{NEW}/form", data=fields(desk, NEW) | {"parties.0": "Bank", "add": "parties"}).text
    assert 'name="parties.2"' in shown
    assert 'value="Bank"' in shown
    assert 'name="services.2.text"' in desk.post(f"{NEW}/form", data=fields(desk, NEW) | {"add": "services"}).text


def test_a_stale_edit_shows_both_and_the_notarys_reason_is_told(day: Day, desk: TestClient) -> None:
    answer = send(desk, NEW, deed="draft", **FULL)
    page = answer.headers["location"].split("?")[0]
    typed = fields(desk, page) | {"place": "Turnhalle", "deed": "draft"}
    with day.world.database.write("m1") as session:
        record = session.scalars(select(Agreement)).one()
        record.status, record.return_reason, record.place = AgreementStatus.RETURNED, "Wer bringt die Farbe?", "Saal"
    answer = desk.post(page, data=typed)
    assert answer.status_code == 409
    for words in ("Zwei Fassungen", "Wer bringt die Farbe?", "Saal", "Turnhalle"):
        assert words in answer.text


def test_a_participant_writes_one_down_for_their_own_organisation_only(day: Day) -> None:
    kim = day.person("kim", "club")
    assert 'value="Bank"' in kim.get(f"{MINE}?partner=bank").text
    answer = send(kim, f"{MINE}?partner=bank", MINE, deed="submit", services__0__text="Kuchen backen")
    assert answer.status_code == 303, answer.text
    record = stored(day)
    assert [party.organisation_id for party in record.parties] == ["club", "bank"]
    assert record.status is AgreementStatus.SUBMITTED
    assert "Kuchen backen" in kim.get("/m/m1/me/agreements", headers={"Accept": "text/html"}).text
    refused = send(kim, MINE, deed="draft", parties__0="bank", parties__1="choir")
    assert refused.status_code in (403, 422)
    assert kim.get(f"/m/m1/me/agreements/{record.id}", follow_redirects=False).status_code == 303
    lou = day.person("lou", "choir")
    assert lou.get(f"/m/m1/me/agreements/{record.id}").status_code == 404


def test_a_participant_starts_from_a_proposal_that_was_published_to_them(day: Day) -> None:
    kim, lou = day.person("kim", "club"), day.person("lou", "choir")
    address = f"{MINE}?offer=paint&need=walls"
    assert kim.get(address).status_code == 422
    publish(day)
    assert 'name="services.0.offer" value="paint"' in kim.get(address).text
    assert lou.get(address).status_code == 422
    assert "Vereinbarung schreiben" in kim.get("/m/m1/me/proposals", headers={"Accept": "text/html"}).text


def test_the_list_is_filtered_by_status_and_name(desk: TestClient) -> None:
    send(desk, NEW, deed="submit", **FULL)
    own = "/organise/m1/agreements"
    assert "Wände streichen" in desk.get(own).text
    assert "Wände streichen" in desk.get(f"{own}?q=ban&status=submitted").text
    for asked in ("q=chor", "q=7", "status=certified", "q=%25"):
        assert "Keine Vereinbarung gefunden" in desk.get(f"{own}?{asked}").text


@pytest.mark.parametrize("path", ["/organise/{market}/agreements", "/organise/{market}/agreements/new"])
def test_a_large_market_costs_no_more_queries(world: World, path: str) -> None:
    one, many = count_queries_of(world, path)
    assert one == many


def test_after_the_day_the_desk_is_open_and_before_it_is_not(day: Day, desk: TestClient) -> None:
    for phase, status in ((Phase.MATCHING, 409), (Phase.FOLLOW_UP, 200), (Phase.CLOSED, 409)):
        day.world.move("m1", phase)
        assert desk.get(NEW).status_code == status
