"""score_market(market): every possible pair with its points and their parts, on arrays."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from marktplatz.matching.problem import BoolArray, IntArray
from marktplatz.matching.scoring.barriers import BARRIERS
from marktplatz.matching.scoring.content import score_content
from marktplatz.matching.scoring.criteria import score_ease, score_kind, score_place, score_size, score_time, score_wishes
from marktplatz.matching.scoring.scene import FloatArray, Scene
from marktplatz.vocabulary import Criterion, PairStatus, Reciprocity

CRITERIA: Final[dict[Criterion, tuple[int, Callable[[Scene, IntArray, IntArray], FloatArray]]]] = {
    Criterion.CONTENT: (420, score_content),
    Criterion.EASE: (140, score_ease),
    Criterion.TIME: (110, score_time),
    Criterion.WISHES: (100, score_wishes),
    Criterion.KIND: (90, score_kind),
    Criterion.SIZE: (80, score_size),
    Criterion.PLACE: (60, score_place),
}
"""Each criterion with the most points it can give; the sum is 1000."""

_CELLS_AT_ONCE: Final = 2_000_000


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
    """

    offers: IntArray
    needs: IntArray
    parts: IntArray
    criteria: tuple[Criterion, ...]

    @property
    def points(self) -> IntArray:
        return self.parts.sum(axis=1)


def score_scene(scene: Scene) -> ScoreTable:
    """All possible pairs with their parts: given scores as they are, else computed.

    points_p = sum over criteria c of round(most_c * score_c(p)), score_c in 0 .. 1; whole points, so that the parts add up exactly.
    """
    if scene.market.scores is not None:
        return _read_given(scene)
    offers, needs = _find_possible(scene)
    if scene.market.market.reciprocity is Reciprocity.REQUIRED:
        kept = has_return(scene, offers, needs)
        offers, needs = offers[kept], needs[kept]
    return ScoreTable(offers, needs, score_pairs(scene, offers, needs), tuple(CRITERIA))


def score_pairs(scene: Scene, offers: IntArray, needs: IntArray) -> IntArray:
    """Parts in points of any pairs, possible or not; shape (P, C)."""
    parts = [np.rint(most * score(scene, offers, needs)).astype(np.int64) for most, score in CRITERIA.values()]
    return np.stack(parts, axis=1)


def _read_given(scene: Scene) -> ScoreTable:
    offer_at = {id_: index for index, id_ in enumerate(scene.offers.ids)}
    need_at = {id_: index for index, id_ in enumerate(scene.needs.ids)}
    rows = sorted((offer_at[score.offer], need_at[score.need], score.points) for score in scene.market.scores or ())
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return ScoreTable(table[:, 0], table[:, 1], table[:, 2:], (Criterion.GIVEN,))


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
    refused = scene.refused[giver, taker] | scene.refused_offers[taker, offers] | scene.refused_needs[giver, needs]
    conditions = [is_forbidden(scene, offers, needs), refused, giver == taker, scene.same_owner[giver, taker]]
    return np.select(conditions, [1, 2, 3, 4], 0).astype(np.int64)


def is_forbidden(scene: Scene, offers: IntArray, needs: IntArray) -> BoolArray:
    offer_at = {id_: index for index, id_ in enumerate(scene.offers.ids)}
    need_at = {id_: index for index, id_ in enumerate(scene.needs.ids)}
    width = max(1, len(scene.needs.members))
    keys = [offer_at[rule.offer] * width + need_at[rule.need] for rule in scene.market.pairs if rule.status is PairStatus.FORBIDDEN]
    return np.isin(offers * width + needs, np.array(keys, dtype=np.int64))


def has_return(scene: Scene, offers: IntArray, needs: IntArray) -> BoolArray:
    """Could the taker of each pair give something back: is any pair the other way possible and not excluded?"""
    giver, taker = scene.offers.organisations[offers], scene.needs.organisations[needs]
    free = find_exclusions(scene, offers, needs) == 0
    count = len(scene.organisations)
    ways = np.zeros((count, count), dtype=np.bool_)
    ways[giver[free], taker[free]] = True
    return ways[taker, giver]
