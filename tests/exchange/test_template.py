"""The template: always the same bytes, with drop-downs, without errors when untouched, a whole market when filled."""

import io
import re
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
from market_files import codes
from python_calamine import CalamineWorkbook

from marktplatz.exchange.columns import SHEET_BY_KEY
from marktplatz.exchange.reading import read_market
from marktplatz.exchange.template import LISTS, make_template
from marktplatz.exchange.template_help import HINTS
from marktplatz.exchange.words import CHOICES, find_code
from marktplatz.market import Category


def write_template(folder: Path) -> Path:
    path = folder / "vorlage.xlsx"
    path.write_bytes(make_template())
    return path


def test_the_template_is_the_same_bytes_every_time() -> None:
    assert make_template() == make_template()


def test_an_untouched_template_has_no_organisation_yet_and_no_other_fault(tmp_path: Path) -> None:
    assert codes(write_template(tmp_path)) == ["no_organisations"]


def test_the_template_has_german_sheets_headings_and_one_example_each(tmp_path: Path) -> None:
    with CalamineWorkbook.from_path(write_template(tmp_path)) as workbook:
        assert workbook.sheet_names == [*(SHEET_BY_KEY[key].name for key in LISTS), "Hilfe", "Listen"]
        for key in LISTS:
            headings, *rows = workbook.get_sheet_by_name(SHEET_BY_KEY[key].name).to_python()
            assert headings == [column.heading for column in SHEET_BY_KEY[key].template_columns]
            examples = [row for row in rows if any(str(cell).startswith("BEISPIEL") for cell in row)]
            assert len(examples) == (key not in {"market", "categories"})
        told = {row[0] for row in workbook.get_sheet_by_name("Hilfe").to_python()}
    assert {"Datei prüfen", "Blatt Angebote", "Id (nötig)"} <= told


def test_every_column_has_a_hint_and_every_choice_a_drop_down() -> None:
    assert {column.key for key in LISTS for column in SHEET_BY_KEY[key].template_columns} == set(HINTS)
    with zipfile.ZipFile(io.BytesIO(make_template())) as archive:
        offers = archive.read("xl/worksheets/sheet4.xml").decode()
        needed = {"list": 3, "date": 2, "whole": 2, "decimal": 2}
        assert {kind: offers.count(f'type="{kind}"') for kind in needed} == needed
        assert "Bereiche!$B$2:$B$1001" in offers
        assert "Organisationen!$A$2:$A$1001" in offers
        assert 'state="frozen"' in offers
        assert "Bitte prüfen" in offers
        assert re.search(r'name="Listen"[^>]*state="hidden"', archive.read("xl/workbook.xml").decode())


def test_the_words_of_the_drop_downs_are_all_understood() -> None:
    for key in LISTS:
        for column in SHEET_BY_KEY[key].columns:
            if column.choice is not None:
                assert [find_code(column.choice, words[0]) for words in CHOICES[column.choice].values()] == list(column.choice)


def test_a_filled_template_is_a_whole_market(tmp_path: Path) -> None:
    path = write_template(tmp_path)
    workbook = openpyxl.load_workbook(path)
    filled = {
        "Marktplatz": {"Datum": date(2027, 3, 11), "PLZ": "01067"},
        "Organisationen": {"Id": "U1", "Art": "Unternehmen", "Name": "Bank", "PLZ": "01067", "E-Mail": "e@bank.example"},
        "Angebote": {"Id": "A1", "Organisation": "U1", "Titel": "Streichen", "Bereich": "Helfende Hände", "von": date(2027, 4, 1)},
        "Gesuche": {"Id": "G1", "Organisation": "U1", "Titel": "Kuchen", "Bereich": "Sachspenden", "aus der Ferne": "nein"},
        "Wünsche": {"Organisation": "U1", "Ziel": "G1", "Wunsch": "gern"},
        "Paare": {"Angebot": "A1", "Gesuch": "G1", "Status": "ausgeschlossen"},
    }
    for name, cells in filled.items():
        sheet = workbook[name]
        column_of = {cell.value: cell.column for cell in sheet[1]}
        for heading, value in cells.items():
            sheet.cell(2 if name == "Marktplatz" else 3, column_of[heading], value)
    workbook.save(path)
    market, warnings = read_market(path)
    assert warnings == ()
    assert (market.market.date, market.market.postcode, market.market.max_pairs_between) == (date(2027, 3, 11), "01067", 1)
    assert market.market.categories[0] == Category.model_validate_json(
        '{"code": "haende", "label": "Helfende Hände", "kind": "hands"}'
    )
    assert [organisation.postcode for organisation in market.organisations] == ["01067"]
    assert (market.offers[0].category, market.needs[0].category, market.needs[0].remote) == ("haende", "sachen", False)
    assert (len(market.wishes), len(market.pairs), market.scores) == (1, 1, None)
