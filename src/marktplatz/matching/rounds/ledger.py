"""Who talks when, as a book that can be changed talk by talk: alternating paths make room and can be taken back."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from marktplatz.matching.problem import IntArray
from marktplatz.matching.rounds.hall import Hall

_SEARCH_WIDTH = 40
"""How many talks of a full round are tried to move out of it."""


class Ledger:
    """The talks that may move, by seat and by round.

    Parameters
    ----------
    hall : Hall
    rounds : sequence of int
        Where talks may be put.
    room : int array, shape (O, R)
        Talks of this ledger for which a seat has room.
    most : int array, shape (R,)
        Talks of this ledger that a round can hold.
    """

    def __init__(self, hall: Hall, rounds: Sequence[int], room: IntArray, most: IntArray) -> None:
        self.hall, self.rounds, self.room, self.most = hall, list(rounds), room, most
        self.round_of: dict[int, int] = {}
        self.held: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        self.sizes: defaultdict[int, int] = defaultdict(int)
        self._log: list[tuple[int, int | None]] = []
        self._moved: set[int] = set()

    def enter(self, talks: Iterable[int], rounds: Iterable[int]) -> None:
        """Write down talks as they stand."""
        for talk, round_ in zip(talks, rounds, strict=True):
            self._put(talk, round_)

    def find_moves(self, talk: int) -> dict[int, int] | None:
        """The new rounds of this and of the talks that make room for it, as few as the search finds; None if it finds no way."""
        best: dict[int, int] | None = None
        for round_ in self.rounds:
            if not self.hall.allowed[talk, round_]:
                continue
            for other in self.rounds:
                if self._try(talk, round_, other) and (best is None or len(self._moved) < len(best)):
                    best = {moved: self.round_of[moved] for moved in self._moved}
                self._take_back(0)
                if best is not None and len(best) == 1:
                    return best
        return best

    def place(self, talk: int, most_moves: int | None = None) -> bool:
        """Hold one more talk, moving as few others as the search finds; False if it finds no way, and then nothing changes.

        Nor does anything if it finds none with so few others.
        """
        moves = self.find_moves(talk)
        if moves is None or (most_moves is not None and len(moves) > 1 + most_moves):
            return False
        for moved, round_ in moves.items():
            self._move(moved, round_)
        self._log.clear()
        self._moved.clear()
        return True

    def place_nearby(self, talk: int) -> bool:
        """Hold one more talk if at most talks of the same two organisations have to move, each to where it is in nobody's way."""
        best: dict[int, int] | None = None
        for round_ in self.rounds:
            if self.hall.allowed[talk, round_] and self.sizes[round_] < self.most[round_]:
                self._move(talk, round_)
                fits = all(self._follow(seat, round_, round_) for seat in self._seats(talk)) and self._fits()
                if fits and (best is None or len(self._moved) < len(best)):
                    best = {moved: self.round_of[moved] for moved in self._moved}
                self._take_back(0)
        for moved, round_ in (best or {}).items():
            self._move(moved, round_)
        self._log.clear()
        self._moved.clear()
        return best is not None

    def _try(self, talk: int, round_: int, other: int) -> bool:
        """Put the talk into a round and swap paths of two rounds, or single talks into any third, until nobody is overbooked."""
        self._move(talk, round_)
        return self._settle(talk, round_, other) and self._relieve(round_)

    def _settle(self, talk: int, round_: int, other: int) -> bool:
        return all(self._follow(seat, round_, other) for seat in self._seats(talk))

    def _follow(self, seat: int, round_: int, other: int) -> bool:
        """The alternating path from an overbooked seat."""
        while len(self.held[seat, round_]) > self.room[seat, round_]:
            waiting = [talk for talk in self.held[seat, round_] if talk not in self._moved]
            if any(self._escape(talk) for talk in waiting):
                return True
            step = next((talk for talk in waiting if self.hall.allowed[talk, other]), None)
            if step is None or other == round_:
                return False
            self._move(step, other)
            if len(self.held[seat, other]) > self.room[seat, other]:
                return False
            seat = next((end for end in self._seats(step) if end != seat), seat)
            round_, other = other, round_
        return True

    def _escape(self, talk: int) -> bool:
        """Move a talk to where it is in nobody's way."""
        for round_ in self.rounds:
            if (
                self.sizes[round_] < self.most[round_]
                and self.hall.allowed[talk, round_]
                and round_ != self.round_of[talk]
                and all(len(self.held[seat, round_]) < self.room[seat, round_] for seat in self._seats(talk))
            ):
                self._move(talk, round_)
                return True
        return False

    def _relieve(self, round_: int) -> bool:
        """Move one talk over, with a path, where the hall has too few tables in a round."""
        if self.sizes[round_] <= self.most[round_]:
            return self._fits()
        staying = [talk for talk, where in self.round_of.items() if where == round_ and talk not in self._moved]
        if any(self._escape(talk) for talk in staying):
            return self._fits()
        mark = len(self._log)
        for other in self.rounds:
            if self.sizes[other] >= self.most[other]:
                continue
            for talk in staying[:_SEARCH_WIDTH]:
                if self.hall.allowed[talk, other]:
                    self._move(talk, other)
                    if self._settle(talk, other, round_) and self._fits():
                        return True
                    self._take_back(mark)
        return False

    def _fits(self) -> bool:
        """Paths that grow into each other can still overbook somebody, so everything touched is looked at once more."""
        return all(
            self.sizes[round_] <= self.most[round_]
            and all(len(self.held[seat, round_]) <= self.room[seat, round_] for seat in self._seats(talk))
            for talk in self._moved
            for round_ in [self.round_of[talk]]
        )

    def _seats(self, talk: int) -> tuple[int, ...]:
        first, second = int(self.hall.first_seat[talk]), int(self.hall.second_seat[talk])
        return (first,) if first == second else (first, second)

    def _move(self, talk: int, round_: int) -> None:
        self._log.append((talk, self.round_of.get(talk)))
        self._moved.add(talk)
        if talk in self.round_of:
            self._take(talk)
        self._put(talk, round_)

    def _take_back(self, mark: int) -> None:
        while len(self._log) > mark:
            talk, before = self._log.pop()
            self._moved.discard(talk)
            self._take(talk)
            if before is not None:
                self._put(talk, before)

    def _put(self, talk: int, round_: int) -> None:
        self.round_of[talk] = round_
        self.sizes[round_] += 1
        for seat in self._seats(talk):
            self.held[seat, round_].append(talk)

    def _take(self, talk: int) -> None:
        round_ = self.round_of.pop(talk)
        self.sizes[round_] -= 1
        for seat in self._seats(talk):
            self.held[seat, round_].remove(talk)
