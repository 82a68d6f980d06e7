"""What an organiser is told: which steps are next in which state, and whether an evening fits into its time. Pure values."""

from dataclasses import replace
from datetime import date
from typing import Final

import pytest

from marktplatz.usecases.checklist import MarketState, Step, find_next, list_steps
from marktplatz.usecases.evening import measure_evening
from marktplatz.usecases.profiles import ProfileValue
from marktplatz.vocabulary import Phase, Trading

NEW: Final = MarketState(
    phase=Phase.DRAFT,
    today=date(2027, 3, 1),
    day=date(2027, 3, 11),
    deadline=date(2027, 2, 25),
    missing=("venue", "town"),
    companies=0,
    nonprofits=0,
    offers=0,
    needs=0,
    submitted_organisations=0,
    submitted_entries=0,
    waiting=0,
    unsorted=0,
    unconfirmed=0,
    members=0,
    has_imprint=False,
    has_about=False,
    has_proposals=False,
)
READY: Final = replace(NEW, missing=(), members=2, has_imprint=True, has_about=True)


def open_steps(state: MarketState) -> list[Step]:
    return [step.step for step in list_steps(state) if not step.is_done]


def test_a_draft_begins_with_what_others_will_see() -> None:
    assert open_steps(NEW) == [Step.EVENT, Step.IMPRINT, Step.ABOUT, Step.TEAM, Step.OPEN]
    assert open_steps(READY) == [Step.OPEN]


def test_what_others_would_notice_comes_first() -> None:
    waiting = replace(READY, phase=Phase.COLLECTING, companies=3, submitted_entries=2, unsorted=1, has_about=False, deadline=None)
    following = find_next(list_steps(waiting))
    assert following is not None
    assert (following.step, following.count) == (Step.APPROVE, 2)


@pytest.mark.parametrize(
    ("change", "step"),
    [
        ({"phase": Phase.COLLECTING}, Step.END_COLLECTING),
        ({"phase": Phase.COLLECTING, "deadline": None, "day": date(2027, 3, 2)}, Step.END_COLLECTING),
        ({"phase": Phase.MATCHING}, Step.PUBLISH),
        ({"phase": Phase.MATCHING, "has_proposals": True, "day": date(2027, 3, 1)}, Step.DAY),
        ({"phase": Phase.DAY, "day": date(2027, 2, 28)}, Step.FOLLOW_UP),
    ],
)
def test_the_calendar_says_when_the_next_phase_is_due(change: dict[str, object], step: Step) -> None:
    following = find_next(list_steps(replace(READY, companies=1, **change)))  # type: ignore[arg-type]
    assert following is not None
    assert following.step is step


def test_while_there_is_time_and_after_the_end_nothing_is_to_be_done() -> None:
    assert open_steps(replace(READY, phase=Phase.COLLECTING, companies=1, deadline=date(2027, 3, 1))) == []
    assert list_steps(replace(NEW, phase=Phase.CLOSED)) == []


@pytest.mark.parametrize(
    ("rounds", "minutes", "needed", "fits"), [(1, 5, 5, True), (9, 4, 44, True), (10, 5, 59, True), (11, 5, 65, False)]
)
def test_between_two_rounds_there_is_a_minute_to_change_tables(rounds: int, minutes: int, needed: int, fits: bool) -> None:
    profile = ProfileValue(begins="18:00", ends="19:00", trading=Trading.ROUNDS, rounds=rounds, round_minutes=minutes, tables=20)
    fit = measure_evening(profile)
    assert fit is not None
    assert (fit.minutes_needed, fit.fits, fit.conversations) == (needed, fits, rounds * 20)
    most = profile.model_copy(update={"rounds": fit.rounds_possible})
    more = profile.model_copy(update={"rounds": fit.rounds_possible + 1})
    assert [found.fits for found in map(measure_evening, (most, more)) if found is not None] == [True, False]


def test_free_trading_and_open_numbers_are_not_measured() -> None:
    assert measure_evening(ProfileValue(rounds=9, round_minutes=4)) is None
    assert measure_evening(ProfileValue(trading=Trading.ROUNDS, rounds=9)) is None
