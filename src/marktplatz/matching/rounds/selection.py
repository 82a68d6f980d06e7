"""Which talks are worth holding: one minimum-cost flow from one side of the hall to the other, and the bound it gives."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from marktplatz.matching.flow import find_min_cost_flow
from marktplatz.matching.problem import BoolArray, IntArray
from marktplatz.matching.rounds.hall import Hall


@dataclass(frozen=True, eq=False)
class Demand:
    """What one flow may choose from.

    Attributes
    ----------
    talks : int array, shape (K,)
        Candidates; each joins the two sides, or is a loop.
    worth : int array, shape (K,), not negative
    bonus : int array, shape (O,), not negative
        For the first talk of an organisation.
    organisation_room, seat_room : int arrays, shape (O,)
        How many talks an organisation and a seat may have in all.
    most : int
        How many talks there may be.
    """

    talks: IntArray
    worth: IntArray
    bonus: IntArray
    organisation_room: IntArray
    seat_room: IntArray
    most: int


def select_talks(hall: Hall, side: BoolArray, demand: Demand) -> IntArray:
    r"""Choose the talks of the highest worth.

    .. math:: \max \sum_e w_e x_e + \sum_o b_o [\deg_x(o) \ge 1]

    with :math:`\deg_x(o) \le` the room of organisation and seat and :math:`\sum_e x_e \le` `most`: one integral flow, source >
    shared seat > organisation > organisation > shared seat > sink. A loop takes a place on its seat's side only.
    """
    most = min(demand.most, len(demand.talks))
    if most <= 0:
        return np.empty(0, dtype=np.int64)
    network = _Network(hall, side, demand, most)
    flow = find_min_cost_flow(*network.arcs)
    return demand.talks[flow[: len(demand.talks)] > 0]


class _Network:
    """Nodes: source 0, sink 1, organisations from 2, shared seats after them. The first arcs are the talks."""

    def __init__(self, hall: Hall, side: BoolArray, demand: Demand, most: int) -> None:
        self.hall, self.side, self.demand = hall, side, demand
        self.most = most

    @cached_property
    def arcs(self) -> tuple[IntArray, IntArray, IntArray, IntArray, IntArray]:
        parts = [self._talk_arcs(), *self._organisation_arcs(), *self._seat_arcs(), self._bypass()]
        tails, heads, capacities, costs = (np.concatenate(column) for column in zip(*parts, strict=True))
        supplies = np.zeros(2 + 2 * self.hall.organisations, dtype=np.int64)
        supplies[0], supplies[1] = self.most, -self.most
        return tails, heads, capacities, costs, supplies

    def _talk_arcs(self) -> tuple[IntArray, ...]:
        hall, talks = self.hall, self.demand.talks
        first, second, worth = hall.first[talks], hall.second[talks], self.demand.worth
        starts_left = self.side[first]
        tails, heads = np.where(starts_left, first, second) + 2, np.where(starts_left, second, first) + 2
        loop = hall.is_loop[talks]
        if loop.any():
            tails[loop] = np.where(starts_left, first + 2, 0)[loop]
            heads[loop] = np.where(starts_left, 1, first + 2)[loop]
            worth = worth + np.where(loop, self.demand.bonus[second], 0)
        return tails, heads, np.ones(len(talks), dtype=np.int64), -worth

    def _organisation_arcs(self) -> list[tuple[IntArray, ...]]:
        hall, demand = self.hall, self.demand
        (taking_part,) = np.nonzero(hall.served(demand.talks))
        nodes, left = taking_part + 2, self.side[taking_part]
        outer = np.where(left, 0, 1)
        if hall.has_shared_seats:
            seat = hall.seat[taking_part]
            shared = np.bincount(hall.seat, minlength=hall.organisations)[seat] > 1
            outer = np.where(shared, 2 + hall.organisations + seat, outer)
        tails, heads = np.where(left, outer, nodes), np.where(left, nodes, outer)
        room, bonus = demand.organisation_room[taking_part], demand.bonus[taking_part]
        once = (bonus > 0) & (room > 0)
        return [
            (tails, heads, room - once, np.zeros(len(nodes), dtype=np.int64)),
            (tails[once], heads[once], np.ones(int(once.sum()), dtype=np.int64), -bonus[once]),
        ]

    def _seat_arcs(self) -> list[tuple[IntArray, ...]]:
        hall = self.hall
        if not hall.has_shared_seats:
            return []
        (seats,) = np.nonzero(np.bincount(hall.seat, minlength=hall.organisations) > 1)
        nodes, left = seats + 2 + hall.organisations, self.side[seats]
        free = np.zeros(len(seats), dtype=np.int64)
        return [(np.where(left, 0, nodes), np.where(left, nodes, 1), self.demand.seat_room[seats], free)]

    def _bypass(self) -> tuple[IntArray, ...]:
        return tuple(np.array([number], dtype=np.int64) for number in (0, 1, self.most, 0))
