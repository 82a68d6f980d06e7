"""A market as arrays, ready to be compared: what every criterion looks at. Unknown numbers are NaN, and fit everything."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from marktplatz.market import Entry, Market, Organisation
from marktplatz.matching.problem import BoolArray, IntArray
from marktplatz.matching.scoring.hints import fill_from_text
from marktplatz.matching.scoring.lexicon import Lexicon, extend_lexicon, load_lexicon
from marktplatz.matching.scoring.places import find_coordinates
from marktplatz.matching.scoring.postcode_regions import find_region_middle
from marktplatz.vocabulary import CategoryKind, OrganisationKind, WishLevel

FloatArray = npt.NDArray[np.float64]

KINDS: Final = tuple(CategoryKind)
UNKNOWN: Final = 0.5
"""The score of what is not known: half, so that silence neither wins nor loses."""


@dataclass(frozen=True, eq=False)
class Entries:
    """Offers or needs, sorted by id; every array has one value per entry.

    `members` have their gaps filled from what their texts say (`was_read` tells which); the fields that can exclude a pair,
    `starts`, `ends`, `latitudes` and `longitudes`, hold only what was given: what was read is never certain enough to exclude.
    The `likely_` ones are with what was read; `is_rough` tells where a place is only the middle of a postcode region, `weekdays`
    has a bit for every weekday that the text names. Days are counted as by `date.toordinal`, places in degrees; `kinds` indexes
    `KINDS`.
    """

    members: tuple[Entry, ...]
    organisations: IntArray
    kinds: IntArray
    starts: FloatArray
    ends: FloatArray
    likely_starts: FloatArray
    likely_ends: FloatArray
    people: FloatArray
    hours: FloatArray
    quantities: FloatArray
    latitudes: FloatArray
    longitudes: FloatArray
    likely_latitudes: FloatArray
    likely_longitudes: FloatArray
    is_rough: BoolArray
    weekdays: IntArray
    remote: BoolArray
    lexicon: Lexicon

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(member.id for member in self.members)

    @cached_property
    def position(self) -> dict[str, int]:
        """Index of every entry by its id."""
        return {member.id: index for index, member in enumerate(self.members)}


@dataclass(frozen=True, eq=False)
class Scene:
    """The whole market: organisations sorted by id, entries, and who wants or refuses whom.

    Attributes
    ----------
    organisations : tuple of Organisation, length O
    is_company : bool array, shape (O,)
    competing, same_owner, clashing_values, refused : bool arrays, shape (O, O), symmetric
        `refused`: one of the two has said no_thanks to the other.
    refused_offers, refused_needs : bool arrays, shapes (O, A) and (O, N)
        The organisation has said no_thanks to the entry.
    liked_organisations : float array, shape (O, O); liked_offers : (O, A); liked_needs : (O, N)
        1 for must_meet, 0.5 for like, else 0.
    earlier_partners : bool array, shape (O, O), symmetric
        The two made an agreement in an earlier market.
    neighbours : bool array, shape (K, K), symmetric
        Kinds that the market declares to fit each other.
    """

    market: Market
    organisations: tuple[Organisation, ...]
    is_company: BoolArray
    offers: Entries
    needs: Entries
    competing: BoolArray
    same_owner: BoolArray
    clashing_values: BoolArray
    refused: BoolArray
    refused_offers: BoolArray
    refused_needs: BoolArray
    liked_organisations: FloatArray
    earlier_partners: BoolArray
    neighbours: BoolArray
    liked_offers: FloatArray
    liked_needs: FloatArray


def was_read(scene: Scene, offer: int, need: int, *fields: str) -> bool:
    """Did one of the fields come from the text, because its sender had left it empty?"""
    return any(
        getattr(filled, field) is not None and getattr(scene.market.entry_by_id[filled.id], field) is None
        for filled in (scene.offers.members[offer], scene.needs.members[need])
        for field in fields
    )


def build_scene(market: Market) -> Scene:
    """Sort a market by ids and turn it into arrays."""
    organisations = tuple(sorted(market.organisations, key=lambda organisation: organisation.id))
    position = {organisation.id: index for index, organisation in enumerate(organisations)}
    lexicon = extend_lexicon(load_lexicon(), market.concepts)
    offers, needs = (_build_entries(market, entries, position, lexicon) for entries in (market.offers, market.needs))
    clashing = np.array([[bool(set(a.excludes) & set(b.values)) for b in organisations] for a in organisations], dtype=np.bool_)
    clashing = clashing.reshape(len(organisations), len(organisations))
    refusing = _collect_wishes(market, {WishLevel.NO_THANKS: 1.0}, position, offers.position, needs.position)
    liking = _collect_wishes(market, {WishLevel.MUST_MEET: 1.0, WishLevel.LIKE: 0.5}, position, offers.position, needs.position)
    return Scene(
        market=market,
        organisations=organisations,
        is_company=np.array([organisation.kind is OrganisationKind.COMPANY for organisation in organisations], dtype=np.bool_),
        offers=offers,
        needs=needs,
        competing=_find_equals(organisation.competitors for organisation in organisations),
        same_owner=_find_equals(organisation.owner for organisation in organisations),
        clashing_values=clashing | clashing.T,
        refused=(refusing[0] > 0) | (refusing[0].T > 0),
        refused_offers=refusing[1] > 0,
        refused_needs=refusing[2] > 0,
        liked_organisations=liking[0],
        earlier_partners=_find_earlier_partners(market, organisations),
        neighbours=_find_neighbours(market),
        liked_offers=liking[1],
        liked_needs=liking[2],
    )


def _build_entries(market: Market, entries: Sequence[Entry], position: dict[str, int], lexicon: Lexicon) -> Entries:
    given = tuple(sorted(entries, key=lambda entry: entry.id))
    read = [fill_from_text(entry, market.market.date) for entry in given]
    members = tuple(entry for entry, _ in read)
    places = [_place_of(market, entry) for entry in given]
    exact = [_place_of(market, entry) for entry in members]
    rough = [None if place else _region_of(market, entry) for entry, place in zip(members, exact, strict=True)]
    likely = [place or region for place, region in zip(exact, rough, strict=True)]
    return Entries(
        members=members,
        organisations=np.array([position[entry.organisation] for entry in members], dtype=np.int64),
        kinds=np.array([KINDS.index(market.kind_of(entry)) for entry in members], dtype=np.int64),
        starts=_to_floats(_day_number(entry.from_on) for entry in given),
        ends=_to_floats(_day_number(entry.to_on) for entry in given),
        likely_starts=_to_floats(_day_number(entry.from_on) for entry in members),
        likely_ends=_to_floats(_day_number(entry.to_on) for entry in members),
        people=_to_floats(entry.people for entry in members),
        hours=_to_floats(entry.hours for entry in members),
        quantities=_to_floats(entry.quantity for entry in members),
        latitudes=_to_floats(place[0] if place else None for place in places),
        longitudes=_to_floats(place[1] if place else None for place in places),
        likely_latitudes=_to_floats(place[0] if place else None for place in likely),
        likely_longitudes=_to_floats(place[1] if place else None for place in likely),
        is_rough=np.array([region is not None for region in rough], dtype=np.bool_),
        weekdays=np.array([sum(1 << day for day in hints.weekdays) for _, hints in read], dtype=np.int64),
        remote=np.array([bool(entry.remote) for entry in members], dtype=np.bool_),
        lexicon=lexicon,
    )


def _place_of(market: Market, entry: Entry) -> tuple[float, float] | None:
    """An entry is where it says, else where its organisation is."""
    return find_coordinates(*_postcode_of(market, entry))


def _region_of(market: Market, entry: Entry) -> tuple[float, float] | None:
    return find_region_middle(*_postcode_of(market, entry))


def _postcode_of(market: Market, entry: Entry) -> tuple[str, str | None]:
    """Country and postcode."""
    organisation = market.organisation_by_id[entry.organisation]
    return organisation.country or market.market.country, entry.postcode or organisation.postcode


def _to_floats(values: Iterable[float | None]) -> FloatArray:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _day_number(day: date | None) -> int | None:
    return None if day is None else day.toordinal()


def _find_equals(names: Iterable[str | None]) -> BoolArray:
    """Which two have the same non-empty name, after trimming; shape (O, O)."""
    trimmed = [(name or "").strip() for name in names]
    numbers = {name: number for number, name in enumerate(sorted(set(trimmed) - {""}), 1)}
    codes = np.array([numbers.get(name, 0) for name in trimmed], dtype=np.int64)
    return (codes[:, None] == codes[None, :]) & (codes[:, None] > 0)


def _find_earlier_partners(market: Market, organisations: Sequence[Organisation]) -> BoolArray:
    """Which two were partners before, by their keys; shape (O, O)."""
    partners = {frozenset(agreement.keys) for agreement in market.earlier_agreements}
    keys = [organisation.key for organisation in organisations]
    met = [[bool(a and b) and frozenset((a, b)) in partners for b in keys] for a in keys] if partners else []
    count = len(organisations)
    return np.array(met, dtype=np.bool_).reshape(count, count) if met else np.zeros((count, count), dtype=np.bool_)


def _find_neighbours(market: Market) -> BoolArray:
    grid = np.zeros((len(KINDS), len(KINDS)), dtype=np.bool_)
    for category in market.market.categories:
        for code in category.neighbours:
            here, there = KINDS.index(category.kind), KINDS.index(market.category_kinds[code])
            grid[here, there] = grid[there, here] = True
    return grid


def _collect_wishes(
    market: Market, weights: dict[WishLevel, float], position: dict[str, int], offer_at: dict[str, int], need_at: dict[str, int]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The strongest wish of each organisation on each organisation, offer and need."""
    grids = tuple(np.zeros((len(position), len(targets))) for targets in (position, offer_at, need_at))
    for wish in market.wishes:
        for grid, targets in zip(grids, (position, offer_at, need_at), strict=True):
            if wish.level in weights and wish.target in targets:
                place = position[wish.organisation], targets[wish.target]
                grid[place] = max(grid[place], weights[wish.level])
    return grids[0], grids[1], grids[2]
