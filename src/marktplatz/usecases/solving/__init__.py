"""Solve a market in a process of its own, so that whoever asked can go on, look, cancel, and is safe from what happens there."""

from marktplatz.usecases.solving.jobs import Job, Propose, Schedule
from marktplatz.usecases.solving.outcomes import (
    Cancelled,
    Done,
    Failed,
    FailureKind,
    Invalid,
    Outcome,
    Refused,
    Scheduled,
)
from marktplatz.usecases.solving.process import SolveLimits, SolveProcess, pack_market, start_solve

__all__ = [
    "Cancelled",
    "Done",
    "Failed",
    "FailureKind",
    "Invalid",
    "Job",
    "Outcome",
    "Propose",
    "Refused",
    "Schedule",
    "Scheduled",
    "SolveLimits",
    "SolveProcess",
    "pack_market",
    "start_solve",
]
