"""A cheap look at a worksheet's XML before it is read: how far it reaches, which cells hold formulas or error values.

Works on the bytes, in pieces, with little memory: the reader behind it lays a sheet out as a full rectangle, so one
stray cell in the last row must be found before.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Final

from marktplatz.exchange.columns import MAX_COLUMNS

MAX_FLAWS_PER_COLUMN: Final = 5_000
_PIECE: Final = 1 << 20
_LONGEST_TOKEN: Final = 4096

_TOKEN: Final = re.compile(rb"<(?:\w+:)?(?:row(?=[\s>/])([^<>]*)|c(?=[\s>/])([^<>]*))>(?:\s*<((?:\w+:)?f(?=[\s>/])|/))?")
_REFERENCE: Final = re.compile(rb"""\br\s*=\s*["']([A-Z]{0,3})([0-9]{1,7})["']""")
_IS_ERROR: Final = re.compile(rb"""\bt\s*=\s*["']e["']""")
_ERROR_VALUE: Final = re.compile(rb"<(?:\w+:)?v[^>]*>([^<]{1,20})<")


class SheetRefused(Exception):
    """The sheet is not to be read: why, and the row and column where that shows."""

    def __init__(self, code: str, row: int, column: int) -> None:
        super().__init__(code)
        self.code, self.row, self.column = code, row, column


@dataclass(slots=True)
class Scan:
    """What the look found: flaws by (row, column), both counted from 1."""

    flaws: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)


def scan_sheet(stream: IO[bytes], max_rows: int, max_cells: int) -> Scan:
    """Look through a worksheet part; refuse it at the first cell that lies too far out."""
    scan = Scan()
    flaws_in_column: dict[int, int] = {}
    row = column = cells = 0
    for token in _tokens(stream):
        row_attributes, cell_attributes, next_tag = token.groups()
        if row_attributes is not None:
            row, column = _row_number(row_attributes, row + 1), 0
            continue
        row, column = _position(cell_attributes, row, column + 1)
        if cell_attributes.endswith(b"/") or next_tag == b"/":
            continue
        _refuse_if_far(row, column, max_rows)
        cells += 1
        if cells > max_cells:
            raise SheetRefused("sheet_too_large", row, column)
        is_error = _IS_ERROR.search(cell_attributes)
        if (is_error or next_tag) and flaws_in_column.get(column, 0) < MAX_FLAWS_PER_COLUMN:
            flaws_in_column[column] = flaws_in_column.get(column, 0) + 1
            scan.flaws[row, column] = ("error_value", _error_value(token)) if is_error else ("formula", "")
    return scan


def _tokens(stream: IO[bytes]) -> Iterator[re.Match[bytes]]:
    """Rows and cells in order; a token is looked for only where its end is surely in the buffer."""
    buffer = b""
    while True:
        piece = stream.read(_PIECE)
        buffer += piece
        end = len(buffer) - _LONGEST_TOKEN if piece else len(buffer)
        for token in _TOKEN.finditer(buffer):
            if token.start() >= end:
                break
            yield token
        if not piece:
            return
        buffer = buffer[max(end, 0) :]


def _row_number(attributes: bytes, following: int) -> int:
    reference = _REFERENCE.search(attributes)
    return int(reference[2]) if reference else following


def _position(attributes: bytes, row: int, following: int) -> tuple[int, int]:
    """A cell without a reference stands right of the one before it."""
    reference = _REFERENCE.search(attributes)
    if reference is None or not reference[1]:
        return row, following
    column = 0
    for letter in reference[1]:
        column = column * 26 + letter - ord("A") + 1
    return int(reference[2]), column


def _refuse_if_far(row: int, column: int, max_rows: int) -> None:
    # One row more than the entries: the headings.
    if row > max_rows + 1:
        raise SheetRefused("far_row", row, column)
    if column > MAX_COLUMNS:
        raise SheetRefused("far_column", row, column)


def _error_value(token: re.Match[bytes]) -> str:
    value = _ERROR_VALUE.search(token.string, token.end(), token.end() + _LONGEST_TOKEN)
    return value[1].decode("ascii", "replace") if value else ""
