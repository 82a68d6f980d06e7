"""A long table of scores is judged column by column; what is told is what would be told of a short one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from market_files import (
    NEED_ROWS,
    OFFER_ROWS,
    PAINTING,
    SHEETS,
    WALLS,
    inspect_market,
    make_market,
    to_csv,
    write_csv_folder,
    write_json,
    write_workbook,
)

from marktplatz.errors import Finding, Severity
from marktplatz.exchange import score_scan, validation
from marktplatz.exchange.flood import MAX_FINDINGS, count_findings
from marktplatz.exchange.reading import read_market

SIDE = 12
OFFERS = [PAINTING | {"id": f"a{n}"} for n in range(SIDE)]
NEEDS = [WALLS | {"id": f"g{n}"} for n in range(SIDE)]
SCORES: list[Any] = [{"offer": f"a{n % SIDE}", "need": f"g{n // SIDE}", "points": n} for n in range(SIDE * SIDE)]


@pytest.fixture
def short_is_long(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    return lambda: monkeypatch.setattr(score_scan, "LONG", 10)


def market(**changes: Any) -> dict[str, Any]:
    return make_market(offers=OFFERS, needs=NEEDS) | changes


def with_row(row: int, value: object) -> list[Any]:
    return [*SCORES[:row], value, *SCORES[row + 1 :]]


def with_fields(row: int, **fields: Any) -> list[Any]:
    return with_row(row, SCORES[row] | fields)


def without(row: int, key: str) -> list[Any]:
    return with_row(row, {name: value for name, value in SCORES[row].items() if name != key})


FAULTS: dict[str, list[Any]] = {
    "points that are a word": with_fields(40, points="viel"),
    "points that are true": with_fields(1, points=True),
    "points that are 1.0, as others are 1": with_fields(40, points=1.0),
    "points below 0": with_fields(40, points=-1),
    "points above 1000": with_fields(40, points=1001),
    "points of twenty digits": with_fields(40, points=10**20),
    "points that are null": with_fields(40, points=None),
    "points that are a list": with_fields(40, points=[1]),
    "no points": without(40, "points"),
    "no offer": without(40, "offer"),
    "a blank need": with_fields(40, need=" "),
    "an offer that is a number": with_fields(40, offer=7),
    "an id that is too long": with_fields(40, offer="a" * 201),
    "an id with a control character": with_fields(40, offer="a\x07"),
    "an unknown offer and an unknown need": with_fields(40, offer="x", need="y"),
    "the same couple twice": with_fields(40, offer="a0", need="g0"),
    "the same couple three times": [*SCORES, SCORES[3], SCORES[3]],
    "a line that is no object": with_row(40, 5),
    "everything wrong in one line": with_row(40, {"offer": 1, "need": "", "points": "x"}),
    "wrong and unknown, each in a line of its own": [*with_fields(40, points="x"), {"offer": "x", "need": "g1", "points": 1}],
    "wrong and unknown in the same line": with_fields(40, points="x", offer="nobody"),
}


def told(path: Path) -> list[Finding]:
    return sorted(inspect_market(path), key=repr)


@pytest.mark.parametrize("name", FAULTS)
def test_a_long_table_is_told_about_like_a_short_one(name: str, tmp_path: Path, short_is_long: Callable[[], None]) -> None:
    path = write_json(tmp_path, market(scores=FAULTS[name]))
    short = told(path)
    short_is_long()
    assert told(path) == short
    assert short


OTHERS: dict[str, dict[str, Any]] = {
    "an entry of which the id is sound is dropped": {"offers": [OFFERS[0] | {"people": "x"}, *OFFERS[1:]]},
    "an entry without an id": {"offers": [{"organisation": "u1"}, *OFFERS[1:]]},
    "offers that are no list": {"offers": {}},
    "no needs": {"needs": []},
    "an offer of nobody": {"offers": [OFFERS[0] | {"organisation": "nobody"}, *OFFERS[1:]]},
    "warnings": {"organisations": [{"id": "u1", "kind": "company"}, {"id": "n1", "kind": "nonprofit"}]},
}


@pytest.mark.parametrize("scores", [SCORES, FAULTS["the same couple twice"], FAULTS["no points"]], ids=["right", "double", "wrong"])
@pytest.mark.parametrize("name", OTHERS)
def test_whatever_is_wrong_beside_a_long_table_is_told_too(
    name: str, scores: list[Any], tmp_path: Path, short_is_long: Callable[[], None]
) -> None:
    path = write_json(tmp_path, market(scores=scores, **OTHERS[name]))
    short = told(path)
    short_is_long()
    assert told(path) == short


SHEET = [["Angebot", "Gesuch", "Punkte"], *([s["offer"], s["need"], s["points"]] for s in SCORES)]
ENTRIES = {
    "Angebote": [OFFER_ROWS[0], *([entry["id"], "u1", "Wände streichen"] for entry in OFFERS)],
    "Gesuche": [NEED_ROWS[0], *([entry["id"], "n1", "Wände streichen"] for entry in NEEDS)],
}
CELLS: dict[str, list[list[Any]]] = {
    "a word": [*SHEET[:40], ["a3", "g3", "viel"], *SHEET[41:]],
    "a formula": [*SHEET[:40], ["a3", "g3", "=1+1"], *SHEET[41:]],
    "nothing": [*SHEET[:40], ["a3", "g3", None], *SHEET[41:]],
    "an unknown need": [*SHEET[:40], ["a3", "g99", 5], *SHEET[41:]],
    "an empty row above a double one": [SHEET[0], [None, None, None], *SHEET[1:], ["a3", "g3", 5]],
    "no column of points": [row[:2] for row in SHEET],
    "an example": [*SHEET, ["BEISPIEL-1", "g3", 5]],
    "true in a column that knows 1": [*SHEET, ["a3", "g3", 1], ["a3", "g3", True]],
}


@pytest.mark.parametrize("name", CELLS)
def test_a_long_sheet_is_told_about_like_a_short_one(name: str, tmp_path: Path, short_is_long: Callable[[], None]) -> None:
    path = write_workbook(tmp_path, SHEETS | ENTRIES | {"Punkte": CELLS[name]})
    short = told(path)
    short_is_long()
    assert told(path) == short
    assert bool(short) is (name != "an example")


def test_a_long_table_that_is_right_is_read_as_it_stands(tmp_path: Path, short_is_long: Callable[[], None]) -> None:
    path = write_json(tmp_path, market(scores=SCORES))
    short, _ = read_market(path)
    short_is_long()
    assert read_market(path) == (short, ())
    assert short.scores is not None
    assert len(short.scores) == len(SCORES)


def test_a_long_table_with_a_mistake_is_never_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[int] = []
    validate = validation.validate

    def note_and_validate(raw: bytes, *rest: Any) -> Any:
        judged.append(len(json.loads(raw)["scores"]))
        return validate(raw, *rest)

    monkeypatch.setattr(validation, "validate", note_and_validate)
    scores = SCORES * 40
    assert len(scores) > score_scan.LONG
    path = write_json(tmp_path, market(scores=scores))
    findings = inspect_market(path)
    assert {finding.code for finding in findings} == {"double_score", "more_findings"}
    assert count_findings(findings, Severity.ERROR) == len(scores) - len(SCORES)
    assert judged == [0]


def test_strangers_without_number_are_counted_to_the_last(tmp_path: Path) -> None:
    scores = [{"offer": f"x{n}", "need": "g1", "points": 1} for n in range(score_scan.LONG + 1)]
    findings = inspect_market(write_json(tmp_path, market(scores=scores)))
    assert count_findings(findings, Severity.ERROR) == len(scores) > 2 * MAX_FINDINGS


def test_a_long_csv_is_told_about_by_line(tmp_path: Path, short_is_long: Callable[[], None]) -> None:
    short_is_long()
    rows = [[str(cell) for cell in row] for row in CELLS["a word"]]
    files = {"Organisationen": SHEETS["Organisationen"], **ENTRIES, "Punkte": rows}
    (finding,) = inspect_market(write_csv_folder(tmp_path, {name: to_csv(table) for name, table in files.items()}))
    assert (finding.code, finding.place.row, finding.params["found"]) == ("not_whole_number", 41, "viel")
