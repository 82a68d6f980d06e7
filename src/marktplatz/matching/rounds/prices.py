"""What talks and places in rounds are worth: prices from the linear relaxation that knows the rounds, and the bound they prove."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from scipy.sparse import coo_array, csc_array

from marktplatz.matching.flow import approach_linear_optimum
from marktplatz.matching.problem import BoolArray, FloatArray, IntArray
from marktplatz.matching.rounds.hall import Hall

GRAIN: Final = 64
"""Prices are whole parts of a point, so that the bound is exact."""

_MOST_STEPS: Final = 4_000
_MOST_WORK: Final = 150_000_000
"""Steps of the solver times entries of its matrix; about five nanoseconds each."""


@dataclass(frozen=True, eq=False)
class Prices:
    r"""Prices that prove a bound, whatever they are, in parts of a point (`GRAIN`).

    Attributes
    ----------
    hall : Hall
    meets : int
        How many pairings meet in the timetables that the bound is about.
    seat : int array, shape (O, R), not negative
    table : int array, shape (R,), not negative
    meeting : int, of any sign
        What a pairing that meets is worth beside its points.
    share : float array, shape (E, R), from 0 to 1
        How much of each talk the relaxation holds in which round.
    """

    hall: Hall
    meets: int
    seat: IntArray
    table: IntArray
    meeting: int
    share: FloatArray

    @cached_property
    def gain(self) -> IntArray:
        """What a talk is worth above the prices of its places, shape (E, R); where it is not allowed, hardly anything."""
        hall = self.hall
        worth = GRAIN * hall.points + self.meeting * hall.meets
        cost = self.seat[hall.first_seat] + np.where(hall.is_loop[:, None], 0, self.seat[hall.second_seat]) + self.table
        gain: IntArray = np.where(hall.allowed, worth[:, None] - cost, np.iinfo(np.int64).min // 2)
        return gain

    @cached_property
    def bound(self) -> int:
        r"""The most points of a timetable in which `meets` pairings meet.

        Weak duality: :math:`\sum_e \max(0, \max_r g_{er}) + \sum_{sr} u_{sr} c_{sr} + \sum_r t_r T - m \cdot meets` for any prices.
        """
        talks = int(self.talk.sum())
        places = int((self.seat * self.hall.room).sum()) + self.hall.tables * int(self.table.sum())
        return (talks + places - self.meeting * self.meets) // GRAIN

    @cached_property
    def talk(self) -> IntArray:
        """What is left of a talk's worth in its best round, shape (E,)."""
        talk: IntArray = np.maximum(self.gain.max(axis=1, initial=0), 0)
        return talk

    def find_promising(self, choices: int) -> BoolArray:
        """The talks and rounds that lose least against their best round or not being held, shape (E, R).

        About `choices` times as many as the relaxation holds.
        """
        loss = np.where(self.hall.allowed, self.talk[:, None] - self.gain, np.iinfo(np.int64).max)
        count = min(loss.size - 1, round(choices * float(self.share.sum())))
        promising: BoolArray = self.hall.allowed & (loss <= np.partition(loss, count, axis=None)[count])
        return promising


def find_prices(hall: Hall, meets: int) -> Prices:
    r"""Prices near the best ones, from

    .. math:: \max \sum_{er} w_e x_{er}, \quad \sum_r x_{er} \le 1, \; \sum_{e \ni s} x_{er} \le c_{sr}, \; \sum_e x_{er} \le T, \;
        \sum_{er} m_e x_{er} = meets, \quad x \ge 0

    Source: Applegate et al. (2021), "Practical large-scale linear programming using primal-dual hybrid gradient".
    """
    matrix, room = _lay_out(hall)
    steps = min(_MOST_STEPS, _MOST_WORK // max(1, matrix.nnz))
    talks, rounds = np.nonzero(hall.allowed)
    scale = max(1, int(hall.points.max(initial=1)))
    chosen, duals = approach_linear_optimum(hall.points[talks] / scale, matrix, np.append(room, meets), steps=steps)
    places = np.rint(duals * scale * GRAIN).astype(np.int64)
    share = np.zeros(hall.allowed.shape)
    share[talks, rounds] = chosen
    seats = len(hall.first) + hall.organisations * len(hall.rounds)
    return Prices(
        hall=hall,
        meets=meets,
        seat=np.maximum(places[len(hall.first) : seats], 0).reshape(hall.organisations, len(hall.rounds)),
        table=np.maximum(places[seats:-1], 0),
        meeting=-int(places[-1]),
        share=share,
    )


def _lay_out(hall: Hall) -> tuple[csc_array, IntArray]:
    """Rows: talks, seats by round, rounds, and last the pairings that meet; a column for every allowed talk and round."""
    talks, rounds = np.nonzero(hall.allowed)
    columns, count, length = np.arange(len(talks)), len(hall.rounds), len(hall.first)
    tables_from = length + hall.organisations * count
    apart = ~hall.is_loop[talks]
    rows = np.concatenate(
        [
            talks,
            length + hall.first_seat[talks] * count + rounds,
            (length + hall.second_seat[talks] * count + rounds)[apart],
            tables_from + rounds,
            np.full(len(talks), tables_from + count),
        ]
    )
    entries = np.concatenate([np.ones(3 * len(talks) + int(apart.sum())), hall.meets[talks]])
    positions = np.concatenate([columns, columns, columns[apart], columns, columns])
    matrix = coo_array((entries, (rows, positions)), shape=(tables_from + count + 1, len(talks)))
    room = np.concatenate([np.ones(length, dtype=np.int64), hall.room.ravel(), np.full(count, hall.tables)])
    return matrix.tocsc(), room
