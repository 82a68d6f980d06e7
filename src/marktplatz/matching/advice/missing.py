"""What is missing in a market and how much it would help: newcomers are added on trial, and the market is solved again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from marktplatz.matching.advice.help import has_places
from marktplatz.matching.advice.served import Served, find_most_served, find_prices
from marktplatz.matching.gather import Gathered
from marktplatz.matching.problem import UNLIMITED, BoolArray, IntArray, Problem
from marktplatz.vocabulary import CategoryKind, EntrySide, OrganisationKind


@dataclass(frozen=True, slots=True)
class Missing:
    """What entries of one category by newcomers would do: how many more of the market's own organisations could be served.

    `kind` is that of the newcomers.
    """

    side: EntrySide
    kind: OrganisationKind
    category: str
    with_one: Served
    with_two: Served
    with_five: Served


def find_missing(gathered: Gathered) -> tuple[Missing, ...]:
    """Which offers or needs are short, by category and by the kind of who would bring them; what helps most comes first.

    For every category, side and kind of organisation one, two and five entries are added, and the most organisations that
    can be served is found anew (`find_most_served`), so that offers which become free for others count too. Only what would help
    is told.

    Notes
    -----
    A newcomer's entry has no dates, place or size, one partner, and fits every entry of its very category on the other side that
    belongs to the other kind of organisation and has a place; none that is open or of a neighbouring category. Nobody competes
    with newcomers or refuses them, and a return would be found. They are not counted themselves: they would all find somebody.
    Points are not asked for, since being served comes before all points: the figures are those of `solve`, whatever such a pair
    is worth.
    """
    trial = _Trial(gathered)
    found = [trial.judge(newcomer) for newcomer in trial.newcomers]
    helping = [each for each in found if each.with_five.organisations > 0]
    return tuple(sorted(helping, key=_rank))


def _rank(missing: Missing) -> tuple[int | str, ...]:
    sizes = (missing.with_two, missing.with_one, missing.with_five)
    return (*(-served.organisations for served in sizes), missing.side, missing.kind, missing.category)


@dataclass(frozen=True, slots=True)
class _Newcomer:
    """An organisation with one entry; `fitting` are the indices of the entries on the other side that it fits, `at` its own."""

    side: EntrySide
    kind: OrganisationKind
    category: str
    at: int
    fitting: IntArray


class _Trial:
    """A problem with all newcomers in it, whose entries have no place until one is asked about."""

    def __init__(self, gathered: Gathered) -> None:
        self.newcomers = list(_list_newcomers(gathered))
        own = len(gathered.problem.organisations)
        self._counted = np.arange(own + len(self.newcomers)) < own
        self._problem = _let_in(gathered.problem, self.newcomers)
        self._prices = find_prices(self._open_all(~self._counted), self._counted, self._are_new())
        self._before = self._prices.served if self._prices else find_most_served(self._problem, self._counted)
        self._together = {kind: self._solve_together(kind) for kind in OrganisationKind} if self._prices else {}

    def judge(self, newcomer: _Newcomer) -> Missing:
        """Five first: what they cannot do, few cannot either."""
        five = self._solve(newcomer, 5)
        one = self._solve(newcomer, 1, five) if five != self._before else five
        two = self._solve(newcomer, 2, five) if five != one else five
        one, two, five = (served - self._before for served in (one, two, five))
        return Missing(newcomer.side, newcomer.kind, newcomer.category, one, two, five)

    def _solve(self, newcomer: _Newcomer, places: int, *known: Served) -> Served:
        """A place more serves one organisation more at most: if its pair goes, all others stay as they are."""
        before = self._before
        at_most = min((Served(before.organisations + places, before.companies + places), *known))
        if self._prices is None:
            return find_most_served(self._open(newcomer, places), self._counted, at_most=at_most)
        at_most = min(at_most, self._together[newcomer.kind], self._prices.bound(self._find_worths(newcomer, places)))
        if at_most == before:
            return before
        known_pairs = self._prices.within_kind
        return find_most_served(self._open(newcomer, places), self._counted, at_most=at_most, known_pairs=known_pairs)

    def _solve_together(self, kind: OrganisationKind) -> Served:
        """With all newcomers of one kind, as often as anybody likes: none of them alone can do more."""
        assert self._prices is not None  # noqa: S101 the caller has looked
        new = ~self._counted & (self._problem.is_company == (kind is OrganisationKind.COMPANY))
        return find_most_served(self._open_all(new), self._counted, known_pairs=self._prices.within_kind)

    def _find_worths(self, newcomer: _Newcomer, places: int) -> IntArray:
        """The largest worths that the newcomer's pairs have, of each partner's the largest: as many as there are places."""
        assert self._prices is not None  # noqa: S101 the caller has looked
        problem, is_offer = self._problem, newcomer.side is EntrySide.OFFER
        own, partner = (problem.pair_offer, problem.taking) if is_offer else (problem.pair_need, problem.giving)
        pairs = np.flatnonzero(own == newcomer.at)
        best = np.zeros(len(problem.organisations), dtype=np.int64)
        np.maximum.at(best, partner[pairs], self._prices.worth[pairs])
        return np.sort(best)[-places:]

    def _are_new(self) -> BoolArray:
        """Pairs with a newcomer, shape (P,)."""
        return ~self._counted[self._problem.giving] | ~self._counted[self._problem.taking]

    def _open_all(self, owning: BoolArray) -> Problem:
        """Every entry of some organisations, shape (O,), has a place for everybody."""
        problem = self._problem
        offers, needs = (
            np.where(owning[owners], len(problem.points), capacity)
            for owners, capacity in (
                (problem.offer_organisation, problem.offer_capacity),
                (problem.need_organisation, problem.need_capacity),
            )
        )
        return replace(problem, offer_capacity=offers, need_capacity=needs)

    def _open(self, newcomer: _Newcomer, places: int) -> Problem:
        is_offer = newcomer.side is EntrySide.OFFER
        places_now = (self._problem.offer_capacity if is_offer else self._problem.need_capacity).copy()
        places_now[newcomer.at] = places
        return replace(self._problem, offer_capacity=places_now) if is_offer else replace(self._problem, need_capacity=places_now)


def _list_newcomers(gathered: Gathered) -> Iterator[_Newcomer]:
    """Everybody who would fit anything at all."""
    scene, market = gathered.scene, gathered.scene.market
    at = {EntrySide.OFFER: len(scene.offers.members), EntrySide.NEED: len(scene.needs.members)}
    codes = [code for code, kind in market.category_kinds.items() if kind is not CategoryKind.OPEN]
    for side, kind, code in product(EntrySide, OrganisationKind, codes):
        others = scene.needs if side is EntrySide.OFFER else scene.offers
        fits = np.array([member.category == code for member in others.members], dtype=np.bool_) & has_places(others)
        fits &= scene.is_company[others.organisations] != (kind is OrganisationKind.COMPANY)
        if fits.any():
            yield _Newcomer(side, kind, code, at[side], np.flatnonzero(fits))
            at[side] += 1


def _let_in(problem: Problem, newcomers: Sequence[_Newcomer]) -> Problem:
    """Their ids sort last, so that all others keep their places; their pairs are worth nothing."""
    offering, needing = ([(n, each) for n, each in enumerate(newcomers) if each.side is side] for side in EntrySide)
    owners = np.arange(len(newcomers)) + len(problem.organisations)
    offers = [problem.pair_offer, *(np.full(len(each.fitting), each.at) for _, each in offering), *(e.fitting for _, e in needing)]
    needs = [problem.pair_need, *(e.fitting for _, e in offering), *(np.full(len(each.fitting), each.at) for _, each in needing)]
    pair_offer, pair_need = np.concatenate(offers), np.concatenate(needs)
    order = np.lexsort((pair_need, pair_offer))
    added = len(order) - len(problem.points)
    points, exclusions, pinned = (
        np.concatenate([known, np.zeros(added, dtype=known.dtype)])[order]
        for known in (problem.points, problem.exclusions, problem.pinned)
    )
    of_company = np.array([each.kind is OrganisationKind.COMPANY for each in newcomers], dtype=np.bool_)
    return Problem(
        organisations=_continue(problem.organisations, len(newcomers)),
        is_company=np.concatenate([problem.is_company, of_company]),
        max_agreements=np.concatenate([problem.max_agreements, np.full(len(newcomers), UNLIMITED)]),
        offers=_continue(problem.offers, len(offering)),
        offer_organisation=np.concatenate([problem.offer_organisation, owners[[n for n, _ in offering]]]),
        offer_capacity=np.concatenate([problem.offer_capacity, np.zeros(len(offering), dtype=np.int64)]),
        needs=_continue(problem.needs, len(needing)),
        need_organisation=np.concatenate([problem.need_organisation, owners[[n for n, _ in needing]]]),
        need_capacity=np.concatenate([problem.need_capacity, np.zeros(len(needing), dtype=np.int64)]),
        pair_offer=pair_offer[order],
        pair_need=pair_need[order],
        points=points,
        exclusions=exclusions,
        pinned=pinned,
        stray_pins=problem.stray_pins,
        max_pairs_between=problem.max_pairs_between,
    )


def _continue(ids: tuple[str, ...], count: int) -> tuple[str, ...]:
    """Ids that sort behind all that there are."""
    last = ids[-1] if ids else ""
    return (*ids, *(f"{last}~{number:06}" for number in range(count)))
