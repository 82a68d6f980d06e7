"""Parity cuts: no whole plan breaks one, the fractional solution they were found for breaks each."""

from collections.abc import Iterable

import numpy as np
import pytest
from oracle import plans
from scipy.optimize import linprog
from strategies import Market, make_market

from marktplatz.matching import Pair
from marktplatz.matching.parity import build_parity_graph, find_parity_cuts
from marktplatz.matching.rest import Rest, find_rest

FEW = 10


def circle(length: int, maximum: int = 1) -> Market:
    """Nonprofits in a circle, each gives to the next."""
    clubs = [f"n{i}" for i in range(length)]
    return Market(
        nonprofits=tuple(clubs),
        offers={f"a{i}": club for i, club in enumerate(clubs)},
        needs={f"b{i}": club for i, club in enumerate(clubs)},
        pairs=tuple(Pair(f"a{i}", f"b{(i + 1) % length}", 500) for i in range(length)),
        max_agreements=dict.fromkeys(clubs, maximum),
        max_pairs_between=None,
    )


def saturated(clubs: int) -> Market:
    """Everybody could deal with everybody, once, and their number is odd."""
    names = [f"n{i}" for i in range(clubs)]
    pairs = [Pair(f"a{i}", f"b{j}", 100 + i * j) for i in range(clubs) for j in range(clubs) if i < j]
    return Market(
        nonprofits=tuple(names),
        offers={f"a{i}": club for i, club in enumerate(names)},
        needs={f"b{i}": club for i, club in enumerate(names)},
        pairs=tuple(pairs[:FEW]),
        max_agreements=dict.fromkeys(names, 1),
    )


def relax(rest: Rest, gains: np.ndarray, cuts: Iterable[tuple] = ()) -> np.ndarray:
    """A vertex of the linear relaxation in the model's columns: free pairs, then served organisations."""
    problem, free = rest.problem, len(rest.pairs)
    rows, limits = [], []
    for counters, tops in (
        ([rest.offer], rest.offer_left),
        ([rest.need], rest.need_left),
        ([rest.giving, rest.taking], rest.organisation_left),
        ([rest.partners], rest.partners_left),
    ):
        for counter, top in enumerate(tops):
            uses = sum((member == counter).astype(float) for member in counters)
            rows.append([*uses, *np.zeros(len(problem.organisations))])
            limits.append(top)
    for organisation in range(len(problem.organisations)):
        uses = (rest.giving == organisation).astype(float) + (rest.taking == organisation)
        served = np.zeros(len(problem.organisations))
        served[organisation] = 1
        rows.append([*-uses, *served])
        limits.append(0)
    for row, limit in cuts:
        rows.append(row.toarray()[0])
        limits.append(limit)
    tops = np.concatenate([np.ones(free), rest.counted & (rest.organisation_left > 0)])
    answer = linprog(-gains, A_ub=np.array(rows), b_ub=limits, bounds=np.stack([np.zeros(len(tops)), tops], axis=1))
    assert answer.status == 0
    return answer.x


def whole_solutions(market: Market, rest: Rest) -> list[np.ndarray]:
    """Every plan of the oracle in the model's columns; an organisation counts as served if it newly is."""
    problem = rest.problem
    usable = rest.counted & (rest.organisation_left > 0)
    free = [(problem.pair(line).offer, problem.pair(line).need) for line in rest.pairs]
    solutions = []
    for plan in plans(market):
        chosen = np.array([key in plan for key in free])
        served = np.zeros(len(problem.organisations))
        served[rest.giving[chosen]] = served[rest.taking[chosen]] = 1
        solutions.append(np.concatenate([chosen, served * usable]))
    return solutions


def check_cuts(market: Market, gains: np.ndarray, rest: Rest) -> int:
    """Check every cut of one fractional solution and tell how many there were."""
    solution = relax(rest, gains)
    cuts = find_parity_cuts(build_parity_graph(rest), solution)
    whole = np.array(whole_solutions(market, rest))
    for row, limit in cuts:
        assert (row @ solution).item() > limit + 1e-4
        assert np.all(row @ whole.T <= limit)
    return len(cuts)


def gains_of(rest: Rest, weight: int) -> np.ndarray:
    return np.concatenate([rest.problem.points[rest.pairs], np.full(len(rest.problem.organisations), weight)]).astype(float)


@pytest.mark.parametrize("length", [3, 5, 7, 9])
def test_an_odd_circle_has_a_cut_that_every_whole_plan_keeps(length):
    rest = find_rest(circle(length).problem())
    half = np.concatenate([np.full(length, 0.5), np.ones(length)])
    assert np.allclose(relax(rest, gains_of(rest, 1_000)), half)
    assert check_cuts(circle(length), gains_of(rest, 1_000), rest) >= 1


def test_an_odd_sum_of_maxima_has_a_cut_that_every_whole_plan_keeps():
    rest = find_rest(saturated(5).problem())
    assert check_cuts(saturated(5), gains_of(rest, 5_000), rest) >= 1


@pytest.mark.parametrize("market", [circle(3), circle(7), saturated(5)], ids=["triangle", "heptagon", "odd sum"])
def test_cuts_lower_the_relaxation_s_bound_but_never_below_the_best_whole_plan(market):
    rest = find_rest(market.problem())
    graph, gains, cuts = build_parity_graph(rest), gains_of(rest, 5_000), []
    solution = relax(rest, gains)
    bounds = [gains @ solution]
    while fresh := find_parity_cuts(graph, solution):
        cuts += fresh
        solution = relax(rest, gains, cuts)
        bounds.append(gains @ solution)
    best = max(gains @ whole for whole in whole_solutions(market, rest))
    assert best - 1e-6 <= bounds[-1] < bounds[0] - 1


def test_a_whole_solution_breaks_no_cut():
    market = saturated(5)
    rest = find_rest(market.problem())
    graph = build_parity_graph(rest)
    assert all(find_parity_cuts(graph, solution.astype(float)) == [] for solution in whole_solutions(market, rest))


def test_random_markets_within_a_kind_get_only_cuts_that_every_whole_plan_keeps():
    rng = np.random.default_rng(7)
    found = 0
    for number in range(150):
        market = make_market(
            rng, (2, 4), within_kind=True, degree=2.2, most=2, pins=number % 3, max_pairs_between=(1, 2, None)[number % 3]
        )
        rest = find_rest(market.problem())
        if 3 <= len(rest.pairs) <= FEW:
            for weight in (0, 1, 4_000):
                gains = gains_of(rest, weight)
                found += check_cuts(market, gains, rest)
                found += check_cuts(market, rng.permutation(gains), rest)
    assert found >= 50
