"""solve() on random markets against a plain integer programme, solved in two stages by HiGHS: served first, then points."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from oracle import EXCLUDING, exclusion_of
from scipy.optimize import Bounds, LinearConstraint, milp
from strategies import Market, make_market

from marktplatz.matching import Pair, find_violations, solve
from marktplatz.vocabulary import PlanStatus

SHAPES = {
    "square": ((40, 40), {}),
    "lopsided": ((1, 40), {"degree": 20.0, "most": 9}),
    "lopsided, no limit between": ((1, 40), {"degree": 20.0, "most": 9, "max_pairs_between": None}),
    "tied": ((25, 25), {"top": 2}),
    "worthless": ((20, 20), {"top": 0}),
    "worthless within kind": ((0, 25), {"top": 0, "within_kind": True}),
    "two between": ((12, 12), {"max_pairs_between": 2, "degree": 9.0}),
    "no limit between": ((12, 12), {"max_pairs_between": None, "degree": 9.0}),
    "few partners": ((3, 3), {"degree": 4.0, "most": 6, "max_pairs_between": 2}),
    "within kind": ((20, 20), {"within_kind": True}),
    "within kind, small maxima": ((20, 20), {"within_kind": True, "most": 1, "degree": 3.0}),
    "within kind, two between": ((15, 15), {"within_kind": True, "max_pairs_between": 2, "top": 3}),
    "one kind only": ((0, 40), {"within_kind": True, "most": 2}),
    "pins": ((30, 30), {"pins": 6}),
    "pins within kind": ((20, 20), {"pins": 6, "within_kind": True, "max_pairs_between": None}),
}


def solve_as_milp(market: Market) -> tuple[int, int]:
    """(served, points) of a best plan: a column per eligible pair and per organisation, a row per limit."""
    pairs = [pair for pair in market.pairs if exclusion_of(market, (pair.offer, pair.need)) is None]
    organisations = (*market.companies, *market.nonprofits)
    if not pairs:
        return 0, 0
    width = len(pairs) + len(organisations)
    rows: dict = defaultdict(lambda: np.zeros(width))
    limits: dict = {}
    for column, pair in enumerate(pairs):
        giver, taker = market.offers[pair.offer], market.needs[pair.need]
        for entry in (pair.offer, pair.need):
            rows[entry][column], limits[entry] = 1, market.capacity.get(entry, 1)
        for organisation in (giver, taker):
            rows["max", organisation][column], limits["max", organisation] = 1, market.max_agreements.get(organisation, width)
            rows["served", organisation][column] = -1
        both = frozenset((giver, taker))
        rows[both][column], limits[both] = 1, width if market.max_pairs_between is None else market.max_pairs_between
    for column, organisation in enumerate(organisations, start=len(pairs)):
        rows["served", organisation][column], limits["served", organisation] = 1, 0
    matrix, tops = np.array(list(rows.values())), np.array([limits[key] for key in rows], dtype=np.float64)
    pinned = np.array([(pair.offer, pair.need) in market.pinned for pair in pairs] + [False] * len(organisations))
    serves = np.repeat([0.0, 1.0], [len(pairs), len(organisations)])
    points = np.array([pair.points for pair in pairs] + [0] * len(organisations), dtype=np.float64)
    rules = [LinearConstraint(matrix, -np.inf, tops)]
    served = _maximise(serves, rules, pinned)
    return served, _maximise(points, [*rules, LinearConstraint(serves[np.newaxis, :], served, np.inf)], pinned)


def _maximise(gains: np.ndarray, rules: list[LinearConstraint], pinned: np.ndarray) -> int:
    answer = milp(
        -gains, constraints=rules, bounds=Bounds(pinned, 1), integrality=np.ones(len(gains)), options={"mip_rel_gap": 0.0}
    )
    assert answer.status == 0
    return round(-answer.fun)


def agrees_with_milp(market: Market) -> None:
    problem = market.problem()
    assignment = solve(problem)
    assert find_violations(problem, assignment) == []
    assert assignment.status is PlanStatus.OPTIMAL
    assert (assignment.served, assignment.points) == solve_as_milp(market)
    assert (assignment.bound_served, assignment.bound_points) == (assignment.served, assignment.points)


def ring(length: int, *, points: int = 500, chords: int = 0, maximum: int = 1) -> Market:
    """Nonprofits in a circle, each gives to the next ones: odd circles make the relaxation fractional."""
    clubs = [f"n{i:02}" for i in range(length)]
    pairs = [Pair(f"a{i:02}", f"b{(i + step) % length:02}", points) for i in range(length) for step in range(1, 2 + chords)]
    return Market(
        nonprofits=tuple(clubs),
        offers={f"a{i:02}": club for i, club in enumerate(clubs)},
        needs={f"b{i:02}": club for i, club in enumerate(clubs)},
        pairs=tuple(pairs),
        capacity={f"{side}{i:02}": 3 for side in "ab" for i in range(length)},
        max_agreements=dict.fromkeys(clubs, maximum),
    )


def side_by_side(*parts: Market) -> Market:
    """Several markets of nonprofits as one, with a prefix each."""
    whole = Market()
    for number, part in enumerate(parts):
        whole = Market(
            nonprofits=(*whole.nonprofits, *(f"{number}{club}" for club in part.nonprofits)),
            offers=whole.offers | {f"{number}{offer}": f"{number}{club}" for offer, club in part.offers.items()},
            needs=whole.needs | {f"{number}{need}": f"{number}{club}" for need, club in part.needs.items()},
            pairs=(*whole.pairs, *(Pair(f"{number}{p.offer}", f"{number}{p.need}", p.points) for p in part.pairs)),
            capacity=whole.capacity | {f"{number}{entry}": limit for entry, limit in part.capacity.items()},
            max_agreements=whole.max_agreements | {f"{number}{club}": limit for club, limit in part.max_agreements.items()},
        )
    return whole


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("shape", SHAPES)
def test_a_random_market_gets_the_same_served_and_points(shape, seed):
    size, options = SHAPES[shape]
    agrees_with_milp(make_market(np.random.default_rng([seed, *map(ord, shape)]), size, **options))


@pytest.mark.parametrize("maximum", [1, 2, 3])
@pytest.mark.parametrize("length", [3, 5, 7])
def test_an_odd_circle_within_one_kind_gets_the_same_served_and_points(length, maximum):
    agrees_with_milp(ring(length, maximum=maximum))
    agrees_with_milp(ring(length, maximum=maximum, points=0))


def test_two_pentagons_and_a_triangle_side_by_side_get_the_same_served_and_points():
    agrees_with_milp(side_by_side(ring(5), ring(5, points=1), ring(3, points=1000)))


@pytest.mark.parametrize("maximum", [1, 3])
def test_a_saturated_market_whose_maxima_have_an_odd_sum_gets_the_same_served_and_points(maximum):
    agrees_with_milp(ring(9, chords=7, maximum=maximum))
    agrees_with_milp(ring(11, chords=3, maximum=maximum, points=0))


def test_an_empty_market_is_solved_and_serves_nobody():
    for market in (Market(), Market(companies=("c0",)), Market(companies=("c0",), nonprofits=("n0",), offers={"a0": "c0"})):
        agrees_with_milp(market)


def test_every_exclusion_keeps_its_pair_out():
    market = make_market(np.random.default_rng(5), (15, 15), within_kind=True, degree=8.0)
    keys = market.listed
    excluded = replace(market, forbidden=tuple(keys[::3]), no_thanks=tuple(keys[1::7]), same_owner=tuple(keys[2::11]))
    assert {exclusion_of(excluded, key) for key in keys} == {None, *EXCLUDING}
    agrees_with_milp(excluded)
