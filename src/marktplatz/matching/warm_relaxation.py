"""The linear relaxation of a model that is asked about again and again, in GLOP, which goes on from where it ended."""

import time
from typing import Final

import numpy as np
from ortools.linear_solver import pywraplp

from marktplatz.matching.linear_model import TOLERANCE, FloatArray, LinearModel, Relaxation, find_binding
from marktplatz.matching.problem import BoolArray, IntArray

_DUAL_PARTS: Final = 8
_NEARLY: Final = 1e-4
"""Duals of such models are whole numbers and halves; what is as near to an eighth is that eighth."""
_MS_PER_S: Final = 1000
_DUAL: Final = pywraplp.MPSolverParameters.DUAL
_PRIMAL: Final = pywraplp.MPSolverParameters.PRIMAL
"""Where only columns came the old values still hold, where bounds moved or rows came the old prices do."""


class WarmRelaxation:
    """Columns and rows come in as they are needed and stay; rows that the columns cannot break are left out.

    The rows of the models that it is asked about must be those of the one before, with others behind them.
    """

    def __init__(self) -> None:
        self._solver = pywraplp.Solver.CreateSolver("GLOP")
        self._objective = self._solver.Objective()
        self._objective.SetMaximization()
        self._parameters = pywraplp.MPSolverParameters()
        self._parameters.SetIntegerParam(self._parameters.PRESOLVE, self._parameters.PRESOLVE_OFF)
        self._columns = np.empty(0, dtype=np.int64)
        self._rows = np.empty(0, dtype=np.int64)
        self._variables: list[pywraplp.Variable] = []
        self._constraints: list[pywraplp.Constraint] = []
        self._floors = self._tops = np.empty(0, dtype=np.int64)

    @property
    def size(self) -> int:
        return len(self._columns)

    def relax(self, model: LinearModel, columns: BoolArray, deadline: float | None) -> Relaxation | None:
        """The best of the relaxation with these columns and all that were there before; None if there is no time."""
        columns[self._columns] = model.tops[self._columns] > 0
        is_here = np.zeros(len(columns), dtype=np.bool_)
        is_here[self._columns] = True
        is_first, has_moved = not self.size, self._has_moved(model)
        new = np.flatnonzero(columns & ~is_here)
        self._add_columns(model, new)
        if len(new) and has_moved:  # GLOP goes on after one of the two at a time
            self._solve(deadline, _PRIMAL)
        self._set_bounds(model)
        if is_first:
            self._add_rows(model, find_binding(model.rows[:, self._columns], self._tops, model.limits))
        algorithm = _DUAL if has_moved else _PRIMAL
        while self._solve(deadline, algorithm):
            values = np.zeros(len(model.gains))
            values[self._columns] = [variable.solution_value() for variable in self._variables]
            broken = np.flatnonzero(model.rows @ values > model.limits + TOLERANCE)
            broken = np.setdiff1d(broken, self._rows)
            if not len(broken):
                return Relaxation(values, self._read_duals(len(model.limits)))
            self._add_rows(model, broken)
            algorithm = _DUAL
        return None

    def _solve(self, deadline: float | None, algorithm: int) -> bool:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._solver.SetTimeLimit(max(1, int(_MS_PER_S * left)))
        self._parameters.SetIntegerParam(self._parameters.LP_ALGORITHM, algorithm)
        return self._solver.Solve(self._parameters) == pywraplp.Solver.OPTIMAL

    def _read_duals(self, rows: int) -> FloatArray:
        duals = np.zeros(rows)
        duals[self._rows] = [constraint.dual_value() for constraint in self._constraints]
        return _round(np.clip(duals, 0, None))

    def _add_columns(self, model: LinearModel, new: IntArray) -> None:
        if not len(new):
            return
        added = [self._solver.NumVar(0.0, 0.0, "") for _ in new.tolist()]
        for variable, gain in zip(added, model.gains[new].tolist(), strict=True):
            self._objective.SetCoefficient(variable, gain)
        self._set(model, added, new, self._constraints, self._rows)
        self._variables += added
        self._columns = np.concatenate([self._columns, new])
        none = np.zeros(len(new), dtype=np.int64)
        self._floors, self._tops = np.concatenate([self._floors, none]), np.concatenate([self._tops, none])

    def _add_rows(self, model: LinearModel, new: IntArray) -> None:
        added = [self._solver.Constraint(-self._solver.infinity(), float(limit)) for limit in model.limits[new].tolist()]
        self._set(model, self._variables, self._columns, added, new)
        self._constraints += added
        self._rows = np.concatenate([self._rows, new])

    @staticmethod
    def _set(
        model: LinearModel,
        variables: list[pywraplp.Variable],
        columns: IntArray,
        constraints: list[pywraplp.Constraint],
        rows: IntArray,
    ) -> None:
        if not variables or not constraints:
            return
        part = model.rows[rows][:, columns].tocoo()
        for row, column, value in zip(part.row.tolist(), part.col.tolist(), part.data.tolist(), strict=True):
            constraints[row].SetCoefficient(variables[column], value)

    def _has_moved(self, model: LinearModel) -> bool:
        return bool(np.any(model.floors[self._columns] != self._floors) or np.any(model.tops[self._columns] != self._tops))

    def _set_bounds(self, model: LinearModel) -> None:
        floors, tops = model.floors[self._columns], model.tops[self._columns]
        for at in np.flatnonzero((floors != self._floors) | (tops != self._tops)).tolist():
            self._variables[at].SetBounds(float(floors[at]), float(tops[at]))
        self._floors, self._tops = floors, tops


def _round(duals: FloatArray) -> FloatArray:
    whole = np.rint(duals * _DUAL_PARTS)
    return np.where(np.abs(duals * _DUAL_PARTS - whole) < _NEARLY, whole / _DUAL_PARTS, duals)
