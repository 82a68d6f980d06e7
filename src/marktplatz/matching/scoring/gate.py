"""How much counts of what only says that a pair would be convenient: as much as its contents fit."""

from functools import lru_cache
from typing import Final

import numpy as np

from marktplatz.matching.problem import BoolArray, IntArray
from marktplatz.matching.scoring.analysis import analyse
from marktplatz.matching.scoring.scene import UNKNOWN, Entries, FloatArray, Scene
from marktplatz.vocabulary import Criterion

ENOUGH: Final = 0.25
"""From this content score on all counts: a quarter, so that one thing in common among several is enough."""

UNGATED: Final = frozenset((Criterion.CONTENT, Criterion.WISHES))
"""Who has wished for a conversation has read the texts."""


def find_gate(scene: Scene, content: FloatArray, offers: IntArray, needs: IntArray) -> FloatArray:
    """min(1, content score / 0.25), at least half where a text is too vague to tell; 1 in markets that give contents no weight."""
    if scene.market.market.weights.get(Criterion.CONTENT) == 0:
        return np.ones_like(content)
    gate = np.minimum(1.0, content / ENOUGH)
    return np.maximum(gate, UNKNOWN * is_vague(scene, offers, needs), out=gate)


def is_vague(scene: Scene, offers: IntArray, needs: IntArray) -> BoolArray:
    """No concept was read in either text."""
    return _says_nothing(scene.offers)[offers] | _says_nothing(scene.needs)[needs]


@lru_cache(maxsize=4)
def _says_nothing(entries: Entries) -> BoolArray:
    return np.diff(analyse(entries).concepts.indptr) == 0
