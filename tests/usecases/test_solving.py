"""A solve in a process of its own ends in a clear state, whatever happens to it, and never outlives who asked."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from example_markets import EXAMPLES, load_example
from factories import make_market, make_nonprofit, make_organisation, make_rule, make_scored_market
from marktplatz.errors import InvalidInput
from marktplatz.exchange.writing import content_sha256
from marktplatz.market import Contact, Market
from marktplatz.matching.gather import gather
from marktplatz.plan import Plan
from marktplatz.usecases.propose import name_solver, propose_pairings
from marktplatz.usecases.schedule import schedule_conversations
from marktplatz.usecases.solving import (
    Cancelled,
    Done,
    Failed,
    FailureKind,
    Invalid,
    Job,
    Outcome,
    Propose,
    Refused,
    Schedule,
    Scheduled,
    SolveLimits,
    SolveProcess,
    pack_market,
    start_solve,
)
from marktplatz.vocabulary import Rule, SolvePhase

SMALL = load_example(EXAMPLES / "small.json")
AGES_S = 120.0
ROOMY = SolveLimits(wall_s=AGES_S)


@cache
def slow_market() -> bytes:
    """Many organisations more than can have a partner: explaining takes a quarter of a minute and longer."""
    points = {(f"c{i}.a", f"n{j}.b"): (i * 389 + j * j * 241) % 1000 for i in range(60) for j in range(200)}
    return pack_market(make_scored_market(points))


@cache
def hard_market() -> bytes:
    """Pairs within one kind, all with all: solving takes some seconds."""
    entries = [f"c{i % 40}.{i}" for i in range(180)]
    couples = [(a, b) for a in entries for b in entries if a.split(".")[0] != b.split(".")[0]]
    points = {(f"{a}a", f"{b}b"): i * i * 7919 % 1000 for i, (a, b) in enumerate(couples)}
    return pack_market(make_scored_market(points, within_kind="all", max_agreements=3))


@contextmanager
def solving(market: bytes, job: Job | None = None, limits: SolveLimits = ROOMY) -> Iterator[SolveProcess]:
    solve = start_solve(market, job or Propose(), limits)
    try:
        yield solve
    finally:
        solve.cancel()
        solve.wait()


def run(market: bytes, job: Job | None = None, limits: SolveLimits = ROOMY) -> Outcome:
    with solving(market, job, limits) as solve:
        outcome = solve.wait(AGES_S)
    assert outcome is not None
    return outcome


def wait_until(condition: Callable[[], bool], patience_s: float = 60.0) -> None:
    end = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.005)


def is_gone(pid: int) -> bool:
    """No such process any more, or only its entry in the table."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def without_clock(plan: Plan) -> Plan:
    return plan.model_copy(update={"solver": plan.solver.model_copy(update={"wall_ms": 0})})


def test_a_process_gives_the_same_plan_as_a_call() -> None:
    expected = propose_pairings(gather(SMALL), solver=name_solver(), language="en", stay_bonus=5)
    job = Propose(language="en", stay_bonus=5, input_sha256=content_sha256(SMALL))
    outcome = run(pack_market(SMALL), job)
    assert isinstance(outcome, Done)
    assert without_clock(outcome.plan) == expected
    assert outcome.plan.solver.wall_ms > 0


@pytest.mark.parametrize("need", ["n1.g", "n2.g"])
def test_the_previous_pairs_decide_among_equals(need: str) -> None:
    market = make_scored_market({("c1.a", f"n{i}.g"): 500 for i in range(4)})
    outcome = run(pack_market(market), Propose(previous=(("c1.a", need),)))
    assert isinstance(outcome, Done)
    assert [pairing.need for pairing in outcome.plan.pairings] == [need]


def test_no_contact_leaves_for_the_process_and_the_hash_is_that_of_what_it_got_unless_told() -> None:
    secret = Contact(name="Erna Geheim", email="erna@bank.example", phone="0221 1")
    market = make_market(organisations=[make_organisation(contact=secret), make_nonprofit()])
    packed = pack_market(market)
    assert b"Geheim" not in packed
    assert b"erna@" not in packed
    outcome = run(packed)
    assert isinstance(outcome, Done)
    assert outcome.plan.input_sha256 == content_sha256(Market.model_validate_json(packed)) != content_sha256(market)


def test_a_timetable_is_planned_the_same_way() -> None:
    pairings = tuple((pairing.offer, pairing.need) for pairing in propose_pairings(gather(SMALL), solver=name_solver()).pairings)
    outcome = run(pack_market(SMALL), Schedule(pairings=pairings, rounds=3, tables=4))
    assert outcome == Scheduled(schedule_conversations(gather(SMALL), pairings, rounds=3, tables=4))


def test_pins_that_break_a_rule_are_refused_with_a_plan_that_says_so() -> None:
    outcome = run(pack_market(make_market(pairs=[make_rule(status="pinned"), make_rule()])))
    assert isinstance(outcome, Refused)
    assert [refusal.rule for refusal in outcome.plan.refusals] == [Rule.FORBIDDEN]


@pytest.mark.parametrize(
    ("market", "code"),
    [
        (b"{", "not_json"),
        (b'{"organisations": [{"id": "o1"}]}', "missing"),
        (b'{"offers": [{"id": "a", "organisation": "x", "title": "t"}]}', "unknown_organisation"),
        (b"\xff\xfe", "not_json"),
    ],
)
def test_a_market_that_is_none_is_invalid_with_its_findings(market: bytes, code: str) -> None:
    outcome = run(market)
    assert isinstance(outcome, Invalid)
    assert outcome.family is InvalidInput
    assert outcome.findings[0].code == code


def test_a_job_that_cannot_be_is_invalid_too() -> None:
    outcome = run(pack_market(SMALL), Schedule(pairings=(("gone", "gone"),), rounds=3, tables=4))
    assert isinstance(outcome, Invalid)
    assert [(finding.code, finding.params["offer"]) for finding in outcome.findings] == [("unknown_pairing", "gone")]


def test_a_solve_can_be_cancelled_in_the_middle_and_only_then() -> None:
    with solving(hard_market()) as solve:
        wait_until(lambda: solve.progress is SolvePhase.SOLVING)
        assert solve.outcome is None
        assert solve.cancel()
        assert solve.wait(10) == Cancelled()
        assert solve.progress is SolvePhase.SOLVING
        assert is_gone(solve.pid or 0)
        assert not solve.cancel()


def test_a_solve_that_is_over_cannot_be_cancelled() -> None:
    with solving(pack_market(SMALL)) as solve:
        outcome = solve.wait(AGES_S)
        assert isinstance(outcome, Done)
        assert not solve.cancel()
        assert solve.outcome == outcome
        assert solve.progress is SolvePhase.EXPLAINING


def test_waiting_ends_after_its_time_without_an_outcome() -> None:
    with solving(slow_market()) as solve:
        assert solve.wait(0.01) is None


def test_a_process_that_is_killed_has_crashed() -> None:
    with solving(slow_market()) as solve:
        wait_until(lambda: solve.progress is SolvePhase.EXPLAINING)
        os.kill(solve.pid or 0, signal.SIGKILL)
        assert solve.wait(10) == Failed(FailureKind.CRASHED, "signal 9")


def test_a_fault_in_the_machine_code_is_a_crash_with_its_last_words() -> None:
    with solving(slow_market()) as solve:
        wait_until(lambda: solve.progress is SolvePhase.EXPLAINING)
        os.kill(solve.pid or 0, signal.SIGSEGV)
        outcome = solve.wait(10)
    assert isinstance(outcome, Failed)
    assert outcome.kind is FailureKind.CRASHED
    assert outcome.detail.startswith("signal 11\nFatal Python error: Segmentation fault")
    assert "in propose_pairings" in outcome.detail


def test_a_process_that_hangs_is_stopped_by_the_clock() -> None:
    with solving(slow_market(), limits=SolveLimits(wall_s=10)) as solve:
        wait_until(lambda: solve.progress is not SolvePhase.STARTING)
        os.kill(solve.pid or 0, signal.SIGSTOP)
        assert solve.wait(30) == Failed(FailureKind.TOO_SLOW, "more than 10 s")
        assert is_gone(solve.pid or 0)


def test_a_process_that_hangs_before_it_reads_is_stopped_as_well() -> None:
    with solving(slow_market(), limits=SolveLimits(wall_s=2)) as solve:
        os.kill(solve.pid or 0, signal.SIGSTOP)
        assert solve.wait(30) == Failed(FailureKind.TOO_SLOW, "more than 2 s")


def test_memory_beyond_the_limit_is_told_as_such() -> None:
    outcome = run(slow_market(), limits=SolveLimits(wall_s=AGES_S, memory_bytes=100_000_000))
    assert isinstance(outcome, Failed)
    assert outcome.kind is FailureKind.OUT_OF_MEMORY


def test_a_broken_answer_is_a_failure_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marktplatz.usecases.solving.nursery.IS_POSSIBLE", False)
    monkeypatch.setattr("marktplatz.usecases.solving.process._COMMAND", (sys.executable, "-c", "print('hello')"))
    outcome = run(pack_market(SMALL))
    assert isinstance(outcome, Failed)
    assert outcome.kind is FailureKind.INTERNAL


def test_a_process_that_cannot_be_started_is_a_failure_and_no_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marktplatz.usecases.solving.nursery.IS_POSSIBLE", False)
    monkeypatch.setattr("marktplatz.usecases.solving.process._COMMAND", ("no-such-program",))
    outcome = run(pack_market(SMALL))
    assert isinstance(outcome, Failed)
    assert outcome.kind is FailureKind.INTERNAL


def test_secrets_of_the_service_do_not_reach_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARKTPLATZ_SECRET", "x")
    with solving(slow_market()) as solve:
        environment = Path(f"/proc/{solve.pid}/environ").read_bytes()
    assert b"MARKTPLATZ_" not in environment


def test_the_process_lets_others_go_first() -> None:
    with solving(slow_market()) as solve:
        wait_until(lambda: solve.progress is not SolvePhase.STARTING)
        assert os.getpriority(os.PRIO_PROCESS, solve.pid or 0) > os.getpriority(os.PRIO_PROCESS, 0)


def test_several_solves_at_once_do_not_disturb_each_other() -> None:
    with solving(slow_market()) as slow, solving(pack_market(SMALL)) as quick, solving(b"{") as wrong:
        assert isinstance(quick.wait(AGES_S), Done)
        assert isinstance(wrong.wait(AGES_S), Invalid)
        assert slow.outcome is None


@pytest.mark.parametrize("nursery", [True, False])
def test_with_a_nursery_and_without_the_plan_is_the_same(monkeypatch: pytest.MonkeyPatch, nursery: bool) -> None:
    monkeypatch.setattr("marktplatz.usecases.solving.nursery.IS_POSSIBLE", nursery)
    outcome = run(pack_market(SMALL), Propose(language="en", input_sha256=content_sha256(SMALL)))
    assert isinstance(outcome, Done)
    assert without_clock(outcome.plan) == propose_pairings(gather(SMALL), solver=name_solver(), language="en")


def test_a_lost_nursery_takes_no_solve_along_and_is_replaced() -> None:
    with solving(slow_market()) as slow:
        wait_until(lambda: slow.progress is SolvePhase.EXPLAINING)
        parent = int(Path(f"/proc/{slow.pid}/stat").read_text("ascii").rpartition(")")[2].split()[1])
        assert parent != os.getpid()
        assert threads_of(parent) == 1, "only a process without threads is safely split"
        os.kill(parent, signal.SIGKILL)
        assert isinstance(run(pack_market(SMALL)), Done)
        assert slow.outcome is None
        slow.cancel()
        assert slow.wait(10) == Cancelled()
        wait_until(lambda: is_gone(slow.pid or 0))


def threads_of(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


PARENT = """
import sys, time
from marktplatz.usecases.solving import Propose, start_solve
solve = start_solve(sys.stdin.buffer.read(), Propose())
while solve.progress != "explaining":
    time.sleep(0.01)
print(solve.pid, flush=True)
time.sleep(600)
"""


def test_the_process_is_gone_soon_after_its_parent_was_killed(tmp_path: Path) -> None:
    market = tmp_path / "market.json"
    market.write_bytes(slow_market())
    with (
        market.open("rb") as content,
        subprocess.Popen([sys.executable, "-c", PARENT], stdin=content, stdout=subprocess.PIPE, text=True) as parent,
    ):
        assert parent.stdout is not None
        pid = json.loads(parent.stdout.readline())
        assert not is_gone(pid)
        parent.kill()
    wait_until(lambda: is_gone(pid), patience_s=5)
