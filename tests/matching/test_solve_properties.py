"""solve() on thousands of small markets against an oracle that tries every plan."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from oracle import exclusion_of, find_optimum, idle_pairs, refusals
from strategies import Key, Market, examples, markets, previous_plans

from marktplatz.matching import Assignment, Problem, find_violations, linear_model, solve
from marktplatz.vocabulary import PlanStatus

BONUSES = st.sampled_from([1, 2, 250, 500, 1000, 5000])


def solve_market(market: Market, **options) -> tuple[Assignment, frozenset[Key]]:
    problem = market.problem()
    assignment = solve(problem, **options)
    assert find_violations(problem, assignment) == []
    return assignment, plan_of(problem, assignment)


def plan_of(problem: Problem, assignment: Assignment) -> frozenset[Key]:
    return frozenset((pair.offer, pair.need) for pair in assignment.pairs(problem))


def holds_its_pins(market: Market) -> Market:
    assume(not refusals(market))
    return market


possible_markets = markets().map(holds_its_pins)


@examples(300)
@given(possible_markets)
def test_no_plan_serves_more_or_has_more_points(market):
    assignment, plan = solve_market(market)
    best = find_optimum(market)
    assert (assignment.served, assignment.points) == (best.served, best.total)
    assert plan in best.plans


@examples(100)
@given(possible_markets)
def test_the_bound_is_the_value_and_the_status_optimal(market):
    assignment, _ = solve_market(market)
    assert assignment.status is PlanStatus.OPTIMAL
    assert (assignment.bound_served, assignment.bound_points) == (assignment.served, assignment.points)


@examples(100)
@given(possible_markets)
def test_every_pin_is_in_and_no_idle_pair_is(market):
    _, plan = solve_market(market)
    assert set(market.pinned) <= plan
    assert idle_pairs(market, plan) == []
    assert all(exclusion_of(market, key) is None for key in plan)


@examples(300)
@given(st.data(), possible_markets)
def test_no_other_optimum_is_nearer_to_the_previous_plan(data, market):
    previous = data.draw(previous_plans(market))
    assignment, plan = solve_market(market, previous=previous)
    best = find_optimum(market, previous)
    assert (assignment.served, assignment.points) == (best.served, best.total)
    assert len(plan ^ set(previous)) == best.least_change


@examples(300)
@given(st.data(), possible_markets, BONUSES)
def test_with_a_bonus_no_plan_has_more_points_and_bonuses_together(data, market, bonus):
    previous = data.draw(previous_plans(market))
    assignment, plan = solve_market(market, previous=previous, stay_bonus=bonus)
    best, free = find_optimum(market, previous, bonus), find_optimum(market)
    total = assignment.points + bonus * len(plan & set(previous))
    assert (assignment.status, assignment.served, total) == (PlanStatus.OPTIMAL, best.served, best.total)
    assert len(plan ^ set(previous)) == best.least_change
    assert (assignment.bound_served, assignment.bound_points) == (free.served, free.total)


@examples(120)
@given(st.data(), possible_markets, st.randoms(use_true_random=False))
def test_the_order_of_the_input_never_matters(data, market, random):
    previous = data.draw(previous_plans(market))
    _, plan = solve_market(market, previous=previous)
    assert solve_market(market.shuffled(random), previous=previous[::-1])[1] == plan


@examples(120)
@given(st.data(), markets(min_pairs=1).map(holds_its_pins))
def test_adding_an_eligible_pair_never_lowers_the_result(data, market):
    removable = [pair for pair in market.pairs if (pair.offer, pair.need) not in market.pinned]
    assume(removable)
    removed = data.draw(st.sampled_from(removable))
    poorer, _ = solve_market(replace(market, pairs=tuple(pair for pair in market.pairs if pair != removed)))
    richer, _ = solve_market(market)
    assert (richer.served, richer.points) >= (poorer.served, poorer.points)


@examples(100)
@given(st.data(), possible_markets)
def test_the_same_problem_twice_gives_the_same_plan(data, market):
    problem, previous = market.problem(), data.draw(previous_plans(market))
    first, second = solve(problem, previous=previous), solve(problem, previous=previous)
    assert first.chosen.tolist() == second.chosen.tolist()


@examples(120)
@given(possible_markets, st.sampled_from([0, 1, 1000]))
def test_solving_again_with_its_own_plan_as_previous_changes_nothing(market, bonus):
    _, plan = solve_market(market)
    assert solve_market(market, previous=sorted(plan), stay_bonus=bonus)[1] == plan


@examples(100)
@given(st.data(), possible_markets)
def test_a_previous_plan_without_a_bonus_never_costs_anything(data, market):
    free, _ = solve_market(market)
    stable, _ = solve_market(market, previous=data.draw(previous_plans(market)))
    assert (stable.served, stable.points) == (free.served, free.points)


@examples(100)
@given(st.data(), possible_markets)
def test_a_search_that_prices_most_columns_in_later_ends_at_the_same_optimum(data, market):
    """As in markets of more than 15,000 pairs that are no network."""
    previous = data.draw(previous_plans(market))
    with pytest.MonkeyPatch.context() as smaller:
        smaller.setattr(linear_model, "_ALL_COLUMNS", 2)
        smaller.setattr(linear_model, "_BEST_PER_ENTRY", 1)
        assignment, plan = solve_market(market, previous=previous)
    best = find_optimum(market, previous)
    assert (assignment.served, assignment.points, len(plan ^ set(previous))) == (best.served, best.total, best.least_change)
