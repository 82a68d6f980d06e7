"""Two sides of the hall between which talks run: the true ones, or a good cut where odd circles leave none."""

from collections import defaultdict

import numpy as np

from marktplatz.matching.problem import BoolArray, IntArray
from marktplatz.matching.rounds.hall import Hall

_CUT_PASSES = 3


def find_sides(hall: Hall) -> BoolArray | None:
    """Two sides such that every talk joins both, by organisation; None if there is an odd circle (or a shared table with a talk).

    Companies and nonprofits, where that will do; else components of the double cover: a component is two-sided exactly when its
    left and right copies stay apart.
    """
    first, second = hall.first_seat, hall.second_seat
    side = hall.is_company[hall.seat]
    if np.all(side[first] != side[second]):
        return side
    if np.any(first == second):
        return None
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = hall.organisations
    ends = np.concatenate([first, second]), np.concatenate([second + count, first + count])
    cover = coo_array((np.ones(2 * len(first)), ends), shape=(2 * count, 2 * count))
    _, component = connected_components(cover, directed=False)
    left, right = component[:count], component[count:]
    if np.any(left[first] == right[first]):
        return None
    sides: BoolArray = (left < right)[hall.seat]
    return sides


def cut_sides(hall: Hall) -> BoolArray:
    """Sides that most points cross: companies and nonprofits to begin with, then whoever has more on the own side changes over."""
    side = hall.is_company[hall.seat].tolist()
    partners: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for first, second, points in zip(hall.first_seat.tolist(), hall.second_seat.tolist(), hall.points.tolist(), strict=True):
        if first != second:
            partners[first].append((second, points + 1))
            partners[second].append((first, points + 1))
    for _ in range(_CUT_PASSES):
        for seat, known in partners.items():
            if sum(points if side[partner] == side[seat] else -points for partner, points in known) > 0:
                side[seat] = not side[seat]
    return np.array(side, dtype=np.bool_)[hall.seat]


def turn_sides(hall: Hall, held: IntArray, side: BoolArray, generator: np.random.Generator) -> BoolArray:
    """Other sides that the held talks still cross, as far as they have no odd circle; everything that they connect turns as one."""
    partners: defaultdict[int, list[int]] = defaultdict(list)
    for first, second in zip(hall.first_seat[held].tolist(), hall.second_seat[held].tolist(), strict=True):
        partners[first].append(second)
        partners[second].append(first)
    turned = np.where(generator.random(hall.organisations) < generator.random() ** 2, ~side, side).tolist()
    seen: set[int] = set()
    for start in partners:
        waiting = [] if start in seen else [start]
        seen.add(start)
        while waiting:
            seat = waiting.pop()
            for partner in partners[seat]:
                if partner not in seen:
                    seen.add(partner)
                    turned[partner] = not turned[seat]
                    waiting.append(partner)
    return np.array(turned, dtype=np.bool_)[hall.seat]
