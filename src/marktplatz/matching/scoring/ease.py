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
_SHARES: Final = {"work": 0.5, "people": 0.1, "lead": 0.1, "preconditions": 0.1, "clearness": 0.2}


def score(scene: Scene, offers: IntArray, needs: IntArray) -> FloatArray:
    """0.5 * little work + 0.1 * few people + 0.1 * lead time + 0.1 * no preconditions + 0.2 * clearness.

    Work falls with the logarithm of people x hours, from 1 at 20 hours in all to 0 at 400, people from 1 at 5 to 0 at 100; lead
    time is the days from the market to the last day that suits both, full at 28; clearness is the share of date, number and
    description that the two entries give. What is not known counts half.
    """
    a, b = scene.offers, scene.needs
    parts = {
        "work": _fall(_find_work(scene, offers, needs), _SMALL_HOURS, _LARGE_HOURS),
        "people": _fall(np.fmax(a.people[offers], b.people[needs]), _FEW_PEOPLE, _MANY_PEOPLE),
        "lead": np.clip(_find_lead(scene, offers, needs) / _CALM_DAYS, 0, 1),
        "preconditions": (~(_has_preconditions(a)[offers] | _has_preconditions(b)[needs])).astype(np.float64),
        "clearness": (_measure_clearness(a)[offers] + _measure_clearness(b)[needs]) / 2,
    }
    return np.sum([_SHARES[name] * np.where(np.isnan(part), UNKNOWN, part) for name, part in parts.items()], axis=0)


def _fall(values: FloatArray, least: float, most: float) -> FloatArray:
    """1 up to the least, then falling with the logarithm to 0 at the most."""
    return np.clip(np.log(most / np.maximum(values, least)) / np.log(most / least), 0, 1)


def _find_lead(scene: Scene, offers: IntArray, needs: IntArray) -> FloatArray:
    """Days from the market until the last day that suits both; NaN if either is not known."""
    day = scene.market.market.date
    last = np.fmin(scene.offers.likely_ends[offers], scene.needs.likely_ends[needs])
    return last - (np.nan if day is None else day.toordinal())


@lru_cache(maxsize=8)
def _has_preconditions(entries: Entries) -> BoolArray:
    return np.array([bool(find_preconditions(text_of(entry))) for entry in entries.members], dtype=np.bool_)


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
    texts = (text_of(scene.offers.members[offer]), text_of(scene.needs.members[need]))
    preconditions = ", ".join(dict.fromkeys(word for text in texts for word in find_preconditions(text)))
    params: dict[str, str | int] = {
        "hours": "" if np.isnan(hours) else round(hours),
        "read": int(was_read(scene, offer, need, "people", "hours")),
    }
    return params | ({"preconditions": preconditions} if preconditions else {})
