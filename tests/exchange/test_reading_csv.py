"""A folder of CSV files: encodings, delimiters, line numbers."""

from pathlib import Path

import pytest
from market_files import (
    NEED_ROWS,
    OFFER_ROWS,
    ORGANISATION_ROWS,
    codes,
    inspect_market,
    only_finding,
    sentences,
    to_csv,
    write_csv_folder,
)

from marktplatz.errors import Place, Severity
from marktplatz.exchange.reading import read_market

FILES = {"Organisationen": to_csv(ORGANISATION_ROWS), "Angebote": to_csv(OFFER_ROWS), "Gesuche": to_csv(NEED_ROWS)}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_every_encoding_and_delimiter_gives_the_same_market(tmp_path: Path, encoding: str, delimiter: str) -> None:
    files = {
        "organisationen": to_csv(ORGANISATION_ROWS, delimiter),
        "ANGEBOTE": to_csv(OFFER_ROWS, delimiter),
        "Gesuche": to_csv(NEED_ROWS, delimiter),
        "Wünsche": to_csv([["Organisation", "Ziel", "Wunsch"], ["n1", "a1", "gern"]], delimiter),
    }
    market, warnings = read_market(write_csv_folder(tmp_path, files, encoding))
    assert warnings == ()
    assert market.needs[0].title == "Wände streichen"
    assert market.organisations[1].kind == "nonprofit"
    assert len(market.wishes) == 1


def test_a_written_exception_stands_beside_a_fixed_pair(tmp_path: Path) -> None:
    pairs = to_csv([["Angebot", "Gesuch", "Status", "Ausnahme"], ["a1", "g1", "fest", "Beide kennen sich."]])
    market, warnings = read_market(write_csv_folder(tmp_path, FILES | {"Paare": pairs}))
    assert (market.pairs[0].exception, warnings) == ("Beide kennen sich.", ())


def test_the_delimiter_is_the_one_that_gives_known_headings(tmp_path: Path) -> None:
    rows = 'Id,Organisation,"Titel; oder: was, genau?",Titel\r\na1,u1,"a;b;c","x; y, z"\r\n'
    market, _ = read_market(write_csv_folder(tmp_path, FILES | {"Angebote": rows}))
    assert market.offers[0].title == "x; y, z"


def test_the_line_of_an_entry_counts_line_breaks_inside_quotes(tmp_path: Path) -> None:
    rows = '"Id";"Organisation";"Titel";"Personen"\n"a1";"u1";"zwei\nZeilen";3\n\na2;u1;"Fehler";viele\n'
    finding = only_finding(write_csv_folder(tmp_path, FILES | {"Angebote": rows}))
    assert finding.place == Place("Angebote.csv", "Angebote", 5, "Personen")
    assert sentences(tmp_path)[0].startswith("Angebote.csv, Zeile 5, Spalte Personen: „viele“")


def test_the_separator_line_of_excel_is_no_heading(tmp_path: Path) -> None:
    rows = "sep=;\r\nId;Organisation;Titel;Personen\r\na1;u1;x;?\r\n"
    assert only_finding(write_csv_folder(tmp_path, FILES | {"Angebote": rows})).place.row == 3


def test_a_leading_zero_lost_in_a_spreadsheet_comes_back(tmp_path: Path) -> None:
    rows = "Id;Art;PLZ\nu1;Firma;1067\nn1;Verein;50668\n"
    market, _ = read_market(write_csv_folder(tmp_path, FILES | {"Organisationen": rows}))
    assert [organisation.postcode for organisation in market.organisations] == ["01067", "50668"]


def test_a_score_file_without_rows_is_as_if_it_were_not_there(tmp_path: Path) -> None:
    market, _ = read_market(write_csv_folder(tmp_path, FILES | {"scores": "offer,need,points\n"}))
    assert market.scores is None


def test_points_written_with_decimals_are_an_error(tmp_path: Path) -> None:
    files = FILES | {"Punkte": "Angebot;Gesuch;Punkte\na1;g1;731,0\n"}
    assert only_finding(write_csv_folder(tmp_path, files)).place == Place("Punkte.csv", "Punkte", 2, "Punkte")


def test_an_unknown_file_is_a_warning(tmp_path: Path) -> None:
    (finding,) = inspect_market(write_csv_folder(tmp_path, FILES | {"Notizen": "x\n"}))
    assert (finding.code, finding.place.file, finding.severity) == ("unknown_csv", "Notizen.csv", Severity.WARNING)


BROKEN = {
    "extra_cells": "Id;Organisation;Titel\na1;u1;streichen; malen\n",
    "csv_quotes": 'Id;Organisation;Titel\na1;u1;"streichen\n',
    "cell_too_long": 'Id;Organisation;Titel\na1;u1;"' + "x" * 200_000 + '"\n',
    "not_text_file": "Id\0Organisation",
    "control_character": "Id;Organisation;Titel\na1;u1;a\x01b\n",
    "double_column": "Id;Organisation;Titel;TITEL\na1;u1;x;y\n",
    "far_too_many": "Id;Organisation;Titel\n" + "".join(f"b{n};u1;x\n" for n in range(20_001)),
}


@pytest.mark.parametrize("code", BROKEN)
def test_a_broken_file_is_told_by_its_name(tmp_path: Path, code: str) -> None:
    path = write_csv_folder(tmp_path, FILES | {"Angebote": BROKEN[code]})
    finding = only_finding(path)
    assert finding.code == {"far_too_many": "too_many_rows"}.get(code, code)
    assert finding.place.file == "Angebote.csv"
    assert "\n" not in sentences(path)[0]


def test_an_encoding_that_nobody_knows_is_told(tmp_path: Path) -> None:
    write_csv_folder(tmp_path, FILES)
    (tmp_path / "Angebote.csv").write_bytes(b"Id;Organisation;Titel\na1;u1;\x81\xff\n")
    assert codes(tmp_path) == ["unknown_encoding"]


def test_a_folder_without_csv_files_is_told_what_is_expected(tmp_path: Path) -> None:
    assert codes(tmp_path) == ["no_csv_in_folder"]


def test_a_folder_without_organisations_is_an_error(tmp_path: Path) -> None:
    assert codes(write_csv_folder(tmp_path, {"Angebote": to_csv(OFFER_ROWS[:1])})) == ["no_organisations_sheet"]
