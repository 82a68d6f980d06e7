"""How a plan treats people: who has how many partners, who gives and takes, how districts and categories fare."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from marktplatz.market import Entry, Market, Organisation
from marktplatz.vocabulary import CategoryKind, OrganisationKind

V = TypeVar("V")

DISTRICT_LETTERS: Final = 3
"""The first letters of the postcode: what a post office calls a region."""

Link = tuple[str, str, str, str]
"""Offer, need, giver, taker."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Of one kind and size: how many organisations are in no pair, in one, in two or more. `size` is an index into `SIZES`."""

    kind: OrganisationKind
    size: int | None
    none: int
    one: int
    more: int

    @property
    def all(self) -> int:
        return self.none + self.one + self.more


@dataclass(frozen=True, slots=True)
class Exchange:
    """Of one kind: how often they give and take, and how many do only one of it, both, or nothing."""

    kind: OrganisationKind
    given: int
    taken: int
    only_give: int
    only_take: int
    both: int
    neither: int


@dataclass(frozen=True, slots=True)
class Share:
    """A group with how many of it are in a pair; `key` is None for what belongs to no group."""

    key: str | None
    served: int
    all: int

    @property
    def percent(self) -> int:
        return round(100 * self.served / self.all) if self.all else 0


@dataclass(frozen=True, slots=True)
class Shares:
    """All that a plan shows of fairness; lists are sorted, what belongs to no group comes last."""

    spread: tuple[Spread, ...]
    exchange: tuple[Exchange, ...]
    districts: tuple[Share, ...]
    categories: tuple[Share, ...]


SIZES: Final = (1, 2, 4)
"""An organisation is as large as its entries have places: one, two or three, four and more; without any it counts as small."""


def count_shares(market: Market, links: Sequence[Link]) -> Shares:
    """`links` whose organisations the market does not know (any more) count for the other side only."""
    pairs: Counter[str] = Counter()
    given: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    used: set[str] = set()
    for offer, need, giver, taker in links:
        pairs.update((giver, taker) if giver != taker else (giver,))
        given[giver] += 1
        taken[taker] += 1
        used |= {offer, need}
    return Shares(
        spread=tuple(_count_spread(market, pairs)),
        exchange=tuple(_count_exchange(market, kind, given, taken) for kind in OrganisationKind),
        districts=_share(market.organisations, _find_district, lambda each: each.id in pairs),
        categories=_share((*market.offers, *market.needs), _find_category(market), lambda each: each.id in used),
    )


def _count_spread(market: Market, pairs: Counter[str]) -> Iterable[Spread]:
    """A row for each kind, then for each size of it that there is."""
    places: Counter[str] = Counter()
    for entry in (*market.offers, *market.needs):
        places[entry.organisation] += entry.places
    counts = Counter((each.kind, _size(places[each.id]), min(pairs[each.id], 2)) for each in market.organisations)
    for kind in OrganisationKind:
        none, one, more = (sum(counts[kind, size, n] for size in range(len(SIZES))) for n in range(3))
        yield Spread(kind, None, none, one, more)
        for size in range(len(SIZES)):
            row = Spread(kind, size, counts[kind, size, 0], counts[kind, size, 1], counts[kind, size, 2])
            if row.all:
                yield row


def _size(places: int) -> int:
    return max((at for at, least in enumerate(SIZES) if places >= least), default=0)


def _count_exchange(market: Market, kind: OrganisationKind, given: Counter[str], taken: Counter[str]) -> Exchange:
    ids = [each.id for each in market.organisations if each.kind is kind]
    ways = Counter((each in given, each in taken) for each in ids)
    return Exchange(
        kind,
        given=sum(given[each] for each in ids),
        taken=sum(taken[each] for each in ids),
        only_give=ways[True, False],
        only_take=ways[False, True],
        both=ways[True, True],
        neither=ways[False, False],
    )


def _share(rows: Iterable[V], group: Callable[[V], str | None], is_served: Callable[[V], bool]) -> tuple[Share, ...]:
    served: Counter[str | None] = Counter()
    everyone: Counter[str | None] = Counter()
    for row in rows:
        key = group(row)
        everyone[key] += 1
        served[key] += is_served(row)
    return tuple(Share(key, served[key], everyone[key]) for key in sorted(everyone, key=lambda key: (key is None, key or "")))


def _find_district(organisation: Organisation) -> str | None:
    postcode = "".join((organisation.postcode or "").split())
    return postcode[:DISTRICT_LETTERS].upper() or None


def _find_category(market: Market) -> Callable[[Entry], str | None]:
    return lambda entry: None if market.kind_of(entry) is CategoryKind.OPEN else entry.category
