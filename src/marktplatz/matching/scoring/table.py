"""ScoreTable: possible pairs with their points and their parts; here with all of them, in `best` with each entry's best."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from marktplatz.matching.problem import BoolArray, IntArray
from marktplatz.matching.scoring.barriers import BARRIERS, IsBarred, is_other_category, is_shut
from marktplatz.matching.scoring.content import score as score_contents
from marktplatz.matching.scoring.criteria import MEASURES, find_most_points, score_plainly
from marktplatz.matching.scoring.exceptions import LIFTED, add_pairs, find_exceptions, is_among
from marktplatz.matching.scoring.gate import find_gate
from marktplatz.matching.scoring.returns import IMPOSSIBLE, Ways, find_no_ways, find_ways, make_worths
from marktplatz.matching.scoring.scene import FloatArray, Scene
from marktplatz.vocabulary import Criterion, Reciprocity

_CELLS_AT_ONCE: Final = 65_536
"""Of a block that is looked at at once: what the processor keeps near."""


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
    ways : Ways
        The best possible pair from each taker back to each giver.
    excepted : bool array, shape (P,)
        Pairs that are possible by the organiser's written exception only.
    left_out : int
        How many possible pairs that nothing shuts out are missing, because neither entry has them among its `kept` best.
    kept : int
        How many pairs each entry keeps at least, where any are left out.
    """

    offers: IntArray
    needs: IntArray
    parts: IntArray
    criteria: tuple[Criterion, ...]
    exclusions: IntArray
    ways: Ways
    excepted: BoolArray
    left_out: int = 0
    kept: int = 0

    @property
    def points(self) -> IntArray:
        return self.parts.sum(axis=1)


def score_all(scene: Scene) -> ScoreTable:
    """All possible pairs with their parts.

    points_p = sum over criteria c of round(most_c * score_c(p) * gate_c(p)), score_c and gate_c in 0 .. 1; whole points, so that
    the parts add up exactly. gate_c is 1 for contents and wishes, for all else it is what the contents let through.
    """
    exceptions = find_exceptions(scene)
    offers, needs = add_pairs(_find_possible(scene), exceptions)
    exclusions = find_exclusions(scene, offers, needs)
    content = score_contents(scene, offers, needs)
    gate = find_gate(scene, content, offers, needs)
    plain = _score_list(scene, offers, needs, content, gate)
    _take_lifted_points(scene, offers, needs, plain, is_among(scene, offers, needs, exceptions))
    ways = _find_ways(scene, offers, needs, exclusions, plain)
    if scene.market.market.reciprocity is Reciprocity.REQUIRED:
        kept = has_return(scene, offers, needs, ways)
        offers, needs, exclusions, plain, gate = offers[kept], needs[kept], exclusions[kept], plain[kept], gate[kept]
        ways = _find_ways(scene, offers, needs, exclusions, plain)
    parts = _add_returns(scene, offers, needs, plain, gate, ways)
    excepted = is_among(scene, offers, needs, exceptions)
    return ScoreTable(offers, needs, parts, (*MEASURES, Criterion.RETURN), exclusions, ways, excepted)


def with_exceptions(scene: Scene, table: ScoreTable) -> ScoreTable:
    """A table that was made without them, and the pairs that the organiser's exceptions make possible."""
    offers, needs = find_exceptions(scene)
    if scene.market.market.reciprocity is Reciprocity.REQUIRED:
        kept = has_return(scene, offers, needs, table.ways)
        offers, needs = offers[kept], needs[kept]
    if not len(offers):
        return table
    content = score_contents(scene, offers, needs)
    gate = find_gate(scene, content, offers, needs)
    plain = _score_list(scene, offers, needs, content, gate)
    _take_lifted_points(scene, offers, needs, plain, np.ones(len(offers), dtype=np.bool_))
    parts = np.concatenate([table.parts, _add_returns(scene, offers, needs, plain, gate, table.ways)])
    order = np.lexsort((np.concatenate([table.needs, needs]), np.concatenate([table.offers, offers])))
    both = np.concatenate([table.offers, offers])[order], np.concatenate([table.needs, needs])[order]
    excepted = is_among(scene, *both, (offers, needs))
    return replace(
        table, offers=both[0], needs=both[1], parts=parts[order], exclusions=find_exclusions(scene, *both), excepted=excepted
    )


def with_other_rules(scene: Scene, table: ScoreTable) -> ScoreTable:
    """A full table made for other pins and exclusions than the scene has: no content is compared again.

    What was shut out may be the return for another pair, or no longer be; where one is required, pairs come and go with it, so
    such a market is scored anew.
    """
    exclusions = find_exclusions(scene, table.offers, table.needs)
    ways = _find_ways(scene, table.offers, table.needs, exclusions, table.parts[:, :-1])
    giver, taker = scene.offers.organisations[table.offers], scene.needs.organisations[table.needs]
    (rows,) = np.nonzero(ways[giver, taker] != table.ways[giver, taker])
    parts = table.parts.copy()
    parts[rows, -1] = score_pairs(scene, table.offers[rows], table.needs[rows], ways)[:, -1]
    return replace(table, parts=parts, exclusions=exclusions, ways=ways)


def score_pairs(scene: Scene, offers: IntArray, needs: IntArray, ways: Ways, content: FloatArray | None = None) -> IntArray:
    """Parts in points of any pairs, possible or not: of the criteria and, last, of the return; shape (P, C)."""
    if content is None:
        content = score_contents(scene, offers, needs)
    gate = find_gate(scene, content, offers, needs)
    return _add_returns(scene, offers, needs, _score_list(scene, offers, needs, content, gate), gate, ways)


def _take_lifted_points(scene: Scene, offers: IntArray, needs: IntArray, plain: IntArray, excepted: BoolArray) -> None:
    """What an exception lifts gives no points: the reason is the organiser's, not the pair's."""
    (rows,) = np.nonzero(excepted)
    for barrier, criterion in LIFTED.items():
        lifted = rows[BARRIERS[barrier](scene, offers[rows], needs[rows])]
        plain[lifted, list(MEASURES).index(criterion)] = 0


def _score_list(scene: Scene, offers: IntArray, needs: IntArray, content: FloatArray, gate: FloatArray) -> IntArray:
    return np.stack(list(score_plainly(scene, offers, needs, content, gate)), axis=1).astype(np.int64)


def _add_returns(scene: Scene, offers: IntArray, needs: IntArray, plain: IntArray, gate: FloatArray, ways: Ways) -> IntArray:
    giver, taker = scene.offers.organisations[offers], scene.needs.organisations[needs]
    part = np.rint(gate * make_worths(find_most_points(scene)[Criterion.RETURN])[ways[giver, taker]])
    return np.column_stack([plain, part.astype(np.int64)])


def _find_ways(scene: Scene, offers: IntArray, needs: IntArray, exclusions: IntArray, plain: IntArray) -> Ways:
    points = np.full((len(scene.offers.members), len(scene.needs.members)), IMPOSSIBLE, dtype=np.int16)
    free = exclusions == 0
    points[offers[free], needs[free]] = plain[free].sum(axis=1)
    return find_ways(scene, points)


def read_given(scene: Scene) -> ScoreTable:
    """The pairs of a market that brings its own points."""
    offer_at, need_at = scene.offers.position, scene.needs.position
    rows = sorted((offer_at[score.offer], need_at[score.need], score.points) for score in scene.market.scores or ())
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    exclusions = find_exclusions(scene, table[:, 0], table[:, 1])
    none = np.zeros(len(table), dtype=np.bool_)
    return ScoreTable(table[:, 0], table[:, 1], table[:, 2:], (Criterion.GIVEN,), exclusions, find_no_ways(scene), none)


def _find_possible(scene: Scene) -> tuple[IntArray, IntArray]:
    """Every offer with every need that no barrier stands between, sorted."""
    found = [np.empty((2, 0), dtype=np.int64)]
    for offers, needs in find_groups(scene, is_other_category):
        step = max(1, _CELLS_AT_ONCE // max(1, len(needs)))
        for start in range(0, len(offers), step):
            here = offers[start : start + step]
            rows, columns = np.nonzero(~is_shut(scene, here[:, None], needs[None, :]))
            found.append(np.stack([here[rows], needs[columns]]))
    pairs = np.concatenate(found, axis=1)
    pairs = pairs[:, np.argsort(pairs[0] * max(1, len(scene.needs.members)) + pairs[1], kind="stable")]
    return pairs[0], pairs[1]


def find_groups(scene: Scene, *barriers: IsBarred) -> Iterator[tuple[IntArray, IntArray]]:
    """Offers of one kind by one kind of organisation, and the needs that these barriers, which look at the kinds, leave to them."""
    needs = np.arange(len(scene.needs.members))
    codes = scene.offers.kinds * 2 + scene.is_company[scene.offers.organisations]
    for code in np.unique(codes):
        offers = np.flatnonzero(codes == code)
        shut = np.any([is_barred(scene, offers[:1, None], needs[None, :])[0] for is_barred in barriers], axis=0)
        yield offers, needs[~shut]


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
    refusals = scene.refused[giver, taker], scene.refused_offers[taker, offers], scene.refused_needs[giver, needs]
    return (refusals[0] > 0) | (refusals[1] > 0) | (refusals[2] > 0)


def is_forbidden(scene: Scene, offers: IntArray, needs: IntArray) -> BoolArray:
    """The organiser has excluded the pair."""
    return scene.forbidden[offers, needs] > 0


def has_return(scene: Scene, offers: IntArray, needs: IntArray, ways: Ways) -> BoolArray:
    """Could the taker of each pair give something back: is any pair the other way possible and not excluded?"""
    return ways[scene.offers.organisations[offers], scene.needs.organisations[needs]] != IMPOSSIBLE
