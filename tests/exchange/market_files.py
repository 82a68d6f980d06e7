"""Market files for the tests of `exchange`: small ones to read, and ones that no honest program writes."""

import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook

from marktplatz.errors import Finding
from marktplatz.exchange.reading import examine_market
from marktplatz.wording.findings import finding_sentence

BANK = {"id": "u1", "kind": "company", "name": "Bank am Markt"}
CLUB = {"id": "n1", "kind": "nonprofit", "name": "Jugendclub"}
PAINTING = {"id": "a1", "organisation": "u1", "title": "Zehn Leute streichen"}
WALLS = {"id": "g1", "organisation": "n1", "title": "Wände streichen"}

ORGANISATION_ROWS = [["Id", "Art", "Name"], ["u1", "Unternehmen", "Bank am Markt"], ["n1", "gemeinnützig", "Jugendclub"]]
OFFER_ROWS = [["Id", "Organisation", "Titel"], ["a1", "u1", "Zehn Leute streichen"]]
NEED_ROWS = [["Id", "Organisation", "Titel"], ["g1", "n1", "Wände streichen"]]
SHEETS = {"Organisationen": ORGANISATION_ROWS, "Angebote": OFFER_ROWS, "Gesuche": NEED_ROWS}


def make_market(**changes: Any) -> dict[str, Any]:
    """A small sound market as JSON; `changes` replace whole lists."""
    return {"format": "marktplatz/1", "organisations": [BANK, CLUB], "offers": [PAINTING], "needs": [WALLS]} | changes


def write_json(folder: Path, content: object) -> Path:
    path = folder / "markt.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def write_workbook(folder: Path, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> Path:
    """An .xlsx as Excel would store it; a str that starts with "=" becomes a formula."""
    path = folder / "markt.xlsx"
    with Workbook(path) as workbook:
        day = workbook.add_format({"num_format": "dd.mm.yyyy"})
        for name, rows in sheets.items():
            worksheet = workbook.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if isinstance(cell, date):
                        worksheet.write_datetime(row, column, cell, day)
                    elif cell is not None:
                        worksheet.write(row, column, cell)
    return path


def write_csv_folder(folder: Path, files: Mapping[str, str], encoding: str = "utf-8") -> Path:
    for name, text in files.items():
        (folder / f"{name}.csv").write_bytes(text.encode(encoding))
    return folder


def to_csv(rows: Sequence[Sequence[str]], delimiter: str = ";") -> str:
    return "".join(delimiter.join(row) + "\r\n" for row in rows)


SHEET_XML = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def write_raw_workbook(folder: Path, sheet_xml: Mapping[str, str], shared_text: str = "") -> Path:
    """An .xlsx put together by hand, so that its sheets may say anything."""
    path = folder / "markt.xlsx"
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheet_xml) + 1)
    )
    relations += f'<Relationship Id="rId99" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    tabs = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(sheet_xml, 1))
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr("xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{_OFFICE}"><sheets>{tabs}</sheets></workbook>')
        archive.writestr(
            "xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>'
        )
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{main}"><si><t>{shared_text}</t></si></sst>')
        for number, xml in enumerate(sheet_xml.values(), 1):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", xml)
    return path


def text_cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def inspect_market(path: Path) -> tuple[Finding, ...]:
    return examine_market(path)[1]


def sentences(path: Path) -> list[str]:
    """What a user reads about a file."""
    return [finding_sentence(finding) for finding in inspect_market(path)]


def codes(path: Path) -> list[str]:
    return [finding.code for finding in inspect_market(path)]


def only_finding(path: Path) -> Finding:
    (finding,) = inspect_market(path)
    return finding
