"""Two plans side by side: which pairs come, go and stay, who gains and loses, even if the market is another by now."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from example_markets import EXAMPLE_FILES, load_example, shuffle
from factories import Key, make_need, make_nonprofit, make_offer, make_scored_market
from marktplatz.market import Market
from marktplatz.matching.gather import gather
from marktplatz.plan import Plan
from marktplatz.usecases.adjust import assemble_plan
from marktplatz.usecases.compare import ComparedPair, Named, PartnerChange, compare_plans
from marktplatz.usecases.propose import name_solver, propose_pairings

POINTS = {("c1.a", "n1.a"): 700, ("c1.b", "n2.a"): 400, ("c2.a", "n1.b"): 300, ("c2.b", "n3.a"): 200, ("c1.c", "n3.b"): 100}
MARKET = make_scored_market(POINTS)


def plan_of(market: Market, *pairs: Key) -> Plan:
    return assemble_plan(gather(market), pairs)


def keys(pairs: tuple[ComparedPair, ...]) -> list[Key]:
    return [(pair.offer.id, pair.need.id) for pair in pairs]


def counts(changes: tuple[PartnerChange, ...]) -> dict[str, tuple[int, int]]:
    return {change.organisation.id: (change.pairs_before, change.pairs_after) for change in changes}


def test_pairs_come_go_and_stay_and_organisations_gain_and_lose() -> None:
    before = plan_of(MARKET, ("c2.a", "n1.b"), ("c1.a", "n1.a"), ("c1.b", "n2.a"))
    after = plan_of(MARKET, ("c1.c", "n3.b"), ("c1.a", "n1.a"), ("c2.b", "n3.a"))
    found = compare_plans(before, after, market=MARKET)
    assert keys(found.added) == [("c1.c", "n3.b"), ("c2.b", "n3.a")]
    assert keys(found.removed) == [("c1.b", "n2.a"), ("c2.a", "n1.b")]
    assert keys(found.kept) == [("c1.a", "n1.a")]
    assert found.revalued == ()
    assert (counts(found.served_now), counts(found.alone_now)) == ({"n3": (0, 2)}, {"n2": (1, 0)})
    assert (counts(found.more), counts(found.fewer)) == ({}, {"n1": (2, 1)})
    assert (found.served_difference, found.points_difference, found.is_same_input) == (0, 1000 - 1400, True)
    back = compare_plans(after, before, market=MARKET)
    assert (back.added, back.removed) != (found.added, found.removed)
    assert (keys(back.added), keys(back.removed), counts(back.more)) == (keys(found.removed), keys(found.added), {"n1": (1, 2)})
    assert back.points_difference == -found.points_difference


def test_pairs_and_organisations_carry_their_labels_points_and_partners() -> None:
    found = compare_plans(plan_of(MARKET), plan_of(MARKET, ("c1.a", "n1.a")), market=MARKET)
    (pair,) = found.added
    assert (pair.offer, pair.need) == (Named("c1.a", "Wände streichen"), Named("n1.a", "Anstrich für die Wände"))
    assert (pair.giver, pair.taker) == (Named("c1", "C1"), Named("n1", "N1"))
    assert (pair.points_before, pair.points_after, pair.missing) == (None, 700, ())
    assert found.served_now[0] == PartnerChange(Named("c1", "C1"), 0, 1, (), (Named("n1", "N1"),), True)
    assert (found.served_difference, found.points_difference) == (2, 700)


def test_lists_are_sorted_and_partners_named_once_whatever_the_order_of_the_pairings() -> None:
    market = make_scored_market({("c1.b", "n1.a"): 1, ("c1.a", "n2.b"): 2, ("c1.c", "n1.c"): 3}, max_pairs_between=2)
    after = plan_of(market, ("c1.b", "n1.a"), ("c1.a", "n2.b"), ("c1.c", "n1.c"))
    upside_down = after.model_copy(update={"pairings": after.pairings[::-1]})
    found = compare_plans(plan_of(market), upside_down, market=market)
    assert keys(found.added) == [("c1.a", "n2.b"), ("c1.b", "n1.a"), ("c1.c", "n1.c")]
    assert found.served_now[0].partners_after == (Named("n1", "N1"), Named("n2", "N2"))
    assert found.served_now[0].pairs_after == 3


def test_a_kept_pair_that_is_worth_something_else_now_is_told() -> None:
    other = make_scored_market(POINTS | {("c1.a", "n1.a"): 650})
    found = compare_plans(plan_of(MARKET, ("c1.a", "n1.a")), plan_of(other, ("c1.a", "n1.a")), market=other, market_before=MARKET)
    assert [(pair.points_before, pair.points_after) for pair in found.revalued] == [(700, 650)]
    assert found.kept == found.revalued
    assert not found.is_same_input


def smaller_market() -> Market:
    """Without n1, whose need nobody can have any more, and with an organisation of its own."""
    kept = {pair: points for pair, points in POINTS.items() if not pair[1].startswith("n1")}
    return make_scored_market(kept | {("c2.a", "n9.a"): 50})


def test_what_only_the_earlier_market_had_is_named_by_it() -> None:
    later = smaller_market()
    before, after = plan_of(MARKET, ("c1.a", "n1.a"), ("c1.b", "n2.a")), plan_of(later, ("c2.a", "n9.a"), ("c1.b", "n2.a"))
    found = compare_plans(before, after, market=later, market_before=MARKET)
    (gone,), (new,) = found.removed, found.added
    assert (gone.need, gone.taker, gone.missing) == (Named("n1.a", "Anstrich für die Wände"), Named("n1", "N1"), ("c1.a", "n1.a"))
    assert (new.taker, new.missing) == (Named("n9", "N9"), ("n9.a",))
    assert {change.organisation.id: change.is_in_both for change in found.alone_now} == {"n1": False}
    assert {change.organisation.id: change.is_in_both for change in found.served_now} == {"c2": True, "n9": False}
    assert counts(found.fewer) == {"c1": (2, 1)}


def test_what_neither_market_has_any_more_is_named_by_its_id() -> None:
    later = smaller_market()
    found = compare_plans(plan_of(MARKET, ("c1.a", "n1.a")), plan_of(later), market=later)
    (gone,) = found.removed
    assert (gone.offer, gone.need, gone.giver, gone.taker) == (Named("c1.a", "c1.a"), Named("n1.a", "n1.a"), None, None)
    assert found.alone_now == ()


def test_an_entry_that_moved_counts_for_its_owner_of_then_and_now() -> None:
    fields: dict[str, Any] = {"scores": {("c1.a", "n1.a"): 5}, "organisations": [*MARKET.organisations, make_nonprofit("n7")]}
    earlier = make_scored_market({("c1.a", "n1.a"): 5}, **fields)
    later = make_scored_market({("c1.a", "n1.a"): 5}, offers=[make_offer("c1.a", "c1")], needs=[make_need("n1.a", "n7")], **fields)
    plan = ("c1.a", "n1.a")
    found = compare_plans(plan_of(earlier, plan), plan_of(later, plan), market=later, market_before=earlier)
    assert (counts(found.alone_now), counts(found.served_now)) == ({"n1": (1, 0)}, {"n7": (0, 1)})
    assert keys(found.kept) == [plan]
    assert found.kept[0].taker == Named("n7", "N7")


@pytest.mark.parametrize("path", EXAMPLE_FILES, ids=lambda path: path.stem)
def test_a_comparison_adds_up_and_does_not_depend_on_the_order_of_the_lists(path: Path) -> None:
    market = load_example(path)
    after = propose_pairings(gather(market), solver=name_solver())
    pinned = {(rule.offer, rule.need) for rule in market.pairs}
    pairs = [(pairing.offer, pairing.need) for pairing in after.pairings]
    before = plan_of(market, *(pair for at, pair in enumerate(pairs) if at % 2 or pair in pinned))
    found = compare_plans(before, after, market=market)
    assert found.removed == found.revalued == found.fewer == found.alone_now == ()
    assert sum(pair.points_after or 0 for pair in found.added) == found.points_difference
    assert len(found.served_now) == found.served_difference
    busy = Counter(change.organisation.id for change in (*found.served_now, *found.more))
    assert set(busy.values()) == {1}
    assert compare_plans(after, after, market=market).kept != ()
    assert compare_plans(before, after, market=shuffle(market, 1)) == found


def test_a_refused_plan_has_no_pairs_to_compare() -> None:
    empty = plan_of(MARKET).model_copy(update={"status": "refused"})
    found = compare_plans(plan_of(MARKET, ("c1.a", "n1.a")), empty, market=MARKET)
    assert (keys(found.removed), found.kept) == ([("c1.a", "n1.a")], ())
