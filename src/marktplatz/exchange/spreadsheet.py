"""An .xlsx file: looked at from outside first, then opened in a child process with limits, never in this one."""

import json
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from marktplatz.errors import Finding, InvalidInput, Place, Severity
from marktplatz.exchange.cells import Cell, Flaw
from marktplatz.exchange.columns import SHEET_BY_KEY, find_sheet, is_our_own
from marktplatz.exchange.sheet_process import BROKEN
from marktplatz.exchange.tables import Content, Mend, Table, as_it_is, column_letter, read_tables

MAX_FILE_BYTES: Final = 50_000_000
MAX_UNPACKED_BYTES: Final = 100_000_000
MAX_RATIO: Final = 100
"""Spreadsheets shrink to a tenth or so; what shrinks to a hundredth was made to."""
WALL_LIMIT_S: Final = 30.0
MAX_OUTPUT_CHARACTERS: Final = 64_000_000
_OLE2: Final = bytes.fromhex("D0CF11E0A1B11AE1")


def read_spreadsheet(path: Path, file: str | None = None, mend: Mend = as_it_is) -> Content:
    """The market of a workbook; `file` is its name for the findings, where it is not the path's own."""
    file = file or path.name
    _refuse_dangerous(path, Place(file))
    reading = _Reading(path, file)
    content = read_tables(map(mend, reading.tables()), file)
    content.findings = reading.findings + content.findings
    content.unread |= reading.unread if reading.is_complete else set(SHEET_BY_KEY) - set(content.origins.by_list)
    return content


def _refuse_dangerous(path: Path, place: Place) -> None:
    """Judge by the file's outside: its first bytes and the directory of the archive."""
    if path.stat().st_size > MAX_FILE_BYTES:
        raise InvalidInput(Finding("file_too_large", place, {"limit": MAX_FILE_BYTES // 1_000_000}))
    with path.open("rb") as stream:
        beginning = stream.read(8)
    if not beginning:
        raise InvalidInput(Finding("empty_file", place))
    if beginning == _OLE2:
        raise InvalidInput(Finding("old_or_locked_workbook", place))
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError):
        code = "broken_workbook" if beginning.startswith(b"PK") else "not_a_workbook"
        raise InvalidInput(Finding(code, place)) from None
    unpacked, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    if unpacked > MAX_UNPACKED_BYTES or (unpacked > 10_000_000 and unpacked > MAX_RATIO * packed):
        params = {"found": unpacked // 1_000_000, "limit": MAX_UNPACKED_BYTES // 1_000_000}
        raise InvalidInput(Finding("unpacks_too_large", place, params))
    if any(part.flag_bits & 1 for part in parts):
        raise InvalidInput(Finding("old_or_locked_workbook", place))
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise InvalidInput(Finding("not_a_workbook", place))


class _Reading:
    """One run of the child process: its messages as tables, its failures as findings."""

    def __init__(self, path: Path, file: str) -> None:
        self.path, self.file = path, file
        self.findings: list[Finding] = []
        self.sheet_in_hand: str | None = None
        self.unread: set[str] = set()
        self.is_complete = False
        self.exit_code: int | None = None

    def tables(self) -> Iterator[Table]:
        messages = self._messages()
        for message in messages:
            if "sheet" in message:
                self._note_sheet(message["sheet"])
            elif "reading" in message:
                yield from self._tables_from(message["reading"], messages)
            else:
                self._note(message)
        if not self.is_complete:
            # A crash that Python could still report is the file's; a killed child asked for too much.
            code = "broken_workbook" if self.exit_code == BROKEN else "sheet_too_large"
            self._find(code, Place(self.file, self.sheet_in_hand))

    def _tables_from(self, name: str, messages: Iterator[dict[str, Any]]) -> Iterator[Table]:
        """A table whose rows are read while it is; the message that ends it begins the next one."""
        following: str | None = name
        while following is not None:
            self.sheet_in_hand, current, following = following, following, None
            batches: list[tuple[int, Sequence[Cell]]] = []
            for message in messages:
                if "rows" in message:
                    batches += message["rows"]
                elif "reading" in message:
                    following = message["reading"]
                    break
                else:
                    self._note(message)
            sheet = find_sheet(current)
            # A sheet in whose midst the child ended was not read.
            if sheet is not None and (following is not None or self.is_complete):
                yield Table(sheet, self.file, current, batches)

    def _note_sheet(self, name: str) -> None:
        self.sheet_in_hand = name
        if find_sheet(name) is None and not is_our_own(name):
            self._find("unknown_sheet", Place(self.file, name), severity=Severity.WARNING)

    def _note(self, message: dict[str, Any]) -> None:
        if "opening" in message:
            self.sheet_in_hand = None
        elif "end" in message:
            self.is_complete = True
        elif "refused" in message:
            sheet = find_sheet(message.get("name", ""))
            self.unread |= {sheet.key} if sheet else set()
            field = column_letter(message["column"] - 1) if "column" in message else None
            place = Place(self.file, message.get("name", self.sheet_in_hand), message.get("row"), field)
            self._find(message["refused"], place, limit=message.get("limit", 0))

    def _find(self, code: str, place: Place, severity: Severity = Severity.ERROR, **params: str | int) -> None:
        self.findings.append(Finding(code, place, params, severity))

    def _messages(self) -> Iterator[dict[str, Any]]:
        """What the child says, until it ends, takes too long or says too much."""
        command = [sys.executable, "-P", "-m", "marktplatz.exchange.sheet_process", str(self.path.resolve())]
        with subprocess.Popen(  # noqa: S603  # our own module, the path is one argument and no shell reads it
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="ascii"
        ) as child:
            clock = threading.Timer(WALL_LIMIT_S, child.kill)
            clock.start()
            try:
                left = MAX_OUTPUT_CHARACTERS
                while child.stdout is not None and (line := child.stdout.readline(left)).endswith("\n"):
                    left -= len(line)
                    yield json.loads(line, object_hook=_decode)
                if left > 0:
                    self.exit_code = child.wait()
            finally:
                clock.cancel()
                child.kill()


def _decode(message: dict[str, Any]) -> Any:
    if "day" in message:
        return date.fromisoformat(message["day"])
    if "moment" in message:
        return datetime.fromisoformat(message["moment"])
    if "flaw" in message:
        return Flaw(message["flaw"], {key: value for key, value in message.items() if key != "flaw"})
    return message
