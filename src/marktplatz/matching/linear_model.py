"""The joint problem as a linear model: its rows, its relaxation tightened by parity cuts, and bounds in whole numbers."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse as sparse
from scipy.optimize import linprog

from marktplatz.matching.flow import SolverFailure
from marktplatz.matching.parity import ParityGraph, build_parity_graph, find_parity_cuts
from marktplatz.matching.problem import BoolArray, IntArray
from marktplatz.matching.rest import Rest

_ALL_COLUMNS: Final = 15_000
_BEST_PER_ENTRY: Final = 12
_ROUNDS: Final = 60
_PATIENCE: Final = 8
_WORTHWHILE: Final = 2.0
"""Cutting ends when _PATIENCE rounds together lowered the bound by less than this; branching is quicker then."""
_WHOLE: Final = 1e-5
TOLERANCE: Final = 1e-6
_DUAL_SCALE: Final = 2**20

FloatArray = np.ndarray


@dataclass(eq=False)
class LinearModel:
    """maximise gains @ x, rows @ x <= limits, floors <= x <= tops, x whole; columns: the free pairs, then the served organisations.

    `floors` are 0, but for pairs that are pinned without being left out of the `rest`.
    """

    rest: Rest
    gains: IntArray
    floors: IntArray
    tops: IntArray
    rows: sparse.csr_matrix
    limits: IntArray

    def add_rows(self, rows: list[sparse.csr_matrix], limits: list[int]) -> None:
        self.rows = sparse.vstack([self.rows, *rows], format="csr")
        self.limits = np.concatenate([self.limits, limits])


@dataclass(frozen=True, eq=False)
class Relaxation:
    values: FloatArray
    duals: FloatArray

    @property
    def is_whole(self) -> bool:
        return bool(np.all(np.abs(self.values - np.rint(self.values)) < _WHOLE))


Relax = Callable[[LinearModel, BoolArray, float | None], Relaxation | None]


def build_model(rest: Rest, worth: IntArray, served_weight: int) -> LinearModel:
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
    return LinearModel(
        rest=rest,
        gains=np.concatenate([worth, np.full(count, served_weight, dtype=np.int64)]),
        floors=np.zeros(free + count, dtype=np.int64),
        tops=np.concatenate([np.ones(free, dtype=np.int64), usable.astype(np.int64)]),
        rows=sparse.vstack(blocks, format="csr"),
        limits=np.concatenate(limits).astype(np.int64),
    )


def tighten(
    model: LinearModel,
    columns: BoolArray,
    deadline: float | None,
    *,
    graph: ParityGraph | None = None,
    at_once: int = _ALL_COLUMNS,
    relax: Relax | None = None,
) -> Relaxation | None:
    """Price further columns in, so many at once, add parity cuts until the relaxation is whole or cuts no longer help.

    None without any time. `graph` is that of the model's rest, `relax` what solves the plain relaxation, HiGHS if not given.
    """
    columns |= model.floors > 0
    latest: Relaxation | None = None
    heights: list[float] = []
    for _ in range(_ROUNDS):
        relaxation = (relax or _relax)(model, columns, deadline)
        if relaxation is None:
            break
        reduced = model.gains - model.rows.T @ relaxation.duals
        missing = np.flatnonzero((reduced > TOLERANCE) & (model.tops > 0) & ~columns)
        if missing.size:
            columns[missing[np.argsort(-reduced[missing], kind="stable")[:at_once]]] = True
            continue
        latest = relaxation
        heights.append(float(model.gains @ relaxation.values))
        has_stalled = len(heights) > _PATIENCE and heights[-1 - _PATIENCE] - heights[-1] < _WORTHWHILE
        if relaxation.is_whole or has_stalled:
            return relaxation
        graph = build_parity_graph(model.rest) if graph is None else graph
        cuts = find_parity_cuts(graph, relaxation.values)
        if not cuts:
            return relaxation
        model.add_rows([row for row, _ in cuts], [limit for _, limit in cuts])
    if latest is None:
        return None
    return Relaxation(latest.values, np.pad(latest.duals, (0, len(model.limits) - len(latest.duals))))  # the last cuts are unused


def choose_first_columns(model: LinearModel) -> BoolArray:
    """All columns of a small model; of a large one each entry's best pairs, the others are priced in if they matter."""
    rest, free = model.rest, len(model.rest.pairs)
    chosen = model.tops > 0
    if np.count_nonzero(chosen[:free]) > _ALL_COLUMNS:
        keep = np.zeros(free, dtype=np.bool_)
        for entry in (rest.offer, rest.need):
            order = np.lexsort((-model.gains[:free], entry))
            ranks = np.arange(free) - np.searchsorted(entry[order], entry[order], side="left")
            keep[order[ranks < _BEST_PER_ENTRY]] = True
        chosen[:free] &= keep
    return chosen


def _relax(model: LinearModel, columns: BoolArray, deadline: float | None) -> Relaxation | None:
    (open_columns,) = np.nonzero(columns)
    options = find_time_left(deadline)
    if options is None:
        return None
    rows = model.rows[:, open_columns]
    binding = find_binding(rows, model.tops[open_columns], model.limits)
    answer = linprog(
        -model.gains[open_columns].astype(np.float64),
        A_ub=rows[binding],
        b_ub=model.limits[binding],
        bounds=np.stack([model.floors[open_columns], model.tops[open_columns]], axis=1),
        method="highs-ds",
        options=options,
    )
    if answer.status != 0:
        if deadline is None:
            raise SolverFailure(f"the linear relaxation ended with status {answer.status}: {answer.message}")
        return None
    values = np.zeros(len(model.gains))
    values[open_columns] = answer.x
    duals = np.zeros(len(model.limits))
    duals[binding] = np.clip(-answer.ineqlin.marginals, 0, None)
    return Relaxation(values, duals)


def find_binding(rows: sparse.csr_matrix, tops: IntArray, limits: IntArray) -> IntArray:
    """The rows that the open columns could break at all; of two organisations with one open pair, say, none."""
    most = rows.copy()
    most.data = np.maximum(most.data, 0)
    return np.flatnonzero(most @ tops > limits)


def find_time_left(deadline: float | None) -> dict[str, float] | None:
    """HiGHS options for the time that is left, None if there is none."""
    if deadline is None:
        return {}
    left = deadline - time.monotonic()
    return {"time_limit": left} if left > 0 else None


def find_bound(model: LinearModel, duals: FloatArray) -> int:
    """Weak duality in whole numbers: a bound that no rounding error can make too small."""
    whole = np.rint(duals * _DUAL_SCALE).astype(np.int64)
    reduced = model.gains * _DUAL_SCALE - model.rows.T.astype(np.int64) @ whole
    parts = whole * model.limits, np.clip(reduced, 0, None) * model.tops, np.clip(reduced, None, 0) * model.floors
    return sum(map(_sum_exactly, parts)) // _DUAL_SCALE


def _sum_exactly(parts: IntArray) -> int:
    """However large the sum: high and low digits apart."""
    return int((parts // _DUAL_SCALE).sum()) * _DUAL_SCALE + int((parts % _DUAL_SCALE).sum())


def find_value(model: LinearModel, chosen: BoolArray) -> int:
    """The objective of a choice of free pairs; served organisations follow from it."""
    rest, free = model.rest, len(model.rest.pairs)
    met = np.zeros(len(rest.problem.organisations), dtype=np.bool_)
    met[rest.giving[chosen]] = True
    met[rest.taking[chosen]] = True
    return int(model.gains[:free][chosen].sum() + (model.gains[free:] * model.tops[free:])[met].sum())


def is_feasible(model: LinearModel, chosen: BoolArray) -> bool:
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
