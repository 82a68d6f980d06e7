"""Do the dates leave room? Two weeks in common are as good as a year, one day is a beginning."""

from collections.abc import Mapping
from datetime import date
from typing import Final

import numpy as np

from marktplatz.matching.problem import IntArray
from marktplatz.matching.scoring.scene import UNKNOWN, FloatArray, Scene

_GENEROUS_DAYS: Final = 14.0


def score(scene: Scene, offers: IntArray, needs: IntArray) -> FloatArray:
    """0.5 + days in common / 28, at most 1; unknown if either side names no date at all."""
    a, b = scene.offers, scene.needs
    known = ~(np.isnan(a.starts[offers]) & np.isnan(a.ends[offers])) & ~(np.isnan(b.starts[needs]) & np.isnan(b.ends[needs]))
    days = np.fmin(a.ends[offers], b.ends[needs]) - np.fmax(a.starts[offers], b.starts[needs]) + 1
    shared = np.where(np.isnan(days), 1.0, np.clip(0.5 + 0.5 * days / _GENEROUS_DAYS, 0, 1))
    return np.where(known, shared, UNKNOWN)


def describe(scene: Scene, offer: int, need: int) -> Mapping[str, str | int]:
    start = np.fmax(scene.offers.starts[offer], scene.needs.starts[need])
    end = np.fmin(scene.offers.ends[offer], scene.needs.ends[need])
    return {"from": _show(float(start)), "to": _show(float(end))}


def _show(day: float) -> str:
    return "" if np.isnan(day) else date.fromordinal(int(day)).isoformat()
