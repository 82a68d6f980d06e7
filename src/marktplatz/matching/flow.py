"""The one door to OR-Tools: minimum-cost flow, and the full integer model where a rule breaks the network."""

from typing import Final

import numpy as np

from marktplatz.matching.problem import IntArray

_FLOW_FAILURES: Final = "the flow solver answered {status}; this is a fault of the program, not of the market"


class SolverFailure(RuntimeError):
    """The solver gave up where it cannot: a fault in our model, never a user's mistake."""


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
