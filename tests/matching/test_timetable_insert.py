"""A late conversation finds its place, few others move, and none is lost."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from timetable_cases import Case, can_hold, cases, list_talks, make_case, make_problem

from marktplatz.errors import Conflict, InvalidInput
from marktplatz.matching.timetable import Attendance, Conversation, Timetable, insert_conversation, plan_timetable
from marktplatz.matching.verify_timetable import find_timetable_violations


def thin_out(timetable: Timetable, kept: Collection[int]) -> Timetable:
    """Only some conversations, with right totals."""
    left = tuple(conversation for index, conversation in enumerate(timetable.conversations) if index in kept)
    served = {organisation for conversation in left for organisation in conversation.organisations}
    return replace(timetable, conversations=left, served=(len(served), timetable.served[1]), points=sum(c.points for c in left))


def insert(case: Case, timetable: Timetable, talk: tuple[str, str]) -> Timetable:
    return insert_conversation(
        case.problem, timetable, talk, pairings=case.pairings, attendance=case.attendance, break_rounds=case.break_rounds
    )


@settings(max_examples=150)
@given(cases(), st.data())
def test_a_late_conversation_is_added_and_none_is_lost(case: Case, data: st.DataObject) -> None:
    whole = case.plan()
    timetable = thin_out(whole, data.draw(st.sets(st.sampled_from(range(len(whole.conversations) or 1)))))
    talks = [c.organisations for c in timetable.conversations]
    for talk in set(list_talks(case)) - set(talks):
        try:
            longer = insert(case, timetable, talk[::-1])
        except Conflict:
            continue
        assert not find_timetable_violations(
            case.problem, longer, attendance=case.attendance, break_rounds=case.break_rounds, pairings=case.pairings
        )
        assert sorted(c.organisations for c in longer.conversations) == sorted([*talks, talk])


@settings(max_examples=100)
@given(cases(absences=False, within_kind=False, fixed_tables=False), st.data())
def test_where_all_are_there_a_refusal_is_a_proof(case: Case, data: st.DataObject) -> None:
    whole = case.plan()
    timetable = thin_out(whole, data.draw(st.sets(st.sampled_from(range(len(whole.conversations) or 1)))))
    talks = [c.organisations for c in timetable.conversations]
    for talk in set(list_talks(case)) - set(talks):
        try:
            insert(case, timetable, talk)
        except Conflict:
            assert not can_hold(case, [*talks, talk])


@pytest.mark.parametrize("absent", [0.0, 0.1])
def test_few_conversations_move_for_a_late_one(absent: float) -> None:
    case = make_case(5, 40, 40, rounds=8, tables=35, candidates=15, absent=absent)
    whole = case.plan()
    timetable = thin_out(whole, set(np.flatnonzero(np.random.default_rng(1).random(len(whole.conversations)) < 0.85).tolist()))
    talks = {c.organisations for c in timetable.conversations}
    moved = []
    for talk in [talk for talk in list_talks(case) if talk not in talks][::12]:
        try:
            longer = insert(case, timetable, talk)
        except Conflict:
            continue
        moved.append(len(set(timetable.conversations) - set(longer.conversations)))
    assert len(moved) > 10
    assert np.median(moved) <= 2
    # where no way is found, all are spread anew
    assert sum(count > 8 for count in moved) <= 1


def test_a_conversation_swaps_rounds_to_make_room() -> None:
    case = Case(make_problem(2, 2, {("c0", "s0"): 1, ("c0", "s1"): 1, ("c1", "s0"): 1}), 2, 2)
    crossed = (Conversation(1, 1, ("c0", "s1"), 1), Conversation(2, 2, ("c1", "s0"), 1))
    timetable = replace(case.plan(), conversations=crossed, points=2)
    longer = insert(case, timetable, ("c0", "s0"))
    assert len(longer.conversations) == 3
    assert len(set(crossed) - set(longer.conversations)) == 1


def test_who_sits_by_chance_gives_the_table_to_whom_it_belongs() -> None:
    problem = make_problem(2, 2, {("c0", "s0"): 1, ("c1", "s1"): 1})
    case = Case(problem, 1, 2, attendance={"s1": Attendance(table=1)})
    timetable = replace(case.plan(), conversations=(Conversation(1, 1, ("c0", "s0"), 1),), points=1, served=(2, 4))
    longer = insert(case, timetable, ("c1", "s1"))
    assert [(c.table, c.organisations) for c in longer.conversations] == [(1, ("c1", "s1")), (2, ("c0", "s0"))]


def test_totals_and_bound_are_counted_anew() -> None:
    problem = make_problem(1, 2, {("c0", "s0"): 7, ("c0", "s1"): 0})
    timetable = replace(plan_timetable(problem, rounds=1, tables=1), rounds=2)
    longer = insert_conversation(problem, timetable, ("s1", "c0"), pairings=[("ac0", "ns1")])
    assert (longer.met_pairings, longer.served, longer.points, longer.is_optimal) == ((1, 1), (3, 3), 7, True)


@pytest.mark.parametrize(
    ("code", "talk", "change"),
    [
        ("already_talking", ("s0", "c0"), {}),
        ("no_conversation_possible", ("c1", "s1"), {}),
        ("no_conversation_possible", ("c0", "c0"), {}),
        ("no_conversation_possible", ("c0", "s1"), {"attendance": {"s1": Attendance(absent_rounds=frozenset({1}))}}),
        ("no_room", ("c0", "s1"), {}),
        ("timetable_outdated", ("c0", "s1"), {"attendance": {"c0": Attendance(absent_rounds=frozenset({1}))}}),
        ("timetable_outdated", ("c0", "s1"), {"break_rounds": frozenset({1})}),
    ],
)
def test_what_cannot_be_is_a_conflict(code: str, talk: tuple[str, str], change: dict[str, object]) -> None:
    case = Case(make_problem(2, 2, {("c0", "s0"): 9, ("c0", "s1"): 1}), 1, 2)
    timetable = case.plan()
    with pytest.raises(Conflict) as refusal:
        insert(replace(case, **change), timetable, talk)
    assert [finding.code for finding in refusal.value.findings] == [code]


def test_nobody_knows_them() -> None:
    case = Case(make_problem(1, 1, {("c0", "s0"): 9}), 1, 2)
    with pytest.raises(InvalidInput) as refusal:
        insert(case, case.plan(), ("c0", "x"))
    assert [finding.code for finding in refusal.value.findings] == ["unknown_organisation"]
