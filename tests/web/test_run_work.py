"""Runs at work: beside everything else, told how far they are, ended by a person, a crash, a limit or a restart, always clearly."""

import os
import signal
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from factories import make_scored_market
from marktplatz.db.engine import Database
from marktplatz.db.models import Run
from marktplatz.market import Market
from marktplatz.usecases.audit import find_breaks
from marktplatz.vocabulary import RunStatus
from run_world import URL, ask_for_run, codes, finish, not_started, pairs_of, plant, slow_market, small_market, wait_for, wait_until
from service_fixtures import FakeClock, World


def pid_of(world: World, run: str) -> int:
    """The process that works on a run, once it is there."""
    key = ("m1", run.rpartition("/")[2])
    solves = world.app.state.service.runs.solves
    wait_until(lambda: key in solves and solves[key].pid is not None)
    return int(solves[key].pid)


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def ask_for_slow_run(world: World, client: TestClient) -> str:
    run = ask_for_run(client)
    wait_for(client, run, "running")
    pid_of(world, run)
    return run


def test_the_service_answers_others_while_a_run_is_under_way(world: World) -> None:
    plant(world, slow_market())
    client = world.as_owner()
    run = ask_for_slow_run(world, client)
    added = client.post(f"{URL}/organisations", json={"id": "late", "kind": "company", "name": "Spät"})
    assert added.status_code == 201
    assert client.get(f"{URL}/organisations", params={"limit": 500}).status_code == 200
    during = client.get(run).json()
    assert (during["status"], during["is_outdated"]) == ("running", True)
    waiting = ask_for_run(client)
    assert client.get(waiting).json()["status"] == "queued"
    assert client.get(f"{run}/plan").status_code == 409
    for each in (waiting, run):
        assert client.post(f"{each}/cancel").json()["status"] == "cancelled"


def test_progress_is_told(world: World) -> None:
    plant(world, slow_market())
    client = world.as_owner()
    run = ask_for_slow_run(world, client)
    wait_until(lambda: client.get(run).json()["progress"] == "explaining")
    client.post(f"{run}/cancel")


def test_a_run_is_cancelled_while_it_runs_and_its_process_is_gone(world: World) -> None:
    plant(world, slow_market())
    client = world.as_owner()
    run = ask_for_slow_run(world, client)
    pid = pid_of(world, run)
    answer = client.post(f"{run}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    wait_until(lambda: is_gone(pid))
    assert codes(client.post(f"{run}/cancel")) == ["run_is_over"]
    found = client.get(run).json()
    assert (found["status"], found["points"]) == ("cancelled", None)
    assert codes(client.get(f"{run}/plan")) == ["run_has_no_plan"]


def test_a_killed_process_leaves_a_failed_run_and_the_next_one_works(world: World) -> None:
    plant(world, slow_market())
    plant(world, small_market(), "m2")
    client = world.as_owner()
    run = ask_for_slow_run(world, client)
    os.kill(pid_of(world, run), signal.SIGKILL)
    found = wait_for(client, run, "failed", "done")
    assert found["failure"]["code"] == "run_crashed"
    assert "abgestürzt" in found["failure"]["detail"]
    assert pairs_of(client, run) == []
    assert finish(client, "/api/v1/markets/m2")


def test_runs_under_way_at_a_restart_have_failed_and_waiting_ones_are_taken_up(database: Database, clock: FakeClock) -> None:
    world = not_started(database, clock)
    plant(world, slow_market())
    plant(world, small_market(), "m2")
    headers = world.as_owner().headers
    with TestClient(world.app, headers=headers) as first:
        running = ask_for_run(first)
        wait_for(first, running, "running")
        waiting = ask_for_run(first, "/api/v1/markets/m2")
        process = pid_of(world, running)
    assert is_gone(process)
    with database.read() as session:
        left = {run.id: run.status for run in session.scalars(select(Run))}
    assert left == {running.rpartition("/")[2]: RunStatus.RUNNING, waiting.rpartition("/")[2]: RunStatus.QUEUED}
    with TestClient(not_started(database, clock).app, headers=headers) as second:
        found = wait_for(second, running, "failed")
        assert found["failure"]["code"] == "run_interrupted"
        wait_for(second, waiting, "done")
    with database.read() as session:
        assert list(find_breaks(session)) == []


def large_market() -> Market:
    """Needs more memory than what a process has when it begins."""
    return make_scored_market({(f"c{i}.a", f"n{j}.b"): (i * 389 + j * j * 241) % 1000 for i in range(250) for j in range(250)})


@pytest.mark.parametrize(
    ("limits", "expected"), [({"solve_time_limit_s": 3.0}, "run_too_slow"), ({"solve_memory_mb": 200}, "run_out_of_memory")]
)
def test_a_run_beyond_its_limits_fails_and_says_why(
    database: Database, clock: FakeClock, limits: dict[str, Any], expected: str
) -> None:
    world = not_started(database, clock, **limits)
    plant(world, slow_market() if "solve_time_limit_s" in limits else large_market())
    with TestClient(world.app, headers=world.as_owner().headers) as client:
        run = ask_for_run(client)
        assert wait_for(client, run, "failed", "done")["failure"]["code"] == expected


def test_ten_runs_of_a_market_may_wait_and_no_more(world: World) -> None:
    plant(world, slow_market())
    client = world.as_owner()
    running = ask_for_slow_run(world, client)
    waiting = [ask_for_run(client) for _ in range(10)]
    assert codes(client.post(f"{URL}/runs", json={})) == ["too_many_runs"]
    for run in (*waiting, running):
        client.post(f"{run}/cancel")
