"""Plan the conversations of a market: which of its pairings meet when, at which table."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from marktplatz.market import Market
from marktplatz.matching.gather import Gathered
from marktplatz.matching.rounds.repair import Earlier, repair_timetable
from marktplatz.matching.rounds.values import Attendance, Timetable
from marktplatz.matching.timetable import plan_timetable
from marktplatz.matching.verify_timetable import find_timetable_violations
from marktplatz.plan import PlannedConversation, TimetableBoundOut, TimetablePlan
from marktplatz.usecases.propose import BrokenPlan, keep_quiet
from marktplatz.usecases.zones import Zone, lay_into_zones
from marktplatz.vocabulary import SolvePhase

Key = tuple[str, str]


def schedule_conversations(
    gathered: Gathered,
    pairings: Sequence[Key],
    *,
    rounds: int,
    tables: int,
    zones: Sequence[Zone] = (),
    earlier: Earlier | None = None,
    report: Callable[[SolvePhase], None] = keep_quiet,
) -> TimetablePlan:
    """The timetable of a plan's pairings and of further conversations that are worth having; close to an earlier one if asked."""
    report(SolvePhase.SOLVING)
    market = gathered.scene.market
    attendance, breaks = list_attendance(market), market.market.break_rounds
    asked: dict[str, Any] = {"rounds": rounds, "tables": tables, "pairings": pairings}
    asked |= {"attendance": attendance, "break_rounds": breaks}
    if earlier is None:
        timetable = plan_timetable(gathered.problem, **asked)
    else:
        timetable = repair_timetable(gathered.problem, earlier, **asked)
    if zones:
        seated = lay_into_zones(gathered, timetable, zones, pairings, _find_unmoved(timetable, earlier))
        timetable = replace(timetable, conversations=tuple(seated))
    violations = find_timetable_violations(gathered.problem, timetable, attendance=attendance, break_rounds=breaks)
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


def _find_unmoved(timetable: Timetable, earlier: Earlier | None) -> set[Key]:
    """Conversations that are where they were: they keep their table."""
    if earlier is None:
        return set()
    before = {(each.round, each.table, each.organisations) for each in earlier.conversations}
    return {each.organisations for each in timetable.conversations if (each.round, each.table, each.organisations) in before}


def list_attendance(market: Market) -> dict[str, Attendance]:
    return {
        organisation.id: Attendance(organisation.representatives, frozenset(organisation.absent_rounds), organisation.table)
        for organisation in market.organisations
    }
