"""A market on its day: what happened there, laid over its Problem. Absent, settled, refused and wanted pairs; nothing is solved."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from marktplatz.matching.problem import EXCLUSIONS, UNLIMITED, Problem
from marktplatz.vocabulary import Rule

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Settled:
    """A deal that is closed: who takes part, the pair that it carries out (if it is about one), the entries that it names."""

    parties: tuple[str, ...]
    pair: Key | None = None
    entries: tuple[str, ...] = ()


def problem_of_day(
    problem: Problem,
    *,
    absent: Collection[str] = (),
    forbidden: Iterable[Key] = (),
    settled: Sequence[Settled] = (),
    wanted: Sequence[Key] = (),
) -> Problem:
    """The Problem as the day has made it; it always has a solution.

    Parameters
    ----------
    problem : Problem
        The market with nobody absent; its own pins are not looked at.
    absent : organisation ids
        Nobody who is absent is in a pair, but for what is settled.
    forbidden : iterable of (offer id, need id)
    settled : sequence of Settled
        In the order in which they were settled. A settled pair is pinned; where it can't be (it is not eligible, or its entries are
        used up), and for entries named beside it, the deal uses up one place of each entry, and one agreement of each party.
    wanted : sequence of (offer id, need id)
        Pinned where both are there and no rule is broken, the first ones first; else left to the solver.

    Examples
    --------
    >>> from marktplatz.matching import Pair, Problem, solve
    >>> problem = Problem.from_pairs(
    ...     companies=["bank", "shop"], nonprofits=["club"], offers={"paint": "bank", "bake": "shop"}, needs={"feast": "club"},
    ...     pairs=[Pair("paint", "feast", 700), Pair("bake", "feast", 400)])
    >>> day = problem_of_day(problem, absent=["bank"])
    >>> solve(day).pairs(day)
    [Pair(offer='bake', need='feast', points=400)]
    >>> day = problem_of_day(problem, settled=[Settled(("shop", "club"), ("bake", "feast"))])
    >>> solve(day).pairs(day)
    [Pair(offer='bake', need='feast', points=400)]
    """
    exclusions = problem.exclusions.copy()
    exclusions[problem.find_pairs(forbidden)] = EXCLUSIONS.index(Rule.FORBIDDEN)
    book = _Book(replace(problem, exclusions=exclusions))
    for deal in settled:
        book.settle(deal)
    book.leave({id_ for id_ in absent if id_ in book.organisation_at})
    for key in wanted:
        book.want(key)
    return book.problem()


class _Book:
    """What is left of every limit; pins and uses are entered one by one."""

    def __init__(self, problem: Problem) -> None:
        self._start = problem
        self._offers = len(problem.offers)
        self.organisation_at = {id_: index for index, id_ in enumerate(problem.organisations)}
        self._entry_at = {id_: index for index, id_ in enumerate((*problem.offers, *problem.needs))}
        self._width = max(1, len(problem.needs))
        self._rows = problem.pair_offer * self._width + problem.pair_need
        self._capacity = np.concatenate([problem.offer_capacity, problem.need_capacity])
        self._maximum = problem.max_agreements.copy()
        self._entry_pins = np.zeros_like(self._capacity)
        self._organisation_pins = np.zeros_like(self._maximum)
        self._together: dict[frozenset[int], int] = {}
        self._pinned = np.zeros(len(problem.points), dtype=np.bool_)
        self._absent: set[str] = set()

    def settle(self, deal: Settled) -> None:
        row = None if deal.pair is None else self._pin(deal.pair)
        entries, parties = set(deal.entries) | set(deal.pair or ()), set(deal.parties)
        if row is not None:
            entries -= set(deal.pair or ())
            parties -= {self._start.organisations[int(end)] for end in self._ends(row)}
        for entry in entries & self._entry_at.keys():
            self._capacity[self._entry_at[entry]] -= 1
        for party in parties & self.organisation_at.keys():
            self._maximum[self.organisation_at[party]] -= 1

    def leave(self, absent: set[str]) -> None:
        self._absent = absent
        for id_ in absent:
            self._maximum[self.organisation_at[id_]] = 0

    def want(self, key: Key) -> None:
        self._pin(key)

    def problem(self) -> Problem:
        """Settled deals may have used more than there was; what is pinned always has its place."""
        capacity = np.clip(self._capacity, self._entry_pins, UNLIMITED)
        return replace(
            self._start,
            max_agreements=np.clip(self._maximum, self._organisation_pins, UNLIMITED),
            offer_capacity=capacity[: self._offers],
            need_capacity=capacity[self._offers :],
            pinned=self._pinned,
            stray_pins=(),
        )

    def _find_row(self, key: Key) -> int | None:
        offer, need = (self._entry_at.get(entry, -1) for entry in key)
        if not 0 <= offer < self._offers <= need:
            return None
        wanted = offer * self._width + need - self._offers
        row = int(np.searchsorted(self._rows, wanted))
        return row if row < len(self._rows) and self._rows[row] == wanted else None

    def _ends(self, row: int) -> tuple[int, int]:
        problem = self._start
        offer, need = int(problem.pair_offer[row]), int(problem.pair_need[row])
        return int(problem.offer_organisation[offer]), int(problem.need_organisation[need])

    def _pin(self, key: Key) -> int | None:
        """The pair's row if it could be pinned without breaking a rule."""
        row = self._find_row(key)
        if row is None:
            return None
        entries = [self._entry_at[key[0]], self._entry_at[key[1]]]
        ends = list(self._ends(row))
        both = frozenset(ends)
        if (
            self._start.exclusions[row]
            or self._pinned[row]
            or np.any(self._entry_pins[entries] >= self._capacity[entries])
            or np.any(self._organisation_pins[ends] >= self._maximum[ends])
            or self._together.get(both, 0) >= self._start.max_pairs_between
        ):
            return None
        self._pinned[row] = True
        self._entry_pins[entries] += 1
        self._organisation_pins[ends] += 1
        self._together[both] = self._together.get(both, 0) + 1
        return row
