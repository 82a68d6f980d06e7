"""The commands `timetable`, `scores`, `check` and `template`, and that the command line starts lightly (contract section 5)."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner
from xlsxwriter import Workbook

from command_line import fail, names_in, run, succeed, write_market, write_raw
from example_markets import EXAMPLES, load_example
from factories import make_market, make_need, make_offer, make_rule, make_wish
from marktplatz.cli.commands import app
from marktplatz.matching.gather import gather
from marktplatz.matching.scoring.analysis import analyse

SMALL = EXAMPLES / "small.json"
SIZE = ("--rounds", "3", "--tables", "4")
FILLED = {
    "Organisationen": [{"Id": "U1", "Art": "Unternehmen", "Name": "Bank"}, {"Id": "N1", "Art": "gemeinnützig", "Name": "Club"}],
    "Angebote": [{"Id": "A1", "Organisation": "U1", "Titel": "Wände streichen", "Bereich": "Helfende Hände", "Personen": 3}],
    "Gesuche": [{"Id": "G1", "Organisation": "N1", "Titel": "Anstrich der Wände", "Bereich": "haende", "bis": "30.6.2027"}],
}


def read_lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_timetable_follows_a_given_plan_or_solves_one_first(tmp_path: Path) -> None:
    succeed("match", SMALL, "--out", tmp_path / "plan.json")
    out = tmp_path / "timetable.json"
    given = json.loads(succeed("timetable", SMALL, *SIZE, "--plan", tmp_path / "plan.json", "--out", out, "--json"))
    assert json.loads(out.read_text("utf-8")) == given
    assert given["format"] == "marktplatz-timetable/1"
    assert (given["rounds"], given["tables"]) == (3, 4)
    assert given["met_pairings"] == [5, 5]
    assert {"round", "table", "organisations", "points"} == set(given["conversations"][0])
    assert names_in(tmp_path) == ["plan.json", "timetable.json"]
    assert json.loads(succeed("timetable", SMALL, *SIZE, "--json")) == given


@pytest.mark.parametrize(("language", "words"), [("de", "Ablauf: 3 Runden, 4 Tische"), ("en", "Timetable: 3 rounds, 4 tables")])
def test_a_timetable_is_shown_as_a_table(language: str, words: str) -> None:
    shown = succeed("timetable", SMALL, *SIZE, language=language)
    assert words in shown
    assert "Malerbetrieb Tadderhoff" in shown


def test_a_plan_of_another_market_makes_no_timetable(tmp_path: Path) -> None:
    plan = write_raw(tmp_path / "plan.json", format="marktplatz-plan/1", pairings=[{"offer": "x", "need": "y"}])
    (line,) = fail("timetable", SMALL, *SIZE, "--plan", plan, "--out", tmp_path / "timetable.json")
    assert "„x“ und „y“" in line
    assert names_in(tmp_path) == ["plan.json"]


def test_a_refused_plan_makes_no_timetable(tmp_path: Path) -> None:
    market = make_market(pairs=[make_rule(status="pinned")], wishes=[make_wish("club", "bank")])
    (line,) = fail("timetable", write_market(tmp_path / "market.json", market), *SIZE, "--out", tmp_path / "timetable.json")
    assert "Nein danke" in line
    assert names_in(tmp_path) == ["market.json"]


def test_scores_are_every_eligible_pair_with_its_parts(tmp_path: Path) -> None:
    assert succeed("scores", SMALL, "--out", tmp_path / "scores.jsonl") == ""
    lines = read_lines(tmp_path / "scores.jsonl")
    problem = gather(load_example(SMALL)).problem
    expected = [problem.pair(row) for row in np.flatnonzero(problem.eligible).tolist()]
    assert [(line["offer"], line["need"], line["points"]) for line in lines] == [(p.offer, p.need, p.points) for p in expected]
    assert all(sum(line["parts"].values()) == line["points"] for line in lines)
    assert "content" in lines[0]["parts"]


def test_scores_as_csv_open_in_a_spreadsheet_and_run_no_formula(tmp_path: Path) -> None:
    ids = ["=1+1", "+a", "-a", "@a"]
    market = make_market(
        offers=[make_offer(id_, capacity=4) for id_ in ids],
        needs=[make_need("walls")],
        scores={(id_, "walls"): 100 + i for i, id_ in enumerate(ids)},
    )
    succeed("scores", write_market(tmp_path / "market.json", market), "--out", tmp_path / "scores.csv")
    raw = (tmp_path / "scores.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    headings, *rows = csv.reader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";")
    assert headings == ["offer", "need", "points", "given"]
    assert {row[0] for row in rows} == {f"'{id_}" for id_ in ids}
    assert all(row[2] == row[3] for row in rows)


def test_scores_of_another_ending_are_refused(tmp_path: Path) -> None:
    (line,) = fail("scores", SMALL, "--out", tmp_path / "scores.xml")
    assert ".jsonl und .csv" in line
    assert names_in(tmp_path) == []


@pytest.mark.parametrize(("language", "summary"), [("de", "0 Fehler, 0 Hinweise."), ("en", "0 errors, 0 warnings.")])
def test_check_of_a_sound_market_ends_with_0(language: str, summary: str) -> None:
    assert succeed("check", SMALL, language=language).splitlines() == [summary]


def test_check_tells_errors_and_warnings_on_stdout_and_writes_nothing(tmp_path: Path) -> None:
    club = {"id": "n1", "kind": "nonprofit", "name": "Club"}
    offer = {"id": "a1", "organisation": "c9", "title": "Streichen"}
    ended = run("check", write_raw(tmp_path / "market.json", organisations=[club], offers=[offer], needs=[]))
    assert (ended.returncode, ended.stderr) == (1, "")
    *findings, summary = ended.stdout.splitlines()
    assert summary == "1 Fehler, 1 Hinweise."
    assert len(findings) == 2
    assert "market.json, Liste offers, Eintrag 1, Feld organisation: " in ended.stdout
    assert names_in(tmp_path) == ["market.json"]


def test_check_ends_with_0_if_there_are_only_doubts(tmp_path: Path) -> None:
    market = write_market(tmp_path / "market.json", make_market(needs=[]))
    assert succeed("check", market).splitlines()[-1] == "0 Fehler, 1 Hinweise."


def test_check_reads_its_file_once(tmp_path: Path) -> None:
    """A pipe gives its content to one reader only."""
    pipe = tmp_path / "market.json"
    os.mkfifo(pipe)
    writer = Thread(target=pipe.write_bytes, args=(SMALL.read_bytes(),), daemon=True)
    writer.start()
    assert succeed("check", pipe) == "0 Fehler, 0 Hinweise.\n"


def test_a_flood_of_errors_is_few_lines_and_the_sum_counts_all(tmp_path: Path) -> None:
    offers = [{"id": f"a{n}", "organisation": "c9", "title": "Streichen"} for n in range(700)]
    market = write_raw(tmp_path / "market.json", organisations=[], offers=offers, needs=[])
    *findings, summary = run("check", market).stdout.splitlines()
    assert summary == "700 Fehler, 1 Hinweise."
    assert len(findings) == 202
    assert len(fail("match", market, "--out", tmp_path / "plan.json")) == 201
    assert names_in(tmp_path) == ["market.json"]


def test_a_timetable_without_a_plan_scores_the_market_once(tmp_path: Path) -> None:
    analyse.cache_clear()
    arguments = ["timetable", str(SMALL), *SIZE, "--out", str(tmp_path / "timetable.json"), "--json"]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert analyse.cache_info().misses == 2  # the offers and the needs


def fill(template: Path, target: Path) -> None:
    """The template with rows of our own below its headings, as a person would type them."""
    with CalamineWorkbook.from_path(template) as workbook, Workbook(target) as filled:
        for name in workbook.sheet_names[:7]:
            headings, *ready = workbook.get_sheet_by_name(name).to_python()
            worksheet = filled.add_worksheet(name)
            rows = [headings, *ready] if name in ("Marktplatz", "Bereiche") else [headings]
            rows += [[row.get(heading, "") for heading in headings] for row in FILLED.get(name, [])]
            for number, row in enumerate(rows):
                worksheet.write_row(number, 0, row)


def test_a_filled_template_is_a_market_that_can_be_matched(tmp_path: Path) -> None:
    assert succeed("template", tmp_path / "empty.xlsx") == ""
    fill(tmp_path / "empty.xlsx", tmp_path / "filled.xlsx")
    assert succeed("check", tmp_path / "filled.xlsx") == "0 Fehler, 0 Hinweise.\n"
    plan = json.loads(succeed("match", tmp_path / "filled.xlsx", "--json"))
    assert [(pairing["offer"], pairing["need"]) for pairing in plan["pairings"]] == [("A1", "G1")]
    assert plan["served"] == {"companies": [1, 1], "nonprofits": [1, 1]}


def test_the_command_line_starts_without_what_only_some_commands_need() -> None:
    heavy = "numpy", "scipy", "ortools", "pydantic", "rich", "xlsxwriter", "python_calamine", "babel"
    code = f"import sys, marktplatz.cli.commands; print([name for name in {heavy} if name in sys.modules])"
    ended = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, check=True, text=True)
    assert ended.stdout.strip() == "[]"


def test_help_names_every_command_with_what_it_does() -> None:
    shown = succeed("--help")
    for command in ("demo", "match", "timetable", "scores", "check", "template"):
        (line,) = [line for line in shown.splitlines() if line.split()[:1] == [command]]
        assert len(line.split()) > 3
