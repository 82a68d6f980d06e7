"""A market as tables of cells: the opposite of `tables`, with the same names; what no plain cell can say becomes a literal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final, TypeAlias

from pydantic import BaseModel

from marktplatz.errors import Finding, InvalidInput, Place
from marktplatz.exchange.cells import CAN_BE_UNSAID, Flaw, Json, is_blank, to_json
from marktplatz.exchange.columns import GIVEN_POINTS_ONLY, SHEETS, CellKind, Column, Sheet
from marktplatz.exchange.limits import max_rows
from marktplatz.exchange.literals import NOT_FOR_XML, make_literal
from marktplatz.exchange.models import MODEL_BY_LIST
from marktplatz.exchange.references import pad_postcodes, resolve_categories
from marktplatz.exchange.tables import EXAMPLE_PREFIX
from marktplatz.exchange.words import CHOICES
from marktplatz.market import Market, Policy

WrittenCell: TypeAlias = int | float | str | date | None
Member: TypeAlias = dict[str, Json]

LONGEST_CELL: Final = 32_767
"""As many characters, counted in UTF-16, as Excel allows in a cell."""
_WRITTEN_ONLY_IF_FILLED: Final = frozenset(("scores", "earlier_agreements"))
_LISTS_IN_CELLS: Final = frozenset((CellKind.TEXTS, CellKind.WORDS, CellKind.WHOLES))


@dataclass(frozen=True, slots=True)
class FilledTable:
    """One list of a market as a sheet or CSV: its columns and, per entry, a cell for each of them."""

    sheet: Sheet
    columns: tuple[Column, ...]
    rows: tuple[tuple[WrittenCell, ...], ...]


def market_to_tables(market: Market) -> list[FilledTable]:
    """Every list in the order of `SHEETS`; InvalidInput where a list or a value is too long for a spreadsheet.

    Columns that the template lacks are left out where no entry needs them, and so are the sheets of a score table and of
    earlier agreements where there are none.
    """
    lists = _lists_of(market)
    unclear = _find_unclear(lists)
    tables = [_fill(sheet, lists.get(sheet.key, []), unclear.get(sheet.key, [])) for sheet in SHEETS]
    findings = [finding for table in tables for finding in _find_too_long(table)]
    if findings:
        raise InvalidInput(*findings)
    return [table for table in tables if table.rows or table.sheet.key not in _WRITTEN_ONLY_IF_FILLED]


def _lists_of(market: Market) -> dict[str, list[Member]]:
    """The market's JSON, each sheet's list by its key."""
    content: dict[str, Any] = market.model_dump(mode="json", by_alias=True)
    policy = content.pop("market")
    policy[GIVEN_POINTS_ONLY] = None if market.scores is None else True
    lists = {key: members for key, members in content.items() if isinstance(members, list)}
    return {"market": [policy], "categories": policy.pop("categories")} | lists


def _find_unclear(lists: Mapping[str, list[Member]]) -> dict[str, list[set[str]]]:
    """Per list and entry the fields that the reader would change by what other rows say."""
    read = {key: [dict(member) for member in members] for key, members in lists.items()}
    market, categories = read["market"][0], read["categories"]
    resolve_categories(read, categories)
    pad_postcodes(read, market)
    fields = ("category", "postcode")
    return {
        key: [
            {field for field in fields if before.get(field) != after.get(field)}
            for before, after in zip(members, read[key], strict=True)
        ]
        for key, members in lists.items()
    }


def _fill(sheet: Sheet, members: Sequence[Member], unclear: Sequence[set[str]]) -> FilledTable:
    defaults = _defaults(sheet.key)
    filled = [
        [
            make_literal(_value_at(member, column.key)) if column.key in doubts else _cell(member, column, defaults)
            for column in sheet.columns
        ]
        for member, doubts in zip(members, unclear, strict=True)
    ]
    used = [column.is_in_template or any(row[n] is not None for row in filled) for n, column in enumerate(sheet.columns)]
    columns = tuple(column for column, is_used in zip(sheet.columns, used, strict=True) if is_used)
    rows = tuple(tuple(cell for cell, is_used in zip(row, used, strict=True) if is_used) for row in filled)
    return FilledTable(sheet, columns, rows)


@cache
def _defaults(list_key: str) -> Mapping[str, Json]:
    """What a missing field means, as JSON."""
    model: type[BaseModel] = MODEL_BY_LIST.get(list_key, Policy)
    optional = {name: field for name, field in model.model_fields.items() if not field.is_required()}
    values = model.model_construct(**{name: field.get_default(call_default_factory=True) for name, field in optional.items()})
    return {field.alias or name: values.model_dump(mode="json")[name] for name, field in optional.items()}


def _value_at(member: Member, key: str) -> Json:
    outer, _, inner = key.partition(".")
    value = member.get(outer)
    return value.get(inner) if inner and isinstance(value, dict) else value


def _cell(member: Member, column: Column, defaults: Mapping[str, Json]) -> WrittenCell:
    outer, dot, inner = column.key.partition(".")
    if not dot:
        return to_cell(member.get(outer), column, defaults.get(outer))
    nested = member.get(outer)
    if not isinstance(nested, dict):
        return None
    if nested and all(value is None for value in nested.values()):
        # An object without anything in it is not the same as none; the first of its fields says so.
        return make_literal(None) if inner == next(iter(nested)) else None
    return to_cell(nested.get(inner), column, None)


def to_cell(value: Json, column: Column, default: Json) -> WrittenCell:
    """The plain cell if the reader makes the same value of it, an empty one if a missing field means that, else a literal."""
    if value in (None, "", []) and value == default:
        return None
    plain = _plain_cell(value, column)
    return plain if plain is not None and _is_read_as(value, plain, column) else make_literal(value)


def _plain_cell(value: Json, column: Column) -> WrittenCell:
    if value is None:
        unsaid = "ohne Angabe" if column.kind in CAN_BE_UNSAID else None
        return "unbegrenzt" if column.can_be_unlimited else unsaid
    if isinstance(value, list):
        return "; ".join(str(_word(member, column)) for member in value)
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, int | float):
        return value
    if isinstance(value, dict):
        return None
    return date.fromisoformat(value) if column.kind is CellKind.DATE else _word(value, column)


def _word(code: Json, column: Column) -> str:
    """The German word of a code; all else as it stands."""
    words = CHOICES[column.choice].get(str(code)) if column.choice else None
    return words[0] if words else str(code)


def _is_read_as(value: Json, cell: WrittenCell, column: Column) -> bool:
    if isinstance(cell, str):
        is_example = column.kind is CellKind.ID and cell.lstrip().startswith(EXAMPLE_PREFIX)
        if is_blank(cell) or is_example or NOT_FOR_XML.search(cell):
            return False
    read = to_json(cell, column)
    return not isinstance(read, Flaw) and read == value


def _find_too_long(table: FilledTable) -> Iterable[Finding]:
    limit = max_rows(table.sheet.key)
    if len(table.rows) > limit:
        yield Finding("too_many_rows", Place(sheet=table.sheet.name, row=limit + 2), {"limit": limit})
    for row, cells in enumerate(table.rows, 1):
        for column, cell in zip(table.columns, cells, strict=True):
            if isinstance(cell, str) and len(cell) > LONGEST_CELL // 2 and len(cell.encode("utf-16-le")) > 2 * LONGEST_CELL:
                place = Place(sheet=table.sheet.key, row=row, field=column.key)
                yield Finding("too_long_for_a_cell", place, {"limit": LONGEST_CELL})


def number_as_text(number: float) -> str:
    """A number as Germans write it, without losing a digit; our reader understands it."""
    return str(int(number)) if float(number).is_integer() and abs(number) < 1e15 else repr(float(number)).replace(".", ",")
