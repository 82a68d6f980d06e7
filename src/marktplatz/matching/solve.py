"""solve(problem) -> Assignment: the joint optimum, proven; reads as a table of contents."""

from collections.abc import Iterable
from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

import numpy as np

from marktplatz.matching.network import Network, build_network, refine, serves_most, solve_network
from marktplatz.matching.pins import find_refusals
from marktplatz.matching.problem import Assignment, BoolArray, IntArray, Problem, Refusal
from marktplatz.matching.rest import Rest, drop_idle, find_idle, find_rest
from marktplatz.vocabulary import PlanStatus

if TYPE_CHECKING:
    from marktplatz.matching.full_model import FullSolution

FLOW_TIE_BITS: Final = 16
FULL_TIE_BITS: Final = 10


def solve(
    problem: Problem,
    *,
    previous: Iterable[tuple[str, str]] = (),
    stay_bonus: int = 0,
    time_limit_s: float | None = None,
) -> Assignment:
    """Choose the best set of pairs, all hard rules kept.

    Over all sets x of eligible pairs that contain every pin, maximise lexicographically

        (1) sum over organisations o of [o is in at least one pair of x]
        (2) sum over pairs p in x of (points_p + stay_bonus * [p in previous])

    subject to capacity of every offer and need, `max_agreements` of every organisation (giving and taking together) and
    `max_pairs_between` of every two organisations; a pair of 0 points that serves nobody new and is not pinned stays out. Among
    the optima (3) the symmetric difference to `previous` is least (without one: the fewest pairs), then (4) a number hashed from
    the entries' ids decides, so that neither input order nor chance does.

    Parameters
    ----------
    problem : Problem
    previous : iterable of (offer id, need id), optional
        The plan to stay close to; pairs that no longer exist are ignored.
    stay_bonus : int, points, >= 0
        What keeping a pair of `previous` is worth; above 0 points are traded for stability.
    time_limit_s : float, seconds, optional
        Only where a rule breaks the network and branching is needed; then the answer may be `feasible`, with a bound.

    Returns
    -------
    Assignment
        `optimal` with proof; `feasible` after the time limit; `refused` if pins break a rule.

    Notes
    -----
    Where every pair joins a company and a nonprofit, the problem without `max_pairs_between` is one minimum-cost flow
    company > its entries > the nonprofit's entries > nonprofit, solved with a small weight for being served that is proven
    large enough afterwards [1]_. If that flow keeps `max_pairs_between` it is the optimum. Otherwise the full model is solved:
    linear relaxation and parity cuts [2]_.

    References
    ----------
    .. [1] Mendelsohn & Dulmage (1958), Some generalizations of the problem of distinct representatives.
    .. [2] Edmonds & Johnson (1970), Matching: a well-solved class of integer linear programs.

    Examples
    --------
    >>> from marktplatz.matching import Pair, Problem, solve
    >>> problem = Problem.from_pairs(
    ...     companies=["bank"], nonprofits=["club"], offers={"paint": "bank"}, needs={"walls": "club"},
    ...     pairs=[Pair("paint", "walls", 700)])
    >>> assignment = solve(problem)
    >>> assignment.status.value, assignment.served, assignment.pairs(problem)
    ('optimal', 2, [Pair(offer='paint', need='walls', points=700)])
    """
    refusals = find_refusals(problem)
    if refusals:
        return _refuse(refusals)
    if stay_bonus:
        return _trade_for_stability(problem, tuple(previous), stay_bonus, time_limit_s)
    return _solve_free(problem, previous, 0, time_limit_s)


def _trade_for_stability(
    problem: Problem, previous: tuple[tuple[str, str], ...], stay_bonus: int, time_limit_s: float | None
) -> Assignment:
    """With a bonus the points' bound is that of the plan without: so it shows what stability costs."""
    best = _solve_free(problem, previous, 0, time_limit_s)
    stable = _solve_free(problem, previous, stay_bonus, time_limit_s)
    return replace(stable, bound_served=best.bound_served, bound_points=best.bound_points)


def could_serve(problem: Problem, organisation: int) -> bool:
    """Is an organisation (by index) in at least one optimal plan? Ties are broken in its favour to see it."""
    assignment = _solve_free(problem, (), 0, None, favour=organisation)
    chosen = assignment.chosen
    return bool(np.any((problem.giving[chosen] == organisation) | (problem.taking[chosen] == organisation)))


def _solve_free(
    problem: Problem, previous: Iterable[tuple[str, str]], stay_bonus: int, time_limit_s: float | None, favour: int | None = None
) -> Assignment:
    rest = find_rest(problem)
    before = np.isin(rest.pairs, problem.find_pairs(previous))
    worth = problem.points[rest.pairs] + stay_bonus * before
    chosen = _solve_as_network(rest, worth, before, favour) if rest.is_between_kinds else None
    if chosen is not None and rest.keeps_partner_limit(chosen) and not find_idle(rest, chosen).any():
        return _conclude(rest, chosen, PlanStatus.OPTIMAL, "flow")
    return _solve_in_full(rest, worth, before, time_limit_s, favour)


def _refuse(refusals: tuple[Refusal, ...]) -> Assignment:
    return Assignment(PlanStatus.REFUSED, np.empty(0, dtype=np.int64), 0, 0, 0, 0, refusals, method="none")


def _solve_as_network(rest: Rest, worth: IntArray, before: BoolArray, favour: int | None) -> BoolArray:
    """The relaxation without `max_pairs_between` as one flow, ties broken; shape (F,)."""
    network = build_network(rest)
    if favour is not None:
        return _favour_in_network(rest, network, worth, favour)
    tie_costs = np.zeros(len(network.tails), dtype=np.int64)
    tie_costs[network.pair_arcs] = find_tie_costs(rest, before, FLOW_TIE_BITS)
    small, safe = 2 * int(worth.max(initial=0)) + 1, safe_served_weight(rest, worth)
    for served_weight in (small, safe):
        costs = network.costs(worth, served_weight)
        flow = solve_network(network, costs)
        if served_weight == safe or serves_most(network, flow):
            refined = refine(network, flow, costs, tie_costs)
            if served_weight == safe or _count_new(network, refined) == _count_new(network, flow):
                return refined[network.pair_arcs] > 0
    raise AssertionError("the safe weight always returns")


def _favour_in_network(rest: Rest, network: Network, worth: IntArray, favour: int) -> BoolArray:
    """An optimum that holds the favoured organisation if any does: one flow, in which half a point is the most it can weigh."""
    small, safe = 2 * int(worth.max(initial=0)) + 1, safe_served_weight(rest, worth)
    for served_weight in (small, safe):
        costs = 2 * network.costs(worth, served_weight)
        costs[favour] -= 1
        flow = solve_network(network, costs)
        if served_weight == safe or serves_most(network, flow):
            return flow[network.pair_arcs] > 0
    raise AssertionError("the safe weight always returns")


def _count_new(network: Network, flow: IntArray) -> int:
    return int(np.count_nonzero(flow[: network.organisations][network.counted]))


def safe_served_weight(rest: Rest, worth: IntArray) -> int:
    """More than any points can outweigh: no plan has more pairs than half of what the organisations may still use."""
    most_pairs = min(int(rest.offer_left.sum()), int(rest.need_left.sum()), int(rest.organisation_left.sum()) // 2)
    return int(worth.max(initial=0)) * most_pairs + 1


def find_tie_costs(rest: Rest, before: BoolArray, bits: int) -> IntArray:
    """Cost of choosing each free pair among equals: one unit of change outweighs all hashes together."""
    hashes = _hash_pairs(rest, bits)
    return np.where(before, -1, 1) * _unit_of_change(rest, bits) + hashes


def _unit_of_change(rest: Rest, bits: int) -> int:
    return (min(int(rest.offer_left.sum()), int(rest.need_left.sum())) + 1) << bits


def _favour_costs(rest: Rest, favour: int | None, bits: int) -> IntArray:
    """Tie costs of the organisations' first units, shape (O,): the favoured one outweighs every change."""
    costs = np.zeros(len(rest.problem.organisations), dtype=np.int64)
    if favour is not None:
        most_pairs = min(int(rest.offer_left.sum()), int(rest.need_left.sum()))
        costs[favour] = -2 * (most_pairs + 1) * _unit_of_change(rest, bits)
    return costs


def _hash_pairs(rest: Rest, bits: int) -> IntArray:
    """A number in 1 .. 2**bits from the two entries' ids alone: stable whatever else the market holds."""
    mixed = _hash_ids(rest.problem.offers)[rest.offer] * np.uint64(0x9E3779B97F4A7C15) ^ _hash_ids(rest.problem.needs)[rest.need]
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return (mixed >> np.uint64(64 - bits)).astype(np.int64) + 1


def _hash_ids(ids: tuple[str, ...]) -> np.ndarray:
    digests = b"".join(blake2b(id_.encode(), digest_size=8).digest() for id_ in ids)
    return np.frombuffer(digests, dtype="<u8")


def _solve_in_full(rest: Rest, worth: IntArray, before: BoolArray, time_limit_s: float | None, favour: int | None) -> Assignment:
    from marktplatz.matching.full_model import solve_full_model

    served_weight = safe_served_weight(rest, worth)
    tie_costs = np.concatenate([find_tie_costs(rest, before, FULL_TIE_BITS), _favour_costs(rest, favour, FULL_TIE_BITS)])
    return tell(rest, solve_full_model(rest, worth, served_weight, tie_costs, time_limit_s), served_weight)


def tell(rest: Rest, solution: "FullSolution", served_weight: int) -> Assignment:
    """The full model's answer with the pins, and with its bound where it is not proven."""
    assignment = _conclude(rest, drop_idle(rest, solution.chosen), PlanStatus.OPTIMAL, "full model")
    if solution.is_proven:
        return assignment
    new, points = divmod(solution.bound, served_weight)
    pinned = rest.problem.pinned
    held = len(np.unique(np.concatenate([rest.problem.giving[pinned], rest.problem.taking[pinned]])))
    return replace(
        assignment,
        status=PlanStatus.FEASIBLE,
        bound_served=held + new,
        bound_points=int(rest.problem.points[pinned].sum()) + points,
    )


def _conclude(rest: Rest, chosen: BoolArray, status: PlanStatus, method: str) -> Assignment:
    problem = rest.problem
    every = np.sort(np.concatenate([rest.pairs[chosen], np.flatnonzero(problem.pinned)]))
    served = len(np.unique(np.concatenate([problem.giving[every], problem.taking[every]])))
    points = int(problem.points[every].sum())
    return Assignment(status, every, served, points, served, points, method=method)
