"""The criteria that look at one pair, with their weights, and what a pair gets from each of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from marktplatz.matching.problem import IntArray
from marktplatz.matching.scoring import content, dates, ease, history, impact, kind, place, size, wishes
from marktplatz.matching.scoring.gate import UNGATED
from marktplatz.matching.scoring.scene import FloatArray, Scene
from marktplatz.vocabulary import MAX_POINTS, Criterion, History, Reciprocity


@dataclass(frozen=True, slots=True)
class Measure:
    """A criterion: its default weight, its score 0 to 1, and what a reader may know about one pair's part.

    `score` takes indices of offers and of needs: two lists of the same length, or a column and a row for all with all.
    """

    weight: int
    score: Callable[[Scene, IntArray, IntArray], FloatArray]
    describe: Callable[[Scene, int, int], Mapping[str, str | int]]


MEASURES: Final[Mapping[Criterion, Measure]] = {
    Criterion.CONTENT: Measure(450, content.score, content.describe),
    Criterion.EASE: Measure(120, ease.score, ease.describe),
    Criterion.TIME: Measure(90, dates.score, dates.describe),
    Criterion.WISHES: Measure(80, wishes.score, wishes.describe),
    Criterion.KIND: Measure(70, kind.score, kind.describe),
    Criterion.SIZE: Measure(60, size.score, size.describe),
    Criterion.PLACE: Measure(50, place.score, place.describe),
    Criterion.IMPACT: Measure(30, impact.score, impact.describe),
    Criterion.HISTORY: Measure(20, history.score, history.describe),
}
"""The criteria that look at one pair, with their default weights; with RETURN the weights add up to 1000."""

RETURN_WEIGHT: Final = 30
"""The default weight of what the taker could give back, scored last, from the other pairs' points."""


def find_most_points(scene: Scene) -> dict[Criterion, int]:
    """The most points that each criterion can give: its share of the weights, rounded down; together 1000 at most."""
    defaults = {criterion: measure.weight for criterion, measure in MEASURES.items()} | {Criterion.RETURN: RETURN_WEIGHT}
    weights = defaults | dict(scene.market.market.weights)
    if scene.market.market.reciprocity is Reciprocity.NONE:
        weights[Criterion.RETURN] = 0
    if scene.market.market.history is History.IGNORE:
        weights[Criterion.HISTORY] = 0
    total = sum(weights.values())
    return {criterion: MAX_POINTS * weight // total if total else 0 for criterion, weight in weights.items()}


def score_plainly(scene: Scene, offers: IntArray, needs: IntArray, content: FloatArray, gate: FloatArray) -> Iterator[FloatArray]:
    """Whole points by criterion of a list of pairs, or of a block, returns left aside: round(most * score * gate).

    `content` is the contents' score and `gate` what it lets through (`find_gate`).
    """
    most = find_most_points(scene)
    for criterion, measure in MEASURES.items():
        if criterion is Criterion.CONTENT:
            yield np.rint(most[criterion] * content)
        elif not most[criterion]:
            yield np.zeros_like(content)
        else:
            part = most[criterion] * measure.score(scene, offers, needs)
            yield np.rint(part if criterion in UNGATED else gate * part)


def sum_gated(scene: Scene, offers: IntArray, needs: IntArray, gate: FloatArray) -> FloatArray:
    """The sum of what `score_plainly` gives for the criteria that only count as much as the contents let through."""
    most = find_most_points(scene)
    total = np.zeros_like(gate)
    for criterion, measure in MEASURES.items():
        if criterion not in UNGATED and most[criterion]:
            total += np.rint(gate * (most[criterion] * measure.score(scene, offers, needs)))
    return total
