"""Every figure of a "why not" is what a cold solve of the changed market gives; who loses is told from the present plan."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import find_optimum
from strategies import Market, make_market, markets, previous_plans

from marktplatz.matching.problem import Pair, Problem
from marktplatz.matching.solve import solve
from marktplatz.matching.verify import find_violations
from marktplatz.matching.whynot import price_pair
from marktplatz.vocabulary import PlanStatus, Rule


def pin(market: Market, offer: str, need: str) -> Market:
    return replace(market, pinned=tuple(dict.fromkeys((*market.pinned, (offer, need)))))


def served_by(market: Market, pairs: list[tuple[str, str]]) -> set[str]:
    return {owner for offer, need in pairs for owner in (market.offers[offer], market.needs[need])}


@settings(max_examples=150)
@given(st.data())
def test_the_figures_are_those_of_a_market_with_the_pin_solved_cold(data: st.DataObject) -> None:
    market = data.draw(markets(min_pairs=1).filter(lambda drawn: drawn.pairs))
    plan = data.draw(previous_plans(market))
    offer, need = data.draw(st.sampled_from(market.listed))
    problem = market.problem()
    priced = price_pair(problem, plan, offer, need)
    changed = pin(market, offer, need).problem()
    cold = solve(changed)
    assert priced.is_refused == (cold.status is PlanStatus.REFUSED)
    if priced.is_refused:
        assert priced.assignment.refusals == cold.refusals
        return
    points = {(pair.offer, pair.need): pair.points for pair in market.pairs}
    open_pairs = {(pair.offer, pair.need) for pair in map(problem.pair, np.flatnonzero(problem.eligible).tolist())}
    before = [key for key in plan if key in open_pairs]
    assert priced.served_difference == cold.served - len(served_by(market, before))
    assert priced.points_difference == cold.points - sum(points[key] for key in before)
    assert find_violations(changed, priced.assignment) == []
    after = [(pair.offer, pair.need) for pair in priced.assignment.pairs(problem)]
    assert (offer, need) in after
    assert set(after) == (set(before) | {(p.offer, p.need) for p in priced.added}) - {(p.offer, p.need) for p in priced.removed}
    assert set(priced.loses) == served_by(market, before) - served_by(market, after)
    assert set(priced.gains) == served_by(market, after) - served_by(market, before)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("within_kind", [False, True])
def test_larger_markets_too(seed: int, within_kind: bool) -> None:
    rng = np.random.default_rng(seed)
    market = make_market(rng, (14, 12), within_kind=within_kind, most=2)
    problem = market.problem()
    plan = [(pair.offer, pair.need) for pair in solve(problem).pairs(problem)]
    for index in rng.choice(len(market.pairs), 5):
        pair = market.pairs[int(index)]
        priced = price_pair(problem, plan, pair.offer, pair.need)
        cold = solve(pin(market, pair.offer, pair.need).problem())
        before = solve(problem)
        assert priced.is_refused == (cold.status is PlanStatus.REFUSED)
        if not priced.is_refused:
            assert priced.served_difference == cold.served - before.served
            assert priced.points_difference == cold.points - before.points


@settings(max_examples=60)
@given(st.data())
def test_no_other_optimum_is_closer_to_the_plan(data: st.DataObject) -> None:
    market = data.draw(markets(min_pairs=1).filter(lambda drawn: drawn.pairs))
    plan = data.draw(previous_plans(market))
    offer, need = data.draw(st.sampled_from(market.listed))
    problem = market.problem()
    priced = price_pair(problem, plan, offer, need)
    if priced.is_refused:
        return
    known = {(p.offer, p.need) for p in map(problem.pair, np.flatnonzero(problem.eligible).tolist())} & set(plan)
    assert len(priced.added) + len(priced.removed) == find_optimum(pin(market, offer, need), known).least_change


def test_a_pair_that_is_in_the_plan_costs_nothing() -> None:
    problem = Problem.from_pairs(
        companies=["bank"], nonprofits=["club"], offers={"a": "bank"}, needs={"b": "club"}, pairs=[Pair("a", "b", 9)]
    )
    priced = price_pair(problem, [("a", "b")], "a", "b")
    assert (priced.added, priced.removed, priced.points_difference, priced.served_difference) == ((), (), 0, 0)


def test_a_pair_that_is_not_in_the_table_is_refused_by_name() -> None:
    problem = Problem.from_pairs(companies=["bank"], nonprofits=["club"], offers={"a": "bank"}, needs={"b": "club"}, pairs=[])
    assert [refusal.rule for refusal in price_pair(problem, [], "a", "b").assignment.refusals] == [Rule.NOT_ELIGIBLE]
