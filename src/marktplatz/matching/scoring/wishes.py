"""Has one of the two wished for the other?"""

from collections.abc import Mapping

import numpy as np

from marktplatz.matching.problem import IntArray
from marktplatz.matching.scoring.scene import FloatArray, Scene


def score(scene: Scene, offers: IntArray, needs: IntArray) -> FloatArray:
    """1 for must_meet, 0.5 for like: the strongest wish of either on the other or on the other's entry."""
    giver, taker = scene.offers.organisations[offers], scene.needs.organisations[needs]
    between = np.maximum(scene.liked_organisations[giver, taker], scene.liked_organisations[taker, giver])
    return np.maximum(between, np.maximum(scene.liked_offers[taker, offers], scene.liked_needs[giver, needs]))


def describe(scene: Scene, offer: int, need: int) -> Mapping[str, str | int]:
    return {"level": "must" if score(scene, np.array([offer]), np.array([need]))[0] == 1 else ""}
