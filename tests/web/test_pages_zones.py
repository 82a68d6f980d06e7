"""Zones of tables: set on the page of the evening, kept by the timetable, seen on every page that names a table."""

import re

import pytest
from fastapi.testclient import TestClient

from marktplatz.vocabulary import Role
from organiser_world import fields_of, sign_in
from run_world import URL, as_participant
from service_fixtures import World
from timetable_world import find_faults, plant_timetable, talks_of
from workbench_world import bench_market, plant_run

EVENING = "/organise/m1/setup/evening"
ROOT = "/organise/m1/matching/timetables"
BASE = {"trading": "rounds", "rounds": "4", "round_minutes": "5", "tables": "4"}
TWO = {
    "zones.0.category": "hands",
    "zones.0.first": "3",
    "zones.0.last": "4",
    "zones.0.name": "Anpacken",
    "zones.2.category": "know_how",
    "zones.2.first": "1",
    "zones.2.last": "1",
}


@pytest.fixture
def run(world: World) -> str:
    return plant_run(world, bench_market())


@pytest.fixture
def browser(world: World, run: str) -> TestClient:
    del run
    return sign_in(world, world.make_account("chefin@example.org", m1=Role.ORGANISER))


def save(browser: TestClient, zones: dict[str, str]) -> str:
    answer = browser.post(EVENING, data=fields_of(browser.get(EVENING).text) | BASE | zones | {"deed": "save"})
    return answer.text


def test_zones_are_set_on_the_page_of_the_evening(browser: TestClient) -> None:
    assert "Gespeichert" in save(browser, TWO)
    page = browser.get(EVENING).text
    assert 'name="zones.0.first" type="text" value="3"' in page
    assert re.search('name="zones.1.name" type="text" value="[A-Z]', page)
    assert "Anpacken an den Tischen 3 bis 4" in browser.get(ROOT).text
    assert "Gespeichert" in save(browser, {})
    assert "Zonen für die Bereiche sind nicht eingetragen." in browser.get(ROOT).text


def test_what_is_no_zone_is_told_at_its_field(browser: TestClient) -> None:
    page = save(browser, {"zones.0.first": "3", "zones.1.category": "hands", "zones.1.first": "x", "zones.2.category": "hands"})
    for field, words in (("0-category", "Bitte den Bereich"), ("1-first", "ersten Tisch"), ("2-first", "ersten Tisch")):
        assert f'id="f-zones-{field}-error"' in page
        assert words in page
    page = save(browser, {"zones.0.category": "hands", "zones.0.first": "4", "zones.0.last": "3"})
    assert "er darf nicht vor dem ersten liegen" in page
    assert 'value="4"' in page


def test_conversations_sit_in_the_zone_of_what_they_are_about(world: World, browser: TestClient, run: str) -> None:
    save(browser, TWO)
    timetable = plant_timetable(world, run, rounds=4, tables=4)
    assert find_faults(world, timetable) == []
    tables = {talk.organisations: talk.table for talk in talks_of(world, timetable)}
    assert tables.pop(("home", "shop")) == 1
    assert set(tables.values()) == {3, 4}
    page = browser.get(f"{ROOT}/{timetable}").text
    assert "Anpacken" in page
    page = browser.get(f"{ROOT}/{timetable}/publish").text
    browser.post(f"{ROOT}/{timetable}/publish", data=fields_of(page))
    own = as_participant(world, "club").get("/m/m1/me/timetable", headers={"Accept": "text/html"}).text
    assert "Anpacken" in own


def test_a_zone_that_is_too_small_loses_nobody(world: World, browser: TestClient, run: str) -> None:
    plain = plant_timetable(world, run, rounds=4, tables=4)
    save(browser, {"zones.0.category": "hands", "zones.0.first": "4", "zones.0.last": "4"})
    zoned = plant_timetable(world, run, rounds=4, tables=4)
    one, other = talks_of(world, plain), talks_of(world, zoned)
    assert sorted((talk.round, talk.organisations) for talk in one) == sorted((talk.round, talk.organisations) for talk in other)
    assert find_faults(world, zoned) == []


def test_planning_anew_keeps_what_was_changed_by_hand(world: World, browser: TestClient, run: str) -> None:
    timetable = plant_timetable(world, run, rounds=4, tables=4)
    before = talks_of(world, timetable)
    owner = world.as_owner()
    out, moved = before[-1], before[0]
    change = {"remove": [list(out.organisations)]}
    answer = owner.post(f"{URL}/timetables/{timetable}/changes", json=change, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text
    taken = {talk.table for talk in before if talk.round == moved.round}
    place = {"round": moved.round, "table": max(set(range(1, 5)) - taken)}
    change = {"move": [{"organisations": list(moved.organisations), **place}]}
    answer = owner.post(f"{URL}/timetables/{timetable}/changes", json=change, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text
    sent = {"rounds": 4, "tables": 4, "run": run, "previous": timetable}
    answer = owner.post(f"{URL}/timetable", json=sent)
    assert answer.status_code == 201, answer.text
    made = answer.json()["id"]
    after = {talk.organisations: (talk.round, talk.table) for talk in talks_of(world, made)}
    assert after[moved.organisations] == (place["round"], place["table"])
    assert out.organisations not in after
    assert find_faults(world, made) == []
    kept = {talk.organisations: (talk.round, talk.table) for talk in talks_of(world, timetable)}
    assert kept.items() <= after.items()
    assert "nah am früheren Ablauf" in browser.get(ROOT).text
    page = browser.get(f"{ROOT}?previous={made}&run={run}").text
    assert f'<option value="{made}" selected>' in page
    assert owner.post(f"{URL}/timetable", json=sent | {"previous": "gone"}).status_code == 422
