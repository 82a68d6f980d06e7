"""Which explanations of an earlier table are still true in a later one: those of pairs that nothing around them changed."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from marktplatz.market import Market, is_same_but

if TYPE_CHECKING:
    from marktplatz.matching.explain import PairReason
    from marktplatz.matching.gather import Gathered


def keep_reasons(now: "Gathered", before: "Gathered") -> "dict[int, tuple[PairReason, ...]]":
    """By the rows of the later table.

    What a pair's sentences say rests on its parts in points, its two entries, their organisations, what these wish, and the
    market's policy, concepts and history; an exception rests on the organiser's rules besides, and is explained anew.
    """
    market, earlier = now.scene.market, before.scene.market
    if not before.explained or now.scores.criteria != before.scores.criteria or not _is_same_ground(market, earlier):
        return {}
    touched = _find_touched(market, earlier)
    explained = {before.problem.pair(row): row for row in list(before.explained)}
    kept: dict[int, tuple[PairReason, ...]] = {}
    for row in now.problem.find_pairs((pair.offer, pair.need) for pair in explained).tolist():
        pair = now.problem.pair(row)
        ends = {pair.offer, pair.need, market.entry_by_id[pair.offer].organisation, market.entry_by_id[pair.need].organisation}
        then = explained.get(pair)
        if then is None or not ends.isdisjoint(touched) or now.scores.excepted[row] or before.scores.excepted[then]:
            continue
        if np.array_equal(now.scores.parts[row], before.scores.parts[then]):
            kept[row] = before.explained[then]
    return kept


def _is_same_ground(market: Market, earlier: Market) -> bool:
    return is_same_but(market, earlier, "pairs", "organisations", "offers", "needs", "wishes")


def _find_touched(market: Market, earlier: Market) -> set[str]:
    """Entries and organisations that differ, and those whom a wish is by or about that only one of the two markets has."""
    wishes = set(market.wishes) ^ set(earlier.wishes)
    touched = {end for wish in wishes for end in (wish.organisation, wish.target)}
    for now, before in (
        (market.organisations, earlier.organisations),
        (market.offers, earlier.offers),
        (market.needs, earlier.needs),
    ):
        touched |= _find_different(now, before)
    return touched


def _find_different(now: Iterable[Any], before: Iterable[Any]) -> set[str]:
    known: Mapping[str, Any] = {each.id: each for each in before}
    return {each.id for each in now if known.get(each.id) != each}
