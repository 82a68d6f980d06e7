"""Is it the same kind of category, or only a neighbour, or left open?"""

from collections.abc import Mapping

import numpy as np

from marktplatz.matching.problem import IntArray
from marktplatz.matching.scoring.scene import KINDS, FloatArray, Scene
from marktplatz.vocabulary import CategoryKind

_OPEN = KINDS.index(CategoryKind.OPEN)


def score(scene: Scene, offers: IntArray, needs: IntArray) -> FloatArray:
    """1 for the same kind, half where either is open or the kinds are declared neighbours."""
    given, wanted = scene.offers.kinds[offers], scene.needs.kinds[needs]
    return np.where((given == wanted) & (given != _OPEN), 1.0, 0.5)


def describe(scene: Scene, offer: int, need: int) -> Mapping[str, str | int]:
    given, wanted = int(scene.offers.kinds[offer]), int(scene.needs.kinds[need])
    return {"open": int(_OPEN in (given, wanted)), "neighbours": int(given != wanted)}
