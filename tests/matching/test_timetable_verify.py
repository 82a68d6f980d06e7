"""The checker finds every kind of broken rule, and shares no code with the planner."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from timetable_cases import make_problem

from marktplatz.matching import verify_timetable
from marktplatz.matching.problem import Problem
from marktplatz.matching.timetable import Attendance, Conversation, Timetable, TimetableBound
from marktplatz.matching.verify_timetable import TimetableRule, find_timetable_violations

C0_S0 = Conversation(1, 1, ("c0", "s0"), 10)
C1_S1 = Conversation(1, 2, ("c1", "s1"), 20)
C0_S1 = Conversation(2, 1, ("c0", "s1"), 0)


def hall() -> Problem:
    return make_problem(2, 2, {("c0", "s0"): 10, ("s0", "c0"): 4, ("c1", "s1"): 20, ("c0", "s1"): 0})


def timetable_of(*conversations: Conversation) -> Timetable:
    served = {organisation for conversation in conversations for organisation in conversation.organisations}
    points = sum(conversation.points for conversation in conversations)
    return Timetable(2, 2, conversations, (0, 0), (len(served), 4), points, TimetableBound(0, 4, 30))


def broken(timetable: Timetable, **options: object) -> set[str]:
    return {violation.rule.value for violation in find_timetable_violations(hall(), timetable, **options)}


def test_a_good_timetable_has_no_violation() -> None:
    assert broken(timetable_of(C0_S0, C1_S1, C0_S1)) == set()


@pytest.mark.parametrize(
    ("rule", "conversations"),
    [
        ("unknown_organisation", [replace(C0_S0, organisations=("c0", "x"))]),
        ("not_eligible", [replace(C0_S0, organisations=("c1", "s0"))]),
        ("not_eligible", [replace(C0_S0, organisations=("c0", "c0"))]),
        ("wrong_points", [replace(C0_S0, points=4)]),
        ("no_such_round", [replace(C0_S0, round=0)]),
        ("no_such_round", [replace(C0_S0, round=3)]),
        ("no_such_table", [replace(C0_S0, table=0)]),
        ("no_such_table", [replace(C0_S0, table=3)]),
        ("table_taken", [C0_S0, replace(C1_S1, table=1)]),
        ("meet_twice", [C0_S0, replace(C0_S0, round=2)]),
        ("representatives", [C0_S0, replace(C0_S1, round=1, table=2)]),
        ("order", [C0_S1, C0_S0]),
        ("order", [replace(C0_S0, organisations=("s0", "c0"))]),
    ],
)
def test_a_broken_rule_is_found(rule: str, conversations: list[Conversation]) -> None:
    assert rule in broken(timetable_of(*conversations))


@pytest.mark.parametrize(
    ("rule", "options"),
    [
        ("absent", {"attendance": {"s0": Attendance(absent_rounds=frozenset({1}))}}),
        ("break_round", {"break_rounds": [2]}),
        ("fixed_table", {"attendance": {"c1": Attendance(table=1)}}),
        ("representatives", {"attendance": {"c1": Attendance(representatives=0)}}),
        ("totals", {"pairings": [("ac0", "ns0")]}),
    ],
)
def test_who_comes_and_when_is_checked(rule: str, options: dict[str, object]) -> None:
    assert broken(timetable_of(C0_S0, C1_S1, C0_S1), **options) == {rule}


@pytest.mark.parametrize("change", [{"points": 31}, {"served": (3, 4)}, {"served": (4, 5)}])
def test_totals_are_counted_again(change: dict[str, object]) -> None:
    assert broken(replace(timetable_of(C0_S0, C1_S1), **change)) == {"totals"}


def test_met_pairings_are_counted_again() -> None:
    timetable = replace(timetable_of(C0_S0, C1_S1), met_pairings=(2, 3))
    assert broken(timetable, pairings=[("ac0", "ns0"), ("as0", "nc0"), ("ac0", "ns1")]) == set()


def test_every_rule_has_its_test() -> None:
    text = Path(__file__).read_text("utf-8")
    assert [rule for rule in TimetableRule if f'"{rule.value}"' not in text] == []


def test_the_checker_shares_only_values_with_the_planner() -> None:
    tree = ast.parse(Path(verify_timetable.__file__).read_text("utf-8"))
    ours = {
        node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module and "marktplatz" in node.module
    }
    assert ours == {"marktplatz.matching.problem", "marktplatz.matching.rounds.values"}
