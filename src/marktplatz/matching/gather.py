"""From a market's values to a Problem: what is possible, what it is worth, what is shut out, what is pinned."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from marktplatz.market import Market
from marktplatz.matching.problem import UNLIMITED, IntArray, Problem
from marktplatz.matching.scoring.scene import Scene, build_scene
from marktplatz.matching.scoring.table import ScoreTable, score_scene
from marktplatz.vocabulary import PairStatus


@dataclass(frozen=True, eq=False)
class Gathered:
    """A Problem with where it came from: its pairs are the score table's rows, its organisations and entries the scene's."""

    scene: Scene
    scores: ScoreTable
    problem: Problem


def gather(market: Market) -> Gathered:
    """Score a market and lay its rules beside the scores; the order of the market's lists does not matter."""
    scene = build_scene(market)
    scores = score_scene(scene)
    pins = {(pair.offer, pair.need) for pair in market.pairs if pair.status is PairStatus.PINNED}
    offer_ids, need_ids = scene.offers.ids, scene.needs.ids
    listed = (
        {(offer_ids[a], need_ids[n]): row for row, (a, n) in enumerate(zip(scores.offers, scores.needs, strict=True))}
        if pins
        else {}
    )
    pinned = np.zeros(len(scores.offers), dtype=np.bool_)
    pinned[[listed[pin] for pin in pins if pin in listed]] = True
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
        stray_pins=tuple(sorted(pins - set(listed))),
        max_pairs_between=UNLIMITED if policy.max_pairs_between is None else policy.max_pairs_between,
    )
    return Gathered(scene, scores, problem)


def _limits(values: Iterable[int | None]) -> IntArray:
    return np.array([UNLIMITED if value is None else value for value in values], dtype=np.int64)
