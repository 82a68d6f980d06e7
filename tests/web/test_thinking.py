"""Why not and what if over the API: figures, what stands between, and that nothing is changed."""

import os
import signal

from sqlalchemy import func, select

from marktplatz.db.models import AuditEntry
from marktplatz.vocabulary import Role
from run_world import URL, codes, etag, pairs_of
from service_fixtures import World
from workbench_world import bench_market, plant_run


def test_why_not_names_what_stands_between_or_what_it_costs(world: World) -> None:
    run_id = plant_run(world, bench_market())
    client = world.as_token(Role.ORGANISER)
    (barred,) = client.get(f"{URL}/runs/{run_id}/why-not", params={"organisation": "zoo", "with": "shop"}).json()
    assert [each["code"] for each in barred["barred"]] == ["barred_by_category"]
    assert barred["can_be_excepted"] is True
    assert barred["cost"] is None
    told = {
        need: client.get(f"{URL}/runs/{run_id}/why-not", params={"organisation": need, "with": "bank"}).json()[0]
        for need in ("zoo", "club", "choir")
    }
    costs = [way["cost"] for way in told.values() if not way["is_in_plan"]]
    assert len(costs) == 2
    assert all(cost["is_proven"] and cost["served_difference"] == 0 and cost["points_difference"] < 0 for cost in costs)
    assert codes(client.get(f"{URL}/runs/{run_id}/why-not", params={"organisation": "zoo", "with": "x"})) == [
        "unknown_organisation"
    ]


def test_what_if_answers_with_both_and_changes_nothing(world: World) -> None:
    run_id = plant_run(world, bench_market())
    client = world.as_token(Role.ORGANISER)

    def count() -> int | None:
        with world.database.read() as session:
            return session.scalar(select(func.count()).select_from(AuditEntry))

    before = count()
    answer = client.post(f"{URL}/runs/{run_id}/what-if", json={"absent": ["shop"], "max_agreements": 1})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["plan"]["status"] == "optimal"
    assert [each["organisation"]["id"] for each in found["comparison"]["alone_now"]] == ["home", "shop"]
    several = {
        "absent": ["shop", "zoo"],
        "maxima": [{"organisation": "bank", "max_agreements": 0}, {"organisation": "firm", "max_agreements": 1}],
        "weights": {"content": 100},
        "reciprocity": "none",
    }
    found = client.post(f"{URL}/runs/{run_id}/what-if", json=several).json()
    assert {each["organisation"]["id"] for each in found["comparison"]["alone_now"]} >= {"bank", "shop", "home"}
    assert len(found["plan"]["pairings"]) == 1
    assert count() == before
    assert codes(client.post(f"{URL}/runs/{run_id}/what-if", json={})) == ["nothing_thought_of"]
    assert codes(client.post(f"{URL}/runs/{run_id}/what-if", json={"absent": ["x"]})) == ["unknown_organisation"]


def test_changes_by_hand_are_taken_back_over_the_api_too(world: World) -> None:
    run = f"{URL}/runs/{plant_run(world, bench_market())}"
    client = world.as_token(Role.ORGANISER)
    before = pairs_of(client, run)
    pair = {"offer": "advice", "need": "books"}
    assert client.delete(f"{run}/pairings", params=pair, headers=etag(client, run)).status_code == 204
    assert client.post(f"{run}/pairings", json=pair | {"pin": True}, headers=etag(client, run)).status_code == 201
    assert client.post(f"{run}/pairings/undo").status_code == 428
    for left in (len(before) - 1, len(before)):
        answer = client.post(f"{run}/pairings/undo", headers=etag(client, run))
        assert answer.status_code == 200, answer.text
        assert len(pairs_of(client, run)) == left
    assert client.get(f"{URL}/pairs").json() == []
    assert pairs_of(client, run) == before
    assert codes(client.post(f"{run}/pairings/undo", headers=etag(client, run))) == ["no_change_to_undo"]


def test_a_thought_is_answered_although_the_process_that_keeps_markets_is_lost(world: World) -> None:
    run_id = plant_run(world, bench_market())
    client = world.as_token(Role.ORGANISER)
    thought = {"absent": ["shop"]}
    first = client.post(f"{URL}/runs/{run_id}/what-if", json=thought).json()
    thinker = world.app.state.service.thinker
    assert thinker.pid is not None
    os.kill(thinker.pid, signal.SIGKILL)
    for _ in range(2):
        again = client.post(f"{URL}/runs/{run_id}/what-if", json=thought)
        assert again.status_code == 200, again.text
        assert again.json()["comparison"] == first["comparison"]
