"""From a market's values to a Problem: what is possible, what it is worth, what is shut out, what is pinned."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from marktplatz.market import Market, is_same_but
from marktplatz.matching.kept_reasons import keep_reasons
from marktplatz.matching.problem import UNLIMITED, BoolArray, IntArray, Problem
from marktplatz.matching.scoring.best import score_best
from marktplatz.matching.scoring.scene import Scene, build_scene
from marktplatz.matching.scoring.table import ScoreTable, read_given, score_all, with_other_rules
from marktplatz.vocabulary import PairStatus, Reciprocity

if TYPE_CHECKING:
    from marktplatz.matching.explain import PairReason
    from marktplatz.matching.kept import KeptModel


@dataclass(frozen=True, eq=False)
class Gathered:
    """A Problem with where it came from: its pairs are the score table's rows, its organisations and entries the scene's.

    `kept` answers quickly, where the market is asked about again and again; `explained` are the rows of which somebody asked why.
    """

    scene: Scene
    scores: ScoreTable
    problem: Problem
    kept: "KeptModel | None" = None
    explained: "dict[int, tuple[PairReason, ...]]" = field(default_factory=dict)


FULL_UP_TO: Final = 2_000_000
"""Offers times needs: so large a market keeps all its possible pairs, a larger one those that are among an entry's best."""


def gather(market: Market, *, full_up_to: int = FULL_UP_TO, like: Gathered | None = None) -> Gathered:
    """Score a market and lay its rules beside the scores; the order of the market's lists does not matter.

    `like`, gathered earlier, makes it quicker where the entries are the same; the result is the same.
    """
    scene = build_scene(market, like=None if like is None else like.scene)
    scores = _score(scene, full_up_to, like)
    pinned, stray_pins = _find_pins(scene, scores)
    offer_ids, need_ids = scene.offers.ids, scene.needs.ids
    policy = market.market
    problem = Problem(
        organisations=tuple(organisation.id for organisation in scene.organisations),
        is_company=scene.is_company,
        max_agreements=_limits(
            policy.max_agreements if organisation.max_agreements is None else organisation.max_agreements
            for organisation in scene.organisations
        ),
        offers=offer_ids,
        offer_organisation=scene.offers.organisations,
        offer_capacity=_limits(entry.places for entry in scene.offers.members),
        needs=need_ids,
        need_organisation=scene.needs.organisations,
        need_capacity=_limits(entry.places for entry in scene.needs.members),
        pair_offer=scores.offers,
        pair_need=scores.needs,
        points=scores.points,
        exclusions=scores.exclusions,
        pinned=pinned,
        stray_pins=stray_pins,
        max_pairs_between=UNLIMITED if policy.max_pairs_between is None else policy.max_pairs_between,
    )
    found = Gathered(scene, scores, problem)
    return found if like is None else replace(found, explained=keep_reasons(found, like))


def _score(scene: Scene, full_up_to: int, like: Gathered | None) -> ScoreTable:
    if scene.market.scores is not None:
        return read_given(scene)
    if len(scene.offers.members) * len(scene.needs.members) > full_up_to:
        return score_best(scene)
    if like is not None and not like.scores.kept and _differ_in_rules(scene.market, like.scene.market):
        return with_other_rules(scene, like.scores)
    return score_all(scene)


def _differ_in_rules(market: Market, earlier: Market) -> bool:
    """Are they the same but for pins and exclusions, which leave a pair's own points as they are?"""
    excepted, before = ({rule for rule in each.pairs if rule.exception_reason is not None} for each in (market, earlier))
    is_free = market.market.reciprocity is not Reciprocity.REQUIRED
    return is_free and excepted == before and is_same_but(market, earlier, "pairs")


def _find_pins(scene: Scene, scores: ScoreTable) -> tuple[BoolArray, tuple[tuple[str, str], ...]]:
    """Which rows of the table are pinned, and the pins that have no row."""
    pins = sorted({(pair.offer, pair.need) for pair in scene.market.pairs if pair.status is PairStatus.PINNED})
    width = max(1, len(scene.needs.members))
    keys = np.array([scene.offers.position[offer] * width + scene.needs.position[need] for offer, need in pins], dtype=np.int64)
    table = scores.offers * width + scores.needs
    is_listed = np.isin(keys, table)
    return np.isin(table, keys), tuple(pin for pin, listed in zip(pins, is_listed.tolist(), strict=True) if not listed)


def _limits(values: Iterable[int | None]) -> IntArray:
    return np.array([UNLIMITED if value is None else value for value in values], dtype=np.int64)
