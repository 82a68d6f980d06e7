"""What makes a pair impossible by itself: one function per Barrier, over broadcastable arrays of offers and needs."""

from collections.abc import Callable, Collection
from typing import Final

import numpy as np

from marktplatz.matching.problem import BoolArray, IntArray
from marktplatz.matching.scoring.places import measure_km
from marktplatz.matching.scoring.scene import KINDS, FloatArray, Scene
from marktplatz.vocabulary import Barrier, CategoryKind, WithinKind

IsBarred = Callable[[Scene, IntArray, IntArray], BoolArray]

_OPEN: Final = KINDS.index(CategoryKind.OPEN)


def is_within_kind(scene: Scene, offers: IntArray, needs: IntArray) -> BoolArray:
    """Two organisations of one kind, where the market does not pair those."""
    giver, taker = scene.offers.organisations[offers], scene.needs.organisations[needs]
    same_kind = (scene.is_company[giver] == scene.is_company[taker]) & (giver != taker)
    policy = scene.market.market.within_kind
    if policy is WithinKind.ALL:
        return np.zeros_like(same_kind)
    return same_kind & scene.is_company[giver] if policy is WithinKind.NONPROFITS else same_kind


def is_other_category(scene: Scene, offers: IntArray, needs: IntArray) -> BoolArray:
    """Different kinds of category that the market does not call neighbours; open fits every kind."""
    given, wanted = scene.offers.kinds[offers], scene.needs.kinds[needs]
    return (given != wanted) & (given != _OPEN) & (wanted != _OPEN) & ~scene.neighbours[given, wanted]


def is_out_of_time(scene: Scene, offers: IntArray, needs: IntArray) -> BoolArray:
    """The two windows do not overlap; an open end fits everything."""
    return (scene.offers.starts[offers] > scene.needs.ends[needs]) | (scene.needs.starts[needs] > scene.offers.ends[offers])


def is_too_far(scene: Scene, offers: IntArray, needs: IntArray) -> BoolArray:
    """Farther apart than the market allows, unless either can be done from afar."""
    limit = scene.market.market.max_distance_km
    if limit is None:
        return np.zeros(np.broadcast_shapes(offers.shape, needs.shape), dtype=np.bool_)
    return find_distances(scene, offers, needs) > limit


def find_distances(scene: Scene, offers: IntArray, needs: IntArray) -> FloatArray:
    """Kilometres between the places that were given: 0 if either is remote, NaN if unknown."""
    distances = measure_km(scene.offers.directions, scene.needs.directions, offers, needs)
    return np.where(scene.offers.remote[offers] | scene.needs.remote[needs], 0.0, distances)


def is_competing(scene: Scene, offers: IntArray, needs: IntArray) -> BoolArray:
    giver, taker = scene.offers.organisations[offers], scene.needs.organisations[needs]
    return scene.competing[giver, taker] & (giver != taker)


def is_against_values(scene: Scene, offers: IntArray, needs: IntArray) -> BoolArray:
    giver, taker = scene.offers.organisations[offers], scene.needs.organisations[needs]
    return (scene.unwanted_values[giver, taker] | scene.unwanted_values[taker, giver]) & (giver != taker)


BARRIERS: Final[dict[Barrier, IsBarred]] = {
    Barrier.WITHIN_KIND: is_within_kind,
    Barrier.CATEGORY: is_other_category,
    Barrier.TIME: is_out_of_time,
    Barrier.DISTANCE: is_too_far,
    Barrier.COMPETITORS: is_competing,
    Barrier.VALUES: is_against_values,
}


def is_shut(scene: Scene, offers: IntArray, needs: IntArray, *, known: Collection[Barrier] = ()) -> BoolArray:
    """Any of the barriers stands between them; the `known` ones are known not to."""
    shut = np.zeros(np.broadcast_shapes(offers.shape, needs.shape), dtype=np.bool_)
    for barrier, is_barred in BARRIERS.items():
        if barrier not in known:
            shut |= is_barred(scene, offers, needs)
    return shut
