"""Adjust a plan by hand: what a pair would break, as findings, and the plan file of the pairs that were chosen."""

from collections.abc import Iterable

import marktplatz
from marktplatz.errors import Conflict, Finding, Severity
from marktplatz.exchange.writing import content_sha256
from marktplatz.market import Market
from marktplatz.matching.by_hand import METHOD, assign_by_hand
from marktplatz.matching.gather import Gathered
from marktplatz.matching.judge import Obstacle, judge_pairs
from marktplatz.matching.left_over import explain_left_over
from marktplatz.plan import Plan, PlanBound, Solver
from marktplatz.usecases.plan_parts import count_served, word_pairings, word_unpaired
from marktplatz.usecases.propose import BrokenPlan
from marktplatz.vocabulary import Rule


def tell_obstacle(market: Market, obstacle: Obstacle) -> tuple[Finding, ...]:
    """The findings of one obstacle: one for each barrier of a pair that is not eligible, with a hint where an exception helps."""
    entries = " + ".join(f"{market.entry_by_id[entry].label} ({entry})" for entry in obstacle.entries)
    organisations = " + ".join(market.organisation_by_id[organisation].label for organisation in obstacle.organisations)
    words: dict[str, str | int] = {"entries": entries, "organisations": organisations}
    if obstacle.rule is not Rule.NOT_ELIGIBLE:
        return (Finding(f"breaks_{obstacle.rule}", params=words | {"count": obstacle.count, "limit": obstacle.limit}),)
    barred = tuple(Finding(f"barred_by_{barrier}", params=words) for barrier in obstacle.barriers)
    hint = Finding("exception_possible", params=words, severity=Severity.WARNING)
    return (*barred, hint) if obstacle.can_be_excepted else barred


def assemble_plan(
    gathered: Gathered,
    pairs: Iterable[tuple[str, str]],
    *,
    bound: PlanBound | None = None,
    input_sha256: str | None = None,
    language: str = "de",
) -> Plan:
    """The plan file of pairs chosen by hand: judge, add up, check, explain. Nothing is solved, so it is quick.

    `bound` is that of an earlier plan of the same input; without one a loose bound is counted. Only reaching
    the bound, which proves it, makes the plan `optimal`; otherwise it is `feasible`. `input_sha256` is for a market that was
    gathered without its contacts. Pairs that break a rule, or leave out a pin, raise `Conflict` with what `tell_obstacle` says.
    """
    market, problem, chosen = gathered.scene.market, gathered.problem, set(pairs)
    obstacles = judge_pairs(gathered, chosen)
    if obstacles:
        raise Conflict(*(finding for obstacle in obstacles for finding in tell_obstacle(market, obstacle)))
    known = None if bound is None else (bound.served, bound.points)
    assignment, violations = assign_by_hand(problem, chosen, known)
    if violations:
        raise BrokenPlan(str(violations))
    return Plan(
        status=assignment.status,
        input_sha256=input_sha256 or content_sha256(market),
        served=count_served(gathered, assignment),
        total_points=assignment.points,
        bound=PlanBound(served=assignment.bound_served, points=assignment.bound_points),
        pairings=word_pairings(gathered, assignment, language),
        unpaired=word_unpaired(market, explain_left_over(gathered, assignment), language),
        solver=Solver(name=METHOD, version=marktplatz.__version__, wall_ms=0),
    )
