"""The hall as arrays: who may talk with whom, when and where; built from a Problem and checked. Nothing is decided here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from marktplatz.errors import Finding, InvalidInput
from marktplatz.matching.problem import BoolArray, IntArray, Problem
from marktplatz.matching.rounds.values import Attendance

MAX_ROUNDS: Final = 10_000
"""As the market file's largest round; arrays grow with the rounds, so a slip of the keyboard must not fill the memory."""

UNHELD: Final = -1
"""The round of a talk that is not held."""


@dataclass(frozen=True, eq=False)
class Hall:
    """Every possible talk between two organisations, and the room there is for it.

    A *talk* is what a conversation would be if it were held. A *seat* is where an organisation can be overbooked: its own, or one
    seat for all organisations fixed at the same table, named by the first of them. Rounds are indices into `rounds`.

    Attributes
    ----------
    organisations : int, O
    rounds : int array, shape (R,)
        Numbers of the rounds in which anybody could talk, ascending.
    tables : int
    first, second : int arrays, shape (E,), first < second
        The talk's organisations; talks are sorted by them.
    points, meets : int arrays, shape (E,)
        Highest points of an eligible pair, and how many pairings of the plan meet by the talk.
    allowed : bool array, shape (E, R)
        Both organisations are there.
    seat : int array, shape (O,)
    seat_capacity : int array, shape (O,)
        Talks at once; meant for the organisations that name a seat.
    present : bool array, shape (O, R)
    fixed_table : int array, shape (O,)
        Only where `has_fixed_table`.
    has_fixed_table, is_company : bool arrays, shape (O,)
    pairings : int
        All pairings of the plan, also those that can never meet.
    """

    organisations: int
    rounds: IntArray
    tables: int
    first: IntArray
    second: IntArray
    points: IntArray
    meets: IntArray
    allowed: BoolArray
    seat: IntArray
    seat_capacity: IntArray
    present: BoolArray
    fixed_table: IntArray
    has_fixed_table: BoolArray
    is_company: BoolArray
    pairings: int

    @cached_property
    def first_seat(self) -> IntArray:
        return self.seat[self.first]

    @cached_property
    def second_seat(self) -> IntArray:
        return self.seat[self.second]

    @cached_property
    def is_loop(self) -> BoolArray:
        """Both organisations share one fixed table, shape (E,)."""
        is_loop: BoolArray = self.first_seat == self.second_seat
        return is_loop

    @cached_property
    def has_shared_seats(self) -> bool:
        return bool(np.any(self.seat != np.arange(self.organisations)))

    @cached_property
    def room(self) -> IntArray:
        """Talks for which a seat has room in each round, shape (O, R)."""
        used = np.zeros((self.organisations, len(self.rounds)), dtype=np.bool_)
        np.logical_or.at(used, self.seat, self.present)
        room: IntArray = used * self.seat_capacity[:, None]
        return room

    @cached_property
    def is_uniform(self) -> bool:
        """Every talk could be held in every round."""
        return bool(self.allowed.all())

    @cached_property
    def served_worth(self) -> int:
        """What serving one organisation more counts: more than all points together."""
        return 1 + min(int(self.points.sum()), 1000 * self.tables * len(self.rounds))

    @cached_property
    def meet_worth(self) -> int:
        """What one more pairing of the plan that meets counts: more than serving everybody."""
        return self.served_worth * (self.organisations + 1)

    @cached_property
    def worth(self) -> IntArray:
        """Worth of each talk without whom it serves, shape (E,)."""
        return self.points + self.meet_worth * self.meets

    def served(self, talks: IntArray | BoolArray) -> BoolArray:
        """Organisations that are in any of the talks, shape (O,)."""
        served = np.zeros(self.organisations, dtype=np.bool_)
        served[self.first[talks]] = True
        served[self.second[talks]] = True
        return served

    def value(self, round_of: IntArray) -> int:
        """Pairings that meet, organisations served and points as one number that keeps their order."""
        held = round_of != UNHELD
        return int(self.worth[held].sum()) + self.served_worth * int(self.served(held).sum())


def build_hall(
    problem: Problem,
    *,
    rounds: int,
    tables: int,
    pairings: Sequence[tuple[str, str]],
    attendance: Mapping[str, Attendance] | None,
    break_rounds: Collection[int],
) -> Hall:
    """Check what was asked for and lay it out as arrays."""
    attendance = attendance or {}
    _check(problem, rounds, tables, pairings, attendance)
    count = len(problem.organisations)
    seats = [attendance.get(id_, Attendance()) for id_ in problem.organisations]
    fixed = np.array([0 if s.table is None else s.table for s in seats], dtype=np.int64)
    has_fixed = np.array([s.table is not None for s in seats], dtype=np.bool_)
    capacity = np.array([s.representatives if s.table is None else min(1, s.representatives) for s in seats], dtype=np.int64)
    opened = np.array(sorted(set(range(1, rounds + 1)) - set(break_rounds)), dtype=np.int64)
    present = np.repeat((capacity > 0)[:, None], len(opened), axis=1)
    for index, s in enumerate(seats):
        if s.absent_rounds:
            present[index] &= ~np.isin(opened, list(s.absent_rounds))
    hall = Hall(
        organisations=count,
        rounds=opened,
        tables=tables,
        **_find_talks(problem, pairings),
        allowed=np.empty((0, 0), dtype=np.bool_),
        seat=_share_seats(fixed, has_fixed),
        # people who have nobody to talk with more often than there are organisations need no room
        seat_capacity=np.where(has_fixed, 1, np.minimum(capacity, count)),
        present=present,
        fixed_table=fixed,
        has_fixed_table=has_fixed,
        is_company=problem.is_company,
        pairings=len(set(pairings)),
    )
    return _drop_impossible(hall)


def _check(
    problem: Problem, rounds: int, tables: int, pairings: Sequence[tuple[str, str]], attendance: Mapping[str, Attendance]
) -> None:
    findings = []
    if not 1 <= rounds <= MAX_ROUNDS or tables < 1:
        findings.append(Finding("timetable_size", params={"rounds": rounds, "tables": tables, "max_rounds": MAX_ROUNDS}))
    offers, needs, organisations = set(problem.offers), set(problem.needs), set(problem.organisations)
    for offer, need in sorted(set(pairings)):
        if offer not in offers or need not in needs:
            findings.append(Finding("unknown_pairing", params={"offer": offer, "need": need}))
    for id_, item in sorted(attendance.items()):
        if id_ not in organisations:
            findings.append(Finding("unknown_organisation", params={"id": id_}))
        if item.representatives < 0:
            findings.append(Finding("negative_representatives", params={"id": id_, "representatives": item.representatives}))
        if item.table is not None and not 1 <= item.table <= tables:
            findings.append(Finding("table_out_of_range", params={"id": id_, "table": item.table, "tables": tables}))
    if findings:
        raise InvalidInput(*findings)


def _find_talks(problem: Problem, pairings: Sequence[tuple[str, str]]) -> dict[str, IntArray]:
    """The best eligible pair between every two organisations, in either direction, and the pairings that meet by it."""
    count = max(1, len(problem.organisations))
    giving, taking = problem.giving[problem.eligible], problem.taking[problem.eligible]
    key = np.minimum(giving, taking) * count + np.maximum(giving, taking)
    different = giving != taking
    key, points = key[different], problem.points[problem.eligible][different]
    order = np.argsort(key, kind="stable")
    key, points = key[order], points[order]
    starts = np.flatnonzero(np.diff(key, prepend=-1))
    keys = key[starts]
    best = np.maximum.reduceat(points, starts) if starts.size else np.empty(0, dtype=np.int64)
    meets = np.zeros(len(keys), dtype=np.int64)
    if pairings and keys.size:
        offer_at = {id_: index for index, id_ in enumerate(problem.offers)}
        need_at = {id_: index for index, id_ in enumerate(problem.needs)}
        ends = np.array([(offer_at[o], need_at[n]) for o, n in sorted(set(pairings))], dtype=np.int64)
        gives, takes = problem.offer_organisation[ends[:, 0]], problem.need_organisation[ends[:, 1]]
        wanted = np.minimum(gives, takes) * count + np.maximum(gives, takes)
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        np.add.at(meets, at[keys[at] == wanted], 1)
    return {"first": keys // count, "second": keys % count, "points": best, "meets": meets}


def _share_seats(fixed: IntArray, has_fixed: BoolArray) -> IntArray:
    seat = np.arange(len(fixed), dtype=np.int64)
    (sitting,) = np.nonzero(has_fixed)
    if sitting.size:
        _, first, group = np.unique(fixed[sitting], return_index=True, return_inverse=True)
        seat[sitting] = sitting[first[group]]
    return seat


def _drop_impossible(hall: Hall) -> Hall:
    """Leave out talks that no round or table allows, and then rounds in which nobody could talk."""
    apart = hall.has_fixed_table[hall.first] & hall.has_fixed_table[hall.second] & ~hall.is_loop
    allowed = hall.present[hall.first] & hall.present[hall.second]
    kept = ~apart & allowed.any(axis=1)
    opened = allowed[kept].any(axis=0)
    return replace(
        hall,
        rounds=hall.rounds[opened],
        first=hall.first[kept],
        second=hall.second[kept],
        points=hall.points[kept],
        meets=hall.meets[kept],
        allowed=allowed[np.ix_(kept, opened)],
        present=hall.present[:, opened],
    )
