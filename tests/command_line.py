"""Runs the real command line in a process of its own, as a user would; to import it anew each time would take longest."""

import atexit
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from marktplatz.market import Market


def environment(language: str = "de", **settings: str | Path) -> dict[str, str]:
    """What the command line sees: nothing of ours but the given settings, by the names of their variables."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MARKTPLATZ_", "COLUMNS", "FORCE_COLOR"))}
    ours = {f"MARKTPLATZ_{name.upper()}": str(value) for name, value in settings.items()}
    return kept | ours | {"MARKTPLATZ_LANGUAGE": language, "PYTHONUTF8": "1"}


class WarmProcess:
    """Forks a process for every run (warm_command_line.py); ends when this one does."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._line.settimeout(60)
        program = str(Path(__file__).with_name("warm_command_line.py"))
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-W", "error", program, str(theirs.fileno())],
                env=environment(),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        atexit.register(self.end)
        assert self._line.recv(16) == b"ready"

    def run(self, arguments: list[str], variables: dict[str, str], streams: Iterable[BinaryIO]) -> int:
        """The exit code, as subprocess tells it."""
        asked = {"arguments": arguments, "environment": variables, "folder": str(Path.cwd())}
        socket.send_fds(self._line, [json.dumps(asked).encode()], [stream.fileno() for stream in streams])
        return int(self._line.recv(16))

    def end(self) -> None:
        self._line.close()
        self._process.kill()
        self._process.wait()


warm_process = cache(WarmProcess)


def call(arguments: Iterable[str | Path], variables: dict[str, str], given: str = "") -> subprocess.CompletedProcess[str]:
    """`marktplatz ARGUMENTS` with these variables, `given` on stdin, warnings being errors, without a terminal."""
    words = list(map(str, arguments))
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        stdin.write(given.encode())
        stdin.seek(0)
        code = warm_process().run(words, variables, (stdin, stdout, stderr))
        printed, told = (_read(stream) for stream in (stdout, stderr))
    return subprocess.CompletedProcess(words, code, printed, told)


def _read(stream: BinaryIO) -> str:
    stream.seek(0)
    return stream.read().decode()


def run_cold(*arguments: str | Path, language: str = "de", **settings: str | Path) -> subprocess.CompletedProcess[str]:
    """The same in a new interpreter, which has imported nothing yet."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "marktplatz", *map(str, arguments)],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env=environment(language, **settings),
        timeout=60,
    )


def run(*arguments: str | Path, language: str = "de", **settings: str | Path) -> subprocess.CompletedProcess[str]:
    """`marktplatz ARGUMENTS`, with nothing on stdin."""
    return call(arguments, environment(language, **settings))


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
