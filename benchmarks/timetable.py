"""How long a timetable takes and how near it comes to its bound; prints a Markdown table. Run: python benchmarks/timetable.py"""

import statistics
import time
from dataclasses import dataclass

import numpy as np

from marktplatz.matching.problem import Pair, Problem
from marktplatz.matching.timetable import Attendance, Timetable, plan_timetable
from marktplatz.matching.verify_timetable import find_timetable_violations


@dataclass(frozen=True)
class Hall:
    """n companies, n nonprofits, each company with 30 possible partners, one pairing each; `within` couples of nonprofits."""

    name: str
    organisations: int
    rounds: int
    tables: int
    absent: float = 0.0
    within: int = 0
    repeats: int = 3


HALLS = [
    Hall("40 + 40, all there", 40, 9, 40, repeats=9),
    Hall("150 + 150, all there", 150, 8, 150, repeats=15),
    Hall("150 + 150, all there, 100 tables", 150, 8, 100, repeats=15),
    Hall("1,500 + 1,500, all there", 1_500, 10, 1_500),
    Hall("40 + 40, 10 % absent", 40, 9, 40, absent=0.1),
    Hall("150 + 150, 10 % absent", 150, 8, 150, absent=0.1),
    Hall("150 + 150, 10 % absent, 120 tables", 150, 8, 120, absent=0.1),
    Hall("150 + 150, 25 % absent", 150, 8, 150, absent=0.25),
    Hall("150 + 150, 40 % absent", 150, 8, 150, absent=0.4),
    Hall("150 + 150, 600 nonprofit couples", 150, 8, 150, within=600),
    Hall("150 + 150, 600 nonprofit couples, 10 % absent", 150, 8, 150, absent=0.1, within=600),
    Hall("300 + 300, 10 % absent", 300, 9, 300, absent=0.1),
]


def make_problem(hall: Hall, generator: np.random.Generator) -> Problem:
    companies = [f"c{i}" for i in range(hall.organisations)]
    nonprofits = [f"s{i}" for i in range(hall.organisations)]
    couples = {
        (f"c{i}", f"s{j}") for i in range(hall.organisations) for j in generator.permutation(hall.organisations)[:30].tolist()
    }
    for _ in range(hall.within):
        first, second = generator.permutation(hall.organisations)[:2].tolist()
        couples.add((f"s{first}", f"s{second}"))
    points = generator.integers(100, 1001, len(couples)).tolist()
    return Problem.from_pairs(
        companies=companies,
        nonprofits=nonprofits,
        offers={f"a{o}": o for o in companies + nonprofits},
        needs={f"n{o}": o for o in companies + nonprofits},
        pairs=[Pair(f"a{giver}", f"n{taker}", worth) for (giver, taker), worth in zip(sorted(couples), points, strict=True)],
    )


def measure(hall: Hall) -> tuple[Timetable, float]:
    """The timetable and the median of its processor times in milliseconds."""
    generator = np.random.default_rng(7)
    problem = make_problem(hall, generator)
    first_pairs = np.unique(problem.giving, return_index=True)[1].tolist()
    pairings = [(problem.pair(index).offer, problem.pair(index).need) for index in first_pairs]
    missed = generator.random((len(problem.organisations), hall.rounds)) < hall.absent
    attendance = {
        organisation: Attendance(absent_rounds=frozenset((np.flatnonzero(row) + 1).tolist()))
        for organisation, row in zip(problem.organisations, missed, strict=True)
    }
    times = []
    for _ in range(hall.repeats):
        begun = time.process_time()
        timetable = plan_timetable(problem, rounds=hall.rounds, tables=hall.tables, pairings=pairings, attendance=attendance)
        times.append(1000 * (time.process_time() - begun))
    assert not find_timetable_violations(problem, timetable, attendance=attendance, pairings=pairings)
    return timetable, statistics.median(times)


def main() -> None:
    measure(HALLS[0])  # the first flow loads OR-Tools
    print("| case | conversations | pairings met | served | processor ms (median) | points / bound |")
    print("|---|---|---|---|---|---|")
    for hall in HALLS:
        timetable, milliseconds = measure(hall)
        met, served = ("{} of {}".format(*counts) for counts in (timetable.met_pairings, timetable.served))
        share = timetable.points / timetable.bound.points
        print(
            f"| {hall.name} | {len(timetable.conversations):,} | {met} | {served} | {milliseconds:,.0f} | {share:.3%} |", flush=True
        )


if __name__ == "__main__":
    main()
