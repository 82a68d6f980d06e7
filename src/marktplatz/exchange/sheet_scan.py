"""A cheap look at a worksheet's XML before it is read: how far it reaches, which cells hold formulas or error values.

Works on the bytes, in pieces, with little memory: the reader behind it lays a sheet out as a full rectangle, so one
stray cell in the last row must be found before.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Final

from marktplatz.exchange.limits import MAX_COLUMNS

MAX_FLAWS_PER_COLUMN: Final = 1_100
_PIECE: Final = 1 << 20
_LONGEST_TOKEN: Final = 4096

_TOKEN: Final = re.compile(rb"<(?:\w+:)?(?:row(?=[\s>/])([^<>]*)|c(?=[\s>/])([^<>]*))>(?:\s*<((?:\w+:)?f(?=[\s>/])|/))?")
_PLAIN_ROW: Final = re.compile(
    rb'<row r="([0-9]{1,7})"[^<>]*+>'
    rb'(?:<c r="([A-F]?[A-Z])\1"(?: s="[0-9]+"| t="(?:s|n|b|str|inlineStr)")*+'
    rb"(?:/>|>(?:(?=<[fv])(?:<f(?=[\s/>])[^<>/]*+(?:/>|>[^<]*+</f>))?+(?:<v>[^<]*+</v>)?+|<is><t[^<>]*+>[^<]*+</t></is>)</c>))*+</row>"
)
"""A row as programs write it, whose cells lie in it, near enough, and hold plain values or formulas; the last one's column."""
_FORMULA: Final = re.compile(rb'<c r="([A-Z]++)[^<>]*><f')
"""A cell with a formula in such a row."""
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
    """What the look found: how many cells are filled; flaws by (row, column), both counted from 1."""

    cells: int = 0
    flaws: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)


def scan_sheet(stream: IO[bytes], max_rows: int, max_cells: int) -> Scan:
    """Look through a worksheet part; refuse it at the first cell that lies too far out."""
    look = _Look(max_rows, max_cells)
    row = column = 0
    for token in _tokens(stream):
        if token.re is _PLAIN_ROW:
            row, column = int(token[1]), 0
            cells = token[0]
            look.count(row, _column_number(token[2] or b""), cells.count(b"</c>"))
            if b"<f" in cells:
                for letters in _FORMULA.findall(cells):
                    look.note(row, _column_number(letters), "formula")
            continue
        row_attributes, cell_attributes, next_tag = token.groups()
        if row_attributes is not None:
            row, column = _row_number(row_attributes, row + 1), 0
            continue
        row, column = _position(cell_attributes, row, column + 1)
        if cell_attributes.endswith(b"/") or next_tag == b"/":
            continue
        look.count(row, column, 1)
        if _IS_ERROR.search(cell_attributes):
            look.note(row, column, "error_value", _error_value(token))
        elif next_tag:
            look.note(row, column, "formula")
    return look.scan


class _Look:
    """Counts what is filled and refuses what is too far out or too much."""

    def __init__(self, max_rows: int, max_cells: int) -> None:
        self.max_rows, self.max_cells = max_rows, max_cells
        self.last_row = 0
        self.scan = Scan()
        self.flaws_in_column: Counter[int] = Counter()

    def count(self, row: int, column: int, cells: int) -> None:
        if not cells:
            return
        # One row more than the entries: the headings.
        if row > self.max_rows + 1:
            raise SheetRefused("too_many_rows" if row == self.last_row + 1 else "far_row", row, column)
        if column > MAX_COLUMNS:
            raise SheetRefused("far_column", row, column)
        self.last_row = row
        self.scan.cells += cells
        if self.scan.cells > self.max_cells:
            raise SheetRefused("too_many_cells", row, column)

    def note(self, row: int, column: int, code: str, found: str = "") -> None:
        self.flaws_in_column[column] += 1
        if self.flaws_in_column[column] <= MAX_FLAWS_PER_COLUMN:
            self.scan.flaws[row, column] = (code, found)


def _tokens(stream: IO[bytes]) -> Iterator[re.Match[bytes]]:
    """Plain rows as a whole, other rows and their cells one by one, where their end is surely in the buffer."""
    buffer = b""
    while True:
        piece = stream.read(_PIECE)
        buffer += piece
        end = len(buffer) - _LONGEST_TOKEN if piece else len(buffer)
        position = 0
        while token := _next_token(buffer, position, end):
            yield token
            position = token.end()
        if not piece:
            return
        buffer = buffer[max(end, position, 0) :]


def _next_token(buffer: bytes, position: int, end: int) -> re.Match[bytes] | None:
    """The next one that begins before the end; most often a plain row follows another at once."""
    following = _PLAIN_ROW.match(buffer, position) if position < end else None
    if following is not None:
        return following
    token = _TOKEN.search(buffer, position)
    if token is None or token.start() >= end:
        return None
    return (token[1] is not None and _PLAIN_ROW.match(buffer, token.start())) or token


def _row_number(attributes: bytes, following: int) -> int:
    reference = _REFERENCE.search(attributes)
    return int(reference[2]) if reference else following


def _position(attributes: bytes, row: int, following: int) -> tuple[int, int]:
    """A cell without a reference stands right of the one before it."""
    reference = _REFERENCE.search(attributes)
    if reference is None or not reference[1]:
        return row, following
    return int(reference[2]), _column_number(reference[1])


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _error_value(token: re.Match[bytes]) -> str:
    value = _ERROR_VALUE.search(token.string, token.end(), token.end() + _LONGEST_TOKEN)
    return value[1].decode("ascii", "replace") if value else ""
