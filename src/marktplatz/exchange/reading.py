"""A market from a file or folder, with everything that is wrong or doubtful in it."""

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeAlias

from marktplatz.errors import Finding, InvalidInput, Place, Severity
from marktplatz.exchange.csv_folder import ZIP_LIMITS, read_csv_folder, read_csv_zip
from marktplatz.exchange.flood import shorten
from marktplatz.exchange.found import shorten_text
from marktplatz.exchange.json_file import read_json, read_json_bytes
from marktplatz.exchange.mending import Mending
from marktplatz.exchange.mentions import note_columns
from marktplatz.exchange.places import Origins
from marktplatz.exchange.spreadsheet import read_spreadsheet
from marktplatz.exchange.tables import Content, Mend, as_it_is, find_missing_organisations
from marktplatz.exchange.validation import has_errors, salvage, validate, validate_content
from marktplatz.exchange.zip_file import MAX_NAME
from marktplatz.market import Market

_WORKBOOKS: Final = frozenset((".xlsx", ".xlsm"))
_OLD_SPREADSHEETS: Final = frozenset((".xls", ".xlsb", ".ods", ".numbers", ".fods"))

_Read: TypeAlias = tuple[Market | None, tuple[Finding, ...], Origins]
_Part: TypeAlias = tuple[bytes, Origins, frozenset[str]]


@dataclass(frozen=True, slots=True)
class SentMarket:
    """A sound market from a file, its warnings, and where each of its entries stood there."""

    market: Market
    warnings: tuple[Finding, ...]
    origins: Origins


def read_market(path: Path) -> tuple[Market, tuple[Finding, ...]]:
    """The market and its warnings; InvalidInput with every error if there is one."""
    sent = read_sent_market(path)
    return sent.market, shorten(sent.warnings)


def read_sent_market(path: Path) -> SentMarket:
    """The same with the places of its entries; of many warnings that say the same none is left out."""
    return _without_errors(*_read(path))


def examine_market(path: Path) -> tuple[Market | None, tuple[Finding, ...]]:
    """The market, None if it has errors, with every error and warning; whatever the file, nothing is raised."""
    try:
        market, findings, _ = _read(path)
    except InvalidInput as error:
        return None, shorten(error.findings)
    return None if has_errors(findings) else market, shorten(findings)


def read_market_bytes(name: str, content: bytes) -> tuple[Market, tuple[Finding, ...]]:
    """The same for a file that somebody sent: .json, .xlsx or a .zip of CSV files, told apart by the end of its name.

    The name is trusted for nothing else. A workbook lies in a temporary folder of its own while it is read.
    """
    sent = read_sent_market_bytes(name, content)
    return sent.market, shorten(sent.warnings)


def read_sent_market_bytes(name: str, content: bytes) -> SentMarket:
    """The same with the places of its entries."""
    return _without_errors(*_read_bytes(_base_name(name), content))


@dataclass(frozen=True, slots=True)
class MendedMarket:
    """A market as it was sent and mended: `sent` is None while there are errors, `sound` is what could be kept of it then."""

    sent: SentMarket | None
    sound: SentMarket | None
    findings: tuple[Finding, ...]


def read_mended_bytes(name: str, content: bytes, mending: Mending) -> MendedMarket:
    """The same with some cells replaced. InvalidInput if it cannot be read at all."""
    parts: list[_Part] = []
    market, findings, origins = _read_bytes(_base_name(name), content, mending.mend, parts)
    if market is not None and not has_errors(findings):
        return MendedMarket(SentMarket(market, findings, origins), None, shorten(findings))
    sound = next((_keep_sound(*part) for part in parts), None)
    return MendedMarket(None, sound, shorten(findings))


def _keep_sound(raw: bytes, origins: Origins, unread: frozenset[str]) -> SentMarket | None:
    """What would be sent if the faulty fields and entries were not there, its entries in the rows of the file."""
    found = salvage(raw, unread)
    if found is None:
        return None
    market, loss = found
    by_list = dict(origins.by_list)
    for list_key, kept in loss.kept.items():
        if list_key in by_list:
            rows = by_list[list_key].rows
            by_list[list_key] = replace(by_list[list_key], rows=[rows[index] for index in kept])
    moved = Origins(origins.file, by_list)
    note_columns(market, moved)
    return SentMarket(market, (), moved)


def inspect_market_bytes(name: str, content: bytes) -> tuple[Finding, ...]:
    """Every error and warning of a file that somebody sent; whatever the file, nothing is raised."""
    try:
        return shorten(_read_bytes(_base_name(name), content)[1])
    except InvalidInput as error:
        return shorten(error.findings)


def _base_name(name: str) -> str:
    """The last step of a path on any system, at most MAX_NAME characters from its end."""
    return re.split(r"[/\\]", name)[-1][-MAX_NAME:]


def _without_errors(market: Market | None, findings: tuple[Finding, ...], origins: Origins) -> SentMarket:
    if market is None or has_errors(findings):
        raise InvalidInput(*shorten(finding for finding in findings if finding.severity is Severity.ERROR))
    return SentMarket(market, findings, origins)


def _read(path: Path) -> _Read:
    try:
        path.stat()
    except FileNotFoundError:
        raise InvalidInput(Finding("file_missing", Place(str(path)))) from None
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise _unreadable(path, error) from None
    try:
        return _read_by_kind(path)
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError | ValueError) -> InvalidInput:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
    return InvalidInput(Finding("file_unreadable", Place(str(path)), {"reason": reason}))


def _read_by_kind(path: Path) -> _Read:
    if path.is_dir():
        return _validate_tables(read_csv_folder(path))
    suffix = path.suffix.lower()
    if suffix == ".json":
        return _validate(*read_json(path))
    if suffix in _WORKBOOKS:
        return _validate_tables(read_spreadsheet(path))
    if suffix == ".zip":
        _refuse_if_large(path)
        return _validate_tables(read_csv_zip(path.name, path.read_bytes()))
    if suffix == ".csv":
        raise InvalidInput(Finding("single_csv", Place(path.name)))
    raise _unknown_kind(path.name, suffix)


def _refuse_if_large(path: Path) -> None:
    if path.stat().st_size > ZIP_LIMITS.packed:
        raise InvalidInput(Finding("file_too_large", Place(path.name), {"limit": ZIP_LIMITS.packed // 1_000_000}))


def _read_bytes(file: str, content: bytes, mend: Mend = as_it_is, parts: list[_Part] | None = None) -> _Read:
    suffix = f".{file.rpartition('.')[2].lower()}" if "." in file else ""
    if suffix == ".json":
        return _validate(*read_json_bytes(file, content))
    if suffix in _WORKBOOKS:
        with TemporaryDirectory(prefix="marktplatz-") as folder:
            path = Path(folder) / f"sent{suffix}"
            path.write_bytes(content)
            return _validate_tables(read_spreadsheet(path, file, mend), parts)
    if suffix == ".zip":
        return _validate_tables(read_csv_zip(file, content, mend), parts)
    if suffix == ".csv":
        raise InvalidInput(Finding("single_csv_sent", Place(file)))
    raise _unknown_kind(file, suffix)


def _unknown_kind(file: str, suffix: str) -> InvalidInput:
    code = "other_spreadsheet" if suffix in _OLD_SPREADSHEETS else "unknown_extension"
    return InvalidInput(Finding(code, Place(file), {"found": shorten_text(suffix or file)}))


def _validate(raw: bytes, content: dict[str, Any], origins: Origins, findings: list[Finding]) -> _Read:
    wrong = validate_content(content, origins)
    content.clear()  # a large market need not be in memory twice
    if wrong:
        return None, (*findings, *wrong), origins
    market, told = validate(raw, origins)
    return market, (*findings, *told), origins


def _validate_tables(content: Content, parts: list[_Part] | None = None) -> _Read:
    """`parts`, if given, gets what may be kept of a market with errors."""
    findings = [*content.findings, *find_missing_organisations(content)]
    if parts is None and (wrong := validate_content(content.members, content.origins, content.reported, content.unread)):
        return None, (*findings, *wrong), content.origins
    raw = json.dumps(content.members).encode()
    content.members.clear()  # a large market need not be in memory twice
    market, told = validate(raw, content.origins, content.reported, content.unread)
    if market is not None and not has_errors((*findings, *told)):
        note_columns(market, content.origins)
    if parts is not None and has_errors((*findings, *told)):
        parts.append((raw, content.origins, frozenset(content.unread)))
    return market, (*findings, *told), content.origins
