"""The child process that opens a spreadsheet: little memory, little time, rows as JSON lines on its standard output.

Started as `python -m marktplatz.exchange.sheet_process FILE`; whatever a file does to it, the parent lives on.
"""

import json
import posixpath
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from html import unescape
from typing import Any, Final

from marktplatz.exchange.columns import Sheet, find_sheet
from marktplatz.exchange.limits import MAX_CELLS, max_rows
from marktplatz.exchange.process_limits import limit_process
from marktplatz.exchange.sheet_scan import Scan, SheetRefused, scan_sheet

MEMORY_LIMIT: Final = 450 * 1024 * 1024
CPU_LIMIT_S: Final = 10
BROKEN: Final = 1
TOO_LARGE: Final = 2
LONGEST_TEXT: Final = 32_767
"""As many characters as Excel itself allows in a cell."""
_ROWS_PER_LINE: Final = 500
_SHEET: Final = re.compile(rb"<(?:\w+:)?sheet\s([^<>]*)>")
_RELATION: Final = re.compile(rb"<(?:\w+:)?Relationship\s([^<>]*)>")
_ATTRIBUTE: Final = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def main(path: str) -> int:
    """Read the sheets that hold lists of a market; the last line says that nothing is missing."""
    limit_process(MEMORY_LIMIT, CPU_LIMIT_S)
    from python_calamine import CalamineError

    try:
        _read_workbook(path)
    except (CalamineError, zipfile.BadZipFile, zlib.error, NotImplementedError, KeyError, OSError, EOFError):
        return BROKEN
    except MemoryError:
        return TOO_LARGE
    _tell({"end": True})
    return 0


def _tell(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message, default=_encode, separators=(",", ":")) + "\n")
    sys.stdout.flush()


def _encode(value: object) -> object:
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    return str(value)  # a time or a duration; no column of ours wants one


def _read_workbook(path: str) -> None:
    from python_calamine import CalamineWorkbook, SheetTypeEnum

    with zipfile.ZipFile(path) as archive:
        scans = {}
        cells_left = MAX_CELLS
        for name, part in _parts(archive):
            sheet = find_sheet(name)
            _tell({"sheet": name})
            scan = None if sheet is None else _scan(archive, name, part, sheet, cells_left)
            if scan is not None:
                scans[name] = scan
                cells_left -= scan.cells
    _tell({"opening": True})
    with CalamineWorkbook.from_path(path) as workbook:
        for name in [entry.name for entry in workbook.sheets_metadata if entry.typ == SheetTypeEnum.WorkSheet]:
            scan = scans.get(name)
            if scan is not None:
                _tell({"reading": name})
                _tell_rows(workbook.get_sheet_by_name(name), scan)


def _parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """The name on the tab and the part in the archive of each worksheet."""
    target_by_id = {}
    for match in _RELATION.finditer(archive.read("xl/_rels/workbook.xml.rels")):
        relation = _attributes(match[1])
        if relation.get("Type", "").endswith("/worksheet"):
            target_by_id[relation.get("Id", "")] = posixpath.normpath(posixpath.join("xl", relation.get("Target", "")))
    for match in _SHEET.finditer(archive.read("xl/workbook.xml")):
        sheet = _attributes(match[1])
        relation_id = next((value for key, value in sheet.items() if key.endswith(":id")), "")
        if relation_id in target_by_id:
            yield sheet.get("name", ""), target_by_id[relation_id].lstrip("/")


def _attributes(text: bytes) -> dict[str, str]:
    """The attributes of an XML tag."""
    found = _ATTRIBUTE.findall(text)
    return {key.decode(): unescape((double or single).decode("utf-8", "replace")) for key, double, single in found}


def _scan(archive: zipfile.ZipFile, name: str, part: str, sheet: Sheet, cells_left: int) -> Scan | None:
    with archive.open(part) as stream:
        try:
            return scan_sheet(stream, max_rows(sheet.key), cells_left)
        except SheetRefused as refusal:
            limit = MAX_CELLS if refusal.code == "too_many_cells" else max_rows(sheet.key)
            _tell({"refused": refusal.code, "name": name, "row": refusal.row, "column": refusal.column, "limit": limit})
            return None


def _tell_rows(sheet: Any, scan: Scan) -> None:
    first_column = sheet.start[1] if sheet.start else 0
    flawed: dict[int, dict[int, tuple[str, str]]] = {}
    for (row, column), flaw in scan.flaws.items():
        flawed.setdefault(row, {})[column - 1] = flaw
    lines: list[tuple[int, Sequence[object]]] = []
    number = 0
    for number, values in enumerate(sheet.iter_rows(), 1):
        cells = _trimmed([""] * first_column + values, flawed.pop(number, {}))
        if cells:
            lines.append((number, cells))
        if len(lines) == _ROWS_PER_LINE:
            _tell({"rows": lines})
            lines = []
    # A formula that gives nothing below the last value is out of the reader's sight, not out of ours.
    lines += [(row, _trimmed([], flaws)) for row, flaws in sorted(flawed.items()) if row > number]
    _tell({"rows": lines})


def _trimmed(cells: list[object], flaws: dict[int, tuple[str, str]]) -> list[object]:
    """The cells of a row without the empty ones at its end; flawed and overlong ones only as what they are."""
    for position, (code, found) in flaws.items():
        cells += [""] * (position + 1 - len(cells))
        cells[position] = {"flaw": code, "found": found}
    while cells and cells[-1] == "":
        cells.pop()
    for position, cell in enumerate(cells):
        if isinstance(cell, str) and len(cell) > LONGEST_TEXT:
            cells[position] = {"flaw": "cell_too_long", "limit": LONGEST_TEXT}
    return cells


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
