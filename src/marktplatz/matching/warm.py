"""The market's network kept warm: its arcs and costs, how it starts, how it follows the terms and the plan."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from marktplatz.matching.network import Network, build_network, find_potentials, solve_network
from marktplatz.matching.problem import BoolArray, IntArray, Problem
from marktplatz.matching.residual import HUB, Circulation
from marktplatz.matching.rest import find_rest
from marktplatz.matching.solve import FLOW_TIE_BITS, find_tie_costs, safe_served_weight
from marktplatz.matching.terms import Terms, Touched

"""As in `solve`, so that both choose the same pairs among equals."""


_SLACK_POINTS: Final = 64
"""Paths are mostly shorter than this, and prices move by less."""


class WarmNetwork:
    """The cheapest circulation for the terms that hold and the plan that people know, kept up with both.

    A pair costs (-points, -1 if it is in the plan and 1 if not, hash), an organisation's first unit (-1 served) in front of all
    that; the tiers are one whole number, with factors that no circulation can outweigh. Pairs within one kind have an arc that
    is always shut.

    Attributes
    ----------
    differing : set of int
        Pairs that the circulation (with the pins within one kind) has and the plan has not, or the other way round.
    """

    def __init__(self, terms: Terms, chosen: IntArray) -> None:
        problem = terms.start
        arcs = _lay_out(terms)
        prices, start = _find_start(arcs, problem, chosen)
        hashes = _find_hashes(problem)
        self._terms = terms
        self._arcs = arcs
        self._unit = (len(hashes) + 1) << FLOW_TIE_BITS
        scale = 2 * (len(hashes) + 1) * (self._unit + (1 << FLOW_TIE_BITS))
        self._worthless_pairs = set(np.flatnonzero(problem.points == 0).tolist())
        self._base = [tie + scale * cost for tie, cost in zip(hashes.tolist(), arcs.costs.tolist(), strict=False)]
        in_start = start.tolist()
        self._circulation = Circulation(
            arcs.tails.tolist(),
            arcs.heads.tolist(),
            [
                *(base - self._unit if is_in else base + self._unit for base, is_in in zip(self._base, in_start, strict=True)),
                *(scale * cost for cost in arcs.costs[len(hashes) :].tolist()),
            ],
            (arcs.lower.tolist(), arcs.upper.tolist()),
            arcs.flow_of(start).tolist(),
            [scale * price for price in prices.tolist()],
            watched=len(hashes),
            slack=_SLACK_POINTS * scale,
        )
        self.differing: set[int] = set()
        self._inner_pins = {pair for pair in terms.pinned if terms.is_inner[pair]}
        self._together = [0] * len(terms.members)
        self._overfull: set[int] = set()
        self._worthless: set[int] = set()
        for pair in np.flatnonzero(start).tolist():
            self._count(pair, is_in=True)
        plan = np.zeros(len(hashes), dtype=np.bool_)
        plan[chosen] = True
        start[list(self._inner_pins)] = True
        self.follow_plan({pair: bool(plan[pair]) for pair in np.flatnonzero(plan != start).tolist()})

    def follow_terms(self, touched: Touched) -> None:
        """Take over the bounds that a change may have moved, and restore the optimum."""
        terms, arcs = self._terms, self._arcs
        for pair in touched.pairs:
            self._circulation.set_bounds(pair, *terms.bounds_of_pair(pair))
            if terms.is_inner[pair] and (pair in terms.pinned) != (pair in self._inner_pins):
                self._inner_pins ^= {pair}
                self.differing ^= {pair}
        for entry in touched.entries:
            self._circulation.set_bounds(arcs.first_entry + entry, 0, terms.capacity_between(entry))
        for organisation in touched.organisations:
            first, further = terms.maximum_between(organisation)
            self._circulation.set_bounds(arcs.first_unit + organisation, 0, first)
            self._circulation.set_bounds(arcs.first_further + organisation, 0, further)
        self._repair()

    def follow_plan(self, moved: Mapping[int, bool]) -> None:
        """Let the costs stay close to the plan as it is now; of the pairs that moved, which are in it?"""
        self.differing ^= moved.keys()
        for pair, is_in in moved.items():
            if not self._terms.is_inner[pair]:
                self._circulation.set_cost(pair, self._base[pair] + (-self._unit if is_in else self._unit))
        self._repair()

    def is_exact(self) -> bool:
        """Is the circulation the optimum of the market, with every rule that the network itself does not know?"""
        return not self._overfull and not self._has_idle_pair() and not self._terms.has_free_inner_pair()

    def _repair(self) -> None:
        self._circulation.repair()
        for pair in self._circulation.flips:
            self._count(pair, is_in=self._circulation.flow[pair] > 0)
        self.differing ^= self._circulation.flips
        self._circulation.flips.clear()

    def _count(self, pair: int, *, is_in: bool) -> None:
        group = self._terms.group[pair]
        self._together[group] += 1 if is_in else -1
        is_overfull = self._together[group] > self._terms.start.max_pairs_between
        (self._overfull.add if is_overfull else self._overfull.discard)(group)
        if pair in self._worthless_pairs:
            (self._worthless.add if is_in else self._worthless.discard)(pair)

    def _has_idle_pair(self) -> bool:
        terms = self._terms
        return any(
            pair not in terms.pinned and self._uses(terms.giving[pair]) > 1 and self._uses(terms.taking[pair]) > 1
            for pair in self._worthless
        )

    def _uses(self, organisation: int) -> int:
        flow, arcs = self._circulation.flow, self._arcs
        between = flow[arcs.first_unit + organisation] + flow[arcs.first_further + organisation]
        return between + self._terms.inner_pins_of_organisation[organisation]


@dataclass(frozen=True, eq=False)
class _Arcs:
    """One arc for each pair, entry, organisation's first unit and organisation's further units, in this order.

    `costs` are those of the first two aims alone, as int64: a served organisation counts more than all points together.
    """

    problem: Problem
    between: BoolArray
    tails: IntArray
    heads: IntArray
    lower: IntArray
    upper: IntArray
    costs: IntArray

    @property
    def first_entry(self) -> int:
        return len(self.between)

    @property
    def first_unit(self) -> int:
        return self.first_entry + len(self.problem.offers) + len(self.problem.needs)

    @property
    def first_further(self) -> int:
        return self.first_unit + len(self.problem.organisations)

    @property
    def nodes(self) -> int:
        return 1 + len(self.problem.organisations) + len(self.problem.offers) + len(self.problem.needs)

    def flow_of(self, chosen: BoolArray) -> IntArray:
        """The circulation of a choice of pairs between the kinds, shape (P,)."""
        problem = self.problem
        uses = np.bincount(np.concatenate([problem.giving[chosen], problem.taking[chosen]]), minlength=len(problem.organisations))
        first = np.minimum(uses, self.upper[self.first_unit : self.first_further])
        return np.concatenate(
            [
                chosen.astype(np.int64),
                np.bincount(problem.pair_offer[chosen], minlength=len(problem.offers)),
                np.bincount(problem.pair_need[chosen], minlength=len(problem.needs)),
                first,
                uses - first,
            ]
        )

    def find_prices(self, flow: IntArray) -> IntArray:
        """Node prices that prove a cheapest circulation, 0 at the hub; arcs that cannot move prove themselves."""
        free = self.lower < self.upper
        network = Network(
            self.tails[free], self.heads[free], self.upper[free], self.nodes, 0, slice(0, 0), np.empty(0, dtype=np.bool_)
        )
        prices = find_potentials(network, flow[free], self.costs[free])
        return prices - prices[HUB]

    def is_proven(self, flow: IntArray, prices: IntArray) -> bool:
        """Does the flow keep the bounds, and do the prices prove it cheapest?"""
        reduced = self.costs + prices[self.tails] - prices[self.heads]
        keeps = np.all(flow >= self.lower) and np.all(flow <= self.upper)
        return bool(keeps and np.all(reduced[flow > self.lower] <= 0) and np.all(reduced[flow < self.upper] >= 0))


def _lay_out(terms: Terms) -> _Arcs:
    """The network of `network.build_network`, but source and sink are one node, and pins are arcs of bounds (1, 1)."""
    problem, company = terms.start, terms.start.is_company
    count, entries = len(problem.organisations), len(problem.offers) + len(problem.needs)
    organisation_nodes, entry_nodes = 1 + np.arange(count), 1 + count + np.arange(entries)
    owner = np.concatenate([problem.offer_organisation, problem.need_organisation])
    offer_nodes, need_nodes = entry_nodes[problem.pair_offer], entry_nodes[len(problem.offers) + problem.pair_need]
    gives, owns = company[problem.giving], company[owner]
    hubs = np.full(count, HUB)
    units = np.array([terms.maximum_between(o) for o in range(count)], dtype=np.int64).reshape(-1, 2)
    capacities = np.array([terms.capacity_between(e) for e in range(entries)], dtype=np.int64)
    bounds = np.array([terms.bounds_of_pair(p) for p in range(len(problem.points))], dtype=np.int64).reshape(-1, 2)
    from_hub, to_hub = np.where(company, hubs, organisation_nodes), np.where(company, organisation_nodes, hubs)
    served_weight = int(problem.points.max(initial=0)) * len(problem.points) + 1
    return _Arcs(
        problem,
        company[problem.giving] != company[problem.taking],
        tails=np.concatenate(
            [
                np.where(gives, offer_nodes, need_nodes),
                np.where(owns, organisation_nodes[owner], entry_nodes),
                from_hub,
                from_hub,
            ]
        ),
        heads=np.concatenate(
            [np.where(gives, need_nodes, offer_nodes), np.where(owns, entry_nodes, organisation_nodes[owner]), to_hub, to_hub]
        ),
        lower=np.concatenate([bounds[:, 0], np.zeros(entries + 2 * count, dtype=np.int64)]),
        upper=np.concatenate([bounds[:, 1], capacities, units[:, 0], units[:, 1]]),
        costs=np.concatenate(
            [-problem.points, np.zeros(entries, dtype=np.int64), np.full(count, -served_weight), np.zeros(count, dtype=np.int64)]
        ),
    )


def _find_start(arcs: _Arcs, problem: Problem, chosen: IntArray) -> tuple[IntArray, BoolArray]:
    """Prices, and a cheapest choice of pairs between the kinds: the given plan's if it is one, so that nothing has to move."""
    best = _find_best(arcs, problem)
    prices = arcs.find_prices(arcs.flow_of(best))
    given = np.zeros_like(best)
    given[chosen] = True
    given &= arcs.between
    return prices, given if arcs.is_proven(arcs.flow_of(given), prices) else best


def _find_best(arcs: _Arcs, problem: Problem) -> BoolArray:
    """Pairs between the kinds that serve most and then have most points, pins included, `max_pairs_between` left aside."""
    rest = find_rest(problem)
    inside = arcs.between[rest.pairs]
    rest = replace(rest, pairs=rest.pairs[inside], partners=rest.partners[inside])
    worth = problem.points[rest.pairs]
    network = build_network(rest)
    flow = solve_network(network, network.costs(worth, safe_served_weight(rest, worth)))
    best = problem.pinned & arcs.between
    best[rest.pairs[flow[network.pair_arcs] > 0]] = True
    return best


def _find_hashes(problem: Problem) -> IntArray:
    """What decides between equal plans in `solve`, for every pair: its tie costs without the unit of change, shape (P,)."""
    every = replace(find_rest(problem), pairs=np.arange(len(problem.points)))
    stays = np.ones(len(problem.points), dtype=np.bool_)
    return (find_tie_costs(every, stays, FLOW_TIE_BITS) + find_tie_costs(every, ~stays, FLOW_TIE_BITS)) // 2
