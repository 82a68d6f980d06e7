"""The lists of the folder as a workbook, for whoever has a spreadsheet only."""

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any, Final

from marktplatz.exchange.pdf.folder import Folder
from marktplatz.exchange.sheet_style import HEADING_STYLE, open_workbook
from marktplatz.wording.folder import column_words, folder_words, side_word

_WIDTHS: Final = {"organisation": 40, "first": 40, "second": 40, "title": 60, "facts": 30, "name": 28, "email": 34, "category": 28}
_USUAL_WIDTH: Final = 16
_MOST_LETTERS: Final = 31
"""What a spreadsheet lets a sheet be called."""
Rows = Iterable[tuple[object, ...]]


def folder_to_xlsx(folder: Folder, language: str) -> bytes:
    """A sheet for each list, the contacts last, with the day by which they are to be destroyed."""
    stream = BytesIO()
    book, words = open_workbook(stream, f"{folder_words(language)['folder']} {folder.market}"), column_words(language)
    styles = {"heading": book.add_format(HEADING_STYLE), "text": book.add_format({"text_wrap": True, "valign": "top"})}
    for name, note, columns, rows in _list_sheets(folder, language):
        _write_sheet(book, styles, name[:_MOST_LETTERS], note, [(key, words.get(key, key)) for key in columns], rows)
    book.close()
    return stream.getvalue()


def _list_sheets(folder: Folder, language: str) -> Iterator[tuple[str, str, tuple[str, ...], Rows]]:
    say = {key: str(said) for key, said in folder_words(language).items()}

    def side(of: str) -> str:
        return side_word(of, language)

    door = ((line.organisation, side(line.side), line.people, line.place) for line in folder.door)
    yield say["door"], folder.state, ("organisation", "side", "people", "place"), door
    if folder.ways:
        ways = ((way.organisation, side(way.side), *map(_whole, way.cells)) for way in folder.ways)
        yield say["by_organisation"], folder.state, ("organisation", "side", *folder.rounds), ways
        talks = ((each.label, _whole(talk[0]), *talk[1:]) for each in folder.tables for talk in each.talks)
        yield say["by_round"], folder.state, ("round", "table", "first", "second"), talks
    if not folder.ways:
        proposed = (
            (sheet.organisation, row.label, row.partner, " / ".join(row.topics))
            for sheet in folder.sheets
            for row in sheet.rows
            if row.partner
        )
        yield say["sheets"], folder.state, ("first", "number", "second", "title"), proposed
    entries = (
        (category.label, say[kind], line.title, line.organisation, side(line.side), line.facts)
        for category in folder.categories
        for kind, lines in (("seeks", category.needs), ("offers", category.offers))
        for line in lines
    )
    yield say["wanted"], folder.state, ("category", "kind", "title", "organisation", "side", "facts"), entries
    forms = ((form.number, "", "") for form in folder.forms)
    yield say["forms"], folder.state, ("number", "first", "second"), forms
    contacts = ((line.organisation, side(line.side), line.name, line.phone, line.email) for line in folder.contacts)
    note = f"{say['confidential']} · {folder.destroy_by}"
    yield say["contacts"], note, ("organisation", "side", "name", "phone", "email"), contacts


def _write_sheet(book: Any, styles: dict[str, Any], name: str, note: str, columns: list[tuple[str, str]], rows: Rows) -> None:
    sheet = book.add_worksheet(name)
    sheet.write_string(0, 0, note)
    for place, (key, heading) in enumerate(columns):
        sheet.write_string(1, place, heading, styles["heading"])
        sheet.set_column(place, place, _WIDTHS.get(key, _USUAL_WIDTH))
    for line, row in enumerate(rows, start=2):
        for place, cell in enumerate(row):
            if isinstance(cell, int):
                sheet.write_number(line, place, cell, styles["text"])
            else:
                sheet.write_string(line, place, str(cell), styles["text"])
    sheet.freeze_panes(2, 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)


def _whole(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text
