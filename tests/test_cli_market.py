"""The commands that bring whole markets in and out of an installation, as real processes."""

import json
from pathlib import Path

import pytest

from command_line import fail, names_in, run, succeed
from example_markets import EXAMPLES, TOWN
from market_content import encode, make_content
from marktplatz.exchange.reading import read_market
from marktplatz.exchange.writing import content_sha256


@pytest.fixture
def installation(tmp_path: Path) -> Path:
    folder = tmp_path / "installation"
    succeed("migrate", data_dir=folder)
    return folder


def write(path: Path, content: dict[str, object]) -> Path:
    path.write_bytes(encode(content))
    return path


def test_a_market_goes_in_and_out_in_every_format(installation: Path, tmp_path: Path) -> None:
    ended = run("import", TOWN, "--market", "stadt", data_dir=installation)
    assert (ended.returncode, "Marktplatz stadt: importiert." in ended.stdout) == (0, True)
    expected = content_sha256(read_market(TOWN)[0])
    for name in ("m.json", "m.xlsx", "m.csv.zip", "folder"):
        out = tmp_path / name
        assert succeed("export", "--market", "stadt", "--out", out, data_dir=installation) == f"{out}\n"
        assert content_sha256(read_market(out)[0]) == expected, name
        ended = run("import", out, "--market", "stadt", data_dir=installation)
        assert "Nichts hat sich geändert." in ended.stdout, name
    assert "Organisationen.csv" in names_in(tmp_path / "folder")
    assert succeed("audit", "verify", data_dir=installation) == "ok\n"


def test_without_an_id_a_market_is_made_and_named(installation: Path) -> None:
    told = succeed("import", EXAMPLES / "small.json", data_dir=installation)
    (line,) = [line for line in told.splitlines() if "importiert" in line]
    market_id = line.split()[1].rstrip(":")
    assert market_id.startswith("m-")
    again = json.loads(succeed("import", EXAMPLES / "small.json", "--market", market_id, "--json", data_dir=installation))
    assert (again["id"], again["applied"]) == (market_id, True)
    assert all(told["new"] + told["changed"] == 0 for told in again["lists"].values())


def test_what_would_change_is_shown_before_it_is_done(installation: Path, tmp_path: Path) -> None:
    content = make_content(1)
    succeed("import", write(tmp_path / "a.json", content), "--market", "m", data_dir=installation)
    content["organisations"][0]["name"] = "Neu"
    changed = write(tmp_path / "b.json", content)
    shown = succeed("import", changed, "--market", "m", "--dry-run", data_dir=installation)
    assert "Liste organisations, Eintrag 1 (c0): name: Name c0 → Neu" in shown
    assert "Probe: Es wurde nichts gespeichert." in shown
    english = succeed("import", changed, "--market", "m", "--dry-run", language="en", data_dir=installation)
    assert "Dry run: nothing was stored." in english
    assert "only stored" in english
    assert "Name c0 → Neu" in succeed("import", changed, "--market", "m", data_dir=installation)
    first = succeed("import", changed, "--market", "noch-nicht", "--dry-run", data_dir=installation)
    assert ["Organisationen", "2"] in [line.split() for line in first.splitlines()]
    assert "gibt es nicht" in fail("export", "--market", "noch-nicht", "--out", tmp_path / "x.json", data_dir=installation)[0]


def test_errors_are_told_line_by_line_and_nothing_is_stored(installation: Path, tmp_path: Path) -> None:
    content = make_content(1)
    succeed("import", write(tmp_path / "a.json", content), "--market", "m", data_dir=installation)
    content["pairs"] = [{"offer": "c0-0", "need": "n0-0", "status": status} for status in ("pinned", "forbidden")]
    content["organisations"][0]["name"] = "Neu"
    bad = write(tmp_path / "b.json", content)
    (line,) = fail("import", bad, "--market", "m", data_dir=installation)
    assert line.startswith("b.json, Liste pairs, Eintrag 1, Feld status: Das Paar aus")
    ended = run("import", bad, "--market", "m", "--dry-run", data_dir=installation)
    assert (ended.returncode, ended.stderr.splitlines()) == (1, [line])
    assert "Name c0 → Neu" in ended.stdout
    assert fail("import", bad, "--market", "neu", data_dir=installation) == [line]
    assert "gibt es nicht" in fail("export", "--market", "neu", "--out", tmp_path / "x.json", data_dir=installation)[0]
    assert "leer" in fail("import", bad, "--market", " ", data_dir=installation)[0]
    assert "Endung" in fail("export", "--market", "m", "--out", tmp_path / "x.ods", data_dir=installation)[0]
    assert "marktplatz migrate" in fail("import", bad, data_dir=tmp_path / "none")[0]


def test_an_archive_moves_a_market_to_another_installation(installation: Path, tmp_path: Path) -> None:
    succeed("import", write(tmp_path / "a.json", make_content(1)), "--market", "m", data_dir=installation)
    archive = tmp_path / "m.zip"
    succeed("export", "--market", "m", "--out", archive, data_dir=installation)
    assert "gibt es hier schon" in fail("import", archive, data_dir=installation)[0]
    assert "aufgenommen" in fail("import", archive, "--market", "n", "--dry-run", data_dir=installation)[0]
    other = tmp_path / "other"
    succeed("migrate", data_dir=other)
    assert succeed("import", archive, data_dir=other) == "m\n"
    moved = json.loads(succeed("import", archive, "--market", "n", "--json", data_dir=other))
    assert moved == {"id": "n", "archived_id": "m"}
    assert succeed("audit", "verify", data_dir=other) == "ok\n"
    files = [tmp_path / name for name in ("first.json", "second.json")]
    for folder, out in zip((installation, other), files, strict=True):
        succeed("export", "--market", "m", "--out", out, data_dir=folder)
    assert files[0].read_bytes() == files[1].read_bytes()
