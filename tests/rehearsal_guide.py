"""What the rehearsal guide says, in both languages: its steps, the tests that they name, words on the screen, commands."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
GERMAN: Final = ROOT / "docs" / "probe.md"
ENGLISH: Final = ROOT / "docs" / "rehearsal.md"
_MARKER: Final = re.compile(r"[ ]?<!-- test: (.*?) -->", re.DOTALL)
_STEP: Final = re.compile(r"^(\d+)\. ", re.MULTILINE)


@dataclass(frozen=True)
class Step:
    """`claims`: the tests of each marker, in order; `text` is what a reader sees."""

    number: int
    text: str
    claims: list[list[str]]
    is_claim_last: bool


def read_steps(path: Path) -> list[Step]:
    """What follows the last step in a paragraph of its own is no part of it."""
    parts = _STEP.split(path.read_text("utf-8"))[1:]
    steps = []
    for number, text in zip(parts[::2], parts[1::2], strict=True):
        body = text.partition("\n\nZum Schluss")[0].partition("\n\nAt the end")[0]
        claims = [marker.split() for marker in _MARKER.findall(body)]
        steps.append(Step(int(number), _MARKER.sub("", body), claims, body.rstrip().endswith("-->")))
    return steps


def show(path: Path) -> str:
    """As it is read: without markers."""
    return _MARKER.sub("", path.read_text("utf-8"))


def find_bold(text: str) -> list[str]:
    """Words of buttons and links; a line break inside is a space."""
    return [_on_one_line(each) for each in re.findall(r"\*\*(.+?)\*\*", text, re.DOTALL)]


def find_quoted(text: str) -> list[str]:
    """Words that are read afterwards."""
    return [_on_one_line(each) for each in re.findall(r"[„“](.+?)[“”]", text, re.DOTALL)]


def find_commands(path: Path) -> list[str]:
    """Lines of the code block and what stands in a sentence, as they are typed."""
    found = re.findall(r"^\s*(marktplatz .+)$|`(marktplatz [^`]+)`", show(path), re.MULTILINE)
    return [first or second for first, second in found]


def _on_one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)
