"""How a solve ends, as values."""

from dataclasses import dataclass
from enum import StrEnum

from marktplatz.errors import Finding, MarktplatzError
from marktplatz.plan import Plan, TimetablePlan
from marktplatz.vocabulary import PlanStatus


class FailureKind(StrEnum):
    CRASHED = "crashed"
    OUT_OF_MEMORY = "out_of_memory"
    TOO_SLOW = "too_slow"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Done:
    plan: Plan


@dataclass(frozen=True, slots=True)
class Refused:
    """The market's pins break a rule; the plan says which, and holds no pairings."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class Scheduled:
    timetable: TimetablePlan


@dataclass(frozen=True, slots=True)
class Invalid:
    """What was asked for cannot be: the family of the error and its findings."""

    family: type[MarktplatzError]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """No answer, and not the fault of who asked; `detail` is for the log, not for pages."""

    kind: FailureKind
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Cancelled:
    pass


def end_with(plan: Plan) -> Done | Refused:
    return Refused(plan) if plan.status is PlanStatus.REFUSED else Done(plan)


Outcome = Done | Refused | Scheduled | Invalid | Failed | Cancelled
