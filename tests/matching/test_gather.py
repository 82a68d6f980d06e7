"""Which pairs are possible: every rule of the contract's section 1 on and off, and what a given score table changes."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

import numpy as np
import pytest

from example_markets import TOWN, load_example, shuffle
from factories import (
    Key,
    make_category,
    make_market,
    make_need,
    make_nonprofit,
    make_offer,
    make_organisation,
    make_rule,
    make_wish,
)
from marktplatz.market import Market
from marktplatz.matching.gather import gather
from marktplatz.matching.problem import UNLIMITED
from marktplatz.vocabulary import CategoryKind

COLOGNE, BERLIN, NOWHERE = "50668", "10115", "00000"
APRIL, MAY, JUNE = (date(2027, month, 1) for month in (4, 5, 6))
PAIR = ("paint", "walls")
BACK = ("dance", "party")

BOTH_WAYS: Mapping[str, Any] = {
    "offers": [make_offer("paint", "bank"), make_offer("dance", "club")],
    "needs": [make_need("walls", "club"), make_need("party", "bank")],
}
"""The bank could paint for the club, the club dance for the bank."""


def find_eligible(market: Market) -> set[Key]:
    problem = gather(market).problem
    return {(pair.offer, pair.need) for pair in (problem.pair(row) for row in np.flatnonzero(problem.eligible))}


def fits(market: Market) -> bool:
    return PAIR in find_eligible(market)


def make_entries(given: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {"offers": [make_offer(**given)], "needs": [make_need(**wanted)]}


def test_a_company_and_a_nonprofit_with_nothing_against_them_are_a_possible_pair() -> None:
    assert find_eligible(make_market()) == {PAIR}


@pytest.mark.parametrize("given", [None, *CategoryKind])
@pytest.mark.parametrize("wanted", [None, *CategoryKind])
def test_categories_fit_if_their_kinds_are_equal_or_one_is_open(given: str | None, wanted: str | None) -> None:
    is_open = {given, wanted} & {None, CategoryKind.OPEN}
    assert fits(make_market(**make_entries({"category": given}, {"category": wanted}))) == (given == wanted or bool(is_open))


def test_the_markets_own_categories_are_compared_by_their_kind() -> None:
    categories = (make_category("anpacken", "hands"), make_category("umzug", "hands"), make_category("rat", "know_how"))
    for wanted, expected in (("anpacken", True), ("umzug", True), ("rat", False), ("open", True), (None, True)):
        entries = make_entries({"category": "anpacken"}, {"category": wanted})
        assert fits(make_market(categories=categories, **entries)) == expected


@pytest.mark.parametrize(
    ("given", "wanted", "expected"),
    [
        ((APRIL, MAY), (MAY, JUNE), True),
        ((APRIL, APRIL), (MAY, JUNE), False),
        ((JUNE, JUNE), (APRIL, MAY), False),
        ((APRIL, JUNE), (MAY, MAY), True),
        ((None, APRIL), (MAY, None), False),
        ((None, MAY), (MAY, None), True),
        ((JUNE, None), (None, MAY), False),
        ((JUNE, None), (APRIL, None), True),
        ((None, APRIL), (None, JUNE), True),
        ((None, None), (MAY, MAY), True),
    ],
)
def test_two_periods_fit_if_they_have_a_day_in_common(given: Any, wanted: Any, expected: bool) -> None:
    for left, right in ((given, wanted), (wanted, given)):
        entries = make_entries(
            dict(zip(("from_on", "to_on"), left, strict=True)), dict(zip(("from_on", "to_on"), right, strict=True))
        )
        assert fits(make_market(**entries)) == expected


@pytest.mark.parametrize(
    ("limit", "given", "wanted", "expected"),
    [
        (None, {"postcode": COLOGNE}, {"postcode": BERLIN}, True),
        (600, {"postcode": COLOGNE}, {"postcode": BERLIN}, True),
        (300, {"postcode": COLOGNE}, {"postcode": BERLIN}, False),
        (300, {"postcode": COLOGNE, "remote": True}, {"postcode": BERLIN}, True),
        (300, {"postcode": COLOGNE}, {"postcode": BERLIN, "remote": True}, True),
        (300, {"postcode": COLOGNE}, {"postcode": BERLIN, "remote": None}, False),
        (0, {"postcode": COLOGNE}, {"postcode": COLOGNE}, True),
        (0, {"postcode": COLOGNE}, {}, True),
        (0, {"postcode": COLOGNE}, {"postcode": NOWHERE}, True),
        (0, {"postcode": COLOGNE}, {"postcode": " "}, True),
        (0, {}, {}, True),
    ],
)
def test_distance_excludes_beyond_the_markets_limit_only_if_it_is_known(
    limit: float | None, given: Any, wanted: Any, expected: bool
) -> None:
    assert fits(make_market(max_distance_km=limit, **make_entries(given, wanted))) == expected


def test_an_entry_is_where_it_says_and_else_where_its_organisation_is() -> None:
    people = [make_organisation(postcode=COLOGNE), make_nonprofit(postcode=BERLIN)]
    assert not fits(make_market(organisations=people, max_distance_km=300))
    assert fits(make_market(organisations=people, max_distance_km=300, needs=[make_need(postcode=COLOGNE)]))


def test_a_postcode_of_a_country_without_data_excludes_nothing() -> None:
    people = [make_organisation(postcode=COLOGNE), make_nonprofit(postcode=BERLIN, country="AT")]
    assert fits(make_market(organisations=people, max_distance_km=1))


@pytest.mark.parametrize(
    ("policy", "expected"),
    [("none", {"mixed"}), ("nonprofits", {"mixed", "nonprofits"}), ("all", {"mixed", "nonprofits", "companies"})],
)
def test_pairs_within_one_kind_are_as_the_market_wants(policy: str, expected: set[str]) -> None:
    kinds = {"mixed": ("company", "nonprofit"), "nonprofits": ("nonprofit",) * 2, "companies": ("company",) * 2}
    for name, (giver, taker) in kinds.items():
        people = [make_organisation("bank", giver), make_organisation("club", taker)]
        assert fits(make_market(organisations=people, within_kind=policy)) == (name in expected)


def test_within_kind_is_nonprofits_if_the_file_does_not_say() -> None:
    people = [make_nonprofit("bank"), make_nonprofit("club")]
    raw = make_market(organisations=people).model_dump(mode="json", by_alias=True)
    del raw["market"]["within_kind"]
    assert fits(Market.model_validate(raw, strict=False))


@pytest.mark.parametrize("field", ["owner", "competitors"])
@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Roth", "Roth", False),
        (" Roth", "Roth ", False),
        ("Roth", "Blau", True),
        ("", "", True),
        (" ", "", True),
        (None, None, True),
    ],
)
def test_the_same_owner_or_competitors_exclude_each_other(field: str, one: Any, other: Any, expected: bool) -> None:
    people = [make_organisation(**{field: one}), make_nonprofit(**{field: other})]
    assert fits(make_market(organisations=people)) == expected


@pytest.mark.parametrize("excluding", ["bank", "club"])
@pytest.mark.parametrize(("values", "expected"), [(("Alkohol", "Bier"), False), (("Wein",), True), ((), True)])
def test_excluded_values_exclude_in_both_directions(excluding: str, values: tuple[str, ...], expected: bool) -> None:
    sides = {name: {"excludes": ("Rüstung", "Alkohol")} if name == excluding else {"values": values} for name in ("bank", "club")}
    people = [make_organisation(**sides["bank"]), make_nonprofit(**sides["club"])]
    assert find_eligible(make_market(organisations=people, **BOTH_WAYS)) == ({PAIR, BACK} if expected else set())


@pytest.mark.parametrize("reciprocity", ["none", "wanted", "required"])
def test_without_anything_to_give_back_only_a_required_return_excludes(reciprocity: str) -> None:
    assert fits(make_market(reciprocity=reciprocity)) == (reciprocity != "required")


def test_a_required_return_is_there_if_the_taker_could_give_something() -> None:
    assert find_eligible(make_market(reciprocity="required", **BOTH_WAYS)) == {PAIR, BACK}


@pytest.mark.parametrize(
    "spoiled",
    [
        {"pairs": [make_rule(*BACK)]},
        {"wishes": [make_wish("bank", "dance")]},
        {"wishes": [make_wish("club", "party")]},
        {"needs": [make_need("walls", "club"), make_need("party", "bank", category="goods")]},
    ],
)
def test_a_return_that_is_not_possible_is_none(spoiled: Mapping[str, Any]) -> None:
    offers = [make_offer("paint", "bank"), make_offer("dance", "club", category="programme")]
    assert find_eligible(make_market(reciprocity="required", **{**BOTH_WAYS, "offers": offers} | spoiled)) == set()


@pytest.mark.parametrize(("wisher", "target"), [("bank", "club"), ("club", "bank")])
def test_no_thanks_to_an_organisation_excludes_in_either_direction(wisher: str, target: str) -> None:
    people = [make_organisation(), make_nonprofit(), make_nonprofit("choir")]
    needs = [*BOTH_WAYS["needs"], make_need("hall", "choir")]
    market = make_market(**BOTH_WAYS | {"organisations": people, "needs": needs, "wishes": [make_wish(wisher, target)]})
    assert find_eligible(market) == {("paint", "hall"), ("dance", "hall")}


def test_no_thanks_to_an_entry_holds_for_every_entry_of_the_wisher_and_for_nobody_else() -> None:
    people = [make_organisation(), make_organisation("shop"), make_nonprofit()]
    offers = [make_offer("paint", "bank"), make_offer("plan", "bank"), make_offer("flyer", "shop")]
    needs = [make_need("walls", "club"), make_need("roof", "club")]
    everything = {(offer.id, need.id) for offer in offers for need in needs}
    for wisher, target in (("bank", "walls"), ("club", "paint")):
        market = make_market(organisations=people, offers=offers, needs=needs, wishes=[make_wish(wisher, target)])
        excluded = {("paint", "walls"), ("plan", "walls")} if wisher == "bank" else {("paint", "walls"), ("paint", "roof")}
        assert find_eligible(market) == everything - excluded


@pytest.mark.parametrize(("wisher", "target"), [("bank", "walls"), ("club", "paint"), ("bank", "club"), ("club", "bank")])
def test_friendly_wishes_exclude_nothing_and_never_lower_the_points(wisher: str, target: str) -> None:
    def points(*wishes: Any) -> int:
        market = make_market(wishes=wishes)
        assert find_eligible(market) == {PAIR}
        return int(gather(market).problem.points[0])

    plain, liked, urgent = points(), points(make_wish(wisher, target, "like")), points(make_wish(wisher, target, "must_meet"))
    assert plain < liked < urgent


def test_a_forbidden_pair_is_excluded_and_no_other() -> None:
    market = make_market(needs=[make_need("walls"), make_need("roof")], pairs=[make_rule("paint", "walls")])
    assert find_eligible(market) == {("paint", "roof")}


def test_an_organisation_is_never_paired_with_itself() -> None:
    for policy in ("none", "nonprofits", "all"):
        assert find_eligible(make_market(needs=[make_need(organisation="bank")], within_kind=policy)) == set()


def test_pins_are_marked_or_kept_as_strays() -> None:
    pins = [make_rule("paint", "walls", "pinned"), make_rule("paint", "cake", "pinned")]
    needs = [make_need("walls"), make_need("cake", category="goods")]
    problem = gather(make_market(offers=[make_offer(category="hands")], needs=needs, pairs=pins)).problem
    assert problem.pinned.tolist() == [True]
    assert problem.stray_pins == (("paint", "cake"),)


NOT_APPLIED: Mapping[str, Mapping[str, Any]] = {
    "category": make_entries({"category": "hands"}, {"category": "goods"}),
    "date": make_entries({"to_on": APRIL}, {"from_on": JUNE}),
    "distance": {"max_distance_km": 1.0, **make_entries({"postcode": COLOGNE}, {"postcode": BERLIN})},
    "within_kind": {"organisations": [make_organisation("bank"), make_organisation("club")], "within_kind": "none"},
    "competitors": {"organisations": [make_organisation(competitors="x"), make_nonprofit(competitors="x")]},
    "excludes": {"organisations": [make_organisation(values=("x",)), make_nonprofit(excludes=("x",))]},
    "required return": {"reciprocity": "required"},
}
STILL_APPLIED: Mapping[str, Mapping[str, Any]] = {
    "forbidden": {"pairs": [make_rule()]},
    "no_thanks to an organisation": {"wishes": [make_wish("club", "bank")]},
    "no_thanks to an entry": {"wishes": [make_wish("club", "paint")]},
    "same organisation": {"needs": [make_need(organisation="bank")]},
    "same owner": {"organisations": [make_organisation(owner="x"), make_nonprofit(owner=" x")]},
}


@pytest.mark.parametrize("rule", NOT_APPLIED)
def test_a_listed_pair_is_eligible_whatever_the_engine_thinks_of(rule: str) -> None:
    assert not fits(make_market(**NOT_APPLIED[rule]))
    problem = gather(make_market(scores={PAIR: 731}, **NOT_APPLIED[rule])).problem
    assert problem.eligible.tolist() == [True]
    assert problem.points.tolist() == [731]


@pytest.mark.parametrize("rule", STILL_APPLIED)
def test_some_rules_hold_against_a_listed_pair_as_well(rule: str) -> None:
    assert not fits(make_market(**STILL_APPLIED[rule]))
    assert not fits(make_market(scores={PAIR: 731}, **STILL_APPLIED[rule]))


def test_a_score_table_is_the_whole_table_even_if_empty() -> None:
    needs = [make_need("walls"), make_need("roof")]
    assert find_eligible(make_market(needs=needs)) == {("paint", "walls"), ("paint", "roof")}
    assert find_eligible(make_market(needs=needs, scores={("paint", "roof"): 0})) == {("paint", "roof")}
    assert find_eligible(make_market(needs=needs, scores={})) == set()


def test_friendly_wishes_do_not_change_given_points() -> None:
    market = make_market(scores={PAIR: 200}, wishes=[make_wish("bank", "club", "must_meet"), make_wish("club", "paint", "like")])
    assert gather(market).problem.points.tolist() == [200]


@pytest.mark.parametrize(("capacity", "expected"), [(None, 1), (0, 0), (1, 1), (7, 7)])
def test_capacity_is_one_if_null_and_may_be_none_at_all(capacity: int | None, expected: int) -> None:
    problem = gather(make_market(**make_entries({"capacity": capacity}, {"capacity": capacity}))).problem
    assert (problem.offer_capacity.tolist(), problem.need_capacity.tolist()) == ([expected], [expected])


@pytest.mark.parametrize(
    ("markets", "own", "expected"),
    [(None, None, UNLIMITED), (3, None, 3), (3, 1, 1), (3, 0, 0), (0, None, 0), (0, 5, 5)],
)
def test_an_organisations_maximum_is_its_own_or_the_markets(markets: int | None, own: int | None, expected: int) -> None:
    people = [make_organisation(max_agreements=own), make_nonprofit()]
    problem = gather(make_market(organisations=people, max_agreements=markets)).problem
    assert problem.max_agreements[problem.organisations.index("bank")] == expected


@pytest.mark.parametrize(("given", "expected"), [({}, 1), ({"max_pairs_between": 4}, 4), ({"max_pairs_between": None}, UNLIMITED)])
def test_two_organisations_may_be_in_one_pair_unless_the_market_says_otherwise(given: Mapping[str, Any], expected: int) -> None:
    assert gather(make_market(**given)).problem.max_pairs_between == expected


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_a_markets_lists_does_not_matter(seed: int) -> None:
    market = load_example(TOWN)
    one, other = gather(market).problem, gather(shuffle(market, seed)).problem
    assert len(one.points) > 300
    for field in fields(one):
        assert np.array_equal(getattr(one, field.name), getattr(other, field.name)), field.name


def test_points_and_their_parts_are_whole_and_in_range() -> None:
    scores = gather(load_example(TOWN)).scores
    assert np.issubdtype(scores.parts.dtype, np.integer)
    assert scores.parts.min() >= 0
    assert scores.points.max() <= 1000
