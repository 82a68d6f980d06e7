"""A set of pairs chosen by hand as an Assignment: its sums, a bound, and whether that proves it; the rules are judged elsewhere."""

from collections.abc import Iterable
from typing import Final

import numpy as np

from marktplatz.matching.problem import Assignment, IntArray, Problem
from marktplatz.matching.verify import Violation, find_violations
from marktplatz.vocabulary import PlanStatus

METHOD: Final = "by hand"
_IDLE: Final = "idle"


def assign_by_hand(
    problem: Problem, pairs: Iterable[tuple[str, str]], bound: tuple[int, int] | None = None
) -> tuple[Assignment, list[Violation]]:
    """The pairs as an Assignment, and what the checker holds against it.

    Parameters
    ----------
    problem : Problem
    pairs : iterable of (offer id, need id)
        Pairs that are not in the problem's table are left out; whoever calls has judged them before.
    bound : (served, points), optional
        A bound of this very problem, as a solver's Assignment has it; without one a loose bound is counted.

    Returns
    -------
    Assignment
        `optimal` only if the bound is reached, which proves it, and no idle pair is in; else `feasible`.
    list of Violation
        Idle pairs are left out: a person may put two together for no points.
    """
    chosen = problem.find_pairs(pairs)
    served = len(np.unique(np.concatenate([problem.giving[chosen], problem.taking[chosen]])))
    points = int(problem.points[chosen].sum())
    bound_served, bound_points = find_loose_bound(problem) if bound is None else bound
    feasible = Assignment(PlanStatus.FEASIBLE, chosen, served, points, bound_served, bound_points, method=METHOD)
    violations = find_violations(problem, feasible)
    if (bound_served, bound_points) == (served, points) and not violations:
        return Assignment(PlanStatus.OPTIMAL, chosen, served, points, served, points, method=METHOD), []
    return feasible, [violation for violation in violations if violation.rule != _IDLE]


def find_loose_bound(problem: Problem) -> tuple[int, int]:
    """(served, points) that no assignment exceeds, counted without solving: who has a pair at all, the best pairs of each entry."""
    (rows,) = np.nonzero(problem.eligible)
    served = len(np.unique(np.concatenate([problem.giving[rows], problem.taking[rows]])))
    sides = ((problem.pair_offer, problem.offer_capacity), (problem.pair_need, problem.need_capacity))
    return served, min(_sum_best(problem.points[rows], entries[rows], capacity) for entries, capacity in sides)


def _sum_best(points: IntArray, entries: IntArray, capacity: IntArray) -> int:
    """As many of each entry's best pairs as it has places, added up."""
    span = int(points.max(initial=0)) + 1
    best_first = np.sort(entries * span + (span - 1 - points))
    entries, points = best_first // span, span - 1 - best_first % span
    ranks = np.arange(len(entries)) - np.searchsorted(entries, entries)
    return int(points[ranks < capacity[entries]].sum())
