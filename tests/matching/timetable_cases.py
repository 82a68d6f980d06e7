"""Small timetable questions, drawn or made by chance, and an oracle that tries every set of conversations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from hypothesis import strategies as st

from marktplatz.matching.problem import Pair, Problem
from marktplatz.matching.rounds.values import Attendance, Timetable
from marktplatz.matching.timetable import plan_timetable


@dataclass(frozen=True)
class Case:
    """Everything that `plan_timetable` is asked."""

    problem: Problem
    rounds: int
    tables: int
    pairings: tuple[tuple[str, str], ...] = ()
    attendance: Mapping[str, Attendance] = field(default_factory=dict)
    break_rounds: frozenset[int] = frozenset()

    def plan(self) -> Timetable:
        return plan_timetable(
            self.problem,
            rounds=self.rounds,
            tables=self.tables,
            pairings=self.pairings,
            attendance=self.attendance,
            break_rounds=self.break_rounds,
        )


def make_problem(companies: int, nonprofits: int, points: Mapping[tuple[str, str], int], forbidden=()) -> Problem:
    """Every organisation x has one offer ax and one need nx; `points` by (giving, taking) organisation."""
    firms, clubs = [f"c{i}" for i in range(companies)], [f"s{i}" for i in range(nonprofits)]
    return Problem.from_pairs(
        companies=firms,
        nonprofits=clubs,
        offers={f"a{o}": o for o in firms + clubs},
        needs={f"n{o}": o for o in firms + clubs},
        pairs=[Pair(f"a{giver}", f"n{taker}", p) for (giver, taker), p in points.items()],
        forbidden=forbidden,
    )


@st.composite
def cases(draw, *, absences: bool = True, within_kind: bool = True, fixed_tables: bool = True) -> Case:
    companies, nonprofits = draw(st.integers(0, 3)), draw(st.integers(0, 3))
    organisations = [f"c{i}" for i in range(companies)] + [f"s{i}" for i in range(nonprofits)]
    couples = [(a, b) for a in organisations for b in organisations if a != b and (within_kind or a[0] != b[0])]
    some = draw(st.lists(st.sampled_from(couples), unique=True, max_size=9)) if couples else []
    points = {couple: draw(st.sampled_from([0, 0, 1, 2, 3, 5, 8, 1000])) for couple in some}
    pairs = [(f"a{giver}", f"n{taker}") for giver, taker in some]
    forbidden = draw(st.lists(st.sampled_from(pairs), max_size=1)) if pairs else []
    everything = [(f"a{a}", f"n{b}") for a in organisations for b in organisations]
    pairings = draw(st.lists(st.sampled_from(pairs or everything), max_size=4)) if everything else []
    rounds, tables = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    attendance = {}
    for organisation in organisations:
        if draw(st.booleans()):
            attendance[organisation] = Attendance(
                representatives=draw(st.integers(0 if absences else 1, 2)),
                absent_rounds=draw(st.frozensets(st.integers(1, 4), max_size=2)) if absences else frozenset(),
                table=draw(st.none() | st.integers(1, tables)) if fixed_tables else None,
            )
    break_rounds = draw(st.frozensets(st.integers(1, 4), max_size=1))
    return Case(make_problem(companies, nonprofits, points, forbidden), rounds, tables, tuple(pairings), attendance, break_rounds)


def find_best(case: Case) -> tuple[int, int, int]:
    """Highest (pairings met, organisations served, points), by trying all sets of conversations that fit a round."""
    talks = list_talks(case)
    worth = [_worth_of(case, talk) for talk in talks]
    best = (0, 0, 0)
    for mask in _reach(case, talks):
        chosen = [i for i in range(len(talks)) if mask >> i & 1]
        served = {organisation for i in chosen for organisation in talks[i]}
        best = max(best, (sum(worth[i][0] for i in chosen), len(served), sum(worth[i][1] for i in chosen)))
    return best


def can_hold(case: Case, talks: list[tuple[str, str]]) -> bool:
    """Whether all these conversations fit into the hall together."""
    return (1 << len(talks)) - 1 in _reach(case, talks)


def _reach(case: Case, talks: list[tuple[str, str]]) -> set[int]:
    """All sets of conversations, as bits, that can be held in the rounds together."""
    reachable = {0}
    for round_ in set(range(1, case.rounds + 1)) - case.break_rounds:
        fitting = [
            sum(1 << i for i in chosen)
            for size in range(min(case.tables, len(talks)) + 1)
            for chosen in combinations(range(len(talks)), size)
            if _fits(case, [talks[i] for i in chosen], round_)
        ]
        reachable = {before | now for before in reachable for now in fitting if not before & now}
    return reachable


def list_talks(case: Case) -> list[tuple[str, str]]:
    """Every two organisations with an eligible pair."""
    p = case.problem
    couples = {
        tuple(sorted((p.organisations[giver], p.organisations[taker])))
        for giver, taker, shut in zip(p.giving, p.taking, p.exclusions, strict=True)
        if not shut and giver != taker
    }
    return sorted(couples)


def _worth_of(case: Case, talk: tuple[str, str]) -> tuple[int, int]:
    ends = {(f"a{talk[0]}", f"n{talk[1]}"), (f"a{talk[1]}", f"n{talk[0]}")}
    p = case.problem
    points = [
        pair.points
        for pair, shut in ((p.pair(i), p.exclusions[i]) for i in range(len(p.points)))
        if not shut and (pair.offer, pair.need) in ends
    ]
    return len(ends & set(case.pairings)), max(points)


def _fits(case: Case, talks: list[tuple[str, str]], round_: int) -> bool:
    there = {o: case.attendance.get(o, Attendance()) for talk in talks for o in talk}
    taken = []
    for talk in talks:
        tables = {there[o].table for o in talk} - {None}
        if len(tables) > 1 or any(round_ in there[o].absent_rounds for o in talk):
            return False
        taken += tables
    busy = [o for talk in talks for o in talk]
    return len(taken) == len(set(taken)) and all(busy.count(o) <= there[o].representatives for o in there)


def make_case(
    seed: int, companies: int, nonprofits: int, *, rounds: int, tables: int, candidates: int, absent: float = 0.0, within: int = 0
) -> Case:
    """A market by chance: every company with some nonprofits, `within` nonprofit couples, a share of rounds missed."""
    generator = np.random.default_rng(seed)
    points = {}
    for i in range(companies):
        for j in generator.permutation(nonprofits)[:candidates]:
            points[f"c{i}", f"s{j}"] = int(generator.integers(100, 1001))
    for _ in range(within):
        i, j = generator.permutation(nonprofits)[:2]
        points[f"s{i}", f"s{j}"] = int(generator.integers(100, 1001))
    problem = make_problem(companies, nonprofits, points)
    missed = generator.random((len(problem.organisations), rounds)) < absent
    attendance = {
        o: Attendance(absent_rounds=frozenset((np.flatnonzero(row) + 1).tolist()))
        for o, row in zip(problem.organisations, missed, strict=True)
    }
    pairings = tuple((f"a{a}", f"n{b}") for a, b in list(points)[:: max(1, candidates)])
    return Case(problem, rounds, tables, pairings, attendance)
