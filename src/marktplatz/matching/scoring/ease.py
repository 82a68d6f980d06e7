"""Short and easy: few hours of work in all, and entries that say what, who, how many and when."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from marktplatz.matching.problem import IntArray
from marktplatz.matching.scoring.scene import UNKNOWN, Entries, FloatArray, Scene, was_read

_SMALL_HOURS: Final = 20.0
_LARGE_HOURS: Final = 400.0
_WORK_SHARE: Final = 0.7


def score(scene: Scene, offers: IntArray, needs: IntArray) -> FloatArray:
    """0.7 * smallness + 0.3 * clearness.

    Smallness falls with the logarithm of people x hours, from 1 at 20 hours of work to 0 at 400; clearness is the share of date,
    number and description that the two entries give.
    """
    hours = _find_work(scene, offers, needs)
    spread = np.log(_LARGE_HOURS / _SMALL_HOURS)
    small = np.clip(np.log(_LARGE_HOURS / np.maximum(hours, _SMALL_HOURS)) / spread, 0, 1)
    clear = (_measure_clearness(scene.offers)[offers] + _measure_clearness(scene.needs)[needs]) / 2
    return _WORK_SHARE * np.where(np.isnan(hours), UNKNOWN, small) + (1 - _WORK_SHARE) * clear


def _find_work(scene: Scene, offers: IntArray, needs: IntArray) -> FloatArray:
    """Hours of work in all, the larger of what the two sides say."""
    return np.fmax((scene.offers.people * scene.offers.hours)[offers], (scene.needs.people * scene.needs.hours)[needs])


def _measure_clearness(entries: Entries) -> FloatArray:
    has_date = ~np.isnan(entries.likely_starts) | ~np.isnan(entries.likely_ends)
    has_number = ~np.isnan(entries.people) | ~np.isnan(entries.quantities)
    has_text = np.array([bool((entry.text or "").strip()) for entry in entries.members], dtype=np.bool_)
    return np.mean([has_date, has_number, has_text], axis=0)


def describe(scene: Scene, offer: int, need: int) -> Mapping[str, str | int]:
    hours = float(_find_work(scene, np.array([offer]), np.array([need]))[0])
    return {"hours": "" if np.isnan(hours) else round(hours), "read": int(was_read(scene, offer, need, "people", "hours"))}
