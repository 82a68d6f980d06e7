"""Every claim of the rehearsal guide is a test, both languages make the same ones, and its words are those of the screen."""

import ast
import re
import textwrap
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

import marktplatz
from marktplatz.cli.commands import app
from marktplatz.wording import translate, translate_number
from rehearsal_guide import ENGLISH, GERMAN, ROOT, find_bold, find_commands, find_quoted, read_steps, show
from test_wording_pages import TEMPLATES, messages_in

BOTH = [pytest.param(GERMAN, id="de"), pytest.param(ENGLISH, id="en")]
LINES, WIDTH = 58, 110
"""Of a page of A4 that is printed in ten points."""
NAMED = sorted({test for step in read_steps(GERMAN) for claim in step.claims for test in claim})
Message = str | tuple[str, str]


@cache
def messages() -> list[Message]:
    """All that pages and commands say, in German."""
    found: list[Message] = [message for template in TEMPLATES for message in messages_in(template)]
    for path in (Path(marktplatz.__file__).parent / "wording").rglob("*.py"):
        nodes = ast.walk(ast.parse(path.read_text("utf-8")))
        found += [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return found


@cache
def spoken(language: str) -> list[tuple[Message, str]]:
    """Each message with what is read in a language, every gap and number being a 0; of two numbers the larger."""
    said = [
        (message, translate(message, language) if isinstance(message, str) else translate_number(*message, 5, language))
        for message in messages()
        if message
    ]
    return [(message, as_read(text)) for message, text in said]


def as_read(text: str) -> str:
    return re.sub(r"%\(\w+\)s|\{\w+\}|\d+", "0", text)


def find_whole(word: str, language: str) -> set[Message]:
    return {message for message, said in spoken(language) if said == as_read(word)}


def find_part(word: str, language: str) -> set[Message]:
    return {message for message, said in spoken(language) if as_read(word) in said}


def names_in(path: Path) -> set[str]:
    """Functions, also those inside of classes."""
    tree = ast.parse(path.read_text("utf-8"))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    return names | {f"{each.name}::{node.name}" for each in classes for node in each.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("named", NAMED)
def test_every_test_that_the_guide_names_exists(named: str) -> None:
    path, _, name = named.partition("::")
    assert (ROOT / path).is_file()
    assert name.startswith("test_") or "::test_" in name
    assert name in names_in(ROOT / path)


@pytest.mark.parametrize("path", BOTH)
def test_every_step_ends_with_a_claim_that_is_tested(path: Path) -> None:
    steps = read_steps(path)
    assert [step.number for step in steps] == list(range(1, len(steps) + 1))
    assert [step.number for step in steps if not all(step.claims) or not step.is_claim_last] == []


def test_both_languages_make_the_same_claims_and_give_the_same_commands() -> None:
    german, english = read_steps(GERMAN), read_steps(ENGLISH)
    assert [step.claims for step in german] == [step.claims for step in english]
    assert find_commands(GERMAN) == find_commands(ENGLISH)


@pytest.mark.parametrize("path", BOTH)
def test_the_guide_is_one_printed_page(path: Path) -> None:
    paragraphs = re.sub(r"(?<=[^\n`])\n +(?! *(?:```|marktplatz |export ))", " ", show(path)).splitlines()
    assert sum(max(1, len(textwrap.wrap(line, WIDTH))) for line in paragraphs) <= LINES


@pytest.mark.parametrize("number", range(1, len(read_steps(GERMAN)) + 1))
def test_its_words_are_those_of_the_screen_in_both_languages(number: int) -> None:
    """Bold is a button or a link, as a whole; quoted is part of what is read. In English it is the same message's translation."""
    german, english = (read_steps(path)[number - 1].text for path in (GERMAN, ENGLISH))
    for find, search in ((find_bold, find_whole), (find_quoted, find_part)):
        pairs = list(zip(find(german), find(english), strict=True))
        assert [pair for pair in pairs if not search(pair[0], "de") & search(pair[1], "en")] == []


@pytest.mark.parametrize("command", find_commands(GERMAN))
def test_its_commands_have_these_options(command: str) -> None:
    found: Any = typer.main.get_command(app)
    words = command.split()[1:]
    while hasattr(found, "commands"):
        found = found.commands[words.pop(0)]
    known = {option for parameter in found.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known
    assert all((ROOT / word).exists() for word in words if word.startswith("examples/"))


def test_the_readme_leads_to_the_guide_in_both_languages() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert all(f"({path.relative_to(ROOT).as_posix()})" in readme for path in (GERMAN, ENGLISH))
