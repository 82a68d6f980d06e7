"""The rounds that are still to come: rules are kept, what was stays, few move, and nobody stays alone who need not."""

from dataclasses import replace

import numpy as np
import pytest

from marktplatz.matching import Pair, Problem
from marktplatz.matching.later_rounds import replan_rounds
from marktplatz.matching.rounds.values import Attendance, Timetable
from marktplatz.matching.timetable import plan_timetable
from marktplatz.matching.verify_timetable import TimetableRule, find_timetable_violations


def make_hall(seed: int, *, inner: int = 0, companies: int = 8, nonprofits: int = 9) -> Problem:
    rng = np.random.default_rng(seed)
    ones, others = [f"c{i}" for i in range(companies)], [f"n{i}" for i in range(nonprofits)]
    couples = {(one, other) for one in ones for other in rng.permutation(others)[:5].tolist()}
    for _ in range(inner):
        one, other = rng.permutation(others)[:2].tolist()
        couples.add((one, other))
    return Problem.from_pairs(
        companies=ones,
        nonprofits=others,
        offers={f"a-{o}": o for o in ones + others},
        needs={f"b-{o}": o for o in ones + others},
        pairs=[Pair(f"a-{one}", f"b-{other}", int(rng.integers(0, 1001))) for one, other in sorted(couples)],
    )


def later(timetable: Timetable, frozen: int) -> Timetable:
    return replace(timetable, conversations=tuple(talk for talk in timetable.conversations if talk.round > frozen))


CASES = [(seed, inner, tables) for seed in range(6) for inner in (0, 6) for tables in (3, 9)]


@pytest.mark.parametrize(("seed", "inner", "tables"), CASES)
def test_an_evening_of_no_shows_keeps_the_rules_and_the_past(seed: int, inner: int, tables: int) -> None:
    problem = make_hall(seed, inner=inner)
    pairings = [(pair.offer, pair.need) for pair in map(problem.pair, range(0, len(problem.points), 7))]
    timetable = plan_timetable(problem, rounds=4, tables=tables, pairings=pairings)
    attendance: dict[str, Attendance] = {}
    for step, gone in enumerate(np.random.default_rng(seed).permutation(problem.organisations)[:5].tolist()):
        frozen = step // 2
        attendance[gone] = Attendance(0)
        after = replan_rounds(problem, timetable, frozen=frozen, pairings=pairings, attendance=attendance)
        rules = find_timetable_violations(problem, later(after, frozen), attendance=attendance, break_rounds=range(1, frozen + 1))
        assert [rule for rule in rules if rule.rule is not TimetableRule.TOTALS] == []
        assert find_timetable_violations(problem, after, pairings=pairings) == []
        past = [talk for talk in timetable.conversations if talk.round <= frozen]
        assert [talk for talk in after.conversations if talk.round <= frozen] == past
        kept = {
            talk.organisations for talk in later(timetable, frozen).conversations if not attendance.keys() & set(talk.organisations)
        }
        lost = kept - {talk.organisations for talk in after.conversations}
        assert len(lost) <= after.met_pairings[1]
        assert (after.met_pairings[0], after.served[0]) <= (after.bound.met_pairings, after.bound.served)
        timetable = after


@pytest.mark.parametrize("seed", range(6))
def test_where_nothing_happened_nothing_changes(seed: int) -> None:
    problem = make_hall(seed)
    timetable = plan_timetable(problem, rounds=4, tables=9)
    for frozen in range(5):
        assert replan_rounds(problem, timetable, frozen=frozen).conversations == timetable.conversations


def test_who_loses_the_only_partner_gets_another_in_a_free_round() -> None:
    problem = Problem.from_pairs(
        companies=["bank", "shop"],
        nonprofits=["choir", "club"],
        offers={"paint": "bank", "flyer": "shop"},
        needs={"walls": "club", "posters": "choir"},
        pairs=[Pair("paint", "walls", 700), Pair("flyer", "posters", 400), Pair("flyer", "walls", 0)],
    )
    timetable = plan_timetable(problem, rounds=2, tables=1, pairings=[("paint", "walls"), ("flyer", "posters")])
    after = replan_rounds(problem, timetable, frozen=0, pairings=[("flyer", "posters")], attendance={"bank": Attendance(0)})
    assert {talk.organisations for talk in after.conversations} == {("choir", "shop"), ("club", "shop")}


def test_a_pairing_that_is_new_meets_though_others_give_way() -> None:
    problem = Problem.from_pairs(
        companies=["bank", "shop"],
        nonprofits=["choir", "club"],
        offers={"paint": "bank", "flyer": "shop"},
        needs={"walls": "club", "posters": "choir"},
        pairs=[
            Pair("paint", "walls", 700),
            Pair("paint", "posters", 10),
            Pair("flyer", "posters", 400),
            Pair("flyer", "walls", 300),
        ],
    )
    timetable = plan_timetable(problem, rounds=1, tables=2)
    assert {talk.organisations for talk in timetable.conversations} == {("bank", "club"), ("choir", "shop")}
    after = replan_rounds(problem, timetable, frozen=0, pairings=[("paint", "posters")])
    assert ("bank", "choir") in {talk.organisations for talk in after.conversations}


def test_after_the_last_round_only_the_totals_are_counted_anew() -> None:
    problem = make_hall(1)
    timetable = plan_timetable(problem, rounds=2, tables=9)
    after = replan_rounds(problem, timetable, frozen=2, attendance={"c1": Attendance(0)})
    assert after.conversations == timetable.conversations
    assert after.points == timetable.points
