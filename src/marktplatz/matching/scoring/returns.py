"""What the taker could give back: need(A) ~ offer(B) in its own right, never by likeness of the two services."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from marktplatz.matching.problem import BoolArray, IntArray
from marktplatz.matching.scoring.scene import Entries, FloatArray, Scene
from marktplatz.vocabulary import MAX_POINTS

PointArray = npt.NDArray[np.int16]

IMPOSSIBLE: Final = -1
_ROWS_AT_ONCE: Final = 64


@dataclass(frozen=True, eq=False)
class Ways:
    """Points, returns left aside, of the best possible pair in the other direction, looked up by (giver, taker).

    Attributes
    ----------
    position : int array, shape (O,)
        Row and column of an organisation; those that do not both give and take share the last, which is empty.
    grid : int16 array, shape (B + 1, B + 1)
        At (giver, taker) the best pair from the taker back to the giver, IMPOSSIBLE where there is none.
    """

    position: IntArray
    grid: PointArray

    def __getitem__(self, place: tuple[IntArray, IntArray]) -> PointArray:
        return self.grid[self.position[place[0]], self.position[place[1]]]

    def cut(self, givers: IntArray, takers: IntArray) -> PointArray:
        """Some givers with some takers, as a table."""
        return self.grid[self.position[givers]][:, self.position[takers]]


def find_ways(scene: Scene, plain: PointArray) -> Ways:
    """From the points of every offer with every need, IMPOSSIBLE where they may not be paired; shape (A, N)."""
    count = len(scene.organisations)
    gives, takes = (np.bincount(side.organisations, minlength=count) > 0 for side in (scene.offers, scene.needs))
    both = np.flatnonzero(gives & takes)
    position = np.full(count, len(both), dtype=np.int64)
    position[both] = np.arange(len(both))
    grid = np.full((len(both) + 1, len(both) + 1), IMPOSSIBLE, dtype=np.int16)
    offers, needs = (_sort_by_owner(side, position < len(both)) for side in (scene.offers, scene.needs))
    if not len(both):
        return Ways(position, grid)
    firsts = np.searchsorted(scene.needs.organisations[needs], both)
    owners = position[scene.offers.organisations[offers]]
    for start in range(0, len(offers), _ROWS_AT_ONCE):
        here = slice(start, start + _ROWS_AT_ONCE)
        turned = np.ascontiguousarray(plain[offers[here]].T)  # numpy is quick along rows only
        best = np.ascontiguousarray(np.maximum.reduceat(turned[needs], firsts, axis=0).T)
        starts = np.flatnonzero(np.diff(owners[here], prepend=-1))
        givers_back = owners[here][starts]
        grid[givers_back, :-1] = np.maximum(grid[givers_back, :-1], np.maximum.reduceat(best, starts, axis=0))
    return Ways(position, np.ascontiguousarray(grid.T))


def find_no_ways(scene: Scene) -> Ways:
    """Where nobody asks what could be given back."""
    return Ways(np.zeros(len(scene.organisations), dtype=np.int64), np.full((1, 1), IMPOSSIBLE, dtype=np.int16))


def _sort_by_owner(entries: Entries, counts: BoolArray) -> IntArray:
    """Entries of the organisations that count, by organisation."""
    order = np.argsort(entries.organisations, kind="stable")
    return order[counts[entries.organisations[order]]]


def make_worths(most: int) -> FloatArray:
    """What a return is worth by its points, as a table, before the gate and rounding; the last value stands for IMPOSSIBLE."""
    return np.append(most * (np.arange(MAX_POINTS + 1) / MAX_POINTS), 0)
