"""Do the dates leave room? Two weeks in common are as good as a year, one day is a beginning."""

from collections.abc import Mapping
from datetime import date
from typing import Final

import numpy as np

from marktplatz.matching.problem import IntArray
from marktplatz.matching.scoring.scene import UNKNOWN, FloatArray, Scene, was_read

_GENEROUS_DAYS: Final = 14.0


def score(scene: Scene, offers: IntArray, needs: IntArray) -> FloatArray:
    """0.5 + days in common / 28, at most 1; unknown if either side names no date at all."""
    a, b = scene.offers, scene.needs
    known = (
        ~(np.isnan(a.likely_starts) & np.isnan(a.likely_ends))[offers]
        & ~(np.isnan(b.likely_starts) & np.isnan(b.likely_ends))[needs]
    )
    days = np.fmin(a.likely_ends[offers], b.likely_ends[needs]) - np.fmax(a.likely_starts[offers], b.likely_starts[needs]) + 1
    shared = np.where(np.isnan(days), 1.0, np.clip(0.5 + 0.5 * days / _GENEROUS_DAYS, 0, 1))
    return np.where(known, shared, UNKNOWN)


def describe(scene: Scene, offer: int, need: int) -> Mapping[str, str | int]:
    start = np.fmax(scene.offers.likely_starts[offer], scene.needs.likely_starts[need])
    end = np.fmin(scene.offers.likely_ends[offer], scene.needs.likely_ends[need])
    if start > end:
        return {"apart": 1}
    is_read = was_read(scene, offer, need, "from_on", "to_on")
    return {"from": _show(float(start)), "to": _show(float(end)), "read": int(is_read)}


def _show(day: float) -> str:
    return "" if np.isnan(day) else date.fromordinal(int(day)).isoformat()
