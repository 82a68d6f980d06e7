"""The pure core: values in, values out; no web, database, files or sentences."""

from marktplatz.matching.gather import Gathered, gather
from marktplatz.matching.problem import Assignment, Pair, Problem
from marktplatz.matching.solve import solve
from marktplatz.matching.timetable import Attendance, Timetable, insert_conversation, plan_timetable
from marktplatz.matching.verify import Violation, find_violations

__all__ = [
    "Assignment",
    "Attendance",
    "Gathered",
    "Pair",
    "Problem",
    "Timetable",
    "Violation",
    "find_violations",
    "gather",
    "insert_conversation",
    "plan_timetable",
    "solve",
]
