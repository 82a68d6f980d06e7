"""solve() as its users see it: small stories, larger markets on both ways, and what a time limit may do."""

import numpy as np
import pytest
from oracle import find_optimum
from strategies import Key, Market, make_market

from marktplatz.matching import Pair, Problem, find_violations, linear_model, solve
from marktplatz.matching.full_model import solve_full_model
from marktplatz.matching.rest import find_rest
from marktplatz.matching.solve import find_tie_costs, safe_served_weight
from marktplatz.vocabulary import PlanStatus


def plan_of(problem: Problem, **options) -> set[Key]:
    assignment = solve(problem, **options)
    assert find_violations(problem, assignment) == []
    return {(pair.offer, pair.need) for pair in assignment.pairs(problem)}


def two_by_two(*points: int, **rules) -> Market:
    """Two companies with an offer each, two nonprofits with a need each; points of a-s, a-t, b-s, b-t, negative for no pair."""
    keys = [("a", "s"), ("a", "t"), ("b", "s"), ("b", "t")]
    return Market(
        companies=("alpha", "beta"),
        nonprofits=("sun", "tree"),
        offers={"a": "alpha", "b": "beta"},
        needs={"s": "sun", "t": "tree"},
        pairs=tuple(Pair(*key, worth) for key, worth in zip(keys, points, strict=True) if worth >= 0),
        **rules,
    )


def test_serving_one_more_outweighs_any_points():
    assert plan_of(two_by_two(1000, 1, 1, -1).problem()) == {("a", "t"), ("b", "s")}


def test_among_equals_in_served_the_points_decide():
    assert plan_of(two_by_two(500, 400, 400, 301).problem()) == {("a", "s"), ("b", "t")}
    assert plan_of(two_by_two(500, 400, 401, 300).problem()) == {("a", "t"), ("b", "s")}


def chain(length: int, *, companies_first: bool, ends_alone: bool) -> Market:
    """Partners at 1000 points each; to serve the last one (z) everybody has to move on to the next at 0 points.

    The far end is either an organisation that is alone so far or one that has a partner and takes a second.
    """
    first, second = [f"p{i}" for i in range(length + 1)], [f"q{i}" for i in range(length + 1 - ends_alone)]
    pairs = [Pair(f"a{i}", f"b{i}", 1000) for i in range(len(second))]
    pairs += [Pair(f"a{i + 1}", f"b{i}", 0) for i in range(length)] + [Pair("a0", "bz", 0)]
    kinds = (first, [*second, "z"]) if companies_first else ([*second, "z"], first)
    return Market(
        companies=tuple(kinds[0]),
        nonprofits=tuple(kinds[1]),
        offers={f"a{i}": giver for i, giver in enumerate(first)},
        needs={f"b{i}": taker for i, taker in enumerate(second)} | {"bz": "z"},
        pairs=tuple(pairs),
        capacity={f"a{length}": 2},
        max_agreements=dict.fromkeys(first[:-1], 1),
    )


@pytest.mark.parametrize("ends_alone", [True, False])
@pytest.mark.parametrize("companies_first", [True, False])
@pytest.mark.parametrize("length", [1, 2, 3, 5, 9])
def test_serving_one_more_outweighs_the_points_of_a_whole_chain(length, companies_first, ends_alone):
    problem = chain(length, companies_first=companies_first, ends_alone=ends_alone).problem()
    assignment = solve(problem)
    assert find_violations(problem, assignment) == []
    assert (assignment.served, assignment.method) == (len(problem.organisations), "flow")
    assert assignment.points == (0 if ends_alone else 1000)


def test_pairs_of_no_points_are_chosen_where_they_serve_somebody():
    assert plan_of(two_by_two(0, -1, -1, 0).problem()) == {("a", "s"), ("b", "t")}


def test_a_pair_of_no_points_between_the_served_stays_out():
    market = two_by_two(700, 0, 0, 700, capacity={"a": 2, "t": 2})
    assert plan_of(market.problem()) == {("a", "s"), ("b", "t")}
    assert plan_of(market.problem(), previous=[("a", "t")]) == {("a", "s"), ("b", "t")}
    assert plan_of(market.problem(), previous=[("a", "t")], stay_bonus=100) == {("a", "s"), ("b", "t")}


def test_a_previous_plan_decides_between_equals():
    market = two_by_two(500, 500, 500, 500)
    for plan in ({("a", "s"), ("b", "t")}, {("a", "t"), ("b", "s")}):
        assert plan_of(market.problem(), previous=plan) == plan


def test_a_previous_plan_is_left_for_a_single_point_and_kept_for_a_bonus():
    problem = two_by_two(500, 500, 500, 501).problem()
    before = [("a", "t"), ("b", "s")]
    assert plan_of(problem, previous=before) == {("a", "s"), ("b", "t")}
    assert plan_of(problem, previous=before, stay_bonus=1) == set(before)


def test_a_bonus_never_costs_an_organisation():
    problem = two_by_two(900, 0, 0, -1).problem()
    assert plan_of(problem, previous=[("a", "s")], stay_bonus=100_000) == {("a", "t"), ("b", "s")}


def test_with_a_bonus_the_bound_shows_what_stability_costs():
    problem = two_by_two(500, 450, 450, 500).problem()
    assignment = solve(problem, previous=[("a", "t"), ("b", "s")], stay_bonus=100)
    assert (assignment.points, assignment.bound_points) == (900, 1000)


def test_a_bonus_keeps_no_idle_pair_and_the_rest_is_still_best():
    """All three pairs would have the most points and bonuses, but leave one idle; without it these two are best."""
    market = Market(
        companies=("forge",),
        nonprofits=("choir", "club"),
        offers={"sing": "choir", "weld": "forge"},
        needs={"stage": "choir", "walls": "club"},
        pairs=(Pair("sing", "walls", 0), Pair("weld", "walls", 0), Pair("weld", "stage", 1)),
        capacity={"sing": 2, "weld": 2, "walls": 2},
    )
    kept = {("sing", "walls"), ("weld", "walls")}
    assert plan_of(market.problem(), previous=kept, stay_bonus=2) == kept


def test_where_the_nearest_optimum_holds_an_idle_pair_the_nearest_without_one_is_chosen():
    """Keeping both earlier pairs would be nearest, but one of them is idle then; dropping it afterwards is not good enough."""
    keys = (("a2", "b0"), ("a2", "b2"), ("a0", "b0"), ("a0", "b2"), ("a0", "b1"), ("a1", "b1"))
    market = Market(
        companies=("c0", "c1", "c2"),
        nonprofits=("n0",),
        offers={"a0": "c2", "a1": "n0", "a2": "c0"},
        needs={"b0": "n0", "b1": "c1", "b2": "n0"},
        pairs=tuple(Pair(*key, 0) for key in keys),
        capacity={"a0": 3, "a1": 2, "a2": 2, "b0": 2, "b1": 3, "b2": 3},
        max_pairs_between=3,
    )
    previous = {("a0", "b0"), ("a0", "b2")}
    plan = plan_of(market.problem(), previous=previous)
    assert len(plan ^ previous) == find_optimum(market, previous).least_change == 3


def test_pricing_columns_in_later_still_finds_the_previous_plan(monkeypatch):
    """In this market the few first columns hold no optimum at all; a soak run found it, with few columns as if it were large."""
    market = Market(
        companies=("c1", "c2"),
        nonprofits=("n0", "n1"),
        offers={"a1": "c2", "a2": "n0", "a3": "n1"},
        needs={"b0": "c2", "b1": "c1"},
        pairs=tuple(Pair(*key, 500) for key in (("a1", "b1"), ("a2", "b0"), ("a2", "b1"), ("a3", "b0"), ("a3", "b1"))),
        capacity={"a1": 2, "a2": 2, "a3": 3, "b0": 2, "b1": 3},
        max_agreements={"c1": 3, "c2": 2, "n0": 2, "n1": 2},
        pinned=(("a2", "b0"),),
        max_pairs_between=None,
    )
    plan = {("a2", "b0"), ("a2", "b1"), ("a3", "b0"), ("a3", "b1")}
    monkeypatch.setattr(linear_model, "_ALL_COLUMNS", 3)
    monkeypatch.setattr(linear_model, "_BEST_PER_ENTRY", 1)
    assert plan_of(market.problem(), previous=plan) == plan


def test_a_market_in_which_nothing_is_possible_serves_nobody():
    for market in (
        Market(nonprofits=("n",)),
        Market(companies=("c",), nonprofits=("n",), offers={"a": "c"}, needs={"b": "n"}),
        two_by_two(500, 500, 500, 500, max_agreements={"alpha": 0, "beta": 0}),
        two_by_two(500, 500, 500, 500, max_pairs_between=0),
        two_by_two(500, -1, -1, -1, forbidden=(("a", "s"),)),
    ):
        assignment = solve(market.problem(), previous=[("a", "s")])
        assert (assignment.status, assignment.served, assignment.points) == (PlanStatus.OPTIMAL, 0, 0)


def test_a_market_of_pins_alone_is_optimal_as_it_is():
    market = two_by_two(0, -1, -1, 7, pinned=(("a", "s"), ("b", "t")))
    assert plan_of(market.problem()) == {("a", "s"), ("b", "t")}


@pytest.mark.parametrize("top", [1000, 1])
def test_a_large_market_has_the_same_value_as_a_flow_and_as_a_full_model(top):
    market = make_market(np.random.default_rng(top), (300, 300), top=top, max_pairs_between=None)
    problem = market.problem()
    assignment = solve(problem)
    assert find_violations(problem, assignment) == []
    assert assignment.method == "flow"
    rest = find_rest(problem)
    worth, nobody = problem.points[rest.pairs], np.zeros(len(rest.pairs), dtype=np.bool_)
    costs = np.concatenate([find_tie_costs(rest, nobody, 10), np.zeros(len(problem.organisations), dtype=np.int64)])
    weight = safe_served_weight(rest, worth)
    solution = solve_full_model(rest, worth, weight, costs, None)
    assert solution.is_proven
    assert solution.bound == weight * assignment.served + assignment.points
    assert worth[solution.chosen].sum() == assignment.points


def test_a_large_market_s_own_plan_as_previous_changes_nothing():
    problem = make_market(np.random.default_rng(3), (300, 300), top=2).problem()
    plan = plan_of(problem)
    assert plan_of(problem, previous=plan) == plan


@pytest.fixture(name="within_kind")
def make_within_kind() -> Problem:
    """Seed 1 needs several rounds of cuts, so that a short time ends between two of them."""
    return make_market(np.random.default_rng(1), (60, 60), within_kind=True, degree=6.0, most=2).problem()


def test_without_time_a_market_within_a_kind_is_feasible_with_a_bound(within_kind):
    best, hurried = solve(within_kind), solve(within_kind, time_limit_s=1e-9)
    assert find_violations(within_kind, hurried) == []
    assert hurried.status is PlanStatus.FEASIBLE
    assert (hurried.bound_served, hurried.bound_points) >= (best.served, best.points) >= (hurried.served, hurried.points)


@pytest.mark.parametrize("time_limit_s", [0.005, 0.01, 0.02, 0.03, 0.04, 0.06, 0.08, 0.12, 10.0])
def test_whenever_the_time_ends_the_answer_keeps_the_rules_and_its_bound(within_kind, time_limit_s):
    best, hurried = solve(within_kind), solve(within_kind, time_limit_s=time_limit_s)
    assert find_violations(within_kind, hurried) == []
    assert (hurried.bound_served, hurried.bound_points) >= (best.served, best.points) >= (hurried.served, hurried.points)
    if hurried.status is PlanStatus.OPTIMAL:
        assert (hurried.served, hurried.points) == (best.served, best.points)


def test_the_time_limit_leaves_a_flow_market_alone():
    problem = two_by_two(500, 400, 400, 301).problem()
    assert solve(problem, time_limit_s=1e-9).status is PlanStatus.OPTIMAL
