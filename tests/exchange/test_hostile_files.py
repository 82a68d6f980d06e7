"""Files that no honest program writes: refused in one clear line, within seconds and a bounded memory."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from market_files import (
    ORGANISATION_ROWS,
    SHEET_XML,
    SHEETS,
    codes,
    inspect_market,
    only_finding,
    sentences,
    text_cell,
    write_csv_folder,
    write_json,
    write_raw_workbook,
    write_workbook,
)

from marktplatz.errors import Place
from marktplatz.exchange.template import make_template

HEADINGS = f'<row r="1">{text_cell("A1", "Id")}{text_cell("B1", "Art")}</row>'


def write_bytes(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_cell_in_the_last_row_of_all_is_named(tmp_path: Path) -> None:
    far = f'<row r="1048576">{text_cell("XFD1048576", "x")}</row>'
    path = write_raw_workbook(tmp_path, {"Organisationen": SHEET_XML.format(HEADINGS + far)})
    assert path.stat().st_size < 2048
    finding = only_finding(path)
    assert (finding.code, finding.place) == ("far_row", Place("markt.xlsx", "Organisationen", 1_048_576, "XFD"))


def test_a_cell_far_to_the_right_is_named(tmp_path: Path) -> None:
    far = f'<row r="2">{text_cell("ZZ2", "x")}</row>'
    assert only_finding(write_raw_workbook(tmp_path, {"Organisationen": SHEET_XML.format(HEADINGS + far)})).code == "far_column"


def test_a_far_cell_that_is_only_coloured_is_no_matter(tmp_path: Path) -> None:
    far = '<row r="1048576"><c r="XFD1048576" s="1"/><c r="XFE1048576"></c></row>'
    path = write_raw_workbook(tmp_path, {"Organisationen": SHEET_XML.format(HEADINGS + far)})
    assert codes(path) == ["no_organisations"]


def test_a_far_cell_in_a_sheet_that_nobody_reads_is_no_matter(tmp_path: Path) -> None:
    far = SHEET_XML.format(f'<row r="1048576">{text_cell("XFD1048576", "x")}</row>')
    path = write_raw_workbook(tmp_path, {"Organisationen": SHEET_XML.format(HEADINGS), "Notizen": far})
    assert codes(path) == ["unknown_sheet", "no_organisations"]


def test_a_far_cell_hidden_from_the_scan_ends_at_the_memory_limit(tmp_path: Path) -> None:
    hidden = f'<row r="2"><c {" " * 9000}r="XFD1048576"><v>1</v></c></row>'
    path = write_raw_workbook(tmp_path, {"Organisationen": SHEET_XML.format(HEADINGS + "x" * 2_000_000 + hidden)})
    assert codes(path) in (["far_row"], ["sheet_too_large"])


@pytest.mark.parametrize("sheet", ["<row>" * 4_000_000, "<c r='A1'>" * 3_000_000])
def test_a_zip_bomb_is_refused_by_its_directory(tmp_path: Path, sheet: str) -> None:
    path = write_raw_workbook(tmp_path, {"Organisationen": sheet})
    assert codes(path) == ["unpacks_too_large"]


def test_cells_without_references_are_counted_like_others(tmp_path: Path) -> None:
    cells = "<c><v>1</v></c>" * 201
    assert codes(write_raw_workbook(tmp_path, {"Organisationen": SHEET_XML.format(f"<row>{cells}</row>")})) == ["far_column"]


def test_a_formula_is_found_in_a_cell_without_a_reference_and_with_a_prefix(tmp_path: Path) -> None:
    row = '<x:row><x:c t="str"><x:f>1</x:f><x:v>u1</x:v></x:c></x:row>'
    head = HEADINGS.replace("<", "<x:").replace("<x:/", "</x:")
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xml = f'<x:worksheet xmlns:x="{main}"><x:sheetData>{head}{row}</x:sheetData></x:worksheet>'
    found = inspect_market(write_raw_workbook(tmp_path, {"Organisationen": xml}))
    assert next((f.code, f.place.row, f.place.field) for f in found) == ("formula", 2, "Id")


@pytest.mark.parametrize("cached", ["", "<v></v>", "<v>u1</v>"])
def test_a_formula_is_refused_with_or_without_a_stored_value(tmp_path: Path, cached: str) -> None:
    row = f'<row r="2"><c r="A2" t="str"><f>"u"&amp;1</f>{cached}</c>{text_cell("B2", "Firma")}</row>'
    found = inspect_market(write_raw_workbook(tmp_path, {"Organisationen": SHEET_XML.format(HEADINGS + row)}))
    assert [(f.code, f.place.row, f.place.field) for f in found] == [("formula", 2, "Id")]


@pytest.mark.parametrize("value", ["#N/A", "#REF!", "#DIV/0!"])
def test_an_error_value_is_named_with_its_cell(tmp_path: Path, value: str) -> None:
    row = f'<row r="2">{text_cell("A2", "u1")}<c r="B2" t="e"><v>{value}</v></c></row>'
    path = write_raw_workbook(tmp_path, {"Organisationen": SHEET_XML.format(HEADINGS + row)})
    assert sentences(path)[0].startswith(
        f"markt.xlsx, Blatt Organisationen, Zeile 2, Spalte Art: Hier steht der Fehlerwert „{value}“"
    )


def test_a_formula_below_all_values_is_found(tmp_path: Path) -> None:
    rows = f'<row r="2">{text_cell("A2", "u1")}{text_cell("B2", "Firma")}</row><row r="9"><c r="A9"><f>B1</f></c></row>'
    found = inspect_market(write_raw_workbook(tmp_path, {"Organisationen": SHEET_XML.format(HEADINGS + rows)}))
    assert ("formula", 9, "Id") in [(f.code, f.place.row, f.place.field) for f in found]


def _without(name: str) -> Callable[[bytes], bytes]:
    def rewrite(workbook: bytes) -> bytes:
        import io

        target = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(target, "w") as new:
            for part in old.namelist():
                if part != name:
                    new.writestr(part, old.read(part))
        return target.getvalue()

    return rewrite


DAMAGED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "a password or an old .xls": (lambda _: bytes.fromhex("D0CF11E0A1B11AE1") + bytes(1000), "old_or_locked_workbook"),
    "cut off": (lambda workbook: workbook[:5000], "broken_workbook"),
    "bytes overwritten": (lambda workbook: workbook[:1000] + bytes(1500) + workbook[2500:], "broken_workbook"),
    "empty": (lambda _: b"", "empty_file"),
    "text": (lambda _: b"Id;Art\n", "not_a_workbook"),
    "no workbook inside": (_without("xl/workbook.xml"), "not_a_workbook"),
    "a sheet is missing": (_without("xl/worksheets/sheet3.xml"), "broken_workbook"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_workbook_is_told_in_one_line(tmp_path: Path, name: str) -> None:
    damage, code = DAMAGED[name]
    path = write_bytes(tmp_path, "markt.xlsx", damage(make_template()))
    assert codes(path) == [code]
    assert len(sentences(path)) == 1


def test_entities_are_not_unfolded(tmp_path: Path) -> None:
    layers = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha" * 50}">' for n in range(9))
    xml = f"<!DOCTYPE x [{layers}]>" + SHEET_XML.format(HEADINGS + f'<row r="2">{text_cell("A2", "&a8;")}</row>')
    assert codes(write_raw_workbook(tmp_path, {"Organisationen": xml})) == ["broken_workbook"]


def test_sheet_names_and_values_cannot_break_the_line(tmp_path: Path) -> None:
    rows = [["Id", "Art"], ["u1", "Fir\nma\u202e\x07"]]
    path = write_workbook(tmp_path, {"Organisationen": rows, "Ein\u202eBlatt": []})
    assert all(sentence.isprintable() for sentence in sentences(path))


@pytest.mark.parametrize(
    ("name", "code"),
    [("a.xls", "other_spreadsheet"), ("a.ods", "other_spreadsheet"), ("a.docx", "unknown_extension"), ("a.csv", "single_csv")],
)
def test_other_kinds_of_files_are_told_the_way_out(tmp_path: Path, name: str, code: str) -> None:
    assert codes(write_bytes(tmp_path, name, b"x")) == [code]


@pytest.mark.parametrize("name", ["fehlt.xlsx", "fehlt.json", "fehlt"])
def test_a_missing_file_is_told(tmp_path: Path, name: str) -> None:
    assert codes(tmp_path / name) == ["file_missing"]


@pytest.mark.parametrize("name", ["a\0b.json", "x" * 5000])
def test_a_name_that_no_file_can_have_is_told(tmp_path: Path, name: str) -> None:
    assert codes(tmp_path / name) == ["file_unreadable"]


MEASURE = """
import json, resource, sys, time
from pathlib import Path
from marktplatz.exchange.reading import examine_market
begun = time.perf_counter()
findings = examine_market(Path(sys.argv[1]))[1]
seconds = time.perf_counter() - begun
peaks = [resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps([len(findings), seconds, *peaks]))
"""


def write_far_cell(folder: Path) -> Path:
    far = f'<row r="1048576">{text_cell("XFD1048576", "x")}</row>'
    return write_raw_workbook(folder, {"Organisationen": SHEET_XML.format(HEADINGS + far)})


def write_shared_text(folder: Path) -> Path:
    """Nine megabytes of text that two hundred cells share: it fits a small file and no memory."""
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(2, 202))
    return write_raw_workbook(folder, {"Organisationen": SHEET_XML.format(HEADINGS + cells)}, shared_text="y" * 9_000_000)


def test_what_needs_too_much_memory_is_told_with_its_sheet(tmp_path: Path) -> None:
    finding = only_finding(write_shared_text(tmp_path))
    assert (finding.code, finding.place) == ("sheet_too_large", Place("markt.xlsx", "Organisationen"))


WORST: dict[str, Callable[[Path], Path]] = {
    "far cell": write_far_cell,
    "shared text": write_shared_text,
    "many cells": lambda folder: write_raw_workbook(
        folder,
        {"Organisationen": SHEET_XML.format("".join(f'<row r="{n}">{"<c><v>7</v></c>" * 30}</row>' for n in range(1, 20_001)))},
    ),
    "long field": lambda folder: write_json(folder, json.dumps({"organisations": [{"id": "x" * 10_000_000, "kind": "company"}]})),
    "brackets": lambda folder: write_json(folder, "[" + "[]," * 10_000_000 + "[]]"),
    "wrong points": lambda folder: write_json(
        folder, '{"organisations":[],"scores":[' + '{"offer":"a","need":"b","points":true},' * 100_000 + "1]}"
    ),
    "one wide line": lambda folder: write_csv_folder(folder, {"Organisationen": "Id;" * 2_000_000 + "\n"}),
}


@pytest.mark.parametrize("name", WORST)
def test_the_worst_files_cost_little_time_and_memory(tmp_path: Path, name: str) -> None:
    path = WORST[name](tmp_path)
    # A shell between this process and the measured one: a forked child begins with its parent's peak of memory.
    done = subprocess.run(
        ["/bin/sh", "-c", '"$0" -c "$1" "$2"', sys.executable, MEASURE, str(path)], capture_output=True, check=True, timeout=60
    )
    count, seconds, own_peak, child_peak = json.loads(done.stdout)
    assert count >= 1
    assert own_peak + child_peak < 500
    assert seconds < 10  # generous: other work runs beside; two seconds are the aim


def test_a_sound_workbook_is_not_refused(tmp_path: Path) -> None:
    rows = [*ORGANISATION_ROWS, *(["o%d" % n, "Firma", "x" * 100] for n in range(5000))]  # noqa: UP031
    assert set(codes(write_workbook(tmp_path, SHEETS | {"Organisationen": rows}))) == {
        "organisation_without_entry",
        "more_findings",
    }


def test_what_is_heavy_is_imported_only_when_it_is_needed() -> None:
    names = "python_calamine", "xlsxwriter", "babel"
    modules = "marktplatz.exchange.reading, marktplatz.exchange.template, marktplatz.exchange.writing, marktplatz.wording.findings"
    program = f"import sys, {modules}; print([name for name in {names} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip() == "[]"
