"""A warm process answers from what it is asked alone; whatever happens to it, the next question is answered."""

import os
import signal
from collections.abc import Iterator

import pytest

from factories import make_scored_market
from marktplatz.matching.gather import gather
from marktplatz.usecases.replanning import replan_day
from marktplatz.usecases.solving import Done, Propose, pack_market, start_solve
from marktplatz.usecases.solving.warm_jobs import Load, Replan, WarmAnswer
from marktplatz.usecases.solving.warm_process import NoAnswerError, WarmProcess

MARKET = make_scored_market({("c1.paint", "n1.walls"): 900, ("c2.brush", "n1.walls"): 700, ("c2.brush", "n2.rooms"): 500})
OTHER = make_scored_market({("c1.paint", "n1.walls"): 100})
PACKED = pack_market(MARKET)
JOB = Replan(away=("c1",), concerned=("c1",), previous=(("c1.paint", "n1.walls"), ("c2.brush", "n2.rooms")))
MEMORY = 2 * 1024**3
AGES_S = 100.0


@pytest.fixture
def process() -> Iterator[WarmProcess]:
    made = WarmProcess(MEMORY, 0)
    yield made
    made.end()


def test_it_answers_as_the_same_deed_does_in_this_process(process: WarmProcess) -> None:
    assert process.ask("m", PACKED, Load(), AGES_S) == WarmAnswer()
    answer = process.ask("m", PACKED, JOB, AGES_S).replanned
    assert answer is not None
    here = replan_day(gather(MARKET), JOB)
    assert answer.model_copy(update={"solve_ms": 0}) == here.model_copy(update={"solve_ms": 0})


def test_after_its_death_or_nonsense_the_next_question_is_answered(process: WarmProcess) -> None:
    first = process.ask("m", PACKED, JOB, AGES_S).replanned
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(NoAnswerError):
        process.ask("nobody", b'{"format": "something else"}', JOB, AGES_S)
    again = process.ask("m", PACKED, JOB, AGES_S).replanned
    assert first is not None
    assert again is not None
    assert again.went == first.went


def test_who_is_too_slow_is_ended(process: WarmProcess) -> None:
    with pytest.raises(NoAnswerError):
        process.ask("m", PACKED, JOB, 0.001)
    assert process.pid is None


def test_after_the_end_there_is_no_answer_and_no_process(process: WarmProcess) -> None:
    process.end()
    with pytest.raises(NoAnswerError):
        process.ask("m", PACKED, JOB, AGES_S)
    assert process.pid is None


def test_a_plan_is_the_same_as_from_a_process_of_its_own(process: WarmProcess) -> None:
    job = Propose(previous=JOB.previous, time_limit_s=AGES_S)
    process.ask("other", pack_market(OTHER), Load(), AGES_S)
    plan = process.ask("m", PACKED, job, AGES_S).plan
    alone = start_solve(PACKED, job).wait(AGES_S)
    assert isinstance(alone, Done)
    assert plan is not None
    assert plan.model_copy(update={"solver": None}) == alone.plan.model_copy(update={"solver": None})


def test_it_is_born_where_others_are_born_and_started_anew_where_that_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marktplatz.usecases.solving.nursery.IS_POSSIBLE", False)
    made = WarmProcess(MEMORY, 0)
    try:
        assert made.ask("m", PACKED, JOB, AGES_S).replanned is not None
    finally:
        made.end()
