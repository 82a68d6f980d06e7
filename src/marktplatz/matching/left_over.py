"""Why an organisation is in no pair of a plan made by hand: what would have to change for it to join this very plan."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace

from marktplatz.matching.gather import Gathered
from marktplatz.matching.problem import Assignment, Problem
from marktplatz.matching.unpaired import (
    ObstacleReason,
    Prospects,
    find_partner,
    find_prospects,
    find_shortest,
    has_entries,
    name_obstacles,
)
from marktplatz.vocabulary import Rule, UnpairedReason


def explain_left_over(
    gathered: Gathered, assignment: Assignment, only: Collection[str] | None = None
) -> dict[str, tuple[ObstacleReason, ...]]:
    """Reasons for every organisation, or `only` those named, that is in no pairing, by id, ascending; nothing is solved.

    The reasons together suffice for one more pair beside those of the assignment. Where none is needed, `could_join` names the
    pair; where the partner's limits are used up, `taken_by_hand` names them. `explain_unpaired` asks the other question: what
    keeps an organisation out of the optimal plans.
    """
    used = _count_uses(gathered.problem, assignment)
    ids = gathered.problem.organisations
    return {
        ids[o]: _explain(gathered, used, o)
        for o in range(len(ids))
        if not used.organisations[o] and (only is None or ids[o] in only)
    }


@dataclass(frozen=True, slots=True)
class _Uses:
    """In how many pairs each offer, need and organisation is, by index."""

    offers: Counter[int]
    needs: Counter[int]
    organisations: Counter[int]


def _count_uses(problem: Problem, assignment: Assignment) -> _Uses:
    chosen = assignment.chosen
    ends = [*problem.giving[chosen].tolist(), *problem.taking[chosen].tolist()]
    return _Uses(Counter(problem.pair_offer[chosen].tolist()), Counter(problem.pair_need[chosen].tolist()), Counter(ends))


def _explain(gathered: Gathered, used: _Uses, organisation: int) -> tuple[ObstacleReason, ...]:
    if not has_entries(gathered.problem, organisation):
        return (ObstacleReason(UnpairedReason.NO_ENTRY, 0),)
    prospects = find_prospects(gathered, organisation)
    if not prospects.obstacles:
        return (ObstacleReason(UnpairedReason.NO_COUNTERPART, 0),)
    groups = find_shortest(prospects)
    for obstacles, rows in groups:
        for row in rows:
            if not _find_full_limits(gathered.problem, used, organisation, prospects, row):
                reasons = name_obstacles(gathered, organisation, prospects, obstacles, row)
                return reasons or (_name_pair(gathered, organisation, prospects, row, UnpairedReason.COULD_JOIN, len(rows)),)
    obstacles, rows = groups[0]
    limits = _find_full_limits(gathered.problem, used, organisation, prospects, rows[0])
    taken = _name_pair(gathered, organisation, prospects, rows[0], UnpairedReason.TAKEN_BY_HAND, len(rows))
    named = name_obstacles(gathered, organisation, prospects, obstacles, rows[0])
    return (*named, replace(taken, limits=tuple(limit.value for limit in limits), more=1))


def _find_full_limits(problem: Problem, used: _Uses, organisation: int, prospects: Prospects, row: int) -> tuple[Rule, ...]:
    """Which limits of the partner the plan uses up."""
    offer, need = int(prospects.offers[row]), int(prospects.needs[row])
    partner = find_partner(problem, organisation, prospects, row)
    gives = problem.offer_organisation[offer] == partner
    places = problem.offer_capacity[offer] - used.offers[offer] if gives else problem.need_capacity[need] - used.needs[need]
    agreements = problem.max_agreements[partner] - used.organisations[partner]
    return tuple(rule for rule, left in ((Rule.CAPACITY, places), (Rule.MAX_AGREEMENTS, agreements)) if left <= 0)


def _name_pair(
    gathered: Gathered, organisation: int, prospects: Prospects, row: int, code: UnpairedReason, count: int
) -> ObstacleReason:
    problem = gathered.problem
    partner = find_partner(problem, organisation, prospects, row)
    offer, need = problem.offers[prospects.offers[row]], problem.needs[prospects.needs[row]]
    return ObstacleReason(code.value, count, offer, need, (problem.organisations[partner],))
