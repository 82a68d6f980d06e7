"""The joint problem where it is no network: linear relaxation, parity cuts, priced columns, and a proof in whole numbers."""

import time
from dataclasses import dataclass
from typing import Final

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

_FIRST_GUESS: Final = 16
"""The first window is a pair's highest worth divided by this."""

_OPTIMAL: Final = 0
_INFEASIBLE: Final = 2
"""What scipy's milp calls a search that has looked at everything."""


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
    return conclude(model, tighten(model, choose_first_columns(model), deadline), tie_costs, deadline)


def conclude(model: LinearModel, relaxation: Relaxation | None, tie_costs: IntArray, deadline: float | None) -> FullSolution:
    """From a model's tightened relaxation to its best choice, ties by least tie cost."""
    rest, free = model.rest, len(model.rest.pairs)
    worth = model.gains[:free]
    if relaxation is None:
        chosen = _round_greedily(model, worth.astype(np.float64))
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
        floors=model.floors,
        tops=np.where(reduced < -TOLERANCE, model.floors, model.tops),
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
        everything = _Window(np.flatnonzero(strict.tops > 0), strict.floors)
        search = _search_window(strict, everything, deadline)
        chosen = best if search.chosen is None else search.chosen
    return chosen if is_feasible(model, chosen) and find_value(model, chosen) == find_value(model, best) else best


def _forbid_idle(model: LinearModel) -> LinearModel:
    """Add a column "in one pair only" per organisation; a pair of 0 points then needs it from one of its two."""
    rest, free = model.rest, len(model.rest.pairs)
    count = len(rest.problem.organisations)
    (worthless,) = np.nonzero((rest.problem.points[rest.pairs] == 0) & (model.tops[:free] > model.floors[:free]))
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
        floors=np.concatenate([model.floors, np.zeros(count, dtype=np.int64)]),
        tops=np.concatenate([model.tops, np.ones(count, dtype=np.int64)]),
        rows=sparse.vstack([widened, alone, needs_one], format="csr"),
        limits=np.concatenate([model.limits, most - held, np.zeros(len(lines), dtype=np.int64)]),
    )


def _branch(model: LinearModel, relaxation: Relaxation, bound: int, tie_costs: IntArray, deadline: float | None) -> FullSolution:
    """Branch and bound within a window: a guess how far the best lies below the bound, widened until what is found lies inside.

    A solution at most g below the bound leaves every column out whose reduced cost is below -g and takes every one above g; so
    the best within the window is the best of all as soon as it is itself no more than g below.
    """
    free = len(model.rest.pairs)
    best = _round_greedily(model, relaxation.values[:free] + model.gains[:free] * 1e-7)
    reduced = model.gains - model.rows.T @ relaxation.duals
    widest = bound - find_value(model, best)
    guess = min(widest, max(1, int(model.gains[:free].max(initial=0)) // _FIRST_GUESS))
    while True:
        search = _search_window(model, _find_window(model, reduced, guess), deadline)
        if (
            search.chosen is not None
            and is_feasible(model, search.chosen)
            and find_value(model, search.chosen) > find_value(model, best)
        ):
            best = search.chosen
        gap = bound - find_value(model, best)
        if not search.is_finished:
            return FullSolution(best, gap == 0, bound)
        if gap <= guess or guess >= widest:
            break
        guess = min(widest, gap)
    return _settle(model, _find_window(model, reduced, gap), best, tie_costs, deadline)


def _solve_without_idle(
    model: LinearModel, relaxation: Relaxation, solution: FullSolution, tie_costs: IntArray, deadline: float | None
) -> FullSolution:
    """A stay-bonus can make idle pairs of 0 points attractive: then once more with the rule that forbids them."""
    best = drop_idle(model.rest, solution.chosen)
    reduced = model.gains - model.rows.T @ relaxation.duals
    window = _find_window(model, reduced, find_bound(model, relaxation.duals) - find_value(model, best))
    strict = _forbid_idle(model)
    search = _search_window(strict, _widen(window, strict), deadline)
    found = search.chosen
    if (
        found is not None
        and is_feasible(model, found)
        and not find_idle(model.rest, found).any()
        and find_value(model, found) > find_value(model, best)
    ):
        best = found
    if not search.is_finished:
        return FullSolution(best, find_value(model, best) == solution.bound, solution.bound)
    return _settle(model, window, best, tie_costs, deadline)


@dataclass(frozen=True, eq=False)
class _Window:
    """The columns that are open, and which of all columns must be taken."""

    columns: IntArray
    least: IntArray


def _find_window(model: LinearModel, reduced: FloatArray, gap: int) -> _Window:
    (columns,) = np.nonzero((model.tops > 0) & ((reduced >= -(gap + 1)) | (model.floors > 0)))
    return _Window(columns, np.where(reduced > gap + 1, model.tops, model.floors))


def _widen(window: _Window, strict: LinearModel) -> _Window:
    """The same for a model with the columns that `_forbid_idle` added."""
    own = len(window.least)
    added = np.arange(own, len(strict.gains))
    return _Window(np.concatenate([window.columns, added]), np.concatenate([window.least, np.zeros(len(added), dtype=np.int64)]))


def _settle(model: LinearModel, window: _Window, best: BoolArray, tie_costs: IntArray, deadline: float | None) -> FullSolution:
    """Of all choices as good as `best`, known to be the best, the one without an idle pair and of least tie cost."""
    value = find_value(model, best)
    exact = sparse.csr_matrix(-model.gains[np.newaxis, :])
    tied = LinearModel(
        rest=model.rest,
        gains=-tie_costs,
        floors=model.floors,
        tops=model.tops,
        rows=sparse.vstack([model.rows, exact], format="csr"),
        limits=np.concatenate([model.limits, [-value]]),
    )
    strict = _forbid_idle(tied)
    search = _search_window(strict, _widen(window, strict), deadline)
    if search.chosen is not None and is_feasible(model, search.chosen) and find_value(model, search.chosen) == value:
        best = search.chosen
    return FullSolution(best, search.is_finished, value)


@dataclass(frozen=True, eq=False)
class _Search:
    """What branch and bound found, if anything, and whether it looked at everything."""

    chosen: BoolArray | None
    is_finished: bool


def _search_window(model: LinearModel, window: _Window, deadline: float | None) -> _Search:
    """HiGHS over a window's columns; finished without a solution means that the window holds none."""
    options = find_time_left(deadline)
    if options is None:
        return _Search(None, is_finished=False)
    columns, free = window.columns, len(model.rest.pairs)
    answer = milp(
        -model.gains[columns].astype(np.float64),
        constraints=LinearConstraint(model.rows[:, columns], -np.inf, model.limits),
        bounds=Bounds(window.least[columns], model.tops[columns]),
        integrality=np.ones(len(columns)),
        options=options | {"mip_rel_gap": 0.0},
    )
    is_finished = answer.status in (_OPTIMAL, _INFEASIBLE)
    if answer.x is None:
        return _Search(None, is_finished)
    values = np.zeros(len(model.gains))
    values[columns] = answer.x
    return _Search(np.rint(values[:free]) > 0, is_finished)


def _round_greedily(model: LinearModel, preference: FloatArray) -> BoolArray:
    """A whole solution: what is pinned, then pairs in the order of preference, each if every limit still allows it."""
    rest, free = model.rest, len(model.rest.pairs)
    preference = np.where(model.floors[:free] > 0, np.inf, preference)
    order = np.argsort(-preference, kind="stable")
    order = order[model.tops[order] > 0]
    chosen = np.zeros(free, dtype=np.bool_)
    # Plain lists: single numbers of an array are ten times as slow, and there are tens of thousands of pairs.
    offers, needs, organisations, partners = (
        left.tolist() for left in (rest.offer_left, rest.need_left, rest.organisation_left, rest.partners_left)
    )
    ends = (array[order].tolist() for array in (rest.offer, rest.need, rest.giving, rest.taking, rest.partners))
    for pair, offer, need, giver, taker, couple in zip(order.tolist(), *ends, strict=True):
        has_room = offers[offer] > 0 and needs[need] > 0 and partners[couple] > 0
        if has_room and organisations[giver] > 0 and organisations[taker] > 0:
            chosen[pair] = True
            offers[offer] -= 1
            needs[need] -= 1
            partners[couple] -= 1
            organisations[giver] -= 1
            organisations[taker] -= 1
    return chosen
