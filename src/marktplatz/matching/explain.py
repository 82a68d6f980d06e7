"""Why this pair: its parts in points, as values; and what the taker could give back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from marktplatz.matching.gather import Gathered
from marktplatz.matching.problem import Assignment
from marktplatz.matching.scoring.criteria import MEASURES
from marktplatz.matching.scoring.exceptions import describe_exception
from marktplatz.vocabulary import Criterion, PairNote, Reciprocity

FAINT_BELOW: Final = 150
"""Pairs that a broker would sign have 230 points and more in the example markets; below it only letters hold a pair together."""


@dataclass(frozen=True, slots=True)
class PairReason:
    """One part of a pair's points and what it rests on; `wording` makes the sentence."""

    criterion: Criterion | PairNote
    points: int
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Return:
    """What the taker could give back: a possible pair in the other direction that no pairing uses."""

    offer: str
    need: str


def explain_pair(gathered: Gathered, row: int) -> tuple[PairReason, ...]:
    """The parts of a pair, the weightiest first; they add up exactly to its points.

    Parameters
    ----------
    gathered : Gathered
    row : int
        Index of the pair in the problem.

    Returns
    -------
    tuple of PairReason
        Parts of 0 points are left out, but for the contents, which say why others count less, and unless all are 0. A pair that
        is possible by an exception only says so at the end, and so does one of fewer than `FAINT_BELOW` points of our own.
    """
    if row not in gathered.explained:
        gathered.explained[row] = _explain(gathered, row)
    return gathered.explained[row]


def _explain(gathered: Gathered, row: int) -> tuple[PairReason, ...]:
    scores = gathered.scores
    parts = sorted(zip(scores.criteria, scores.parts[row].tolist(), strict=True), key=lambda part: -part[1])
    every = [
        PairReason(criterion, points, _describe(gathered, row, criterion) | ({} if points else {"none": 1}))
        for criterion, points in parts
    ]
    reasons = [reason for reason in every if reason.points > 0 or "counts" in reason.params] or every[:1]
    if scores.excepted[row]:
        excuse = describe_exception(gathered.scene, int(scores.offers[row]), int(scores.needs[row]))
        reasons.append(PairReason(PairNote.EXCEPTION, 0, excuse))
    if Criterion.GIVEN not in scores.criteria and gathered.problem.points[row] < FAINT_BELOW:
        reasons.append(PairReason(PairNote.FAINT, 0))
    return tuple(reasons)


def _describe(gathered: Gathered, row: int, criterion: Criterion) -> dict[str, str | int]:
    measure = MEASURES.get(criterion)
    offer, need = int(gathered.scores.offers[row]), int(gathered.scores.needs[row])
    return {} if measure is None else dict(measure.describe(gathered.scene, offer, need))


def suggest_returns(gathered: Gathered, assignment: Assignment) -> dict[int, Return]:
    """For each pairing a service in return, by pair index: the best possible pairs first, every entry used once at most.

    A return uses no entry of a pairing, counts in no limit and serves nobody; it is scored in its own right, never by likeness.
    """
    problem = gathered.problem
    if gathered.scene.market.market.reciprocity is Reciprocity.NONE:
        return {}
    usable_offers, usable_needs = problem.offer_capacity > 0, problem.need_capacity > 0
    usable_offers[problem.pair_offer[assignment.chosen]] = False
    usable_needs[problem.pair_need[assignment.chosen]] = False
    candidates: dict[tuple[int, int], list[int]] = {}
    giving, taking, count = problem.giving, problem.taking, len(problem.organisations)
    usable = problem.eligible & usable_offers[problem.pair_offer] & usable_needs[problem.pair_need]
    usable &= np.isin(giving * count + taking, taking[assignment.chosen] * count + giving[assignment.chosen])
    for row in np.flatnonzero(usable).tolist():
        candidates.setdefault((int(giving[row]), int(taking[row])), []).append(row)
    return _choose_returns(gathered, assignment.chosen.tolist(), candidates)


def _choose_returns(
    gathered: Gathered, chosen: Sequence[int], candidates: Mapping[tuple[int, int], list[int]]
) -> dict[int, Return]:
    problem = gathered.problem
    giving, taking, points = problem.giving, problem.taking, problem.points
    options = sorted(
        (-int(points[back]), back, row) for row in chosen for back in candidates.get((int(taking[row]), int(giving[row])), ())
    )
    used_offers: set[int] = set()
    used_needs: set[int] = set()
    returns: dict[int, Return] = {}
    for _, back, row in options:
        offer, need = int(problem.pair_offer[back]), int(problem.pair_need[back])
        if row not in returns and offer not in used_offers and need not in used_needs:
            used_offers.add(offer)
            used_needs.add(need)
            returns[row] = Return(problem.offers[offer], problem.needs[need])
    return returns
