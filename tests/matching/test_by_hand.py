"""A plan made by hand: its bound holds, only proof makes it optimal, and who is left over learns what would let them join."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from removals import remove, with_limits
from strategies import Market as SmallMarket
from strategies import examples, markets
from test_unpaired_properties import BOTH, NOT_REMOVABLE

from factories import Key, make_scored_market
from marktplatz.market import Market
from marktplatz.matching import solve
from marktplatz.matching.by_hand import assign_by_hand, find_loose_bound
from marktplatz.matching.gather import gather
from marktplatz.matching.judge import judge_pair, judge_pairs
from marktplatz.matching.left_over import explain_left_over
from marktplatz.matching.unpaired import ObstacleReason
from marktplatz.vocabulary import PlanStatus

TWO = make_scored_market({("c1.a", "n1.a"): 700, ("c1.a", "n2.a"): 400, ("c2.a", "n1.a"): 300, ("c2.a", "n2.a"): 0})


@examples(200)
@given(markets())
def test_no_optimum_exceeds_the_loose_bound(market: SmallMarket) -> None:
    problem = market.problem()
    best = solve(problem)
    served, points = find_loose_bound(problem)
    assert best.status is PlanStatus.REFUSED or (best.served <= served and best.points <= points)


@examples(100)
@given(markets())
def test_the_solvers_pairs_are_optimal_by_hand_too_once_its_bound_is_known(market: SmallMarket) -> None:
    problem = market.problem()
    best = solve(problem)
    assume(best.status is PlanStatus.OPTIMAL)
    keys = [(pair.offer, pair.need) for pair in best.pairs(problem)]
    assignment, violations = assign_by_hand(problem, keys, (best.bound_served, best.bound_points))
    assert violations == []
    assert (assignment.status, assignment.served, assignment.points) == (PlanStatus.OPTIMAL, best.served, best.points)
    assert assignment.chosen.tolist() == best.chosen.tolist()


@pytest.mark.parametrize(
    ("chosen", "bound", "status"),
    [
        ([("c1.a", "n1.a"), ("c2.a", "n2.a")], (4, 700), PlanStatus.OPTIMAL),
        ([("c1.a", "n2.a"), ("c2.a", "n1.a")], (4, 700), PlanStatus.OPTIMAL),
        ([("c1.a", "n1.a")], (4, 700), PlanStatus.FEASIBLE),
        ([("c1.a", "n1.a"), ("c2.a", "n2.a")], None, PlanStatus.FEASIBLE),
        ([], (4, 700), PlanStatus.FEASIBLE),
    ],
)
def test_only_reaching_the_bound_is_a_proof(chosen: list[Key], bound: tuple[int, int] | None, status: PlanStatus) -> None:
    assignment, violations = assign_by_hand(gather(TWO).problem, chosen, bound)
    assert (assignment.status, violations) == (status, [])
    assert (assignment.bound_served, assignment.bound_points) == (bound or (4, 1000))


def test_a_loose_bound_that_is_reached_proves_as_well() -> None:
    problem = gather(make_scored_market({("c1.a", "n1.a"): 700})).problem
    assert assign_by_hand(problem, [("c1.a", "n1.a")])[0].status is PlanStatus.OPTIMAL


def test_an_idle_pair_may_stay_in_by_hand_but_no_such_plan_is_called_optimal() -> None:
    market = make_scored_market({("c1.a", "n1.a"): 700, ("c1.b", "n1.b"): 0}, max_pairs_between=2)
    problem = gather(market).problem
    best = solve(problem)
    assignment, violations = assign_by_hand(problem, market_keys(market), (best.bound_served, best.bound_points))
    assert (assignment.status, violations, len(assignment.chosen)) == (PlanStatus.FEASIBLE, [], 2)


def test_what_breaks_a_rule_is_found_by_the_checker() -> None:
    chosen = [("c1.a", "n1.a"), ("c1.a", "n2.a")]
    assert [violation.rule for violation in assign_by_hand(gather(TWO).problem, chosen)[1]] == ["capacity"]


def market_keys(market: Market) -> list[Key]:
    return [(score.offer, score.need) for score in market.scores or ()]


def can_join(market: Market, chosen: list[Key], who: str) -> bool:
    gathered = gather(market)
    own = {entry.id for entry in (*market.offers, *market.needs) if entry.organisation == who}
    pairs = [(offer.id, need.id) for offer in market.offers for need in market.needs if {offer.id, need.id} & own]
    return any(not judge_pair(gathered, chosen, *pair) for pair in pairs)


def draw_plan(data: st.DataObject, market: Market) -> list[Key]:
    """Some pairs that keep every rule: the first that go together, in a drawn order."""
    gathered = gather(market)
    every = [(offer.id, need.id) for offer in market.offers for need in market.needs]
    chosen: list[Key] = []
    for pair in data.draw(st.permutations(every)):
        if len(chosen) < 3 and not judge_pair(gathered, chosen, *pair):
            chosen.append(pair)
    assume(judge_pairs(gathered, chosen) == ())
    return chosen


@BOTH
@examples(40)
@given(data=st.data())
def test_reasons_let_who_is_left_over_join_this_very_plan_and_none_is_superfluous(
    drawn: st.SearchStrategy[Market], data: st.DataObject
) -> None:
    market = data.draw(drawn)
    chosen = draw_plan(data, market)
    gathered = gather(market)
    explained = explain_left_over(gathered, assign_by_hand(gathered.problem, chosen)[0])
    paired = {market.entry_by_id[entry].organisation for pair in chosen for entry in pair}
    assert list(explained) == sorted({organisation.id for organisation in market.organisations} - paired)
    for who, reasons in explained.items():
        codes = [reason.code for reason in reasons]
        if not NOT_REMOVABLE & set(codes):
            assert codes.count("could_join") == (len(codes) if can_join(market, chosen, who) else 0)
            for size in range(len(reasons) + 1):
                for some in combinations(reasons, size):
                    expected = size == len(reasons) or codes == ["could_join"]
                    assert can_join(remove_all(market, who, some), chosen, who) == expected, (who, codes)


def remove_all(market: Market, who: str, reasons: tuple[ObstacleReason, ...]) -> Market:
    as_solved = {"could_join": "lost_tie", "taken_by_hand": "partners_taken"}
    for reason in reasons:
        market = remove(market, who, replace(reason, code=as_solved.get(reason.code, reason.code)))
    return market


def test_who_finds_all_taken_learns_which_limits_would_have_to_be_higher() -> None:
    market = make_scored_market({("c1.a", "n1.a"): 700, ("c1.a", "n2.a"): 400}, max_agreements=1)
    gathered = gather(market)
    (reason,) = explain_left_over(gathered, assign_by_hand(gathered.problem, [("c1.a", "n1.a")])[0])["n2"]
    assert reason == ObstacleReason("taken_by_hand", 1, "c1.a", "n2.a", ("c1",), ("capacity", "max_agreements"), 1)
    for one in reason.limits:
        assert not can_join(remove_all(market, "n2", (with_limits(reason, (one,), 1),)), [("c1.a", "n1.a")], "n2")


def test_who_could_simply_join_is_told_the_best_pair() -> None:
    gathered = gather(TWO)
    explained = explain_left_over(gathered, assign_by_hand(gathered.problem, [("c2.a", "n2.a")])[0])
    assert explained["c1"] == (ObstacleReason("could_join", 2, "c1.a", "n1.a", ("n1",)),)
