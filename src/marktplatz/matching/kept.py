"""KeptModel: the full model of a market that is asked about again and again, with what earlier answers taught it."""

import time
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Final

import numpy as np
import scipy.sparse as sparse

from marktplatz.matching.embedding import Embedded, embed
from marktplatz.matching.full_model import conclude
from marktplatz.matching.linear_model import (
    FloatArray,
    LinearModel,
    build_model,
    choose_first_columns,
    find_time_left,
    tighten,
)
from marktplatz.matching.parity import ParityGraph, build_parity_graph
from marktplatz.matching.pins import find_refusals
from marktplatz.matching.problem import Assignment, BoolArray, IntArray, Problem
from marktplatz.matching.rest import Rest, find_rest
from marktplatz.matching.solve import FULL_TIE_BITS, find_tie_costs, safe_served_weight, solve, tell

if TYPE_CHECKING:
    from marktplatz.matching.warm_relaxation import WarmRelaxation

_MOST_COLUMNS: Final = 2_000
_COLUMNS_AT_ONCE: Final = 300
_NAMES: Final = ("organisations", "offers", "needs")
_TABLES: Final = ("is_company", "offer_organisation", "need_organisation", "pair_offer", "pair_need", "points")
_LIMITS: Final = ("offer_capacity", "need_capacity", "max_agreements")
_MOST_CUTS: Final = 300
"""More than these are forgotten: an answer takes longer for every row that no longer matters."""


class KeptModel:
    """Answers as `solve` does, many times as quickly; pins, lower limits and what is shut out or missing may differ.

    Where pairs within one kind break the network, `solve` sets a linear model up, finds the few columns and cuts that matter and
    throws them away. Here the model is that of the problem without its pins: a pin is a column that must be 1, what is shut out a
    column that must be 0, a lower limit one more row. So every cut holds for every question, and the columns that mattered last
    are tried first; what is missing is priced in as in `solve`, and the proof is the same. May be asked by several threads.

    Examples
    --------
    >>> from marktplatz.matching import Pair, Problem
    >>> problem = Problem.from_pairs(
    ...     companies=[], nonprofits=["club", "choir"], offers={"paint": "choir"}, needs={"walls": "club"},
    ...     pairs=[Pair("paint", "walls", 700)])
    >>> KeptModel(problem).solve(problem).points
    700
    """

    def __init__(self, problem: Problem) -> None:
        self._start = _without_pins(problem)
        self._lock = Lock()
        self.was_asked = False
        self._columns: BoolArray | None = None
        self._plain_rows = 0
        self._warm: WarmRelaxation | None = None

    def solve(self, problem: Problem, *, previous: Iterable[tuple[str, str]] = (), time_limit_s: float | None = None) -> Assignment:
        """`solve(problem, previous=previous)`, of several plans with equal sums of hashes perhaps another."""
        self.was_asked = True
        question = None if self._rest.is_between_kinds or find_refusals(problem) else self._embed(problem)
        if question is None:
            return solve(problem, previous=previous, time_limit_s=time_limit_s)
        with self._lock:
            return question.read(self._ask(question.problem, previous, time_limit_s))

    def _embed(self, problem: Problem) -> Embedded | None:
        """As a question about the market that is kept; None where it is none."""
        if self.covers(problem):
            return Embedded(problem, np.arange(len(problem.points)))
        question = embed(problem, self._start)
        return question if question is not None and self.covers(question.problem) else None

    def knows(self, problem: Problem) -> bool:
        """Is it the same market, but for pins, lower limits, further exclusions, and who or what is missing?"""
        return self._embed(problem) is not None

    def covers(self, problem: Problem) -> bool:
        """Is it the same market, but for pins, lower limits and further exclusions?"""
        start = self._start
        return (
            problem.max_pairs_between == start.max_pairs_between
            and not problem.stray_pins
            and all(getattr(problem, name) == getattr(start, name) for name in _NAMES)
            and all(np.array_equal(getattr(problem, name), getattr(start, name)) for name in _TABLES)
            and all(bool(np.all(getattr(problem, name) <= getattr(start, name))) for name in _LIMITS)
            and bool(np.all(start.eligible | ~problem.eligible))
        )

    @cached_property
    def _rest(self) -> Rest:
        return find_rest(self._start)

    @cached_property
    def _served_weight(self) -> int:
        return safe_served_weight(self._rest, self._start.points[self._rest.pairs])

    @cached_property
    def _graph(self) -> ParityGraph:
        return build_parity_graph(self._rest)

    @cached_property
    def _model(self) -> LinearModel:
        model = build_model(self._rest, self._start.points[self._rest.pairs], self._served_weight)
        self._plain_rows = len(model.limits)
        return model

    def _ask(self, problem: Problem, previous: Iterable[tuple[str, str]], time_limit_s: float | None) -> Assignment:
        deadline = None if time_limit_s is None else time.monotonic() + time_limit_s
        question = self._put(problem)
        rest = question.rest
        before = np.zeros(len(problem.points), dtype=np.bool_)
        previous = tuple(previous)
        before[problem.find_pairs(previous)] = True
        before = before[rest.pairs]
        own = len(question.limits) - len(self._model.limits)
        if self._columns is None or self._warm is None:
            columns = choose_first_columns(question)
            relaxation = tighten(question, columns, deadline, graph=self._graph)
        else:
            columns = self._columns & (question.tops > 0)
            columns[: len(before)] |= before & (question.tops[: len(before)] > 0)
            relax = None if own else self._warm.relax  # rows that hold for this question alone
            relaxation = tighten(question, columns, deadline, graph=self._graph, at_once=_COLUMNS_AT_ONCE, relax=relax)
        left = find_time_left(deadline)
        if relaxation is None and left is not None:  # numbers that GLOP could not cope with
            self._columns = self._warm = None
            return solve(problem, previous=previous, time_limit_s=left.get("time_limit"))
        if relaxation is not None:
            self._learn(question, own, question.gains - question.rows.T @ relaxation.duals, columns)
        return tell(rest, conclude(question, relaxation, self._find_ties(before), deadline), self._served_weight)

    def _find_ties(self, before: BoolArray) -> IntArray:
        nobody = np.zeros(len(self._start.organisations), dtype=np.int64)
        return np.concatenate([find_tie_costs(self._rest, before, FULL_TIE_BITS), nobody])

    def _put(self, problem: Problem) -> LinearModel:
        """A question as a model of its own: its lower limits in front of all the rows that are kept."""
        rest, model = self._rest, self._model
        free = len(rest.pairs)
        allowed = np.zeros(len(problem.points), dtype=np.bool_)
        allowed[find_rest(problem).pairs] = True
        pins = problem.pinned[rest.pairs]
        floors, tops = model.floors.copy(), model.tops.copy()
        floors[:free] = pins
        tops[:free] = allowed[rest.pairs] | pins
        rows, limits = _find_lower_limits(rest, problem, tops[:free] > 0)
        return replace(
            model,
            rest=replace(rest, settled=pins),
            floors=floors,
            tops=tops,
            rows=sparse.vstack([*rows, model.rows], format="csr") if rows else model.rows,
            limits=np.concatenate([*limits, model.limits]),
        )

    def _learn(self, question: LinearModel, own: int, reduced: FloatArray, columns: BoolArray) -> None:
        """Keep the cuts, which hold for every question, and the columns that mattered or nearly did."""
        from marktplatz.matching.warm_relaxation import WarmRelaxation

        end = len(question.limits)
        if self._warm is None or end - own - self._plain_rows > _MOST_CUTS or self._warm.size > 2 * _MOST_COLUMNS:
            end, self._warm = own + self._plain_rows, WarmRelaxation()
        self._model.rows, self._model.limits = question.rows[own:end], question.limits[own:end]
        free = len(self._rest.pairs)
        order = np.argsort(-np.where(columns, reduced, -np.inf)[:free], kind="stable")[:_MOST_COLUMNS]
        self._columns = self._model.tops > 0
        self._columns[:free] = False
        self._columns[order] = columns[order]


def keep_model(problem: Problem, earlier: KeptModel | None) -> KeptModel:
    """The earlier model where it can answer about the problem, else one of its own."""
    return earlier if earlier is not None and earlier.knows(problem) else KeptModel(problem)


def _without_pins(problem: Problem) -> Problem:
    return replace(problem, pinned=np.zeros_like(problem.pinned), stray_pins=())


def _find_lower_limits(rest: Rest, problem: Problem, is_open: BoolArray) -> tuple[list[sparse.csr_matrix], list[IntArray]]:
    """Rows and limits for what may be used less than in the rest's own problem, if open pairs, shape (F,), could use more."""
    start, free, count = rest.problem, len(rest.pairs), len(rest.problem.organisations)
    rows, limits = [], []
    for counters, now, then in (
        ([rest.offer], problem.offer_capacity, start.offer_capacity),
        ([rest.need], problem.need_capacity, start.need_capacity),
        ([rest.giving, rest.taking], problem.max_agreements, start.max_agreements),
    ):
        could_use = np.bincount(np.concatenate([counter[is_open] for counter in counters]), minlength=len(now))
        (lower,) = np.nonzero((now < then) & (could_use > now))
        if not len(lower):
            continue
        columns = np.tile(np.arange(free), len(counters))
        uses = sparse.csr_matrix(
            (np.ones(len(columns), dtype=np.int64), (np.concatenate(counters), columns)), shape=(len(now), free)
        )
        rows.append(sparse.hstack([uses[lower], sparse.csr_matrix((len(lower), count), dtype=np.int64)], format="csr"))
        limits.append(now[lower])
    return rows, limits
