"""What pairs chosen by hand break is said by name: as the checker sees it, as pins are refused, as exceptions lift it."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples
from test_unpaired_properties import BOTH, COMPUTED

from factories import (
    Key,
    make_market,
    make_need,
    make_nonprofit,
    make_offer,
    make_organisation,
    make_rule,
    make_scored_market,
    make_wish,
)
from marktplatz.errors import NotFound
from marktplatz.market import Market, PairRule
from marktplatz.matching import find_violations
from marktplatz.matching.gather import Gathered, gather
from marktplatz.matching.judge import UNPINNED, Obstacle, judge_change, judge_pair, judge_pairs
from marktplatz.matching.pins import find_refusals
from marktplatz.matching.problem import Assignment
from marktplatz.vocabulary import Barrier, PairStatus, PlanStatus, Rule

PAIR = ("paint", "walls")
BUSY = make_scored_market({("c1.a", "n1.a"): 5, ("c1.a", "n2.a"): 5, ("c1.b", "n1.b"): 5}, max_agreements=2)


def pairs_of(market: Market) -> list[Key]:
    return [(offer.id, need.id) for offer in market.offers for need in market.needs]


def judge(market: Market, pairs: Any = (), pair: Key = PAIR) -> tuple[Obstacle, ...]:
    return judge_pair(gather(market), pairs, *pair)


def without_pins(market: Market) -> Market:
    return market.model_copy(update={"pairs": tuple(rule for rule in market.pairs if rule.status is PairStatus.FORBIDDEN)})


def breaks_nothing(gathered: Gathered, pairs: list[Key]) -> bool:
    """By the checker, which counts on its own."""
    chosen = gathered.problem.find_pairs(pairs)
    assignment = Assignment(PlanStatus.FEASIBLE, chosen, 0, 0, 10**6, 10**6)
    broken = {violation.rule for violation in find_violations(gathered.problem, assignment)} - {"total", "idle"}
    return len(chosen) == len(pairs) and not broken


@BOTH
@examples(70)
@given(data=st.data())
def test_a_set_of_pairs_is_free_of_obstacles_exactly_if_the_checker_finds_none(
    drawn: st.SearchStrategy[Market], data: st.DataObject
) -> None:
    market = data.draw(drawn)
    gathered = gather(market)
    rows = np.flatnonzero(gathered.problem.eligible).tolist()
    eligible = [(pair.offer, pair.need) for pair in map(gathered.problem.pair, rows)]
    some = data.draw(st.lists(st.sampled_from([*eligible, *eligible, *pairs_of(market)]), unique=True, max_size=5))
    assert (judge_pairs(gathered, some) == ()) == breaks_nothing(gathered, some)


@BOTH
@examples(70)
@given(data=st.data())
def test_a_pair_is_refused_with_the_rule_that_refuses_it_as_the_only_pin(
    drawn: st.SearchStrategy[Market], data: st.DataObject
) -> None:
    market = without_pins(data.draw(drawn))
    gathered = gather(market)
    for pair in pairs_of(market):
        pinned = np.zeros(len(gathered.problem.points), dtype=np.bool_)
        pinned[gathered.problem.find_pairs([pair])] = True
        problem = replace(gathered.problem, pinned=pinned, stray_pins=() if pinned.any() else (pair,))
        refusals = find_refusals(problem)
        obstacles = judge_pair(gathered, [], *pair)
        assert [obstacle.rule for obstacle in obstacles[:1]] == [refusal.rule for refusal in refusals[:1]]


@examples(25)
@given(COMPUTED)
def test_an_exception_helps_exactly_where_it_is_said_to(drawn: Market) -> None:
    market = without_pins(drawn)
    gathered = gather(market)
    for pair in pairs_of(market):
        first = judge_pair(gathered, [], *pair)[:1]
        is_hindered = bool(first) and first[0].rule is Rule.NOT_ELIGIBLE
        assert is_hindered == (len(gathered.problem.find_pairs([pair])) == 0)
        excuse = PairRule(offer=pair[0], need=pair[1], status=PairStatus.PINNED, exception="Beide kennen sich.")
        excused = gather(market.model_copy(update={"pairs": (*market.pairs, excuse)}))
        helped = is_hindered and len(excused.problem.find_pairs([pair])) == 1
        assert helped == any(obstacle.can_be_excepted for obstacle in first)
        assert not helped or all(obstacle.rule is not Rule.NOT_ELIGIBLE for obstacle in judge_pair(excused, [], *pair))


@pytest.mark.parametrize(
    ("spoiled", "barriers", "can_be_excepted"),
    [
        ({"offers": [make_offer(category="hands")], "needs": [make_need(category="goods")]}, (Barrier.CATEGORY,), True),
        ({"organisations": [make_organisation(), make_organisation("club")]}, (Barrier.WITHIN_KIND,), False),
        (
            {
                "organisations": [make_organisation(competitors="x"), make_nonprofit(competitors="x")],
                "offers": [make_offer(category="hands")],
                "needs": [make_need(category="goods")],
            },
            (Barrier.CATEGORY, Barrier.COMPETITORS),
            False,
        ),
        ({"reciprocity": "required"}, (Barrier.NO_RETURN,), False),
        ({"scores": {}}, (Barrier.NOT_LISTED,), False),
    ],
)
def test_a_pair_that_is_not_eligible_is_told_with_all_its_barriers(
    spoiled: dict[str, Any], barriers: tuple[Barrier, ...], can_be_excepted: bool
) -> None:
    expected = Obstacle(Rule.NOT_ELIGIBLE, PAIR, ("bank", "club"), 0, 0, barriers, can_be_excepted)
    assert judge(make_market(**spoiled)) == (expected,)
    assert judge(make_market()) == ()


def test_an_exception_the_other_way_round_is_a_return() -> None:
    excuse = PairRule(offer="dance", need="party", status=PairStatus.PINNED, exception="Beide kennen sich.")
    market = make_market(
        reciprocity="required",
        offers=[make_offer(category="hands"), make_offer("dance", "club", category="hands")],
        needs=[make_need(category="goods"), make_need("party", "bank", category="goods")],
    )
    assert judge(market)[0].barriers == (Barrier.CATEGORY, Barrier.NO_RETURN)
    assert judge(market.model_copy(update={"pairs": (excuse,)}))[0].barriers == (Barrier.CATEGORY,)


def test_all_rules_that_a_pair_breaks_are_told_in_the_order_of_the_contract() -> None:
    market = make_market(
        organisations=[make_organisation(owner="x"), make_nonprofit(owner="x")],
        offers=[make_offer(category="hands", capacity=0)],
        needs=[make_need(category="goods")],
        pairs=[make_rule()],
        wishes=[make_wish("club", "bank")],
        max_agreements=0,
        max_pairs_between=0,
    )
    rules = [obstacle.rule for obstacle in judge(market)]
    order = list(Rule)
    assert rules == sorted(rules, key=order.index)
    assert set(rules) == set(Rule) - {Rule.SAME_ORGANISATION}
    own = make_market(organisations=[make_organisation(owner="x")], needs=[make_need(organisation="bank")])
    assert [obstacle.rule for obstacle in judge(own)] == [Rule.SAME_ORGANISATION]


def test_limits_are_told_with_whose_they_are_and_both_numbers() -> None:
    chosen = [("c1.a", "n1.a"), ("c1.b", "n1.b")]
    assert judge(BUSY, chosen[:1], chosen[1]) == (
        Obstacle(Rule.MAX_PAIRS_BETWEEN, ("c1.a", "c1.b", "n1.a", "n1.b"), ("c1", "n1"), 2, 1),
    )
    assert judge(BUSY, chosen, ("c1.a", "n2.a")) == (
        Obstacle(Rule.CAPACITY, ("c1.a",), ("c1",), 2, 1),
        Obstacle(Rule.MAX_AGREEMENTS, ("c1.a", "c1.b", "n1.a", "n1.b", "n2.a"), ("c1",), 3, 2),
    )


def test_the_judged_pair_may_be_among_the_chosen_and_others_are_not_held_against_it() -> None:
    gathered = gather(BUSY)
    assert judge_pair(gathered, [("c1.a", "n1.a")], "c1.a", "n1.a") == ()
    over = [("c1.a", "n1.a"), ("c1.a", "n2.a")]
    assert [obstacle.rule for obstacle in judge_pairs(gathered, over)] == [Rule.CAPACITY]
    free = make_scored_market({("c1.a", "n1.a"): 5, ("c1.a", "n2.a"): 5, ("c2.a", "n3.a"): 5})
    assert judge_pair(gather(free), over, "c2.a", "n3.a") == ()


def test_a_swap_is_judged_as_a_whole() -> None:
    gathered = gather(BUSY)
    before = [("c1.a", "n1.a")]
    assert [obstacle.rule for obstacle in judge_change(gathered, before, add=[("c1.a", "n2.a")])] == [Rule.CAPACITY]
    assert judge_change(gathered, before, add=[("c1.a", "n2.a")], remove=before) == ()
    assert judge_change(gathered, before, remove=before) == ()


def test_a_pin_cannot_be_removed_and_is_missed_where_it_is_not() -> None:
    pin = make_rule("c1.a", "n1.a", "pinned")
    gathered = gather(make_scored_market({("c1.a", "n1.a"): 5, ("c1.b", "n2.a"): 5}, pairs=[pin]))
    missing = Obstacle(UNPINNED, ("c1.a", "n1.a"), ("c1", "n1"))
    assert judge_change(gathered, [("c1.a", "n1.a")], remove=[("c1.a", "n1.a")]) == (missing,)
    assert judge_change(gathered, [], add=[("c1.b", "n2.a")]) == ()
    assert judge_pairs(gathered, [("c1.b", "n2.a")]) == (missing,)
    assert judge_pairs(gathered, [("c1.a", "n1.a")]) == ()


@pytest.mark.parametrize(("pair", "code"), [(("gone", "walls"), "unknown_offer"), (("paint", "gone"), "unknown_need")])
def test_an_entry_that_does_not_exist_is_not_found(pair: Key, code: str) -> None:
    gathered = gather(make_market())
    for judged in (lambda: judge_pair(gathered, [], *pair), lambda: judge_pairs(gathered, [pair])):
        with pytest.raises(NotFound) as caught:
            judged()
        assert caught.value.findings[0].code == code
