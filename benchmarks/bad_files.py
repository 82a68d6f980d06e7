"""How long `marktplatz check` takes for files that are wrong, and how much memory; prints a Markdown table. Run: bad_files.py

Each file is checked by a process of its own, as a user would do it: by the clock, in processor time, and the peak memory of that
process and its children together. Every file ends with exit code 1 and every line is one line (asserted).
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "exchange"))

from market_files import (
    BANK,
    CLUB,
    NEED_ROWS,
    OFFER_ROWS,
    ORGANISATION_ROWS,
    PAINTING,
    SHEET_XML,
    SHEETS,
    WALLS,
    make_market,
    text_cell,
    write_csv_folder,
    write_json,
    write_raw_workbook,
    write_workbook,
)

Maker = Callable[[Path], Path]
SAMPLE_S: Final = 0.01
SCORE_HEADINGS: Final = ["Angebot", "Gesuch", "Punkte"]
SIDE: Final = 600
"""Offers and needs of a large table of scores."""


def json_market(**changes: Any) -> Maker:
    return lambda folder: write_json(folder, make_market(**changes))


def workbook(**sheets: Iterable[Sequence[Any]]) -> Maker:
    return lambda folder: write_workbook(folder, SHEETS | {name: list(rows) for name, rows in sheets.items()})


def raw_sheet(rows: str) -> Maker:
    head = f'<row r="1">{text_cell("A1", "Id")}{text_cell("B1", "Art")}</row>'
    return lambda folder: write_raw_workbook(folder, {"Organisationen": SHEET_XML.format(head + rows)})


def raw_file(name: str, content: bytes) -> Maker:
    def write(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return write


def cut_off(folder: Path) -> Path:
    path = write_workbook(folder, SHEETS)
    path.write_bytes(path.read_bytes()[:5000])
    return path


def offer(**changes: Any) -> Maker:
    return json_market(offers=[PAINTING | changes])


ONE_MISTAKE: Final[dict[str, Maker]] = {
    "unknown id": json_market(wishes=[{"organisation": "u1", "target": "nothing", "level": "like"}]),
    "double id": json_market(offers=[PAINTING, PAINTING]),
    "an offer of an unknown organisation": offer(organisation="nobody"),
    "dates the wrong way round": offer(**{"from": "2027-05-31", "to": "2027-04-01"}),
    "a negative number": offer(people=-3),
    "an absurd number": offer(hours=1e12),
    "2**63": offer(people=2**63),
    "NaN": offer(hours=float("nan")),
    "an empty name": json_market(organisations=[BANK | {"name": " "}, CLUB]),
    "a wrong format version": json_market(format="marktplatz/9"),
    "broken JSON": raw_file("markt.json", b'{"organisations": [}'),
    "10 MB of text in a field": offer(text="Wände streichen. " * 600_000),
    "10 MB of text as JSON": raw_file("markt.json", b"Hallo Welt. " * 870_000),
    "10 MB of text as .xlsx": raw_file("markt.xlsx", b"Hallo Welt. " * 870_000),
    "a 1 KiB .xlsx with a cell in row one million": raw_sheet(f'<row r="1048576">{text_cell("XFD1048576", "x")}</row>'),
    "a zip bomb": raw_sheet("<row>" * 20_000_000),
    "a bomb that hides its size": raw_sheet("x" * 2_000_000 + f'<row r="2"><c {" " * 9000}r="XFD1048576"><v>1</v></c></row>'),
    "a password or an old .xls": raw_file("markt.xlsx", bytes.fromhex("D0CF11E0A1B11AE1") + bytes(100_000)),
    "an .xlsx that is cut off": cut_off,
    "a formula": workbook(Angebote=[*OFFER_ROWS, ["a2", "=A2", "Flyer"]]),
}


def ids(letter: str) -> list[str]:
    return [f"{letter}{n}" for n in range(SIDE)]


def entries(letter: str, organisation: str) -> list[dict[str, Any]]:
    return [{"id": name, "organisation": organisation, "title": "Wände streichen"} for name in ids(letter)]


def couples(rows: int) -> Iterable[tuple[str, str]]:
    return ((f"a{n % SIDE}", f"g{n // SIDE}") for n in range(rows))


def score_sheet(rows: int, points: object = 1, offer_id: str = "") -> Maker:
    def write(folder: Path) -> Path:
        offers, needs = ([[name, organisation, "Wände streichen"] for name in ids(letter)] for letter, organisation in ("au", "gn"))
        sheets = {"Angebote": [OFFER_ROWS[0], *([i, "u1", t] for i, _, t in offers)]}
        sheets["Gesuche"] = [NEED_ROWS[0], *([i, "n1", t] for i, _, t in needs)]
        scores = [[offer_id or one, other, points] for one, other in couples(rows)]
        return write_workbook(folder, SHEETS | sheets | {"Punkte": [SCORE_HEADINGS, *scores]})

    return write


def score_list(rows: int, points: object = 1, **changes: Any) -> Maker:
    def write(folder: Path) -> Path:
        scores = [{"offer": one, "need": other, "points": points} | changes for one, other in couples(rows)]
        return write_json(folder, make_market(offers=entries("a", "u1"), needs=entries("g", "n1"), scores=scores))

    return write


def score_csv(rows: int, points: object = 1, offer_id: str = "") -> Maker:
    def write(folder: Path) -> Path:
        offers, needs = (
            "Id;Organisation;Titel\n" + "".join(f"{name};{organisation};Wände streichen\n" for name in ids(letter))
            for letter, organisation in (("a", "u1"), ("g", "n1"))
        )
        scores = "Angebot;Gesuch;Punkte\n" + "".join(f"{offer_id or one};{other};{points}\n" for one, other in couples(rows))
        organisations = "".join(";".join(row) + "\n" for row in ORGANISATION_ROWS)
        return write_csv_folder(folder, {"Organisationen": organisations, "Angebote": offers, "Gesuche": needs, "Punkte": scores})

    return write


def wide_sheet(**cells: Any) -> Maker:
    """20,000 offers with every column filled, as many as are read, each wrong in the same way."""
    row: dict[str, Any] = {
        "Organisation": "u1",
        "Titel": "Zehn Leute streichen",
        "Beschreibung": "Zwei Tage lang, mit Farbe und Leitern.",
    }
    row |= {"Bereich": "Helfende Hände", "Personen": 10, "Stunden": 6, "Menge": 2, "PLZ": "50668", "online": "nein", "Wie oft": 1}
    row |= cells

    def write(folder: Path) -> Path:
        rows = [["Id", *row], *([f"a{n}", *row.values()] for n in range(20_000))]
        return write_workbook(folder, SHEETS | {"Angebote": rows})

    return write


MANY_MISTAKES: Final[dict[str, Maker]] = {
    ".xlsx, 100,000 rows, points that are words": score_sheet(100_000, "viel"),
    ".xlsx, 100,000 rows, points out of range": score_sheet(100_000, 5000),
    ".xlsx, 100,000 rows, an unknown offer": score_sheet(100_000, 1, "nichts"),
    ".xlsx, 100,000 rows, the same pair": lambda folder: write_workbook(
        folder, SHEETS | {"Punkte": [SCORE_HEADINGS, *[["a1", "g1", 1]] * 100_000]}
    ),
    ".xlsx, 100,000 rows, formulas": score_sheet(100_000, "=1+1"),
    ".xlsx, 20,000 offers, unclear numbers": wide_sheet(Stunden="1.000"),
    ".xlsx, 20,000 offers, negative numbers": wide_sheet(Personen=-3),
    ".xlsx, 20,000 offers of an unknown organisation": wide_sheet(Organisation="nobody"),
    ".json, 300,000 lines, points that are words": score_list(300_000, "viel"),
    ".json, 300,000 lines, points out of range": score_list(300_000, 5000),
    ".json, 300,000 lines, an unknown offer": score_list(300_000, offer="nichts"),
    ".json, 300,000 lines, the same pair": json_market(scores=[{"offer": "a1", "need": "g1", "points": 1}] * 300_000),
    ".json, 300,000 lines, an unknown key beside": score_list(300_000, -1, note="x"),
    ".csv, 100,000 lines, points that are words": score_csv(100_000, "viel"),
    ".csv, 100,000 lines, an unknown offer": score_csv(100_000, 1, "nichts"),
}

AT_THE_LIMIT: Final[dict[str, Maker]] = {
    ".xlsx, 100,000 rows, one mistake in the last": lambda folder: _last_wrong(folder, ".xlsx", 100_000),
    ".csv, 100,000 lines, one mistake in the last": lambda folder: _last_wrong(folder, ".csv", 100_000),
    ".json, 359,999 lines, one mistake in the last": lambda folder: _last_wrong(folder, ".json", 359_999),
    ".xlsx, 400,000 rows": lambda folder: write_workbook(
        folder, SHEETS | {"Punkte": [SCORE_HEADINGS, *[["a1", "g1", 1]] * 400_000]}
    ),
    ".csv, 400,000 lines": score_csv(400_000),
    ".json, 400,001 lines": json_market(scores=[{"offer": "a1", "need": "g1", "points": 1}] * 400_001),
    ".json of 50 MB": json_market(texts=["x" * 1000] * 49_000, offers=[PAINTING | {"people": -1}], needs=[WALLS]),
}


def _last_wrong(folder: Path, suffix: str, count: int) -> Path:
    """Couples of 600 offers and 600 needs, the last with points that are none."""
    if suffix == ".json":
        path = score_list(count)(folder)
        content = json.loads(path.read_text())
        content["scores"][-1]["points"] = "viel"
        return write_json(folder, content)
    if suffix == ".csv":
        path = score_csv(count)(folder)
        scores = path / "Punkte.csv"
        scores.write_text(scores.read_text().removesuffix("1\n") + "viel\n")
        return path
    rows = [[one, other, 1] for one, other in couples(count)]
    rows[-1][2] = "viel"
    sheets = {
        name: [headings, *([i, organisation, "Wände streichen"] for i in ids(letter))]
        for name, headings, letter, organisation in (("Angebote", OFFER_ROWS[0], "a", "u1"), ("Gesuche", NEED_ROWS[0], "g", "n1"))
    }
    return write_workbook(folder, SHEETS | sheets | {"Punkte": [SCORE_HEADINGS, *rows]})


@dataclass(frozen=True)
class Run:
    wall_s: float
    processor_s: float
    peak_mb: float
    lines: int


def check(path: Path, command: str) -> Run:
    """One run of the command in a process of its own, watched from outside."""
    before = os.times()
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(
            [sys.executable, "-m", "marktplatz", command, str(path)], stdout=out, stderr=subprocess.STDOUT, cwd=path.parent
        )
        peak = 0
        while child.poll() is None:
            peak = max(peak, resident_bytes(child.pid))
            time.sleep(SAMPLE_S)
        wall = time.perf_counter() - begun
        after = os.times()
        out.seek(0)
        told = out.read().decode()
    assert child.returncode == 1, (path, told[:500])
    assert "Traceback" not in told, told[:2000]
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return Run(wall, used, peak / 1e6, len(told.splitlines()))


def resident_bytes(pid: int) -> int:
    """Resident memory of a process and its children (Linux); pages that they share count twice."""
    total = 0
    with contextlib.suppress(OSError, ValueError, IndexError):
        total = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            total += resident_bytes(int(child))
    return total


def print_table(title: str, makers: dict[str, Maker], repeats: int, command: str, only: str) -> None:
    print(f"\n### {title}\n\n| file | clock s | processor s | peak MB | lines told |\n|---|---|---|---|---|")
    for name, make in makers.items():
        if only not in name:
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = make(Path(folder))
            runs = [check(path, command) for _ in range(repeats)]
        clocks, processor = ([getattr(run, which) for run in runs] for which in ("wall_s", "processor_s"))
        spread = f"{statistics.median(clocks):.2f} (at most {max(clocks):.2f})"
        peak = max(run.peak_mb for run in runs)
        print(f"| {name} | {spread} | {statistics.median(processor):.2f} | {peak:.0f} | {runs[0].lines} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--command", choices=("check", "match"), default="check")
    parser.add_argument("--only", default="", help="only files whose name holds this")
    arguments = parser.parse_args()
    print(f"Load at the beginning: {os.getloadavg()[0]:.1f}")
    for title, makers in (
        ("One mistake", ONE_MISTAKE),
        ("The same mistake everywhere", MANY_MISTAKES),
        ("The largest", AT_THE_LIMIT),
    ):
        print_table(title, makers, arguments.repeats, arguments.command, arguments.only)
    print(f"\nLoad at the end: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
