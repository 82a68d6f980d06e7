"""The joint problem as one network: company > its entries > the nonprofit's entries > nonprofit, whichever of the two gives."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from marktplatz.matching.flow import find_min_cost_flow
from marktplatz.matching.problem import BoolArray, IntArray
from marktplatz.matching.rest import Rest

SOURCE: Final = 0
SINK: Final = 1
FIRST_ORGANISATION: Final = 2


@dataclass(frozen=True, eq=False)
class Network:
    """Arcs of the relaxation, in the order first units, further units, entries, pairs, bypass.

    Attributes
    ----------
    tails, heads, capacities : int arrays, shape (M,)
    nodes : int
        Source, sink, O organisations, A offers, N needs.
    organisations : int
        O; arc o < O is organisation o's first unit, arc O + o its further ones.
    pair_arcs : slice
        The arcs of the free pairs, in their order.
    counted : bool array, shape (O,)
        Organisations whose first unit serves somebody new (a pin serves already).
    """

    tails: IntArray
    heads: IntArray
    capacities: IntArray
    nodes: int
    organisations: int
    pair_arcs: slice
    counted: BoolArray

    def costs(self, worth: IntArray, served_weight: int) -> IntArray:
        """Cost of every arc: -worth of a free pair, -served_weight for a counted organisation's first unit."""
        costs = np.zeros(len(self.tails), dtype=np.int64)
        costs[: self.organisations] = np.where(self.counted, -served_weight, 0)
        costs[self.pair_arcs] = -worth
        return costs


def build_network(rest: Rest) -> Network:
    """The network of all free pairs; each must join a company and a nonprofit, and `max_pairs_between` is left aside."""
    problem, company = rest.problem, rest.problem.is_company
    count, offers, needs = len(problem.organisations), len(problem.offers), len(problem.needs)
    organisation_nodes = FIRST_ORGANISATION + np.arange(count)
    entry_nodes = FIRST_ORGANISATION + count + np.arange(offers + needs)
    owner = np.concatenate([problem.offer_organisation, problem.need_organisation])
    owner_nodes, owned_by_company = organisation_nodes[owner], company[owner]
    offer_nodes, need_nodes = entry_nodes[rest.offer], entry_nodes[offers + rest.need]
    company_gives = company[rest.giving]
    first = np.minimum(rest.organisation_left, 1)
    organisation_tails, organisation_heads = (
        np.where(company, SOURCE, organisation_nodes),
        np.where(company, organisation_nodes, SINK),
    )
    first_pair = 2 * count + offers + needs
    return Network(
        tails=np.concatenate(
            [
                organisation_tails,
                organisation_tails,
                np.where(owned_by_company, owner_nodes, entry_nodes),
                np.where(company_gives, offer_nodes, need_nodes),
                [SOURCE],
            ]
        ),
        heads=np.concatenate(
            [
                organisation_heads,
                organisation_heads,
                np.where(owned_by_company, entry_nodes, owner_nodes),
                np.where(company_gives, need_nodes, offer_nodes),
                [SINK],
            ]
        ),
        capacities=np.concatenate(
            [
                first,
                rest.organisation_left - first,
                rest.offer_left,
                rest.need_left,
                np.ones(len(rest.pairs), dtype=np.int64),
                [rest.organisation_left[company].sum()],
            ]
        ),
        nodes=FIRST_ORGANISATION + count + offers + needs,
        organisations=count,
        pair_arcs=slice(first_pair, first_pair + len(rest.pairs)),
        counted=rest.counted,
    )


def solve_network(network: Network, costs: IntArray) -> IntArray:
    """Minimum-cost flow of the whole supply; what is worth nothing takes the bypass."""
    supplies = np.zeros(network.nodes, dtype=np.int64)
    supplies[SOURCE] = network.capacities[-1]
    supplies[SINK] = -supplies[SOURCE]
    return _send(network.tails, network.heads, network.capacities, costs, supplies)


def _send(tails: IntArray, heads: IntArray, capacities: IntArray, costs: IntArray, supplies: IntArray) -> IntArray:
    """Minimum-cost flow in a network without cycles: where nothing enters nothing flows, whatever the costs."""
    if not supplies.any():
        return np.zeros(len(tails), dtype=np.int64)
    return find_min_cost_flow(tails, heads, capacities, costs, supplies)


def find_potentials(network: Network, flow: IntArray, costs: IntArray) -> IntArray:
    """Node potentials that prove a flow optimal: c_a + p(tail) - p(head) >= 0 on every residual arc (Bellman-Ford).

    Complementary slackness: an arc of positive reduced cost is empty in every optimum, one of negative reduced cost is full.
    """
    forward, backward = flow < network.capacities, flow > 0
    tails = np.concatenate([network.tails[forward], network.heads[backward]])
    heads = np.concatenate([network.heads[forward], network.tails[backward]])
    lengths = np.concatenate([costs[forward], -costs[backward]])
    order = np.argsort(tails, kind="stable")
    heads, lengths = heads[order], lengths[order]
    first = np.searchsorted(tails[order], np.arange(network.nodes + 1))
    potentials = np.zeros(network.nodes, dtype=np.int64)
    changed = np.arange(network.nodes)
    while changed.size:  # only what leaves a node that just came nearer can bring others nearer
        begin, count = first[changed], first[changed + 1] - first[changed]
        arcs = np.arange(count.sum()) + np.repeat(begin - np.cumsum(count) + count, count)
        reached, through = heads[arcs], np.repeat(potentials[changed], count) + lengths[arcs]
        is_nearer = through < potentials[reached]
        np.minimum.at(potentials, reached[is_nearer], through[is_nearer])
        changed = np.unique(reached[is_nearer])
    return potentials


def refine(network: Network, flow: IntArray, costs: IntArray, secondary: IntArray) -> IntArray:
    """Among all optimal flows the one of least secondary cost: a flow over the arcs of zero reduced cost, the others fixed."""
    potentials = find_potentials(network, flow, costs)
    reduced = costs + potentials[network.tails] - potentials[network.heads]
    open_arcs = (reduced == 0) & (network.capacities > 0)
    fixed = np.where(open_arcs, 0, flow)
    supplies = np.zeros(network.nodes, dtype=np.int64)
    supplies[SOURCE] = network.capacities[-1]
    supplies[SINK] = -supplies[SOURCE]
    np.subtract.at(supplies, network.tails, fixed)
    np.add.at(supplies, network.heads, fixed)
    refined = fixed
    refined[open_arcs] = _send(
        network.tails[open_arcs], network.heads[open_arcs], network.capacities[open_arcs], secondary[open_arcs], supplies
    )
    return refined


def serves_most(network: Network, flow: IntArray) -> bool:
    """Is the number of served organisations beyond doubt the largest possible? (False means only: not shown.)

    On either side alone the most that can be served is a maximum flow with that side's maxima set to 1, and one flow reaches both
    sides' maxima (Mendelsohn & Dulmage 1958). So a flow in which neither side has an augmenting path is the best there is.
    """
    is_company = network.tails[: network.organisations] == SOURCE
    return not any(_can_serve_one_more(network, flow, side) for side in (is_company, ~is_company))


def _can_serve_one_more(network: Network, flow: IntArray, side: BoolArray) -> bool:
    """Breadth-first search from the side's unserved organisations, each organisation of that side holding one unit at most."""
    count = network.organisations
    arcs = slice(2 * count, len(network.tails) - 1)
    if network.tails[np.argmax(side)] == SOURCE:
        tails, heads = network.tails[arcs], network.heads[arcs]
    else:  # seen from the nonprofits everything runs the other way
        tails, heads = network.heads[arcs], network.tails[arcs]
    capacities = network.capacities[arcs]
    first, limits = network.capacities[:count], network.capacities[:count] + network.capacities[count : 2 * count]
    thin, used = _thin_out(tails, heads, flow[arcs], side & network.counted, count)

    reached = np.zeros(network.nodes, dtype=np.bool_)
    reached[FIRST_ORGANISATION : FIRST_ORGANISATION + count] = side & network.counted & (first > 0) & (flow[:count] == 0)
    goal = np.zeros(network.nodes, dtype=np.bool_)
    goal[FIRST_ORGANISATION : FIRST_ORGANISATION + count] = ~side & (used < limits)
    forward, backward = thin < capacities, thin > 0
    begin, end = np.concatenate([tails[forward], heads[backward]]), np.concatenate([heads[forward], tails[backward]])
    while not np.any(reached & goal):
        fresh = end[reached[begin] & ~reached[end]]
        if fresh.size == 0:
            return False
        reached[fresh] = True
    return True


def _thin_out(tails: IntArray, heads: IntArray, flow: IntArray, kept: BoolArray, count: int) -> tuple[IntArray, IntArray]:
    """Of every kept organisation one unit of its flow, of the others of its side none; and what the other side then uses."""
    last_organisation = FIRST_ORGANISATION + count
    leaving, pair, entering = (
        tails < last_organisation,
        (tails >= last_organisation) & (heads >= last_organisation),
        heads < last_organisation,
    )
    owner_of_entry = np.zeros(max(tails.max(initial=0), heads.max(initial=0)) + 1, dtype=np.int64)
    owner_of_entry[heads[leaving]] = tails[leaving] - FIRST_ORGANISATION
    owner_of_entry[tails[entering]] = heads[entering] - FIRST_ORGANISATION
    (chosen,) = np.nonzero(pair & (flow > 0))
    owners = owner_of_entry[tails[chosen]]
    _, firsts = np.unique(owners, return_index=True)
    picked = chosen[firsts][kept[owners[firsts]]]
    thin = np.zeros_like(flow)
    thin[picked] = 1
    uses = np.bincount(np.concatenate([tails[picked], heads[picked]]), minlength=len(owner_of_entry))
    thin[leaving], thin[entering] = uses[heads[leaving]], uses[tails[entering]]
    return thin, np.bincount(owner_of_entry[heads[picked]], minlength=count)
