"""Plan the conversations of a market: which of its pairings meet when, at which table."""

from collections.abc import Callable, Sequence

from marktplatz.market import Market
from marktplatz.matching.gather import Gathered
from marktplatz.matching.timetable import Attendance, plan_timetable
from marktplatz.matching.verify_timetable import find_timetable_violations
from marktplatz.plan import PlannedConversation, TimetableBoundOut, TimetablePlan
from marktplatz.usecases.propose import BrokenPlan, keep_quiet
from marktplatz.vocabulary import SolvePhase


def schedule_conversations(
    gathered: Gathered,
    pairings: Sequence[tuple[str, str]],
    *,
    rounds: int,
    tables: int,
    report: Callable[[SolvePhase], None] = keep_quiet,
) -> TimetablePlan:
    """The timetable of a plan's pairings and of further conversations that are worth having."""
    problem, market = gathered.problem, gathered.scene.market
    attendance = list_attendance(market)
    breaks = market.market.break_rounds
    report(SolvePhase.SOLVING)
    timetable = plan_timetable(problem, rounds=rounds, tables=tables, pairings=pairings, attendance=attendance, break_rounds=breaks)
    violations = find_timetable_violations(problem, timetable, attendance=attendance, break_rounds=breaks)
    if violations:
        raise BrokenPlan(str(violations))
    return TimetablePlan(
        rounds=timetable.rounds,
        tables=timetable.tables,
        conversations=tuple(
            PlannedConversation(round=each.round, table=each.table, organisations=each.organisations, points=each.points)
            for each in timetable.conversations
        ),
        met_pairings=timetable.met_pairings,
        served=timetable.served,
        total_points=timetable.points,
        bound=TimetableBoundOut(
            met_pairings=timetable.bound.met_pairings, served=timetable.bound.served, points=timetable.bound.points
        ),
    )


def list_attendance(market: Market) -> dict[str, Attendance]:
    return {
        organisation.id: Attendance(organisation.representatives, frozenset(organisation.absent_rounds), organisation.table)
        for organisation in market.organisations
    }
