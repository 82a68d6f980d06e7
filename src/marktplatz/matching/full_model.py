"""The joint problem where it is no network: linear relaxation, parity cuts, priced columns, and a proof in whole numbers."""

import time
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse as sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from marktplatz.matching.parity import build_parity_graph, find_parity_cuts
from marktplatz.matching.problem import BoolArray, IntArray
from marktplatz.matching.rest import Rest, find_idle

_ALL_COLUMNS: Final = 15_000
_BEST_PER_ENTRY: Final = 12
_ROUNDS: Final = 60
_WHOLE: Final = 1e-5
_TOLERANCE: Final = 1e-6
_DUAL_SCALE: Final = 2**20

FloatArray = np.ndarray


@dataclass(frozen=True, eq=False)
class FullSolution:
    """Chosen free pairs, shape (F,); whether that is proven best; and an upper bound of the objective in whole units."""

    chosen: BoolArray
    is_proven: bool
    bound: int


@dataclass(eq=False)
class _Model:
    """maximise gains @ x, rows @ x <= limits, 0 <= x <= tops, x whole; columns: the free pairs, then the served organisations."""

    rest: Rest
    gains: IntArray
    tops: IntArray
    rows: sparse.csr_matrix
    limits: IntArray

    def add_rows(self, rows: list[sparse.csr_matrix], limits: list[int]) -> None:
        self.rows = sparse.vstack([self.rows, *rows], format="csr")
        self.limits = np.concatenate([self.limits, limits])


@dataclass(frozen=True, eq=False)
class _Relaxation:
    values: FloatArray
    duals: FloatArray

    @property
    def is_whole(self) -> bool:
        return bool(np.all(np.abs(self.values - np.rint(self.values)) < _WHOLE))


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
    model = _build_model(rest, worth, served_weight)
    relaxation = _tighten(model, deadline)
    free = len(rest.pairs)
    if relaxation is None:
        chosen = _round_greedily(rest, worth.astype(np.float64))
        return FullSolution(chosen, False, _bound(model, np.zeros(len(model.limits))))
    bound = _bound(model, relaxation.duals)
    if relaxation.is_whole and bound == _value(model, np.rint(relaxation.values[:free]) > 0):
        return FullSolution(_break_ties(model, relaxation, tie_costs, deadline), True, bound)
    return _branch(model, relaxation, bound, tie_costs, deadline)


def _build_model(rest: Rest, worth: IntArray, served_weight: int) -> _Model:
    free, count = len(rest.pairs), len(rest.problem.organisations)
    columns = np.arange(free)
    usable = rest.counted & (rest.organisation_left > 0)
    blocks, limits = [], []
    for counters, counter_limits in (
        ([rest.offer], rest.offer_left),
        ([rest.need], rest.need_left),
        ([rest.giving, rest.taking], rest.organisation_left),
        ([rest.partners], rest.partners_left),
    ):
        uses = np.bincount(np.concatenate(counters), minlength=len(counter_limits))
        (binding,) = np.nonzero(uses > counter_limits)
        entries = np.ones(len(counters) * free, dtype=np.int64)
        block = sparse.csr_matrix(
            (entries, (np.concatenate(counters), np.tile(columns, len(counters)))), shape=(len(counter_limits), free)
        )
        blocks.append(sparse.hstack([block[binding], sparse.csr_matrix((len(binding), count), dtype=np.int64)], format="csr"))
        limits.append(counter_limits[binding])
    involved = sparse.csr_matrix(
        (np.ones(2 * free, dtype=np.int64), (np.concatenate([rest.giving, rest.taking]), np.tile(columns, 2))), shape=(count, free)
    )
    blocks.append(sparse.hstack([-involved, sparse.identity(count, dtype=np.int64)], format="csr")[usable])
    limits.append(np.zeros(int(usable.sum()), dtype=np.int64))
    return _Model(
        rest=rest,
        gains=np.concatenate([worth, np.full(count, served_weight, dtype=np.int64)]),
        tops=np.concatenate([np.ones(free, dtype=np.int64), usable.astype(np.int64)]),
        rows=sparse.vstack(blocks, format="csr"),
        limits=np.concatenate(limits).astype(np.int64),
    )


def _tighten(model: _Model, deadline: float | None) -> _Relaxation | None:
    """Price columns in and add parity cuts until the relaxation is whole or no cut is broken; None if time runs out before."""
    graph = build_parity_graph(model.rest)
    columns = _choose_first_columns(model)
    latest: _Relaxation | None = None
    for _ in range(_ROUNDS):
        relaxation = _relax(model, columns, deadline)
        if relaxation is None:
            return latest
        reduced = model.gains - model.rows.T @ relaxation.duals
        missing = np.flatnonzero((reduced > _TOLERANCE) & (model.tops > 0) & ~columns)
        if missing.size:
            columns[missing[np.argsort(-reduced[missing], kind="stable")[:_ALL_COLUMNS]]] = True
            continue
        latest = relaxation
        cuts = [] if relaxation.is_whole else find_parity_cuts(graph, relaxation.values)
        if not cuts:
            return relaxation
        model.add_rows([row for row, _ in cuts], [limit for _, limit in cuts])
    return latest


def _choose_first_columns(model: _Model) -> BoolArray:
    """All columns of a small model; of a large one each entry's best pairs, the others are priced in if they matter."""
    rest, free = model.rest, len(model.rest.pairs)
    chosen = model.tops > 0
    if free > _ALL_COLUMNS:
        keep = np.zeros(free, dtype=np.bool_)
        for entry in (rest.offer, rest.need):
            order = np.lexsort((-model.gains[:free], entry))
            ranks = np.arange(free) - np.searchsorted(entry[order], entry[order], side="left")
            keep[order[ranks < _BEST_PER_ENTRY]] = True
        chosen[:free] &= keep
    return chosen


def _relax(model: _Model, columns: BoolArray, deadline: float | None) -> _Relaxation | None:
    (open_columns,) = np.nonzero(columns)
    options = _time_left(deadline)
    if options is None:
        return None
    answer = linprog(
        -model.gains[open_columns].astype(np.float64),
        A_ub=model.rows[:, open_columns],
        b_ub=model.limits,
        bounds=np.stack([np.zeros(len(open_columns)), model.tops[open_columns]], axis=1),
        method="highs-ds",
        options=options,
    )
    if answer.status != 0:
        return None
    values = np.zeros(len(model.gains))
    values[open_columns] = answer.x
    return _Relaxation(values, np.clip(-answer.ineqlin.marginals, 0, None))


def _time_left(deadline: float | None) -> dict[str, float] | None:
    """HiGHS options for the time that is left, None if there is none."""
    if deadline is None:
        return {}
    left = deadline - time.monotonic()
    return {"time_limit": left} if left > 0 else None


def _bound(model: _Model, duals: FloatArray) -> int:
    """Weak duality in whole numbers: a bound that no rounding error can make too small."""
    whole = np.rint(duals * _DUAL_SCALE).astype(np.int64)
    reduced = model.gains * _DUAL_SCALE - model.rows.T.astype(np.int64) @ whole
    total = sum(int(part) for part in (whole * model.limits)) + sum(int(part) for part in np.clip(reduced, 0, None) * model.tops)
    return total // _DUAL_SCALE


def _value(model: _Model, chosen: BoolArray) -> int:
    """The objective of a choice of free pairs; served organisations follow from it."""
    rest, free = model.rest, len(model.rest.pairs)
    met = np.zeros(len(rest.problem.organisations), dtype=np.bool_)
    met[rest.giving[chosen]] = True
    met[rest.taking[chosen]] = True
    return int(model.gains[:free][chosen].sum() + (model.gains[free:] * model.tops[free:])[met].sum())


def _break_ties(model: _Model, relaxation: _Relaxation, tie_costs: IntArray, deadline: float | None) -> BoolArray:
    """On the optimal face (complementary slackness with the duals) the choice of least tie cost."""
    free = len(model.rest.pairs)
    best = np.rint(relaxation.values[:free]) > 0
    reduced = model.gains - model.rows.T @ relaxation.duals
    tight = relaxation.duals > _TOLERANCE
    face = _Model(
        rest=model.rest,
        gains=-tie_costs,
        tops=np.where(reduced < -_TOLERANCE, 0, model.tops),
        rows=sparse.vstack([model.rows, -model.rows[tight]], format="csr"),
        limits=np.concatenate([model.limits, -model.limits[tight]]),
    )
    (forced,) = np.nonzero((reduced > _TOLERANCE) & (model.tops > 0))
    if forced.size:
        must = sparse.csr_matrix(
            (-np.ones(len(forced), dtype=np.int64), (np.arange(len(forced)), forced)), shape=(len(forced), len(model.gains))
        )
        face.add_rows([must], list(-model.tops[forced]))
    return _choose_on_face(model, face, best, deadline)


def _choose_on_face(model: _Model, face: _Model, best: BoolArray, deadline: float | None) -> BoolArray:
    """The face's own optimum; where it keeps a pair that is idle, once more with the rule that forbids those."""
    free = len(model.rest.pairs)
    refined = _tighten(face, deadline)
    chosen = best if refined is None else np.rint(refined.values[:free]) > 0
    if refined is not None and (not refined.is_whole or find_idle(model.rest, chosen).any()):
        strict = _forbid_idle(face)
        answer = _run_branch_and_bound(strict, np.flatnonzero(strict.tops > 0), deadline)
        chosen = best if answer is None else answer[0]
    return chosen if _is_feasible(model, chosen) and _value(model, chosen) == _value(model, best) else best


def _forbid_idle(model: _Model) -> _Model:
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
    return _Model(
        rest=rest,
        gains=np.concatenate([model.gains, np.zeros(count, dtype=np.int64)]),
        tops=np.concatenate([model.tops, np.ones(count, dtype=np.int64)]),
        rows=sparse.vstack([widened, alone, needs_one], format="csr"),
        limits=np.concatenate([model.limits, most - held, np.zeros(len(lines), dtype=np.int64)]),
    )


def _is_feasible(model: _Model, chosen: BoolArray) -> bool:
    rest, problem = model.rest, model.rest.problem
    return bool(
        np.all(np.bincount(rest.offer[chosen], minlength=len(problem.offers)) <= rest.offer_left)
        and np.all(np.bincount(rest.need[chosen], minlength=len(problem.needs)) <= rest.need_left)
        and np.all(
            np.bincount(np.concatenate([rest.giving[chosen], rest.taking[chosen]]), minlength=len(problem.organisations))
            <= rest.organisation_left
        )
        and rest.keeps_partner_limit(chosen)
    )


def _branch(model: _Model, relaxation: _Relaxation, bound: int, tie_costs: IntArray, deadline: float | None) -> FullSolution:
    """Branch and bound over the columns that a better solution than the rounded one could use."""
    free = len(model.rest.pairs)
    start = _round_greedily(model.rest, relaxation.values[:free] + model.gains[:free] * 1e-7)
    reduced = model.gains - model.rows.T @ relaxation.duals
    gap = bound - _value(model, start)
    (columns,) = np.nonzero((model.tops > 0) & (reduced >= -(gap + 1)))
    answer = _run_branch_and_bound(model, columns, deadline)
    if answer is None:
        return FullSolution(start, gap == 0, bound)
    chosen, proven_bound, is_finished = answer
    if not _is_feasible(model, chosen) or _value(model, chosen) < _value(model, start):
        chosen = start
    value = _value(model, chosen)
    bound = max(value, min(bound, proven_bound))
    if not is_finished or bound > value:
        return FullSolution(chosen, bound == value, bound)
    exact = sparse.csr_matrix(-model.gains[np.newaxis, :])
    tied = _Model(
        rest=model.rest,
        gains=-tie_costs,
        tops=model.tops,
        rows=sparse.vstack([model.rows, exact], format="csr"),
        limits=np.concatenate([model.limits, [-value]]),
    )
    strict = _forbid_idle(tied)
    first_extra = len(model.gains)
    refined = _run_branch_and_bound(strict, np.concatenate([columns, np.arange(first_extra, len(strict.gains))]), deadline)
    if refined is not None and _is_feasible(model, refined[0]) and _value(model, refined[0]) == value:
        chosen = refined[0]
    return FullSolution(chosen, True, bound)


def _run_branch_and_bound(model: _Model, columns: IntArray, deadline: float | None) -> tuple[BoolArray, int, bool] | None:
    """HiGHS over some columns: the chosen free pairs, a bound, and whether the search finished; None without any solution."""
    options = _time_left(deadline)
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
