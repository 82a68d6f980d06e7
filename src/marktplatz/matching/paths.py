"""The cheapest path among arcs that have room, searched from both ends at once; moves prices. No flow, no market."""

from bisect import bisect_left, insort
from collections.abc import Iterable
from heapq import heappop, heappush
from typing import Final

_FAR: Final = 1 << 256
"""Longer than any path."""

_BATCH: Final = 24
"""So many arcs may one search be ahead of the other: changing sides has its price."""

_START: Final = 700
"""So many arcs the search from the start looks at alone: the goals' side has many near nodes, and most paths are short."""

_LOOSE: Final = 5
"""A gap of more slacks than this makes the arcs look so cheap that keying them anew pays."""


class Way:
    """One of the two directions in which arcs that have room can be followed.

    A node's fan holds these arcs in the order of keys, each exactly cost - height(other node) - gap(other node). The gap is never
    negative, so a search can stop where the keys get too dear; heights may move a little at the gap's expense, and only when it
    is used up, or has become too wide to be of use, the arcs that lead to the node are keyed anew.

    Attributes
    ----------
    fans : list of lists of (key, arc, node where it leads), by node; sorted
    heights : list of int, by node
        The prices along the arcs, or the negated prices against them: cost + height(node) - height(other) is never negative.
    gaps : list of int, by node
    origins, ends : lists of int, by arc
        Where an arc comes from and leads to, seen in this direction.
    """

    __slots__ = ("_costs", "_keys", "_sources", "ends", "fans", "gaps", "heights", "origins", "slack")

    def __init__(self, heights: list[int], origins: list[int], ends: list[int], costs: list[int], slack: int) -> None:
        self.heights, self.origins, self.ends = heights, origins, ends
        self.slack = slack
        self.gaps = [slack] * len(heights)
        self.fans: list[list[tuple[int, int, int]]] = [[] for _ in heights]
        self._costs = costs
        self._keys = [cost - heights[end] - slack for cost, end in zip(costs, ends, strict=True)]
        self._sources: list[list[int]] = [[] for _ in heights]
        for arc, end in enumerate(ends):
            self._sources[end].append(arc)

    def open(self, arc: int) -> None:
        """An arc has room from now on."""
        insort(self.fans[self.origins[arc]], (self._keys[arc], arc, self.ends[arc]))

    def shut(self, arc: int) -> None:
        """An arc has no room any more."""
        fan = self.fans[self.origins[arc]]
        del fan[bisect_left(fan, (self._keys[arc], arc))]

    def renew_gap(self, node: int, rooms: list[int]) -> None:
        """Key the arcs that lead to a node by the height that it has now."""
        self.gaps[node] = self.slack
        for arc in self._sources[node]:
            self.set_key(arc, has_room=rooms[arc] > 0)

    def set_key(self, arc: int, *, has_room: bool) -> None:
        """Put an arc where its cost and its end's height demand."""
        if has_room:
            self.shut(arc)
        end = self.ends[arc]
        self._keys[arc] = self._costs[arc] - self.heights[end] - self.gaps[end]
        if has_room:
            self.open(arc)


class _Front:
    """What one of the two searches has found so far.

    The heap holds distance + 2 * node for a node that was reached, and distance + 2 * node + 1 for one whose fan is to be gone on
    with from `positions`: one number compares far quicker than a tuple, and all distances are multiples of more than these codes.
    """

    __slots__ = ("came", "heap", "positions", "reached", "scanned", "settled", "way")

    def __init__(self, way: Way, starts: Iterable[int]) -> None:
        self.way = way
        self.reached = dict.fromkeys(starts, 0)
        self.came: dict[int, int] = {}
        self.heap = sorted(2 * node for node in self.reached)
        self.positions: dict[int, int] = {}
        self.settled: list[int] = []
        self.scanned = 0

    def trace(self, node: int) -> list[int]:
        """The arcs from a node back to where this search began."""
        arcs = []
        while node in self.came:
            arcs.append(self.came[node])
            node = self.way.origins[arcs[-1]]
        return arcs


def find_unit(nodes: int) -> int:
    """The power of two that costs have to be multiples of: two codes of nodes together stay below it."""
    return 1 << (4 * nodes).bit_length()


class PathSearch:
    """Finds cheapest paths along or against the arcs that have room, and keeps every reduced cost at least 0.

    Parameters
    ----------
    rooms : list of int, by arc
        Shared with the owner, who changes them.
    ahead : int
        A small cost: so far ahead of the search the arcs of a node are looked at.
    unit : int
        A power of two that all costs, heights and gaps are multiples of; see `find_unit`.
    """

    def __init__(self, rooms: list[int], ahead: int, unit: int) -> None:
        self._rooms, self._ahead, self._codes = rooms, ahead, unit - 1

    def find_path(self, start: int, goals: Iterable[int], way: Way, opposite: Way) -> tuple[list[int], int]:
        """The arcs of a cheapest path along `way` from `start` to the nearest goal, in no order, and that goal.

        Dijkstra's search from both ends (Pohl 1971); whichever has looked at fewer arcs goes on, until the two radii together
        reach the length of the best meeting. With radii R + S = that length, prices that fall by R - d within R of the start and
        rise by S - d within S of the goal leave no reduced cost negative and all of the path's at 0.
        """
        near, far = _Front(way, [start]), _Front(opposite, goals)
        length, meeting = _FAR, start
        while near.heap and far.heap and near.heap[0] + far.heap[0] < length:
            if near.scanned <= far.scanned + _START:
                length, meeting = self._advance(near, far, far.scanned + _START + _BATCH, length, meeting)
            else:
                length, meeting = self._advance(far, near, near.scanned - _START + _BATCH, length, meeting)
        length, meeting = self._look_across(near, far, length, meeting)
        if length == _FAR:
            raise AssertionError("a circulation within these bounds exists, so every excess has a way out")
        radius = min(length, near.heap[0] & ~self._codes) if near.heap else length
        self._move_prices(near, radius, opposite)
        self._move_prices(far, length - radius, way)
        # The halves share no other node: its own meeting would have been found before, and no worse.
        onward = far.trace(meeting)
        return near.trace(meeting) + onward, far.way.origins[onward[-1]] if onward else meeting

    def _advance(self, front: _Front, other: _Front, enough: int, length: int, meeting: int) -> tuple[int, int]:
        """Go on from the nearest nodes until enough arcs are looked at: the best meeting so far and its node."""
        reached, came, heap, positions, across = front.reached, front.came, front.heap, front.positions, other.reached
        fans, heights, gaps = front.way.fans, front.way.heights, front.way.gaps
        codes, ahead = self._codes, self._ahead
        scanned, beyond = front.scanned, other.heap[0]
        while heap and scanned < enough and heap[0] + beyond < length:
            so_far = heappop(heap)
            code = so_far & codes
            so_far -= code
            node = code >> 1
            known, fan = reached[node], fans[node]
            if code & 1:
                at = positions[node]
                fan = fan[at:]
            elif so_far > known:
                continue
            else:
                at = 0
                front.settled.append(node)
            level = known + heights[node]
            limit = so_far + ahead - level
            seen = 0
            for key, arc, end in fan:
                if key > limit:
                    if level + key < length:
                        heappush(heap, level + key + (code | 1))
                        positions[node] = at + seen
                    break
                seen += 1
                onward = level + key + gaps[end]
                if onward < length and ((before := reached.get(end)) is None or onward < before):
                    reached[end] = onward
                    came[end] = arc
                    heappush(heap, onward + 2 * end)
                    if end in across and onward + across[end] < length:
                        length, meeting = onward + across[end], end
            scanned += seen + 1
        front.scanned = scanned
        return length, meeting

    def _look_across(self, near: _Front, far: _Front, length: int, meeting: int) -> tuple[int, int]:
        """The best meeting once arcs count that both searches put off: such an arc may join two nodes that were both settled."""
        reached, across, gaps = near.reached, far.reached, near.way.gaps
        for node, at in near.positions.items() if far.settled else ():
            level, fan = reached[node] + near.way.heights[node], near.way.fans[node]
            for key, arc, end in fan[at:]:
                if level + key >= length:
                    break
                onward = level + key + gaps[end]
                if end in across and onward + across[end] < length:
                    reached[end], near.came[end] = onward, arc
                    length, meeting = onward + across[end], end
        return length, meeting

    def _move_prices(self, front: _Front, radius: int, opposite: Way) -> None:
        """Make up for the distance of every node within the radius; seen the other way its height rises by as much."""
        way, reached, rooms = front.way, front.reached, self._rooms
        heights, gaps, negated, opposite_gaps = way.heights, way.gaps, opposite.heights, opposite.gaps
        widest = _LOOSE * way.slack
        for node in front.settled:
            nearer = radius - reached[node]
            if nearer > 0:
                heights[node] -= nearer
                negated[node] += nearer
                gaps[node] += nearer
                opposite_gaps[node] -= nearer
                if gaps[node] > widest:
                    way.renew_gap(node, rooms)
                if opposite_gaps[node] < 0:
                    opposite.renew_gap(node, rooms)
