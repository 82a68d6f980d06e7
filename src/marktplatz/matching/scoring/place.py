"""How far apart are they?"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from marktplatz.matching.problem import BoolArray, IntArray
from marktplatz.matching.scoring.places import measure_km
from marktplatz.matching.scoring.scene import UNKNOWN, FloatArray, Scene, was_read

_NEAR_ENOUGH_KM: Final = 30.0
_ROUGH_KM: Final = 10.0
"""Nobody is nearer than this where only the postcode's region is known."""


def score(scene: Scene, offers: IntArray, needs: IntArray) -> FloatArray:
    """1 next door or from afar, falling evenly to 0 at 30 km."""
    distances = _find_likely_distances(scene, offers, needs)
    return np.where(np.isnan(distances), UNKNOWN, np.clip(1 - distances / _NEAR_ENOUGH_KM, 0, 1))


def _find_likely_distances(scene: Scene, offers: IntArray, needs: IntArray) -> FloatArray:
    """Kilometres as far as can be told, with postcodes from the texts and regions: 0 if either is remote, NaN if unknown."""
    a, b = scene.offers, scene.needs
    distances = measure_km(a.likely_directions, b.likely_directions, offers, needs)
    distances = np.where(_is_rough(scene, offers, needs), np.maximum(distances, _ROUGH_KM), distances)
    return np.where(a.remote[offers] | b.remote[needs], 0.0, distances)


def _is_rough(scene: Scene, offers: IntArray, needs: IntArray) -> BoolArray:
    return scene.offers.is_rough[offers] | scene.needs.is_rough[needs]


def describe(scene: Scene, offer: int, need: int) -> Mapping[str, str | int]:
    pair = np.array([offer]), np.array([need])
    km = float(_find_likely_distances(scene, *pair)[0])
    remote = bool(scene.offers.remote[offer] or scene.needs.remote[need])
    params: dict[str, str | int] = {"km": "" if np.isnan(km) or remote else round(km), "remote": int(remote)}
    if _is_rough(scene, *pair)[0]:
        params["rough"] = 1
    elif was_read(scene, offer, need, "postcode"):
        params["read"] = 1
    return params
