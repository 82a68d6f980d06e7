"""A row as a line of JSON, and back: every value has the type of its column, or the line is refused."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum
from math import isfinite
from typing import Any, Final

from sqlalchemy import JSON, Boolean, Column, Date, Float, Integer, String
from sqlalchemy import Enum as Choice

from marktplatz.db.base import Instant
from marktplatz.market import UNPRINTABLE

LARGEST: Final = 2**31 - 1
_MISSING: Final = object()


class Misfit(Exception):
    """A column whose value is none; `args` has its name."""


def write_row(columns: Sequence[Column[Any]], row: Sequence[Any]) -> str:
    """Keys are sorted, inside of JSON too: PostgreSQL does not remember their order."""
    said = {column.name: _write(value) for column, value in zip(columns, row, strict=True)}
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _write(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def read_row(columns: Sequence[Column[Any]], said: Any) -> dict[str, Any]:
    """Misfit where a value is not one of its column; what an older archive does not know gets what a new row would get."""
    if not isinstance(said, dict):
        raise Misfit("{}")
    unknown = sorted(said.keys() - {column.name for column in columns})
    if unknown:
        raise Misfit(unknown[0])
    return {column.name: _read(column, said.get(column.name, _MISSING)) for column in columns}


def _read(column: Column[Any], value: Any) -> Any:
    if value is _MISSING:
        if column.default is not None and column.default.is_scalar:
            return column.default.arg  # type: ignore[attr-defined]
        value = None
    if value is None:
        if not column.nullable:
            raise Misfit(column.name)
        return None
    try:
        return _READERS[_kind_of(column)](column, value)
    except (ValueError, TypeError, RecursionError):
        raise Misfit(column.name) from None


def _kind_of(column: Column[Any]) -> type:
    return next(kind for kind in _READERS if isinstance(column.type, kind))


def _read_instant(_: Column[Any], value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None or not 1970 <= moment.year <= 9000:
        raise ValueError(value)
    return moment


def _read_day(_: Column[Any], value: Any) -> date:
    if len(value) != len("2027-04-01"):
        raise ValueError(value)
    return date.fromisoformat(value)


def _read_choice(column: Column[Any], value: Any) -> Any:
    return column.type.enum_class(value)  # type: ignore[attr-defined]


def _read_json(_: Column[Any], value: Any) -> Any:
    if "\\u0000" in json.dumps(value):
        raise ValueError("PostgreSQL keeps no such character")
    return value


def _read_text(column: Column[Any], value: Any) -> str:
    length = column.type.length  # type: ignore[attr-defined]
    if not isinstance(value, str) or UNPRINTABLE.search(value) or (length is not None and len(value) > length):
        raise ValueError(value)
    return value


def _read_yes_no(_: Column[Any], value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _read_whole(_: Column[Any], value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST:
        raise ValueError(value)
    return value


def _read_number(_: Column[Any], value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError(value)
    return float(value)


_READERS: Final[dict[type, Any]] = {
    Instant: _read_instant,
    Date: _read_day,
    Choice: _read_choice,  # before the text that it is, too
    JSON: _read_json,
    String: _read_text,
    Boolean: _read_yes_no,
    Integer: _read_whole,
    Float: _read_number,
}
