"""A market as a workbook: German sheets, real dates and numbers, and texts that are texts, whatever they begin with."""

from datetime import date
from io import BytesIO
from typing import Any

from marktplatz.exchange.market_tables import FilledTable, WrittenCell, market_to_tables, number_as_text
from marktplatz.exchange.sheet_style import DAY_FORMAT, HEADING_STYLE, is_text_column, open_workbook, width_of
from marktplatz.market import Market


def market_to_xlsx(market: Market) -> bytes:
    """One sheet a list, the same bytes for the same market; `read_market` gives the same market back from it."""
    tables = market_to_tables(market)
    stream = BytesIO()
    workbook = open_workbook(stream, "Marktplatz Gute Geschäfte")
    formats = {
        "heading": workbook.add_format(HEADING_STYLE),
        "text": workbook.add_format({"num_format": "@"}),
        "day": workbook.add_format({"num_format": DAY_FORMAT}),
    }
    for table in tables:
        _write_sheet(workbook.add_worksheet(table.sheet.name), table, formats)
    workbook.close()
    return stream.getvalue()


def _write_sheet(worksheet: Any, table: FilledTable, formats: dict[str, Any]) -> None:
    worksheet.freeze_panes(1, 0)
    for position, column in enumerate(table.columns):
        worksheet.set_column(position, position, width_of(column), formats["text"] if is_text_column(column) else None)
        worksheet.write_string(0, position, column.heading, formats["heading"])
    for row, cells in enumerate(table.rows, 1):
        for position, cell in enumerate(cells):
            _write_cell(worksheet, row, position, cell, formats)


def _write_cell(worksheet: Any, row: int, position: int, cell: WrittenCell, formats: dict[str, Any]) -> None:
    if isinstance(cell, date):
        worksheet.write_datetime(row, position, cell, formats["day"])
    elif isinstance(cell, int | float) and float(f"{cell:.16G}") == cell:
        worksheet.write_number(row, position, cell)
    elif cell is not None:
        # Always as a string: nothing that somebody typed becomes a formula or a link.
        worksheet.write_string(row, position, cell if isinstance(cell, str) else number_as_text(cell), formats["text"])
