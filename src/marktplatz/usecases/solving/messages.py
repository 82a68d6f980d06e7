"""What a solving process tells, as JSON lines: phases while it goes on, one outcome at the end."""

import json
from typing import Any, Final

from pydantic import TypeAdapter

from marktplatz.errors import Conflict, Finding, InvalidInput, MarktplatzError, NotAllowed, NotFound
from marktplatz.plan import Plan, TimetablePlan
from marktplatz.usecases.solving.outcomes import (
    Cancelled,
    Done,
    Failed,
    FailureKind,
    Invalid,
    Outcome,
    Refused,
    Scheduled,
    end_with,
)
from marktplatz.vocabulary import SolvePhase

OUT_OF_MEMORY: Final = b'{"failed":"out_of_memory","detail":"MemoryError"}\n'
"""Ready made: when there is no memory left, there is none to write this either."""

_FAMILIES: Final = {family.__name__: family for family in (NotFound, NotAllowed, Conflict, InvalidInput, MarktplatzError)}
_FINDINGS: Final = TypeAdapter(tuple[Finding, ...])


def write_phase(phase: SolvePhase) -> bytes:
    return _line({"phase": phase})


def write_outcome(outcome: Outcome) -> bytes:
    match outcome:
        case Done(plan) | Refused(plan):
            return b'{"plan":' + plan.model_dump_json(by_alias=True, exclude_none=True).encode() + b"}\n"
        case Scheduled(timetable):
            return b'{"timetable":' + timetable.model_dump_json(by_alias=True, exclude_none=True).encode() + b"}\n"
        case Invalid(family, findings):
            return _line({"family": family.__name__, "findings": _FINDINGS.dump_python(findings, mode="json")})
        case Failed(kind, detail):
            return _line({"failed": kind, "detail": detail})
        case Cancelled():
            raise ValueError("a process does not cancel itself")


def read_message(line: bytes) -> SolvePhase | Outcome:
    """A phase or an outcome; ValueError if it is neither."""
    message: dict[str, Any] = json.loads(line)
    match message:
        case {"phase": phase}:
            return SolvePhase(phase)
        case {"plan": content}:
            plan = Plan.model_validate_json(json.dumps(content), by_alias=True)
            return end_with(plan)
        case {"timetable": content}:
            return Scheduled(TimetablePlan.model_validate_json(json.dumps(content), by_alias=True))
        case {"family": family, "findings": findings}:
            return Invalid(_FAMILIES[family], _FINDINGS.validate_python(findings))
        case {"failed": kind, "detail": detail}:
            return Failed(FailureKind(kind), detail)
    raise ValueError(f"no message: {line[:100]!r}")


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"
