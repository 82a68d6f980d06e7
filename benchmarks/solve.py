"""Measure `solve` with its check against other solvers on the same markets; prints Markdown tables. Run: solve.py --help"""

import argparse
import gc
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median
from unittest.mock import patch

import numpy as np
from instances import make_instance
from instances_full import BETWEEN, CLUSTERED, DENSE, WITHIN, FullShape, make_full_instance, make_one_sided, make_one_to_one
from peers import (
    Answer,
    solve_cp_sat,
    solve_dense_one_to_one,
    solve_flow,
    solve_greedy,
    solve_milp,
    solve_networkx,
    solve_sparse_one_to_one,
)

from marktplatz.matching import Problem, find_violations, full_model, solve
from marktplatz.matching.problem import Assignment
from marktplatz.vocabulary import PlanStatus

Solver = Callable[[Problem], Answer]

OURS = "ours, verified"
FLOW = "bare flow"
SIZES = (100, 300, 1_000, 3_000)
LARGE = 10_000
NETWORKX_UP_TO = 1_000
INTEGER_UP_TO = 3_000
TIME_LIMIT_S = 120.0
FULL_TIME_LIMIT_S = 60.0
ROUNDS = 15
BUDGET_S = 12.0

PARTS = ("both-sided", "one-sided", "one-to-one", "full", "help", "memory")

FULL_SHAPES = {
    "within one kind, 60 + 70 organisations": WITHIN,
    "the same, one pair between two": replace(WITHIN, max_pairs_between=1),
    "one pair between two, 150 + 150": BETWEEN,
    "the same, pairs of 1,500 couples only, maxima to 6": CLUSTERED,
    "all pairs, within too, one between two, 25 + 30": DENSE,
}
LARGE_SHAPE = FullShape(150, 150, 600, 600, 60_000)
SCANNED_SHAPES = {
    **FULL_SHAPES,
    "within, points 0 to 5": replace(WITHIN, points=(0, 5)),
    "within, points 0 to 5, one between two": replace(WITHIN, points=(0, 5), max_pairs_between=1),
    "couples, points 0 to 5": replace(CLUSTERED, points=(0, 5)),
    "within, capacities to 5, maxima to 6": replace(WITHIN, max_capacity=5, max_agreements=6),
    "within, capacities to 5, maxima to 6, one between two": replace(WITHIN, max_capacity=5, max_agreements=6, max_pairs_between=1),
    "dense, points 0 to 5, maxima to 6": replace(DENSE, points=(0, 5), max_agreements=6),
    "150 + 150, within, 60,000 pairs": LARGE_SHAPE,
    "150 + 150, within, 60,000 pairs, capacities to 5, maxima to 6": replace(LARGE_SHAPE, max_capacity=5, max_agreements=6),
}


@dataclass
class Record:
    """What one solver did on one market: seconds on the clock and on the processor by round, and its last answer."""

    name: str
    answer: Answer
    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


def solve_ours(problem: Problem, time_limit_s: float | None = None) -> Answer:
    """End to end: a Problem in, a verified Assignment out."""
    assignment = solve(problem, time_limit_s=time_limit_s)
    violations = find_violations(problem, assignment)
    assert not violations, violations
    return Answer(assignment.chosen, assignment.status is PlanStatus.OPTIMAL)


def find_value(problem: Problem, answer: Answer) -> tuple[int, int]:
    """Organisations served and points; the answer must keep every rule."""
    lines = answer.lines
    served = len(np.unique(np.concatenate([problem.giving[lines], problem.taking[lines]])))
    points = int(problem.points[lines].sum())
    claim = Assignment(PlanStatus.FEASIBLE, lines, served, points, served, points)
    broken = [violation for violation in find_violations(problem, claim) if violation.rule != "idle"]
    assert not broken, broken[:3]
    return served, points


def compare(problem: Problem, solvers: dict[str, Solver], rounds: int = ROUNDS, budget_s: float = BUDGET_S) -> list[Record]:
    """Run the solvers in turns, to and fro, so that none always meets cold caches; a slow one stops at its budget."""
    records = {name: Record(name, Answer(np.empty(0, dtype=np.int64), False)) for name in solvers}
    for number in range(rounds):
        for name, solver in list(solvers.items())[:: -1 if number % 2 else 1]:
            record = records[name]
            if record.wall and sum(record.wall) + record.wall[-1] > budget_s:
                continue
            gc.collect()
            wall, processor = time.perf_counter(), time.process_time()
            record.answer = solver(problem)
            record.wall.append(time.perf_counter() - wall)
            record.processor.append(time.process_time() - processor)
    values = {name: find_value(problem, record.answer) for name, record in records.items()}
    assert all(values[OURS] >= value for value in values.values()), values
    return list(records.values())


def list_peers(n: int) -> dict[str, Solver]:
    peers: dict[str, Solver] = {OURS: solve_ours, FLOW: solve_flow, "greedy": solve_greedy}
    if n <= INTEGER_UP_TO:
        peers["CP-SAT, 1 worker"] = partial(solve_cp_sat, workers=1, time_limit_s=TIME_LIMIT_S)
        peers[f"CP-SAT, {os.cpu_count()} workers"] = partial(solve_cp_sat, workers=os.cpu_count() or 1, time_limit_s=TIME_LIMIT_S)
        peers["scipy.milp (HiGHS)"] = partial(solve_milp, time_limit_s=TIME_LIMIT_S)
    if n <= NETWORKX_UP_TO:
        peers["networkx network simplex"] = solve_networkx
    return peers


def print_row(cells: Iterable[str]) -> None:
    print("| " + " | ".join(cells) + " |", flush=True)


def print_head(title: str, columns: tuple[str, ...]) -> None:
    print(f"\n### {title}\n")
    print_row(columns)
    print("|" + "---|" * len(columns))


def print_comparison(title: str, problem: Problem, solvers: dict[str, Solver]) -> None:
    """One line for each solver; ratios are medians over the rounds in which both ran, and of the minima."""
    columns = (
        "solver",
        "runs",
        "median ms",
        "min ms",
        "processor min ms",
        "ratio to ours",
        "of minima",
        "served",
        "points",
        "proven",
    )
    print_head(f"{title}, {len(problem.points):,} pairs", columns)
    records = compare(problem, solvers)
    ours = records[0]
    for record in records:
        served, points = find_value(problem, record.answer)
        ratio = median(theirs / own for theirs, own in zip(record.wall, ours.wall, strict=False))
        sign = "> " if not record.answer.is_proven and min(record.wall) >= TIME_LIMIT_S else ""
        times = [1000 * median(record.wall), 1000 * min(record.wall), 1000 * min(record.processor)]
        print_row(
            [
                record.name,
                str(len(record.wall)),
                *(f"{ms:,.1f}" for ms in times),
                f"{sign}{ratio:,.2f}",
                f"{sign}{min(record.wall) / min(ours.wall):,.2f}",
                f"{served:,}",
                f"{points:,}",
                "yes" if record.answer.is_proven else "no",
            ]
        )
    print(f"\nOurs takes {describe_ratio(ours, records[1])} times the bare flow.", flush=True)


def describe_ratio(ours: Record, flow: Record) -> str:
    """How many times the flow's time ours takes: by rounds, of the minima, and of the processor's minima."""
    by_rounds = median(own / theirs for own, theirs in zip(ours.wall, flow.wall, strict=False))
    minima, processor = min(ours.wall) / min(flow.wall), min(ours.processor) / min(flow.processor)
    return f"{by_rounds:.2f} (median of rounds), {minima:.2f} (of minima), {processor:.2f} (of processor minima)"


def compare_one_to_one(sizes: Iterable[int]) -> None:
    for n in sizes:
        solvers: dict[str, Solver] = {OURS: solve_ours, FLOW: solve_flow, "greedy": solve_greedy}
        solvers["scipy min_weight_full_bipartite_matching"] = solve_sparse_one_to_one
        if n <= INTEGER_UP_TO:
            solvers["scipy linear_sum_assignment"] = solve_dense_one_to_one
        print_comparison(f"One-to-one, n = {n:,}", make_one_to_one(n), solvers)


def compare_full_models(seeds: int) -> None:
    """Where the network breaks: ours against the two integer solvers, each with a time limit."""
    print_head(
        f"Where a rule breaks the network: seconds over {seeds} seeds, limit {FULL_TIME_LIMIT_S:.0f} s",
        ("market", "pairs", "solver", "median s", "max s", "processor max s", "proven", "same value as ours"),
    )
    integer: dict[str, Solver] = {
        OURS: partial(solve_ours, time_limit_s=FULL_TIME_LIMIT_S),
        f"CP-SAT, {os.cpu_count()} workers": partial(solve_cp_sat, workers=os.cpu_count() or 1, time_limit_s=FULL_TIME_LIMIT_S),
        "scipy.milp (HiGHS)": partial(solve_milp, time_limit_s=FULL_TIME_LIMIT_S),
    }
    for name, shape in FULL_SHAPES.items():
        problems = [make_full_instance(shape, seed) for seed in range(seeds)]
        runs = [compare(problem, integer, rounds=1) for problem in problems]
        best = [find_value(problem, records[0].answer) for problem, records in zip(problems, runs, strict=True)]
        for position, solver in enumerate(integer):
            records = [run[position] for run in runs]
            times = [record.wall[0] for record in records]
            reached = [find_value(problem, record.answer) for problem, record in zip(problems, records, strict=True)]
            counts = [sum(record.answer.is_proven for record in records), sum(a == b for a, b in zip(reached, best, strict=True))]
            cells = [f"{s:.2f}" for s in (median(times), max(times), max(record.processor[0] for record in records))]
            cells += [f"{count} of {seeds}" for count in counts]
            print_row([name, f"{max(len(problem.points) for problem in problems):,}", solver, *cells])


def scan(seeds: int) -> None:
    """Ours alone on many random markets where a rule breaks the network: how long, how often it had to branch."""
    columns = ("market", "median s", "p90 s", "max s", "processor max s", "full model", "branched", "unproven", "slowest seeds")
    print_head(f"Scan of {seeds} seeds", columns)
    for name, shape in SCANNED_SHAPES.items():
        runs = [scan_one(shape, seed) for seed in range(seeds)]
        walls = sorted(run.wall for run in runs)
        slowest = sorted(runs, key=lambda run: -run.processor)[:3]
        print_row(
            [
                name,
                *(f"{s:.2f}" for s in (median(walls), walls[int(0.9 * seeds)], walls[-1], max(run.processor for run in runs))),
                *(str(sum(values)) for values in zip(*((r.is_full, r.branched, not r.is_proven) for r in runs), strict=True)),
                "; ".join(f"{run.seed} ({run.processor:.1f} s)" for run in slowest),
            ]
        )


@dataclass(frozen=True)
class ScanRun:
    seed: int
    wall: float
    processor: float
    is_full: bool
    branched: bool
    is_proven: bool


def scan_one(shape: FullShape, seed: int) -> ScanRun:
    problem = make_full_instance(shape, seed)
    with patch.object(full_model, "_branch", wraps=full_model._branch) as branch:
        wall, processor = time.perf_counter(), time.process_time()
        assignment = solve(problem, time_limit_s=FULL_TIME_LIMIT_S)
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
    assert not find_violations(problem, assignment)
    is_proven = assignment.status is PlanStatus.OPTIMAL
    return ScanRun(seed, wall, processor, assignment.method != "flow", branch.called, is_proven)


def measure_help(rounds: int = 15) -> None:
    command = Path(sys.executable).with_name("marktplatz")
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        subprocess.run([command, "--help"], check=True, capture_output=True)
        times.append(time.perf_counter() - started)
    print(f"\n`marktplatz --help`: median {median(times):.2f} s, min {min(times):.2f} s, max {max(times):.2f} s", flush=True)


def read_peak_mb() -> float:
    """Largest resident memory of this process so far (Linux); unlike `ru_maxrss` it never counts the parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def print_memory_of_one_run(n: int) -> None:
    problem = make_instance(n)
    before = read_peak_mb()
    solve_ours(problem)
    print(
        f"\nPeak memory of a fresh process, n = {n:,}: {before:.0f} MB with the market made, {read_peak_mb():.0f} MB in all",
        flush=True,
    )


def measure_memory(n: int) -> None:
    subprocess.run([sys.executable, __file__, "--memory", str(n)], check=True)


def print_machine() -> None:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.processor())
    packages = ", ".join(f"{name} {version(name)}" for name in ("ortools", "scipy", "numpy", "networkx"))
    print(f"{model}, {os.cpu_count()} cores, {platform.system()}; Python {platform.python_version()}, {packages}", flush=True)


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="offers and needs of the markets that are one network")
    parser.add_argument("--large", action="store_true", help=f"also {LARGE:,}")
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=PARTS, help="all, unless some are named")
    parser.add_argument("--scan", action="store_true", help="only the scan of markets where a rule breaks the network")
    parser.add_argument("--seeds", type=int, default=0, help="seeds of the scan (40) or of the full models (5)")
    parser.add_argument("--memory", type=int, metavar="N", help="only the peak memory of one run in this process")
    return parser.parse_args()


def run_parts(parts: Iterable[str], sizes: list[int], seeds: int) -> None:
    if "both-sided" in parts:
        for n in sizes:
            print_comparison(f"Both-sided, n = {n:,}", make_instance(n), list_peers(n))
    if "one-sided" in parts:
        for n in sizes:
            print_comparison(f"One-sided, n = {n:,}", make_one_sided(n), {OURS: solve_ours, FLOW: solve_flow})
    if "one-to-one" in parts:
        compare_one_to_one(sizes)
    if "full" in parts:
        compare_full_models(seeds)
    if "help" in parts:
        measure_help()
    if "memory" in parts:
        measure_memory(max(sizes))


def main() -> None:
    arguments = read_arguments()
    if arguments.memory:
        print_memory_of_one_run(arguments.memory)
        return
    print_machine()
    solve(make_instance(50))  # the first flow loads OR-Tools, the first full model HiGHS
    solve(make_full_instance(FullShape(5, 5, 10, 10, None)))
    if arguments.scan:
        scan(arguments.seeds or 40)
        return
    sizes = [*arguments.sizes, *([LARGE] if arguments.large else [])]
    run_parts(arguments.parts, sizes, arguments.seeds or 5)


if __name__ == "__main__":
    main()
