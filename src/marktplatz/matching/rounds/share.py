"""Some rounds of a timetable filled anew by flows while everything else stays: choose, spread, squeeze, top up."""

from typing import Final

import numpy as np

from marktplatz.matching.problem import BoolArray, FloatArray, IntArray
from marktplatz.matching.rounds.hall import UNHELD, Hall
from marktplatz.matching.rounds.ledger import Ledger
from marktplatz.matching.rounds.selection import Demand, select_talks

_PRESSURE: Final = 100
"""Grain of the pressure on a seat: talks that remain to it, by the rounds that remain to it."""

_URGENT: Final = 1_000_000
"""More than any pressure: who must talk now, because there are not enough rounds left, comes first."""


class Share:
    """The open rounds. Talks that do not join the two sides can't go through a flow; they stay where they are.

    With a `generator` the spreading is shaken a little.

    Attributes
    ----------
    round_of : int array, shape (E,)
        The timetable as it grows; other rounds are never touched.
    room : int array, shape (O, R)
        Room that is still free.
    most : int array, shape (R,)
        Tables that are still free.
    work : int
        Candidates that went through flows, as a measure of effort that no clock disturbs.
    """

    def __init__(
        self, hall: Hall, round_of: IntArray, rounds: IntArray, side: BoolArray, generator: np.random.Generator | None = None
    ) -> None:
        self.hall, self.side, self._generator = hall, side, generator
        # where few are there, there is the least choice: those rounds come first
        self.rounds = rounds[np.argsort(hall.present[:, rounds].sum(axis=0), kind="stable")]
        self.crosses = (side[hall.first] != side[hall.second]) | hall.is_loop
        opened = np.isin(round_of, rounds)
        self.round_of: IntArray = np.where(opened & self.crosses, UNHELD, round_of)
        self.room = hall.room.copy()
        self.most = np.full(len(hall.rounds), hall.tables)
        self._book(np.flatnonzero(opened & ~self.crosses), self.round_of[opened & ~self.crosses])
        self._first_room, self._first_most = self.room.copy(), self.most.copy()
        self.work = 0
        self._used = np.zeros(hall.organisations, dtype=np.bool_)
        self._used[hall.first_seat[self.crosses]] = self._used[hall.second_seat[self.crosses]] = True

    def choose(self, rounds: IntArray) -> IntArray:
        """The best talks for these rounds together, if only their number counted; exact for one round."""
        hall = self.hall
        opened = (self.round_of == UNHELD) & self.crosses
        talks = np.flatnonzero(opened & hall.allowed[:, rounds].any(axis=1))
        self.work += len(talks)
        return select_talks(
            hall,
            self.side,
            Demand(
                talks=talks,
                worth=hall.worth[talks],
                bonus=hall.served_worth * ~hall.served(self.round_of != UNHELD),
                organisation_room=(hall.present[:, rounds] * self.room[hall.seat][:, rounds]).sum(axis=1),
                seat_room=self.room[:, rounds].sum(axis=1),
                most=int(self._most_at_once(rounds).sum()),
            ),
        )

    def spread(self, talks: IntArray) -> IntArray:
        """Put the chosen talks into the rounds, one flow each, the most urgent first; returns those that found no place."""
        if len(self.rounds) == 1:
            self._hold(talks, int(self.rounds[0]))
            return talks[:0]
        for position, round_ in enumerate(self.rounds.tolist()):
            if not len(talks):
                break
            taken = self._take_urgent(talks, round_, self.rounds[position + 1 :])
            self._hold(taken, round_)
            talks = talks[self.round_of[talks] == UNHELD]
        return talks

    def squeeze(self, talks: IntArray) -> IntArray:
        """Make room by alternating paths, for the most valuable talks first; returns those that found no place."""
        rounds = self.rounds.tolist()
        ledger = Ledger(self.hall, rounds, self._first_room, self._first_most)
        inside = np.flatnonzero(np.isin(self.round_of, self.rounds) & self.crosses)
        ledger.enter(inside.tolist(), self.round_of[inside].tolist())
        ordered = talks[np.argsort(-self.hall.worth[talks], kind="stable")]
        left = [talk for talk in ordered.tolist() if not ledger.place(talk)]
        held = np.fromiter(ledger.round_of, dtype=np.int64)
        self.round_of[held] = np.fromiter(ledger.round_of.values(), dtype=np.int64)
        self.room, self.most = self._first_room.copy(), self._first_most.copy()
        self._book(held, self.round_of[held])
        return np.array(left, dtype=np.int64)

    def top_up(self, round_: int) -> None:
        """Hold the best talks for which there is still room in a round."""
        self._hold(self.choose(np.array([round_])), round_)

    def follow(self, round_: int, wanted: FloatArray, worth_later: IntArray) -> None:
        """Hold what is wanted here, else what is worth more now than its price, which is what it is worth in other rounds."""
        hall = self.hall
        talks = np.flatnonzero((self.round_of == UNHELD) & self.crosses & hall.allowed[:, round_])
        most_points = int(hall.points.max(initial=0)) + 1
        worth = np.maximum(hall.points - worth_later, 0) + 2 * most_points * hall.meets + np.rint(2 * most_points * wanted)
        self.work += len(talks)
        demand = Demand(
            talks=talks,
            worth=worth[talks].astype(np.int64),
            bonus=most_points * ~hall.served(self.round_of != UNHELD),
            organisation_room=hall.present[:, round_] * self.room[hall.seat, round_],
            seat_room=self.room[:, round_],
            most=int(self.most[round_]),
        )
        self._hold(select_talks(hall, self.side, demand), round_)

    def _most_at_once(self, rounds: IntArray) -> IntArray:
        room = self.room[:, rounds]
        sides = [room[self.side & self._used].sum(axis=0), room[~self.side & self._used].sum(axis=0)]
        people = sides[0] + sides[1] if self.hall.is_loop.any() else np.minimum(*sides)
        most: IntArray = np.minimum(people, self.most[rounds])
        return most

    def _take_urgent(self, talks: IntArray, round_: int, later: IntArray) -> IntArray:
        hall = self.hall
        ends = np.concatenate([hall.first_seat[talks], hall.second_seat[talks][~hall.is_loop[talks]]])
        waiting = np.bincount(ends, minlength=hall.organisations)
        room_later = self.room[:, later].sum(axis=1)
        pressure = waiting * _PRESSURE // (room_later + 1)
        now = talks[hall.allowed[talks, round_]]
        never_again = ~hall.allowed[np.ix_(now, later)].any(axis=1)
        must = (waiting > room_later)[hall.seat]
        self.work += len(now)
        return select_talks(
            hall,
            self.side,
            Demand(
                talks=now,
                worth=1
                + pressure[hall.first_seat[now]]
                + pressure[hall.second_seat[now]]
                + _URGENT * never_again
                + self._shake(len(now)),
                bonus=_URGENT * must,
                organisation_room=hall.present[:, round_] * self.room[hall.seat, round_],
                seat_room=self.room[:, round_],
                most=int(self.most[round_]),
            ),
        )

    def _shake(self, count: int) -> IntArray:
        """A little chance among talks of like pressure, so that the same rounds can come out differently."""
        if self._generator is None:
            return np.zeros(count, dtype=np.int64)
        shake: IntArray = self._generator.integers(0, _PRESSURE // 2, count)
        return shake

    def _hold(self, talks: IntArray, round_: int) -> None:
        self.round_of[talks] = round_
        self._book(talks, np.full(len(talks), round_))

    def _book(self, talks: IntArray, rounds: IntArray) -> None:
        hall = self.hall
        np.subtract.at(self.room, (hall.first_seat[talks], rounds), 1)
        apart = ~hall.is_loop[talks]
        np.subtract.at(self.room, (hall.second_seat[talks][apart], rounds[apart]), 1)
        np.subtract.at(self.most, rounds, 1)


NOISE = 50
