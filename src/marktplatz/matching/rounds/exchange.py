"""Two or three rounds of a timetable emptied and filled best together, all else fixed."""

from itertools import combinations, cycle
from typing import Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, vstack

from marktplatz.matching.problem import BoolArray, IntArray
from marktplatz.matching.rounds.hall import UNHELD, Hall
from marktplatz.matching.rounds.prices import Prices

_SEED: Final = 2011
_CHOICES: Final = 7
"""So many talks and rounds for each that can be held; others lose too much by the prices and are left where they are."""
_MOST_ROUNDS: Final = 12
_PHASES: Final = ((2, 24_000_000),)
_PHASES_IF_SPARSE: Final = ((2, 12_000_000), (3, 84_000_000), (2, 24_000_000))
"""How many rounds are filled together, and up to which work: squares of the models' variables; about fifty million a second."""
_SPARSE: Final = 0.4
"""Three rounds are filled together only where no more of all talks and rounds is possible: else that takes four times as long."""
_LARGEST: Final = {2: 2_000, 3: 1_700}
"""Larger models take too long, and those of three rounds longer for their size."""
_MOST_NODES: Final = 1
_MOST_BROKEN: Final = 30
"""The relaxation of so few rounds is nearly always whole; where it is not at all, others are tried instead."""
_ROUNDING: Final = 1e-6


def exchange_rounds(hall: Hall, round_of: IntArray, prices: Prices, goal: int) -> IntArray:
    """The rounds of the talks, with two and then three at a time filled anew as long as it pays; never worse, at best `goal`.

    Two rounds are soon filled and soon as good as they can be; what only goes around through a third takes longer to find.
    """
    promising = prices.find_promising(_CHOICES)
    value, work = hall.value(round_of), 0
    is_sparse = bool(hall.allowed.mean() < _SPARSE) if hall.allowed.size else False
    for together, most_work in _PHASES_IF_SPARSE if is_sparse else _PHASES:
        groups, stalled = _choose_groups(len(hall.rounds), together), 0
        for rounds in cycle(groups):
            if stalled >= len(groups) or value >= goal or work > most_work:
                break
            model = _Model(hall, round_of, rounds, promising)
            stalled += 1
            if not 0 < len(model.talks) <= _LARGEST[together]:
                continue
            work += len(model.talks) ** 2
            filled = model.fill()
            if hall.value(filled) > value:
                round_of, value, stalled = filled, hall.value(filled), 0
    return round_of


def _choose_groups(count: int, together: int) -> list[IntArray]:
    """Which rounds to fill together, in an order by chance."""
    generator = np.random.default_rng(_SEED)
    some = generator.permutation(count)[:_MOST_ROUNDS]
    groups = list(combinations(some, together))
    return [np.sort(groups[index]) for index in generator.permutation(len(groups))]


class _Model:
    """Binary variables: talks in some rounds, then organisations that nothing else serves."""

    def __init__(self, hall: Hall, round_of: IntArray, rounds: IntArray, promising: BoolArray) -> None:
        self.hall, self.round_of, self.rounds = hall, round_of, rounds
        self.inside = np.isin(round_of, rounds)
        candidates = promising[:, rounds] | (round_of[:, None] == rounds)
        candidates[(round_of != UNHELD) & ~self.inside] = False
        self.talks, self.at = np.nonzero(candidates)

    def fill(self) -> IntArray:
        """The rounds of all talks after these rounds were filled; as they were if the model gives nothing."""
        waiting = np.flatnonzero(~self.hall.served(~self.inside & (self.round_of != UNHELD)))
        matrix, room = self._rules(waiting)
        gains = np.concatenate([self._worth(), np.full(len(waiting), self._most_points())])
        rules = LinearConstraint(matrix, ub=room)
        answer = milp(-gains, constraints=rules, bounds=Bounds(0, 1))
        broken = 0 if answer.x is None else int((np.abs(answer.x - np.rint(answer.x)) > _ROUNDING).sum())
        if broken > _MOST_BROKEN:
            return self.round_of
        if broken:
            # What is whole is held; what is left to decide is small.
            sure = Bounds(answer.x > 1 - _ROUNDING, 1)
            answer = milp(
                -gains, constraints=rules, bounds=sure, integrality=np.ones(len(gains)), options={"node_limit": _MOST_NODES}
            )
        if answer.x is None:
            return self.round_of
        held = answer.x[: len(self.talks)] > 0.5
        filled = np.where(self.inside, UNHELD, self.round_of)
        filled[self.talks[held]] = self.rounds[self.at[held]]
        return filled

    def _worth(self) -> IntArray:
        """Points, and so much for a pairing that meets that it is rarely given up; who asked looks at the true value anyway."""
        worth: IntArray = self.hall.points[self.talks] + self._most_points() * self.hall.meets[self.talks]
        return worth

    def _most_points(self) -> int:
        return 2 * int(self.hall.points.max(initial=0)) + 1

    def _rules(self, waiting: IntArray) -> tuple[csr_array, IntArray]:
        hall, talks, count = self.hall, self.talks, len(self.rounds)
        columns, size, apart = np.arange(len(talks)), len(talks), ~hall.is_loop[self.talks]
        seats = np.concatenate([hall.first_seat[talks], hall.second_seat[talks][apart]])
        at = np.concatenate([self.at, self.at[apart]])
        blocks = [
            _ones(talks, columns, (len(hall.first), size)),
            _ones(seats * count + at, np.concatenate([columns, columns[apart]]), (hall.organisations * count, size)),
            _ones(self.at, columns, (count, size)),
        ]
        room = [np.ones(len(hall.first), dtype=np.int64), hall.room[:, self.rounds].ravel(), np.full(count, hall.tables)]
        rules, limits = vstack(blocks, format="csr"), np.concatenate(room)
        binding = np.diff(rules.indptr) > limits
        rules = coo_array(rules[binding])
        rules.resize(int(binding.sum()), size + len(waiting))
        return vstack([rules, self._serving(waiting)], format="csr"), np.append(limits[binding], np.zeros(len(waiting)))

    def _serving(self, waiting: IntArray) -> csr_array:
        """Who counts as served must be in a talk."""
        position = np.full(self.hall.organisations, -1)
        position[waiting] = np.arange(len(waiting))
        ends = np.concatenate([position[self.hall.first[self.talks]], position[self.hall.second[self.talks]]])
        columns = np.tile(np.arange(len(self.talks)), 2)
        shape = (len(waiting), len(self.talks) + len(waiting))
        return _ones(np.arange(len(waiting)), len(self.talks) + np.arange(len(waiting)), shape) - _ones(
            ends[ends >= 0], columns[ends >= 0], shape
        )


def _ones(rows: IntArray, columns: IntArray, shape: tuple[int, int]) -> csr_array:
    return coo_array((np.ones(len(rows)), (rows, columns)), shape=shape).tocsr()
