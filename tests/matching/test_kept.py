"""A kept model answers every question as a cold solve does, whatever it was asked before."""

from dataclasses import replace

import numpy as np
import pytest
from strategies import make_market

from marktplatz.matching.kept import KeptModel
from marktplatz.matching.problem import Problem
from marktplatz.matching.solve import solve
from marktplatz.matching.verify import find_violations


def make_problem(seed: int, size: tuple[int, int] = (14, 12)) -> Problem:
    return make_market(np.random.default_rng(seed), size, within_kind=True, most=2).problem()


def change(problem: Problem, rng: np.random.Generator) -> Problem:
    """Up to three pins, an absence, a lower limit and excluded pairs; the pins may break a rule."""
    pinned = np.zeros_like(problem.pinned)
    pinned[rng.choice(len(pinned), rng.integers(0, 4))] = True
    maxima, capacities = problem.max_agreements.copy(), problem.offer_capacity.copy()
    if rng.random() < 0.4:
        maxima[rng.integers(len(maxima))] = 0
    if rng.random() < 0.4:
        maxima[rng.integers(len(maxima))] = 1
        capacities[rng.integers(len(capacities))] = 1
    exclusions = problem.exclusions.copy()
    exclusions[rng.choice(len(exclusions), rng.integers(0, 4))] = 1
    return replace(problem, pinned=pinned, max_agreements=maxima, offer_capacity=capacities, exclusions=exclusions)


@pytest.mark.parametrize("seed", range(12))
def test_a_question_has_the_answer_of_a_cold_solve(seed: int) -> None:
    problem, rng = make_problem(seed), np.random.default_rng(seed)
    kept = KeptModel(problem)
    plan = [(pair.offer, pair.need) for pair in kept.solve(problem).pairs(problem)]
    for _ in range(12):
        changed = change(problem, rng)
        cold, warm = solve(changed, previous=plan), kept.solve(changed, previous=plan)
        assert (warm.status, warm.refusals) == (cold.status, cold.refusals)
        assert (warm.served, warm.points) == (cold.served, cold.points)
        assert len(set(warm.chosen.tolist()) ^ set(problem.find_pairs(plan).tolist())) == len(
            set(cold.chosen.tolist()) ^ set(problem.find_pairs(plan).tolist())
        )
        if not cold.refusals:
            assert find_violations(changed, warm) == []


def test_an_answer_does_not_depend_on_what_was_asked_before() -> None:
    problem, rng = make_problem(3), np.random.default_rng(1)
    questions = [change(problem, rng) for _ in range(8)]
    one, other = KeptModel(problem), KeptModel(problem)
    forwards = [one.solve(question) for question in questions]
    backwards = [other.solve(question) for question in reversed(questions)][::-1]
    assert [(each.served, each.points) for each in forwards] == [(each.served, each.points) for each in backwards]


def test_a_pinned_pair_stays_though_it_is_worth_nothing() -> None:
    problem = make_problem(5)
    points = problem.points.copy()
    points[::3] = 0
    problem = replace(problem, points=points)
    kept = KeptModel(problem)
    for row in np.flatnonzero((points == 0) & problem.eligible)[:10].tolist():
        pinned = np.zeros_like(problem.pinned)
        pinned[row] = True
        changed = replace(problem, pinned=pinned)
        cold, warm = solve(changed), kept.solve(changed)
        assert (warm.served, warm.points, len(warm.chosen)) == (cold.served, cold.points, len(cold.chosen))
        assert cold.refusals or row in warm.chosen


def test_a_higher_limit_is_another_market() -> None:
    more = make_problem(1)
    problem = replace(more, max_agreements=np.ones_like(more.max_agreements))
    kept = KeptModel(problem)
    assert kept.covers(problem)
    assert not kept.covers(more)
    assert kept.solve(more).points == solve(more).points


def lose(problem: Problem, gone: int) -> Problem:
    """The problem without one organisation and all that is its own, as if it had never been there."""
    organisations = np.delete(np.arange(len(problem.organisations)), gone)
    offers, needs = np.flatnonzero(problem.offer_organisation != gone), np.flatnonzero(problem.need_organisation != gone)
    rows = np.flatnonzero(np.isin(problem.pair_offer, offers) & np.isin(problem.pair_need, needs))
    return Problem(
        organisations=tuple(problem.organisations[at] for at in organisations),
        is_company=problem.is_company[organisations],
        max_agreements=problem.max_agreements[organisations],
        offers=tuple(problem.offers[at] for at in offers),
        offer_organisation=np.searchsorted(organisations, problem.offer_organisation[offers]),
        offer_capacity=problem.offer_capacity[offers],
        needs=tuple(problem.needs[at] for at in needs),
        need_organisation=np.searchsorted(organisations, problem.need_organisation[needs]),
        need_capacity=problem.need_capacity[needs],
        pair_offer=np.searchsorted(offers, problem.pair_offer[rows]),
        pair_need=np.searchsorted(needs, problem.pair_need[rows]),
        points=problem.points[rows],
        exclusions=problem.exclusions[rows],
        pinned=problem.pinned[rows],
        max_pairs_between=problem.max_pairs_between,
    )


@pytest.mark.parametrize("seed", range(6))
def test_who_is_missing_leaves_the_answer_of_a_cold_solve(seed: int) -> None:
    problem, rng = make_problem(seed), np.random.default_rng(seed)
    kept = KeptModel(problem)
    plan = [(pair.offer, pair.need) for pair in kept.solve(problem).pairs(problem)]
    for gone in rng.choice(len(problem.organisations), 6, replace=False).tolist():
        smaller = lose(change(problem, rng), gone)
        assert kept.knows(smaller)
        cold, warm = solve(smaller, previous=plan), kept.solve(smaller, previous=plan)
        assert (warm.status, warm.refusals, warm.served, warm.points) == (cold.status, cold.refusals, cold.served, cold.points)
        stay = set(smaller.find_pairs(plan).tolist())
        assert len(stay ^ set(warm.chosen.tolist())) == len(stay ^ set(cold.chosen.tolist()))
        if not cold.refusals:
            assert find_violations(smaller, warm) == []


def test_what_is_worth_more_or_newly_there_is_another_market() -> None:
    problem = make_problem(1)
    smaller = lose(problem, 0)
    assert not KeptModel(smaller).knows(problem)
    assert not KeptModel(problem).knows(replace(smaller, points=smaller.points + 1))
    assert not KeptModel(problem).knows(replace(smaller, max_pairs_between=smaller.max_pairs_between + 1))
