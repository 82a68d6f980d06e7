"""What reaches the terminal: consoles, findings line by line, a sign of life during long work."""

import os
import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Final

from rich.console import Console

from marktplatz.errors import Finding
from marktplatz.wording.findings import finding_sentence

_PLAIN_WIDTH: Final = 120


def find_language() -> str:
    """German, unless MARKTPLATZ_LANGUAGE says otherwise."""
    return os.environ.get("MARKTPLATZ_LANGUAGE", "de").strip().lower() or "de"


def make_console(*, to_stderr: bool = False) -> Console:
    """A console that is plain and of fixed width where nobody watches."""
    stream = sys.stderr if to_stderr else sys.stdout
    return Console(stderr=to_stderr, width=None if stream.isatty() else _PLAIN_WIDTH, highlight=False, emoji=False, markup=False)


def print_findings(findings: Iterable[Finding], *, to_stderr: bool = True) -> None:
    """One line each, whatever the terminal's width."""
    stream = sys.stderr if to_stderr else sys.stdout
    for finding in findings:
        stream.write(finding_sentence(finding, find_language()) + "\n")


def show_progress(text: str) -> AbstractContextManager[object]:
    """A spinner on stderr; nothing where that is no terminal."""
    return make_console(to_stderr=True).status(text)
