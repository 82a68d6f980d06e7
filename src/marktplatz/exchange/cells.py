"""One cell into one JSON value; what cannot be understood is left as it stands, so that one validation judges all sources."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final, TypeAlias

from marktplatz.exchange.columns import CellKind, Column
from marktplatz.exchange.literals import find_literal
from marktplatz.exchange.words import COUNTRIES, UNLIMITED, UNSAID, YES_NO, find_code, fold

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None


@dataclass(frozen=True, slots=True)
class Flaw:
    """A cell whose content must not be used at all: a formula, an error value, a text that Excel took for a date."""

    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)


Cell: TypeAlias = bool | int | float | str | date | datetime | Flaw | None

MAX_DIGITS: Final = 30
"""Longer runs of digits are no number that a market needs; they stay text and are refused as such."""

_GERMAN_DAY: Final = re.compile(r"([0-9]{1,2})\.\s*([0-9]{1,2})\.\s*([0-9]{4}|[0-9]{2})")
_PLAIN_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
_GERMAN_NUMBER: Final = re.compile(r"[+-]?([0-9]+|[0-9]{1,3}(\.[0-9]{3})+)(,[0-9]+)?([eE][+-]?[0-9]{1,3})?")
_UNCLEAR_NUMBER: Final = re.compile(r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}")
CAN_BE_UNSAID: Final = frozenset((CellKind.WHOLE, CellKind.NUMBER, CellKind.YES_NO))
"""Kinds of cells that may say "ohne Angabe" where an empty cell would mean something else."""


def is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def to_json(cell: Cell, column: Column) -> Json | Flaw:
    """What a cell that is not blank says in a column."""
    if isinstance(cell, Flaw):
        return cell
    if isinstance(cell, str):
        literal = find_literal(cell)
        if literal is not None:
            return list[Json](literal.value) if isinstance(literal.value, list) else literal.value
        word = fold(cell) if column.can_be_unlimited or column.kind in CAN_BE_UNSAID else ""
        if (column.can_be_unlimited and word in UNLIMITED) or (column.kind in CAN_BE_UNSAID and word in UNSAID):
            return None
    return _READERS[column.kind](cell, column)


def _to_text(cell: Cell, _column: Column) -> Json | Flaw:
    if isinstance(cell, date):
        return Flaw("date_in_text", {"found": cell.isoformat()})
    if isinstance(cell, bool) or cell is None or isinstance(cell, Flaw):
        return as_it_stands(cell)
    return cell.strip() if isinstance(cell, str) else _digits(cell)


def _digits(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else str(number)


def as_it_stands(cell: Cell) -> Json:
    """The cell for the validation to refuse and to quote."""
    if isinstance(cell, date):
        return cell.isoformat()
    return None if isinstance(cell, Flaw) else cell


def _to_country(cell: Cell, column: Column) -> Json | Flaw:
    text = _to_text(cell, column)
    return COUNTRIES.get(fold(text), text) if isinstance(text, str) else text


def _to_texts(cell: Cell, column: Column) -> Json | Flaw:
    text = _to_text(cell, column)
    return [part.strip() for part in text.split(";") if part.strip()] if isinstance(text, str) else text


def _to_words(cell: Cell, column: Column) -> Json | Flaw:
    words = _to_texts(cell, column)
    if not isinstance(words, list) or column.choice is None:
        return words
    return [find_code(column.choice, str(word)) or word for word in words]


def _to_choice(cell: Cell, column: Column) -> Json | Flaw:
    if not isinstance(cell, str) or column.choice is None:
        return as_it_stands(cell)
    return find_code(column.choice, cell) or cell.strip()


def _to_number(cell: Cell, _column: Column) -> Json | Flaw:
    return _parse_number(cell) if isinstance(cell, str) else as_it_stands(cell)


def _parse_number(cell: str) -> Json | Flaw:
    text = cell.strip()
    if len(text) > MAX_DIGITS:
        return text
    if _UNCLEAR_NUMBER.fullmatch(text):
        return Flaw("unclear_number", {"found": text, "thousands": text.replace(".", ""), "decimal": text.replace(".", ",")})
    number = math.inf
    if _PLAIN_NUMBER.fullmatch(text):
        number = float(text)
    elif _GERMAN_NUMBER.fullmatch(text):
        number = float(text.replace(".", "").replace(",", "."))
    return number if math.isfinite(number) else text


def _to_whole(cell: Cell, column: Column) -> Json | Flaw:
    number = _to_number(cell, column)
    if isinstance(number, float) and number.is_integer():
        return int(number)
    # What is not whole is quoted as it was written: 2,5 and not 2.5.
    return number if isinstance(number, Flaw) else as_it_stands(cell)


def _to_points(cell: Cell, column: Column) -> Json | Flaw:
    """Stricter than other numbers: in a text, "731,0" is not a whole number (contract, section 1)."""
    if isinstance(cell, str):
        text = cell.strip()
        return int(text) if len(text) <= MAX_DIGITS and re.fullmatch(r"-?[0-9]+", text) else text
    return _to_whole(cell, column)


def _to_wholes(cell: Cell, column: Column) -> Json | Flaw:
    if not isinstance(cell, str):
        number = _to_whole(cell, column)
        return number if isinstance(number, Flaw) else [number]
    numbers: list[Json] = []
    for part in (part for part in cell.split(";") if part.strip()):
        number = _to_whole(part.strip(), column)
        if isinstance(number, Flaw):
            return number
        numbers.append(number)
    return numbers


def _to_date(cell: Cell, _column: Column) -> Json | Flaw:
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if not isinstance(cell, str):
        return as_it_stands(cell)
    german = _GERMAN_DAY.fullmatch(cell.strip())
    if german is None:
        return cell.strip()
    day, month, year = (int(part) for part in german.groups())
    try:
        return date(year + 2000 if year < 100 else year, month, day).isoformat()
    except ValueError:
        return cell.strip()


def _to_yes_no(cell: Cell, _column: Column) -> Json | Flaw:
    word = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
    return YES_NO.get(fold(word), as_it_stands(cell))


_READERS: Final[Mapping[CellKind, Callable[[Cell, Column], Json | Flaw]]] = {
    CellKind.ID: _to_text,
    CellKind.TEXT: _to_text,
    CellKind.CATEGORY: _to_text,
    CellKind.POSTCODE: _to_text,
    CellKind.COUNTRY: _to_country,
    CellKind.TEXTS: _to_texts,
    CellKind.WORDS: _to_words,
    CellKind.CHOICE: _to_choice,
    CellKind.WHOLE: _to_whole,
    CellKind.WHOLES: _to_wholes,
    CellKind.POINTS: _to_points,
    CellKind.NUMBER: _to_number,
    CellKind.DATE: _to_date,
    CellKind.YES_NO: _to_yes_no,
}
