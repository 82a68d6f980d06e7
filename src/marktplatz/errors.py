"""Errors are values of four families; no HTTP and no sentences here (`wording` has the sentences)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was found: a spreadsheet's sheet, row and column heading, or a JSON list, index and key.

    `row` is the number that the reader's program shows: Excel's row, a CSV's line, or 1 for a JSON list's first member.
    """

    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or doubtful: a code that `wording` knows, where it is, and the words to fill in."""

    code: str
    place: Place = Place()
    params: Mapping[str, str | int] = field(default_factory=dict)
    severity: Severity = Severity.ERROR


class MarktplatzError(Exception):
    """What a user did or asked that cannot be; carries findings, never a sentence."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__("; ".join(f"{finding.code} {dict(finding.params)}" for finding in findings))
        self.findings = findings


class NotFound(MarktplatzError):
    """What was named does not exist (or must not be known to exist)."""


class NotAllowed(MarktplatzError):
    """Whoever asks must not do or see this."""


class Conflict(MarktplatzError):
    """It would have been fine, but the state is another by now."""


class InvalidInput(MarktplatzError):
    """What was sent cannot be understood or breaks a rule of its own."""
