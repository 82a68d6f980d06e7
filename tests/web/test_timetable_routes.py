"""The timetable over HTTP: computed beside everything else, stored, published with the run or by itself."""

import pytest
from fastapi.testclient import TestClient

from marktplatz.usecases.audit import find_breaks
from marktplatz.vocabulary import Role
from run_world import URL, Statements, as_participant, codes, etag, finish, plant, small_market
from service_fixtures import World

TABLE = f"{URL}/timetable"


@pytest.fixture
def organiser(world: World) -> TestClient:
    plant(world, small_market())
    return world.as_owner()


def test_a_timetable_lets_the_runs_pairings_meet(world: World, organiser: TestClient) -> None:
    run = finish(organiser)
    added = organiser.post(TABLE, json={"rounds": 2, "tables": 3, "run": run.rpartition("/")[2]})
    assert added.status_code == 201, added.text
    found = added.json()
    assert (found["format"], found["met_pairings"], found["served"]) == ("marktplatz-timetable/1", [3, 3], [6, 6])
    assert found["run"] == run.rpartition("/")[2]
    assert ["home", "shop"] in [sorted(each["organisations"]) for each in found["conversations"]]
    assert organiser.get(TABLE).json() == found
    with world.database.read() as session:
        assert list(find_breaks(session)) == []


def test_without_a_run_it_is_the_published_one(organiser: TestClient) -> None:
    run = finish(organiser)
    assert codes(organiser.post(TABLE, json={"rounds": 2, "tables": 3})) == ["no_published_run"]
    organiser.post(f"{run}/publish")
    assert organiser.post(TABLE, json={"rounds": 2, "tables": 3}).json()["run"] == run.rpartition("/")[2]


def test_what_cannot_be_planned_is_refused_and_nothing_is_stored(organiser: TestClient) -> None:
    run = finish(organiser).rpartition("/")[2]
    assert codes(organiser.get(TABLE)) == ["no_timetable"]
    assert codes(organiser.post(TABLE, json={"rounds": 0, "tables": 3, "run": run})) == ["too_small"]
    assert codes(organiser.post(TABLE, json={"rounds": 2, "tables": 3, "run": "r-none"})) == ["unknown_run"]
    organiser.patch(f"{URL}/organisations/bank", json={"table": 9}, headers={"If-Match": "*"})
    refused = organiser.post(TABLE, json={"rounds": 2, "tables": 3, "run": run})
    assert (refused.status_code, codes(refused)) == (422, ["table_out_of_range"])
    assert codes(organiser.get(TABLE)) == ["no_timetable"]


def test_the_same_key_gives_the_same_timetable(organiser: TestClient) -> None:
    sent = {"rounds": 2, "tables": 3, "run": finish(organiser).rpartition("/")[2]}
    answers = [organiser.post(TABLE, json=sent, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    other = organiser.post(TABLE, json=sent | {"rounds": 3}, headers={"Idempotency-Key": "k"})
    assert codes(other) == ["key_used_otherwise"]


def test_everybody_sees_what_is_published_and_participants_their_own(world: World, organiser: TestClient) -> None:
    run = finish(organiser)
    organiser.post(TABLE, json={"rounds": 2, "tables": 3, "run": run.rpartition("/")[2]})
    home, broker = as_participant(world, "home"), world.as_token(Role.BROKER, "m1")
    assert codes(home.get(TABLE)) == codes(broker.get(TABLE)) == ["no_timetable"]
    assert codes(home.post(TABLE, json={"rounds": 1, "tables": 1})) == ["role_may_not"]
    assert organiser.post(f"{TABLE}/publish").json()["published_at"] is not None
    mine, all_of_it = home.get(TABLE).json(), broker.get(TABLE).json()
    assert {"home"} <= {organisation for each in mine["conversations"] for organisation in each["organisations"]}
    assert all("home" in each["organisations"] for each in mine["conversations"])
    assert len(all_of_it["conversations"]) > len(mine["conversations"])
    assert (mine["total_points"], all_of_it["total_points"], mine["conversations"][0]["points"]) == (None, None, None)
    assert organiser.post(f"{TABLE}/withdraw").json()["published_at"] is None
    assert codes(home.get(TABLE)) == ["no_timetable"]


def test_it_is_published_with_its_run_and_withdrawn_with_it(world: World, organiser: TestClient) -> None:
    run, home = finish(organiser), as_participant(world, "home")
    organiser.post(TABLE, json={"rounds": 2, "tables": 3, "run": run.rpartition("/")[2]})
    organiser.post(f"{run}/publish", params={"timetable": True})
    assert home.get(TABLE).status_code == 200
    other = finish(organiser)
    organiser.post(f"{other}/publish", params={"timetable": True})
    assert codes(home.get(TABLE)) == ["no_timetable"]
    assert organiser.get(TABLE).json()["published_at"] is None


def test_the_newest_is_shown_and_one_is_published_at_a_time(world: World, organiser: TestClient) -> None:
    sent = {"tables": 3, "run": finish(organiser).rpartition("/")[2]}
    organiser.post(TABLE, json=sent | {"rounds": 2})
    organiser.post(f"{TABLE}/publish")
    world.clock.move(minutes=1)
    newer = organiser.post(TABLE, json=sent | {"rounds": 3}).json()
    broker = world.as_token(Role.BROKER, "m1")
    assert (organiser.get(TABLE).json()["id"], broker.get(TABLE).json()["rounds"]) == (newer["id"], 2)
    organiser.post(f"{TABLE}/publish")
    assert broker.get(TABLE).json()["rounds"] == 3


def test_it_is_outdated_once_the_pairings_or_the_market_are_others(organiser: TestClient) -> None:
    run = finish(organiser)
    sent = {"rounds": 2, "tables": 3, "run": run.rpartition("/")[2]}
    assert organiser.post(TABLE, json=sent).json()["is_outdated"] is False
    organiser.delete(f"{run}/pairings", params={"offer": "advice", "need": "books"}, headers=etag(organiser, run))
    assert organiser.get(TABLE).json()["is_outdated"] is True
    assert organiser.post(TABLE, json=sent).json()["met_pairings"] == [2, 2]
    organiser.patch(f"{URL}/organisations/bank", json={"absent_rounds": [1]}, headers={"If-Match": "*"})
    assert organiser.get(TABLE).json()["is_outdated"] is True


def test_reading_costs_the_same_for_a_short_and_a_long_one(world: World, organiser: TestClient) -> None:
    run = finish(organiser).rpartition("/")[2]
    counts, lengths = [], []
    for tables in (1, 3):
        world.clock.move(minutes=1)
        organiser.post(TABLE, json={"rounds": 2, "tables": tables, "run": run})
        organiser.get(TABLE)
        with Statements(world.database) as sent:
            lengths.append(len(organiser.get(TABLE).json()["conversations"]))
        counts.append(sent.count)
    assert lengths[0] < lengths[1]
    assert counts[0] == counts[1] < 10
