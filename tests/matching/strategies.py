"""Markets for the tests: Hypothesis strategies for small ones, a seeded generator for larger ones; no expectations here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from random import Random

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from marktplatz.matching import Pair, Problem
from marktplatz.matching.problem import EXCLUSIONS
from marktplatz.vocabulary import Rule

MOST_PAIRS = 11
"""So many listed pairs at most: the oracle tries all their subsets."""

COARSE = st.sampled_from([0, 1, 500, 1000])
FINE = st.integers(0, 1000)
WORTHLESS = st.just(0)

Key = tuple[str, str]


def examples(count: int) -> settings:
    """The same examples every time; no deadline and no health check on speed, since the machine may be slow."""
    return settings(max_examples=count, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclass(frozen=True)
class Market:
    """What goes into `Problem.from_pairs`, kept as plain values so that the oracle needs none of the Problem's arrays."""

    companies: tuple[str, ...] = ()
    nonprofits: tuple[str, ...] = ()
    offers: Mapping[str, str] = field(default_factory=dict)
    needs: Mapping[str, str] = field(default_factory=dict)
    pairs: tuple[Pair, ...] = ()
    capacity: Mapping[str, int] = field(default_factory=dict)
    max_agreements: Mapping[str, int] = field(default_factory=dict)
    pinned: tuple[Key, ...] = ()
    forbidden: tuple[Key, ...] = ()
    no_thanks: tuple[Key, ...] = ()
    same_owner: tuple[Key, ...] = ()
    max_pairs_between: int | None = 1

    @property
    def listed(self) -> list[Key]:
        return [(pair.offer, pair.need) for pair in self.pairs]

    def problem(self) -> Problem:
        """The Problem of this market; `from_pairs` knows no wishes and owners, so these two rules are set afterwards."""
        problem = Problem.from_pairs(
            companies=self.companies,
            nonprofits=self.nonprofits,
            offers=self.offers,
            needs=self.needs,
            pairs=self.pairs,
            capacity=self.capacity,
            max_agreements=self.max_agreements,
            pinned=self.pinned,
            forbidden=self.forbidden,
            max_pairs_between=self.max_pairs_between,
        )
        exclusions = problem.exclusions.copy()
        for rule, keys in ((Rule.NO_THANKS, self.no_thanks), (Rule.SAME_OWNER, self.same_owner)):
            lines, code = problem.find_pairs(keys), EXCLUSIONS.index(rule)
            exclusions[lines] = np.where(exclusions[lines] == 0, code, np.minimum(exclusions[lines], code))
        return replace(problem, exclusions=exclusions)

    def shuffled(self, random: Random) -> "Market":
        """The same content with every list and mapping in another order."""

        def mix(values: Iterable) -> tuple:
            order = list(values)
            random.shuffle(order)
            return tuple(order)

        return Market(
            companies=mix(self.companies),
            nonprofits=mix(self.nonprofits),
            offers=dict(mix(self.offers.items())),
            needs=dict(mix(self.needs.items())),
            pairs=mix(self.pairs),
            capacity=dict(mix(self.capacity.items())),
            max_agreements=dict(mix(self.max_agreements.items())),
            pinned=mix(self.pinned),
            forbidden=mix(self.forbidden),
            no_thanks=mix(self.no_thanks),
            same_owner=mix(self.same_owner),
            max_pairs_between=self.max_pairs_between,
        )


LIMITS = st.sampled_from([st.none(), st.just(1), st.sampled_from([1, None, 2, 3, 2, 3, 0]), st.sampled_from([1, 1, 2])])
SHUTTING_OUT = ("forbidden", "no_thanks", "same_owner")


@st.composite
def markets(draw: st.DrawFn, *, with_pins: bool = True, min_pairs: int = 0) -> Market:
    """Up to 4 organisations a side, 4 offers and 4 needs on any of them, and at most MOST_PAIRS listed pairs.

    Numbers are drawn from lists that favour full markets: most of the few-pair ones have a single plan and show nothing.
    """
    sizes = st.sampled_from([1, 2, 3, 4, 2, 3, 4, 3] + [0] * (min_pairs == 0))
    companies = tuple(f"c{i}" for i in range(draw(sizes)))
    nonprofits = tuple(f"n{i}" for i in range(draw(sizes)))
    organisations = companies + nonprofits
    offers, needs = ({f"{side}{i}": owner for i, owner in enumerate(_draw_owners(draw, organisations))} for side in "ab")
    within_kind, with_own = draw(st.sampled_from([False, True, True])), draw(st.sampled_from([False, False, True]))
    possible = [
        (offer, need)
        for offer, giver in offers.items()
        for need, taker in needs.items()
        if (with_own if giver == taker else within_kind or (giver in companies) != (taker in companies))
    ]
    count = max(min_pairs, min(MOST_PAIRS, len(possible)) - draw(st.sampled_from([0, 1, 0, 2, 0, 4])))
    listed = draw(st.permutations(possible))[:count]
    points = draw(st.sampled_from([COARSE, COARSE, FINE, WORTHLESS]))
    pinned = draw(st.sampled_from([0, 0, 1, 2])) if with_pins else 0
    pins = draw(st.permutations(listed))[:pinned]
    if with_pins and draw(st.integers(0, 15)) == 15:
        pins = [*pins, draw(st.sampled_from([*possible, ("a0", "gone"), ("nobody", "nothing")]))]
    out = draw(st.permutations(listed))[: draw(st.sampled_from([0, 0, 0, 1, 2, 3]))]
    return Market(
        companies=companies,
        nonprofits=nonprofits,
        offers=offers,
        needs=needs,
        pairs=tuple(Pair(offer, need, draw(points)) for offer, need in listed),
        capacity=_draw_limits(draw, [*offers, *needs], draw(LIMITS)),
        max_agreements=_draw_limits(draw, organisations, draw(LIMITS)),
        pinned=tuple(dict.fromkeys(pins)),
        max_pairs_between=draw(st.sampled_from([1, None, 2, 1, None, 2, 0])),
        **{rule: tuple(key for key in out if draw(st.booleans())) for rule in SHUTTING_OUT},
    )


def _draw_owners(draw: st.DrawFn, organisations: tuple[str, ...]) -> list[str]:
    """Who has the up to 4 entries of one side; two in three times everybody one at most, so that they compete for partners."""
    count = draw(st.sampled_from([1, 3, 4, 4, 4])) if organisations else 0
    if draw(st.sampled_from([False, True, True])):
        return draw(st.permutations(organisations))[:count]
    return [draw(st.sampled_from(organisations)) for _ in range(count)]


def _draw_limits(draw: st.DrawFn, ids: Iterable[str], limits: st.SearchStrategy[int | None]) -> dict[str, int]:
    drawn = {id_: draw(limits) for id_ in ids}
    return {id_: limit for id_, limit in drawn.items() if limit is not None}


@st.composite
def previous_plans(draw: st.DrawFn, market: Market) -> list[Key]:
    """Any listed pairs, kept possible or not, and pairs that the market does not know (any more)."""
    strangers = [("a0", "gone"), ("gone", "b0"), ("nobody", "nothing")]
    known = st.lists(st.sampled_from(market.listed), unique=True) if market.pairs else st.just([])
    return draw(known) + draw(st.just([]) | st.lists(st.sampled_from(strangers), unique=True))


def make_market(
    rng: np.random.Generator,
    size: tuple[int, int],
    *,
    degree: float = 5.0,
    within_kind: bool = False,
    top: int = 1000,
    most: int = 3,
    max_pairs_between: int | None = 1,
    pins: int = 0,
) -> Market:
    """A random market of (companies, nonprofits); organisations of both kinds give and take, about `degree` pairs an offer.

    `top` is the highest number of points (few values make ties, 0 a worthless market), `most` the highest maximum and capacity.
    """
    companies = tuple(f"c{i:03}" for i in range(size[0]))
    nonprofits = tuple(f"n{i:03}" for i in range(size[1]))
    owners = np.array(companies + nonprofits)
    offers = {f"a{i:03}": str(owners[i]) for i in range(len(owners)) if rng.random() < 0.8}
    needs = {f"b{i:03}": str(owners[i]) for i in range(len(owners)) if rng.random() < 0.8}
    density = min(1.0, degree / max(1, len(needs)))
    pairs = [
        Pair(offer, need, int(rng.integers(0, top + 1)))
        for offer, giver in offers.items()
        for need, taker in needs.items()
        if rng.random() < density and (within_kind or giver[0] != taker[0])
    ]
    market = Market(
        companies=companies,
        nonprofits=nonprofits,
        offers=offers,
        needs=needs,
        pairs=tuple(pairs),
        capacity={entry: int(rng.integers(1, most + 1)) for entry in (*offers, *needs) if rng.random() < 0.4},
        max_agreements={str(owner): int(rng.integers(1, most + 1)) for owner in owners if rng.random() < 0.7},
        max_pairs_between=max_pairs_between,
    )
    return replace(market, pinned=_choose_disjoint(market, pins))


def _choose_disjoint(market: Market, count: int) -> tuple[Key, ...]:
    """Pins that cannot clash: no organisation is in two of them, and none is a deal with oneself."""
    used: set[str] = set()
    chosen: list[Key] = []
    for pair in market.pairs:
        ends = {market.offers[pair.offer], market.needs[pair.need]}
        if len(chosen) < count and len(ends) == 2 and not ends & used:
            chosen.append((pair.offer, pair.need))
            used |= ends
    return tuple(chosen)
