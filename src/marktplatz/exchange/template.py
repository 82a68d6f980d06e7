"""The empty workbook that organisers fill in: German sheets with drop-downs, one example row each, and a help sheet."""

from datetime import date
from io import BytesIO
from typing import Any, Final

from marktplatz.exchange.columns import SHEET_BY_KEY, CellKind, Column, Sheet
from marktplatz.exchange.sheet_style import DAY_FORMAT, HEADING_STYLE, is_text_column, open_workbook, width_of
from marktplatz.exchange.template_help import EXAMPLES, HELP, HINTS, READY_ROWS
from marktplatz.exchange.words import CHOICES

LISTS: Final = ("market", "categories", "organisations", "offers", "needs", "wishes", "pairs", "concepts")
"""The sheets of the template; points come from a program, not from hand."""

FILLABLE_ROWS: Final = 1000
"""As far down reach the drop-downs."""

_LOOKUPS: Final = {
    "organisation": "=Organisationen!$A$2:$A${rows}",
    "offer": "=Angebote!$A$2:$A${rows}",
    "need": "=Gesuche!$A$2:$A${rows}",
}


def make_template() -> bytes:
    """The template as an .xlsx file; the same bytes every time."""
    stream = BytesIO()
    workbook = open_workbook(stream, "Marktplatz Gute Geschäfte – Vorlage")
    writer = _TemplateWriter(workbook)
    for key in LISTS:
        writer.write_sheet(SHEET_BY_KEY[key])
    writer.write_help()
    writer.write_lists()
    workbook.close()
    return stream.getvalue()


class _TemplateWriter:
    """Holds the workbook, its formats and the drop-down lists that were used."""

    def __init__(self, workbook: Any) -> None:
        self.workbook = workbook
        self.heading = workbook.add_format(HEADING_STYLE)
        self.required = workbook.add_format(HEADING_STYLE | {"bg_color": "#B7D7C9"})
        self.text = workbook.add_format({"num_format": "@"})
        self.day = workbook.add_format({"num_format": DAY_FORMAT})
        self.wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
        self.bold = workbook.add_format({"bold": True, "font_size": 12, "valign": "top"})
        grey = {"italic": True, "font_color": "#808080"}
        self.example = workbook.add_format(grey)
        self.example_day = workbook.add_format(grey | {"num_format": DAY_FORMAT})
        self.choices: list[tuple[str, ...]] = []

    def write_sheet(self, sheet: Sheet) -> None:
        worksheet = self.workbook.add_worksheet(sheet.name)
        worksheet.freeze_panes(1, 0)
        worksheet.set_row(0, 32)
        for position, column in enumerate(sheet.template_columns):
            worksheet.set_column(position, position, width_of(column), self._column_format(column))
            worksheet.write_string(0, position, column.heading, self.required if column.required else self.heading)
            last_row = 1 if sheet.key == "market" else FILLABLE_ROWS
            worksheet.data_validation(1, position, last_row, position, self._validation(column))
        ready = READY_ROWS.get(sheet.key, ())
        for row, values in enumerate(ready, 1):
            self._write_row(worksheet, sheet, row, values, is_example=False)
        if sheet.key in EXAMPLES:
            self._write_row(worksheet, sheet, 1 + len(ready), EXAMPLES[sheet.key], is_example=True)

    def _column_format(self, column: Column) -> Any:
        """Text where a spreadsheet would otherwise drop zeros or turn an id into a date."""
        if column.kind is CellKind.DATE:
            return self.day
        return self.text if is_text_column(column) else None

    def _write_row(self, worksheet: Any, sheet: Sheet, row: int, values: dict[str, Any], *, is_example: bool) -> None:
        for position, column in enumerate(sheet.template_columns):
            value = values.get(column.key)
            if isinstance(value, date):
                worksheet.write_datetime(row, position, value, self.example_day if is_example else self.day)
            elif value is not None:
                worksheet.write(row, position, value, self.example if is_example else self._column_format(column))

    def _validation(self, column: Column) -> dict[str, Any]:
        rule = self._rule(column)
        hint = HINTS[column.key]
        # Excel shows at most 32 characters of a title and 255 of a message.
        shown = {"input_title": column.heading[:32], "input_message": hint[:255]}
        return rule | shown | {"error_title": "Bitte prüfen", "error_message": f"Das passt hier nicht. {hint}"[:255]}

    def _rule(self, column: Column) -> dict[str, Any]:
        match column.kind:
            case CellKind.CHOICE if column.choice is not None:
                return {"validate": "list", "source": self._choice_range(tuple(w[0] for w in CHOICES[column.choice].values()))}
            case CellKind.YES_NO:
                return {"validate": "list", "source": self._choice_range(("ja", "nein"))}
            case CellKind.CATEGORY:
                return {"validate": "list", "source": f"=Bereiche!$B$2:$B${FILLABLE_ROWS + 1}", "error_type": "warning"}
            case CellKind.DATE:
                return {"validate": "date", "criteria": "between", "minimum": date(2000, 1, 1), "maximum": date(2100, 12, 31)}
            case CellKind.WHOLE if not column.can_be_unlimited:
                return {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": 100_000}
            case CellKind.NUMBER if not column.can_be_unlimited:
                return {"validate": "decimal", "criteria": ">=", "value": 0}
            case CellKind.ID if column.key in _LOOKUPS:
                source = _LOOKUPS[column.key].replace("{rows}", str(FILLABLE_ROWS + 1))
                return {"validate": "list", "source": source, "error_type": "warning"}
        return {"validate": "any"}

    def _choice_range(self, words: tuple[str, ...]) -> str:
        """The words' column on the hidden sheet; only there may they contain any character and be of any number."""
        if words not in self.choices:
            self.choices.append(words)
        letter = chr(ord("A") + self.choices.index(words))
        return f"=Listen!${letter}$1:${letter}${len(words)}"

    def write_help(self) -> None:
        worksheet = self.workbook.add_worksheet("Hilfe")
        worksheet.set_column(0, 0, 34)
        worksheet.set_column(1, 1, 110)
        row = 0
        for heading, text in HELP:
            worksheet.write_string(row, 0, heading, self.bold)
            worksheet.write_string(row, 1, text, self.wrapped)
            row += 1
        for key in LISTS:
            sheet = SHEET_BY_KEY[key]
            row += 1
            worksheet.write_string(row, 0, f"Blatt {sheet.name}", self.bold)
            for column in sheet.template_columns:
                row += 1
                worksheet.write_string(row, 0, f"{column.heading}{' (nötig)' if column.required else ''}", self.wrapped)
                worksheet.write_string(row, 1, HINTS[column.key], self.wrapped)
            row += 1

    def write_lists(self) -> None:
        worksheet = self.workbook.add_worksheet("Listen")
        for position, words in enumerate(self.choices):
            worksheet.write_column(0, position, words)
        worksheet.hide()
