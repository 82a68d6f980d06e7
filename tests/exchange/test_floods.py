"""Files that are wrong throughout are told in few lines, and not looked through to their end."""

import io
import json
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path

import pytest
from market_files import (
    BANK,
    CLUB,
    NEED_ROWS,
    OFFER_ROWS,
    ORGANISATION_ROWS,
    PAINTING,
    SHEET_XML,
    SHEETS,
    codes,
    inspect_market,
    make_market,
    only_finding,
    sentences,
    text_cell,
    to_csv,
    write_csv_folder,
    write_json,
    write_raw_workbook,
    write_workbook,
)

from marktplatz.errors import Finding, Place, Severity
from marktplatz.exchange import csv_folder, sheet_process
from marktplatz.exchange.columns import SHEET_BY_KEY
from marktplatz.exchange.flood import MAX_FINDINGS, MAX_OF_A_KIND, count_findings, shorten, stop_early
from marktplatz.exchange.limits import MAX_VALUES, max_entries, max_rows
from marktplatz.exchange.reading import read_market
from marktplatz.exchange.sheet_scan import Scan, SheetRefused, scan_sheet
from marktplatz.exchange.tables import Table, read_tables

SCORE = {"offer": "a1", "need": "g1", "points": 1}
FEW = 3 * MAX_OF_A_KIND


def test_the_first_errors_are_told_in_full_and_the_rest_is_counted(tmp_path: Path) -> None:
    wrong = 2 * MAX_FINDINGS
    path = write_json(tmp_path, make_market(scores=[SCORE] * 700 + [SCORE | {"points": "x"}] * wrong))
    *told, rest = inspect_market(path)
    assert [finding.place.row for finding in told] == list(range(701, 701 + MAX_OF_A_KIND))
    assert rest == Finding("more_findings", Place("markt.json", "scores"), {"count": wrong - MAX_OF_A_KIND})
    assert "mindestens 1800 weitere" in sentences(path)[-1]
    assert count_findings([*told, rest], Severity.ERROR) == wrong


def test_errors_that_fill_the_memory_are_counted_all_the_same(tmp_path: Path) -> None:
    wrong = 100_001
    findings = inspect_market(write_json(tmp_path, make_market(scores=[SCORE] * 600 + [SCORE | {"points": "x"}] * wrong)))
    assert findings[0].place.row == 601
    assert count_findings(findings, Severity.ERROR) == wrong


def test_warnings_without_number_are_cut_and_stay_warnings(tmp_path: Path) -> None:
    organisations = [{"id": f"o{n}", "kind": "company", "name": "x"} for n in range(MAX_FINDINGS + 5)]
    _, warnings = read_market(write_json(tmp_path, make_market(organisations=[*organisations, BANK, CLUB])))
    assert len(warnings) == MAX_OF_A_KIND + 1
    assert {warning.severity for warning in warnings} == {Severity.WARNING}


def test_an_error_among_countless_findings_of_other_kinds_is_told_in_full(tmp_path: Path) -> None:
    silent = [PAINTING | {"id": f"b{n}", "title": ""} for n in range(FEW)]
    strangers = [PAINTING | {"id": f"c{n}", "organisation": "nobody"} for n in range(2 * MAX_FINDINGS)]
    wishes = [{"organisation": "u1", "target": "nothing", "level": "like"}]
    found = inspect_market(write_json(tmp_path, make_market(offers=[PAINTING, *silent, *strangers], wishes=wishes)))
    assert [finding.place.row for finding in found if finding.code == "unknown_target"] == [1]
    assert len(found) == 2 * MAX_OF_A_KIND + 3


def draws(findings: Iterable[Finding]) -> tuple[list[Finding], int]:
    """What comes of findings without end, and how many of them were looked for."""
    drawn = count()
    kept = list(stop_early(finding for finding, _ in zip(findings, drawn, strict=False)))
    return kept, next(drawn)


def test_the_search_for_findings_ends_with_the_first_that_is_not_told() -> None:
    kept, drawn = draws(Finding("blank", Place("f", "s", row)) for row in count())
    assert (len(kept), kept[-1].code) == (MAX_FINDINGS + 1, "more_findings")
    assert drawn <= MAX_FINDINGS + 2


def test_shortened_findings_may_be_shortened_again() -> None:
    findings = [Finding("blank", Place("f", "s", row)) for row in range(FEW)]
    once = shorten(findings)
    assert shorten(once) == once
    assert shorten([*once, *findings])[-1].params["count"] == FEW - MAX_OF_A_KIND + FEW


def test_rows_below_a_flood_are_not_read_and_nobody_is_blamed_for_what_stands_there() -> None:
    consumed = count()

    def rows() -> Iterator[tuple[int, list[str]]]:
        yield 1, ["Id", "Organisation", "Titel", "Stunden"]
        for row in range(2, 15_000):
            next(consumed)
            yield row, [f"a{row}", "u1", "x", "1.000"]

    content = read_tables([Table(SHEET_BY_KEY["offers"], "f", "Angebote", rows())], "f")
    assert next(consumed) <= MAX_FINDINGS + 5
    assert content.unread == {"offers"}
    assert content.findings[-1].code == "more_findings"


def test_a_sheet_full_of_formulas_is_told_in_few_lines(tmp_path: Path) -> None:
    rows = [["Angebot", "Gesuch", "Punkte"], *([f"a{n}", "g1", "=1+1"] for n in range(FEW))]
    found = inspect_market(write_workbook(tmp_path, SHEETS | {"Punkte": rows}))
    assert [finding.code for finding in found if finding.place.field == "Punkte"] == ["formula"] * MAX_OF_A_KIND
    assert len(found) <= 2 * MAX_OF_A_KIND + 1


def test_keys_without_number_are_counted(tmp_path: Path) -> None:
    scores = [SCORE | {"offer": f"a{n}", f"k{n}": 1} for n in range(FEW)]
    warnings = [f for f in inspect_market(write_json(tmp_path, make_market(scores=scores))) if f.severity is Severity.WARNING]
    assert len(warnings) == MAX_OF_A_KIND + 1
    assert warnings[-1].params == {"count": FEW - MAX_OF_A_KIND}


def test_doubled_keys_without_number_are_counted(tmp_path: Path) -> None:
    line = json.dumps(SCORE)[:-1] + ', "points": 2}'
    text = json.dumps(make_market())[:-1] + f', "scores": [{", ".join([line] * (MAX_FINDINGS + 10))}]}}'
    found = [finding for finding in inspect_market(write_json(tmp_path, text)) if finding.code == "double_key"]
    assert len(found) == MAX_OF_A_KIND


def test_a_sheet_with_more_rows_than_are_read_is_refused_in_one_line(tmp_path: Path) -> None:
    head = f'<row r="1">{text_cell("A1", "Id")}{text_cell("B1", "Art")}</row>'
    rows = "".join(f'<row r="{n}">{text_cell(f"A{n}", "u1")}</row>' for n in range(2, max_rows("organisations") + 3))
    path = write_raw_workbook(tmp_path, {"Organisationen": SHEET_XML.format(head + rows)})
    finding = only_finding(path)
    assert (finding.code, finding.place.row) == ("too_many_rows", max_rows("organisations") + 2)


def test_a_sheet_that_is_too_long_is_not_looked_through_to_its_end() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 200_000))
    stream = io.BytesIO(SHEET_XML.format(rows).encode())
    with pytest.raises(SheetRefused):
        scan_sheet(stream, 100, 1_000)
    assert stream.tell() < 2_000_000 < len(stream.getvalue())


def test_cells_are_counted_over_all_lists_of_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = {"Organisationen": ORGANISATION_ROWS, "Angebote": OFFER_ROWS, "Gesuche": NEED_ROWS}
    cells = sum(len(row) for rows in folder.values() for row in rows)
    path = write_csv_folder(tmp_path, {name: to_csv(rows) for name, rows in folder.items()})
    monkeypatch.setattr(csv_folder, "MAX_CELLS", cells)
    assert codes(path) == []
    monkeypatch.setattr(csv_folder, "MAX_CELLS", cells - 1)
    assert codes(path) == ["too_many_cells"]


def test_cells_are_counted_over_all_sheets_of_a_workbook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [["Id", "Organisation"], *([f"a{n}", "u1"] for n in range(9))]
    path = write_workbook(tmp_path, {"Gesuche": rows, "Organisationen": rows, "Angebote": rows})
    for limit, refused in ((60, []), (59, [("too_many_cells", "Angebote", 59)])):
        monkeypatch.setattr(sheet_process, "MAX_CELLS", limit)
        sheet_process._read_workbook(str(path))  # the child's own process knows nothing of our limit
        told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [(m["refused"], m["name"], m["limit"]) for m in told if "refused" in m] == refused


def test_lines_inside_a_quoted_cell_are_no_rows(tmp_path: Path) -> None:
    many = max_rows("offers")
    offers = "Id;Organisation;Titel;Text\n" + "".join(f'b{n};u1;x;"eins\nzwei"\n' for n in range(many // 2 + 1))
    folder = {"Organisationen": to_csv(ORGANISATION_ROWS), "Angebote": offers, "Gesuche": to_csv(NEED_ROWS)}
    assert codes(write_csv_folder(tmp_path, folder)) == []
    folder["Angebote"] = offers + "".join(f'c{n};u1;x;"y"\n' for n in range(many // 2))
    assert codes(write_csv_folder(tmp_path, folder)) == ["too_many_rows"]


def test_a_list_in_json_has_an_end_too(tmp_path: Path) -> None:
    offers = [PAINTING] * (max_entries("offers") + 1)
    finding = only_finding(write_json(tmp_path, make_market(offers=offers)))
    assert (finding.code, finding.place) == ("too_many_rows", Place("markt.json", "offers"))


@pytest.mark.parametrize("value", [[1] * (MAX_VALUES + 1), {str(n): 1 for n in range(MAX_VALUES + 1)}])
def test_a_list_inside_an_entry_has_an_end_too(tmp_path: Path, value: object) -> None:
    finding = only_finding(write_json(tmp_path, make_market(offers=[PAINTING | {"impact_fields": value}])))
    assert (finding.code, finding.place) == ("too_many_values", Place("markt.json", "offers", 1, "impact_fields"))


def test_wrong_earlier_agreements_are_told_like_all_else(tmp_path: Path) -> None:
    finding = only_finding(write_json(tmp_path, make_market(earlier_agreements=[{"keys": ["a"]}])))
    assert finding.place == Place("markt.json", "earlier_agreements", 1, "keys")


ROWS = {
    "plain": '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="FZ1" s="3"><v>1.5</v></c></row>',
    "empty cells": '<row r="2" spans="1:3"><c r="A2" s="1"/><c r="B2" t="inlineStr"><is><t>x</t></is></c><c r="C2"/></row>',
    "no cells": '<row r="3"></row><row r="4"/><row/>',
    "a formula": '<row r="5"><c r="A5"><v>1</v></c><c r="B5" t="str"><f>A1</f><v>1</v></c></row>',
    "an error": '<row r="6"><c r="A6" t="e"><v>#N/A</v></c><c r="B6"><v>1</v></c></row>',
    "another row": '<row r="7"><c r="A8"><v>1</v></c></row>',
    "no references": "<row><c><v>1</v></c><c></c><c><f>A1</f></c></row>",
}


@pytest.mark.parametrize("left_out", [None, *ROWS])
def test_plain_rows_are_counted_as_they_are_cell_by_cell(left_out: str | None) -> None:
    """A space inside a tag keeps a row from being taken for a plain one."""
    xml = "".join(row for name, row in ROWS.items() if name != left_out) * 3
    as_a_whole, cell_by_cell = (scan_sheet(io.BytesIO(text.encode()), 100, 1_000) for text in (xml, xml.replace("<c", "<c ")))
    assert as_a_whole == cell_by_cell
    assert as_a_whole.cells > 0


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ('<row r="12"><c r="A12"><v>1</v></c></row>', "far_row"),
        ('<row r="1"><c r="A1"><v>1</v></c></row><row r="99"><c r="A99" s="1"/></row>', None),
        ('<row r="1"><c r="GS1"><v>1</v></c></row>', "far_column"),
        ('<row r="1"><c r="A9999999"><v>1</v></c></row>', "far_row"),
        ('<row r="1">' + '<c r="A1"><v>1</v></c>' * 21 + "</row>", "too_many_cells"),
    ],
)
def test_what_lies_too_far_out_is_refused_in_plain_rows_too(row: str, code: str | None) -> None:
    def scan() -> Scan:
        return scan_sheet(io.BytesIO(row.encode()), 10, 20)

    if code is None:
        assert scan() == Scan(cells=1)
        return
    with pytest.raises(SheetRefused) as refusal:
        scan()
    assert refusal.value.code == code
