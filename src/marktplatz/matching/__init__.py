"""The pure core: values in, values out; no web, database, files or sentences."""

from marktplatz.matching.changes import (
    CapacityChanged,
    Change,
    MaximumChanged,
    OrganisationAbsent,
    OrganisationArrives,
    PairAgreed,
    PairPinned,
    PairRefused,
    PairReleased,
)
from marktplatz.matching.gather import Gathered, gather
from marktplatz.matching.problem import Assignment, Pair, Problem
from marktplatz.matching.replan import LivePlan, replan
from marktplatz.matching.replanned import PairChange, Replanned, Why
from marktplatz.matching.solve import solve
from marktplatz.matching.timetable import Attendance, Timetable, insert_conversation, plan_timetable
from marktplatz.matching.verify import Violation, find_violations

__all__ = [
    "Assignment",
    "Attendance",
    "CapacityChanged",
    "Change",
    "Gathered",
    "LivePlan",
    "MaximumChanged",
    "OrganisationAbsent",
    "OrganisationArrives",
    "Pair",
    "PairAgreed",
    "PairChange",
    "PairPinned",
    "PairRefused",
    "PairReleased",
    "Problem",
    "Replanned",
    "Timetable",
    "Violation",
    "Why",
    "find_violations",
    "gather",
    "insert_conversation",
    "plan_timetable",
    "replan",
    "solve",
]
