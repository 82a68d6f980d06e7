"""What a pair that is not in a plan would cost: the market solved anew with the pair pinned, as close to the plan as can be."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from marktplatz.matching.problem import Assignment, IntArray, Pair, Problem
from marktplatz.matching.solve import solve
from marktplatz.vocabulary import PlanStatus

if TYPE_CHECKING:
    from marktplatz.matching.kept import KeptModel

Key = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Priced:
    """What pinning one pair leads to, against a plan that people know.

    Attributes
    ----------
    assignment : Assignment
        Of the market with the pair pinned; `refused` if the pin breaks a rule together with others.
    added, removed : tuples of Pair, sorted by offer, then need
        How its pairs differ from the plan's.
    gains, loses : tuples of organisation ids, sorted
        Who has a partner now and had none, and the other way round.
    served_difference, points_difference : int
        After less before; before is what the plan's pairs are worth in the market as it is.
    """

    assignment: Assignment
    added: tuple[Pair, ...] = ()
    removed: tuple[Pair, ...] = ()
    gains: tuple[str, ...] = ()
    loses: tuple[str, ...] = ()
    served_difference: int = 0
    points_difference: int = 0

    @property
    def is_refused(self) -> bool:
        return self.assignment.status is PlanStatus.REFUSED

    @property
    def is_proven(self) -> bool:
        return self.assignment.status is PlanStatus.OPTIMAL


def price_pair(
    problem: Problem,
    plan: Iterable[Key],
    offer: str,
    need: str,
    *,
    time_limit_s: float | None = None,
    kept: "KeptModel | None" = None,
) -> Priced:
    """Solve a market with one more pin, with the fewest changes against a plan, and tell what that changes.

    Parameters
    ----------
    problem : Problem
    plan : iterable of (offer id, need id)
        The plan that people know, optimal or not; pairs that are not in the table, or shut out by now, are left out.
    offer, need : str
        The pair to pin; must be in the table, or else it is refused as not eligible.
    time_limit_s : float, seconds, optional
        As in `solve`; then the answer may be without proof.
    kept : KeptModel, optional
        Of the same market, to be quicker the second time.

    Returns
    -------
    Priced

    Examples
    --------
    >>> problem = Problem.from_pairs(
    ...     companies=["bank"], nonprofits=["club", "choir"], offers={"paint": "bank"}, needs={"walls": "club", "rooms": "choir"},
    ...     pairs=[Pair("paint", "walls", 700), Pair("paint", "rooms", 580)])
    >>> priced = price_pair(problem, [("paint", "walls")], "paint", "rooms")
    >>> priced.gains, priced.loses, priced.points_difference
    (('choir',), ('club',), -120)
    """
    known = problem.find_pairs(plan)
    before = known[problem.eligible[known]]
    wanted = problem.find_pairs([(offer, need)])
    pinned = problem.pinned.copy()
    pinned[wanted] = True
    strays = problem.stray_pins if len(wanted) else tuple(sorted({*problem.stray_pins, (offer, need)}))
    changed = replace(problem, pinned=pinned, stray_pins=strays)
    stay = [(pair.offer, pair.need) for pair in map(problem.pair, before.tolist())]
    assignment = (solve if kept is None else kept.solve)(changed, previous=stay, time_limit_s=time_limit_s)
    if assignment.status is PlanStatus.REFUSED:
        return Priced(assignment)
    after = assignment.chosen
    served_before, served_after = _find_served(problem, before), _find_served(problem, after)
    return Priced(
        assignment,
        added=_name(problem, np.setdiff1d(after, before)),
        removed=_name(problem, np.setdiff1d(before, after)),
        gains=tuple(problem.organisations[o] for o in sorted(served_after - served_before)),
        loses=tuple(problem.organisations[o] for o in sorted(served_before - served_after)),
        served_difference=len(served_after) - len(served_before),
        points_difference=int(problem.points[after].sum()) - int(problem.points[before].sum()),
    )


def _find_served(problem: Problem, chosen: IntArray) -> set[int]:
    return {*problem.giving[chosen].tolist(), *problem.taking[chosen].tolist()}


def _name(problem: Problem, rows: IntArray) -> tuple[Pair, ...]:
    return tuple(problem.pair(row) for row in rows.tolist())
