"""What is to be solved and what came out, as arrays: Pair, Problem (checks itself), Assignment. No market file, no solver."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from marktplatz.errors import Finding, InvalidInput
from marktplatz.vocabulary import MAX_POINTS, PlanStatus, Rule

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

UNLIMITED: Final = 2**31 - 1
"""A limit that no market reaches; an ordinary number, so that no code needs a special case for "no limit"."""

EXCLUSIONS: Final = (None, Rule.FORBIDDEN, Rule.NO_THANKS, Rule.SAME_ORGANISATION, Rule.SAME_OWNER)
"""What `Problem.exclusions` counts: 0 is a free pair, i > 0 the first of these rules that shuts the pair out."""


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """One possible deal: an offer, a need and what the pair is worth in whole points, 0 to 1000."""

    offer: str
    need: str
    points: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """Pins that cannot hold together: the first hard rule they break, the entries and organisations concerned."""

    rule: Rule
    entries: tuple[str, ...]
    organisations: tuple[str, ...] = ()
    count: int = 0
    limit: int = 0


@dataclass(frozen=True, eq=False)
class Problem:
    """A market as the solver sees it: sorted ids and arrays over organisations, offers, needs and pairs.

    Everything is sorted by id and pairs by (offer, need), so the same content is the same Problem in any input order.

    Attributes
    ----------
    organisations : tuple of str, length O, sorted
    is_company : bool array, shape (O,)
    max_agreements : int array, shape (O,)
        In how many pairs an organisation may be, giving and taking together.
    offers, needs : tuple of str, lengths A and N, sorted
    offer_organisation, need_organisation : int arrays, shapes (A,) and (N,)
        Index into `organisations`.
    offer_capacity, need_capacity : int arrays, shapes (A,) and (N,)
    pair_offer, pair_need : int arrays, shape (P,)
        Indices into `offers` and `needs`; strictly increasing as tuples.
    points : int array, shape (P,), 0 to 1000
    exclusions : int array, shape (P,)
        Index into `EXCLUSIONS`; only pairs with 0 are eligible for the solver.
    pinned : bool array, shape (P,)
    stray_pins : tuple of (offer id, need id)
        Pins on pairs that are not in the table at all.
    max_pairs_between : int
        In how many pairs the same two organisations may be together, both directions counted.

    Raises
    ------
    InvalidInput
        Where shapes, ranges or the order are broken.

    Examples
    --------
    >>> problem = Problem.from_pairs(
    ...     companies=["bank"], nonprofits=["club"], offers={"paint": "bank"}, needs={"walls": "club"},
    ...     pairs=[Pair("paint", "walls", 700)])
    >>> problem.pair(0)
    Pair(offer='paint', need='walls', points=700)
    """

    organisations: tuple[str, ...]
    is_company: BoolArray
    max_agreements: IntArray
    offers: tuple[str, ...]
    offer_organisation: IntArray
    offer_capacity: IntArray
    needs: tuple[str, ...]
    need_organisation: IntArray
    need_capacity: IntArray
    pair_offer: IntArray
    pair_need: IntArray
    points: IntArray
    exclusions: IntArray
    pinned: BoolArray
    stray_pins: tuple[tuple[str, str], ...] = ()
    max_pairs_between: int = 1

    def __post_init__(self) -> None:
        for name, array, length in (
            ("is_company", self.is_company, len(self.organisations)),
            ("max_agreements", self.max_agreements, len(self.organisations)),
            ("offer_organisation", self.offer_organisation, len(self.offers)),
            ("offer_capacity", self.offer_capacity, len(self.offers)),
            ("need_organisation", self.need_organisation, len(self.needs)),
            ("need_capacity", self.need_capacity, len(self.needs)),
            ("pair_need", self.pair_need, len(self.pair_offer)),
            ("points", self.points, len(self.pair_offer)),
            ("exclusions", self.exclusions, len(self.pair_offer)),
            ("pinned", self.pinned, len(self.pair_offer)),
        ):
            if array.shape != (length,):
                raise _malformed(name, f"shape {array.shape}, expected {(length,)}")
        for name, ids in (("organisations", self.organisations), ("offers", self.offers), ("needs", self.needs)):
            if any(left >= right for left, right in pairwise(ids)):
                raise _malformed(name, "ids must be sorted and unique")
        for name, array, top in (
            ("offer_organisation", self.offer_organisation, len(self.organisations) - 1),
            ("need_organisation", self.need_organisation, len(self.organisations) - 1),
            ("pair_offer", self.pair_offer, len(self.offers) - 1),
            ("pair_need", self.pair_need, len(self.needs) - 1),
            ("points", self.points, MAX_POINTS),
            ("exclusions", self.exclusions, len(EXCLUSIONS) - 1),
            ("max_agreements", self.max_agreements, UNLIMITED),
            ("offer_capacity", self.offer_capacity, UNLIMITED),
            ("need_capacity", self.need_capacity, UNLIMITED),
        ):
            if array.size and (array.min() < 0 or array.max() > top):
                raise _malformed(name, f"outside 0 to {top}")
        if np.any(np.diff(self.pair_offer * max(1, len(self.needs)) + self.pair_need) <= 0):
            raise _malformed("pair_offer", "pairs must be sorted by (offer, need) and unique")

    @classmethod
    def from_pairs(
        cls,
        *,
        companies: Iterable[str],
        nonprofits: Iterable[str],
        offers: Mapping[str, str],
        needs: Mapping[str, str],
        pairs: Iterable[Pair],
        capacity: Mapping[str, int] | None = None,
        max_agreements: Mapping[str, int] | None = None,
        pinned: Iterable[tuple[str, str]] = (),
        forbidden: Iterable[tuple[str, str]] = (),
        max_pairs_between: int | None = 1,
    ) -> "Problem":
        """Build a Problem by hand, as in a notebook; a missing capacity is 1, a missing maximum no limit.

        Parameters
        ----------
        companies, nonprofits : iterables of organisation ids
        offers, needs : mappings of entry id to organisation id
        pairs : iterable of Pair
            The eligible pairs.
        pinned, forbidden : iterables of (offer id, need id)
        max_pairs_between : int or None
            None means no limit.
        """
        capacity, max_agreements, forbidden = capacity or {}, max_agreements or {}, set(forbidden)
        kinds = dict.fromkeys(companies, True) | dict.fromkeys(nonprofits, False)
        organisations, offer_ids, need_ids = tuple(sorted(kinds)), tuple(sorted(offers)), tuple(sorted(needs))
        position = {id_: index for index, id_ in enumerate(organisations)}
        offer_at = {id_: index for index, id_ in enumerate(offer_ids)}
        need_at = {id_: index for index, id_ in enumerate(need_ids)}
        rows = sorted((offer_at[p.offer], need_at[p.need], p.points, int((p.offer, p.need) in forbidden)) for p in pairs)
        table = np.array(rows, dtype=np.int64).reshape(-1, 4)
        offer_organisation = np.array([position[offers[o]] for o in offer_ids], dtype=np.int64)
        need_organisation = np.array([position[needs[n]] for n in need_ids], dtype=np.int64)
        same = offer_organisation[table[:, 0]] == need_organisation[table[:, 1]]
        exclusions = np.where(
            table[:, 3] > 0, EXCLUSIONS.index(Rule.FORBIDDEN), np.where(same, EXCLUSIONS.index(Rule.SAME_ORGANISATION), 0)
        )
        pins = set(pinned)
        listed = [(offer_ids[a], need_ids[n]) for a, n, *_ in rows]
        return cls(
            organisations=organisations,
            is_company=np.array([kinds[o] for o in organisations], dtype=np.bool_),
            max_agreements=np.array([max_agreements.get(o, UNLIMITED) for o in organisations], dtype=np.int64),
            offers=offer_ids,
            offer_organisation=offer_organisation,
            offer_capacity=np.array([capacity.get(o, 1) for o in offer_ids], dtype=np.int64),
            needs=need_ids,
            need_organisation=need_organisation,
            need_capacity=np.array([capacity.get(n, 1) for n in need_ids], dtype=np.int64),
            pair_offer=table[:, 0],
            pair_need=table[:, 1],
            points=table[:, 2],
            exclusions=exclusions.astype(np.int64),
            pinned=np.array([pair in pins for pair in listed], dtype=np.bool_),
            stray_pins=tuple(sorted(pins - set(listed))),
            max_pairs_between=UNLIMITED if max_pairs_between is None else max_pairs_between,
        )

    @property
    def giving(self) -> IntArray:
        """Organisation that gives in each pair, shape (P,)."""
        return self.offer_organisation[self.pair_offer]

    @property
    def taking(self) -> IntArray:
        """Organisation that takes in each pair, shape (P,)."""
        return self.need_organisation[self.pair_need]

    @property
    def eligible(self) -> BoolArray:
        """Pairs that no rule shuts out, shape (P,)."""
        return self.exclusions == 0

    def pair(self, index: int) -> Pair:
        return Pair(self.offers[self.pair_offer[index]], self.needs[self.pair_need[index]], int(self.points[index]))

    def find_pairs(self, pairs: Iterable[tuple[str, str]]) -> IntArray:
        """Indices of the given (offer id, need id) that are in the table, ascending; the others are left out."""
        wanted = set(pairs)
        if not wanted:
            return np.empty(0, dtype=np.int64)
        offer_at = {id_: index for index, id_ in enumerate(self.offers)}
        need_at = {id_: index for index, id_ in enumerate(self.needs)}
        width = max(1, len(self.needs))
        keys = sorted(offer_at[o] * width + need_at[n] for o, n in wanted if o in offer_at and n in need_at)
        table = self.pair_offer * width + self.pair_need
        found = np.searchsorted(table, keys)
        inside = found < len(table)
        kept = found[inside]
        return kept[table[kept] == np.array(keys, dtype=np.int64)[inside]]


@dataclass(frozen=True, eq=False)
class Assignment:
    """The chosen pairs with their proof; a value that `find_violations` can check against the Problem.

    Attributes
    ----------
    status : PlanStatus
    chosen : int array, ascending
        Indices into the Problem's pairs.
    served : int
        Organisations in at least one chosen pair.
    points : int
        Sum of the chosen pairs' points.
    bound_served, bound_points : int
        No assignment serves more organisations; none that serves `bound_served` has more points.
    refusals : tuple of Refusal
        Why pins were refused; then nothing is chosen.
    method : str
        How the proof was found: "flow" or "full model".
    """

    status: PlanStatus
    chosen: IntArray
    served: int
    points: int
    bound_served: int
    bound_points: int
    refusals: tuple[Refusal, ...] = ()
    method: str = "flow"

    def pairs(self, problem: Problem) -> Sequence[Pair]:
        return [problem.pair(int(index)) for index in self.chosen]


def _malformed(name: str, what: str) -> InvalidInput:
    return InvalidInput(Finding("malformed_problem", params={"field": name, "found": what}))
