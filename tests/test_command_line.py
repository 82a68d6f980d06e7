"""The process that most tests of the command line run in says and does what a new interpreter does."""

from pathlib import Path

import pytest

from command_line import names_in, run, run_cold
from example_markets import EXAMPLES

SMALL = EXAMPLES / "small.json"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--help",), 0),
        (("no-such-command",), 2),
        (("check", SMALL), 0),
        (("match", "nothing.json"), 1),
        (("doctor",), 1),
        (("token", "add", "x", "--role", "helper", "--scope", "alles"), 1),
        (("timetable", SMALL, "--rounds", "3", "--tables", "4"), 0),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else f"ends-with-{value}",
)
def test_a_warm_process_answers_as_a_new_one(tmp_path: Path, arguments: tuple[str, ...], code: int) -> None:
    warm, cold = (start(*arguments, data_dir=tmp_path) for start in (run, run_cold))
    assert (warm.returncode, warm.stdout, warm.stderr) == (cold.returncode, cold.stdout, cold.stderr)
    assert warm.returncode == code


def test_a_new_interpreter_makes_looks_after_and_fills_an_installation(tmp_path: Path) -> None:
    """Nothing of it needs what an earlier run has imported."""
    data, out = tmp_path / "data", tmp_path / "m.xlsx"
    runs = [("migrate",), ("import", SMALL, "--market", "m"), ("export", "--market", "m", "--out", out), ("audit", "verify")]
    assert [run_cold(*words, data_dir=data).returncode for words in runs] == [0, 0, 0, 0]
    assert names_in(data) != []
    assert run_cold("match", out, "--out", tmp_path / "plan.json").returncode == 0


def test_one_run_leaves_nothing_to_the_next(tmp_path: Path) -> None:
    assert "Proposals" in run("match", SMALL, language="en").stdout
    assert "Vorschläge" in run("match", SMALL).stdout
    assert run("doctor", data_dir=tmp_path, max_body_bytes="viel").stderr.startswith("MARKTPLATZ_MAX_BODY_BYTES: ")
    assert "marktplatz migrate" in run("doctor", data_dir=tmp_path).stderr
