"""The relaxation that forgets when a talk is held: what it chooses, and the bound that no timetable exceeds."""

from dataclasses import replace

import numpy as np

from marktplatz.matching.problem import BoolArray, IntArray
from marktplatz.matching.rounds.hall import Hall
from marktplatz.matching.rounds.selection import Demand, select_talks
from marktplatz.matching.rounds.values import TimetableBound


def most_at_once(hall: Hall, side: BoolArray | None) -> IntArray:
    """How many talks a round can hold, by the tables and by who is there; shape (R,)."""
    used = np.zeros(hall.organisations, dtype=np.bool_)
    used[hall.first_seat] = used[hall.second_seat] = True
    room = hall.room * used[:, None]
    if side is not None:
        people = np.minimum(room[side].sum(axis=0), room[~side].sum(axis=0))
    elif hall.is_loop.any():
        people = room.sum(axis=0)
    else:
        people = room.sum(axis=0) // 2
    most: IntArray = np.minimum(people, min(hall.tables, len(hall.first)))
    return most


def relax(hall: Hall, side: BoolArray) -> IntArray:
    """The best talks if only the number of rounds counted, and not which; the timetable's optimum if the hall is uniform."""
    return select_talks(hall, side, _demand(hall, int(most_at_once(hall, side).sum())))


def find_bound(hall: Hall, side: BoolArray | None, relaxed: IntArray | None = None) -> TimetableBound:
    r"""Bound of the three aims, each given the ones before.

    With two sides the relaxation is one integral flow and its own values are the bound. Else the flow runs through the double
    cover, where every talk may be held in half: :math:`\lfloor \cdot / 2 \rfloor` bounds the first aim; where that is not whole,
    the later aims are bounded without regard to it.

    Sources: Edmonds (1965) on why odd circles break the flow; Nemhauser and Trotter (1975) on the double cover.
    """
    if not len(hall.first):
        return TimetableBound(0, 0, 0)
    if side is not None:
        chosen = relax(hall, side) if relaxed is None else relaxed
        return TimetableBound(int(hall.meets[chosen].sum()), int(hall.served(chosen).sum()), int(hall.points[chosen].sum()))
    meets, served, points = _bound_halves(hall, count_meets=True, count_served=True)
    if meets % 2:
        _, served, points = _bound_halves(hall, count_meets=False, count_served=True)
    most_served = min(served // 2, int(hall.served(np.arange(len(hall.first))).sum()))
    if served != 2 * most_served:
        _, _, points = _bound_halves(hall, count_meets=False, count_served=False)
    return TimetableBound(meets // 2, most_served, points // 2)


def find_points_bound(hall: Hall) -> int:
    """More points than any timetable has, whatever the other aims."""
    return _bound_halves(hall, count_meets=False, count_served=False)[2] // 2 if len(hall.first) else 0


def _demand(hall: Hall, most: int) -> Demand:
    return Demand(
        talks=np.arange(len(hall.first)),
        worth=hall.worth,
        bonus=np.full(hall.organisations, hall.served_worth),
        organisation_room=(hall.present * hall.seat_capacity[:, None]).sum(axis=1),
        seat_room=hall.room.sum(axis=1),
        most=most,
    )


def _bound_halves(hall: Hall, *, count_meets: bool, count_served: bool) -> tuple[int, int, int]:
    """Twice the values of the best half-whole choice. A loop is one arc that counts twice, for it takes one place, not two."""
    cover, loops = _double(hall), int(hall.is_loop.sum())
    side = np.arange(cover.organisations) < hall.organisations
    demand = _demand(cover, 2 * int(most_at_once(hall, None).sum()))
    worth = cover.worth if count_meets else cover.points
    bonus = demand.bonus * count_served
    is_loop = np.arange(len(cover.first)) >= len(cover.first) - loops
    # a loop serves four copies but touches two; who is served by another talk too counts double, which a bound may
    worth = worth + np.where(is_loop, 2 * cover.served_worth * count_served, 0)
    chosen = select_talks(cover, side, replace(demand, worth=worth, bonus=bonus))
    served = int(cover.served(chosen).sum()) + 2 * int(is_loop[chosen].sum())
    return int(cover.meets[chosen].sum()), served, int(cover.points[chosen].sum())


def _double(hall: Hall) -> Hall:
    """Every organisation twice, every talk from left to right and from right to left; loops once, with double worth, at the end."""
    count, plain, loop = hall.organisations, ~hall.is_loop, hall.is_loop
    halves = [
        (hall.first[plain], hall.second[plain]),
        (hall.second[plain], hall.first[plain]),
        (hall.first[loop], hall.second[loop]),
    ]
    scale = (1, 1, 2)
    masks = (plain, plain, loop)
    return replace(
        hall,
        organisations=2 * count,
        tables=2 * hall.tables,
        first=np.concatenate([left for left, _ in halves]),
        second=np.concatenate([right + count for _, right in halves]),
        points=np.concatenate([hall.points[mask] * times for mask, times in zip(masks, scale, strict=True)]),
        meets=np.concatenate([hall.meets[mask] * times for mask, times in zip(masks, scale, strict=True)]),
        allowed=np.concatenate([hall.allowed[mask] for mask in masks]),
        seat=np.concatenate([hall.seat, hall.seat + count]),
        seat_capacity=np.concatenate([hall.seat_capacity, hall.seat_capacity]),
        present=np.concatenate([hall.present, hall.present]),
        fixed_table=np.concatenate([hall.fixed_table, hall.fixed_table]),
        has_fixed_table=np.concatenate([hall.has_fixed_table, hall.has_fixed_table]),
        is_company=np.concatenate([hall.is_company, hall.is_company]),
    )
