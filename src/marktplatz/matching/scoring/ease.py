"""Short and easy: few hours of work in all, and entries that say what, who, how many and when."""

from collections.abc import Mapping
from functools import lru_cache
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
    a, b = scene.offers, scene.needs
    small = np.fmin(_measure_smallness(a)[offers], _measure_smallness(b)[needs])
    clear = (_measure_clearness(a)[offers] + _measure_clearness(b)[needs]) / 2
    return _WORK_SHARE * np.where(np.isnan(small), UNKNOWN, small) + (1 - _WORK_SHARE) * clear


@lru_cache(maxsize=4)
def _measure_smallness(entries: Entries) -> FloatArray:
    """1 down to 0, NaN where people or hours are unknown; of two, the smaller is that of the larger work.

    Rounded, because not all machines agree on the last digit of a logarithm.
    """
    hours = np.maximum(entries.people * entries.hours, _SMALL_HOURS)
    return np.round(np.clip(np.log(_LARGE_HOURS / hours) / np.log(_LARGE_HOURS / _SMALL_HOURS), 0, 1), 6)


@lru_cache(maxsize=4)
def _measure_clearness(entries: Entries) -> FloatArray:
    has_date = ~np.isnan(entries.likely_starts) | ~np.isnan(entries.likely_ends)
    has_number = ~np.isnan(entries.people) | ~np.isnan(entries.quantities)
    return np.mean([has_date, has_number, entries.has_text], axis=0)


def describe(scene: Scene, offer: int, need: int) -> Mapping[str, str | int]:
    hours = float(np.fmax((scene.offers.people * scene.offers.hours)[offer], (scene.needs.people * scene.needs.hours)[need]))
    return {"hours": "" if np.isnan(hours) else round(hours), "read": int(was_read(scene, offer, need, "people", "hours"))}
