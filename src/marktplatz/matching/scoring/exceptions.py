"""Exceptions: pairs that the organiser pins, with a written reason, although category, time or distance stand between."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from marktplatz.matching.problem import BoolArray, IntArray
from marktplatz.matching.scoring.barriers import BARRIERS
from marktplatz.matching.scoring.scene import Scene
from marktplatz.vocabulary import Barrier, Criterion

LIFTED: Final[Mapping[Barrier, Criterion]] = {
    Barrier.CATEGORY: Criterion.KIND,
    Barrier.TIME: Criterion.TIME,
    Barrier.DISTANCE: Criterion.PLACE,
}
"""The barriers that an exception lifts, each with the criterion that gives no points then; no other barrier gives way."""

Pairs = tuple[IntArray, IntArray]


def find_exceptions(scene: Scene) -> Pairs:
    """Offers and needs of the pairs that only an exception makes possible, sorted; the pair need not be free of exclusions."""
    offer_at, need_at = scene.offers.position, scene.needs.position
    rules = [rule for rule in scene.market.pairs if rule.exception_reason is not None]
    asked = sorted({(offer_at[rule.offer], need_at[rule.need]) for rule in rules})
    offers, needs = np.array(asked, dtype=np.int64).reshape(-1, 2).T
    barred = {barrier: is_barred(scene, offers, needs) for barrier, is_barred in BARRIERS.items()}
    lifted = np.any([barred[barrier] for barrier in LIFTED], axis=0)
    stuck = np.any([stands for barrier, stands in barred.items() if barrier not in LIFTED], axis=0)
    return offers[lifted & ~stuck], needs[lifted & ~stuck]


def add_pairs(possible: Pairs, exceptions: Pairs) -> Pairs:
    """Both together, sorted by offer, then need; no pair may be in both."""
    offers, needs = (np.concatenate(both) for both in zip(possible, exceptions, strict=True))
    order = np.lexsort((needs, offers)) if len(exceptions[0]) else slice(None)
    return offers[order], needs[order]


def is_among(scene: Scene, offers: IntArray, needs: IntArray, pairs: Pairs) -> BoolArray:
    """Which of the offers and needs are one of the pairs."""
    width = max(1, len(scene.needs.members))
    return np.isin(offers * width + needs, pairs[0] * width + pairs[1])


def describe_exception(scene: Scene, offer: int, need: int) -> dict[str, str | int]:
    """The organiser's reason, and 1 for every barrier that it lifts."""
    ids = scene.offers.ids[offer], scene.needs.ids[need]
    reasons = {rule.exception_reason for rule in scene.market.pairs if (rule.offer, rule.need) == ids} - {None}
    at = np.array([offer]), np.array([need])
    lifted: dict[str, str | int] = {barrier.value: 1 for barrier in LIFTED if BARRIERS[barrier](scene, *at)[0]}
    return lifted | {"reason": " / ".join(sorted(filter(None, reasons)))}
