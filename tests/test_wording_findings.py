"""Every finding has a sentence in German and in English, on one line, whatever a file holds."""

import ast
import re
import string
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import marktplatz
from marktplatz.errors import Finding, Place
from marktplatz.exchange.validation import CODE_BY_ERROR
from marktplatz.matching.judge import UNPINNED
from marktplatz.vocabulary import Barrier, Rule
from marktplatz.web.errors import CODE_BY_STATUS
from marktplatz.wording import findings, translate
from marktplatz.wording.findings import SENTENCES, describe_place, finding_sentence

PACKAGE = Path(marktplatz.__file__).parent
CATALOGUES = sorted((PACKAGE / "wording" / "locale" / "en" / "LC_MESSAGES").glob("*.po"))
TELLING_CALLS = {"Finding", "Flaw", "SheetRefused", "_find", "_refuse"}


def codes_in(source: str) -> set[str]:
    """The literal codes of all findings that a module makes, also those that stand in `code = ... if ... else ...`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in TELLING_CALLS:
                found |= _words(node.args[0])
        elif isinstance(node, ast.Assign) and [getattr(target, "id", None) for target in node.targets] == ["code"]:
            found |= _words(node.value)
    return found


def _words(node: ast.expr) -> set[str]:
    if isinstance(node, ast.IfExp):
        return _words(node.body) | _words(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def params_for(message: str) -> dict[str, str | int]:
    return {name: f"<{name}>" for _, name, _, _ in string.Formatter().parse(message) if name}


MADE = {path.relative_to(PACKAGE).as_posix(): codes_in(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")}


BY_HAND = {f"barred_by_{barrier}" for barrier in Barrier} | {f"breaks_{rule}" for rule in (*Rule, UNPINNED)}
BY_HAND -= {f"breaks_{Rule.NOT_ELIGIBLE}"}  # told by its barriers


def test_every_finding_in_the_code_has_a_sentence() -> None:
    made = {code for codes in MADE.values() for code in codes}
    made |= set(CODE_BY_ERROR.values()) | set(CODE_BY_STATUS.values()) | BY_HAND
    assert len(made) > 60
    assert made - SENTENCES.keys() == set()


def merged_into(name: str) -> Iterator[str]:
    """The codes of a dict of the module, those of the dicts that it takes up too; a code that stands in two of them comes twice."""
    tree = ast.parse((PACKAGE / "wording" / "findings.py").read_text("utf-8"))
    (made,) = (
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == name
    )
    assert isinstance(made, ast.Dict)
    own = {node.target.id for node in tree.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)}
    for key, value in zip(made.keys, made.values, strict=True):
        if isinstance(key, ast.Constant):
            yield str(key.value)
        elif isinstance(value, ast.Name):
            yield from merged_into(value.id) if value.id in own else getattr(findings, value.id)


def test_no_code_has_two_sentences() -> None:
    codes = list(merged_into("SENTENCES"))
    assert len(codes) > 200
    assert [code for code, count in Counter(codes).items() if count > 1] == []


def test_no_sentence_is_left_over() -> None:
    made = {code for codes in MADE.values() for code in codes}
    made |= set(CODE_BY_ERROR.values()) | set(CODE_BY_STATUS.values()) | BY_HAND
    # The child process tells of the first two as tuples; the last is for errors that pydantic may yet invent.
    told_otherwise = {"formula", "error_value", "malformed"}
    assert SENTENCES.keys() - made - told_otherwise == set()


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_is_complete_in_both_languages(code: str) -> None:
    params = params_for(SENTENCES[code])
    finding = Finding(code, Place("markt.xlsx", "Angebote", 7, "bis"), params)
    german, english = finding_sentence(finding), finding_sentence(finding, "en")
    assert german.startswith("markt.xlsx, Blatt Angebote, Zeile 7, Spalte bis: ")
    assert english.startswith("markt.xlsx, sheet Angebote, row 7, column bis: ")
    assert german.split(": ", 1)[1] != english.split(": ", 1)[1]
    for sentence in (german, english):
        assert sentence.endswith((".", "?"))
        assert all(str(value) in sentence for value in params.values())


def test_the_catalogue_has_each_message_once_and_only_such_as_are_used() -> None:
    texts = [catalogue.read_text("utf-8") for catalogue in CATALOGUES]
    text = "\n".join(texts)
    ids = re.findall(r'^msgid "(.+)"$', text, re.MULTILINE)
    assert len(ids) == len(set(ids))
    for message in (message for each in texts for message in read_po(BytesIO(each.encode()), locale="en")):
        if message.id:
            german, english = _forms(message.id), _forms(message.string)
            assert all(english)
            assert [params_for(form) for form in german] == [params_for(form) for form in english]


def _forms(said: object) -> tuple[str, ...]:
    """One form, or one for a single thing and one for many."""
    return tuple(map(str, said)) if isinstance(said, list | tuple) else (str(said),)


def test_german_is_the_message_itself_and_other_languages_fall_back_to_it() -> None:
    assert translate("Blatt {name}") == "Blatt {name}"
    assert translate("Blatt {name}", "en") == "sheet {name}"
    assert translate("Das steht in keinem Katalog.", "en") == "Das steht in keinem Katalog."
    assert translate("Blatt {name}", "../de") == "Blatt {name}"


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (Place("markt.json", "offers", 4, "from"), "markt.json, Liste offers, Eintrag 4, Feld from"),
        (Place("Angebote.csv", "Angebote", 4, "von"), "Angebote.csv, Zeile 4, Spalte von"),
        (Place("m.xlsx", "Angebote", 4, "von"), "m.xlsx, Blatt Angebote, Zeile 4, Spalte von"),
        (Place(sheet="offers", row=4), "Liste offers, Eintrag 4"),
        (Place(), ""),
    ],
)
def test_a_place_is_told_in_the_words_of_its_program(place: Place, words: str) -> None:
    assert describe_place(place) == words


def test_a_sentence_stays_one_line_whatever_the_file_holds() -> None:
    nasty = "a\r\nb\x1b[31m\u202e{0}{x}\ud800" + "z" * 100_000
    sentence = finding_sentence(Finding("unknown_offer", Place("m.xlsx", nasty, 1, nasty), {"id": nasty}))
    assert sentence.isprintable()
    assert len(sentence) < 1200
    assert "\\r\\nb\\x1b[31m\\u202e{0}{x}\\ud800" in sentence


def test_an_unknown_code_is_told_as_it_is() -> None:
    assert finding_sentence(Finding("brand_new", params={"count": 3})) == "brand_new (count: 3)"
