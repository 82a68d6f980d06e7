"""The plain criteria beside content: each 0 to 1 over arrays of offers and needs; unknown counts half."""

import numpy as np

from marktplatz.matching.problem import IntArray
from marktplatz.matching.scoring.barriers import find_distances
from marktplatz.matching.scoring.scene import KINDS, Entries, FloatArray, Scene
from marktplatz.vocabulary import CategoryKind

_UNKNOWN = 0.5
_NEAR_ENOUGH_KM = 30.0
_GENEROUS_DAYS = 14.0
_SMALL_HOURS, _LARGE_HOURS = 20.0, 400.0


def score_kind(scene: Scene, offers: IntArray, needs: IntArray) -> FloatArray:
    """1 for the same kind of category, half where either is open."""
    given, wanted = scene.offers.kinds[offers], scene.needs.kinds[needs]
    is_clear = (given == wanted) & (given != KINDS.index(CategoryKind.OPEN))
    return np.where(is_clear, 1.0, _UNKNOWN)


def score_time(scene: Scene, offers: IntArray, needs: IntArray) -> FloatArray:
    """Days in common: two weeks are as good as a year, one day is a beginning."""
    a, b = scene.offers, scene.needs
    known = ~(np.isnan(a.starts[offers]) & np.isnan(a.ends[offers])) & ~(np.isnan(b.starts[needs]) & np.isnan(b.ends[needs]))
    latest_start = np.fmax(a.starts[offers], b.starts[needs])
    earliest_end = np.fmin(a.ends[offers], b.ends[needs])
    days = earliest_end - latest_start + 1
    shared = np.where(np.isnan(days), 1.0, np.clip(0.5 + 0.5 * days / _GENEROUS_DAYS, 0, 1))
    return np.where(known, shared, _UNKNOWN)


def score_place(scene: Scene, offers: IntArray, needs: IntArray) -> FloatArray:
    """1 next door or from afar, falling to 0 at 30 km."""
    distances = find_distances(scene, offers, needs)
    return np.where(np.isnan(distances), _UNKNOWN, np.clip(1 - distances / _NEAR_ENOUGH_KM, 0, 1))


def score_size(scene: Scene, offers: IntArray, needs: IntArray) -> FloatArray:
    """How much of the people, hours and quantity wanted is offered: the mean over what both name."""
    a, b = scene.offers, scene.needs
    total, known = np.zeros(len(offers)), np.zeros(len(offers))
    for given, wanted in ((a.people, b.people), (a.hours, b.hours), (a.quantities, b.quantities)):
        share = np.minimum(1.0, given[offers] / np.maximum(wanted[needs], 1e-9))
        both = ~np.isnan(share)
        total += np.where(both, share, 0)
        known += both
    return np.where(known > 0, total / np.maximum(known, 1), _UNKNOWN)


def score_ease(scene: Scene, offers: IntArray, needs: IntArray) -> FloatArray:
    """Small and clear: few hours of work in all (people x hours), and entries that say who, how many and when."""
    a, b = scene.offers, scene.needs
    hours = np.fmax((a.people * a.hours)[offers], (b.people * b.hours)[needs])
    spread = np.log(_LARGE_HOURS / _SMALL_HOURS)
    small = np.clip(np.log(_LARGE_HOURS / np.maximum(hours, _SMALL_HOURS)) / spread, 0, 1)
    small = np.where(np.isnan(hours), _UNKNOWN, small)
    return 0.7 * small + 0.3 * (_clearness(scene.offers)[offers] + _clearness(scene.needs)[needs]) / 2


def _clearness(entries: Entries) -> FloatArray:
    known = [~np.isnan(entries.starts) | ~np.isnan(entries.ends), ~np.isnan(entries.people) | ~np.isnan(entries.quantities)]
    described = np.array([bool((entry.text or "").strip()) for entry in entries.members], dtype=np.bool_)
    return np.mean([*known, described], axis=0)


def score_wishes(scene: Scene, offers: IntArray, needs: IntArray) -> FloatArray:
    """The strongest wish that either has on the other or on the other's entry."""
    giver, taker = scene.offers.organisations[offers], scene.needs.organisations[needs]
    wishes = (
        scene.liked_organisations[giver, taker],
        scene.liked_organisations[taker, giver],
        scene.liked_offers[taker, offers],
        scene.liked_needs[giver, needs],
    )
    return np.max(wishes, axis=0) if len(offers) else np.zeros(0)
