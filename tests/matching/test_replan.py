"""replan() against solve() from scratch: after every event the same value and as few changed pairs, whatever happens."""

from random import Random

import numpy as np
import pytest
from strategies import make_market

from marktplatz.errors import Conflict, InvalidInput, NotFound
from marktplatz.matching import Pair, Problem, find_violations, paths, solve
from marktplatz.matching.changes import (
    CapacityChanged,
    Change,
    MaximumChanged,
    OrganisationAbsent,
    OrganisationArrives,
    PairAgreed,
    PairPinned,
    PairRefused,
    PairReleased,
)
from marktplatz.matching.problem import UNLIMITED
from marktplatz.matching.replan import LivePlan, replan
from marktplatz.matching.replanned import PairChange, Why

Keys = set[tuple[str, str]]


def keys_of(plan: LivePlan) -> Keys:
    return {(pair.offer, pair.need) for pair in plan.assignment.pairs(plan.problem)}


def served_by(plan: LivePlan) -> set[str]:
    problem, chosen = plan.problem, plan.assignment.chosen
    return {problem.organisations[o] for o in (*problem.giving[chosen], *problem.taking[chosen])}


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 a draw of events, no secret


def draw_change(problem: Problem, random: Random) -> Change:
    pair = problem.pair(random.randrange(len(problem.points)))
    organisation = random.choice(problem.organisations)
    kind = random.randrange(12)
    if kind < 3:
        return OrganisationAbsent(organisation)
    if kind < 6:
        return OrganisationArrives(organisation)
    if kind < 10:
        return [PairAgreed, PairPinned, PairRefused, PairReleased][kind - 6](pair.offer, pair.need)
    if kind == 10:
        return CapacityChanged(random.choice((*problem.offers, *problem.needs)), random.choice([0, 1, 1, 2, 3, UNLIMITED]))
    return MaximumChanged(organisation, random.choice([0, 1, 1, 2, 3, UNLIMITED]))


def assert_like_scratch(plan: LivePlan, change: Change, *, same_pairs: bool = False) -> None:
    """One event: same optimum, same distance to the plan before, and a true account of what changed."""
    before, served_before, stood = keys_of(plan), served_by(plan), plan.problem
    try:
        after = replan(plan, change)
    except Conflict:
        assert plan.problem is stood
        assert keys_of(plan) == before
        return
    problem, assignment = plan.problem, plan.assignment
    scratch = solve(problem, previous=before)
    now = keys_of(plan)
    assert find_violations(problem, assignment) == []
    assert (assignment.served, assignment.points) == (scratch.served, scratch.points)
    best = {(pair.offer, pair.need) for pair in scratch.pairs(problem)}
    assert len(now ^ before) == len(best ^ before)
    if same_pairs:
        assert now == best
    assert {(pair.offer, pair.need) for pair in after.added} == now - before
    assert {(pair.offer, pair.need) for pair in after.removed} == before - now
    assert set(after.newly_served) == served_by(plan) - served_before
    assert set(after.no_longer_served) == served_before - served_by(plan)
    assert sorted(c.pair for c in after.changes) == sorted((*after.added, *after.removed))


MARKETS = {
    "one network": {"max_pairs_between": None},
    "few points, many ties": {"max_pairs_between": None, "top": 2},
    "no points at all": {"max_pairs_between": None, "top": 0},
    "one pair between two": {"max_pairs_between": 1, "degree": 8.0},
    "ties and one pair between two": {"max_pairs_between": 1, "top": 3, "degree": 8.0},
    "two pairs between two": {"max_pairs_between": 2, "degree": 9.0, "most": 4},
    "within one kind": {"within_kind": True},
    "with pins": {"max_pairs_between": None, "pins": 4},
    "within one kind, with pins": {"within_kind": True, "pins": 3, "top": 5},
}


@pytest.mark.parametrize("name", MARKETS)
@pytest.mark.parametrize("size", [(2, 3), (4, 4), (9, 8)])
def test_every_event_gives_what_a_fresh_solve_gives(name, size):
    for seed in range(4):
        random = seeded(seed)
        market = make_market(np.random.default_rng([seed, *size]), size, **({"degree": 4.0} | MARKETS[name]))
        problem = market.problem()
        if len(problem.points) == 0:
            continue
        plan = LivePlan.start(problem)
        for _ in range(20):
            assert_like_scratch(plan, draw_change(problem, random))


@pytest.mark.parametrize("name", ["one network", "few points, many ties", "one pair between two", "with pins"])
def test_searching_from_both_ends_from_the_first_arc_on_is_as_exact(name, monkeypatch):
    """Small markets never need the search from the goals, which large ones do; so here it starts at once."""
    monkeypatch.setattr(paths, "_START", 0)
    monkeypatch.setattr(paths, "_BATCH", 1)
    random = seeded(3)
    problem = make_market(np.random.default_rng(3), (40, 40), **({"degree": 12.0} | MARKETS[name])).problem()
    plan = LivePlan.start(problem)
    for _ in range(150):
        assert_like_scratch(plan, draw_change(problem, random))


def test_a_thousand_events_in_a_large_market():
    random = seeded(5)
    problem = make_market(np.random.default_rng(5), (150, 150), degree=20.0, max_pairs_between=None).problem()
    plan = LivePlan.start(problem)
    for _ in range(1000):
        assert_like_scratch(plan, draw_change(problem, random), same_pairs=True)


def test_a_plan_that_was_not_the_optimum_is_kept_as_far_as_the_optimum_allows():
    for seed in range(10):
        problem = make_market(np.random.default_rng(seed), (8, 8), degree=6.0, top=4, max_pairs_between=seed % 2 or None).problem()
        favourites = [problem.pair(line) for line in range(0, len(problem.points), 3)]
        known = solve(problem, previous=[(pair.offer, pair.need) for pair in favourites], stay_bonus=700)
        plan = LivePlan.start(problem, known)
        assert plan.assignment is known
        random = seeded(seed)
        for _ in range(5):
            assert_like_scratch(plan, draw_change(problem, random))


def small_market(**limits) -> Problem:
    return Problem.from_pairs(
        companies=["bank", "shop"],
        nonprofits=["club", "home"],
        offers={"paint": "bank", "bake": "shop"},
        needs={"feast": "club", "walls": "home"},
        pairs=[Pair("bake", "feast", 400), Pair("paint", "feast", 700), Pair("paint", "walls", 300)],
        **limits,
    )


def test_who_leaves_and_comes_back_leaves_the_plan_as_it_was():
    plan = LivePlan.start(small_market())
    before = keys_of(plan)
    assert before == {("bake", "feast"), ("paint", "walls")}
    left = replan(plan, OrganisationAbsent("home"))
    assert left.no_longer_served == ("home", "shop")
    assert keys_of(plan) == {("paint", "feast")}
    assert plan.problem.max_agreements[plan.problem.organisations.index("home")] == 0
    back = replan(plan, OrganisationArrives("home"))
    assert back.newly_served == ("home", "shop")
    assert keys_of(plan) == before


def test_it_says_why_each_pair_changed():
    plan = LivePlan.start(small_market())
    after = replan(plan, PairRefused("bake", "feast"))
    assert after.changes == (
        PairChange(Pair("bake", "feast", 400), False, Why.CAUSE, None, ("shop",)),
        PairChange(Pair("paint", "feast", 700), True, Why.FILLS, Pair("bake", "feast", 400)),
        PairChange(Pair("paint", "walls", 300), False, Why.GIVES_WAY, Pair("paint", "feast", 700), ("home",)),
    )
    plan = LivePlan.start(small_market(max_agreements={"shop": 0}))
    assert keys_of(plan) == {("paint", "feast")}
    after = replan(plan, MaximumChanged("shop", 1))
    assert after.changes == (
        PairChange(Pair("bake", "feast", 400), True, Why.CAUSE, None, ("shop",)),
        PairChange(Pair("paint", "feast", 700), False, Why.GIVES_WAY, Pair("bake", "feast", 400)),
        PairChange(Pair("paint", "walls", 300), True, Why.FILLS, Pair("paint", "feast", 700), ("home",)),
    )


def test_an_agreed_pair_stays_even_when_one_of_the_two_leaves():
    plan = LivePlan.start(small_market())
    replan(plan, PairAgreed("paint", "walls"))
    assert replan(plan, OrganisationAbsent("bank")).changes == ()
    assert ("paint", "walls") in keys_of(plan)
    assert replan(plan, PairReleased("paint", "walls")).removed == (Pair("paint", "walls", 300),)


def test_a_pin_pushes_others_out_and_its_release_lets_them_back():
    plan = LivePlan.start(small_market())
    before = keys_of(plan)
    assert replan(plan, PairPinned("paint", "feast")).added == (Pair("paint", "feast", 700),)
    assert keys_of(plan) == {("paint", "feast")}
    replan(plan, PairReleased("paint", "feast"))
    assert keys_of(plan) == before


def test_what_holds_already_changes_nothing():
    plan = LivePlan.start(small_market())
    for change in (
        PairReleased("paint", "walls"),
        OrganisationArrives("bank"),
        PairRefused("bake", "walls"),
        PairPinned("paint", "walls"),
        PairAgreed("paint", "walls"),
        MaximumChanged("shop", UNLIMITED),
    ):
        assert replan(plan, change).changes == ()


REFUSED = [
    ([PairRefused("paint", "feast")], PairPinned("paint", "feast"), "forbidden", [("paint", "feast")]),
    ([PairPinned("paint", "feast")], PairRefused("paint", "feast"), "forbidden", [("paint", "feast")]),
    ([], PairAgreed("bake", "walls"), "not_eligible", [("bake", "walls")]),
    ([PairAgreed("paint", "feast")], PairAgreed("paint", "walls"), "capacity", [("paint", "walls")]),
    ([PairAgreed("paint", "feast")], CapacityChanged("feast", 0), "capacity", [("paint", "feast")]),
    ([MaximumChanged("home", 0)], PairPinned("paint", "walls"), "max_agreements", [("paint", "walls")]),
    ([OrganisationAbsent("bank")], PairPinned("paint", "walls"), "max_agreements", [("paint", "walls")]),
    ([PairAgreed("paint", "feast")], MaximumChanged("bank", 0), "max_agreements", [("paint", "feast")]),
]


@pytest.mark.parametrize(("first", "then", "rule", "pins"), REFUSED)
def test_a_pin_that_cannot_hold_is_refused_and_nothing_changes(first, then, rule, pins):
    plan = LivePlan.start(small_market())
    for change in first:
        replan(plan, change)
    problem, assignment = plan.problem, plan.assignment
    with pytest.raises(Conflict) as refused:
        replan(plan, then)
    assert [dict(finding.params) for finding in refused.value.findings] == [
        {"rule": rule, "offer": offer, "need": need} for offer, need in pins
    ]
    assert plan.problem is problem
    assert plan.assignment is assignment


def test_two_pins_between_the_same_two_are_one_too_many():
    problem = Problem.from_pairs(
        companies=["bank"],
        nonprofits=["club"],
        offers={"paint": "bank", "sing": "club"},
        needs={"feast": "bank", "walls": "club"},
        pairs=[Pair("paint", "walls", 5), Pair("sing", "feast", 9)],
    )
    plan = LivePlan.start(problem)
    assert keys_of(plan) == {("sing", "feast")}
    replan(plan, PairPinned("paint", "walls"))
    assert keys_of(plan) == {("paint", "walls")}
    with pytest.raises(Conflict) as refused:
        replan(plan, PairPinned("sing", "feast"))
    assert refused.value.findings[0].params["rule"] == "max_pairs_between"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (OrganisationAbsent("nobody"), "unknown_organisation"),
        (MaximumChanged("paint", 1), "unknown_organisation"),
        (PairAgreed("nothing", "walls"), "unknown_offer"),
        (PairAgreed("walls", "paint"), "unknown_offer"),
        (PairRefused("paint", "nothing"), "unknown_need"),
        (CapacityChanged("bank", 1), "unknown_entry"),
    ],
)
def test_unknown_ids_are_not_found(change, code):
    with pytest.raises(NotFound) as missing:
        replan(LivePlan.start(small_market()), change)
    assert missing.value.findings[0].code == code


@pytest.mark.parametrize("limit", [-1, UNLIMITED + 1, 2**63, True, 1.0, None])
@pytest.mark.parametrize("make", [lambda limit: CapacityChanged("paint", limit), lambda limit: MaximumChanged("bank", limit)])
def test_a_limit_is_a_whole_number(make, limit):
    with pytest.raises(InvalidInput):
        replan(LivePlan.start(small_market()), make(limit))


def test_a_problem_whose_pins_clash_cannot_start():
    for pinned, rule in (
        ([("paint", "feast"), ("paint", "walls")], "capacity"),
        ([("bake", "walls")], "not_eligible"),
    ):
        with pytest.raises(Conflict) as refused:
            LivePlan.start(small_market(pinned=pinned))
        assert [(f.params["rule"], f.params["offer"], f.params["need"]) for f in refused.value.findings] == [
            (rule, *pin) for pin in pinned
        ]


def test_an_empty_market_can_live():
    plan = LivePlan.start(Problem.from_pairs(companies=["bank"], nonprofits=[], offers={}, needs={}, pairs=[]))
    assert replan(plan, OrganisationAbsent("bank")).changes == ()
    assert plan.assignment.served == 0
