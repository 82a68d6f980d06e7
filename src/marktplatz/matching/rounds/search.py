"""Rounds where not everybody is there all the time, or with odd circles: a good timetable that only gets better. Not exact."""

from typing import Final

import numpy as np

from marktplatz.matching.problem import BoolArray, IntArray
from marktplatz.matching.rounds.hall import UNHELD, Hall
from marktplatz.matching.rounds.prices import GRAIN, Prices
from marktplatz.matching.rounds.share import Share
from marktplatz.matching.rounds.sides import cut_sides, turn_sides

_SEED: Final = 2006
_STARTS: Final = 7
_PATIENCE: Final = 48
"""Refills in a row without gain, after which a start is given up."""

_MOST_WORK: Final = 200_000
"""Talks that go through flows in all; about a microsecond each. A clock would make the timetable depend on the machine."""

_SIZES: Final = (1, 2, 1, 3)
"""How many rounds are filled anew together. One round is exact, several can exchange talks."""


def search_rounds(hall: Hall, side: BoolArray | None, goal: int, prices: Prices) -> IntArray:
    """A round for every talk worth holding, `UNHELD` for the others; shape (E,).

    The first start follows the relaxation that knows the rounds, round by round. In the others a simpler relaxation chooses talks
    for all rounds together; one flow per round spreads them, the most urgent talks first, and what does not fit is squeezed in by
    alternating paths. Then one to three rounds at a time are emptied and filled anew, all else fixed; a result is kept unless its
    value (pairings, served and points as one number) falls. Ends at `goal`, which cannot be exceeded, or when nothing has helped
    for long.
    """
    search = _Search(hall, side, goal, prices)
    best, best_value = search.round_of, -1
    for start in range(_STARTS):
        search.run(guided=start == 0, shaken=start > 1)
        if search.value > best_value:
            best, best_value = search.round_of, search.value
        if search.is_over:
            break
    return best


class _Search:
    def __init__(self, hall: Hall, side: BoolArray | None, goal: int, prices: Prices) -> None:
        self.hall, self.goal, self.prices = hall, goal, prices
        self.side = cut_sides(hall) if side is None else side
        self.has_odd_circles = side is None
        self.generator = np.random.default_rng(_SEED)
        self.round_of: IntArray = np.full(len(hall.first), UNHELD, dtype=np.int64)
        self.value = 0
        self.work = 0

    @property
    def is_over(self) -> bool:
        return self.value >= self.goal or self.work >= _MOST_WORK

    def run(self, *, guided: bool, shaken: bool) -> None:
        """From nothing to where no refill helps any more."""
        self.round_of, self.value = np.full(len(self.hall.first), UNHELD, dtype=np.int64), 0
        everything = np.arange(len(self.hall.rounds))
        if guided:
            self._follow_prices()
        else:
            self._refill(everything, shaken=shaken)
        stalled = tries = 0
        while stalled < _PATIENCE and not self.is_over:
            rounds = self.generator.permutation(everything)[: _SIZES[tries % len(_SIZES)]]
            tries += 1
            stalled = 0 if self._refill(np.sort(rounds), shaken=stalled % 8 > 5) else stalled + 1

    def _follow_prices(self) -> None:
        share = Share(self.hall, self.round_of, np.arange(len(self.hall.rounds)), self.side)
        for round_ in share.rounds.tolist():
            share.follow(round_, self.prices.share[:, round_], self.prices.talk // GRAIN)
        self.work += share.work
        self.round_of, self.value = share.round_of, self.hall.value(share.round_of)

    def _refill(self, rounds: IntArray, *, shaken: bool) -> bool:
        """Fill some rounds anew and keep the result unless it is worse; whether it got better."""
        share = Share(self.hall, self.round_of, rounds, self._turn(rounds, shaken=shaken), self.generator if shaken else None)
        left = share.spread(share.choose(share.rounds))
        if len(left) and len(rounds) > 1:
            left = share.squeeze(left)
        if len(left):
            for round_ in share.rounds.tolist():
                share.top_up(round_)
        self.work += share.work
        value = self.hall.value(share.round_of)
        better = value > self.value
        if value >= self.value:
            self.round_of, self.value = share.round_of, value
        return better

    def _turn(self, rounds: IntArray, *, shaken: bool) -> BoolArray:
        held = np.flatnonzero(np.isin(self.round_of, rounds))
        if not self.has_odd_circles or (not held.size and not shaken):
            return self.side
        return turn_sides(self.hall, held, self.side, self.generator)
