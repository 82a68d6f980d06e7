"""The one door to OR-Tools: minimum-cost flow, and near-optimal answers to large linear programs."""

import importlib
from typing import Final

import numpy as np
from scipy.sparse import csc_array

from marktplatz.matching.problem import FloatArray, IntArray

_ACCURACY: Final = 2e-4
_FLOW_FAILURES: Final = "the flow solver answered {status}; this is a fault of the program, not of the market"


class SolverFailure(RuntimeError):
    """The solver gave up where it cannot: a fault in our model, never a user's mistake."""


def load() -> None:
    """Load the solver now and not in the middle of solving, when little memory may be left."""
    importlib.import_module("ortools.graph.python.min_cost_flow")


def find_min_cost_flow(tails: IntArray, heads: IntArray, capacities: IntArray, costs: IntArray, supplies: IntArray) -> IntArray:
    """Minimum-cost flow: minimise sum c_a x_a with 0 <= x_a <= u_a and balance b_v at every node v.

    Parameters
    ----------
    tails, heads, capacities, costs : int arrays, shape (M,)
    supplies : int array, shape (V,)
        Positive where flow enters, negative where it leaves; the sum is 0.

    Returns
    -------
    int array, shape (M,)
        The flow on every arc; integral.

    Raises
    ------
    SolverFailure
        If there is no flow or the costs are too large. `flows()` is not read then: that would end the process.
    """
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    solver = SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(tails, heads, capacities, costs)
    (nodes,) = np.nonzero(supplies)
    if nodes.size == 0:
        if np.any(costs < 0):
            raise SolverFailure("a flow without supply needs costs that are not negative")
        return np.zeros(len(tails), dtype=np.int64)
    solver.set_nodes_supplies(nodes.astype(np.int32), supplies[nodes])
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise SolverFailure(_FLOW_FAILURES.format(status=status.name))
    return np.asarray(solver.flows(arcs), dtype=np.int64)


def approach_linear_optimum(gains: FloatArray, matrix: csc_array, limits: IntArray, *, steps: int) -> tuple[FloatArray, FloatArray]:
    """A choice x and prices of the rows for: maximise sum g_j x_j with A x <= b, the last row met exactly, x >= 0. Near the best.

    Parameters
    ----------
    gains : float array, shape (N,)
        Best of the order of 1.
    matrix : sparse array, shape (M, N)
    limits : int array, shape (M,)
    steps : int
        How long it may take; a clock would make the prices depend on the machine.

    Returns
    -------
    float arrays, shapes (N,) and (M,)
        Neither keeps its rules exactly. Prices have the sign that suits "at most".
    """
    from ortools.pdlp import solvers_pb2
    from ortools.pdlp.python import pdlp

    program = pdlp.QuadraticProgram()
    program.resize_and_initialize(len(gains), len(limits))
    program.objective_vector = -gains
    program.constraint_matrix = matrix
    lower = np.full(len(limits), -np.inf)
    lower[-1] = limits[-1]
    program.constraint_lower_bounds, program.constraint_upper_bounds = lower, limits.astype(np.float64)
    program.variable_lower_bounds, program.variable_upper_bounds = np.zeros(len(gains)), np.full(len(gains), np.inf)
    parameters = solvers_pb2.PrimalDualHybridGradientParams()
    criteria = parameters.termination_criteria
    criteria.iteration_limit = steps
    criteria.simple_optimality_criteria.eps_optimal_relative = _ACCURACY
    criteria.simple_optimality_criteria.eps_optimal_absolute = _ACCURACY
    answer = pdlp.primal_dual_hybrid_gradient(program, parameters)
    chosen, duals = (np.asarray(values, dtype=np.float64) for values in (answer.primal_solution, answer.dual_solution))
    return np.clip(np.nan_to_num(chosen), 0, 1), np.nan_to_num(-duals, posinf=0, neginf=0)
