"""Other solvers for the same problem, each written plainly and independently of ours: a Problem in, the chosen pairs' lines out.

A peer knows the limits of entries, organisations and couples of organisations, but no pins, ties or idle pairs. The optimum is the
lexicographic one of (served, points), in one run with a weight for being served that no points can outweigh.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse
from scipy.optimize import Bounds, LinearConstraint, linear_sum_assignment, milp
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from marktplatz.matching import Problem
from marktplatz.matching.problem import UNLIMITED

IntArray = npt.NDArray[np.int64]
EMPTY: Final = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Answer:
    """The lines of the chosen pairs and whether the solver calls them optimal."""

    lines: IntArray
    is_proven: bool


@dataclass(frozen=True)
class Arcs:
    """A minimum-cost flow: node 0 is the source, node 1 the sink; the pairs' arcs come last, in the pairs' order."""

    tails: IntArray
    heads: IntArray
    capacities: IntArray
    costs: IntArray
    supply: int
    nodes: int


def find_flow_weight(problem: Problem) -> int:
    """Two flows differ by simple cycles, and a simple cycle meets every entry once: no more pairs than half of the entries."""
    return int(problem.points.max(initial=0)) * ((len(problem.offers) + len(problem.needs)) // 2 + 1) + 1


def find_whole_weight(problem: Problem) -> int:
    """More than the points of any plan: never more pairs than the offers or the needs have places."""
    places = min(int(problem.offer_capacity.sum()), int(problem.need_capacity.sum()))
    return int(problem.points.max(initial=0)) * places + 1


def build_arcs(problem: Problem) -> Arcs:
    """Source > companies > their entries > the nonprofits' entries > nonprofits > sink, and a bypass."""
    count, offers, needs = len(problem.organisations), len(problem.offers), len(problem.needs)
    company = problem.is_company
    organisation, entry = np.arange(2, 2 + count), np.arange(2 + count, 2 + count + offers + needs)
    owner = np.concatenate([problem.offer_organisation, problem.need_organisation])
    offer, need = entry[problem.pair_offer], entry[offers + problem.pair_need]
    gives = company[problem.offer_organisation[problem.pair_offer]]
    outer = np.where(company, 0, organisation), np.where(company, organisation, 1)
    owned = company[owner]
    supply = int(problem.max_agreements[company].sum())
    tails = [outer[0], outer[0], np.where(owned, organisation[owner], entry), np.array([0]), np.where(gives, offer, need)]
    heads = [outer[1], outer[1], np.where(owned, entry, organisation[owner]), np.array([1]), np.where(gives, need, offer)]
    first = np.minimum(problem.max_agreements, 1)
    capacities = [first, problem.max_agreements - first, problem.offer_capacity, problem.need_capacity, np.array([supply])]
    weight = find_flow_weight(problem)
    costs = [np.full(count, -weight), np.zeros(count + offers + needs + 1, dtype=np.int64), -problem.points]
    return Arcs(
        tails=np.concatenate(tails),
        heads=np.concatenate(heads),
        capacities=np.concatenate([*capacities, np.ones(len(problem.points), dtype=np.int64)]),
        costs=np.concatenate(costs),
        supply=supply,
        nodes=2 + count + offers + needs,
    )


def solve_flow(problem: Problem) -> Answer:
    """The bare flow: numpy arcs, OR-Tools, flows read back."""
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    arcs = build_arcs(problem)
    solver = SimpleMinCostFlow()
    numbers = solver.add_arcs_with_capacity_and_unit_cost(arcs.tails, arcs.heads, arcs.capacities, arcs.costs)
    solver.set_nodes_supplies(np.array([0, 1]), np.array([arcs.supply, -arcs.supply]))
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise RuntimeError(status.name)
    flow = solver.flows(numbers)[len(arcs.tails) - len(problem.points) :]
    return Answer(np.flatnonzero(flow), True)


def solve_networkx(problem: Problem) -> Answer:
    """The same network, solved by the network simplex in Python."""
    import networkx as nx

    arcs = build_arcs(problem)
    graph = nx.MultiDiGraph()
    graph.add_node(0, demand=-arcs.supply)
    graph.add_node(1, demand=arcs.supply)
    table = zip(arcs.tails.tolist(), arcs.heads.tolist(), arcs.capacities.tolist(), arcs.costs.tolist(), strict=True)
    graph.add_edges_from(
        (tail, head, number, {"capacity": capacity, "weight": cost}) for number, (tail, head, capacity, cost) in enumerate(table)
    )
    _, flow = nx.network_simplex(graph)
    first_pair = len(arcs.tails) - len(problem.points)
    used = [number for heads in flow.values() for arcs_ in heads.values() for number, units in arcs_.items() if units]
    return Answer(np.array(sorted(number - first_pair for number in used if number >= first_pair), dtype=np.int64), True)


def solve_greedy(problem: Problem) -> Answer:
    """Best pair first, as long as every limit allows it."""
    ends = _find_ends(problem)
    left = [limits.tolist() for limits in (problem.offer_capacity, problem.need_capacity, problem.max_agreements)]
    offer_left, need_left, organisation_left = left
    couples, couple_left = _number_couples(problem)
    between_left = couple_left.tolist()
    columns = [column.tolist() for column in (problem.pair_offer, problem.pair_need, *ends, couples)]
    order = np.argsort(-problem.points, kind="stable").tolist()
    chosen = []
    for line in order:
        offer, need, giver, taker, couple = (column[line] for column in columns)
        if offer_left[offer] and need_left[need] and organisation_left[giver] and organisation_left[taker] and between_left[couple]:
            chosen.append(line)
            offer_left[offer] -= 1
            need_left[need] -= 1
            organisation_left[giver] -= 1
            organisation_left[taker] -= 1
            between_left[couple] -= 1
    return Answer(np.array(sorted(chosen), dtype=np.int64), False)


def _find_ends(problem: Problem) -> tuple[IntArray, IntArray]:
    return problem.offer_organisation[problem.pair_offer], problem.need_organisation[problem.pair_need]


def _number_couples(problem: Problem) -> tuple[IntArray, IntArray]:
    """For each pair the number of its two organisations, and in how many pairs each two may be together."""
    giver, taker = _find_ends(problem)
    keys = np.minimum(giver, taker) * len(problem.organisations) + np.maximum(giver, taker)
    couples, number = np.unique(keys, return_inverse=True)
    return number, np.full(len(couples), problem.max_pairs_between)


def _list_limits(problem: Problem) -> list[tuple[list[IntArray], IntArray]]:
    """Every limit: the counters that each pair uses, and what they may reach."""
    limits = [
        ([problem.pair_offer], problem.offer_capacity),
        ([problem.pair_need], problem.need_capacity),
        (list(_find_ends(problem)), problem.max_agreements),
    ]
    if problem.max_pairs_between < UNLIMITED:
        number, between = _number_couples(problem)
        limits.append(([number], between))
    return limits


def solve_cp_sat(problem: Problem, *, workers: int, time_limit_s: float) -> Answer:
    """A boolean for each pair and each organisation."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    pairs = [model.new_bool_var("") for _ in range(len(problem.points))]
    served = [model.new_bool_var("") for _ in problem.organisations]
    for counters, limits in _list_limits(problem):
        users: list[list[cp_model.IntVar]] = [[] for _ in limits]
        for counter in counters:
            for at, pair in zip(counter.tolist(), pairs, strict=True):
                users[at].append(pair)
        for variables, limit in zip(users, limits.tolist(), strict=True):
            if len(variables) > limit:
                model.add(cp_model.LinearExpr.sum(variables) <= limit)
    involved: list[list[cp_model.IntVar]] = [[] for _ in served]
    for ends in _find_ends(problem):
        for at, pair in zip(ends.tolist(), pairs, strict=True):
            involved[at].append(pair)
    for is_served, variables in zip(served, involved, strict=True):
        model.add(is_served <= cp_model.LinearExpr.sum(variables))
    weights = problem.points.tolist() + [find_whole_weight(problem)] * len(served)
    model.maximize(cp_model.LinearExpr.weighted_sum(pairs + served, weights))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.max_time_in_seconds = time_limit_s
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Answer(EMPTY, False)
    return Answer(np.flatnonzero(solver.values(pairs).to_numpy()), status == cp_model.OPTIMAL)


def solve_milp(problem: Problem, *, time_limit_s: float) -> Answer:
    """scipy.optimize.milp (HiGHS) on the same integer program, without a tolerated gap."""
    count, pairs = len(problem.organisations), len(problem.points)
    blocks, tops = [], []
    for counters, limits in _list_limits(problem):
        blocks.append(sparse.hstack([_incidence(counters, len(limits), pairs), sparse.csr_matrix((len(limits), count))]))
        tops.append(limits)
    blocks.append(sparse.hstack([-_incidence(list(_find_ends(problem)), count, pairs), sparse.identity(count)]))
    tops.append(np.zeros(count, dtype=np.int64))
    answer = milp(
        -np.concatenate([problem.points, np.full(count, find_whole_weight(problem))]).astype(np.float64),
        constraints=LinearConstraint(sparse.vstack(blocks, format="csr"), -np.inf, np.concatenate(tops)),
        bounds=Bounds(0, 1),
        integrality=np.ones(pairs + count),
        options={"time_limit": time_limit_s, "mip_rel_gap": 0.0},
    )
    if answer.x is None:
        return Answer(EMPTY, False)
    return Answer(np.flatnonzero(np.rint(answer.x[:pairs])), answer.status == 0)


def _incidence(counters: list[IntArray], rows: int, columns: int) -> sparse.csr_matrix:
    at = np.concatenate(counters)
    return sparse.csr_matrix((np.ones(len(at)), (at, np.tile(np.arange(columns), len(counters)))), shape=(rows, columns))


def solve_dense_one_to_one(problem: Problem) -> Answer:
    """linear_sum_assignment on the whole table; only where everything is one-to-one, so served is twice the number of pairs."""
    worth = np.zeros((len(problem.offers), len(problem.needs)), dtype=np.int64)
    worth[problem.pair_offer, problem.pair_need] = problem.points + 2 * find_flow_weight(problem)
    rows, columns = linear_sum_assignment(worth, maximize=True)
    line_at = np.full(worth.shape, -1, dtype=np.int64)
    line_at[problem.pair_offer, problem.pair_need] = np.arange(len(problem.points))
    lines = line_at[rows, columns]
    return Answer(np.sort(lines[lines >= 0]), True)


def solve_sparse_one_to_one(problem: Problem) -> Answer:
    """min_weight_full_bipartite_matching; a dummy need for every offer makes a full matching possible."""
    offers, needs, weight = len(problem.offers), len(problem.needs), 2 * find_flow_weight(problem)
    own = np.arange(offers)
    graph = sparse.csr_array(
        (
            np.concatenate([1 + problem.points.max(initial=0) - problem.points, np.full(offers, weight)]),
            (np.concatenate([problem.pair_offer, own]), np.concatenate([problem.pair_need, needs + own])),
        ),
        shape=(offers, needs + offers),
    )
    rows, columns = min_weight_full_bipartite_matching(graph)
    real = columns < needs
    keys = problem.pair_offer * needs + problem.pair_need
    return Answer(np.sort(np.searchsorted(keys, rows[real] * needs + columns[real])), True)
