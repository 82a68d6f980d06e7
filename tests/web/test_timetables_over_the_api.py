"""Timetables over the API: listed by cursor, compared, changed by hand and taken back, each published by itself."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from marktplatz.vocabulary import Role
from run_world import URL, as_participant, codes
from service_fixtures import World
from timetable_world import find_faults, plant_timetable, talks_of
from workbench_world import bench_market, plant_run

LIST = f"{URL}/timetables"
ANY = {"If-Match": "*"}


@pytest.fixture
def run(world: World) -> str:
    return plant_run(world, bench_market())


@pytest.fixture
def organiser(world: World, run: str) -> TestClient:
    del run
    return world.as_token(Role.ORGANISER)


def test_they_are_listed_in_pages_the_newest_first(world: World, organiser: TestClient, run: str) -> None:
    made = []
    for _ in range(3):
        made.append(plant_timetable(world, run))
        world.clock.move(minutes=1)
    first = organiser.get(LIST, params={"limit": 2})
    assert [each["id"] for each in first.json()] == made[:0:-1]
    rest = organiser.get(first.links["next"]["url"])
    assert [each["id"] for each in rest.json()] == made[:1]
    assert "next" not in rest.links
    found = first.json()[0]
    assert (found["run"], found["rounds"], found["met_pairings"], found["author"]) == (run, 3, [3, 3], "system")
    assert organiser.get(LIST, params={"run": "r-none"}).json() == []
    assert codes(organiser.get(LIST, params={"cursor": "x"})) == ["bad_cursor"]


def test_others_see_the_published_one_alone(world: World, organiser: TestClient, run: str) -> None:
    draft, public = plant_timetable(world, run), plant_timetable(world, run)
    home = as_participant(world, "home")
    assert home.get(LIST).json() == []
    assert organiser.post(f"{LIST}/{public}/publish").json()["published_at"] is not None
    (listed,) = home.get(LIST).json()
    assert (listed["id"], listed["author"], listed["total_points"], listed["is_outdated"]) == (public, None, None, None)
    assert codes(home.get(f"{LIST}/{draft}")) == ["unknown_timetable"]
    mine = home.get(f"{LIST}/{public}").json()["conversations"]
    assert mine
    assert all("home" in each["organisations"] for each in mine)
    assert organiser.post(f"{LIST}/{draft}/publish").json()["published_at"] is not None
    assert [each["id"] for each in home.get(LIST).json()] == [draft]
    organiser.post(f"{LIST}/{draft}/withdraw")
    assert home.get(LIST).json() == []


def change(organiser: TestClient, timetable: str, headers: dict[str, str] | None = None, **sent: Any) -> Any:
    return organiser.post(f"{LIST}/{timetable}/changes", json=sent, headers=ANY if headers is None else headers)


def test_changes_by_hand_are_one_deed_and_taken_back(world: World, organiser: TestClient, run: str) -> None:
    timetable, kept = plant_timetable(world, run, rounds=4), plant_timetable(world, run, rounds=4)
    before = talks_of(world, timetable)
    one, other = before[0], before[-1]
    taken = change(organiser, timetable, remove=[list(one.organisations), list(other.organisations)])
    assert taken.status_code == 200, taken.text
    assert (len(taken.json()["conversations"]), taken.json()["is_adjusted"]) == (len(before) - 2, True)
    place = {"organisations": list(one.organisations), "round": one.round, "table": one.table}
    back = change(organiser, timetable, {"If-Match": taken.headers["ETag"]}, add=[place])
    assert len(back.json()["conversations"]) == len(before) - 1
    assert find_faults(world, timetable) == []
    found = organiser.get(f"{LIST}/{timetable}/comparison", params={"with": kept}).json()
    gone = {"organisations": list(other.organisations), "before": {"round": other.round, "table": other.table}, "after": None}
    assert found == {"kept": len(before) - 1, "changes": [gone]}
    for _ in range(2):
        assert organiser.post(f"{LIST}/{timetable}/undo", headers=ANY).status_code == 200
    assert talks_of(world, timetable) == before
    assert codes(organiser.post(f"{LIST}/{timetable}/undo", headers=ANY)) == ["no_change_to_undo"]


def test_what_cannot_be_is_refused_as_a_whole(world: World, organiser: TestClient, run: str) -> None:
    timetable = plant_timetable(world, run, rounds=4)
    before = talks_of(world, timetable)
    one, other = (list(talk.organisations) for talk in (before[0], before[-1]))
    place = {"organisations": one, "round": before[0].round, "table": 99}
    assert codes(change(organiser, timetable, remove=[other], move=[place])) == ["talk_no_such_table"]
    assert codes(change(organiser, timetable, remove=[one], move=[place | {"table": 1}])) == ["talk_changed_twice"]
    assert codes(change(organiser, timetable, add=[place | {"organisations": ["bank", "firm"], "table": 3, "round": 4}])) == [
        "talk_not_eligible"
    ]
    assert codes(change(organiser, timetable, swap=[{"organisations": one, "with": ["bank", "home"]}])) == ["unknown_talk"]
    assert codes(change(organiser, timetable)) == ["nothing_to_change"]
    assert change(organiser, timetable, {}, remove=[one]).status_code == 428
    assert change(organiser, timetable, {"If-Match": '"99"'}, remove=[one]).status_code == 412
    assert talks_of(world, timetable) == before


def test_zones_are_set_as_a_whole(organiser: TestClient) -> None:
    first = organiser.get(f"{URL}/zones")
    assert first.json() == {"zones": []}
    zone = {"name": "Anpacken", "category": "hands", "first": 1, "last": 3}
    sent = organiser.put(f"{URL}/zones", json={"zones": [zone]}, headers={"If-Match": first.headers["ETag"]})
    assert sent.status_code == 200, sent.text
    assert organiser.get(f"{URL}/zones").json() == {"zones": [zone]}
    stale = organiser.put(f"{URL}/zones", json={"zones": []}, headers={"If-Match": first.headers["ETag"]})
    assert (stale.status_code, stale.json()["current"]) == (412, {"zones": [zone]})
    wrong = [zone | {"category": "moon"}, zone | {"first": 4}]
    assert codes(organiser.put(f"{URL}/zones", json={"zones": wrong}, headers=ANY)) == [
        "zone_without_category",
        "zone_ends_before_it_begins",
    ]
    assert organiser.put(f"{URL}/zones", json={"zones": [zone]}).status_code == 428
