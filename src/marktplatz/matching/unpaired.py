"""Why an organisation is in no pair: the least that would have to change for it to be in an optimal plan, each tested."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

import numpy as np

from marktplatz.matching.gather import Gathered
from marktplatz.matching.problem import UNLIMITED, Assignment, IntArray, Problem
from marktplatz.matching.scoring.barriers import BARRIERS
from marktplatz.matching.scoring.table import is_forbidden, score_pairs
from marktplatz.matching.solve import could_serve
from marktplatz.vocabulary import MAX_POINTS, Barrier, Rule, UnpairedReason

Obstacle = Barrier | Rule | UnpairedReason

_TRIED_PAIRS: Final = 5
"""How many pairs behind the same obstacles are tried, the most valuable first, before more obstacles are looked at."""

_ORDER: Final[tuple[Obstacle, ...]] = (
    UnpairedReason.OWN_MAXIMUM,
    UnpairedReason.OWN_CAPACITY,
    Rule.NO_THANKS,
    Rule.FORBIDDEN,
    Barrier.TIME,
    Barrier.DISTANCE,
    Barrier.CATEGORY,
    Barrier.NO_RETURN,
    Barrier.VALUES,
    Barrier.COMPETITORS,
    Rule.SAME_OWNER,
    Rule.MAX_PAIRS_BETWEEN,
    Barrier.WITHIN_KIND,
    Barrier.NOT_LISTED,
)
"""Of equally short lists of obstacles the one that people can do something about is named first."""


@dataclass(frozen=True, slots=True)
class ObstacleReason:
    """One thing in the way. With all reasons of an organisation removed it could be in an optimal plan; none is superfluous.

    `offer` and `need` name the pair that is meant, `organisations` whose limit or wish it is, `count` how many of the
    organisation's possible partners' entries this concerns.
    """

    code: str
    count: int
    offer: str | None = None
    need: str | None = None
    organisations: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class _Prospects:
    """Every pair that an organisation's entries could form with others' entries, and what stands between: shape (K,) each."""

    offers: IntArray
    needs: IntArray
    obstacles: tuple[frozenset[Obstacle], ...]
    points: IntArray


def explain_unpaired(gathered: Gathered, assignment: Assignment) -> dict[str, tuple[ObstacleReason, ...]]:
    """Reasons for every organisation that is in no pairing, by organisation id, ascending.

    Notes
    -----
    For an organisation with eligible pairs it is tested whether another optimal plan holds it (then the tie went against it);
    otherwise a higher limit of one partner is what it needs, and the fewest limits that suffice are named. For one without, the
    shortest lists of obstacles are tried, each by solving the market in which just those do not stand in the way.
    """
    problem = gathered.problem
    chosen = assignment.chosen
    in_pair = np.zeros(len(problem.organisations), dtype=np.bool_)
    in_pair[problem.giving[chosen]] = in_pair[problem.taking[chosen]] = True
    return {problem.organisations[o]: _explain(gathered, int(o)) for o in np.flatnonzero(~in_pair)}


def _explain(gathered: Gathered, organisation: int) -> tuple[ObstacleReason, ...]:
    problem = gathered.problem
    if not np.any(problem.offer_organisation == organisation) and not np.any(problem.need_organisation == organisation):
        return (ObstacleReason(UnpairedReason.NO_ENTRY, 0),)
    prospects = _find_prospects(gathered, organisation)
    if not prospects.obstacles:
        return (ObstacleReason(UnpairedReason.NO_COUNTERPART, 0),)
    for obstacles, rows in _shortest_first(prospects):
        for row in rows[:_TRIED_PAIRS]:
            opened = _open(problem, organisation, prospects, row)
            if could_serve(opened, organisation):
                return _name(gathered, organisation, prospects, obstacles, row) or (ObstacleReason(UnpairedReason.LOST_TIE, 0),)
        best = rows[0]
        opened = _open(problem, organisation, prospects, best)
        reasons = _name(gathered, organisation, prospects, obstacles, best)
        return (*reasons, _name_limits(gathered, opened, organisation, prospects, best, len(rows)))
    raise AssertionError("there is a prospect, so there is a shortest list")


def _shortest_first(prospects: _Prospects) -> Iterator[tuple[frozenset[Obstacle], list[int]]]:
    """Groups of prospects behind the same obstacles: the fewest first; within a group the most points first."""

    def rank(row: int) -> tuple[int, list[int]]:
        return len(prospects.obstacles[row]), sorted(_ORDER.index(obstacle) for obstacle in prospects.obstacles[row])

    rows = sorted(range(len(prospects.obstacles)), key=lambda row: (*rank(row), -int(prospects.points[row]), row))
    for _, group in groupby(rows, key=rank):
        members = list(group)
        yield prospects.obstacles[members[0]], members


def _find_prospects(gathered: Gathered, organisation: int) -> _Prospects:
    scene, problem = gathered.scene, gathered.problem
    given, wanted = scene.offers.organisations, scene.needs.organisations
    own_offers, own_needs = np.flatnonzero(given == organisation), np.flatnonzero(wanted == organisation)
    other_offers, other_needs = np.flatnonzero(given != organisation), np.flatnonzero(wanted != organisation)
    offers = np.concatenate([np.repeat(own_offers, len(other_needs)), np.repeat(other_offers, len(own_needs))])
    needs = np.concatenate([np.tile(other_needs, len(own_offers)), np.tile(own_needs, len(other_offers))])
    rows = _find_rows(problem, offers, needs)
    listed = rows >= 0
    checks: dict[Obstacle, np.ndarray] = {}
    if scene.market.scores is None:
        checks |= {barrier: is_barred(scene, offers, needs) for barrier, is_barred in BARRIERS.items()}
        barred = np.any(list(checks.values()), axis=0)
        checks[Barrier.NO_RETURN] = ~listed & ~barred
        points = score_pairs(scene, offers, needs).sum(axis=1)
    else:
        checks[Barrier.NOT_LISTED] = ~listed
        points = np.where(listed, problem.points[rows] if len(problem.points) else 0, MAX_POINTS)
    checks |= _find_exclusions(gathered, organisation, offers, needs)
    names = list(checks)
    table = np.stack([checks[name] for name in names], axis=1)
    obstacles = tuple(frozenset(name for name, stands in zip(names, line, strict=True) if stands) for line in table.tolist())
    return _Prospects(offers, needs, obstacles, points)


def _find_exclusions(gathered: Gathered, organisation: int, offers: IntArray, needs: IntArray) -> dict[Obstacle, np.ndarray]:
    scene, problem = gathered.scene, gathered.problem
    giver, taker = scene.offers.organisations[offers], scene.needs.organisations[needs]
    own = np.where(giver == organisation, problem.offer_capacity[offers], problem.need_capacity[needs])
    return {
        Rule.FORBIDDEN: is_forbidden(scene, offers, needs),
        Rule.NO_THANKS: scene.refused[giver, taker] | scene.refused_offers[taker, offers] | scene.refused_needs[giver, needs],
        Rule.SAME_OWNER: scene.same_owner[giver, taker],
        Rule.MAX_PAIRS_BETWEEN: np.full(len(offers), problem.max_pairs_between == 0),
        UnpairedReason.OWN_CAPACITY: own == 0,
        UnpairedReason.OWN_MAXIMUM: np.full(len(offers), problem.max_agreements[organisation] == 0),
    }


def _find_rows(problem: Problem, offers: IntArray, needs: IntArray) -> IntArray:
    """The problem's row of each (offer, need), -1 where it has none."""
    width = max(1, len(problem.needs))
    table, wanted = problem.pair_offer * width + problem.pair_need, offers * width + needs
    if not len(table):
        return np.full(len(wanted), -1, dtype=np.int64)
    rows = np.minimum(np.searchsorted(table, wanted), len(table) - 1)
    return np.where(table[rows] == wanted, rows, -1)


def _open(problem: Problem, organisation: int, prospects: _Prospects, row: int) -> Problem:
    """The market in which nothing stands between the two entries of one prospect; all else as it is."""
    offer, need = prospects.offers[row : row + 1], prospects.needs[row : row + 1]
    at = int(_find_rows(problem, offer, need)[0])
    if at < 0:
        place = int(
            np.searchsorted(
                problem.pair_offer * max(1, len(problem.needs)) + problem.pair_need, offer * max(1, len(problem.needs)) + need
            )[0]
        )
        problem = replace(
            problem,
            pair_offer=np.insert(problem.pair_offer, place, offer),
            pair_need=np.insert(problem.pair_need, place, need),
            points=np.insert(problem.points, place, prospects.points[row]),
            exclusions=np.insert(problem.exclusions, place, 0),
            pinned=np.insert(problem.pinned, place, False),
        )
    else:
        problem = replace(problem, exclusions=_with(problem.exclusions, at, 0))
    obstacles = prospects.obstacles[row]
    if UnpairedReason.OWN_MAXIMUM in obstacles:
        problem = replace(problem, max_agreements=_with(problem.max_agreements, organisation, 1))
    if UnpairedReason.OWN_CAPACITY in obstacles:
        owns_offer = problem.offer_organisation[offer[0]] == organisation
        problem = _raise_capacity(problem, int(offer[0]) if owns_offer else None, None if owns_offer else int(need[0]))
    return replace(problem, max_pairs_between=1) if Rule.MAX_PAIRS_BETWEEN in obstacles else problem


def _with(values: IntArray, position: int, value: int) -> IntArray:
    changed = values.copy()
    changed[position] = value
    return changed


def _raise_capacity(problem: Problem, offer: int | None, need: int | None) -> Problem:
    """One more place at an offer or a need."""
    if offer is not None:
        problem = replace(problem, offer_capacity=_with(problem.offer_capacity, offer, int(problem.offer_capacity[offer]) + 1))
    if need is not None:
        problem = replace(problem, need_capacity=_with(problem.need_capacity, need, int(problem.need_capacity[need]) + 1))
    return problem


def _name(
    gathered: Gathered, organisation: int, prospects: _Prospects, obstacles: frozenset[Obstacle], row: int
) -> tuple[ObstacleReason, ...]:
    """One reason per obstacle, with the pair that is meant."""
    problem = gathered.problem
    partner = _partner(problem, organisation, prospects, row)
    return tuple(
        ObstacleReason(
            code=obstacle.value,
            count=sum(obstacle in each for each in prospects.obstacles),
            offer=problem.offers[prospects.offers[row]],
            need=problem.needs[prospects.needs[row]],
            organisations=(problem.organisations[partner],),
        )
        for obstacle in sorted(obstacles, key=_ORDER.index)
    )


def _partner(problem: Problem, organisation: int, prospects: _Prospects, row: int) -> int:
    giver = int(problem.offer_organisation[prospects.offers[row]])
    return int(problem.need_organisation[prospects.needs[row]]) if giver == organisation else giver


def _name_limits(
    gathered: Gathered, opened: Problem, organisation: int, prospects: _Prospects, row: int, count: int
) -> ObstacleReason:
    """All within reach are taken: which limits of this partner, each raised by one, would suffice."""
    offer, need = int(prospects.offers[row]), int(prospects.needs[row])
    partner = _partner(opened, organisation, prospects, row)
    gives = opened.offer_organisation[offer] == partner
    roomier = _raise_capacity(opened, offer if gives else None, None if gives else need)
    maximum = int(opened.max_agreements[partner])
    more = _with(opened.max_agreements, partner, min(maximum + 1, UNLIMITED))
    if could_serve(roomier, organisation):
        limits: tuple[str, ...] = (Rule.CAPACITY.value,)
    elif could_serve(replace(opened, max_agreements=more), organisation):
        limits = (Rule.MAX_AGREEMENTS.value,)
    else:
        limits = (Rule.CAPACITY.value, Rule.MAX_AGREEMENTS.value)
    return ObstacleReason(
        code=UnpairedReason.PARTNERS_TAKEN.value,
        count=count,
        offer=gathered.problem.offers[offer],
        need=gathered.problem.needs[need],
        organisations=(gathered.problem.organisations[partner],),
        limits=limits,
    )
