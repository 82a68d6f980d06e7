"""A market as CSV files that a German Excel opens: UTF-8 with its mark, semicolons, no text that runs as a formula."""

import csv
import io
from datetime import date
from typing import Final

from marktplatz.exchange.formula_guard import guard_formula
from marktplatz.exchange.market_tables import FilledTable, WrittenCell, market_to_tables, number_as_text
from marktplatz.exchange.zip_file import pack
from marktplatz.market import Market

_MARK: Final = b"\xef\xbb\xbf"


def market_to_csv(market: Market) -> dict[str, bytes]:
    """One file a list, by its name; `read_market` gives the same market back from a folder of them."""
    return {f"{table.sheet.name}.csv": _make_csv(table) for table in market_to_tables(market)}


def market_to_csv_zip(market: Market) -> bytes:
    """The same files as one zip, the same bytes for the same market."""
    return pack(market_to_csv(market))


def _make_csv(table: FilledTable) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([column.heading for column in table.columns])
    writer.writerows([_text(cell) for cell in row] for row in table.rows)
    return _MARK + text.getvalue().encode()


def _text(cell: WrittenCell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return guard_formula(cell)
    return f"{cell:%d.%m.%Y}" if isinstance(cell, date) else number_as_text(cell)
