"""Propose pairings for a market: from what was gathered to a plan that says what, why, and why some stay alone."""

from collections.abc import Callable, Iterable
from importlib.metadata import version

from marktplatz.exchange.writing import content_sha256
from marktplatz.matching.gather import Gathered
from marktplatz.matching.solve import solve
from marktplatz.matching.unpaired import explain_unpaired
from marktplatz.matching.verify import find_violations
from marktplatz.plan import Plan, PlanBound, Solver
from marktplatz.usecases.cut import describe_cut
from marktplatz.usecases.plan_parts import count_served, word_pairings, word_refusal, word_stability, word_unpaired
from marktplatz.vocabulary import PlanStatus, SolvePhase


def name_solver(wall_ms: int = 0) -> Solver:
    """Who solves, for the plan file; how long it took is measured by whoever calls."""
    return Solver(name="ortools+highs", version=f"{version('ortools')}+{version('scipy')}", wall_ms=wall_ms)


def keep_quiet(_: SolvePhase) -> None:
    """Tells nobody how far a solve has come."""


class BrokenPlan(RuntimeError):
    """The checker found fault with the solver's plan: a fault of the program, so nothing is handed out."""


def propose_pairings(
    gathered: Gathered,
    *,
    solver: Solver,
    previous: Iterable[tuple[str, str]] = (),
    stay_bonus: int = 0,
    time_limit_s: float | None = None,
    language: str = "de",
    report: Callable[[SolvePhase], None] = keep_quiet,
) -> Plan:
    """The plan of a market: decide, check, explain; `report` hears of every phase as it begins."""
    market = gathered.scene.market
    report(SolvePhase.SOLVING)
    if gathered.kept is not None and not stay_bonus:
        assignment = gathered.kept.solve(gathered.problem, previous=previous, time_limit_s=time_limit_s)
    else:
        assignment = solve(gathered.problem, previous=previous, stay_bonus=stay_bonus, time_limit_s=time_limit_s)
    violations = find_violations(gathered.problem, assignment)
    if violations:
        raise BrokenPlan(str(violations))
    report(SolvePhase.EXPLAINING)
    is_refused = assignment.status is PlanStatus.REFUSED
    return Plan(
        status=assignment.status,
        input_sha256=content_sha256(market),
        refusals=tuple(word_refusal(market, refusal, language) for refusal in assignment.refusals),
        served=count_served(gathered, assignment),
        total_points=assignment.points,
        bound=PlanBound(served=assignment.bound_served, points=assignment.bound_points),
        stability=word_stability(assignment, stay_bonus, language),
        table_cut=describe_cut(gathered, language),
        pairings=() if is_refused else word_pairings(gathered, assignment, language),
        unpaired=() if is_refused else word_unpaired(market, explain_unpaired(gathered, assignment), language),
        solver=solver,
    )
