"""Runs the real command line in a process of its own, as a user would."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from marktplatz.market import Market


def environment(language: str = "de", **settings: str | Path) -> dict[str, str]:
    """What the command line sees: nothing of ours but the given settings, by the names of their variables."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MARKTPLATZ_", "COLUMNS", "FORCE_COLOR"))}
    ours = {f"MARKTPLATZ_{name.upper()}": str(value) for name, value in settings.items()}
    return kept | ours | {"MARKTPLATZ_LANGUAGE": language, "PYTHONUTF8": "1"}


def run(*arguments: str | Path, language: str = "de", **settings: str | Path) -> subprocess.CompletedProcess[str]:
    """`marktplatz ARGUMENTS`, warnings being errors, without a terminal."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "marktplatz", *map(str, arguments)],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env=environment(language, **settings),
        timeout=60,
    )


def succeed(*arguments: str | Path, language: str = "de", **settings: str | Path) -> str:
    """What a run that must succeed prints on stdout."""
    ended = run(*arguments, language=language, **settings)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


def fail(*arguments: str | Path, **settings: str | Path) -> list[str]:
    """The lines on stderr of a run that must end with 1, without a traceback and a word on stdout."""
    ended = run(*arguments, **settings)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "Traceback" not in ended.stderr
    return ended.stderr.splitlines()


def write_market(path: Path, market: Market) -> Path:
    left_out = {"scores"} if market.scores is None else set()
    path.write_text(market.model_dump_json(by_alias=True, exclude=left_out), encoding="utf-8")
    return path


def write_raw(path: Path, **lists: Any) -> Path:
    path.write_text(json.dumps({"format": "marktplatz/1"} | lists, ensure_ascii=False), encoding="utf-8")
    return path


def names_in(folder: Path) -> Iterable[str]:
    return sorted(path.name for path in folder.iterdir())
