"""The commands `demo` and `match`: what is printed, what is written, how they end (contract section 5)."""

import json
from pathlib import Path

import pytest

from command_line import fail, names_in, run, succeed, write_market, write_raw
from example_markets import EXAMPLES, load_example
from factories import make_market, make_nonprofit, make_organisation, make_rule, make_scored_market, make_wish

SMALL = EXAMPLES / "small.json"


def test_the_demo_shows_proposals_with_reasons_and_what_is_proven() -> None:
    shown = succeed("demo", "--no-serve")
    for words in ("Vorschläge", "Ohne Partner", "Bewiesen", "von 40 Unternehmen", "Malerbetrieb Tadderhoff", "Gegenleistung"):
        assert words in shown
    assert "\x1b" not in shown
    assert max(map(len, shown.splitlines())) <= 120


def test_match_writes_the_plan_that_it_prints_and_nothing_else(tmp_path: Path) -> None:
    printed = json.loads(succeed("match", SMALL, "--out", tmp_path / "plan.json", "--json"))
    assert names_in(tmp_path) == ["plan.json"]
    assert json.loads((tmp_path / "plan.json").read_text("utf-8")) == printed
    assert printed["format"] == "marktplatz-plan/1"
    assert printed["status"] == "optimal"
    assert printed["served"] == {"companies": [4, 4], "nonprofits": [4, 4]}
    assert printed["solver"]["wall_ms"] > 0
    market = load_example(SMALL)
    for pairing in printed["pairings"]:
        assert {market.entry_by_id[pairing[side]].id for side in ("offer", "need")} == {pairing["offer"], pairing["need"]}
        assert sum(reason["points"] for reason in pairing["reasons"]) == pairing["points"]
    assert {"offer": "a-001", "need": "n-003"}.items() <= printed["pairings"][0].items()
    assert any("return" in pairing for pairing in printed["pairings"])


def test_match_speaks_english_if_asked() -> None:
    shown = succeed("match", SMALL, language="en")
    assert "Proposals" in shown
    assert "Proven: " in shown
    assert "Vorschläge" not in shown


def test_a_refused_plan_is_written_and_ends_with_1(tmp_path: Path) -> None:
    market = make_market(pairs=[make_rule(status="pinned")], wishes=[make_wish("club", "bank")])
    (line,) = fail("match", write_market(tmp_path / "market.json", market), "--out", tmp_path / "plan.json")
    assert "Nein danke" in line
    plan = json.loads((tmp_path / "plan.json").read_text("utf-8"))
    assert (plan["status"], plan["pairings"]) == ("refused", [])
    assert [(refusal["rule"], refusal["text"]) for refusal in plan["refusals"]] == [("no_thanks", line)]


def test_invalid_input_is_told_line_by_line_and_the_old_plan_stays(tmp_path: Path) -> None:
    company = {"id": "c1", "kind": "company", "name": "Bank", "table": 0}
    offer = {"id": "a1", "organisation": "c2", "title": "Streichen", "from": "2027-05-02", "to": "2027-05-01"}
    market = write_raw(tmp_path / "market.json", organisations=[company], offers=[offer], needs=[])
    (tmp_path / "plan.json").write_text("the old plan", "utf-8")
    lines = fail("match", market, "--out", tmp_path / "plan.json")
    assert len(lines) == 3
    assert all(line.startswith("market.json, Liste ") for line in lines)
    assert (tmp_path / "plan.json").read_text("utf-8") == "the old plan"
    assert names_in(tmp_path) == ["market.json", "plan.json"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("nothing.json", None, "gibt es nicht"),
        ("market.pdf", "%PDF", "„.pdf“"),
        ("broken.json", '{"format": ', "kein gültiges JSON"),
    ],
)
def test_a_file_that_is_no_market_gets_one_line(tmp_path: Path, name: str, content: str | None, words: str) -> None:
    if content is not None:
        (tmp_path / name).write_text(content, "utf-8")
    before = names_in(tmp_path)
    (line,) = fail("match", tmp_path / name, "--out", tmp_path / "plan.json")
    assert name in line
    assert words in line
    assert names_in(tmp_path) == before


def test_doubts_are_told_on_stderr_and_do_not_stop_the_match(tmp_path: Path) -> None:
    market = make_market(organisations=[make_organisation(), make_nonprofit(), make_nonprofit("choir")])
    ended = run("match", write_market(tmp_path / "market.json", market), "--json")
    assert ended.returncode == 0
    (line,) = ended.stderr.splitlines()
    assert "„Choir“ hat weder Angebot noch Gesuch" in line
    assert json.loads(ended.stdout)["unpaired"][0]["reasons"][0]["code"] == "no_entry"


def test_a_previous_plan_is_kept_for_a_bonus_and_the_price_is_said(tmp_path: Path) -> None:
    market = write_market(tmp_path / "market.json", make_scored_market({("c1.a", "n1.g"): 900, ("c1.a", "n2.g"): 890}))
    previous = tmp_path / "previous.json"
    previous.write_text('{"format": "marktplatz-plan/1", "pairings": [{"offer": "c1.a", "need": "n2.g"}]}', "utf-8")
    arguments = (
        "match",
        market,
        "--previous",
        previous,
        "--stay-bonus",
        "50",
        "--time-limit",
        "60",
        "--out",
        tmp_path / "plan.json",
    )
    shown = succeed(*arguments)
    assert "das kostet 10 Punkte" in shown
    assert "Bewiesen" not in shown
    plan = json.loads((tmp_path / "plan.json").read_text("utf-8"))
    assert [pairing["need"] for pairing in plan["pairings"]] == ["n2.g"]
    assert plan["stability"]["points_given_up"] == 10


@pytest.mark.parametrize("content", [None, "{}", '{"format": "marktplatz/1"}', '{"format": "marktplatz-plan/1", "pairings": [1]}'])
def test_what_is_no_plan_is_no_previous_plan(tmp_path: Path, content: str | None) -> None:
    previous = tmp_path / "previous.json"
    if content is not None:
        previous.write_text(content, "utf-8")
    (line,) = fail("match", SMALL, "--previous", previous, "--out", tmp_path / "plan.json")
    assert "previous.json" in line
    assert not (tmp_path / "plan.json").exists()


def test_a_folder_that_does_not_exist_is_a_line_and_no_traceback(tmp_path: Path) -> None:
    (line,) = fail("match", SMALL, "--out", tmp_path / "nowhere" / "plan.json")
    assert "plan.json" in line
    assert names_in(tmp_path) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("match",),
        ("match", "a.json", "b.json"),
        ("match", "a.json", "--stay-bonus", "-1"),
        ("match", "a.json", "--time-limit", "soon"),
        ("timetable", "a.json", "--tables", "3"),
        ("scores", "a.json"),
        ("no-such-command",),
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2_and_says_how(arguments: tuple[str, ...]) -> None:
    ended = run(*arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "Usage: marktplatz" in ended.stderr
    assert "Traceback" not in ended.stderr
