"""Prices prove a bound whatever they are; two rounds filled anew are never worse and miss nothing between them."""

from dataclasses import replace

import numpy as np
import pytest
from timetable_cases import Case, find_best, make_case

from marktplatz.matching.rounds.exchange import exchange_rounds
from marktplatz.matching.rounds.hall import UNHELD, Hall, build_hall
from marktplatz.matching.rounds.prices import GRAIN, Prices, find_prices

NO_GOAL = 10**18
SEEDS = pytest.mark.parametrize("seed", range(25))


def small_case(seed: int, rounds: int = 3) -> Case:
    return make_case(seed, 3, 3, rounds=rounds, tables=2, candidates=2, absent=0.3, within=seed % 3)


def build(case: Case) -> Hall:
    return build_hall(
        case.problem,
        rounds=case.rounds,
        tables=case.tables,
        pairings=case.pairings,
        attendance=case.attendance,
        break_rounds=case.break_rounds,
    )


@SEEDS
def test_no_prices_whatever_prove_less_than_can_be_reached(seed: int) -> None:
    case, generator = small_case(seed), np.random.default_rng(seed)
    hall, (meets, _, points) = build(case), find_best(case)
    if not len(hall.first):
        return
    found = find_prices(hall, meets)
    some = replace(
        found,
        seat=generator.integers(0, 600 * GRAIN, found.seat.shape),
        table=generator.integers(0, 300 * GRAIN, found.table.shape),
        meeting=int(generator.integers(-500, 500)) * GRAIN,
    )
    assert points <= found.bound
    assert points <= some.bound


def test_prices_prove_more_than_a_relaxation_that_forgets_the_rounds() -> None:
    """Two who are there in turn could talk with a third in two rounds, but each of them only in one."""
    case = make_case(1, 40, 40, rounds=8, tables=40, candidates=15, absent=0.4)
    hall = build(case)
    bounds = case.plan().bound
    loose = Prices(hall, 0, *(np.zeros_like(each) for each in (hall.room, hall.rounds)), 0, np.zeros(hall.allowed.shape)).bound
    assert find_prices(hall, bounds.met_pairings).bound < loose


def test_two_rounds_filled_anew_from_nothing_are_nearly_always_best() -> None:
    best = 0
    for seed in range(40):
        case = small_case(seed, rounds=2)
        hall, most = build(case), find_best(case)
        round_of = exchange_rounds(hall, np.full(len(hall.first), UNHELD), find_prices(hall, most[0]), NO_GOAL)
        held = round_of != UNHELD
        reached = int(hall.meets[held].sum()), int(hall.served(held).sum()), int(hall.points[held].sum())
        assert reached <= most
        best += reached == most
    assert best >= 30, best


def test_an_exchange_never_makes_a_timetable_worse_and_mends_a_bad_one() -> None:
    hall = build(make_case(2, 30, 30, rounds=6, tables=30, candidates=12, absent=0.25))
    prices, value = find_prices(hall, 0), -1
    round_of = np.full(len(hall.first), UNHELD)
    for _ in range(2):
        round_of = exchange_rounds(hall, round_of, prices, NO_GOAL)
        assert hall.value(round_of) >= value
        value = hall.value(round_of)
    assert hall.points[round_of != UNHELD].sum() >= 0.97 * prices.bound
