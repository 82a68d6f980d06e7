"""Have the two made an agreement in an earlier market? Preferred or avoided, as the market says."""

from collections.abc import Mapping

import numpy as np

from marktplatz.matching.problem import IntArray
from marktplatz.matching.scoring.scene import FloatArray, Scene
from marktplatz.vocabulary import History


def score(scene: Scene, offers: IntArray, needs: IntArray) -> FloatArray:
    """Earlier partners get 1 where the market prefers them and 0 where it avoids them, others the reverse."""
    giver, taker = scene.offers.organisations[offers], scene.needs.organisations[needs]
    met = scene.earlier_partners[giver, taker] > 0
    return (~met if scene.market.market.history is History.AVOID else met).astype(np.float64)


def describe(scene: Scene, offer: int, need: int) -> Mapping[str, str | int]:
    giver, taker = scene.offers.organisations[offer], scene.needs.organisations[need]
    return {"met" if scene.earlier_partners[giver, taker] > 0 else "new": 1}
