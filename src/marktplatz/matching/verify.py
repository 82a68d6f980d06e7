"""Does an assignment keep every hard rule and add up? Plain dictionaries and loops; shares no code with the solver."""

from collections import Counter
from dataclasses import dataclass

from marktplatz.matching.problem import EXCLUSIONS, Assignment, Problem
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
    lines = [int(line) for line in assignment.chosen]
    if any(line < 0 or line >= len(problem.points) for line in lines) or len(set(lines)) != len(lines):
        return [Violation(Rule.NOT_ELIGIBLE, ())]
    return [
        *_check_exclusions(problem, lines),
        *_check_entries(problem, lines),
        *_check_organisations(problem, lines),
        *_check_partners(problem, lines),
        *_check_pins(problem, lines),
        *_check_idle(problem, lines),
        *_check_totals(problem, assignment, lines),
    ]


def _ends(problem: Problem, line: int) -> tuple[str, str]:
    """The giving and the taking organisation of a pair."""
    giver = problem.organisations[problem.offer_organisation[problem.pair_offer[line]]]
    taker = problem.organisations[problem.need_organisation[problem.pair_need[line]]]
    return giver, taker


def _check_exclusions(problem: Problem, lines: list[int]) -> list[Violation]:
    broken = []
    for line in lines:
        rule = EXCLUSIONS[problem.exclusions[line]]
        giver, taker = _ends(problem, line)
        if rule is None and giver == taker:
            rule = Rule.SAME_ORGANISATION
        if rule is not None:
            pair = problem.pair(line)
            broken.append(Violation(rule, (pair.offer, pair.need)))
    return broken


def _check_entries(problem: Problem, lines: list[int]) -> list[Violation]:
    uses = Counter(entry for line in lines for entry in (problem.pair(line).offer, problem.pair(line).need))
    limits = dict(zip(problem.offers, problem.offer_capacity.tolist(), strict=True))
    limits |= dict(zip(problem.needs, problem.need_capacity.tolist(), strict=True))
    return [Violation(Rule.CAPACITY, (entry,), n, limits[entry]) for entry, n in sorted(uses.items()) if n > limits[entry]]


def _check_organisations(problem: Problem, lines: list[int]) -> list[Violation]:
    uses = Counter(organisation for line in lines for organisation in _ends(problem, line))
    limits = dict(zip(problem.organisations, problem.max_agreements.tolist(), strict=True))
    return [Violation(Rule.MAX_AGREEMENTS, (o,), n, limits[o]) for o, n in sorted(uses.items()) if n > limits[o]]


def _check_partners(problem: Problem, lines: list[int]) -> list[Violation]:
    uses = Counter(tuple(sorted(_ends(problem, line))) for line in lines)
    limit = problem.max_pairs_between
    return [Violation(Rule.MAX_PAIRS_BETWEEN, ends, n, limit) for ends, n in sorted(uses.items()) if n > limit]


def _check_pins(problem: Problem, lines: list[int]) -> list[Violation]:
    chosen = set(lines)
    missing = [line for line, pinned in enumerate(problem.pinned.tolist()) if pinned and line not in chosen]
    return [Violation("unpinned", (problem.pair(line).offer, problem.pair(line).need)) for line in missing] + [
        Violation("unpinned", pin) for pin in problem.stray_pins
    ]


def _check_idle(problem: Problem, lines: list[int]) -> list[Violation]:
    uses = Counter(organisation for line in lines for organisation in _ends(problem, line))
    idle = []
    for line in lines:
        pair = problem.pair(line)
        if pair.points == 0 and not problem.pinned[line] and all(uses[end] > 1 for end in _ends(problem, line)):
            idle.append(Violation("idle", (pair.offer, pair.need)))
    return idle


def _check_totals(problem: Problem, assignment: Assignment, lines: list[int]) -> list[Violation]:
    served = len({organisation for line in lines for organisation in _ends(problem, line)})
    points = sum(problem.pair(line).points for line in lines)
    wrong = []
    if (served, points) != (assignment.served, assignment.points):
        wrong.append(Violation("total", (), served, assignment.served))
    if (assignment.bound_served, assignment.bound_points) < (served, points):
        wrong.append(Violation("bound", (), points, assignment.bound_points))
    return wrong
