"""An archive as values: every part is there, every line fits its table; whether the lines fit each other, the database tells."""

import hashlib
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from marktplatz.errors import Finding, InvalidInput, Place
from marktplatz.exchange.archive import LIMITS, MANIFEST, read_archive
from marktplatz.exchange.json_file import parse_json
from marktplatz.exchange.reading import read_sent_market_bytes
from marktplatz.exchange.zip_file import ZipLimits
from marktplatz.market import Identifier, Market, Value
from marktplatz.usecases.archiving.export import ABOUT_PART, MARKET_PART
from marktplatz.usecases.archiving.rows import Misfit, read_row
from marktplatz.usecases.archiving.tables import ARCHIVED, columns_of, part_of, table_of

SENT_LIMITS: Final = ZipLimits(packed=LIMITS.packed, unpacked=100_000_000, parts=100)
"""For what comes by network; the command line takes all that `write_archive` may write."""


@dataclass(frozen=True, slots=True)
class ArchivedMarket:
    """A market as it was archived: its id there, the market file, the rows by table, and the archive's own hash."""

    id: str
    market: Market
    rows: Mapping[str, list[dict[str, Any]]]
    sha256: str


class _About(Value):
    market: Identifier


def is_archive(path: Path) -> bool:
    """Is it an archive, and not a zip of CSV files or anything else?"""
    try:
        with zipfile.ZipFile(path) as found:
            return MANIFEST in found.namelist()
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError, EOFError):
        return False


def read_archived_market(file: str, content: bytes, limits: ZipLimits = SENT_LIMITS) -> ArchivedMarket:
    """InvalidInput with the first thing that does not fit; `file` is its name for the findings."""
    parts = read_archive(content, file, limits).parts
    names = {ABOUT_PART, MARKET_PART, *map(part_of, ARCHIVED)}
    findings = [Finding("archive_part_missing", Place(file), {"part": name}) for name in sorted(names - parts.keys())]
    findings += [Finding("archive_part_strange", Place(file), {"part": name}) for name in sorted(parts.keys() - names)]
    if findings:
        raise InvalidInput(*findings)
    try:
        about = _About.model_validate_json(parts[ABOUT_PART])
    except ValidationError:
        raise InvalidInput(Finding("archive_row_unreadable", Place(file), {"part": ABOUT_PART, "row": 1})) from None
    market = read_sent_market_bytes(MARKET_PART, parts[MARKET_PART]).market
    rows = {name: list(_read_rows(name, parts[part_of(name)], Place(file))) for name in ARCHIVED}
    return ArchivedMarket(about.market, market, rows, hashlib.sha256(content).hexdigest())


def _read_rows(name: str, part: bytes, place: Place) -> Iterator[dict[str, Any]]:
    columns = columns_of(table_of(name))
    *lines, rest = part.split(b"\n")
    for number, line in enumerate([*lines, rest] if rest else lines, 1):
        said: dict[str, str | int] = {"part": part_of(name), "row": number}
        try:
            yield read_row(columns, parse_json(line))
        except Misfit as misfit:
            raise InvalidInput(Finding("archive_value_unfit", place, said | {"column": str(misfit)})) from None
        except InvalidInput:
            raise InvalidInput(Finding("archive_row_unreadable", place, said)) from None
