"""How far apart are they?"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from marktplatz.matching.problem import IntArray
from marktplatz.matching.scoring.barriers import find_distances
from marktplatz.matching.scoring.scene import UNKNOWN, FloatArray, Scene

_NEAR_ENOUGH_KM: Final = 30.0


def score(scene: Scene, offers: IntArray, needs: IntArray) -> FloatArray:
    """1 next door or from afar, falling evenly to 0 at 30 km."""
    distances = find_distances(scene, offers, needs)
    return np.where(np.isnan(distances), UNKNOWN, np.clip(1 - distances / _NEAR_ENOUGH_KM, 0, 1))


def describe(scene: Scene, offer: int, need: int) -> Mapping[str, str | int]:
    km = float(find_distances(scene, np.array([offer]), np.array([need]))[0])
    remote = bool(scene.offers.remote[offer] or scene.needs.remote[need])
    return {"km": "" if np.isnan(km) or remote else round(km), "remote": int(remote)}
