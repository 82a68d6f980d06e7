"""Sheets and their cells: headings, numbers, dates, words, ids, example rows, and the places of mistakes."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from market_files import (
    NEED_ROWS,
    OFFER_ROWS,
    ORGANISATION_ROWS,
    SHEETS,
    codes,
    inspect_market,
    only_finding,
    sentences,
    write_workbook,
)

from marktplatz.errors import Place, Severity
from marktplatz.exchange.reading import read_market
from marktplatz.market import Entry, Organisation
from marktplatz.vocabulary import CategoryKind, OrganisationKind, PairStatus, Reciprocity, WishLevel, WithinKind


def read_offer(folder: Path, **cells: Any) -> Entry:
    """The only offer of a workbook that has these cells beside the needed ones."""
    rows = [[*OFFER_ROWS[0], *cells], [*OFFER_ROWS[1], *cells.values()]]
    market, _ = read_market(write_workbook(folder, SHEETS | {"Angebote": rows}))
    return market.offers[0]


def read_organisation(folder: Path, **cells: Any) -> Organisation:
    rows = [["Id", "Art", *cells], ["u1", "Firma", *cells.values()], ["n1", "Verein"]]
    market, _ = read_market(write_workbook(folder, SHEETS | {"Organisationen": rows}))
    return market.organisations[0]


def test_german_sheets_are_read_without_a_word_of_complaint(tmp_path: Path) -> None:
    market, warnings = read_market(write_workbook(tmp_path, SHEETS))
    assert warnings == ()
    assert [(o.id, o.kind, o.name) for o in market.organisations] == [
        ("u1", OrganisationKind.COMPANY, "Bank am Markt"),
        ("n1", OrganisationKind.NONPROFIT, "Jugendclub"),
    ]
    assert market.offers[0].title == "Zehn Leute streichen"
    assert market.scores is None


def test_english_sheets_and_headings_give_the_same_market(tmp_path: Path) -> None:
    english = {
        "Organisations": [["NAME", "kind ", "ID"], ["Bank am Markt", "company", "u1"], ["Jugendclub", "nonprofit", "n1"]],
        "offers": [["organisation", "title", "id"], ["u1", "Zehn Leute streichen", "a1"]],
        "NEEDS": [["id", "organization", "title"], ["g1", "n1", "Wände streichen"]],
    }
    market, warnings = read_market(write_workbook(tmp_path, english))
    (tmp_path / "german").mkdir()
    assert warnings == ()
    assert market == read_market(write_workbook(tmp_path / "german", SHEETS))[0]


def test_all_lists_are_read_from_their_sheets(tmp_path: Path) -> None:
    sheets = SHEETS | {
        "Marktplatz": [
            [
                "Name",
                "Datum",
                "PLZ",
                "Gegenleistung",
                "Paare innerhalb einer Art",
                "Höchstens Paare zwischen zweien",
                "Pausenrunden",
            ],
            ["Markt", date(2027, 3, 11), 1067, "erforderlich", "alle", "unbegrenzt", "4; 8"],
        ],
        "bereiche": [
            ["Kürzel", "Bezeichnung", "Art"],
            ["hh", "Anpacken", "Helfende Hände"],
            ["lo", "Transport", "space_logistics"],
        ],
        "Angebote": [
            ["Id", "Organisation", "Bereich", "Titel"],
            ["a1", "u1", "anpacken", "Streichen"],
            ["a2", "u1", "LO", "Fahren"],
        ],
        "Wuensche": [["Organisation", "Ziel", "Wunsch"], ["n1", "a1", "muss"], ["n1", "u1", "nein danke"]],
        "Paare": [["Angebot", "Gesuch", "Status"], ["a1", "g1", "ausgeschlossen"]],
        "Punkte": [["Angebot", "Gesuch", "Punkte"], ["a1", "g1", 731]],
    }
    market, warnings = read_market(write_workbook(tmp_path, sheets))
    assert warnings == ()
    policy = market.market
    assert (policy.name, policy.date, policy.postcode, policy.break_rounds) == ("Markt", date(2027, 3, 11), "01067", (4, 8))
    assert (policy.reciprocity, policy.within_kind, policy.max_pairs_between) == (Reciprocity.REQUIRED, WithinKind.ALL, None)
    assert [(c.code, c.kind) for c in policy.categories] == [("hh", CategoryKind.HANDS), ("lo", CategoryKind.SPACE_LOGISTICS)]
    assert [offer.category for offer in market.offers] == ["hh", "lo"]
    assert [wish.level for wish in market.wishes] == [WishLevel.MUST_MEET, WishLevel.NO_THANKS]
    assert market.pairs[0].status is PairStatus.FORBIDDEN
    assert market.scores is not None
    assert [score.points for score in market.scores] == [731]


def test_a_score_sheet_without_rows_is_as_if_it_were_not_there(tmp_path: Path) -> None:
    market, _ = read_market(write_workbook(tmp_path, SHEETS | {"Punkte": [["Angebot", "Gesuch", "Punkte"]]}))
    assert market.scores is None


@pytest.mark.parametrize("cell", [date(2027, 4, 1), "1.4.2027", "01.04.2027", "01.04.27", "2027-04-01", " 1. 4. 2027 "])
def test_a_day_may_be_written_in_many_ways(tmp_path: Path, cell: object) -> None:
    assert read_offer(tmp_path, von=cell).from_on == date(2027, 4, 1)


@pytest.mark.parametrize(("cell", "hours"), [(6, 6), (1.5, 1.5), ("1,5", 1.5), ("1.5", 1.5), ("1.000,5", 1000.5), ("0.125", 0.125)])
def test_a_number_may_be_german_or_plain(tmp_path: Path, cell: object, hours: float) -> None:
    assert read_offer(tmp_path, Stunden=cell).hours == hours


@pytest.mark.parametrize(("cell", "people"), [(12, 12), (12.0, 12), ("12", 12), ("12,0", 12)])
def test_a_whole_number_may_be_any_cell_that_is_whole(tmp_path: Path, cell: object, people: int) -> None:
    assert read_offer(tmp_path, Personen=cell).people == people


@pytest.mark.parametrize("word", ["ja", "JA", "x", "true", "1", "wahr", True, 1])
def test_yes_has_many_words(tmp_path: Path, word: object) -> None:
    assert read_offer(tmp_path, remote=word).remote is True


@pytest.mark.parametrize("word", ["nein", "false", "0", "Falsch", False, 0])
def test_no_has_many_words(tmp_path: Path, word: object) -> None:
    assert read_offer(tmp_path, remote=word).remote is False


def test_impact_fields_are_understood_in_german_and_own_words_are_kept(tmp_path: Path) -> None:
    assert read_offer(tmp_path, Wirkungsfelder="Bildung; culture;Sport ;").impact_fields == ("education", "culture", "Sport")


def test_contact_and_lists_come_from_columns(tmp_path: Path) -> None:
    bank = read_organisation(
        tmp_path, Ansprechperson="Erika", **{"E-Mail": "e@bank.example", "Telefon": 221123, "Merkmale": "Alkohol; Glücksspiel"}
    )
    assert bank.contact is not None
    assert (bank.contact.name, bank.contact.email, bank.contact.phone) == ("Erika", "e@bank.example", "221123")
    assert bank.values == ("Alkohol", "Glücksspiel")


def test_ids_stored_as_numbers_are_ids(tmp_path: Path) -> None:
    sheets = {
        "Organisationen": [["Id", "Art", "Name"], [12, "Firma", "A"], [13.0, "Verein", "B"]],
        "Angebote": [["Id", "Organisation", "Titel"], [1, "12", "x"]],
        "Gesuche": [["Id", "Organisation", "Titel"], [2, 13, "y"]],
    }
    market, _ = read_market(write_workbook(tmp_path, sheets))
    assert [organisation.id for organisation in market.organisations] == ["12", "13"]
    assert market.offers[0].organisation == "12"


def test_german_postcodes_get_their_leading_zero_back_and_austrian_ones_do_not(tmp_path: Path) -> None:
    sheets = SHEETS | {
        "Organisationen": [["Id", "Art", "PLZ", "Land"], ["u1", "Firma", 1067, None], ["n1", "Verein", 1010, "AT"]],
        "Angebote": [["Id", "Organisation", "Titel", "PLZ"], ["a1", "u1", "x", 4109]],
        "Gesuche": [["Id", "Organisation", "Titel", "PLZ"], ["g1", "n1", "x", 1020]],
    }
    market, _ = read_market(write_workbook(tmp_path, sheets))
    assert [organisation.postcode for organisation in market.organisations] == ["01067", "1010"]
    assert (market.offers[0].postcode, market.needs[0].postcode) == ("04109", "1020")


def test_example_rows_and_all_that_refers_to_them_are_skipped_silently(tmp_path: Path) -> None:
    sheets = SHEETS | {
        "Organisationen": [ORGANISATION_ROWS[0], ["BEISPIEL-U1", "Unfug", "x"], *ORGANISATION_ROWS[1:]],
        "Angebote": [*OFFER_ROWS, ["BEISPIEL-A1", "u1", "x"], ["a9", "BEISPIEL-U1", "x"]],
        "Wünsche": [["Organisation", "Ziel", "Wunsch"], ["n1", "BEISPIEL-U1", "gern"]],
        "Paare": [["Angebot", "Gesuch", "Status"], ["BEISPIEL-A1", "g1", "fest"]],
    }
    market, warnings = read_market(write_workbook(tmp_path, sheets))
    assert warnings == ()
    assert ([offer.id for offer in market.offers], market.wishes, market.pairs) == (["a1"], (), ())


def test_empty_rows_are_skipped_and_rows_keep_the_numbers_that_excel_shows(tmp_path: Path) -> None:
    rows = [[], ORGANISATION_ROWS[0], [], [" ", None, ""], ["u1", "Firma", "A"], ["n1", "Klub", "B"]]
    finding = only_finding(write_workbook(tmp_path, SHEETS | {"Organisationen": rows}))
    assert finding.place == Place("markt.xlsx", "Organisationen", 6, "Art")
    assert sentences(tmp_path / "markt.xlsx") == [
        (
            "markt.xlsx, Blatt Organisationen, Zeile 6, Spalte Art: „Klub“ ist hier nicht bekannt; "
            "möglich sind: Unternehmen (company), gemeinnützig (nonprofit)."
        )
    ]


def test_a_table_may_begin_anywhere(tmp_path: Path) -> None:
    moved = [[], [], *([None, None, *row] for row in [*ORGANISATION_ROWS[:2], ["n1", "Klub", '="B"']])]
    found = inspect_market(write_workbook(tmp_path, SHEETS | {"Organisationen": moved}))
    assert [(finding.code, finding.place) for finding in found] == [
        ("formula", Place("markt.xlsx", "Organisationen", 5, "Name")),
        ("unknown_word", Place("markt.xlsx", "Organisationen", 5, "Art")),
    ]


BAD_CELLS = {
    "half a person": ("Personen", 2.5, "not_whole_number"),
    "words in a number": ("Personen", "10 Leute", "not_whole_number"),
    "true as a number": ("Personen", True, "not_whole_number"),
    "digits without end": ("Personen", "9" * 5000, "not_whole_number"),
    "an unclear number": ("Stunden", "1.500", "unclear_number"),
    "a day as a number": ("Stunden", date(2027, 5, 1), "not_a_number"),
    "a number as a day": ("von", 46478, "not_a_date"),
    "a day that is none": ("von", "31.2.2027", "not_a_date"),
    "an American day": ("von", "4/1/2027", "not_a_date"),
    "a day with a time": ("von", datetime(2027, 4, 1, 14, 30), "not_a_date"),  # noqa: DTZ001  # Excel knows no zones
    "a title that Excel took for a day": ("Beschreibung", date(2027, 5, 1), "date_in_text"),
    "a truth as text": ("Beschreibung", True, "not_text"),
    "maybe": ("remote", "vielleicht", "not_yes_no"),
    "an unknown category": ("Bereich", "Anpacker", "unknown_category"),
    "a formula": ("Personen", "=1+1", "formula"),
    "a formula in a text": ("Beschreibung", '="a"', "formula"),
    "an escaped NUL, which stays text": ("Beschreibung", "a_x0000_b", None),
    "a text of 40,000 characters": ("Beschreibung", "x" * 32_000, "too_long"),
}


@pytest.mark.parametrize("name", BAD_CELLS)
def test_a_bad_cell_is_named_by_sheet_row_and_heading(tmp_path: Path, name: str) -> None:
    heading, cell, code = BAD_CELLS[name]
    rows = [[*OFFER_ROWS[0], heading], OFFER_ROWS[1], ["a2", "u1", "Noch etwas", cell]]
    path = write_workbook(tmp_path, SHEETS | {"Angebote": rows})
    assert codes(path) == ([code] if code else [])
    assert {finding.place for finding in inspect_market(path)} <= {Place("markt.xlsx", "Angebote", 3, heading)}
    assert all("\n" not in sentence and len(sentence) < 400 for sentence in sentences(path))


@pytest.mark.parametrize("points", [731.5, "731,0", "731.0", "viel", True, 1001])
def test_points_in_a_sheet_are_whole(tmp_path: Path, points: object) -> None:
    rows = [["Angebot", "Gesuch", "Punkte"], ["a1", "g1", points]]
    finding = only_finding(write_workbook(tmp_path, SHEETS | {"Punkte": rows}))
    assert finding.place == Place("markt.xlsx", "Punkte", 2, "Punkte")


def test_a_formula_in_a_column_that_nobody_reads_is_no_matter(tmp_path: Path) -> None:
    rows = [[*OFFER_ROWS[0], "Meine Notiz"], [*OFFER_ROWS[1], "=1+1"]]
    assert codes(write_workbook(tmp_path, SHEETS | {"Angebote": rows})) == ["unknown_column"]


def test_contradictions_between_sheets_name_both_places(tmp_path: Path) -> None:
    sheets = SHEETS | {"Gesuche": [*NEED_ROWS, [], ["a1", "n1", "noch einmal a1"]]}
    finding = only_finding(write_workbook(tmp_path, sheets))
    assert (finding.code, finding.place) == ("double_id", Place("markt.xlsx", "Gesuche", 4, "Id"))
    assert (finding.params["other_sheet"], finding.params["other_row"]) == ("Angebote", 2)


def test_reversed_days_are_told_at_the_last_day(tmp_path: Path) -> None:
    rows = [[*OFFER_ROWS[0], "von", "bis"], [*OFFER_ROWS[1], "1.5.2027", "1.4.2027"]]
    finding = only_finding(write_workbook(tmp_path, SHEETS | {"Angebote": rows}))
    assert (finding.code, finding.place.row, finding.place.field) == ("dates_reversed", 2, "bis")


def test_headings_are_judged(tmp_path: Path) -> None:
    rows = [["Id", "Personn", "Titel", "Überschrift", "Notiz"], ["a1", 3, "x", "y", "z"]]
    found = inspect_market(write_workbook(tmp_path, SHEETS | {"Angebote": rows}))
    told = [(finding.code, finding.place.field, finding.severity) for finding in found]
    assert told[:4] == [
        ("unknown_column_near", "Personn", Severity.WARNING),
        ("double_column", "Überschrift", Severity.ERROR),
        ("unknown_column", "Notiz", Severity.WARNING),
        ("missing_column", None, Severity.ERROR),
    ]
    assert "missing" not in {finding.code for finding in found}


def test_sheets_are_judged(tmp_path: Path) -> None:
    sheets = SHEETS | {"offers": OFFER_ROWS, "Notizen": [["x"]], "Hilfe": [["x"]], "Marktplatz": [["Name"], ["A"], ["B"]]}
    assert codes(write_workbook(tmp_path, sheets)) == ["unknown_sheet", "double_sheet", "market_one_row"]


def test_a_workbook_without_organisations_is_an_error(tmp_path: Path) -> None:
    assert codes(write_workbook(tmp_path, {"Angebote": OFFER_ROWS[:1]})) == ["no_organisations_sheet"]
    assert codes(write_workbook(tmp_path, {"Organisationen": ORGANISATION_ROWS[:1]})) == ["no_organisations"]
