"""Is enough offered: people, hours, quantity?"""

from collections.abc import Mapping

import numpy as np

from marktplatz.matching.problem import IntArray
from marktplatz.matching.scoring.scene import UNKNOWN, FloatArray, Scene, was_read


def score(scene: Scene, offers: IntArray, needs: IntArray) -> FloatArray:
    """Mean share of what is wanted, over what both sides name; more than enough is enough."""
    a, b = scene.offers, scene.needs
    shape = np.broadcast_shapes(offers.shape, needs.shape)
    total, known = np.zeros(shape), np.zeros(shape)
    for given, wanted in ((a.people, b.people), (a.hours, b.hours), (a.quantities, b.quantities)):
        share = np.minimum(1.0, given[offers] / np.maximum(wanted[needs], 1e-9))
        both = ~np.isnan(share)
        total += np.where(both, share, 0)
        known += both
    return np.where(known > 0, total / np.maximum(known, 1), UNKNOWN)


def describe(scene: Scene, offer: int, need: int) -> Mapping[str, str | int]:
    offered, wanted = float(scene.offers.people[offer]), float(scene.needs.people[need])
    return {
        "offered": "" if np.isnan(offered) else round(offered),
        "wanted": "" if np.isnan(wanted) else round(wanted),
        "read": int(was_read(scene, offer, need, "people")),
    }
