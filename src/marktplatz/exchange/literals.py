"""What a cell cannot say plainly, said as JSON: `json: ["Garten; Hof", "Küche"]`, `json: null`, `json: "BEISPIEL-1"`.

A sheet trims texts, splits them at semicolons, leaves example rows out, pads postcodes and takes an empty cell for a missing
field. A value that would not survive this is written behind the mark; it is read as it stands and nothing is done to it.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, Final, NoReturn, TypeAlias

Scalar: TypeAlias = bool | int | float | str | None

MARK: Final = "json:"
NOT_FOR_XML: Final = re.compile(r"_x[0-9A-Fa-f]{4}_|[\ufffe\uffff]")
"""Texts that a workbook's XML has another meaning for, or no way to hold."""


class Verbatim(str):
    """A text that is meant letter by letter: no category's label, no postcode that lost its zero."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Literal:
    value: Scalar | list[Scalar]


def make_literal(value: object) -> str:
    """The cell that says a value exactly."""
    text = json.dumps(value, ensure_ascii=False)
    return f"{MARK} {NOT_FOR_XML.sub(lambda found: _escape(found[0][0]) + found[0][1:], text)}"


def _escape(character: str) -> str:
    return f"\\u{ord(character):04x}"


def find_literal(text: str) -> Literal | None:
    """The value behind the mark; None for a text that only looks like one."""
    if not text.lstrip().startswith(MARK):
        return None
    try:
        value = json.loads(text.strip().removeprefix(MARK), parse_constant=_refuse)
        json.dumps(value, ensure_ascii=False).encode()  # half of a character that takes two is none
    except (ValueError, RecursionError):
        return None
    if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(member, list | dict) for member in value)):
        return None
    return Literal(Verbatim(value) if isinstance(value, str) else value)


def _refuse(_name: str) -> NoReturn:
    raise ValueError


def is_verbatim(value: Any) -> bool:
    return isinstance(value, Verbatim)
