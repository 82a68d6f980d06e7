"""Files that somebody sent, read from memory: the same markets and findings as from a disk, and nothing left behind."""

import io
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from market_files import (
    NEED_ROWS,
    OFFER_ROWS,
    ORGANISATION_ROWS,
    SHEETS,
    inspect_market,
    make_market,
    to_csv,
    write_csv_folder,
    write_json,
    write_workbook,
)

from marktplatz.errors import InvalidInput, Place, Severity
from marktplatz.exchange.reading import inspect_market_bytes, read_market, read_market_bytes

FILES = {"Organisationen": to_csv(ORGANISATION_ROWS), "Angebote": to_csv(OFFER_ROWS), "Gesuche": to_csv(NEED_ROWS)}


def make_zip(parts: Mapping[str, bytes | str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return stream.getvalue()


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, to see what is left in it."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.parametrize("write", [lambda folder: write_json(folder, make_market()), lambda folder: write_workbook(folder, SHEETS)])
def test_bytes_give_the_same_market_as_a_file(tmp_path: Path, temporary: Path, write: object) -> None:
    assert callable(write)
    path = write(tmp_path)
    assert read_market_bytes(path.name, path.read_bytes()) == read_market(path)
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("folder", ["", "markt/", "markt/listen/"])
def test_a_zip_gives_the_same_market_as_the_folder_in_it(tmp_path: Path, folder: str) -> None:
    files = {f"{folder}{name}.csv": text for name, text in FILES.items()} | {f"{folder}": "", "__MACOSX/._Gesuche.csv": "\0"}
    content = make_zip({name: text for name, text in files.items() if name})
    assert read_market_bytes("markt.ZIP", content) == read_market(write_csv_folder(tmp_path, FILES))
    (tmp_path / "markt.zip").write_bytes(content)
    assert read_market(tmp_path / "markt.zip") == read_market_bytes("markt.zip", content)


@pytest.mark.parametrize("name", ["../../etc/markt.xlsx", "C:\\Users\\x\\markt.xlsx", "/x/markt.xlsx", "markt.xlsx"])
def test_the_name_that_was_sent_is_shown_without_its_folder_and_used_for_nothing(
    tmp_path: Path, temporary: Path, name: str
) -> None:
    rows = [*OFFER_ROWS, ["a2", "u9", "x"]]
    content = write_workbook(tmp_path, SHEETS | {"Angebote": rows}).read_bytes()
    (finding,) = inspect_market_bytes(name, content)
    assert (finding.code, finding.place) == ("unknown_organisation", Place("markt.xlsx", "Angebote", 3, "Organisation"))
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("name", ["x" * 5000 + ".xlsx", "a\0b.xlsx", "\ud800.xlsx", ".xlsx"])
def test_a_name_that_no_file_can_have_is_no_hindrance(tmp_path: Path, temporary: Path, name: str) -> None:
    assert inspect_market_bytes(name, write_workbook(tmp_path, SHEETS).read_bytes()) == ()
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"x", b"PK\x03\x04", bytes.fromhex("D0CF11E0A1B11AE1")])
def test_what_is_no_workbook_leaves_nothing_behind(tmp_path: Path, temporary: Path, content: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    assert inspect_market_bytes("a.xlsx", content) == inspect_market(path) != ()
    assert list(temporary.iterdir()) == []


KINDS = {
    "a.csv": "single_csv_sent",
    "a.xls": "other_spreadsheet",
    "a.zip": "not_a_zip",
    "a.json": "not_json",
} | dict.fromkeys(("a.docx", "a", "", "json"), "unknown_extension")


@pytest.mark.parametrize("name", KINDS)
def test_other_files_are_told_the_way_out(name: str) -> None:
    assert [finding.code for finding in inspect_market_bytes(name, b"x")] == [KINDS[name]]
    with pytest.raises(InvalidInput):
        read_market_bytes(name, b"x")


def test_a_json_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marktplatz.exchange.json_file.MAX_BYTES", 10)
    assert [finding.code for finding in inspect_market_bytes("a.json", b" " * 11)] == ["file_too_large"]


def test_a_zip_without_csv_files_is_told_what_is_expected() -> None:
    assert [finding.code for finding in inspect_market_bytes("a.zip", make_zip({"a.txt": "x"}))] == ["no_csv_in_zip"]


def test_a_list_that_is_in_two_folders_of_a_zip_is_told() -> None:
    parts = {f"{folder}/{name}.csv": text for folder in "ab" for name, text in FILES.items()}
    assert [finding.code for finding in inspect_market_bytes("a.zip", make_zip(parts))] == ["double_sheet"] * 3


def test_findings_in_a_zip_name_the_file_and_line() -> None:
    parts = {f"{name}.csv": text for name, text in FILES.items()} | {
        "Angebote.csv": "Id;Organisation;Titel\na1;u9;x\n",
        "Notiz.csv": "x",
    }
    stranger, wrong, _ = inspect_market_bytes("a.zip", make_zip(parts))
    assert (stranger.code, stranger.severity, stranger.place.file) == ("unknown_csv", Severity.WARNING, "Notiz.csv")
    assert wrong.place == Place("Angebote.csv", "Angebote", 2, "Organisation")


@pytest.mark.parametrize("name", ["../Organisationen.csv", "/Organisationen.csv", "a\\Organisationen.csv"])
def test_a_zip_whose_names_lead_out_of_it_is_refused(name: str) -> None:
    assert [finding.code for finding in inspect_market_bytes("a.zip", make_zip({name: FILES["Organisationen"]}))] == [
        "zip_unsafe_name"
    ]


def test_a_zip_bomb_is_refused() -> None:
    assert [f.code for f in inspect_market_bytes("a.zip", make_zip({"Angebote.csv": bytes(60_000_000)}))] == ["zip_ratio"]


def test_rows_are_counted_and_not_the_lines_in_their_texts() -> None:
    rows = "Id;Organisation;Beschreibung\n" + "".join(f'a{n};u1;"x{chr(10) * 300}y"\n' for n in range(100))
    parts = {f"{name}.csv": text for name, text in FILES.items()} | {"Angebote.csv": rows}
    assert len(read_market_bytes("a.zip", make_zip(parts))[0].offers) == 100
