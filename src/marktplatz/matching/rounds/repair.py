"""A timetable planned anew close to an earlier one: what can stay stays, what was settled by hand does not move at all."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from marktplatz.matching.problem import Problem
from marktplatz.matching.rounds.hall import UNHELD, Hall, build_hall
from marktplatz.matching.rounds.ledger import Ledger
from marktplatz.matching.rounds.places import Places
from marktplatz.matching.rounds.relaxation import find_bound
from marktplatz.matching.rounds.seating import find_fixed_tables, reseat_talks
from marktplatz.matching.rounds.sides import find_sides
from marktplatz.matching.rounds.values import Attendance, Conversation, Timetable

Couple = tuple[str, str]
MOST_TRIES = 5
"""Partners that are tried for somebody who talks with nobody."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """Conversations of an earlier timetable; those of `kept` do not move, those between `left_out` do not come back."""

    conversations: Sequence[Conversation]
    kept: Collection[Couple] = ()
    left_out: Collection[Couple] = ()


def repair_timetable(
    problem: Problem,
    earlier: Earlier,
    *,
    rounds: int,
    tables: int,
    pairings: Sequence[tuple[str, str]] = (),
    attendance: Mapping[str, Attendance] | None = None,
    break_rounds: Collection[int] = (),
) -> Timetable:
    """Keep every conversation that still holds, then find room for pairings that do not meet and for whoever talks with nobody.

    Others move for that along alternating paths, as few as the search finds. Points are not improved: the bound tells what a
    timetable that is planned from nothing could reach.

    Raises
    ------
    InvalidInput
        As `plan_timetable`.
    """
    there = attendance or {}
    hall = build_hall(problem, rounds=rounds, tables=tables, pairings=pairings, attendance=attendance, break_rounds=break_rounds)
    desk = _Desk(problem, hall, Places(rounds, tables, there, break_rounds), earlier)
    lost = desk.take_over()
    ledger = desk.open_ledger()
    for talk in (*lost, *desk.find_missing()):
        desk.insert(ledger, talk)
    for organisation in np.flatnonzero(~hall.served(np.array(sorted(desk.held(ledger)), dtype=np.int64))).tolist():
        desk.serve(ledger, organisation)
    return _report(problem, hall, (rounds, tables), desk, ledger)


class _Desk:
    """The talks of the earlier timetable: those that are fixed, those that may move, with their tables."""

    def __init__(self, problem: Problem, hall: Hall, places: Places, earlier: Earlier) -> None:
        self._problem, self._hall, self._places, self._earlier = problem, hall, places, earlier
        ids = problem.organisations
        ends = zip(hall.first.tolist(), hall.second.tolist(), strict=True)
        self._talk_of: dict[Couple, int] = {_sort(ids[one], ids[other]): talk for talk, (one, other) in enumerate(ends)}
        self._round_index = {number: index for index, number in enumerate(hall.rounds.tolist())}
        self._left_out = {_sort(*who) for who in earlier.left_out}
        self._fixed_tables = find_fixed_tables(hall, np.arange(len(hall.first)))
        self.fixed: dict[int, int] = {}
        self.movable: dict[int, int] = {}
        self.tables: dict[int, int] = {}

    def take_over(self) -> list[int]:
        """Put down what still holds, first what was settled by hand; the talks that lost their place."""
        kept = {_sort(*who) for who in self._earlier.kept}
        lost = []
        for each in sorted(self._earlier.conversations, key=lambda each: (each.organisations not in kept, each)):
            who = each.organisations
            talk = self._talk_of.get(who)
            if talk is None or who in self._left_out or talk in self.fixed or talk in self.movable:
                continue
            if each.round not in self._round_index or not self._places.can_hold(each.round, each.table, who):
                lost.append(talk)
                continue
            self._places.put(each.round, each.table, who)
            (self.fixed if who in kept else self.movable)[talk] = self._round_index[each.round]
            self.tables[talk] = each.table
        return [talk for talk in lost if talk not in self.tables]

    def open_ledger(self) -> Ledger:
        """The movable talks; the fixed ones have taken their room out of it."""
        hall = self._hall
        room, most = hall.room.copy(), np.full(len(hall.rounds), hall.tables)
        for talk, round_ in self.fixed.items():
            most[round_] -= 1
            for seat in {int(hall.first_seat[talk]), int(hall.second_seat[talk])}:
                room[seat, round_] -= 1
        ledger = Ledger(hall, range(len(hall.rounds)), room, most)
        ledger.enter(self.movable.keys(), self.movable.values())
        return ledger

    def find_missing(self) -> list[int]:
        """Talks by which pairings meet that do not yet, most pairings first."""
        meets = self._hall.meets
        missing = [talk for talk in np.flatnonzero(meets).tolist() if self._may_come(talk)]
        return sorted(missing, key=lambda talk: (-int(meets[talk]), -int(self._hall.points[talk]), talk))

    def serve(self, ledger: Ledger, organisation: int) -> None:
        hall = self._hall
        if hall.served(np.array(sorted(self.held(ledger)), dtype=np.int64))[organisation]:
            return
        own = np.flatnonzero((hall.first == organisation) | (hall.second == organisation)).tolist()
        own = sorted((talk for talk in own if self._may_come(talk)), key=lambda talk: (-int(hall.points[talk]), talk))
        any(self.insert(ledger, talk) for talk in own[:MOST_TRIES])

    def insert(self, ledger: Ledger, talk: int) -> bool:
        """False if there is no room for it beside what does not move."""
        if talk in self.fixed or talk in ledger.round_of:
            return False
        moves = ledger.find_moves(talk)
        if moves is None or any(self._is_in_the_way(moved, round_) for moved, round_ in moves.items()):
            return False
        return ledger.place(talk)

    def held(self, ledger: Ledger) -> set[int]:
        return {*self.fixed, *ledger.round_of}

    def _may_come(self, talk: int) -> bool:
        ids = self._problem.organisations
        who = _sort(ids[int(self._hall.first[talk])], ids[int(self._hall.second[talk])])
        return talk not in self.tables and who not in self._left_out

    def _is_in_the_way(self, talk: int, round_: int) -> bool:
        """Somebody with a fixed table would come to where a conversation sits that does not move."""
        table = self._fixed_tables.get(talk)
        return table is not None and any(at == round_ and self.tables[other] == table for other, at in self.fixed.items())


def _report(problem: Problem, hall: Hall, shape: tuple[int, int], desk: _Desk, ledger: Ledger) -> Timetable:
    round_of = np.full(len(hall.first), UNHELD, dtype=np.int64)
    for talk, round_ in (*desk.fixed.items(), *ledger.round_of.items()):
        round_of[talk] = round_
    held = np.flatnonzero(round_of != UNHELD)
    moved = {talk for talk, round_ in ledger.round_of.items() if desk.movable.get(talk) != round_}
    tables = reseat_talks(hall, round_of, desk.tables, moved)
    ids = problem.organisations
    conversations = sorted(
        Conversation(
            int(hall.rounds[round_of[talk]]),
            tables[talk],
            (ids[int(hall.first[talk])], ids[int(hall.second[talk])]),
            int(hall.points[talk]),
        )
        for talk in held.tolist()
    )
    return Timetable(
        rounds=shape[0],
        tables=shape[1],
        conversations=tuple(conversations),
        met_pairings=(int(hall.meets[held].sum()), hall.pairings),
        served=(int(hall.served(held).sum()), len(ids)),
        points=int(hall.points[held].sum()),
        bound=find_bound(hall, find_sides(hall)),
    )


def _sort(one: str, other: str) -> Couple:
    return (one, other) if one <= other else (other, one)
