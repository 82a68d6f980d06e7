"""The score table of a large market: every pair is scored, and each offer and each need keeps its best."""

from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse

from marktplatz.matching.problem import IntArray
from marktplatz.matching.scoring import wishes
from marktplatz.matching.scoring.barriers import is_other_category, is_shut, is_within_kind
from marktplatz.matching.scoring.content import STEPS
from marktplatz.matching.scoring.content import score as score_contents
from marktplatz.matching.scoring.criteria import MEASURES, find_most_points, sum_gated
from marktplatz.matching.scoring.exceptions import Pairs
from marktplatz.matching.scoring.gate import find_gate
from marktplatz.matching.scoring.relations import Relation
from marktplatz.matching.scoring.returns import IMPOSSIBLE, PointArray, Ways, find_ways, make_worths
from marktplatz.matching.scoring.scene import Entries, FloatArray, Scene
from marktplatz.matching.scoring.table import ScoreTable, find_exclusions, find_groups, has_return, score_pairs, with_exceptions
from marktplatz.vocabulary import Barrier, Criterion, Reciprocity

KEPT: Final = 50
"""How many pairs each offer and each need keeps at least."""

_ROWS_AT_ONCE: Final = 64
_COLUMNS_AT_ONCE: Final = 1024
"""Of a block that is looked at at once: what the processor keeps near."""

_STRETCHES: Final = 4
_TURN: Final = 20
"""Bits of the order among equal points."""

Keys = npt.NDArray[np.int32]


def score_best(scene: Scene, kept: int = KEPT) -> ScoreTable:
    """The possible pairs that are among the `kept` best of their offer or of their need, and all that the market names.

    Notes
    -----
    The points are those that `score_all` gives. All of them stand in one table of two bytes a pair, without what shuts pairs out,
    and beside it the contents' scores in another, for what they let through of the rest. Both are filled block by block, content by
    sparse products. Then the points are cut: by offers, by needs, and what either keeps stays. Among equal points an entry prefers
    those that stand in the other list where it stands in its own, and what follows: were all the same preferred, a market of equal
    entries would lose nearly all of its pairs.
    """
    points, contents = _score_plain(scene)
    spoken = _find_spoken(scene)
    _apply_spoken(scene, points, spoken)
    ways = find_ways(scene, points)
    if scene.market.market.reciprocity is Reciprocity.REQUIRED:
        _drop_without_return(scene, points, ways)
        ways = find_ways(scene, points)
    _add_returns(scene, points, contents, ways)
    found = _keep(points, kept), _keep(points.T, kept, is_turned=True), _find_named(scene, spoken, ways)
    offers, needs = np.divmod(_merge(np.concatenate(found)), max(1, points.shape[1]))
    exclusions = find_exclusions(scene, offers, needs)
    parts = score_pairs(scene, offers, needs, ways, contents[offers, needs] / STEPS)
    left_out = int(np.count_nonzero(points != IMPOSSIBLE)) - int(np.count_nonzero(exclusions == 0))
    none = np.zeros(len(offers), dtype=np.bool_)
    table = ScoreTable(offers, needs, parts, (*MEASURES, Criterion.RETURN), exclusions, ways, none, left_out, kept)
    return with_exceptions(scene, table)


def _score_plain(scene: Scene) -> tuple[PointArray, PointArray]:
    """Of every offer with every need the points, and the contents' score in thousandths; shape (A, N).

    Left aside is what somebody has said of single pairs or partners (`_apply_spoken`), and returns.

    The points are IMPOSSIBLE where something shuts the pair out.
    """
    points = np.full((len(scene.offers.members), len(scene.needs.members)), IMPOSSIBLE, dtype=np.int16)
    contents = np.zeros_like(points)
    for group, needs in find_groups(scene, is_other_category, is_within_kind):
        for first in range(0, len(group), _ROWS_AT_ONCE):
            offers = group[first : first + _ROWS_AT_ONCE]
            content = score_contents(scene, offers[:, None], needs[None, :])
            contents[offers[:, None], needs[None, :]] = np.rint(STEPS * content)
            for start in range(0, len(needs), _COLUMNS_AT_ONCE):
                here = slice(start, start + _COLUMNS_AT_ONCE)
                rows, columns = offers[:, None], needs[None, here]
                points[rows, columns] = _score_block(scene, content[:, here], rows, columns)
    return points, contents


def _score_block(scene: Scene, content: FloatArray, offers: IntArray, needs: IntArray) -> FloatArray:
    """Points for contents, and for the rest where contents let it count: only there does anybody have to look."""
    total = np.rint(find_most_points(scene)[Criterion.CONTENT] * content)
    giver, taker = scene.offers.organisations[offers], scene.needs.organisations[needs]
    shut = is_shut(scene, offers, needs, known=(Barrier.CATEGORY,)) | (giver == taker) | scene.same_owner[giver, taker]
    gate = find_gate(scene, content, offers, needs)
    live = np.flatnonzero((gate > 0) & ~shut)
    rows, columns = np.divmod(live, content.shape[1])
    total.ravel()[live] += sum_gated(scene, offers[rows, 0], needs[0, columns], gate.ravel()[live])
    return np.where(shut, IMPOSSIBLE, total)


def _apply_spoken(scene: Scene, points: PointArray, spoken: Pairs) -> None:
    """Points for wishes; IMPOSSIBLE what is forbidden or refused."""
    is_open = points[spoken] != IMPOSSIBLE
    offers, needs = spoken[0][is_open], spoken[1][is_open]
    wished = np.rint(find_most_points(scene)[Criterion.WISHES] * wishes.score(scene, offers, needs)).astype(np.int16)
    excluded = find_exclusions(scene, offers, needs) > 0
    points[offers, needs] = np.where(excluded, IMPOSSIBLE, points[offers, needs] + wished)


def _drop_without_return(scene: Scene, points: PointArray, ways: Ways) -> None:
    for start in range(0, len(points), _ROWS_AT_ONCE):
        here = slice(start, start + _ROWS_AT_ONCE)
        back = ways.cut(scene.offers.organisations[here], scene.needs.organisations)
        np.copyto(points[here], IMPOSSIBLE, where=back == IMPOSSIBLE)


def _add_returns(scene: Scene, points: PointArray, contents: PointArray, ways: Ways) -> None:
    worths = make_worths(find_most_points(scene)[Criterion.RETURN])
    if not worths.any():
        return
    for start in range(0, len(points), _ROWS_AT_ONCE):
        here = slice(start, start + _ROWS_AT_ONCE)
        back = ways.cut(scene.offers.organisations[here], scene.needs.organisations)
        rows, needs = np.divmod(np.flatnonzero((back != IMPOSSIBLE) & (points[here] != IMPOSSIBLE)), points.shape[1])
        offers = rows + start
        gate = find_gate(scene, contents[offers, needs] / STEPS, offers, needs)
        points[offers, needs] += np.rint(gate * worths[back[rows, needs]]).astype(np.int16)


def _keep(points: PointArray, kept: int, *, is_turned: bool = False) -> IntArray:
    """Each row's best places as offer * needs + need; `is_turned` where rows are needs."""
    count, width = points.shape
    turns = [((np.arange(size, dtype=np.int64) << _TURN) // max(1, size)).astype(np.int32) for size in (count, width)]
    found = [np.empty(0, dtype=np.int64)]
    for start in range(0, count, _ROWS_AT_ONCE):
        block = slice(start, start + _ROWS_AT_ONCE)
        keys = _order(points[block], turns[0][block], turns[1], is_turned=is_turned)
        here, there = _find_largest(keys, kept)
        found.append(there * count + here + start if is_turned else (here + start) * width + there)
    return np.concatenate(found)


def _find_largest(keys: Keys, kept: int) -> tuple[IntArray, IntArray]:
    """Row and column of the `kept` largest keys of each row that are not below 0.

    So many stretches of a row have a largest key above the least of those that it is at most what the row's own bound is.
    """
    width = keys.shape[1]
    stretches = min(width, _STRETCHES * kept)
    bound = np.zeros((len(keys), 1), dtype=np.int32)
    if stretches > kept:
        peaks = np.maximum.reduceat(keys, np.arange(stretches) * width // stretches, axis=1)
        bound = np.maximum(bound, np.partition(peaks, stretches - kept, axis=1)[:, stretches - kept, None])
    rows, columns = np.divmod(np.flatnonzero(keys >= bound), width)
    order = np.lexsort((-keys[rows, columns], rows))
    rows, columns = rows[order], columns[order]
    rank = np.arange(len(rows)) - np.searchsorted(rows, rows)
    return rows[rank < kept], columns[rank < kept]


def _order(points: PointArray, here: IntArray, there: IntArray, *, is_turned: bool) -> Keys:
    """Points above all, then how far around the circle the other stands; below 0 what may not be."""
    gaps = there[None, :] - here[:, None] if is_turned else here[:, None] - there[None, :]
    gaps -= 1
    gaps &= (1 << _TURN) - 1
    near = points.copy(order="K")  # as it lies: turned over only where the processor keeps it near
    keys = near.astype(np.int32, order="C")
    keys <<= _TURN
    keys |= gaps
    return keys


def _merge(places: IntArray) -> IntArray:
    """Sorted, each once."""
    ordered = np.sort(places)
    return ordered[np.diff(ordered, prepend=-1) > 0]


def _find_spoken(scene: Scene) -> Pairs:
    """Offers and needs of the pairs that somebody has spoken of, by an organiser's rule or a wish."""
    rules = [(scene.offers.position[rule.offer], scene.needs.position[rule.need]) for rule in scene.market.pairs]
    named = _to_matrix(Relation.from_places(dict.fromkeys(rules, 1.0), (len(scene.offers.members), len(scene.needs.members))))
    gives, takes = (_find_owners(side, len(scene.organisations)) for side in (scene.offers, scene.needs))
    for organisations, offers, needs in (
        (scene.liked_organisations, scene.liked_offers, scene.liked_needs),
        (scene.refused, scene.refused_offers, scene.refused_needs),
    ):
        wished = _to_matrix(organisations)
        named = named + gives.T @ (wished + wished.T) @ takes + _to_matrix(offers).T @ takes + gives.T @ _to_matrix(needs)
    rows, columns = named.nonzero()
    return rows.astype(np.int64), columns.astype(np.int64)


def _find_named(scene: Scene, spoken: Pairs, ways: Ways) -> IntArray:
    """Those of the pairs that are possible, as offer * needs + need."""
    rows, columns = spoken
    is_open = ~is_shut(scene, rows, columns)
    if scene.market.market.reciprocity is Reciprocity.REQUIRED:
        is_open &= has_return(scene, rows, columns, ways)
    return rows[is_open] * max(1, len(scene.needs.members)) + columns[is_open]


def _to_matrix(relation: Relation) -> sparse.csr_array:
    return sparse.csr_array((np.ones(len(relation.keys)), relation.places), shape=relation.shape)


def _find_owners(entries: Entries, count: int) -> sparse.csr_array:
    """1 where an organisation (row) has an entry (column)."""
    owned = len(entries.members)
    return sparse.csr_array((np.ones(owned), (entries.organisations, np.arange(owned))), shape=(count, owned))
