"""When one entry could help another: the pair is possible, the contents fit, and enough is offered."""

from typing import Final

import numpy as np

from marktplatz.matching.problem import BoolArray, IntArray
from marktplatz.matching.scoring import size
from marktplatz.matching.scoring.barriers import BARRIERS
from marktplatz.matching.scoring.content import score as score_contents
from marktplatz.matching.scoring.exceptions import LIFTED
from marktplatz.matching.scoring.gate import find_gate
from marktplatz.matching.scoring.scene import Entries, Scene

ENOUGH_OFFERED: Final = 0.5
"""From this score of `size.score` on enough is offered: half of what is wanted on average; unknown counts half, and so fits."""


def fits(scene: Scene, offers: IntArray, needs: IntArray) -> BoolArray:
    """Do the contents fit, and is enough offered? Whether the pair is possible is not asked here.

    "Possible" alone would say little: an entry without category and date is possible with nearly all.
    """
    return fits_by_content(scene, offers, needs) & fits_by_size(scene, offers, needs)


def fits_by_content(scene: Scene, offers: IntArray, needs: IntArray) -> BoolArray:
    """Do the contents fit so well that all else counts in full (`gate`)?"""
    return find_gate(scene, score_contents(scene, offers, needs), offers, needs) >= 1


def fits_by_size(scene: Scene, offers: IntArray, needs: IntArray) -> BoolArray:
    return size.score(scene, offers, needs) >= ENOUGH_OFFERED


def is_open(scene: Scene, offers: IntArray, needs: IntArray, excepted: BoolArray) -> BoolArray:
    """Does no barrier stand between, those left aside that the organiser's exceptions lift?"""
    shut = np.zeros(np.broadcast_shapes(offers.shape, needs.shape), dtype=np.bool_)
    for barrier, is_barred in BARRIERS.items():
        stands = is_barred(scene, offers, needs)
        shut |= stands & ~excepted if barrier in LIFTED else stands
    return ~shut


def has_places(entries: Entries) -> BoolArray:
    """An entry without a place is there, but nobody can have it."""
    return np.array([member.places > 0 for member in entries.members], dtype=np.bool_)
