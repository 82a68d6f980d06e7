"""CSV files, one per list, from a folder or a zip: encodings, delimiters and line numbers."""

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from marktplatz.errors import Finding, InvalidInput, Place, Severity
from marktplatz.exchange.cells import Cell
from marktplatz.exchange.columns import Sheet, find_sheet, is_our_own
from marktplatz.exchange.formula_guard import unguard_formula
from marktplatz.exchange.found import shorten_text
from marktplatz.exchange.limits import MAX_CELLS, MAX_COLUMNS, max_rows
from marktplatz.exchange.tables import Content, Mend, Table, as_it_is, read_tables
from marktplatz.exchange.words import fold
from marktplatz.exchange.zip_file import ZipLimits, unpack

MAX_BYTES: Final = 50_000_000
ZIP_LIMITS: Final = ZipLimits(packed=MAX_BYTES, unpacked=100_000_000, parts=200)
DELIMITERS: Final = (";", ",", "\t")
BLANK: Final = " \r\n" + "".join(DELIMITERS)


def read_csv_folder(folder: Path) -> Content:
    """The market of a folder; files with other names are warned about and left alone."""
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".csv" and path.is_file())
    if not paths:
        raise InvalidInput(Finding("no_csv_in_folder", Place(str(folder))))
    return _read_files([(path.name, partial(_read_text, path)) for path in paths], str(folder))


def read_csv_zip(file: str, content: bytes, mend: Mend = as_it_is) -> Content:
    """The market of a zip of CSV files, in a folder or not; `file` is its name for the findings."""
    parts = [
        (name.rpartition("/")[2], part)
        for name, part in sorted(unpack(content, ZIP_LIMITS, file).items())
        if name.lower().endswith(".csv") and not any(step.startswith((".", "__MACOSX")) for step in name.split("/"))
    ]
    if not parts:
        raise InvalidInput(Finding("no_csv_in_zip", Place(file)))
    return _read_files([(name, partial(decode, name, part)) for name, part in parts], file, mend)


def _read_files(files: Sequence[tuple[str, Callable[[], str]]], source: str, mend: Mend = as_it_is) -> Content:
    strangers: list[Finding] = []
    reading = _Reading()
    tables: list[Table] = []
    for name, read_text in files:
        stem = name.rpartition(".")[0]
        sheet = find_sheet(stem)
        if sheet is not None:
            try:
                rows = reading.rows(read_text(), name, sheet)
                tables.append(Table(sheet, name, stem, rows, has_fixed_width=True))
            except InvalidInput as error:
                reading.broken += ((sheet, finding) for finding in error.findings)
        elif not is_our_own(stem):
            strangers.append(Finding("unknown_csv", Place(name), severity=Severity.WARNING))
    content = read_tables(map(mend, tables), source)
    content.findings = [*strangers, *(finding for _, finding in reading.broken), *content.findings]
    content.unread |= {sheet.key for sheet, _ in reading.broken}
    return content


def _read_text(path: Path) -> str:
    if path.stat().st_size > MAX_BYTES:
        raise InvalidInput(Finding("file_too_large", Place(path.name), {"limit": MAX_BYTES // 1_000_000}))
    return decode(path.name, path.read_bytes())


def decode(file: str, data: bytes) -> str:
    """The text of a CSV file: UTF-8, UTF-16 with its mark, else Windows-1252, which Excel writes in Germany."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif b"\0" in data:
        raise InvalidInput(Finding("not_text_file", Place(file)))
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        with suppress(UnicodeDecodeError):
            return data.decode(encoding)
    raise InvalidInput(Finding("unknown_encoding", Place(file)))


class _Reading:
    """What the files of a folder have in common: how much was read, and what was broken in which list."""

    def __init__(self) -> None:
        self.cells = 0
        self.broken: list[tuple[Sheet, Finding]] = []

    def rows(self, text: str, file: str, sheet: Sheet) -> Iterator[tuple[int, Sequence[Cell]]]:
        """Rows with the number of the line they begin on; a fault ends the reading and is noted."""
        limit = max_rows(sheet.key)
        # Without quotes every line is a row; with them a cell may have lines of its own.
        if '"' not in text and text.rstrip(BLANK).count("\n") > limit:
            self.broken.append((sheet, Finding("too_many_rows", Place(file), {"limit": limit})))
            return
        stream = io.StringIO(text, newline="")
        offset = _skip_separator_line(stream)
        delimiter = find_delimiter(text[stream.tell() : stream.tell() + 100_000], sheet)
        reader = csv.reader(stream, delimiter=delimiter, strict=True)
        line = offset + 1
        has_guards = "'" in text
        try:
            for number, row in enumerate(reader):
                if number > limit and any(row):
                    self.broken.append((sheet, Finding("too_many_rows", Place(file, row=line), {"limit": limit})))
                    return
                if refusal := self._refuse(row, line, file):
                    self.broken.append((sheet, refusal))
                    return
                cells = row[:MAX_COLUMNS]
                yield line, [unguard_formula(cell) for cell in cells] if has_guards else cells
                line = offset + reader.line_num + 1
        except csv.Error as error:
            code = "cell_too_long" if "field limit" in str(error) else "csv_quotes"
            self.broken.append((sheet, Finding(code, Place(file, row=line), {"limit": csv.field_size_limit()})))

    def _refuse(self, row: list[str], line: int, file: str) -> Finding | None:
        """What makes this row the last one that is looked at."""
        self.cells += len(row) - row.count("")
        if len(row) > MAX_COLUMNS and any(row[MAX_COLUMNS:]):
            return Finding("far_column", Place(file, row=line))
        if self.cells > MAX_CELLS:
            return Finding("too_many_cells", Place(file, row=line), {"limit": MAX_CELLS})
        return None


def _skip_separator_line(stream: io.StringIO) -> int:
    """Excel's own first line "sep=;" is no heading; how many lines were skipped."""
    if fold(stream.readline()) == "sep":
        return 1
    stream.seek(0)
    return 0


def find_delimiter(text: str, sheet: Sheet) -> str:
    """The delimiter under which most headings are known; at a tie the one that gives most columns."""

    def merit(delimiter: str) -> tuple[int, int]:
        try:
            headings = next((row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(row)), [])
        except csv.Error:
            return (0, 0)
        return (sum(fold(shorten_text(heading)) in sheet.column_by_heading for heading in headings), len(headings))

    return max(DELIMITERS, key=merit)
