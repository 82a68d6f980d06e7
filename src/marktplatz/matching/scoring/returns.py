"""What the taker could give back: need(A) ~ offer(B) in its own right, never by likeness of the two services."""

import numpy as np

from marktplatz.matching.problem import IntArray
from marktplatz.matching.scoring.scene import FloatArray, Scene
from marktplatz.vocabulary import MAX_POINTS


def find_best_ways(scene: Scene, offers: IntArray, needs: IntArray, points: IntArray) -> FloatArray:
    """Points of the best pair from organisation to organisation, 0 where none is possible; shape (O, O)."""
    count = len(scene.organisations)
    ways = np.zeros((count, count))
    np.maximum.at(ways, (scene.offers.organisations[offers], scene.needs.organisations[needs]), points)
    return ways


def score(scene: Scene, offers: IntArray, needs: IntArray, ways: FloatArray) -> FloatArray:
    """The best possible return's own points, as a share of the most there can be."""
    giver, taker = scene.offers.organisations[offers], scene.needs.organisations[needs]
    return ways[taker, giver] / MAX_POINTS
