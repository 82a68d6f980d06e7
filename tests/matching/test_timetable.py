"""The timetable breaks no rule, none is better, and the order of the input does not matter."""

import random
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from timetable_cases import Case, cases, find_best, make_case, make_problem

from marktplatz.errors import InvalidInput
from marktplatz.matching.problem import Problem
from marktplatz.matching.timetable import Attendance, Timetable, plan_timetable
from marktplatz.matching.verify_timetable import find_timetable_violations

FREE_FOR_ALL = {"absences": False, "fixed_tables": False, "within_kind": False}


def reached(timetable: Timetable) -> tuple[int, int, int]:
    return timetable.met_pairings[0], timetable.served[0], timetable.points


def bound(timetable: Timetable) -> tuple[int, int, int]:
    return timetable.bound.met_pairings, timetable.bound.served, timetable.bound.points


def check(case: Case) -> Timetable:
    """Plan, and find no broken rule."""
    timetable = case.plan()
    assert not find_timetable_violations(
        case.problem, timetable, attendance=case.attendance, break_rounds=case.break_rounds, pairings=case.pairings
    )
    return timetable


@settings(max_examples=200)
@given(cases(**FREE_FOR_ALL))
def test_without_absences_and_within_kinds_none_is_better_and_the_bound_is_reached(case: Case) -> None:
    timetable = check(case)
    assert reached(timetable) == find_best(case) == bound(timetable)
    assert timetable.is_optimal


@settings(max_examples=250)
@given(cases())
def test_no_rule_is_broken_and_no_timetable_exceeds_the_bound(case: Case) -> None:
    timetable = check(case)
    assert reached(timetable) <= find_best(case) <= bound(timetable)


@pytest.mark.parametrize(
    ("options", "least"),
    [
        ({"absent": 0.3}, 97),
        ({"absent": 0.2, "within": 4}, 97),
        ({"within": 5}, 97),
    ],
)
def test_small_timetables_with_absences_or_odd_circles_are_nearly_always_best(options: dict[str, float], least: int) -> None:
    best = 0
    for seed in range(100):
        case = make_case(seed, 3, 3, rounds=3, tables=2, candidates=2, **options)
        timetable = check(case)
        assert reached(timetable) <= find_best(case) <= bound(timetable)
        best += reached(timetable) == find_best(case)
    assert best >= least


@settings(max_examples=60)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(case: Case, chance: random.Random) -> None:
    p = case.problem
    pairs = [p.pair(index) for index in range(len(p.points))]
    offers = {o: p.organisations[i] for o, i in zip(p.offers, p.offer_organisation, strict=True)}
    needs = {n: p.organisations[i] for n, i in zip(p.needs, p.need_organisation, strict=True)}
    companies = [o for o, is_company in zip(p.organisations, p.is_company, strict=True) if is_company]
    nonprofits = [o for o in p.organisations if o not in companies]
    shut = [(pair.offer, pair.need) for pair, rule in zip(pairs, p.exclusions, strict=True) if rule]

    def shuffled(things):
        things = list(things)
        return chance.sample(things, len(things))

    other = Problem.from_pairs(
        companies=shuffled(companies),
        nonprofits=shuffled(nonprofits),
        offers=dict(shuffled(offers.items())),
        needs=dict(shuffled(needs.items())),
        pairs=shuffled(pairs),
        forbidden=shuffled(shut),
    )
    pairings = tuple(shuffled([*case.pairings, *case.pairings[:1]]))
    again = replace(case, problem=other, pairings=pairings, attendance=dict(shuffled(case.attendance.items())))
    assert again.plan() == case.plan()


def idle_conversations(case: Case) -> list[tuple[str, str]]:
    """Conversations without points that serve nobody new and let no pairing meet."""
    conversations = case.plan().conversations
    talks = Counter(organisation for conversation in conversations for organisation in conversation.organisations)
    wanted = {frozenset((offer[1:], need[1:])) for offer, need in case.pairings}
    return [
        c.organisations
        for c in conversations
        if not c.points
        and min(talks[organisation] for organisation in c.organisations) > 1
        and frozenset(c.organisations) not in wanted
    ]


@settings(max_examples=60)
@given(cases())
def test_idle_conversations_stay_out(case: Case) -> None:
    assert idle_conversations(case) == []


@pytest.mark.parametrize("absent", [0.0, 0.2])
def test_idle_conversations_stay_out_of_nearly_worthless_markets(absent: float) -> None:
    for seed in range(20):
        case = make_case(seed, 4, 4, rounds=3, tables=3, candidates=3, absent=absent)
        points = np.where(np.arange(len(case.problem.points)) % 3 == 0, 1, 0)
        assert idle_conversations(replace(case, problem=replace(case.problem, points=points), pairings=())) == []


def test_the_better_direction_counts() -> None:
    problem = make_problem(1, 1, {("c0", "s0"): 200, ("s0", "c0"): 700})
    (conversation,) = plan_timetable(problem, rounds=3, tables=2).conversations
    assert (conversation.organisations, conversation.points) == (("c0", "s0"), 700)


def test_a_shut_out_direction_does_not_count() -> None:
    problem = make_problem(1, 1, {("c0", "s0"): 200, ("s0", "c0"): 700}, forbidden=[("as0", "nc0")])
    assert [c.points for c in plan_timetable(problem, rounds=1, tables=1).conversations] == [200]


def test_pairings_come_before_serving_and_serving_before_points() -> None:
    points = {("c0", "s0"): 0, ("c0", "s1"): 1, ("c1", "s0"): 1, ("c1", "s1"): 1000}
    problem = make_problem(2, 2, points)
    by_pairing = plan_timetable(problem, rounds=1, tables=1, pairings=[("ac0", "ns0")])
    assert [c.organisations for c in by_pairing.conversations] == [("c0", "s0")]
    problem = make_problem(2, 2, {couple: worth for couple, worth in points.items() if couple != ("c0", "s0")})
    by_serving = plan_timetable(problem, rounds=1, tables=2)
    assert [c.organisations for c in by_serving.conversations] == [("c0", "s1"), ("c1", "s0")]


def test_pairings_of_both_directions_meet_in_one_conversation() -> None:
    problem = make_problem(1, 1, {("c0", "s0"): 5})
    timetable = plan_timetable(problem, rounds=2, tables=1, pairings=[("ac0", "ns0"), ("as0", "nc0"), ("ac0", "ns0")])
    assert timetable.met_pairings == (2, 2)


def test_a_pairing_that_is_not_eligible_any_more_counts_as_not_met() -> None:
    problem = make_problem(1, 2, {("c0", "s0"): 5})
    assert plan_timetable(problem, rounds=1, tables=1, pairings=[("ac0", "ns0"), ("ac0", "ns1")]).met_pairings == (1, 2)


def test_everybody_talks_with_everybody_in_as_many_rounds_as_there_are_partners() -> None:
    problem = make_problem(9, 9, {(f"c{i}", f"s{j}"): 1 + i * j for i in range(9) for j in range(9)})
    timetable = check(Case(problem, 9, 9))
    assert len(timetable.conversations) == 81


def test_rounds_are_evened_out_to_the_tables() -> None:
    problem = make_problem(6, 6, {(f"c{i}", f"s{j}"): 10 for i in range(6) for j in range(6) if (i + j) % 3})
    timetable = check(Case(problem, 8, 3))
    assert len(timetable.conversations) == 24


def test_several_representatives_talk_at_once() -> None:
    problem = make_problem(1, 4, {("c0", f"s{j}"): 10 for j in range(4)})
    timetable = check(Case(problem, 2, 4, attendance={"c0": Attendance(representatives=2)}))
    assert [c.round for c in timetable.conversations] == [1, 1, 2, 2]
    assert len(check(Case(problem, 1, 4, attendance={"c0": Attendance(representatives=100)})).conversations) == 4


def test_nobody_comes_for_an_organisation_without_representatives() -> None:
    problem = make_problem(1, 1, {("c0", "s0"): 10})
    assert check(Case(problem, 2, 2, attendance={"s0": Attendance(representatives=0)})).conversations == ()


def test_companies_sit_and_nonprofits_walk() -> None:
    problem = make_problem(5, 5, {(f"c{i}", f"s{j}"): 10 for i in range(5) for j in range(5)})
    timetable = plan_timetable(problem, rounds=5, tables=5)
    seats = {(c.organisations[0], c.table) for c in timetable.conversations}
    assert len(seats) == 5


def test_nobody_sits_down_at_a_table_that_belongs_to_another() -> None:
    problem = make_problem(4, 4, {(f"c{i}", f"s{j}"): 10 for i in range(4) for j in range(4) if i or j < 2})
    timetable = check(Case(problem, 4, 4, attendance={"c0": Attendance(table=1)}))
    assert len({(c.organisations[0], c.table) for c in timetable.conversations}) == 4


def test_a_fixed_table_is_kept_and_others_make_way() -> None:
    problem = make_problem(3, 3, {(f"c{i}", f"s{j}"): 10 for i in range(3) for j in range(3)})
    timetable = check(Case(problem, 3, 3, attendance={"s1": Attendance(table=2), "c1": Attendance(table=1)}))
    assert len(timetable.conversations) == 8
    assert ("c1", "s1") not in {c.organisations for c in timetable.conversations}


def test_who_shares_a_fixed_table_shares_its_rounds() -> None:
    problem = make_problem(2, 3, {(f"c{i}", f"s{j}"): 10 for i in range(2) for j in range(3)})
    shared = {"c0": Attendance(table=2, representatives=3), "c1": Attendance(table=2)}
    timetable = check(Case(problem, 4, 3, attendance=shared))
    assert [(c.round, c.table) for c in timetable.conversations] == [(1, 2), (2, 2), (3, 2), (4, 2)]
    assert timetable.is_optimal


def test_two_at_one_fixed_table_may_talk_with_each_other() -> None:
    problem = make_problem(1, 2, {("c0", "s0"): 10, ("c0", "s1"): 5})
    at_one = {"c0": Attendance(table=1), "s0": Attendance(table=1)}
    timetable = check(Case(problem, 1, 2, attendance=at_one))
    assert [c.organisations for c in timetable.conversations] == [("c0", "s0")]


def test_three_nonprofits_take_turns() -> None:
    problem = make_problem(0, 3, {("s0", "s1"): 10, ("s1", "s2"): 10, ("s2", "s0"): 10})
    assert len(check(Case(problem, 3, 3)).conversations) == 3
    assert len(check(Case(problem, 2, 3)).conversations) == 2


def test_half_pairings_of_three_nonprofits_do_not_lower_the_bound_of_who_is_served() -> None:
    points = {("s0", "s1"): 1, ("s1", "s2"): 1, ("s2", "s0"): 1, ("s0", "s3"): 1000}
    pairings = (("as0", "ns1"), ("as1", "ns2"), ("as2", "ns0"))
    timetable = check(Case(make_problem(0, 4, points), 1, 2, pairings))
    assert reached(timetable) == (1, 4, 1001)
    assert reached(timetable) <= bound(timetable)


def test_who_is_counted_twice_at_one_fixed_table_does_not_lower_the_bound_of_points() -> None:
    points = {("c0", "s0"): 0, ("c1", "s0"): 1000, ("c1", "s1"): 1000, ("s0", "c0"): 3, ("s1", "c0"): 1, ("s1", "c1"): 2}
    points |= {("s2", "c0"): 2, ("c1", "s2"): 0, ("s2", "c1"): 0}
    fixed = {"c0": Attendance(2, table=2), "s0": Attendance(table=2), "s1": Attendance(2, table=2), "s2": Attendance(2, table=1)}
    timetable = check(Case(make_problem(2, 3, points), 3, 2, (("ac0", "ns0"),), fixed))
    assert reached(timetable) == (1, 5, 2003)
    assert reached(timetable) <= bound(timetable)


def test_all_rounds_are_breaks() -> None:
    problem = make_problem(1, 1, {("c0", "s0"): 10})
    timetable = plan_timetable(problem, rounds=2, tables=1, break_rounds=[1, 2, 7], pairings=[("ac0", "ns0")])
    assert (timetable.conversations, timetable.met_pairings, timetable.served) == ((), (0, 1), (0, 2))


@pytest.mark.parametrize("points", [{}, {("c0", "s0"): 0}])
def test_a_worthless_market_still_brings_people_together(points: dict[tuple[str, str], int]) -> None:
    assert len(plan_timetable(make_problem(2, 2, points), rounds=2, tables=2).conversations) == len(points)


def test_nobody_at_all() -> None:
    timetable = plan_timetable(make_problem(0, 0, {}), rounds=3, tables=2)
    assert (timetable.conversations, timetable.served, timetable.is_optimal) == ((), (0, 0), True)


def test_huge_halls_cost_nothing() -> None:
    problem = make_problem(2, 2, {("c0", "s0"): 10, ("c1", "s0"): 3})
    timetable = check(Case(problem, 10_000, 10**15, attendance={"c0": Attendance(table=10**15)}))
    assert len(timetable.conversations) == 2


def test_one_table_and_a_lopsided_market() -> None:
    problem = make_problem(1, 30, {("c0", f"s{j}"): j for j in range(30)})
    timetable = check(Case(problem, 7, 1))
    assert timetable.points == sum(range(23, 30))


@pytest.mark.parametrize(
    ("codes", "change"),
    [
        (["timetable_size"], {"rounds": 0}),
        (["timetable_size"], {"rounds": 10_001}),
        (["timetable_size"], {"tables": 0}),
        (["unknown_pairing"], {"pairings": (("ac0", "nobody"),)}),
        (["unknown_pairing"], {"pairings": (("ns0", "ac0"),)}),
        (["unknown_organisation"], {"attendance": {"nobody": Attendance()}}),
        (["table_out_of_range"], {"attendance": {"c0": Attendance(table=3)}}),
        (["table_out_of_range", "negative_representatives"], {"attendance": {"c0": Attendance(table=0), "s0": Attendance(-1)}}),
    ],
)
def test_what_cannot_be_meant_is_refused(codes: list[str], change: dict[str, object]) -> None:
    case = replace(Case(make_problem(1, 1, {("c0", "s0"): 10}), 2, 2), **change)
    with pytest.raises(InvalidInput) as refusal:
        case.plan()
    assert [finding.code for finding in refusal.value.findings] == codes


@pytest.mark.parametrize(
    ("options", "gap"),
    [
        ({"absent": 0.1}, 0.005),
        ({"absent": 0.1, "within": 40}, 0.015),
        ({"within": 60}, 0.005),
    ],
)
def test_halls_of_usual_size_come_near_the_bound(options: dict[str, float], gap: float) -> None:
    timetable = check(make_case(3, 40, 40, rounds=8, tables=35, candidates=15, **options))
    assert reached(timetable)[:2] == bound(timetable)[:2]
    assert timetable.points >= (1 - gap) * timetable.bound.points


@pytest.mark.parametrize(("absent", "gap"), [(0.25, 0.005), (0.4, 0.01)])
def test_many_absences_leave_the_timetable_near_the_bound(absent: float, gap: float) -> None:
    timetable = check(make_case(4, 150, 150, rounds=8, tables=150, candidates=30, absent=absent))
    assert reached(timetable)[:2] == bound(timetable)[:2]
    assert timetable.points >= (1 - gap) * timetable.bound.points


def test_a_full_hall_reaches_the_bound() -> None:
    timetable = check(make_case(4, 60, 60, rounds=8, tables=40, candidates=20))
    assert (len(timetable.conversations), timetable.is_optimal) == (320, True)
