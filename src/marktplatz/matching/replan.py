"""A change in, the new optimum with the fewest changes out: LivePlan keeps the state, replan(plan, change) moves it on."""

from collections.abc import Iterable

import numpy as np

from marktplatz.errors import Conflict, Finding
from marktplatz.matching.changes import Change
from marktplatz.matching.kept import KeptModel, keep_model
from marktplatz.matching.pins import find_refusals
from marktplatz.matching.problem import Assignment, IntArray, Problem, Refusal
from marktplatz.matching.replanned import Replanned, tell
from marktplatz.matching.solve import solve
from marktplatz.matching.terms import Terms
from marktplatz.matching.warm import WarmNetwork
from marktplatz.vocabulary import PlanStatus


def replan(plan: "LivePlan", change: Change, *, time_limit_s: float | None = None) -> Replanned:
    """Restore the optimum after a change, from the kept state, with as few changed pairs as possible.

    With x' the pairs of the plan before, the new plan x maximises lexicographically, under the terms that now hold,

        (1) organisations in at least one pair of x
        (2) sum over pairs p in x of points_p
        (3) - |x symmetric difference x'|

    and then the hash of `solve`: it is `solve(plan.problem, previous=x')`, found in a fraction of the time.

    Parameters
    ----------
    plan : LivePlan
        Is moved on to the new plan.
    change : Change
        One of OrganisationAbsent, OrganisationArrives, PairAgreed, PairPinned, PairRefused, PairReleased, CapacityChanged,
        MaximumChanged. What holds already changes nothing.
    time_limit_s : float, seconds, optional
        Only where the market is no network and has to be solved in full; then the plan may be `feasible`, with a bound.

    Returns
    -------
    Replanned
        The new assignment, the pairs that came and went and why, and who is newly or no longer served.

    Raises
    ------
    NotFound
        unknown_organisation, unknown_entry, unknown_offer or unknown_need.
    Conflict
        pin_refused, once for each pin that breaks a rule: the new one, or those that a lower limit or a refusal would break.
    InvalidInput
        malformed_problem, if a limit is no whole number from 0 to UNLIMITED.
        After any of these the plan is as it was.

    Notes
    -----
    An absent organisation keeps its pinned pairs, which are settled; `PairReleased` takes them back.

    The joint problem without `max_pairs_between` is a minimum-cost circulation (see `network`). Its flow and node prices are kept
    with one cost per pair that holds all tiers as a whole number, -1 or +1 for pairs in or outside the current plan among them.
    A change moves the bounds of a few arcs; what that leaves in excess is sent along shortest paths in the residual network with
    reduced costs [1]_, [2]_. When the plan moves on, the costs of the pairs that came fall and of those that went rise: both are
    where the proof wants them, so nothing has to be searched again. Where the repaired flow breaks `max_pairs_between`, holds an
    idle pair, or a pair within one kind is possible, the full model decides (kept as well: `KeptModel`), and the kept flow only
    follows its plan.

    References
    ----------
    .. [1] Edmonds & Karp (1972), Theoretical improvements in algorithmic efficiency for network flow problems.
    .. [2] Ahuja, Magnanti & Orlin (1993), Network Flows, sections 9.7 and 9.11 (successive shortest paths, reoptimisation).

    Examples
    --------
    >>> from marktplatz.matching import Pair, Problem
    >>> from marktplatz.matching.changes import OrganisationAbsent
    >>> problem = Problem.from_pairs(
    ...     companies=["bank", "shop"], nonprofits=["club"], offers={"paint": "bank", "bake": "shop"}, needs={"feast": "club"},
    ...     pairs=[Pair("paint", "feast", 700), Pair("bake", "feast", 400)])
    >>> plan = LivePlan.start(problem)
    >>> after = replan(plan, OrganisationAbsent("bank"))
    >>> after.removed, after.added
    ((Pair(offer='paint', need='feast', points=700),), (Pair(offer='bake', need='feast', points=400),))
    >>> [(change.why.value, change.pair.offer) for change in after.changes]
    [('cause', 'paint'), ('fills', 'bake')]
    >>> after.newly_served, after.no_longer_served
    (('shop',), ('bank',))
    """
    return plan._move(change, time_limit_s)


class LivePlan:
    """A plan that follows what happens: the terms that hold, the current optimum, and the flow that makes the next one quick.

    Examples
    --------
    >>> from marktplatz.matching import Pair, Problem
    >>> problem = Problem.from_pairs(
    ...     companies=["bank"], nonprofits=["club"], offers={"paint": "bank"}, needs={"walls": "club"},
    ...     pairs=[Pair("paint", "walls", 700)])
    >>> plan = LivePlan.start(problem)
    >>> plan.assignment.points, plan.problem is problem
    (700, True)
    """

    def __init__(self, problem: Problem, assignment: Assignment) -> None:
        self._terms = Terms(problem)
        self._problem: Problem | None = problem
        self._assignment = assignment
        self._uses = [0] * len(problem.organisations)
        self._points, self._served = 0, 0
        self._network = WarmNetwork(self._terms, assignment.chosen)
        self._kept = KeptModel(problem)
        self._chosen = np.zeros(len(problem.points), dtype=np.bool_)
        self._turn(assignment.chosen.tolist())

    @classmethod
    def start(cls, problem: Problem, assignment: Assignment | None = None) -> "LivePlan":
        """Keep a plan for changes to come; solves the problem first if no assignment is given.

        Parameters
        ----------
        problem : Problem
        assignment : Assignment, optional
            The plan that people know; the next re-plan stays close to it, optimal or not.

        Raises
        ------
        Conflict
            pin_refused, if the problem's pins break a rule.
        """
        refusals = find_refusals(problem)
        if refusals:
            raise Conflict(*[finding for refusal in refusals for finding in _name_pins(problem, refusal)])
        return cls(problem, solve(problem) if assignment is None else assignment)

    @property
    def problem(self) -> Problem:
        """The Problem with all changes so far; the pair table is always the one of the start."""
        if self._problem is None:
            self._problem = self._terms.problem()
        return self._problem

    @property
    def assignment(self) -> Assignment:
        """The current plan; its indices are those of `problem`."""
        return self._assignment

    def _move(self, change: Change, time_limit_s: float | None) -> Replanned:
        touched = self._terms.apply(change)
        self._problem = None
        self._network.follow_terms(touched)
        solved: Assignment | None = None
        if self._network.is_exact():
            turned = sorted(self._network.differing)
        else:
            self._kept = keep_model(self.problem, self._kept)
            solved = self._kept.solve(self.problem, previous=self._ids_of_chosen(), time_limit_s=time_limit_s)
            turned = self._find_differences(solved.chosen)
        served_before = {o: self._uses[o] > 0 for pair in turned for o in self._ends(pair)}
        moved = self._turn(turned)
        self._network.follow_plan(moved)
        self._assignment = solved or self._conclude()
        served = {o: not before for o, before in served_before.items() if (self._uses[o] > 0) != before}
        return tell(change, self._assignment, self._terms, touched, moved, served)

    def _turn(self, pairs: Iterable[int]) -> dict[int, bool]:
        """Take every one of these pairs out if it is in the plan, and in if it is not; which of them came?"""
        points = self._terms.points
        moved = {}
        for pair in pairs:
            moved[pair] = came = not self._chosen[pair]
            self._chosen[pair] = came
            by = 1 if came else -1
            self._points += by * points[pair]
            for organisation in self._ends(pair):
                self._uses[organisation] += by
                if self._uses[organisation] == came:  # from 0 to 1, or from 1 to 0
                    self._served += by
        return moved

    def _ends(self, pair: int) -> tuple[int, int]:
        return self._terms.giving[pair], self._terms.taking[pair]

    def _find_differences(self, chosen: IntArray) -> list[int]:
        after = np.zeros_like(self._chosen)
        after[chosen] = True
        return np.flatnonzero(after != self._chosen).tolist()

    def _ids_of_chosen(self) -> list[tuple[str, str]]:
        return [(pair.offer, pair.need) for pair in map(self._terms.start.pair, np.flatnonzero(self._chosen).tolist())]

    def _conclude(self) -> Assignment:
        chosen = np.flatnonzero(self._chosen)
        return Assignment(PlanStatus.OPTIMAL, chosen, self._served, self._points, self._served, self._points)


def _name_pins(problem: Problem, refusal: Refusal) -> list[Finding]:
    """One finding for each pin that a refusal is about: it names one entry that is overfull, or the entries of the pins."""
    pinned = [(pair.offer, pair.need) for pair in map(problem.pair, np.flatnonzero(problem.pinned).tolist())]
    needed = min(2, len(refusal.entries))
    return [
        Finding("pin_refused", params={"rule": refusal.rule.value, "offer": offer, "need": need})
        for offer, need in (*pinned, *problem.stray_pins)
        if len({offer, need} & set(refusal.entries)) >= needed
    ]
