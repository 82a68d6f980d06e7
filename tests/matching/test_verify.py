"""find_violations() finds every fault by name and none where there is none; told apart by the oracle's own check."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from oracle import faults, refusals, served_by, worth_of
from strategies import Key, Market, examples, markets

from marktplatz.matching import Assignment, Pair, Problem, find_violations, solve
from marktplatz.matching.problem import Refusal
from marktplatz.vocabulary import PlanStatus, Rule

HALL = Market(
    companies=("bank", "forge"),
    nonprofits=("choir", "club"),
    offers={"paint": "bank", "weld": "forge", "sing": "choir"},
    needs={"party": "bank", "stage": "choir", "walls": "club"},
    pairs=(
        Pair("paint", "party", 1),
        Pair("paint", "stage", 400),
        Pair("paint", "walls", 700),
        Pair("sing", "party", 5),
        Pair("weld", "stage", 0),
        Pair("weld", "walls", 100),
    ),
)


def names_of(market: Market, *keys: Key, **changes) -> list[str]:
    """Rules that a plan breaks whose totals are right, unless `changes` say otherwise."""
    problem = market.problem()
    served, points = served_by(market, keys), worth_of(market, keys)
    plan = Assignment(PlanStatus.OPTIMAL, problem.find_pairs(keys), served, points, served, points)
    return [violation.rule for violation in find_violations(problem, replace(plan, **changes))]


def test_a_plan_that_keeps_every_rule_has_no_violations():
    assert names_of(HALL) == []
    assert names_of(HALL, ("paint", "walls"), ("weld", "stage")) == []


@pytest.mark.parametrize("rule", ["forbidden", "no_thanks", "same_owner"])
def test_an_excluded_pair_is_named_with_its_rule(rule):
    assert names_of(replace(HALL, **{rule: (("paint", "walls"),)}), ("paint", "walls")) == [rule]


def test_a_deal_with_oneself_is_named_even_if_the_table_calls_it_eligible():
    problem = HALL.problem()
    tampered = replace(problem, exclusions=np.zeros_like(problem.exclusions))
    plan = Assignment(PlanStatus.OPTIMAL, problem.find_pairs([("paint", "party")]), 1, 1, 1, 1)
    assert [violation.rule for violation in find_violations(tampered, plan)] == ["same_organisation"]
    assert names_of(HALL, ("paint", "party")) == ["same_organisation"]


def test_an_offer_and_a_need_beyond_their_capacity_are_named():
    assert names_of(HALL, ("paint", "walls"), ("paint", "stage")) == ["capacity"]
    assert names_of(HALL, ("paint", "walls"), ("weld", "walls")) == ["capacity"]
    assert names_of(replace(HALL, capacity={"paint": 0}), ("paint", "walls")) == ["capacity"]


def test_an_organisation_beyond_its_maximum_is_named_giving_and_taking_together():
    plan = (("paint", "walls"), ("sing", "party"))
    assert names_of(replace(HALL, max_agreements={"bank": 1}), *plan) == ["max_agreements"]
    assert names_of(replace(HALL, max_agreements={"bank": 2}), *plan) == []


def test_too_many_pairs_between_two_organisations_are_named_in_both_directions():
    plan = (("paint", "stage"), ("sing", "party"))
    assert names_of(HALL, *plan) == ["max_pairs_between"]
    assert names_of(replace(HALL, max_pairs_between=2), *plan) == []


def test_a_pin_that_is_left_out_is_named():
    assert names_of(replace(HALL, pinned=(("weld", "walls"),)), ("paint", "stage")) == ["unpinned"]
    assert names_of(replace(HALL, pinned=(("weld", "gone"),)), ("paint", "stage")) == ["unpinned"]


def test_an_idle_pair_is_named_unless_it_is_pinned():
    market = replace(HALL, capacity={"weld": 2, "stage": 2})
    plan = (("paint", "stage"), ("weld", "stage"), ("weld", "walls"))
    assert names_of(market, *plan) == ["idle"]
    assert names_of(replace(market, pinned=(("weld", "stage"),)), *plan) == []


def test_wrong_totals_and_bounds_below_them_are_named():
    plan = (("paint", "walls"),)
    assert names_of(HALL, *plan, points=701) == ["total"]
    assert names_of(HALL, *plan, served=3) == ["total"]
    assert names_of(HALL, *plan, bound_points=699) == ["bound"]
    assert names_of(HALL, *plan, bound_served=1, bound_points=999) == ["bound"]
    assert names_of(HALL, *plan, bound_served=3, bound_points=0) == []


@pytest.mark.parametrize("lines", [[1, 1], [-1], [6], [0, 2, 99]])
def test_a_line_that_does_not_exist_or_comes_twice_is_not_eligible(lines):
    assert names_of(HALL, chosen=np.array(lines)) == ["not_eligible"]


def test_a_refused_assignment_needs_a_reason_and_has_no_pairs():
    refusal = Refusal(Rule.CAPACITY, ("paint",))
    refused = {"status": PlanStatus.REFUSED, "refusals": (refusal,)}
    assert names_of(HALL, **refused) == []
    assert names_of(HALL, ("paint", "walls"), **refused) == ["refused"]
    assert names_of(HALL, **refused | {"refusals": ()}) == ["refused"]


@st.composite
def claims(draw: st.DrawFn, market: Market) -> tuple[list[Key], int, int, tuple[int, int]]:
    """Some listed pairs with totals and bound: the solver's own answer, spoilt a little or a lot, or anything at all."""
    problem = market.problem()
    chosen = [(pair.offer, pair.need) for pair in solve(problem).pairs(problem)]
    keys = st.lists(st.sampled_from(market.listed), max_size=3)
    spoil = draw(st.sampled_from(["none", "added", "removed", "doubled", "anything"]))
    if spoil == "added":
        chosen = list(dict.fromkeys([*chosen, *draw(keys)]))
    elif spoil == "removed" and chosen:
        chosen.remove(draw(st.sampled_from(chosen)))
    elif spoil == "doubled":
        chosen += draw(keys)
    elif spoil == "anything":
        chosen = draw(st.lists(st.sampled_from(market.listed), unique=True))
    off = st.sampled_from([0, 0, 0, 0, -1, 1])
    served, points = served_by(market, set(chosen)), worth_of(market, chosen)
    bound = served + draw(off), points + draw(off) * draw(st.sampled_from([1, 1000]))
    return chosen, served + draw(off), points + draw(off), bound


def claimed(problem: Problem, chosen: list[Key], served: int, points: int, bound: tuple[int, int]) -> Assignment:
    lines = sorted(int(problem.find_pairs([key])[0]) for key in chosen)
    return Assignment(PlanStatus.OPTIMAL, np.array(lines, dtype=np.int64), served, points, *bound)


@examples(350)
@given(st.data(), markets(min_pairs=2))
def test_violations_are_found_exactly_where_the_oracle_finds_fault(data, market):
    assume(market.pairs)
    claim = data.draw(claims(market))
    problem = market.problem()
    found = {str(violation.rule) for violation in find_violations(problem, claimed(problem, *claim))}
    assert found == faults(market, *claim)


@examples(100)
@given(markets())
def test_the_solver_s_answers_have_no_violations(market):
    problem = market.problem()
    assignment = solve(problem)
    assert find_violations(problem, assignment) == []
    assert (assignment.status is PlanStatus.REFUSED) == bool(refusals(market))
