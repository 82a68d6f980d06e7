"""Parity cuts: what a whole-numbered plan cannot avoid and the linear relaxation overlooks."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse as sparse
from scipy.sparse.csgraph import connected_components

from marktplatz.matching.problem import BoolArray, IntArray
from marktplatz.matching.rest import Rest

_THRESHOLDS: Final = (1e-6, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.34, 0.4, 0.45)
_VIOLATED: Final = 1 - 1e-3


@dataclass(frozen=True, eq=False)
class ParityGraph:
    """The undirected graph behind the full model; every pairing is a path organisation - entry - entry - organisation.

    Edges are, in this order, the free pairs (entry - entry), the entries' uses (entry - organisation), the organisations' first
    units and their further units (organisation - outside). Inside, what arrives at a node leaves it again; so the flow over the
    rim of any set U of nodes without the outside is an even number. With F part of the rim, its capacities adding up to an odd
    number, every whole solution keeps

        sum over rim without F of x_e  +  sum over F of (capacity_e - x_e)  >=  1.

    Edmonds & Johnson (1970) show that these cuts and the plain rows describe the whole solutions exactly while every column meets
    at most two rows; `max_pairs_between` adds rows beyond that, so there the cuts stay valid without always sufficing.

    Attributes
    ----------
    ends : int array, shape (2, E)
    capacities : int array, shape (E,)
    values : sparse matrix, shape (E, F + O)
        x_e from the model's columns (free pairs, then served organisations).
    nodes : int
        Entries, organisations, and last the outside.
    islands : int array, shape (nodes,)
        Which nodes hang together without the outside, by number; each island can have an odd unit of its own too many.
    """

    ends: IntArray
    capacities: IntArray
    values: sparse.csr_matrix
    nodes: int
    islands: IntArray


def build_parity_graph(rest: Rest) -> ParityGraph:
    """The graph of a Rest, within one kind or between the kinds."""
    problem = rest.problem
    free, offers, count = len(rest.pairs), len(problem.offers), len(problem.organisations)
    entries = offers + len(problem.needs)
    outside = entries + count
    owner = np.concatenate([problem.offer_organisation, problem.need_organisation])
    columns = np.arange(free)
    ones = np.ones(2 * free, dtype=np.int64)
    twice = np.concatenate([columns, columns])
    uses = sparse.csr_matrix((ones, (np.concatenate([rest.offer, offers + rest.need]), twice)), shape=(entries, free))
    sums = sparse.csr_matrix((ones, (np.concatenate([rest.giving, rest.taking]), twice)), shape=(count, free))
    served = sparse.identity(count, dtype=np.int64, format="csr")
    first = np.where(rest.counted, np.minimum(rest.organisation_left, 1), 0)
    organisation_nodes = entries + np.arange(count)
    ends = np.stack(
        [
            np.concatenate([rest.offer, np.arange(entries), organisation_nodes, organisation_nodes]),
            np.concatenate([offers + rest.need, entries + owner, np.full(2 * count, outside)]),
        ]
    )
    return ParityGraph(
        ends=ends,
        capacities=np.concatenate(
            [np.ones(free, dtype=np.int64), rest.offer_left, rest.need_left, first, rest.organisation_left - first]
        ),
        values=sparse.block_array(
            [[sparse.identity(free, dtype=np.int64), None], [uses, None], [None, served], [sums, -served]], format="csr"
        ),
        nodes=outside + 1,
        islands=_label_components(ends[:, : free + entries], outside + 1),
    )


def _label_components(ends: IntArray, nodes: int) -> IntArray:
    links = sparse.csr_matrix((np.ones(ends.shape[1]), ends), shape=(nodes, nodes))
    return connected_components(links, directed=False)[1]


def find_parity_cuts(graph: ParityGraph, solution: np.ndarray) -> list[tuple[sparse.csr_matrix, int]]:
    """Cuts `row @ columns <= limit` that a fractional solution breaks, tried on unions of its fractional components.

    The union of all components but the outside's matters most: where every maximum is used up and their sum is odd, one unit must
    stay unused somewhere, and only this set says so at once.
    """
    flow = graph.values @ solution
    slack = np.clip(np.minimum(flow, graph.capacities - flow), 0, None)
    search = _Search(graph, flow, slack)
    earlier = np.empty(0, dtype=np.int64)
    for threshold in _THRESHOLDS:
        labels = _label_components(graph.ends[:, slack > threshold], graph.nodes)
        if not np.array_equal(labels, earlier):
            _try_unions(graph, search, labels)
        earlier = labels
    return list(search.cuts.values())


def _try_unions(graph: ParityGraph, search: "_Search", labels: IntArray) -> None:
    """All that is not joined to the outside, the same island by island, each component, and all but the component."""
    inside = labels != labels[-1]
    rim = search.find_rim(inside, np.arange(graph.ends.shape[1]))
    search.attempt(rim)
    islands = graph.islands[graph.ends[:, rim]]
    for island in np.flatnonzero(np.bincount(graph.islands[inside], minlength=1) > 1):
        search.attempt(rim[np.any(islands == island, axis=0)])
    for component in np.flatnonzero(np.bincount(labels) > 1):
        if component == labels[-1]:
            continue
        members = labels == component
        touching = search.find_touching(members)
        search.attempt(search.find_rim(members, touching))
        near = np.union1d(rim, touching)
        search.attempt(search.find_rim(inside & ~members, near))
        search.attempt(search.find_rim(inside & ~members & (graph.islands == graph.islands[np.argmax(members)]), near))


class _Search:
    """Collects the cuts of one solution, each once."""

    def __init__(self, graph: ParityGraph, flow: np.ndarray, slack: np.ndarray) -> None:
        self._graph, self._flow, self._slack = graph, flow, slack
        self._odd = graph.capacities % 2 == 1
        self._full = flow > graph.capacities / 2
        ends = graph.ends.ravel()
        self._edges_by_node = np.argsort(ends, kind="stable") % graph.ends.shape[1]
        self._first_edge = np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=graph.nodes))])
        self.cuts: dict[bytes, tuple[sparse.csr_matrix, int]] = {}

    def find_touching(self, nodes: BoolArray) -> IntArray:
        """The edges at any of the nodes, ascending."""
        lists = [self._edges_by_node[self._first_edge[n] : self._first_edge[n + 1]] for n in np.flatnonzero(nodes)]
        return np.unique(np.concatenate(lists))

    def find_rim(self, nodes: BoolArray, edges: IntArray) -> IntArray:
        """Those of the edges that join the nodes with others."""
        return edges[nodes[self._graph.ends[0, edges]] != nodes[self._graph.ends[1, edges]]]

    def attempt(self, rim: IntArray) -> None:
        """Choose F for a rim so that the cut's left side is smallest; keep the cut if the solution breaks it."""
        left_side = float(self._slack[rim].sum())
        if left_side >= _VIOLATED:
            return
        full, odd = self._full[rim].copy(), self._odd[rim]
        if np.count_nonzero(full & odd) % 2 == 0:
            if not odd.any():
                return
            price = np.where(odd, np.abs(self._graph.capacities[rim] - 2 * self._flow[rim]), np.inf)
            cheapest = int(np.argmin(price))
            left_side += float(price[cheapest])
            full[cheapest] = not full[cheapest]
        if left_side < _VIOLATED:
            key = rim.tobytes() + full.tobytes()
            signs = sparse.csr_matrix(np.where(full, 1, -1)[np.newaxis, :])
            self.cuts[key] = (signs @ self._graph.values[rim], int(self._graph.capacities[rim][full].sum()) - 1)
