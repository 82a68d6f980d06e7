"""The words of the pages: every German one has its English, and every member of a vocabulary that pages show has a word."""

import ast
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

import marktplatz
from marktplatz.vocabulary import Attendance, Phase, Role, Standing, Trading, Visibility
from marktplatz.wording import translate, translate_number
from marktplatz.wording.market_texts import _TEXTS as MARKET_TEXTS
from marktplatz.wording.market_texts import HEADINGS, STEPS
from marktplatz.wording.pages import ALL_DONE, WORDS, word

PACKAGE = Path(marktplatz.__file__).parent
TEMPLATES = sorted((PACKAGE / "web" / "templates").rglob("*.html"))
CATALOGUES = sorted((PACKAGE / "wording" / "locale" / "en" / "LC_MESSAGES").glob("*.po"))
TRANSLATED = {message.id for path in CATALOGUES for message in read_po(BytesIO(path.read_bytes()), locale="en") if message.id}


def messages_in(template: Path) -> Iterator[str | tuple[str, str]]:
    with template.open("rb") as stream:
        for _, _, message, _ in babel_extract(stream, ("_", "gettext", "ngettext"), [], {"trimmed": "true"}):
            if isinstance(message, str):
                yield message
            else:  # with parameters there is a second one that is empty
                yield message[0] if message[1] is None else (message[0], message[1])


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_every_message_of_a_template_has_its_english(template: Path) -> None:
    assert [message for message in messages_in(template) if message not in TRANSLATED] == []


def test_every_word_and_every_text_has_its_english() -> None:
    said = [text for _, text in WORDS] + list(ALL_DONE.values()) + list(HEADINGS.values()) + list(STEPS)
    said += [text for name, text in MARKET_TEXTS.items() if name != "steps"]
    alone = {message if isinstance(message, str) else message[0] for message in TRANSLATED}
    assert [text for text in said if text not in alone] == []


def test_a_translation_is_found_for_one_and_for_many() -> None:
    assert translate("Weiter", "en") == "Continue"
    assert translate_number("Unternehmen", "Unternehmen", 2, "en") == "companies"
    assert translate_number("Unternehmen", "Unternehmen", 1) == "Unternehmen"


def test_what_pages_show_of_a_vocabulary_has_a_word() -> None:
    members = [member for kind in (Attendance, Phase, Role, Standing, Trading, Visibility) for member in kind]
    assert [member for member in members if word(member) == member.value] == []


def test_every_deed_that_a_page_reports_is_said() -> None:
    """`done="…"` in the pages' code names a sentence."""
    codes: set[str] = set()
    for path in (PACKAGE / "web" / "pages").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "done" and isinstance(node.value, ast.Constant):
                codes.add(node.value.value)
    assert codes - {None} - ALL_DONE.keys() == set()
