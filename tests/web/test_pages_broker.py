"""The brokers' console and what participants see of it: who is alone, one tap each, what is left; and no contacts anywhere."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from organiser_pages import organiser
from sqlalchemy import select

from day_world import MARKET, Day, codes, make_day
from form_world import HTML, fields
from marktplatz.db.models import EntryRecord, Evening, HallNote, Person
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.audit import find_breaks
from marktplatz.usecases.checkins import check_in
from marktplatz.usecases.erasure import erase_person
from marktplatz.vocabulary import CheckInStatus, Phase, Role, Stage
from organiser_world import count_queries_of
from service_fixtures import World

BROKER = "/organise/m1/broker"
NOTES = f"{MARKET}/hall-notes"


@pytest.fixture
def day(world: World) -> Day:
    return make_day(world)


@pytest.fixture
def broker(day: Day) -> TestClient:
    return organiser(day.world, Role.BROKER)


def enter(day: Day, *organisations: str) -> None:
    with day.world.database.write("m1") as session:
        for organisation in organisations:
            check_in(session, day.world.clock.now, SYSTEM, "m1", organisation, CheckInStatus.PRESENT, 1)


def tap(browser: TestClient, organisation: str, **sent: str) -> Any:
    page = f"{BROKER}/{organisation}"
    hidden = {name: fields(browser, page)[name] for name in ("form_token", "once")}
    return browser.post(page, data=hidden | sent, headers=HTML, follow_redirects=False)


def notes(day: Day) -> list[HallNote]:
    with day.world.database.read() as session:
        assert list(find_breaks(session)) == []
        return list(session.scalars(select(HallNote).order_by(HallNote.created_at, HallNote.id)))


def test_whoever_is_alone_is_shown_first_and_alone(day: Day, broker: TestClient) -> None:
    enter(day, "bank", "club")
    shown = broker.get(BROKER).text
    assert all(f'href="{BROKER}/{each}"' in shown for each in ("bank", "club"))
    assert f'href="{BROKER}/choir"' not in shown
    tap(broker, "bank", kind="introduction", partner="club", offer="paint", need="walls")
    assert "Niemand steht allein" in broker.get(BROKER).text
    everybody = broker.get(f"{BROKER}?who=all").text
    assert "wird zusammengebracht: Club" in everybody
    assert f'href="{BROKER}/choir"' in everybody
    assert f'href="{BROKER}/choir"' in broker.get(f"{BROKER}?q=chOI").text
    assert f'href="{BROKER}/choir"' not in broker.get(f"{BROKER}?q=chOI&kind=company").text


def test_the_best_partners_are_told_with_reasons_and_one_tap_brings_together(day: Day, broker: TestClient) -> None:
    enter(day, "bank", "club")
    shown = broker.get(f"{BROKER}/bank").text
    assert "Die besten freien Partner" in shown
    assert "Club" in shown
    assert "offer=paint&amp;need=walls" in shown
    answer = tap(broker, "bank", kind="introduction", partner="club", offer="paint", need="walls")
    assert answer.headers["location"] == f"{BROKER}/bank?done=brought_together"
    kim, lou = day.person("kim", "club"), day.person("lou", "bank")
    for person, other in ((kim, "Bank"), (lou, "Club")):
        page = person.get("/m/m1/me", headers=HTML).text
        assert "Bitte treffen Sie" in page
        assert other in page
        assert "x.example" not in page.split("Bitte treffen Sie")[1].split("</section>")[0]
    done = notes(day)[0].id
    page = broker.get(f"{BROKER}/bank").text
    assert f"{BROKER}/notes/{done}" in page
    sent = fields(broker, f"{BROKER}/bank", f"{BROKER}/notes/{done}")
    assert broker.post(f"{BROKER}/notes/{done}", data=sent, follow_redirects=False).headers["location"].startswith(f"{BROKER}/bank")
    assert "Bitte treffen Sie" not in kim.get("/m/m1/me", headers=HTML).text


def test_a_refusal_is_learned_at_once(day: Day, broker: TestClient) -> None:
    enter(day, "bank", "club")
    assert tap(broker, "bank", kind="refusal", partner="club").status_code == 303
    shown = broker.get(f"{BROKER}/bank").text
    assert "Gerade ist niemand frei" in shown
    refused = tap(broker, "bank", kind="introduction", partner="club")
    assert refused.status_code == 409
    assert "Absage" in refused.text


def test_a_call_for_help_is_seen_by_all_until_somebody_goes(day: Day, broker: TestClient) -> None:
    tap(broker, "choir", kind="help", text="Sucht jemanden mit Bus")
    chief = organiser(day.world)
    for page in (BROKER, f"{BROKER}/rest", f"{BROKER}/choir"):
        assert "Sucht jemanden mit Bus" in chief.get(page).text
    note = notes(day)[0].id
    for _ in range(2):
        sent = fields(chief, f"{BROKER}/choir") | {"next": BROKER}
        assert chief.post(f"{BROKER}/notes/{note}", data=sent, follow_redirects=False).status_code == 303
    assert "Sucht jemanden mit Bus" not in broker.get(BROKER).text


def test_a_double_tap_is_one_note_and_an_empty_one_is_none(day: Day, broker: TestClient) -> None:
    sent = fields(broker, f"{BROKER}/choir") | {"kind": "note", "text": "Steht am Fenster"}
    for _ in range(2):
        assert broker.post(f"{BROKER}/choir", data=sent, follow_redirects=False).status_code == 303
    assert tap(broker, "choir", kind="note").status_code == 422
    assert tap(broker, "choir", kind="nonsense").status_code == 422
    assert [note.text for note in notes(day)] == ["Steht am Fenster"]


def test_what_is_left_is_told_with_its_places(day: Day, broker: TestClient) -> None:
    day.offer("chairs", "bank", title="Stühle leihen", capacity=3)
    enter(day, "bank", "club")
    shown = broker.get(f"{BROKER}/rest").text
    assert "noch 3 von 3" in shown
    with day.world.database.write("m1") as session:
        session.get_one(EntryRecord, ("m1", "chairs")).agreed = 2
        session.get_one(EntryRecord, ("m1", "walls")).agreed = 1
    shown = broker.get(f"{BROKER}/rest").text
    assert "noch 1 von 3" in shown
    assert f'href="{BROKER}/club"' not in shown
    assert "Stühle leihen" not in broker.get(f"{BROKER}/rest?q=Kuchen").text


def test_in_free_trading_my_page_tells_who_is_free(day: Day) -> None:
    kim = day.person("kim", "club")
    before = kim.get("/m/m1/me", headers=HTML).text
    assert "jetzt frei" not in before
    assert 'id="my-hall" data-refresh="clock mine">' in before, "who comes in moves nothing on it yet"
    with day.world.database.write("m1") as session:
        session.add(Evening(market_id="m1", stage=Stage.FREE))
    assert 'data-refresh="clock mine" data-refresh-slow="board plan door notes"' in kim.get("/m/m1/me", headers=HTML).text
    for page in ("/m/m1/me", "/m/m1/me/partners"):
        shown = kim.get(page, headers=HTML).text
        assert "jetzt frei" in shown
        assert "partner=bank" in shown
    assert "<svg" in kim.get("/m/m1/me/partners", headers=HTML).text
    day.world.move("m1", Phase.FOLLOW_UP)
    assert "jetzt frei" not in kim.get("/m/m1/me", headers=HTML).text


@pytest.mark.parametrize(
    "path", ["/organise/{market}/broker?who=all", "/organise/{market}/broker/rest", "/organise/{market}/broker/o0"]
)
def test_a_large_market_costs_no_more_queries(world: World, path: str) -> None:
    one, many = count_queries_of(world, path)
    assert one == many


def test_a_program_lists_adds_and_finishes_notes(day: Day) -> None:
    broker = day.world.as_token(Role.BROKER, "m1")
    made = broker.post(NOTES, json={"kind": "help", "organisation": "bank", "text": "Bitte kommen"})
    assert made.status_code == 201, made.text
    broker.post(NOTES, json={"kind": "refusal", "organisation": "bank", "partner": "club"})
    assert {note["kind"] for note in broker.get(NOTES).json()} == {"help", "refusal"}
    assert [note["kind"] for note in broker.get(f"{NOTES}?organisation=club").json()] == ["refusal"]
    done = broker.post(f"{NOTES}/{made.json()['id']}/done")
    assert done.json()["done_at"] is not None
    assert broker.get(f"{NOTES}?open=true&kind=help").json() == []
    assert broker.get(f"{NOTES}/{made.json()['id']}").json() == done.json()
    assert codes(broker.post(NOTES, json={"kind": "introduction", "organisation": "bank", "partner": "club"})) == [
        "not_to_be_brought_together"
    ]
    assert codes(broker.get(f"{NOTES}/none")) == ["unknown_hall_note"]
    day.world.move("m1", Phase.FOLLOW_UP)
    assert codes(broker.post(NOTES, json={"kind": "help", "organisation": "bank"})) == ["phase_forbids"]


def test_erasing_a_person_empties_what_was_written_about_their_organisation(day: Day) -> None:
    day.person("kim", "club")
    broker = day.world.as_token(Role.BROKER, "m1")
    broker.post(NOTES, json={"kind": "note", "organisation": "club", "text": "Kim sucht Hilfe"})
    broker.post(NOTES, json={"kind": "refusal", "organisation": "bank", "partner": "club", "text": "Kim mag nicht"})
    broker.post(NOTES, json={"kind": "note", "organisation": "choir", "text": "Singt"})
    with day.world.database.write("m1") as session:
        erase_person(session, day.world.clock.now, SYSTEM, session.get_one(Person, ("m1", "kim")))
    assert {(note.organisation_id, note.text) for note in notes(day)} == {("club", None), ("bank", None), ("choir", "Singt")}
