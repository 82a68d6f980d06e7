"""Talks into rounds where everybody is there all the time: König's edge colouring, then rounds of even size. Exact."""

from collections.abc import Sequence

import numpy as np

from marktplatz.matching.problem import IntArray
from marktplatz.matching.rounds.hall import Hall


def colour_talks(hall: Hall, chosen: IntArray) -> list[int]:
    r"""A round for every chosen talk of a uniform two-sided hall, in as few rounds as there can be.

    A seat with room for c talks at once is split into copies of at most :math:`\Delta` talks each, with
    :math:`\Delta = \max(\max_v \lceil \deg v / c_v \rceil, \lceil |chosen| / tables \rceil)`. König (1916): the edges of a
    two-sided graph of degree :math:`\Delta` have a colouring with :math:`\Delta` colours; two colours that differ in size are
    evened out by swapping them along a path on which the larger one is ahead.

    Sources: König (1916), "Über Graphen und ihre Anwendung"; Gabow and Kariv (1978) for faster ways with Euler splits, which a hall
    does not need; de Werra (1971) on even colourings.
    """
    if not len(chosen):
        return []
    colours = _count_colours(hall, chosen)
    seats = np.concatenate([hall.first_seat[chosen], hall.second_seat[chosen]])
    copy = _rank(seats) // colours
    _, ends = np.unique(seats * (int(copy.max()) + 1) + copy, return_inverse=True)
    painter = _Painter(ends[: len(chosen)].tolist(), ends[len(chosen) :].tolist(), colours)
    painter.paint_all()
    painter.even_out(hall.tables)
    return painter.colour


def can_colour(hall: Hall, chosen: IntArray) -> bool:
    """Whether the talks of a uniform two-sided hall fit into its rounds."""
    return _count_colours(hall, chosen) <= len(hall.rounds)


def _count_colours(hall: Hall, chosen: IntArray) -> int:
    seats = np.concatenate([hall.first_seat[chosen], hall.second_seat[chosen]])
    degree = np.bincount(seats, minlength=hall.organisations)
    return max(int((-(-degree // np.maximum(hall.seat_capacity, 1))).max()), -(-len(chosen) // hall.tables))


def _rank(seats: IntArray) -> IntArray:
    """How often each position's seat stands at an earlier position."""
    order = np.argsort(seats, kind="stable")
    starts = np.flatnonzero(np.diff(seats[order], prepend=-1))
    rank = np.empty(len(seats), dtype=np.int64)
    rank[order] = np.arange(len(seats)) - np.repeat(starts, np.diff(starts, append=len(seats)))
    return rank


class _Painter:
    """A proper colouring that grows edge by edge; `at[node][colour]` is the edge there."""

    def __init__(self, left: list[int], right: list[int], colours: int) -> None:
        nodes = max(left + right) + 1
        self.left, self.right = left, right
        self.colour = [0] * len(left)
        self.colours = colours
        self.at: list[list[int | None]] = [[None] * colours for _ in range(nodes)]
        self.free = [(1 << colours) - 1] * nodes

    def paint_all(self) -> None:
        free = self.free
        for edge, (left, right) in enumerate(zip(self.left, self.right, strict=True)):
            common = free[left] & free[right]
            if common:
                colour = _lowest(common)
            else:
                colour, other = _lowest(free[left]), _lowest(free[right])
                self._swap(self._walk(right, colour, other), colour, other)
            self._paint(edge, colour)

    def even_out(self, most: int) -> None:
        """Repaint until no colour has more than `most` edges; there is always a way while all together have room."""
        sizes = [0] * self.colours
        for colour in self.colour:
            sizes[colour] += 1
        while max(sizes) > most:
            large, small = sizes.index(max(sizes)), sizes.index(min(sizes))
            surplus = min(sizes[large] - most, most - sizes[small])
            for path in self._find_paths(large, small)[:surplus]:
                self._swap(path, large, small)
                sizes[large] -= 1
                sizes[small] += 1

    def _find_paths(self, large: int, small: int) -> list[list[int]]:
        """Paths of the two colours that begin and end with the large one; swapping one moves one edge over."""
        paths, seen = [], set()
        for node, at in enumerate(self.at):
            if at[large] is None or at[small] is not None or node in seen:
                continue
            path = self._walk(node, large, small)
            if len(path) % 2:
                paths.append(path)
                seen.add(self._far_end(node, path))
        return paths

    def _far_end(self, node: int, path: Sequence[int]) -> int:
        for edge in path:
            node = self.left[edge] + self.right[edge] - node
        return node

    def _walk(self, node: int, colour: int, other: int) -> list[int]:
        """The edges of the alternating path from a node, beginning with `colour`."""
        path: list[int] = []
        while (edge := self.at[node][colour]) is not None:
            path.append(edge)
            node = self.left[edge] + self.right[edge] - node
            colour, other = other, colour
        return path

    def _swap(self, path: Sequence[int], colour: int, other: int) -> None:
        for edge in path:
            for node in (self.left[edge], self.right[edge]):
                self.at[node][self.colour[edge]] = None
                self.free[node] |= 1 << self.colour[edge]
        for edge in path:
            self._paint(edge, colour + other - self.colour[edge])

    def _paint(self, edge: int, colour: int) -> None:
        self.colour[edge] = colour
        for node in (self.left[edge], self.right[edge]):
            self.at[node][colour] = edge
            self.free[node] &= ~(1 << colour)


def _lowest(bits: int) -> int:
    return (bits & -bits).bit_length() - 1
