"""Short and easy: little work, few people, enough time before it, no preconditions, and entries that say what, who and when."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import numpy as np

from marktplatz.matching.problem import BoolArray, IntArray
from marktplatz.matching.scoring.hints import text_of
from marktplatz.matching.scoring.preconditions_in_text import find_preconditions
from marktplatz.matching.scoring.scene import UNKNOWN, Entries, FloatArray, Scene, was_read

_SMALL_HOURS: Final = 20.0
_LARGE_HOURS: Final = 400.0
_FEW_PEOPLE: Final = 5.0
_MANY_PEOPLE: Final = 100.0
_CALM_DAYS: Final = 28.0
_WORK: Final = 0.5
_PEOPLE: Final = 0.1
_LEAD: Final = 0.1
_PRECONDITIONS: Final = 0.1
_CLEARNESS: Final = 0.2


def score(scene: Scene, offers: IntArray, needs: IntArray) -> FloatArray:
    """0.5 * little work + 0.1 * few people + 0.1 * lead time + 0.1 * no preconditions + 0.2 * clearness.

    Work falls with the logarithm of people x hours, from 1 at 20 hours in all to 0 at 400, people from 1 at 5 to 0 at 100; lead
    time is the days from the market to the last day that suits both, full at 28; clearness is the share of date, number and
    description that the two entries give. What is not known counts half.
    """
    a, b = scene.offers, scene.needs
    small = np.fmin(_measure_smallness(a)[offers], _measure_smallness(b)[needs])
    few = np.fmin(_measure_fewness(a)[offers], _measure_fewness(b)[needs])
    total = _WORK * _or_unknown(small) + _PEOPLE * _or_unknown(few)
    total += _LEAD * _or_unknown(np.clip(_find_lead(scene, offers, needs) / _CALM_DAYS, 0, 1))
    total += _PRECONDITIONS * ~(_has_preconditions(a)[offers] | _has_preconditions(b)[needs])
    total += _CLEARNESS * (_measure_clearness(a)[offers] + _measure_clearness(b)[needs]) / 2
    return total


def _or_unknown(part: FloatArray) -> FloatArray:
    return np.where(np.isnan(part), UNKNOWN, part)


def _find_lead(scene: Scene, offers: IntArray, needs: IntArray) -> FloatArray:
    """Days from the market until the last day that suits both; NaN if either is not known."""
    day = scene.market.market.date
    last = np.fmin(scene.offers.likely_ends[offers], scene.needs.likely_ends[needs])
    return last - (np.nan if day is None else day.toordinal())


@lru_cache(maxsize=4)
def _has_preconditions(entries: Entries) -> BoolArray:
    return np.array([bool(find_preconditions(text_of(entry))) for entry in entries.members], dtype=np.bool_)


@lru_cache(maxsize=4)
def _measure_smallness(entries: Entries) -> FloatArray:
    """By work in all; of two, the smaller is that of the larger work."""
    return _fall(entries.people * entries.hours, _SMALL_HOURS, _LARGE_HOURS)


@lru_cache(maxsize=4)
def _measure_fewness(entries: Entries) -> FloatArray:
    return _fall(entries.people, _FEW_PEOPLE, _MANY_PEOPLE)


def _fall(values: FloatArray, least: float, most: float) -> FloatArray:
    """1 up to the least, then falling with the logarithm to 0 at the most; NaN where unknown.

    Rounded, because not all machines agree on the last digit of a logarithm.
    """
    return np.round(np.clip(np.log(most / np.maximum(values, least)) / np.log(most / least), 0, 1), 6)


@lru_cache(maxsize=4)
def _measure_clearness(entries: Entries) -> FloatArray:
    has_date = ~np.isnan(entries.likely_starts) | ~np.isnan(entries.likely_ends)
    has_number = ~np.isnan(entries.people) | ~np.isnan(entries.quantities)
    return np.mean([has_date, has_number, entries.has_text], axis=0)


def describe(scene: Scene, offer: int, need: int) -> Mapping[str, str | int]:
    hours = float(np.fmax((scene.offers.people * scene.offers.hours)[offer], (scene.needs.people * scene.needs.hours)[need]))
    texts = (text_of(scene.offers.members[offer]), text_of(scene.needs.members[need]))
    preconditions = ", ".join(dict.fromkeys(word for text in texts for word in find_preconditions(text)))
    params: dict[str, str | int] = {
        "hours": "" if np.isnan(hours) else round(hours),
        "read": int(was_read(scene, offer, need, "people", "hours")),
    }
    return params | ({"preconditions": preconditions} if preconditions else {})
