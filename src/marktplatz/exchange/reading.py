"""A market from a file or folder, with everything that is wrong or doubtful in it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from marktplatz.errors import Finding, InvalidInput, Place, Severity
from marktplatz.exchange.csv_folder import read_csv_folder
from marktplatz.exchange.flood import shorten
from marktplatz.exchange.json_file import read_json
from marktplatz.exchange.places import Origins
from marktplatz.exchange.spreadsheet import read_spreadsheet
from marktplatz.exchange.tables import Content, find_missing_organisations
from marktplatz.exchange.validation import validate
from marktplatz.market import Market

_READER_BY_SUFFIX: Final[Mapping[str, Callable[[Path], Content]]] = {".xlsx": read_spreadsheet, ".xlsm": read_spreadsheet}
_OLD_SPREADSHEETS: Final = frozenset((".xls", ".xlsb", ".ods", ".numbers", ".fods"))


def read_market(path: Path) -> tuple[Market, tuple[Finding, ...]]:
    """The market and its warnings; InvalidInput with every error if there is one."""
    market, findings = _read(path)
    if market is None:
        raise InvalidInput(*(finding for finding in findings if finding.severity is Severity.ERROR))
    return market, findings


def examine_market(path: Path) -> tuple[Market | None, tuple[Finding, ...]]:
    """The market, None if it has errors, with every error and warning; whatever the file, nothing is raised."""
    try:
        return _read(path)
    except InvalidInput as error:
        return None, error.findings


def _read(path: Path) -> tuple[Market | None, tuple[Finding, ...]]:
    try:
        path.stat()
    except FileNotFoundError:
        raise InvalidInput(Finding("file_missing", Place(str(path)))) from None
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise _unreadable(path, error) from None
    try:
        market, findings = _read_by_kind(path)
    except OSError as error:
        raise _unreadable(path, error) from None
    is_wrong = any(finding.severity is Severity.ERROR for finding in findings)
    return None if is_wrong else market, shorten(findings)


def _unreadable(path: Path, error: OSError | ValueError) -> InvalidInput:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
    return InvalidInput(Finding("file_unreadable", Place(str(path)), {"reason": reason}))


def _read_by_kind(path: Path) -> tuple[Market | None, tuple[Finding, ...]]:
    if path.is_dir():
        return _validate_tables(read_csv_folder(path))
    suffix = path.suffix.lower()
    if suffix == ".json":
        raw, origins, findings = read_json(path)
        return _validate(raw, origins, findings)
    if suffix in _READER_BY_SUFFIX:
        return _validate_tables(_READER_BY_SUFFIX[suffix](path))
    if suffix == ".csv":
        raise InvalidInput(Finding("single_csv", Place(path.name)))
    code = "other_spreadsheet" if suffix in _OLD_SPREADSHEETS else "unknown_extension"
    raise InvalidInput(Finding(code, Place(path.name), {"found": suffix or path.name}))


def _validate(raw: bytes, origins: Origins, findings: list[Finding]) -> tuple[Market | None, tuple[Finding, ...]]:
    market, told = validate(raw, origins)
    return market, (*findings, *told)


def _validate_tables(content: Content) -> tuple[Market | None, tuple[Finding, ...]]:
    findings = [*content.findings, *find_missing_organisations(content)]
    raw = json.dumps(content.members).encode()
    content.members.clear()  # a large market need not be in memory twice
    market, told = validate(raw, content.origins, content.reported, content.unread)
    return market, (*findings, *told)
