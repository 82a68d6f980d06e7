"""A process that has imported the command line once and forks for every run: what comes out is `python -W error -m marktplatz`'s.

Started by command_line.py with a socket of its own; a fork gets arguments, variables, folder and the three streams, then runs the
module as the interpreter would, to the interpreter's own end: exit codes, tracebacks and what happens at exit are the real ones.
"""

import gc
import importlib
import json
import os
import pkgutil
import runpy
import socket
import sys

import marktplatz.cli
from marktplatz.matching.scoring.lexicon import load_lexicon
from marktplatz.matching.scoring.places import find_coordinates

LATE = (
    "alembic.command",
    "babel.dates",
    "babel.numbers",
    "marktplatz.db.migrate",
    "marktplatz.usecases.propose",
    "marktplatz.usecases.schedule",
    "marktplatz.usecases.score",
    "marktplatz.web.app",
    "python_calamine",
    "rich.console",
    "rich.progress",
    "rich.table",
    "typer.rich_utils",
    "uvicorn",
    "xlsxwriter",
)
"""What commands import when they need it."""

MOST_BYTES = 1_000_000


def main(inherited: int) -> None:
    for module in (*LATE, *(f"marktplatz.cli.{found.name}" for found in pkgutil.iter_modules(marktplatz.cli.__path__))):
        importlib.import_module(module)
    load_lexicon()  # the tables that come with the package, the same for everybody
    find_coordinates("DE", "50667")
    gc.freeze()
    line = socket.socket(fileno=inherited)
    line.send(b"ready")
    while True:
        asked, streams, _, _ = socket.recv_fds(line, MOST_BYTES, 3)
        if not asked:
            return
        pid = os.fork()
        if pid == 0:
            line.close()
            _become(json.loads(asked), streams)
            runpy.run_module("marktplatz", run_name="__main__", alter_sys=True)
            return
        for stream in streams:
            os.close(stream)
        _, status = os.waitpid(pid, 0)
        line.send(str(os.waitstatus_to_exitcode(status)).encode())


def _become(asked: dict[str, object], streams: list[int]) -> None:
    """The process that was asked for, as far as a program can tell."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(asked["environment"])  # type: ignore[call-overload]
    os.chdir(str(asked["folder"]))
    sys.argv[1:] = asked["arguments"]  # type: ignore[assignment]


if __name__ == "__main__":
    main(int(sys.argv[1]))
