"""Do the dates leave room? Two weeks in common are as good as a year, one day is a beginning."""

from collections.abc import Mapping
from datetime import date
from typing import Final

import numpy as np

from marktplatz.matching.problem import BoolArray, IntArray
from marktplatz.matching.scoring.scene import UNKNOWN, FloatArray, Scene, was_read

_GENEROUS_DAYS: Final = 14.0
_OTHER_WEEKDAYS: Final = 0.25
_SAME_WEEKDAYS: Final = 0.75


def score(scene: Scene, offers: IntArray, needs: IntArray) -> FloatArray:
    """0.5 + days in common / 28, at most 1; unknown if either side names no date at all.

    Texts that name different weekdays get 0.25 at most, and those without dates that name the same one 0.75.
    """
    a, b = scene.offers, scene.needs
    known = (
        ~(np.isnan(a.likely_starts) & np.isnan(a.likely_ends))[offers]
        & ~(np.isnan(b.likely_starts) & np.isnan(b.likely_ends))[needs]
    )
    days = np.fmin(a.likely_ends[offers], b.likely_ends[needs]) - np.fmax(a.likely_starts[offers], b.likely_starts[needs]) + 1
    shared = np.where(np.isnan(days), 1.0, np.clip(0.5 + 0.5 * days / _GENEROUS_DAYS, 0, 1))
    both, common = _compare_weekdays(scene, offers, needs)
    fitting = np.where(known, shared, np.where(both & (common > 0), _SAME_WEEKDAYS, UNKNOWN))
    return np.where(both & (common == 0), np.minimum(fitting, _OTHER_WEEKDAYS), fitting)


def _compare_weekdays(scene: Scene, offers: IntArray, needs: IntArray) -> tuple[BoolArray, IntArray]:
    """Do both texts name weekdays, and which in common?"""
    given, wanted = scene.offers.weekdays[offers], scene.needs.weekdays[needs]
    return (given > 0) & (wanted > 0), given & wanted


def describe(scene: Scene, offer: int, need: int) -> Mapping[str, str | int]:
    start = np.fmax(scene.offers.likely_starts[offer], scene.needs.likely_starts[need])
    end = np.fmin(scene.offers.likely_ends[offer], scene.needs.likely_ends[need])
    weekdays = _describe_weekdays(scene, offer, need)
    if start > end:
        return {"apart": 1, **weekdays}
    is_read = was_read(scene, offer, need, "from_on", "to_on")
    return {"from": _show(float(start)), "to": _show(float(end)), "read": int(is_read), **weekdays}


def _describe_weekdays(scene: Scene, offer: int, need: int) -> dict[str, str | int]:
    """The weekdays of the texts, Monday as 0: those in common, or those that one of them names."""
    given, wanted = int(scene.offers.weekdays[offer]), int(scene.needs.weekdays[need])
    if given and wanted and not given & wanted:
        return {"weekdays_apart": 1}
    days = given & wanted or given | wanted
    return {"weekdays": " ".join(str(day) for day in range(7) if days >> day & 1)} if days else {}


def _show(day: float) -> str:
    return "" if np.isnan(day) else date.fromordinal(int(day)).isoformat()
