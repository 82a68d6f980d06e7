"""Runs over HTTP: asked for, worked on beside everything else, stored, compared, published; a clear end whatever happens."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from factories import make_scored_market
from marktplatz.db.models import OutboxMessage, Run
from marktplatz.exchange.writing import content_sha256
from marktplatz.matching.gather import gather
from marktplatz.plan import Plan
from marktplatz.usecases.audit import find_breaks
from marktplatz.usecases.propose import name_solver, propose_pairings
from marktplatz.usecases.records import Extent, load_market
from marktplatz.vocabulary import Role
from run_world import (
    URL,
    Statements,
    as_participant,
    ask_for_run,
    codes,
    etag,
    finish,
    pairs_of,
    plant,
    small_market,
    wait_for,
)
from service_fixtures import World

CANARY = {"name": "Erna Geheim", "email": "geheim@bank.example", "phone": "0221 4711"}


def test_a_run_is_answered_at_once_and_its_plan_is_the_engines(world: World) -> None:
    plant(world, small_market())
    client = world.as_token(Role.ORGANISER, "m1")
    answer = client.post(f"{URL}/runs", json={"language": "en"})
    assert answer.status_code == 202
    assert answer.json()["status"] == "queued"
    run = answer.headers["Location"]
    found = wait_for(client, run, "done")
    assert (found["author"], found["is_outdated"], found["failure"]) == ("token:t1", False, None)
    assert found["versions"].keys() == {"marktplatz", "ortools", "scipy"}
    with world.database.read() as session:
        market = load_market(session, "m1", Extent.ALL)
        assert list(find_breaks(session)) == []
    expected = propose_pairings(gather(market), solver=name_solver(), language="en")
    assert found["input_sha256"] == content_sha256(market)
    assert found["served"] == json.loads(expected.served.model_dump_json())
    assert (found["points"], found["plan_status"]) == (expected.total_points, "optimal")
    plan = client.get(f"{run}/plan")
    assert without_solver(plan.json()) == without_solver(json.loads(expected.model_dump_json(by_alias=True, exclude_none=True)))
    assert Plan.model_validate_json(plan.content, by_alias=True).solver.name == "ortools+highs"


def without_solver(plan: dict[str, Any]) -> str:
    """As bytes: the order of the keys counts too."""
    return json.dumps({key: value for key, value in plan.items() if key != "solver"})


def test_two_runs_of_one_market_give_the_same_bytes_apart_from_the_solver(world: World) -> None:
    plant(world, small_market())
    client = world.as_owner()
    first, second = (client.get(f"{finish(client)}/plan").json() for _ in range(2))
    assert without_solver(first) == without_solver(second)


def test_the_same_key_asks_for_one_run(world: World) -> None:
    plant(world, small_market())
    client = world.as_owner()
    answers = [client.post(f"{URL}/runs", json={}, headers={"Idempotency-Key": "k"}) for _ in range(3)]
    assert len({answer.content for answer in answers}) == 1
    assert len(client.get(f"{URL}/runs").json()) == 1
    wait_for(client, answers[0].headers["Location"], "done")


def test_what_cannot_be_asked_for_is_refused(world: World) -> None:
    plant(world, small_market())
    client = world.as_owner()
    assert codes(client.post(f"{URL}/runs", json={"previous": "r-none"})) == ["unknown_run"]
    assert codes(client.post(f"{URL}/runs", json={"time_limit_s": 100_000})) == ["too_large"]
    assert codes(client.post(f"{URL}/runs", json={"time_limit_s": 1000})) == ["time_limit_too_long"]
    assert codes(client.get(f"{URL}/runs/r-none")) == ["unknown_run"]
    assert client.get(f"{URL}/runs").json() == []


def test_pins_that_contradict_each_other_end_in_a_refusal_that_names_the_rule(world: World) -> None:
    plant(world, small_market())
    client = world.as_owner()
    client.put(f"{URL}/pairs", json={"offer": "paint", "need": "walls", "status": "pinned"})
    edited = client.patch(f"{URL}/needs/walls", json={"capacity": 0}, headers={"If-Match": "*"})
    assert edited.status_code == 200
    run = ask_for_run(client)
    found = wait_for(client, run, "refused", "done", "failed")
    assert found["plan_status"] == "refused"
    assert [refusal["rule"] for refusal in client.get(f"{run}/plan").json()["refusals"]] == ["capacity"]
    assert codes(client.post(f"{run}/publish")) == ["run_not_publishable"]


def test_a_run_stays_close_to_an_earlier_one_where_that_costs_nothing(world: World) -> None:
    plant(world, make_scored_market({("c1.a", f"n{i}.g"): 500 for i in range(4)}))
    client = world.as_owner()
    first = finish(client)
    (chosen,) = pairs_of(client, first)
    other = next(f"n{i}.g" for i in range(4) if f"n{i}.g" != chosen[1])
    swapped = {"remove": [{"offer": chosen[0], "need": chosen[1]}], "add": [{"offer": "c1.a", "need": other}]}
    assert client.post(f"{first}/pairings/swap", json=swapped, headers=etag(client, first)).status_code == 200
    second = finish(client, previous=first.rpartition("/")[2])
    assert pairs_of(client, second) == [("c1.a", other)]
    assert client.get(second).json()["previous"] == first.rpartition("/")[2]
    assert pairs_of(client, finish(client)) == [chosen]


def test_two_runs_are_compared(world: World) -> None:
    plant(world, small_market())
    client = world.as_owner()
    before = finish(client)
    (alone,) = [pair for pair in pairs_of(client, before) if pair[0] == "advice"]
    client.put(f"{URL}/pairs", json={"offer": alone[0], "need": alone[1], "status": "forbidden"})
    assert client.get(before).json()["is_outdated"] is True
    after = finish(client)
    compared = client.get(f"{after}/comparison", params={"with": before.rpartition("/")[2]}).json()
    assert [(pair["offer"]["id"], pair["need"]["id"]) for pair in compared["removed"]] == [alone]
    assert compared["added"] == []
    assert [change["organisation"]["label"] for change in compared["alone_now"]] == ["Home", "Shop"]
    assert compared["points_after"] < compared["points_before"]
    assert compared["is_same_input"] is False


def test_one_run_is_published_at_a_time_and_nobody_gets_a_mail(world: World) -> None:
    plant(world, small_market())
    client = world.as_owner()
    first, second = finish(client), finish(client)
    assert client.post(f"{first}/publish").json()["published_at"] is not None
    assert client.post(f"{second}/publish").status_code == 200
    published = {run["id"]: run["published_at"] is not None for run in client.get(f"{URL}/runs").json()}
    assert published == {first.rpartition("/")[2]: False, second.rpartition("/")[2]: True}
    assert client.post(f"{second}/withdraw").json()["published_at"] is None
    with world.database.read() as session:
        assert session.scalars(select(OutboxMessage)).all() == []
        assert list(find_breaks(session)) == []


def test_publishing_what_somebody_else_has_changed_meanwhile_is_refused(world: World) -> None:
    plant(world, small_market())
    client = world.as_owner()
    run = finish(client)
    seen = etag(client, run)
    client.delete(f"{run}/pairings", params={"offer": "advice", "need": "books"}, headers=seen)
    assert client.post(f"{run}/publish", headers=seen).status_code == 412
    assert client.get(run).json()["published_at"] is None


def test_what_a_run_keeps_holds_no_contact(world: World) -> None:
    plant(world, small_market())
    client = world.as_owner()
    client.patch(f"{URL}/organisations/bank", json={"contact": CANARY}, headers={"If-Match": "*"})
    run = finish(client)
    with world.database.read() as session:
        record = session.get_one(Run, ("m1", run.rpartition("/")[2]))
        kept = f"{record.input} {record.plan} {record.parameters} {record.summary}"
    assert "paint" in kept
    assert [word for word in CANARY.values() if word in kept] == []
    client.patch(f"{URL}/organisations/bank", json={"contact": None}, headers={"If-Match": "*"})
    assert client.get(run).json()["is_outdated"] is False


def test_a_run_whose_input_was_erased_can_still_be_read_compared_and_changed(world: World) -> None:
    plant(world, small_market())
    client = world.as_owner()
    run = finish(client)
    with world.database.write("m1") as session:
        session.get_one(Run, ("m1", run.rpartition("/")[2])).input = None
    assert client.get(f"{run}/plan").status_code == 200
    assert client.get(f"{run}/comparison", params={"with": run.rpartition("/")[2]}).json()["added"] == []
    where = {"offer": "advice", "need": "books"}
    assert client.delete(f"{run}/pairings", params=where, headers=etag(client, run)).status_code == 204


def test_the_newest_run_comes_first_and_pages_hold_all_of_them(world: World) -> None:
    plant(world, small_market())
    client = world.as_owner()
    asked = []
    for _ in range(5):
        asked.append(ask_for_run(client).rpartition("/")[2])
        world.clock.move(seconds=1)
    seen, address = [], f"{URL}/runs?limit=2"
    while address:
        page = client.get(address)
        seen += [run["id"] for run in page.json()]
        address = page.headers.get("Link", "").partition(">")[0].removeprefix("<")
    assert seen == asked[::-1]
    assert codes(client.get(f"{URL}/runs?cursor=MjAyNy0wMx9yLWE=")) == ["bad_cursor"]
    for run in asked:
        client.post(f"{URL}/runs/{run}/cancel")


def test_a_list_of_runs_costs_the_same_for_one_and_for_three(world: World) -> None:
    plant(world, small_market())
    client = world.as_owner()
    counts = []
    for runs in (1, 2):
        for _ in range(runs):
            finish(client)
        client.get(f"{URL}/runs")
        with Statements(world.database) as sent:
            assert len(client.get(f"{URL}/runs").json()) in (1, 3)
        counts.append(sent.count)
    assert counts[0] == counts[1] < 10


@pytest.mark.parametrize("role", [Role.BROKER, Role.NOTARY, Role.HELPER, Role.MODERATOR])
def test_staff_see_the_published_run_only_and_never_the_plan(world: World, role: Role) -> None:
    plant(world, small_market())
    organiser, staff = world.as_owner(), world.as_token(role, "m1")
    run = finish(organiser)
    assert staff.get(run).status_code == staff.get(f"{run}/pairings").status_code == 404
    assert staff.get(f"{URL}/runs").json() == []
    organiser.post(f"{run}/publish")
    assert (staff.get(run).json()["author"], staff.get(run).json()["is_outdated"]) == (None, None)
    assert len(staff.get(f"{run}/pairings").json()) == 3
    for path in ("plan", "comparison?with=x"):
        assert codes(staff.get(f"{run}/{path}")) == ["role_may_not"]
    for deed in ("cancel", "publish", "withdraw"):
        assert codes(staff.post(f"{run}/{deed}")) == ["role_may_not"]


def test_the_whole_story_of_a_market(world: World) -> None:
    """Enter, run, look, pin, forbid, swap, except, compare, publish, be seen, withdraw, be hidden."""
    plant(world, small_market())
    client = world.as_owner()
    client.patch(f"{URL}/organisations/bank", json={"contact": CANARY}, headers={"If-Match": "*"})
    club = as_participant(world, "club")

    first = finish(client)
    chosen = dict(pairs_of(client, first))
    other = {"walls": "rooms", "rooms": "walls"}
    assert client.put(f"{URL}/pairs", json={"offer": "paint", "need": "walls", "status": "pinned"}).status_code == 200
    assert client.put(f"{URL}/pairs", json={"offer": "advice", "need": "books", "status": "forbidden"}).status_code == 200
    second = finish(client, previous=first.rpartition("/")[2])
    assert pairs_of(client, second) == [("brush", "rooms"), ("paint", "walls")]
    assert other[chosen["paint"]] == chosen["brush"]

    exception = {"offer": "advice", "need": "walls", "exception": "Nachbarn, sie kennen sich"}
    refused = client.post(f"{second}/pairings", json=exception, headers=etag(client, second))
    assert "breaks_capacity" in codes(refused)
    swap = {
        "remove": [{"offer": "brush", "need": "rooms"}],
        "add": [{"offer": "advice", "need": "rooms", "exception": "Nachbarn, sie kennen sich"}],
    }
    swapped = client.post(f"{second}/pairings/swap", json=swap, headers=etag(client, second))
    assert swapped.status_code == 200, swapped.text
    assert swapped.json()["run"]["is_adjusted"] is True
    (added,) = swapped.json()["add"]
    assert "Nachbarn" in " ".join(reason["text"] for reason in added["reasons"])
    compared = client.get(f"{second}/comparison", params={"with": first.rpartition("/")[2]}).json()
    assert ("advice", "rooms") in [(pair["offer"]["id"], pair["need"]["id"]) for pair in compared["added"]]

    assert club.get(f"{URL}/organisations/bank").status_code == 404
    assert client.post(f"{second}/publish", headers=etag(client, second)).status_code == 200
    (run,) = club.get(f"{URL}/runs").json()
    (pairing,) = club.get(f"{URL}/runs/{run['id']}/pairings").json()
    assert (pairing["offer"], pairing["giver"], pairing["taker"], pairing["points"]) == ("paint", "bank", "club", None)
    assert club.get(f"{URL}/organisations/bank").json()["contact"] == CANARY
    assert club.get(f"{URL}/organisations/shop").status_code == 404

    assert client.post(f"{second}/withdraw").status_code == 200
    assert club.get(f"{URL}/runs").json() == []
    assert club.get(f"{second}/pairings").status_code == club.get(f"{URL}/organisations/bank").status_code == 404
    third = finish(client)
    assert ("advice", "rooms") in pairs_of(client, third)
    with world.database.read() as session:
        assert list(find_breaks(session)) == []
