"""A timetable planned anew close to an earlier one keeps what it can, and what was settled by hand to the table."""

from collections.abc import Collection
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from timetable_cases import Case, cases, list_talks

from marktplatz.matching.rounds.repair import Earlier, repair_timetable
from marktplatz.matching.rounds.values import Attendance, Timetable
from marktplatz.matching.verify_timetable import find_timetable_violations


def repair(case: Case, timetable: Timetable, kept: Collection[tuple[str, str]] = (), left_out=()) -> Timetable:
    return repair_timetable(
        case.problem,
        Earlier(timetable.conversations, kept, left_out),
        rounds=case.rounds,
        tables=case.tables,
        pairings=case.pairings,
        attendance=case.attendance,
        break_rounds=case.break_rounds,
    )


def faults(case: Case, timetable: Timetable) -> list[object]:
    return list(
        find_timetable_violations(
            case.problem, timetable, attendance=case.attendance, break_rounds=case.break_rounds, pairings=case.pairings
        )
    )


@settings(max_examples=120)
@given(cases())
def test_where_nothing_is_missing_everything_stays(case: Case) -> None:
    whole = case.plan()
    again = repair(case, whole)
    assert not faults(case, again)
    assert set(whole.conversations) <= set(again.conversations) or whole.met_pairings < again.met_pairings
    assert again.met_pairings[0] >= whole.met_pairings[0]
    assert again.served[0] >= whole.served[0]


@settings(max_examples=120)
@given(cases(), st.data())
def test_what_was_settled_by_hand_does_not_move_and_what_was_taken_out_does_not_return(case: Case, data: st.DataObject) -> None:
    whole = case.plan()
    talks = [each.organisations for each in whole.conversations]
    kept = data.draw(st.sets(st.sampled_from(talks))) if talks else set()
    others = sorted(set(list_talks(case)) - kept)
    left_out = data.draw(st.sets(st.sampled_from(others), max_size=3)) if others else set()
    thinned = replace(whole, conversations=tuple(data.draw(st.permutations(whole.conversations))))
    again = repair(case, thinned, kept, left_out)
    assert not faults(case, again)
    places = {each.organisations: each for each in again.conversations}
    assert all(places[each.organisations] == each for each in whole.conversations if each.organisations in kept)
    assert not left_out & set(places)


@settings(max_examples=120)
@given(cases(absences=False), st.data())
def test_after_a_late_absence_only_what_has_to_moves(case: Case, data: st.DataObject) -> None:
    whole = case.plan()
    if not whole.conversations:
        return
    gone = data.draw(st.sampled_from([each for talk in whole.conversations for each in talk.organisations]))
    round_ = data.draw(st.integers(1, case.rounds))
    there = case.attendance.get(gone, Attendance())
    changed = replace(case, attendance={**case.attendance, gone: replace(there, absent_rounds=there.absent_rounds | {round_})})
    kept = {each.organisations for each in whole.conversations if gone not in each.organisations}
    again = repair(changed, whole, kept)
    assert not faults(changed, again)
    assert {each for each in whole.conversations if each.organisations in kept} <= set(again.conversations)
