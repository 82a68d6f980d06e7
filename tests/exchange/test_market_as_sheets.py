"""A market as a workbook and as CSV: nothing is lost on the way out and back, and nothing in it runs."""

import csv
import io
import json
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from market_files import BANK, CLUB, PAINTING, WALLS, make_market, write_csv_folder
from market_strategies import NASTY, markets, texts

from marktplatz.errors import InvalidInput, Place
from marktplatz.exchange.formula_guard import guard_formula, unguard_formula
from marktplatz.exchange.limits import max_rows
from marktplatz.exchange.market_csv import market_to_csv, market_to_csv_zip
from marktplatz.exchange.market_xlsx import market_to_xlsx
from marktplatz.exchange.reading import read_market, read_market_bytes
from marktplatz.market import Market, Score

QUICK = settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
FEW = settings(QUICK, max_examples=20)  # each starts the child process that opens workbooks

RICH: dict[str, Any] = make_market(
    market={
        "name": "Markt",
        "date": "2027-03-11",
        "max_pairs_between": None,
        "break_rounds": [4, 8],
        "history": "avoid",
        "weights": {"content": 500, "given": 0},
        "categories": [
            {"code": "h", "label": "Hände", "kind": "hands", "neighbours": ["g"]},
            {"code": "g", "label": "Dinge", "kind": "goods"},
        ],
    },
    organisations=[BANK | {"values": ["a", "b"], "contact": {"phone": "+49 221 1"}}, CLUB | {"postcode": "01067"}],
    offers=[PAINTING | {"category": "h", "hours": 1.5, "from": "2027-04-01", "text": "=1+1"}],
    needs=[WALLS | {"remote": True, "capacity": None, "impact_fields": ["education", "Garten; Hof"]}],
    wishes=[{"organisation": "n1", "target": "a1", "level": "like"}],
    pairs=[{"offer": "a1", "need": "g1", "status": "pinned"}],
    earlier_agreements=[{"keys": ["k1", "k2"]}],
    concepts=[{"id": "repair", "words": ["Repair-Café", "Flickstube"]}],
)


def parse(content: dict[str, Any]) -> Market:
    return Market.model_validate_json(json.dumps(content))


def through_csv(market: Market) -> Market:
    return read_market_bytes("markt.zip", market_to_csv_zip(market))[0]


def through_xlsx(market: Market) -> Market:
    return read_market_bytes("markt.xlsx", market_to_xlsx(market))[0]


def with_texts(text: str) -> Market:
    """A market that has one text in every place that may hold it."""
    name = text if text.strip() else "x"
    organisation = BANK | {
        "id": name,
        "name": name,
        "postcode": text,
        "key": text,
        "values": [text, "b"],
        "contact": {"name": text},
    }
    entry = PAINTING | {"organisation": name, "title": text, "text": text, "postcode": text, "impact_fields": [text]}
    return parse(
        make_market(
            market={"name": name, "categories": [{"code": name, "label": "Open", "kind": "hands"}]},
            organisations=[organisation],
            offers=[entry | {"category": "open"}, entry | {"id": "a2", "category": name}],
            needs=[],
            concepts=[{"id": name, "words": [text]}],
            earlier_agreements=[{"keys": [name, name]}],
        )
    )


@QUICK
@given(markets())
@example(parse(RICH))
@example(parse(make_market(scores=[])))
def test_a_market_survives_the_way_to_csv_and_back(market: Market) -> None:
    assert through_csv(market) == market


@FEW
@given(markets())
@example(parse(RICH))
@example(parse(make_market(scores=[])))
def test_a_market_survives_the_way_to_a_workbook_and_back(market: Market) -> None:
    assert through_xlsx(market) == market


@pytest.mark.parametrize("text", NASTY)
def test_no_text_is_lost_or_taken_for_something_else(text: str) -> None:
    market = with_texts(text)
    assert through_csv(market) == market
    assert through_xlsx(market) == market


def test_ten_thousand_characters_and_as_many_lines_survive() -> None:
    market = with_texts("x")
    for text in ("😀" * 10_000, "\n" + "a\n" * 4_990 + "z", "=" * 10_000):
        entry = market.offers[0].model_copy(update={"text": text})
        long = market.model_copy(update={"offers": (entry, market.offers[1], entry.model_copy(update={"id": "a3"}))})
        assert through_csv(long) == long
        assert through_xlsx(long) == long


def test_a_folder_of_the_csv_files_is_the_same_market(tmp_path: Path) -> None:
    for name, content in market_to_csv(parse(RICH)).items():
        (tmp_path / name).write_bytes(content)
    market, warnings = read_market(tmp_path)
    assert market == parse(RICH)
    assert warnings == ()


def test_the_same_market_gives_the_same_bytes() -> None:
    assert market_to_xlsx(parse(RICH)) == market_to_xlsx(parse(RICH))
    assert market_to_csv_zip(parse(RICH)) == market_to_csv_zip(parse(RICH))


def test_a_workbook_has_german_names_real_dates_and_texts_that_are_texts() -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(market_to_xlsx(parse(RICH))))
    assert workbook.sheetnames == [
        "Marktplatz", "Bereiche", "Organisationen", "Angebote", "Gesuche", "Wünsche", "Begriffe", "Paare", "Frühere Vereinbarungen",
    ]  # fmt: skip

    def row(name: str) -> dict[str, Any]:
        headings, cells = list(workbook[name].iter_rows(max_row=2))
        return {str(heading.value): cell for heading, cell in zip(headings, cells, strict=True)}

    offer, need, policy = row("Angebote"), row("Gesuche"), row("Marktplatz")
    assert offer["von"].value == datetime(2027, 4, 1)  # noqa: DTZ001  # openpyxl's days have no zone
    assert (offer["Stunden pro Person"].value, offer["aus der Ferne"].value, offer["Wie oft"].value) == (1.5, "nein", 1)
    assert (offer["Beschreibung"].value, offer["Beschreibung"].data_type) == ("=1+1", "s")
    assert (need["aus der Ferne"].value, need["Wie oft"].value) == ("ja", "ohne Angabe")
    assert need["Wirkungsfelder"].value == 'json: ["education", "Garten; Hof"]'
    assert (policy["Höchstens Paare zwischen zweien"].value, policy["Gewicht Inhalt"].value) == ("unbegrenzt", 500)
    assert "Gewicht Zeit" not in policy
    assert row("Organisationen")["Art"].value == "Unternehmen"
    assert row("Frühere Vereinbarungen")["Schlüssel"].value == "k1; k2"


def test_a_csv_is_what_a_german_excel_opens() -> None:
    files = market_to_csv(parse(RICH))
    assert all(content.startswith(b"\xef\xbb\xbf") for content in files.values())
    headings, offer = csv.reader(io.StringIO(files["Angebote.csv"].decode("utf-8-sig"), newline=""), delimiter=";")
    cells = dict(zip(headings, offer, strict=True))
    assert (cells["von"], cells["Stunden pro Person"], cells["Beschreibung"]) == ("01.04.2027", "1,5", "'=1+1")
    assert "'+49 221 1" in files["Organisationen.csv"].decode()


DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


@QUICK
@given(markets())
def test_no_cell_of_a_csv_begins_like_a_formula(market: Market) -> None:
    for content in market_to_csv(market).values():
        for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"):
            assert [cell for cell in row if cell.lstrip(" \u00a0")[:1] in DANGEROUS and cell] == []


@FEW
@given(markets())
def test_no_cell_of_a_workbook_is_a_formula_or_a_link(market: Market) -> None:
    with zipfile.ZipFile(io.BytesIO(market_to_xlsx(market))) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/")]
    assert len(sheets) >= 8
    assert [sheet for sheet in sheets if b"<f>" in sheet or b"<hyperlink" in sheet] == []


@given(st.sampled_from(NASTY) | texts() | st.text("'=+-@ \t\r\nx", max_size=6))
def test_the_apostrophe_before_a_formula_comes_off_again(text: str) -> None:
    assert unguard_formula(guard_formula(text)) == text


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\ta", "\ra", "\na", "  =1", "\u00a0+1", " \t1", "＝1"])
def test_what_begins_like_a_formula_is_guarded(text: str) -> None:
    assert guard_formula(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "1-2", "'s Café", "a@b.example"])
def test_other_texts_are_left_alone(text: str) -> None:
    assert guard_formula(text) == text


def test_a_list_that_is_too_long_for_its_sheet_is_told() -> None:
    market = parse(make_market())
    many = market.model_copy(update={"concepts": tuple({"id": f"c{n}", "words": []} for n in range(max_rows("concepts") + 1))})
    for write in (market_to_xlsx, market_to_csv):
        with pytest.raises(InvalidInput) as caught:
            write(Market.model_validate_json(json.dumps(many.model_dump(mode="json", by_alias=True, warnings=False))))
        assert [(finding.code, finding.place.sheet) for finding in caught.value.findings] == [("too_many_rows", "Begriffe")]


def test_a_value_that_fits_into_no_cell_is_told_with_its_place() -> None:
    market = parse(make_market(concepts=[{"id": "c", "words": ["ä" * 300] * 200}]))
    for write in (market_to_xlsx, market_to_csv):
        with pytest.raises(InvalidInput) as caught:
            write(market)
        (finding,) = caught.value.findings
        assert (finding.code, finding.place) == ("too_long_for_a_cell", Place(sheet="concepts", row=1, field="words"))


def test_a_score_table_without_lines_says_so_on_the_sheet_of_the_market(tmp_path: Path) -> None:
    files = {"Marktplatz": "Name;Nur gegebene Punkte\nMarkt;ja\n", "Organisationen": "Id;Art\nu1;Firma\n"}
    assert read_market(write_csv_folder(tmp_path, files))[0].scores == ()
    files = {"Marktplatz": "Name;Nur gegebene Punkte\nMarkt;nein\n"}
    assert read_market(write_csv_folder(tmp_path, files))[0].scores is None
    with pytest.raises(InvalidInput) as caught:
        read_market(write_csv_folder(tmp_path, {"Marktplatz": "Name;Nur gegebene Punkte\nMarkt;vielleicht\n"}))
    assert [(f.code, f.place.row, f.place.field) for f in caught.value.findings] == [("not_yes_no", 2, "Nur gegebene Punkte")]


def test_a_score_table_is_written_and_read() -> None:
    market = parse(make_market()).model_copy(update={"scores": (Score(offer="a1", need="g1", points=731),)})
    assert "Punkte.csv" in market_to_csv(market)
    assert through_csv(market) == through_xlsx(market) == market


def test_weights_and_earlier_agreements_are_judged_like_the_rest(tmp_path: Path) -> None:
    files = {
        "Marktplatz": "Name;Gewicht Inhalt\nMarkt;2000\n",
        "Organisationen": "Id;Art\nu1;Firma\n",
        "Frühere Vereinbarungen": 'Schlüssel\n"k1; k2; k3"\nk1\n',
    }
    with pytest.raises(InvalidInput) as caught:
        read_market(write_csv_folder(tmp_path, files))
    assert [(f.code, f.place.file, f.place.row, f.place.field) for f in caught.value.findings] == [
        ("too_large", "Marktplatz.csv", 2, "Gewicht Inhalt"),
        ("not_two_keys", "Frühere Vereinbarungen.csv", 2, "Schlüssel"),
        ("missing", "Frühere Vereinbarungen.csv", 3, "Schlüssel"),
    ]
