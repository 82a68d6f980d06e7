"""Does an assignment keep every hard rule and add up? Plain lists and counters; shares no code with the solver."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from marktplatz.matching.problem import EXCLUSIONS, Assignment, IntArray, Problem
from marktplatz.vocabulary import PlanStatus, Rule


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule (a Rule's name, or unpinned / idle / total for what must hold beside the rules) and whom it concerns."""

    rule: str
    concerned: tuple[str, ...]
    found: int = 0
    limit: int = 0


def find_violations(problem: Problem, assignment: Assignment) -> list[Violation]:
    """Check an assignment against its problem, without trusting anything that the solver computed.

    Parameters
    ----------
    problem : Problem
    assignment : Assignment

    Returns
    -------
    list of Violation
        Empty if every hard rule holds, all pins are in, no idle pair is, and the totals and bounds fit. That no better
        assignment exists is what the tests' oracle and the bound are for.

    Examples
    --------
    >>> from marktplatz.matching import Pair, Problem, find_violations, solve
    >>> problem = Problem.from_pairs(
    ...     companies=["bank"], nonprofits=["club"], offers={"paint": "bank"}, needs={"walls": "club"},
    ...     pairs=[Pair("paint", "walls", 700)])
    >>> find_violations(problem, solve(problem))
    []
    """
    if assignment.status is PlanStatus.REFUSED:
        return [Violation("refused", ())] if len(assignment.chosen) or not assignment.refusals else []
    lines = [int(line) for line in assignment.chosen.tolist()]
    if any(line < 0 or line >= len(problem.points) for line in lines) or len(set(lines)) != len(lines):
        return [Violation(Rule.NOT_ELIGIBLE, ())]
    deals = _read_deals(problem, lines)
    return [
        *_check_exclusions(problem, deals),
        *_check_entries(problem, deals),
        *_check_organisations(problem, deals),
        *_check_partners(problem, deals),
        *_check_pins(problem, deals),
        *_check_idle(problem, deals),
        *_check_totals(assignment, deals),
    ]


@dataclass(frozen=True, slots=True)
class _Deals:
    """The chosen pairs column by column, as plain numbers: lines of the Problem, positions in its ids, points."""

    lines: list[int]
    offers: list[int]
    needs: list[int]
    givers: list[int]
    takers: list[int]
    points: list[int]

    @property
    def ends(self) -> list[tuple[int, int]]:
        """The two organisations of each pair, whichever gives; the smaller id first."""
        return [(giver, taker) if giver < taker else (taker, giver) for giver, taker in zip(self.givers, self.takers, strict=True)]


def _read_deals(problem: Problem, lines: list[int]) -> _Deals:
    chosen = np.array(lines, dtype=np.int64)
    offers, needs = problem.pair_offer[chosen], problem.pair_need[chosen]
    return _Deals(
        lines=lines,
        offers=offers.tolist(),
        needs=needs.tolist(),
        givers=problem.offer_organisation[offers].tolist(),
        takers=problem.need_organisation[needs].tolist(),
        points=problem.points[chosen].tolist(),
    )


def _name_entries(problem: Problem, line: int) -> tuple[str, str]:
    return problem.offers[problem.pair_offer[line]], problem.needs[problem.pair_need[line]]


def _check_exclusions(problem: Problem, deals: _Deals) -> list[Violation]:
    broken = []
    codes = problem.exclusions[np.array(deals.lines, dtype=np.int64)].tolist()
    for line, code, giver, taker in zip(deals.lines, codes, deals.givers, deals.takers, strict=True):
        rule = EXCLUSIONS[code]
        if rule is None and giver == taker:
            rule = Rule.SAME_ORGANISATION
        if rule is not None:
            broken.append(Violation(rule, _name_entries(problem, line)))
    return broken


def _check_entries(problem: Problem, deals: _Deals) -> list[Violation]:
    over = _find_overused(Rule.CAPACITY, deals.offers, problem.offers, problem.offer_capacity)
    over += _find_overused(Rule.CAPACITY, deals.needs, problem.needs, problem.need_capacity)
    return sorted(over, key=lambda violation: violation.concerned)


def _check_organisations(problem: Problem, deals: _Deals) -> list[Violation]:
    return _find_overused(Rule.MAX_AGREEMENTS, deals.givers + deals.takers, problem.organisations, problem.max_agreements)


def _find_overused(rule: Rule, uses: Iterable[int], ids: tuple[str, ...], limits: IntArray) -> list[Violation]:
    """Where something is used more often than its limit allows; `uses` names it by position, once for every use."""
    allowed = limits.tolist()
    return [Violation(rule, (ids[at],), n, allowed[at]) for at, n in sorted(Counter(uses).items()) if n > allowed[at]]


def _check_partners(problem: Problem, deals: _Deals) -> list[Violation]:
    ids, limit = problem.organisations, problem.max_pairs_between
    together = sorted(Counter(deals.ends).items())
    return [Violation(Rule.MAX_PAIRS_BETWEEN, (ids[one], ids[two]), n, limit) for (one, two), n in together if n > limit]


def _check_pins(problem: Problem, deals: _Deals) -> list[Violation]:
    missing = sorted(set(np.flatnonzero(problem.pinned).tolist()) - set(deals.lines))
    return [Violation("unpinned", _name_entries(problem, line)) for line in missing] + [
        Violation("unpinned", pin) for pin in problem.stray_pins
    ]


def _check_idle(problem: Problem, deals: _Deals) -> list[Violation]:
    uses = Counter(organisation for ends in deals.ends for organisation in set(ends))
    return [
        Violation("idle", _name_entries(problem, line))
        for line, points, ends in zip(deals.lines, deals.points, deals.ends, strict=True)
        if points == 0 and not problem.pinned[line] and all(uses[end] > 1 for end in ends)
    ]


def _check_totals(assignment: Assignment, deals: _Deals) -> list[Violation]:
    served, points = len({*deals.givers, *deals.takers}), sum(deals.points)
    wrong = []
    if (served, points) != (assignment.served, assignment.points):
        wrong.append(Violation("total", (), served, assignment.served))
    if (assignment.bound_served, assignment.bound_points) < (served, points):
        wrong.append(Violation("bound", (), points, assignment.bound_points))
    return wrong
