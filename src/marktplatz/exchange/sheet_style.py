"""How our workbooks look, the template and the exported market alike."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final

from marktplatz.exchange.columns import CellKind, Column

DAY_FORMAT: Final = "dd.mm.yyyy"
HEADING_STYLE: Final = {"bold": True, "bg_color": "#DCE9E4", "bottom": 1, "text_wrap": True, "valign": "top"}

_CREATED_AT: Final = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_WIDTH_BY_KIND: Final = {
    CellKind.ID: 16,
    CellKind.CHOICE: 20,
    CellKind.CATEGORY: 22,
    CellKind.WORDS: 24,
    CellKind.TEXTS: 24,
    CellKind.POSTCODE: 10,
    CellKind.COUNTRY: 8,
    CellKind.DATE: 13,
}
_WIDTH_BY_KEY: Final = {"title": 36, "text": 60, "name": 36, "label": 28, "contact.name": 24, "contact.email": 30}
_TEXT_KINDS: Final = frozenset((CellKind.ID, CellKind.TEXT, CellKind.POSTCODE, CellKind.WHOLES, CellKind.TEXTS, CellKind.WORDS))


def open_workbook(stream: BytesIO, title: str) -> Any:
    """A new workbook that takes no text for a formula or a link, and that is the same bytes every time."""
    from xlsxwriter import Workbook

    workbook = Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties({"title": title, "created": _CREATED_AT})
    return workbook


def width_of(column: Column) -> int:
    return _WIDTH_BY_KEY.get(column.key) or _WIDTH_BY_KIND.get(column.kind, max(12, len(column.heading) + 2))


def is_text_column(column: Column) -> bool:
    """Is it text where a spreadsheet would otherwise drop zeros or turn an id into a date?"""
    return column.kind in _TEXT_KINDS
