"""Do both entries name the same field of impact?"""

from collections.abc import Mapping

import numpy as np

from marktplatz.matching.problem import IntArray
from marktplatz.matching.scoring.scene import UNKNOWN, FloatArray, Scene


def score(scene: Scene, offers: IntArray, needs: IntArray) -> FloatArray:
    """1 with a field in common, 0 with different ones, unknown where either names none."""
    known = scene.offers.has_impact[offers] & scene.needs.has_impact[needs]
    return np.where(known, scene.common_impact[offers, needs].astype(np.float64), UNKNOWN)


def describe(scene: Scene, offer: int, need: int) -> Mapping[str, str | int]:
    shared = set(scene.offers.members[offer].impact_fields) & set(scene.needs.members[need].impact_fields)
    return {"fields": ", ".join(sorted(shared))}
