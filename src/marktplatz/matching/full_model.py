"""The joint problem where it is no network: linear relaxation, parity cuts, priced columns, and a proof in whole numbers."""

import time
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from marktplatz.matching.linear_model import (
    TOLERANCE,
    FloatArray,
    LinearModel,
    Relaxation,
    build_model,
    choose_first_columns,
    find_bound,
    find_time_left,
    find_value,
    is_feasible,
    tighten,
)
from marktplatz.matching.problem import BoolArray, IntArray
from marktplatz.matching.rest import Rest, drop_idle, find_idle


@dataclass(frozen=True, eq=False)
class FullSolution:
    """Chosen free pairs, shape (F,); whether that is proven best; and an upper bound of the objective in whole units."""

    chosen: BoolArray
    is_proven: bool
    bound: int


def solve_full_model(
    rest: Rest, worth: IntArray, served_weight: int, tie_costs: IntArray, time_limit_s: float | None
) -> FullSolution:
    """Choose free pairs so that served_weight * newly served + sum of worth is largest, ties by least tie cost.

    `tie_costs` has shape (F + O,): of choosing each free pair, and of serving each organisation.

    Notes
    -----
    The relaxation is tightened by parity cuts until it is whole; then its rounded duals, evaluated in whole numbers, prove the
    optimum without trusting a floating-point sum (weak duality: limits @ y + sum of tops * max(0, gains - rows.T @ y) bounds every
    solution, for any y >= 0). Where cuts do not suffice, branch and bound finishes over the few columns that the gap leaves open.
    The stopwatch is read for `time_limit_s` only; without a limit the same input gives the same plan.
    """
    deadline = None if time_limit_s is None else time.monotonic() + time_limit_s
    model = build_model(rest, worth, served_weight)
    relaxation = tighten(model, choose_first_columns(model), deadline)
    free = len(rest.pairs)
    if relaxation is None:
        chosen = _round_greedily(rest, worth.astype(np.float64))
        return FullSolution(chosen, False, find_bound(model, np.zeros(len(model.limits))))
    bound = find_bound(model, relaxation.duals)
    if relaxation.is_whole and bound == find_value(model, np.rint(relaxation.values[:free]) > 0):
        solution = FullSolution(_break_ties(model, relaxation, tie_costs, deadline), True, bound)
    else:
        solution = _branch(model, relaxation, bound, tie_costs, deadline)
    if np.any(worth[find_idle(rest, solution.chosen)] > 0):
        return _solve_without_idle(model, relaxation, solution, tie_costs, deadline)
    return solution


def _break_ties(model: LinearModel, relaxation: Relaxation, tie_costs: IntArray, deadline: float | None) -> BoolArray:
    """On the optimal face (complementary slackness with the duals) the choice of least tie cost."""
    free = len(model.rest.pairs)
    best = np.rint(relaxation.values[:free]) > 0
    reduced = model.gains - model.rows.T @ relaxation.duals
    tight = relaxation.duals > TOLERANCE
    face = LinearModel(
        rest=model.rest,
        gains=-tie_costs,
        tops=np.where(reduced < -TOLERANCE, 0, model.tops),
        rows=sparse.vstack([model.rows, -model.rows[tight]], format="csr"),
        limits=np.concatenate([model.limits, -model.limits[tight]]),
    )
    (forced,) = np.nonzero((reduced > TOLERANCE) & (model.tops > 0))
    if forced.size:
        must = sparse.csr_matrix(
            (-np.ones(len(forced), dtype=np.int64), (np.arange(len(forced)), forced)), shape=(len(forced), len(model.gains))
        )
        face.add_rows([must], list(-model.tops[forced]))
    return _choose_on_face(model, face, best, deadline)


def _choose_on_face(model: LinearModel, face: LinearModel, best: BoolArray, deadline: float | None) -> BoolArray:
    """The face's own optimum; where it keeps a pair that is idle, once more with the rule that forbids those."""
    free = len(model.rest.pairs)
    columns = choose_first_columns(face)
    columns[:free] |= best  # without these the few columns may hold no solution on the face
    refined = tighten(face, columns, deadline)
    chosen = best if refined is None else np.rint(refined.values[:free]) > 0
    if refined is not None and (not refined.is_whole or find_idle(model.rest, chosen).any()):
        strict = _forbid_idle(face)
        answer = _run_branch_and_bound(strict, np.flatnonzero(strict.tops > 0), deadline)
        chosen = best if answer is None else answer[0]
    return chosen if is_feasible(model, chosen) and find_value(model, chosen) == find_value(model, best) else best


def _forbid_idle(model: LinearModel) -> LinearModel:
    """Add a column "in one pair only" per organisation; a pair of 0 points then needs it from one of its two."""
    rest, free = model.rest, len(model.rest.pairs)
    count = len(rest.problem.organisations)
    (worthless,) = np.nonzero((rest.problem.points[rest.pairs] == 0) & (model.tops[:free] > 0))
    pins = np.flatnonzero(rest.problem.pinned)
    held = np.bincount(np.concatenate([rest.problem.giving[pins], rest.problem.taking[pins]]), minlength=count)
    most = rest.organisation_left + held
    columns = np.arange(free)
    involved = sparse.csr_matrix(
        (np.ones(2 * free, dtype=np.int64), (np.concatenate([rest.giving, rest.taking]), np.tile(columns, 2))), shape=(count, free)
    )
    empty = sparse.csr_matrix((count, count), dtype=np.int64)
    alone = sparse.hstack([involved, empty, sparse.diags_array(most - 1, dtype=np.int64)], format="csr")
    lines = np.arange(len(worthless))
    needs_one = sparse.csr_matrix(
        (
            np.concatenate([np.ones(len(lines), dtype=np.int64), -np.ones(2 * len(lines), dtype=np.int64)]),
            (
                np.tile(lines, 3),
                np.concatenate([worthless, free + count + rest.giving[worthless], free + count + rest.taking[worthless]]),
            ),
        ),
        shape=(len(lines), free + 2 * count),
    )
    widened = sparse.hstack([model.rows, sparse.csr_matrix((model.rows.shape[0], count), dtype=np.int64)], format="csr")
    return LinearModel(
        rest=rest,
        gains=np.concatenate([model.gains, np.zeros(count, dtype=np.int64)]),
        tops=np.concatenate([model.tops, np.ones(count, dtype=np.int64)]),
        rows=sparse.vstack([widened, alone, needs_one], format="csr"),
        limits=np.concatenate([model.limits, most - held, np.zeros(len(lines), dtype=np.int64)]),
    )


def _branch(model: LinearModel, relaxation: Relaxation, bound: int, tie_costs: IntArray, deadline: float | None) -> FullSolution:
    """Branch and bound over the columns that a better solution than the rounded one could use."""
    free = len(model.rest.pairs)
    start = _round_greedily(model.rest, relaxation.values[:free] + model.gains[:free] * 1e-7)
    reduced = model.gains - model.rows.T @ relaxation.duals
    gap = bound - find_value(model, start)
    (columns,) = np.nonzero((model.tops > 0) & (reduced >= -(gap + 1)))
    model = model.without_cuts()
    answer = _run_branch_and_bound(model, columns, deadline)
    if answer is None:
        return FullSolution(start, gap == 0, bound)
    chosen, proven_bound, is_finished = answer
    if not is_feasible(model, chosen) or find_value(model, chosen) < find_value(model, start):
        chosen = start
    value = find_value(model, chosen)
    bound = max(value, min(bound, proven_bound))
    if not is_finished or bound > value:
        return FullSolution(chosen, bound == value, bound)
    settled = _settle(model, columns, value, tie_costs, deadline)
    return FullSolution(chosen if settled is None else settled, True, bound)


def _solve_without_idle(
    model: LinearModel, relaxation: Relaxation, solution: FullSolution, tie_costs: IntArray, deadline: float | None
) -> FullSolution:
    """A stay-bonus can make idle pairs of 0 points attractive: then once more with the rule that forbids them."""
    start = drop_idle(model.rest, solution.chosen)
    reduced = model.gains - model.rows.T @ relaxation.duals
    gap = find_bound(model, relaxation.duals) - find_value(model, start)
    (columns,) = np.nonzero((model.tops > 0) & (reduced >= -(gap + 1)))
    model = model.without_cuts()
    strict = _forbid_idle(model)
    answer = _run_branch_and_bound(strict, _with_extras(columns, model, strict), deadline)
    if answer is None:
        return FullSolution(start, gap == 0, solution.bound)
    chosen, proven_bound, is_finished = answer
    if (
        not is_feasible(model, chosen)
        or find_idle(model.rest, chosen).any()
        or find_value(model, chosen) < find_value(model, start)
    ):
        chosen = start
    value = find_value(model, chosen)
    bound = max(value, min(solution.bound, proven_bound))
    if not is_finished or bound > value:
        return FullSolution(chosen, bound == value, bound)
    settled = _settle(model, columns, value, tie_costs, deadline)
    return FullSolution(chosen if settled is None else settled, True, bound)


def _settle(model: LinearModel, columns: IntArray, value: int, tie_costs: IntArray, deadline: float | None) -> BoolArray | None:
    """Of all choices of `value` without an idle pair the one of least tie cost, by branch and bound; None if it finds none."""
    exact = sparse.csr_matrix(-model.gains[np.newaxis, :])
    tied = LinearModel(
        rest=model.rest,
        gains=-tie_costs,
        tops=model.tops,
        rows=sparse.vstack([model.rows, exact], format="csr"),
        limits=np.concatenate([model.limits, [-value]]),
    )
    strict = _forbid_idle(tied)
    answer = _run_branch_and_bound(strict, _with_extras(columns, model, strict), deadline)
    if answer is None or not is_feasible(model, answer[0]) or find_value(model, answer[0]) != value:
        return None
    return answer[0]


def _with_extras(columns: IntArray, model: LinearModel, strict: LinearModel) -> IntArray:
    """Some columns of a model and all that `_forbid_idle` added to it."""
    return np.concatenate([columns, np.arange(len(model.gains), len(strict.gains))])


def _run_branch_and_bound(model: LinearModel, columns: IntArray, deadline: float | None) -> tuple[BoolArray, int, bool] | None:
    """HiGHS over some columns: the chosen free pairs, a bound, and whether the search finished; None without any solution."""
    options = find_time_left(deadline)
    if options is None:
        return None
    free = len(model.rest.pairs)
    answer = milp(
        -model.gains[columns].astype(np.float64),
        constraints=LinearConstraint(model.rows[:, columns], -np.inf, model.limits),
        bounds=Bounds(0, model.tops[columns]),
        integrality=np.ones(len(columns)),
        options=options | {"mip_rel_gap": 0.0},
    )
    if answer.x is None:
        return None
    values = np.zeros(len(model.gains))
    values[columns] = answer.x
    return np.rint(values[:free]) > 0, int(np.floor(-answer.mip_dual_bound + 1e-3)), answer.status == 0


def _round_greedily(rest: Rest, preference: FloatArray) -> BoolArray:
    """A whole solution: pairs in the order of preference, each if every limit still allows it."""
    chosen = np.zeros(len(rest.pairs), dtype=np.bool_)
    left = (rest.offer_left.copy(), rest.need_left.copy(), rest.organisation_left.copy(), rest.partners_left.copy())
    offer, need, giving, taking, partners = rest.offer, rest.need, rest.giving, rest.taking, rest.partners
    for pair in np.argsort(-preference, kind="stable"):
        counters = (
            (left[0], offer[pair]),
            (left[1], need[pair]),
            (left[2], giving[pair]),
            (left[2], taking[pair]),
            (left[3], partners[pair]),
        )
        if all(counter[at] > 0 for counter, at in counters):
            chosen[pair] = True
            for counter, at in counters:
                counter[at] -= 1
    return chosen
