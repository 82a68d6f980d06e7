"""Pins: refused before solving, each with the first hard rule it breaks, in the contract's order."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from oracle import RULES, refusals
from strategies import Market, examples, markets

from marktplatz.matching import Pair, find_violations, solve
from marktplatz.matching.problem import Refusal
from marktplatz.vocabulary import PlanStatus

HALL = Market(
    companies=("bank", "forge"),
    nonprofits=("choir", "club"),
    offers={"paint": "bank", "van": "bank", "weld": "forge", "sing": "choir"},
    needs={"walls": "club", "trip": "club", "stage": "choir", "party": "bank"},
    pairs=(
        Pair("paint", "walls", 700),
        Pair("paint", "stage", 400),
        Pair("van", "trip", 300),
        Pair("van", "stage", 200),
        Pair("weld", "walls", 100),
        Pair("weld", "stage", 0),
        Pair("sing", "party", 0),
        Pair("van", "party", 900),
    ),
)


def refusals_of(market: Market, **changes) -> list[tuple[str, tuple[str, ...]]]:
    problem = replace(market, **changes).problem()
    assignment = solve(problem)
    assert find_violations(problem, assignment) == []
    assert len(assignment.chosen) == 0
    assert (assignment.status is PlanStatus.REFUSED) == bool(assignment.refusals)
    return [(refusal.rule.value, refusal.entries) for refusal in assignment.refusals]


def holds(market: Market, **changes) -> set[tuple[str, str]]:
    """The plan of a market whose pins can hold."""
    problem = replace(market, **changes).problem()
    assignment = solve(problem)
    assert find_violations(problem, assignment) == []
    assert assignment.status is PlanStatus.OPTIMAL
    return {(pair.offer, pair.need) for pair in assignment.pairs(problem)}


def test_a_pin_that_is_not_listed_is_not_eligible():
    assert refusals_of(HALL, pinned=(("weld", "trip"),)) == [("not_eligible", ("weld", "trip"))]
    assert refusals_of(HALL, pinned=(("gone", "trip"),)) == [("not_eligible", ("gone", "trip"))]


def test_a_pin_that_is_forbidden_too_is_refused_as_forbidden():
    pin = (("paint", "walls"),)
    assert refusals_of(HALL, pinned=pin, forbidden=pin) == [("forbidden", ("paint", "walls"))]


def test_a_pin_against_a_no_thanks_is_refused():
    pin = (("paint", "walls"),)
    assert refusals_of(HALL, pinned=pin, no_thanks=pin) == [("no_thanks", ("paint", "walls"))]


def test_a_pin_within_one_organisation_is_refused():
    assert refusals_of(HALL, pinned=(("van", "party"),)) == [("same_organisation", ("party", "van"))]


def test_a_pin_within_one_owner_is_refused():
    pin = (("paint", "walls"),)
    assert refusals_of(HALL, pinned=pin, same_owner=pin) == [("same_owner", ("paint", "walls"))]


@pytest.mark.parametrize("side", ["offer", "need"])
def test_two_pins_on_an_entry_of_capacity_one_are_refused(side):
    pins = {"offer": (("paint", "walls"), ("paint", "stage")), "need": (("paint", "walls"), ("weld", "walls"))}[side]
    assert refusals_of(HALL, pinned=pins) == [("capacity", ({"offer": "paint", "need": "walls"}[side],))]


def test_a_pin_on_an_entry_of_capacity_none_is_refused():
    assert refusals_of(HALL, pinned=(("paint", "walls"),), capacity={"walls": 0}) == [("capacity", ("walls",))]


def test_pins_beyond_a_maximum_are_refused_giving_and_taking_together():
    market = replace(HALL, pinned=(("sing", "party"), ("weld", "stage")))
    assert refusals_of(market, max_agreements={"choir": 1}) == [("max_agreements", ("party", "sing", "stage", "weld"))]
    assert holds(market, max_agreements={"choir": 2}) >= set(market.pinned)


def test_pins_beyond_the_pairs_between_two_organisations_are_refused_in_both_directions():
    market = replace(HALL, pinned=(("sing", "party"), ("van", "stage")))
    assert refusals_of(market) == [("max_pairs_between", ("party", "sing", "stage", "van"))]
    assert holds(market, max_pairs_between=2) >= set(market.pinned)
    assert holds(market, max_pairs_between=None) >= set(market.pinned)


def test_a_refusal_says_how_many_pins_there_are_and_how_many_could_be():
    problem = replace(HALL, pinned=(("paint", "walls"), ("paint", "stage")), capacity={"paint": 1}).problem()
    (refusal,) = solve(problem).refusals
    assert (refusal.count, refusal.limit, refusal.organisations) == (2, 1, ("bank", "choir", "club"))


def test_the_first_broken_rule_is_named_in_the_order_of_the_contract():
    """One pin breaks them all but the first; taking the named rule away uncovers the next."""
    pin = ("van", "party")
    market = replace(
        HALL,
        pinned=(pin,),
        forbidden=(pin,),
        no_thanks=(pin,),
        same_owner=(pin,),
        capacity={"van": 0},
        max_agreements={"bank": 0},
        max_pairs_between=0,
    )
    assert [rule for rule, _ in refusals_of(replace(market, pairs=HALL.pairs[:-1]))] == ["not_eligible"]
    cures = [
        {"forbidden": ()},
        {"no_thanks": ()},
        {"offers": dict(HALL.offers) | {"van": "forge"}, "max_agreements": {"bank": 0, "forge": 0}},
        {"same_owner": ()},
        {"capacity": {}},
        {"max_agreements": {}},
    ]
    named = [refusals_of(market)[0][0]]
    for cure in cures:
        market = replace(market, **cure)
        named.append(refusals_of(market)[0][0])
    assert named == list(RULES[1:])


def test_refusals_of_several_pins_come_in_the_order_of_the_rules():
    pins = (("weld", "trip"), ("van", "party"), ("paint", "walls"), ("paint", "stage"), ("sing", "party"))
    rules = [rule for rule, _ in refusals_of(HALL, pinned=pins, forbidden=(("sing", "party"),))]
    assert rules == ["not_eligible", "forbidden", "same_organisation", "capacity"]


def test_a_pin_that_an_earlier_rule_refuses_burdens_no_later_rule():
    pins = (("paint", "walls"), ("paint", "stage"))
    assert refusals_of(HALL, pinned=pins, forbidden=(("paint", "walls"),)) == [("forbidden", ("paint", "walls"))]
    market = replace(HALL, pinned=(*pins, ("van", "stage")), capacity={"stage": 2}, max_pairs_between=2)
    assert refusals_of(market, max_agreements={"bank": 1}) == [("capacity", ("paint",))]


def test_pins_exactly_at_every_limit_are_accepted():
    market = replace(
        HALL,
        pinned=(("paint", "walls"), ("sing", "party")),
        capacity={"paint": 1, "walls": 1, "sing": 1, "party": 1},
        max_agreements={"bank": 2, "club": 1, "choir": 1, "forge": 0},
    )
    assert holds(market) == {("paint", "walls"), ("sing", "party")}


def test_a_pinned_pair_of_no_points_stays_in_although_it_serves_nobody_new():
    market = replace(HALL, pinned=(("sing", "party"),), max_pairs_between=2)
    assert ("sing", "party") in holds(market)


def test_without_pins_nothing_is_refused():
    assert holds(HALL) == {("paint", "stage"), ("van", "trip"), ("weld", "walls")}


def concerned(refusal: Refusal) -> tuple:
    """A refusal in the oracle's words."""
    whom = {
        "capacity": refusal.entries[0],
        "max_agreements": refusal.organisations[0] if refusal.organisations else None,
        "max_pairs_between": frozenset(refusal.organisations),
    }
    return refusal.rule.value, whom.get(refusal.rule.value, tuple(sorted(refusal.entries)))


@examples(250)
@given(markets(min_pairs=3))
def test_refusals_are_those_of_the_oracle_in_the_order_of_the_rules(market):
    assignment = solve(market.problem())
    expected = [(rule, tuple(sorted(whom)) if isinstance(whom, tuple) else whom) for rule, whom in refusals(market)]
    assert Counter(concerned(refusal) for refusal in assignment.refusals) == Counter(expected)
    order = [RULES.index(refusal.rule.value) for refusal in assignment.refusals]
    assert order == sorted(order)
    assert (assignment.status is PlanStatus.REFUSED) == bool(expected)
