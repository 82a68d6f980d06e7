"""Cells that somebody mended without the file at hand: laid over what stands there, every time that it is read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Final, TypeAlias

from marktplatz.errors import Place
from marktplatz.exchange.cells import Cell, Flaw, is_blank
from marktplatz.exchange.tables import Table

Spot: TypeAlias = tuple[str, int, str]
"""Sheet, row and heading, as a finding names them."""

MAX_CORRECTIONS: Final = 2_000
LONGEST_TEXT: Final = 10_000
NOT_KEPT: Final = frozenset(("scores",))
"""Lists of programs, too long to be mended by hand."""


@dataclass(slots=True)
class _Seen:
    """A sheet as it was read: where each heading stands, and the cells."""

    positions: dict[str, int] = field(default_factory=dict)
    rows: dict[int, Sequence[Cell]] = field(default_factory=dict)


class Mending:
    """Corrections for one reading; afterwards it knows what stands in a cell, mended or not."""

    def __init__(self, corrections: Mapping[Spot, str]) -> None:
        self._corrections = corrections
        self._seen: dict[str, _Seen] = {}

    def mend(self, table: Table) -> Table:
        """The table with its corrected cells; read once, as it comes."""
        if table.sheet.key in NOT_KEPT or table.name in self._seen:
            return table
        return replace(table, rows=self._mended_rows(table))

    def text_at(self, place: Place) -> str | None:
        """What stands in a cell, as somebody would type it; None where there is none that could be mended."""
        seen = self._seen.get(place.sheet or "")
        if seen is None or place.row is None or place.field is None:
            return None
        position = seen.positions.get(place.field)
        cells = seen.rows.get(place.row)
        if position is None or cells is None:
            return None
        return as_typed(cells[position]) if position < len(cells) else ""

    def _mended_rows(self, table: Table) -> Iterator[tuple[int, Sequence[Cell]]]:
        seen = self._seen.setdefault(table.name, _Seen())
        for number, cells in table.rows:
            mended = self._mend_row(table.name, number, cells, seen)
            if seen.positions:
                seen.rows[number] = mended
            elif not all(map(is_blank, cells)):
                for position, heading in enumerate(cells):
                    if isinstance(heading, str) and heading.strip():
                        seen.positions.setdefault(heading.strip(), position)
            yield number, mended

    def _mend_row(self, sheet: str, number: int, cells: Sequence[Cell], seen: _Seen) -> Sequence[Cell]:
        if not self._corrections:
            return cells
        mended: list[Cell] | None = None
        for heading, position in seen.positions.items():
            text = self._corrections.get((sheet, number, heading))
            if text is not None:
                mended = list(cells) if mended is None else mended
                mended += [""] * (position + 1 - len(mended))
                mended[position] = text
        return cells if mended is None else mended


def as_typed(cell: Cell) -> str:
    if isinstance(cell, Flaw):
        return str(cell.params.get("found", ""))
    if isinstance(cell, datetime):
        return f"{cell:%d.%m.%Y}" if cell.time() == time() else f"{cell:%d.%m.%Y %H:%M}"
    if isinstance(cell, date):
        return f"{cell:%d.%m.%Y}"
    if isinstance(cell, bool):
        return "ja" if cell else "nein"
    if isinstance(cell, float):
        return f"{cell:.15g}".replace(".", ",")
    return "" if cell is None else str(cell)
