"""Rows of sheets into the JSON structure of a market file, remembering where everything stood."""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from marktplatz.errors import Finding, Place, Severity
from marktplatz.exchange.cells import Cell, Flaw, Json, is_blank, to_json
from marktplatz.exchange.columns import GIVEN_POINTS_ONLY, CellKind, Column, Sheet
from marktplatz.exchange.flood import MAX_FINDINGS, stop_early
from marktplatz.exchange.found import shorten
from marktplatz.exchange.places import Origin, Origins, Spot
from marktplatz.exchange.references import pad_postcodes, resolve_categories
from marktplatz.exchange.words import fold
from marktplatz.vocabulary import MARKET_FORMAT

Params: TypeAlias = Mapping[str, str | int]
NO_PARAMS: Final[Params] = {}
EXAMPLE_PREFIX: Final = "BEISPIEL"
"""An id that starts so is the template's example row; it and all that refers to it is left out."""

_REPEATED: Final = frozenset((str, float))
"""Types whose values never equal one of the other, as true and 1 do."""


@dataclass(slots=True)
class Table:
    """One sheet or CSV: numbered rows, the first that is not empty has the headings."""

    sheet: Sheet
    file: str
    name: str
    rows: Iterable[tuple[int, Sequence[Cell]]]
    has_fixed_width: bool = False
    """Is a cell beyond the last heading a mistake (CSV), or may it be a note beside the table?"""


Mend: TypeAlias = Callable[[Table], Table]
"""What is done to the cells of a table before they are read."""


def as_it_is(table: Table) -> Table:
    return table


@dataclass(slots=True)
class Content:
    """The JSON structure of a market file, its places, and what was found on the way."""

    origins: Origins
    members: dict[str, Json] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    """Lists that are there but could not be read; nobody is blamed for what may stand in them."""
    reported: set[Spot] = field(default_factory=set)
    """Fields that a finding already tells about; the validation need not tell again that they are missing."""


def read_tables(tables: Iterable[Table], file: str) -> Content:
    """All sheets of a source into one structure."""
    origins: dict[str, Origin] = {}
    content = Content(Origins(file, origins))
    lists: dict[str, list[dict[str, Json]]] = {}
    for table in tables:
        key = table.sheet.key
        if key in lists:
            content.findings.append(Finding("double_sheet", Place(table.file, table.name), {"other": origins[key].sheet}))
            continue
        reader = _TableReader(table, content)
        lists[key] = list(reader.read_members())
        content.findings += stop_early(reader.findings)
        origins[key] = Origin(table.file, table.name, reader.row_numbers, reader.heading_by_key)
    _check_market_row(lists, content)
    _assemble(lists, content)
    return content


def find_missing_organisations(content: Content) -> Iterator[Finding]:
    """Without organisations there is no market; asked once it is known which lists could not be read."""
    if "organisations" in content.unread:
        return
    if "organisations" not in content.members:
        yield Finding("no_organisations_sheet", Place(content.origins.file))
    elif not content.members["organisations"]:
        yield Finding("no_organisations", content.origins.place("organisations"))


def _check_market_row(lists: dict[str, list[dict[str, Json]]], content: Content) -> None:
    if len(lists.get("market", ())) > 1:
        content.findings.append(Finding("market_one_row", content.origins.place("market", 1)))


def _assemble(lists: dict[str, list[dict[str, Json]]], content: Content) -> None:
    market_rows = lists.pop("market", [])
    market = dict(market_rows[0]) if market_rows else {}
    has_categories, categories = "categories" in lists, lists.pop("categories", [])
    resolve_categories(lists, categories)
    pad_postcodes(lists, market)
    _settle_scores(lists, market, content)
    market |= {"categories": list[Json](categories)} if has_categories else {}
    content.members = {"format": MARKET_FORMAT} | ({"market": market} if market_rows or has_categories else {})
    content.members |= {key: list[Json](members) for key, members in lists.items()}


def _settle_scores(lists: dict[str, list[dict[str, Json]]], market: dict[str, Json], content: Content) -> None:
    """A score sheet without rows is the same as none, the engine computes the points, unless the market says otherwise."""
    only_given = market.pop(GIVEN_POINTS_ONLY, None)
    if not isinstance(only_given, bool | None):
        place = content.origins.place("market", 0, GIVEN_POINTS_ONLY)
        content.findings.append(Finding("not_yes_no", place, {"found": shorten(only_given)}))
    if only_given is True:
        lists.setdefault("scores", [])
    elif not lists.get("scores"):
        lists.pop("scores", None)


class _TableReader:
    """Reads one table row by row; holds the columns once the headings were seen."""

    def __init__(self, table: Table, content: Content) -> None:
        self.table, self.content = table, content
        self.findings: list[Finding] = []
        self.row_numbers: list[int] = []
        self.heading_by_key: dict[str, str] = {}
        self.columns: list[Column | None] = []
        self.known: list[dict[Cell, Json]] = []
        """By column, what cells were found to say: a score table says the same over and over."""
        self.keys: list[str] | None = None
        """The keys of the columns, if each is read and none is part of something larger."""

    def read_members(self) -> Iterator[dict[str, Json]]:
        rows = iter(self.table.rows)
        heading_row = next((row for row in rows if not all(map(is_blank, row[1]))), None)
        if heading_row is None:
            return
        self._read_headings(*heading_row)
        is_complete = None
        for number, cells in rows:
            member = self._read_known_row(cells)
            if member is None and (all(map(is_blank, cells)) or self._is_example(cells)):
                continue
            if len(self.findings) > MAX_FINDINGS:
                # Whatever stands below is not told about and may be what others refer to.
                self.content.unread.add(self.table.sheet.key)
                return
            if is_complete is None:
                is_complete = self._check_required(heading_row[0])
            member = self._read_row(number, cells) if member is None else member
            if member is not None:
                self.row_numbers.append(number)
                yield member

    def _find(self, code: str, row: int, heading: str | None, params: Params = NO_PARAMS, *, is_warning: bool = False) -> None:
        severity = Severity.WARNING if is_warning else Severity.ERROR
        self.findings.append(Finding(code, Place(self.table.file, self.table.name, row, heading), params, severity))

    def _read_headings(self, number: int, cells: Sequence[Cell]) -> None:
        for position, cell in enumerate(cells):
            column = None
            if isinstance(cell, Flaw):
                self._find(cell.code, number, column_letter(position), cell.params)
            elif not is_blank(cell):
                column = self._recognise(number, str(cell).strip())
            self.columns.append(column)
        self.known = [{} for _ in self.columns]
        columns = [column for column in self.columns if column is not None]
        if len(columns) == len(self.columns) and not any("." in column.key for column in columns):
            self.keys = [column.key for column in columns]

    def _recognise(self, number: int, heading: str) -> Column | None:
        column = self.table.sheet.column_by_heading.get(fold(heading))
        if column is None:
            nearest = self._nearest(heading)
            code = "unknown_column_near" if nearest else "unknown_column"
            self._find(code, number, heading, {"nearest": nearest or ""}, is_warning=True)
        elif column.key in self.heading_by_key:
            self._find("double_column", number, heading, {"other": self.heading_by_key[column.key]})
            return None
        else:
            self.heading_by_key[column.key] = heading
        return column

    def _nearest(self, heading: str) -> str | None:
        by_heading = self.table.sheet.column_by_heading
        near = difflib.get_close_matches(fold(heading)[:60], by_heading, n=1, cutoff=0.75)
        return by_heading[near[0]].heading if near else None

    def _check_required(self, number: int) -> bool:
        missing = [c for c in self.table.sheet.columns if c.required and c.key not in self.heading_by_key]
        for column in missing:
            self._find("missing_column", number, None, {"column": column.heading})
            self.content.reported.add((self.table.sheet.key, None, column.key))
        return not missing

    def _is_example(self, cells: Sequence[Cell]) -> bool:
        return any(
            isinstance(cell, str)
            and cell not in known
            and column is not None
            and column.kind is CellKind.ID
            and cell.strip().startswith(EXAMPLE_PREFIX)
            for cell, known, column in zip(cells, self.known, self.columns, strict=False)
        )

    def _read_known_row(self, cells: Sequence[Cell]) -> dict[str, Json] | None:
        """One entry all of whose cells stood in a row above, one in each column; None for any other."""
        if self.keys is None or len(cells) != len(self.keys) or not _REPEATED.issuperset(map(type, cells)):
            return None
        try:
            return {key: known[cell] for key, known, cell in zip(self.keys, self.known, cells, strict=True)}
        except KeyError:
            return None

    def _read_row(self, number: int, cells: Sequence[Cell]) -> dict[str, Json] | None:
        """One entry; None for a row that says nothing in the columns that are read."""
        member: dict[str, Json] = {}
        is_empty = True
        for position, cell in enumerate(cells):
            column = self.columns[position] if position < len(self.columns) else None
            if column is not None and type(cell) in _REPEATED and cell in self.known[position]:
                member[column.key] = self.known[position][cell]
            elif is_blank(cell):
                continue
            elif column is not None:
                is_empty = False
                self._read_cell(number, position, cell, column, member)
            elif self.table.has_fixed_width and position >= len(self.columns):
                self._find("extra_cells", number, None, {"columns": len(self.columns)})
                break
        return None if is_empty and not member else member

    def _read_cell(self, number: int, position: int, cell: Cell, column: Column, member: dict[str, Json]) -> None:
        value = to_json(cell, column)
        if isinstance(value, Flaw):
            self._find(value.code, number, self.heading_by_key[column.key], value.params)
            self.content.reported.add((self.table.sheet.key, len(self.row_numbers), column.key))
            return
        _put(member, column.key, value)
        if "." not in column.key and type(cell) in _REPEATED and not isinstance(value, list):
            self.known[position][cell] = value


def _put(member: dict[str, Json], key: str, value: Json) -> None:
    outer, dot, inner = key.partition(".")
    if not dot:
        member[key] = value
        return
    nested = member.setdefault(outer, {})
    if isinstance(nested, dict):
        nested[inner] = value


def column_letter(position: int) -> str:
    """Excel's name of a column, counted from 0."""
    letters = ""
    number = position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
