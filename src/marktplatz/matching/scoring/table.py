"""score_scene(scene): every possible pair with its points and their parts, on arrays."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from marktplatz.matching.problem import BoolArray, IntArray
from marktplatz.matching.scoring import content, dates, ease, history, impact, kind, place, returns, size, wishes
from marktplatz.matching.scoring.barriers import BARRIERS
from marktplatz.matching.scoring.exceptions import LIFTED, add_pairs, find_exceptions, is_among
from marktplatz.matching.scoring.scene import FloatArray, Scene
from marktplatz.vocabulary import MAX_POINTS, Criterion, History, PairStatus, Reciprocity

_CELLS_AT_ONCE: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class Measure:
    """A criterion: its default weight, its score 0 to 1 over arrays, and what a reader may know about one pair's part."""

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


@dataclass(frozen=True, eq=False)
class ScoreTable:
    """Pairs that could be, before the organiser's and the participants' exclusions.

    Attributes
    ----------
    offers, needs : int arrays, shape (P,)
        Indices into the scene's entries, sorted as tuples.
    parts : int array, shape (P, C)
        Points per criterion; a row's sum is the pair's points.
    criteria : tuple of Criterion, length C
    exclusions : int array, shape (P,)
        The first rule that shuts a pair out, as an index into `EXCLUSIONS` (0: none).
    ways : float array, shape (O, O)
        Points, returns left aside, of the best possible pair from one organisation to another.
    excepted : bool array, shape (P,)
        Pairs that are possible by the organiser's written exception only.
    """

    offers: IntArray
    needs: IntArray
    parts: IntArray
    criteria: tuple[Criterion, ...]
    exclusions: IntArray
    ways: FloatArray
    excepted: BoolArray

    @property
    def points(self) -> IntArray:
        return self.parts.sum(axis=1)


def score_scene(scene: Scene) -> ScoreTable:
    """All possible pairs with their parts: given scores as they are, else computed.

    points_p = sum over criteria c of round(most_c * score_c(p)), score_c in 0 .. 1; whole points, so that the parts add up exactly.
    """
    if scene.market.scores is not None:
        return _read_given(scene)
    exceptions = find_exceptions(scene)
    offers, needs = add_pairs(_find_possible(scene), exceptions)
    exclusions = find_exclusions(scene, offers, needs)
    if scene.market.market.reciprocity is Reciprocity.REQUIRED:
        kept = has_return(scene, offers, needs, exclusions)
        offers, needs, exclusions = offers[kept], needs[kept], exclusions[kept]
    excepted = is_among(scene, offers, needs, exceptions)
    plain = _score_plainly(scene, offers, needs)
    _take_lifted_points(scene, offers, needs, plain, excepted)
    free = exclusions == 0
    ways = returns.find_best_ways(scene, offers[free], needs[free], plain[free].sum(axis=1))
    parts = _add_returns(scene, offers, needs, plain, ways)
    return ScoreTable(offers, needs, parts, (*MEASURES, Criterion.RETURN), exclusions, ways, excepted)


def score_pairs(scene: Scene, offers: IntArray, needs: IntArray, ways: FloatArray) -> IntArray:
    """Parts in points of any pairs, possible or not; shape (P, C)."""
    return _add_returns(scene, offers, needs, _score_plainly(scene, offers, needs), ways)


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


def _score_plainly(scene: Scene, offers: IntArray, needs: IntArray) -> IntArray:
    most = find_most_points(scene)
    parts = [np.rint(most[criterion] * measure.score(scene, offers, needs)) for criterion, measure in MEASURES.items()]
    return np.stack(parts, axis=1).astype(np.int64)


def _take_lifted_points(scene: Scene, offers: IntArray, needs: IntArray, plain: IntArray, excepted: BoolArray) -> None:
    """What an exception lifts gives no points: the reason is the organiser's, not the pair's."""
    (rows,) = np.nonzero(excepted)
    for barrier, criterion in LIFTED.items():
        lifted = rows[BARRIERS[barrier](scene, offers[rows], needs[rows])]
        plain[lifted, list(MEASURES).index(criterion)] = 0


def _add_returns(scene: Scene, offers: IntArray, needs: IntArray, plain: IntArray, ways: FloatArray) -> IntArray:
    part = np.rint(find_most_points(scene)[Criterion.RETURN] * returns.score(scene, offers, needs, ways))
    return np.column_stack([plain, part.astype(np.int64)])


def _read_given(scene: Scene) -> ScoreTable:
    offer_at, need_at = scene.offers.position, scene.needs.position
    rows = sorted((offer_at[score.offer], need_at[score.need], score.points) for score in scene.market.scores or ())
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    ways = returns.find_best_ways(scene, table[:, 0], table[:, 1], table[:, 2])
    exclusions = find_exclusions(scene, table[:, 0], table[:, 1])
    excepted = np.zeros(len(table), dtype=np.bool_)
    return ScoreTable(table[:, 0], table[:, 1], table[:, 2:], (Criterion.GIVEN,), exclusions, ways, excepted)


def _find_possible(scene: Scene) -> tuple[IntArray, IntArray]:
    """Every offer with every need that no barrier stands between, in blocks of offers to bound the memory."""
    needs = np.arange(len(scene.needs.members))
    step = max(1, _CELLS_AT_ONCE // max(1, len(needs)))
    blocks = []
    for start in range(0, len(scene.offers.members), step):
        offers = np.arange(start, min(start + step, len(scene.offers.members)))
        barred = np.zeros((len(offers), len(needs)), dtype=np.bool_)
        for is_barred in BARRIERS.values():
            barred |= is_barred(scene, offers[:, None], needs[None, :])
        rows, columns = np.nonzero(~barred)
        blocks.append(np.stack([offers[rows], columns]))
    found = np.concatenate(blocks, axis=1) if blocks else np.empty((2, 0), dtype=np.int64)
    return found[0], found[1]


def find_exclusions(scene: Scene, offers: IntArray, needs: IntArray) -> IntArray:
    """The first rule that shuts a pair out, as an index into `EXCLUSIONS` (0: none)."""
    giver, taker = scene.offers.organisations[offers], scene.needs.organisations[needs]
    conditions = [
        is_forbidden(scene, offers, needs),
        is_refused(scene, offers, needs),
        giver == taker,
        scene.same_owner[giver, taker],
    ]
    return np.select(conditions, [1, 2, 3, 4], 0).astype(np.int64)


def is_refused(scene: Scene, offers: IntArray, needs: IntArray) -> BoolArray:
    """Either has said no_thanks to the other, or to the other's entry."""
    giver, taker = scene.offers.organisations[offers], scene.needs.organisations[needs]
    return scene.refused[giver, taker] | scene.refused_offers[taker, offers] | scene.refused_needs[giver, needs]


def is_forbidden(scene: Scene, offers: IntArray, needs: IntArray) -> BoolArray:
    """The organiser has excluded the pair."""
    offer_at, need_at = scene.offers.position, scene.needs.position
    width = max(1, len(scene.needs.members))
    forbidden = [rule for rule in scene.market.pairs if rule.status is PairStatus.FORBIDDEN]
    keys = [offer_at[rule.offer] * width + need_at[rule.need] for rule in forbidden]
    return np.isin(offers * width + needs, np.array(keys, dtype=np.int64))


def has_return(scene: Scene, offers: IntArray, needs: IntArray, exclusions: IntArray) -> BoolArray:
    """Could the taker of each pair give something back: is any pair the other way possible and not excluded?"""
    giver, taker = scene.offers.organisations[offers], scene.needs.organisations[needs]
    free = exclusions == 0
    count = len(scene.organisations)
    ways = np.zeros((count, count), dtype=np.bool_)
    ways[giver[free], taker[free]] = True
    return ways[taker, giver]
