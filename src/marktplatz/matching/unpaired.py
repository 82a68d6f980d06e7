"""Why an organisation is in no pair: the least that would have to change for it to be in an optimal plan, each tested."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from marktplatz.matching.gather import Gathered
from marktplatz.matching.problem import UNLIMITED, Assignment, BoolArray, IntArray, Problem
from marktplatz.matching.scoring.barriers import BARRIERS
from marktplatz.matching.scoring.scene import Scene
from marktplatz.matching.scoring.table import is_forbidden, is_refused, score_pairs
from marktplatz.matching.solve import could_serve
from marktplatz.vocabulary import MAX_POINTS, Barrier, PlanStatus, Reciprocity, Rule, UnpairedReason

ObstacleCode = Barrier | Rule | UnpairedReason

_TRIED_PAIRS: Final = 50
"""How many pairs behind the same obstacles are tried one by one, the most valuable first, if all of them together are enough."""

_ORDER: Final[tuple[ObstacleCode, ...]] = (
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
    organisation's possible partners' entries this concerns, `more` by how much each of the `limits` would have to be higher.
    """

    code: str
    count: int
    offer: str | None = None
    need: str | None = None
    organisations: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    more: int = 0


@dataclass(frozen=True, eq=False)
class Prospects:
    """Every pair that an organisation's entries could form with others' entries, and what stands between: shape (K,) each."""

    offers: IntArray
    needs: IntArray
    obstacles: tuple[frozenset[ObstacleCode], ...]
    points: IntArray


def explain_unpaired(gathered: Gathered, assignment: Assignment) -> dict[str, tuple[ObstacleReason, ...]]:
    """Reasons for every organisation that is in no pairing, by organisation id, ascending.

    Notes
    -----
    For an organisation with eligible pairs it is tested whether another optimal plan holds it (then the tie went against it);
    otherwise higher limits of one partner are what it needs, and the fewest that suffice are named. For one without, the
    shortest lists of obstacles are tried, each by solving the market in which just those do not stand in the way.
    """
    problem = gathered.problem
    chosen = assignment.chosen
    in_pair = np.zeros(len(problem.organisations), dtype=np.bool_)
    in_pair[problem.giving[chosen]] = in_pair[problem.taking[chosen]] = True
    if assignment.status is PlanStatus.FEASIBLE:  # what an optimal plan holds is not known then
        return {problem.organisations[o]: (ObstacleReason(UnpairedReason.NOT_PROVEN, 0),) for o in np.flatnonzero(~in_pair)}
    return {problem.organisations[o]: _explain(gathered, int(o)) for o in np.flatnonzero(~in_pair)}


def _explain(gathered: Gathered, organisation: int) -> tuple[ObstacleReason, ...]:
    problem = gathered.problem
    if not has_entries(problem, organisation):
        return (ObstacleReason(UnpairedReason.NO_ENTRY, 0),)
    prospects = find_prospects(gathered, organisation)
    if not prospects.obstacles:
        return (ObstacleReason(UnpairedReason.NO_COUNTERPART, 0),)
    groups = find_shortest(prospects)
    for obstacles, rows in groups:
        enough = _find_enough(problem, organisation, prospects, rows)
        if enough is not None:
            return name_obstacles(gathered, organisation, prospects, obstacles, enough) or (
                ObstacleReason(UnpairedReason.LOST_TIE, 0),
            )
    obstacles, rows = groups[0]
    opened = _open(problem, organisation, prospects, rows[:1])
    reasons = name_obstacles(gathered, organisation, prospects, obstacles, rows[0])
    return (*reasons, _name_limits(gathered, opened, organisation, prospects, rows[0], len(rows)))


def has_entries(problem: Problem, organisation: int) -> bool:
    return bool(np.any(problem.offer_organisation == organisation) or np.any(problem.need_organisation == organisation))


def _find_enough(problem: Problem, organisation: int, prospects: Prospects, rows: list[int]) -> int | None:
    """The first prospect with which, once open, the organisation could be in an optimal plan."""
    # One more pair for an organisation never takes it out of the best plans: if all at once are not enough, no single one is.
    if not could_serve(_open(problem, organisation, prospects, rows), organisation):
        return None
    if not prospects.obstacles[rows[0]]:  # nothing had to be opened, so that was the market as it is
        return rows[0]
    tried = rows[:_TRIED_PAIRS]
    return next((row for row in tried if could_serve(_open(problem, organisation, prospects, [row]), organisation)), None)


def find_shortest(prospects: Prospects) -> list[tuple[frozenset[ObstacleCode], list[int]]]:
    """Every shortest list of obstacles, with the prospects that only these stand before, the most points first."""
    fewest = min(map(len, prospects.obstacles))
    groups: dict[frozenset[ObstacleCode], list[int]] = {}
    for row in sorted(range(len(prospects.obstacles)), key=lambda row: (-int(prospects.points[row]), row)):
        if len(prospects.obstacles[row]) == fewest:
            groups.setdefault(prospects.obstacles[row], []).append(row)
    return sorted(groups.items(), key=lambda group: sorted(_ORDER.index(obstacle) for obstacle in group[0]))


def find_prospects(gathered: Gathered, organisation: int) -> Prospects:
    scene, problem = gathered.scene, gathered.problem
    given, wanted = scene.offers.organisations, scene.needs.organisations
    own_offers, own_needs = np.flatnonzero(given == organisation), np.flatnonzero(wanted == organisation)
    other_offers, other_needs = np.flatnonzero(given != organisation), np.flatnonzero(wanted != organisation)
    offers = np.concatenate([np.repeat(own_offers, len(other_needs)), np.repeat(other_offers, len(own_needs))])
    needs = np.concatenate([np.tile(other_needs, len(own_offers)), np.tile(own_needs, len(other_offers))])
    rows = _find_rows(problem, offers, needs)
    listed = rows >= 0
    checks: dict[ObstacleCode, BoolArray] = {}
    if scene.market.scores is None:
        checks |= {barrier: is_barred(scene, offers, needs) for barrier, is_barred in BARRIERS.items()}
        checks[Barrier.NO_RETURN] = _lacks_return(scene, checks, offers, needs)
        points = score_pairs(scene, offers, needs, gathered.scores.ways).sum(axis=1)
    else:
        checks[Barrier.NOT_LISTED] = ~listed
        points = np.where(listed, problem.points[rows] if len(problem.points) else 0, MAX_POINTS)
    checks |= _find_exclusions(gathered, organisation, offers, needs)
    names = list(checks)
    table = np.stack([checks[name] for name in names], axis=1)
    chosen = np.flatnonzero(listed | table.any(axis=1))  # what was left out of a large market's table is no prospect
    obstacles = tuple(
        frozenset(name for name, stands in zip(names, line, strict=True) if stands) for line in table[chosen].tolist()
    )
    return Prospects(offers[chosen], needs[chosen], obstacles, points[chosen])


def _lacks_return(scene: Scene, barred: Mapping[ObstacleCode, BoolArray], offers: IntArray, needs: IntArray) -> BoolArray:
    """Would a pair, once nothing else stood in its way, still be without the return that the market requires?

    What stands between the two organisations stands in both ways and is named by itself; so only what concerns the entries counts.
    """
    if scene.market.market.reciprocity is not Reciprocity.REQUIRED:
        return np.zeros(len(offers), dtype=np.bool_)
    giver, taker = scene.offers.organisations[offers], scene.needs.organisations[needs]
    refused = (scene.refused_offers[taker, offers] > 0) | (scene.refused_needs[giver, needs] > 0)
    stuck = np.any([barred[barrier] for barrier in (Barrier.CATEGORY, Barrier.TIME, Barrier.DISTANCE)], axis=0)
    free = ~stuck & ~refused & ~is_forbidden(scene, offers, needs)
    ways = np.zeros((len(scene.organisations), len(scene.organisations)), dtype=np.bool_)
    ways[giver[free], taker[free]] = True
    return ~ways[taker, giver]


def _find_exclusions(gathered: Gathered, organisation: int, offers: IntArray, needs: IntArray) -> dict[ObstacleCode, BoolArray]:
    scene, problem = gathered.scene, gathered.problem
    giver, taker = scene.offers.organisations[offers], scene.needs.organisations[needs]
    own = np.where(giver == organisation, problem.offer_capacity[offers], problem.need_capacity[needs])
    return {
        Rule.FORBIDDEN: is_forbidden(scene, offers, needs),
        Rule.NO_THANKS: is_refused(scene, offers, needs),
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


def _open(problem: Problem, organisation: int, prospects: Prospects, rows: Sequence[int]) -> Problem:
    """The market in which nothing stands between the entries of some prospects behind the same obstacles; all else as it is."""
    chosen = np.array(sorted(rows, key=lambda row: (prospects.offers[row], prospects.needs[row])), dtype=np.int64)
    offers, needs = prospects.offers[chosen], prospects.needs[chosen]
    at = _find_rows(problem, offers, needs)
    exclusions = problem.exclusions.copy()
    exclusions[at[at >= 0]] = 0
    new, width = at < 0, max(1, len(problem.needs))
    places = np.searchsorted(problem.pair_offer * width + problem.pair_need, offers[new] * width + needs[new])
    problem = replace(
        problem,
        pair_offer=np.insert(problem.pair_offer, places, offers[new]),
        pair_need=np.insert(problem.pair_need, places, needs[new]),
        points=np.insert(problem.points, places, prospects.points[chosen][new]),
        exclusions=np.insert(exclusions, places, 0),
        pinned=np.insert(problem.pinned, places, False),
    )
    obstacles = prospects.obstacles[rows[0]]
    if UnpairedReason.OWN_MAXIMUM in obstacles:
        problem = replace(problem, max_agreements=_with(problem.max_agreements, organisation, 1))
    if UnpairedReason.OWN_CAPACITY in obstacles:
        for offer in set(offers[problem.offer_organisation[offers] == organisation].tolist()):
            problem = _raise_capacity(problem, offer, None, 1)
        for need in set(needs[problem.need_organisation[needs] == organisation].tolist()):
            problem = _raise_capacity(problem, None, need, 1)
    return replace(problem, max_pairs_between=1) if Rule.MAX_PAIRS_BETWEEN in obstacles else problem


def _with(values: IntArray, position: int, value: int) -> IntArray:
    changed = values.copy()
    changed[position] = value
    return changed


def _raise_capacity(problem: Problem, offer: int | None, need: int | None, more: int) -> Problem:
    """More places at an offer or a need."""
    if offer is not None:
        problem = replace(problem, offer_capacity=_raise(problem.offer_capacity, offer, more))
    if need is not None:
        problem = replace(problem, need_capacity=_raise(problem.need_capacity, need, more))
    return problem


def _raise(limits: IntArray, position: int, more: int) -> IntArray:
    return _with(limits, position, min(int(limits[position]) + more, UNLIMITED))


def name_obstacles(
    gathered: Gathered, organisation: int, prospects: Prospects, obstacles: frozenset[ObstacleCode], row: int
) -> tuple[ObstacleReason, ...]:
    """One reason per obstacle, with the pair that is meant."""
    problem = gathered.problem
    partner = find_partner(problem, organisation, prospects, row)
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


def find_partner(problem: Problem, organisation: int, prospects: Prospects, row: int) -> int:
    giver = int(problem.offer_organisation[prospects.offers[row]])
    return int(problem.need_organisation[prospects.needs[row]]) if giver == organisation else giver


def _name_limits(
    gathered: Gathered, opened: Problem, organisation: int, prospects: Prospects, row: int, count: int
) -> ObstacleReason:
    """All within reach are taken: which limits of this partner would have to be higher, and by how much."""
    offer, need = int(prospects.offers[row]), int(prospects.needs[row])
    partner = find_partner(opened, organisation, prospects, row)

    def suffices(limits: tuple[Rule, ...], more: int) -> bool:
        problem = opened
        if Rule.CAPACITY in limits:
            gives = opened.offer_organisation[offer] == partner
            problem = _raise_capacity(problem, offer if gives else None, None if gives else need, more)
        if Rule.MAX_AGREEMENTS in limits:
            problem = replace(problem, max_agreements=_raise(problem.max_agreements, partner, more))
        return could_serve(problem, organisation)

    limits, more = _find_least_limits(suffices)
    return ObstacleReason(
        code=UnpairedReason.PARTNERS_TAKEN.value,
        count=count,
        offer=gathered.problem.offers[offer],
        need=gathered.problem.needs[need],
        organisations=(gathered.problem.organisations[partner],),
        limits=tuple(limit.value for limit in limits),
        more=more,
    )


def _find_least_limits(suffices: Callable[[tuple[Rule, ...], int], bool]) -> tuple[tuple[Rule, ...], int]:
    """One limit if lifting it is enough, else both, which always is; raised no higher than needed."""
    alone: tuple[tuple[Rule, ...], ...] = ((Rule.CAPACITY,), (Rule.MAX_AGREEMENTS,))
    for limits in alone:
        if suffices(limits, 1):
            return limits, 1
    limits = next((one for one in alone if suffices(one, UNLIMITED)), (Rule.CAPACITY, Rule.MAX_AGREEMENTS))
    enough = 1
    while not suffices(limits, enough):
        enough *= 2
    too_few = enough // 2
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        too_few, enough = (too_few, middle) if suffices(limits, middle) else (middle, enough)
    return limits, enough
