"""Why two organisations are no pair: the rule that stands between them, or what it would cost, found by solving anew."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from marktplatz.errors import Finding, NotFound, Severity
from marktplatz.market import Market
from marktplatz.matching.explain import explain_pair
from marktplatz.matching.gather import Gathered
from marktplatz.matching.judge import Obstacle, judge_pair
from marktplatz.matching.problem import Pair
from marktplatz.matching.whynot import Priced, price_pair
from marktplatz.usecases.adjust import tell_obstacle
from marktplatz.usecases.compare import Named
from marktplatz.vocabulary import Barrier, PairStatus, Rule
from marktplatz.wording.reasons import pair_sentence

Key = tuple[str, str]

MOST_WAYS: Final = 8
"""Of the pairs that two organisations could be in, how many are told of."""
TIME_LIMIT_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class NamedPair:
    """An offer and a need, who gives and who takes, and the points, None where the pair is not in the market's table."""

    offer: Named
    need: Named
    giver: Named
    taker: Named
    points: int | None

    @property
    def key(self) -> Key:
        return self.offer.id, self.need.id


@dataclass(frozen=True, slots=True)
class Cost:
    """What the plan would be with the pair pinned, against the plan as it is: fewest changes, everything else best.

    `is_proven`: no better plan with the pair exists.
    """

    served_difference: int
    points_difference: int
    gains: tuple[Named, ...]
    loses: tuple[Named, ...]
    added: tuple[NamedPair, ...]
    removed: tuple[NamedPair, ...]
    is_proven: bool


@dataclass(frozen=True, slots=True)
class Way:
    """One pair that two organisations could be in, and what is to be said of it.

    `rules` are the names of what forbids it, the first one first, `findings` the same as sentences.
    """

    pair: NamedPair
    is_in_plan: bool
    rules: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    can_be_excepted: bool = False
    reasons: tuple[str, ...] = ()
    cost: Cost | None = None

    @property
    def is_possible(self) -> bool:
        return not self.rules


def explain_why_not(
    gathered: Gathered, plan: Iterable[Key], one: str, other: str, *, chosen: Key | None = None, language: str = "de"
) -> tuple[Way, ...]:
    """The ways in which two organisations could be paired, the best first; of one of them what it would cost.

    That one is `chosen`, else the first that nothing forbids and that the plan has not. Nothing is changed.
    """
    market = gathered.scene.market
    for organisation in (one, other):
        if organisation not in market.organisation_by_id:
            raise NotFound(Finding("unknown_organisation", params={"id": organisation}))
    known = set(plan)
    ways = sorted((_judge(gathered, key, known, language) for key in _list_pairs(market, one, other)), key=_rank)[:MOST_WAYS]
    priced = next((way for way in ways if way.pair.key == chosen), None) or next(
        (way for way in ways if way.is_possible and not way.is_in_plan), None
    )
    return tuple(_with_cost(gathered, known, way) if way is priced else way for way in ways)


def explain_pair_why_not(gathered: Gathered, plan: Iterable[Key], key: Key, *, language: str = "de") -> Way:
    """The same of one offer and one need."""
    market, known = gathered.scene.market, set(plan)
    for id_, entries, code in ((key[0], market.offers, "unknown_offer"), (key[1], market.needs, "unknown_need")):
        if all(entry.id != id_ for entry in entries):
            raise NotFound(Finding(code, params={"id": id_}))
    return _with_cost(gathered, known, _judge(gathered, key, known, language))


def name_pair(market: Market, pair: Pair, *, is_scored: bool = True) -> NamedPair:
    offer, need = market.entry_by_id[pair.offer], market.entry_by_id[pair.need]
    giver, taker = market.organisation_by_id[offer.organisation], market.organisation_by_id[need.organisation]
    return NamedPair(
        Named(offer.id, offer.label),
        Named(need.id, need.label),
        Named(giver.id, giver.label),
        Named(taker.id, taker.label),
        pair.points if is_scored else None,
    )


def tell_reasons(gathered: Gathered, row: int, language: str) -> tuple[str, ...]:
    """Sentences, the weightiest first."""
    return tuple(pair_sentence(each.criterion, each.params, language) for each in explain_pair(gathered, row))


def name_all(market: Market, organisations: Iterable[str]) -> tuple[Named, ...]:
    return tuple(Named(id_, market.organisation_by_id[id_].label) for id_ in organisations)


def _list_pairs(market: Market, one: str, other: str) -> list[Key]:
    """What either offers with what the other seeks."""
    return [
        (offer.id, need.id)
        for offer in market.offers
        if offer.organisation in (one, other)
        for need in market.needs
        if need.organisation in (one, other) and need.organisation != offer.organisation
    ]


def _judge(gathered: Gathered, key: Key, plan: set[Key], language: str) -> Way:
    """Beside the pins: what is in the plan without being pinned can make room."""
    market, problem = gathered.scene.market, gathered.problem
    rows = problem.find_pairs([key])
    pair = name_pair(market, problem.pair(int(rows[0])) if len(rows) else Pair(*key), is_scored=len(rows) > 0)
    pins = [(rule.offer, rule.need) for rule in market.pairs if rule.status is PairStatus.PINNED]
    obstacles = judge_pair(gathered, pins, *key)
    findings = tuple(finding for obstacle in obstacles for finding in tell_obstacle(market, obstacle))
    return Way(
        pair,
        key in plan,
        tuple(_name_rules(obstacles)),
        tuple(finding for finding in findings if finding.severity is not Severity.WARNING),
        bool(obstacles) and all(obstacle.can_be_excepted for obstacle in obstacles),
        tell_reasons(gathered, int(rows[0]), language) if len(rows) else (),
    )


def _name_rules(obstacles: Sequence[Obstacle]) -> list[str]:
    names: list[Rule | Barrier | str] = []
    for obstacle in obstacles:
        names += obstacle.barriers or [obstacle.rule]
    return [str(name) for name in names]


def _rank(way: Way) -> tuple[int, int, int, Key]:
    """Pairs of the plan, then what is possible, then what an exception could make possible."""
    return not way.is_in_plan, not way.is_possible, (not way.can_be_excepted) * 2000 - (way.pair.points or 0), way.pair.key


def _with_cost(gathered: Gathered, plan: set[Key], way: Way) -> Way:
    if not way.is_possible or way.is_in_plan:
        return way
    priced = price_pair(gathered.problem, plan, *way.pair.key, time_limit_s=TIME_LIMIT_S, kept=gathered.kept)
    if priced.is_refused:  # pins that break a rule among themselves
        refused = [
            Obstacle(each.rule, each.entries, each.organisations, each.count, each.limit) for each in priced.assignment.refusals
        ]
        told = tuple(finding for each in refused for finding in tell_obstacle(gathered.scene.market, each))
        return replace(way, rules=tuple(_name_rules(refused)), findings=told)
    return replace(way, cost=tell_cost(gathered, priced))


def tell_cost(gathered: Gathered, priced: Priced) -> Cost:
    market = gathered.scene.market
    return Cost(
        priced.served_difference,
        priced.points_difference,
        name_all(market, priced.gains),
        name_all(market, priced.loses),
        tuple(name_pair(market, pair) for pair in priced.added),
        tuple(name_pair(market, pair) for pair in priced.removed),
        priced.is_proven,
    )


def find_rows(gathered: Gathered, organisation: str) -> list[int]:
    """Free pairs in which an organisation could be, the best first."""
    problem = gathered.problem
    if organisation not in problem.organisations:
        return []
    at = problem.organisations.index(organisation)
    (rows,) = np.nonzero(problem.eligible & ((problem.giving == at) | (problem.taking == at)))
    return sorted(rows.tolist(), key=lambda row: (-int(problem.points[row]), row))
