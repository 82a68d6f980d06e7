"""A market as arrays, ready to be compared: what every criterion looks at. Unknown numbers are NaN, and fit everything."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt

from marktplatz.market import Entry, Market, Organisation
from marktplatz.matching.problem import BoolArray, IntArray
from marktplatz.matching.scoring.hints import fill_from_text
from marktplatz.matching.scoring.lexicon import Lexicon, extend_lexicon, load_lexicon
from marktplatz.matching.scoring.places import find_coordinates, find_directions
from marktplatz.matching.scoring.postcode_regions import find_region_middle
from marktplatz.matching.scoring.relations import CommonWord, Relation, SameName
from marktplatz.vocabulary import CategoryKind, OrganisationKind, PairStatus, WishLevel

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
    has_text: BoolArray
    has_impact: BoolArray
    lexicon: Lexicon

    @cached_property
    def ids(self) -> tuple[str, ...]:
        return tuple(member.id for member in self.members)

    @cached_property
    def position(self) -> dict[str, int]:
        """Index of every entry by its id."""
        return {member.id: index for index, member in enumerate(self.members)}

    @cached_property
    def directions(self) -> FloatArray:
        return find_directions(self.latitudes, self.longitudes)

    @cached_property
    def likely_directions(self) -> FloatArray:
        return find_directions(self.likely_latitudes, self.likely_longitudes)


@dataclass(frozen=True, eq=False)
class Scene:
    """The whole market: organisations sorted by id, entries, and who wants or refuses whom.

    The relations are looked up like tables, by rows and columns, and hold only what was said.

    Attributes
    ----------
    organisations : tuple of Organisation, length O
    is_company : bool array, shape (O,)
    competing, same_owner : organisations by organisations, symmetric
    unwanted_values : organisations by organisations
        The first excludes a value that the second stands for.
    refused : organisations by organisations, symmetric
        One of the two has said no_thanks to the other.
    refused_offers, refused_needs : organisations by offers and by needs
        The organisation has said no_thanks to the entry.
    forbidden : offers by needs
        The organiser has excluded the pair.
    liked_organisations : organisations by organisations; liked_offers : by offers; liked_needs : by needs
        1 for must_meet, 0.5 for like, else 0.
    earlier_partners : organisations by organisations, symmetric
        The two made an agreement in an earlier market.
    common_impact : offers by needs
        The two name the same field of impact.
    neighbours : bool array, shape (K, K), symmetric
        Kinds that the market declares to fit each other.
    """

    market: Market
    organisations: tuple[Organisation, ...]
    is_company: BoolArray
    offers: Entries
    needs: Entries
    competing: SameName
    same_owner: SameName
    unwanted_values: CommonWord
    refused: Relation
    refused_offers: Relation
    refused_needs: Relation
    forbidden: Relation
    liked_organisations: Relation
    liked_offers: Relation
    liked_needs: Relation
    earlier_partners: Relation
    common_impact: CommonWord
    neighbours: BoolArray


_GROUND: Final = ("market", "organisations", "concepts")
"""The parts of a market that its entries are read with."""


def was_read(scene: Scene, offer: int, need: int, *fields: str) -> bool:
    """Did one of the fields come from the text, because its sender had left it empty?"""
    return any(
        getattr(filled, field) is not None and getattr(scene.market.entry_by_id[filled.id], field) is None
        for filled in (scene.offers.members[offer], scene.needs.members[need])
        for field in fields
    )


def build_scene(market: Market, *, offers: Entries | None = None, needs: Entries | None = None, like: Scene | None = None) -> Scene:
    """Sort a market by ids and turn it into arrays; a side that is given, built for the same organisations, is kept.

    `like` is an earlier scene, of this market or any other: its sides are kept where nothing that they were made of differs.
    """
    organisations = tuple(sorted(market.organisations, key=lambda organisation: organisation.id))
    position = {organisation.id: index for index, organisation in enumerate(organisations)}
    lexicon = extend_lexicon(load_lexicon(), market.concepts)
    if like is not None and all(getattr(market, name) == getattr(like.market, name) for name in _GROUND):
        offers = like.offers if offers is None and market.offers == like.market.offers else offers
        needs = like.needs if needs is None and market.needs == like.market.needs else needs
    offers = _build_entries(market, market.offers, position, lexicon) if offers is None else offers
    needs = _build_entries(market, market.needs, position, lexicon) if needs is None else needs
    targets = position, offers.position, needs.position
    refusing = [_collect_wishes(market, {WishLevel.NO_THANKS: 1.0}, position, each) for each in targets]
    liking = [_collect_wishes(market, {WishLevel.MUST_MEET: 1.0, WishLevel.LIKE: 0.5}, position, each) for each in targets]
    refusing[0] |= {(target, wisher): 1.0 for wisher, target in refusing[0]}
    shapes = [(len(position), len(each)) for each in targets]
    refused, liked = (
        [Relation.from_places(wishes, shape) for wishes, shape in zip(level, shapes, strict=True)] for level in (refusing, liking)
    )
    return Scene(
        market=market,
        organisations=organisations,
        is_company=np.array([organisation.kind is OrganisationKind.COMPANY for organisation in organisations], dtype=np.bool_),
        offers=offers,
        needs=needs,
        competing=SameName.from_names(organisation.competitors for organisation in organisations),
        same_owner=SameName.from_names(organisation.owner for organisation in organisations),
        unwanted_values=CommonWord.from_lists([each.excludes for each in organisations], [each.values for each in organisations]),
        refused=refused[0],
        refused_offers=refused[1],
        refused_needs=refused[2],
        forbidden=_find_forbidden(market, offers, needs),
        liked_organisations=liked[0],
        liked_offers=liked[1],
        liked_needs=liked[2],
        earlier_partners=_find_earlier_partners(market, organisations),
        common_impact=CommonWord.from_lists(*([member.impact_fields for member in side.members] for side in (offers, needs))),
        neighbours=_find_neighbours(market),
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
        has_text=np.array([bool((entry.text or "").strip()) for entry in members], dtype=np.bool_),
        has_impact=np.array([bool(entry.impact_fields) for entry in members], dtype=np.bool_),
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


def _find_forbidden(market: Market, offers: Entries, needs: Entries) -> Relation:
    forbidden = [rule for rule in market.pairs if rule.status is PairStatus.FORBIDDEN]
    places = {(offers.position[rule.offer], needs.position[rule.need]): 1.0 for rule in forbidden}
    return Relation.from_places(places, (len(offers.members), len(needs.members)))


def _find_earlier_partners(market: Market, organisations: Sequence[Organisation]) -> Relation:
    """Which two were partners before, by their keys."""
    holders: dict[str, list[int]] = {}
    for index, organisation in enumerate(organisations):
        if organisation.key:
            holders.setdefault(organisation.key, []).append(index)
    met = {
        place: 1.0
        for one, other in (agreement.keys for agreement in market.earlier_agreements)
        for here, there in product(holders.get(one, ()), holders.get(other, ()))
        for place in ((here, there), (there, here))
    }
    return Relation.from_places(met, (len(organisations), len(organisations)))


def _find_neighbours(market: Market) -> BoolArray:
    grid = np.zeros((len(KINDS), len(KINDS)), dtype=np.bool_)
    for category in market.market.categories:
        for code in category.neighbours:
            here, there = KINDS.index(category.kind), KINDS.index(market.category_kinds[code])
            grid[here, there] = grid[there, here] = True
    return grid


def _collect_wishes(
    market: Market, weights: dict[WishLevel, float], position: dict[str, int], target_at: dict[str, int]
) -> dict[tuple[int, int], float]:
    """The strongest wish of each organisation on each target."""
    strongest: dict[tuple[int, int], float] = {}
    for wish in market.wishes:
        if wish.level in weights and wish.target in target_at:
            place = position[wish.organisation], target_at[wish.target]
            strongest[place] = max(strongest.get(place, 0.0), weights[wish.level])
    return strongest
