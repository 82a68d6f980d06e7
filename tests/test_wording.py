"""Every reason and every text of the command line can be said in German and in English, with the same words filled in."""

import ast
import string
from itertools import chain, combinations
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import marktplatz
from marktplatz.cli.show import TEXTS
from marktplatz.cli.show_import import TEXTS as IMPORT_TEXTS
from marktplatz.matching.problem import EXCLUSIONS
from marktplatz.matching.scoring.lexicon import load_lexicon
from marktplatz.vocabulary import Barrier, Criterion, PairNote, Rule, UnpairedReason
from marktplatz.wording import translate
from marktplatz.wording.by_hand import LIFTED_WORDS, NOTE_SENTENCES
from marktplatz.wording.findings import SENTENCES
from marktplatz.wording.reasons import (
    CUT_SENTENCE,
    FURTHER_SENTENCES,
    LIMIT_WORDS,
    MET_WORDS,
    PAIR_SENTENCES,
    REFUSAL_SENTENCES,
    SEVERAL_WORDS,
    STABILITY_SENTENCE,
    UNPAIRED_SENTENCES,
    WEEKDAY_WORDS,
    pair_sentence,
    refusal_sentence,
    stability_sentence,
    unpaired_sentence,
)

PACKAGE = Path(marktplatz.__file__).parent
CATALOGUE = PACKAGE / "wording" / "locale" / "en" / "LC_MESSAGES" / "marktplatz.po"
SAME_IN_BOTH = {"Organisation"}
SOURCES = {path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")}

UNPAIRED_WORDS = {"name": "Club", "partner": "Bank", "own": "Wände", "other": "Anstrich", "count": 3}
REFUSAL_WORDS = {"entries": "„Wände“ (walls)", "organisations": "Bank + Club", "count": 3, "limit": 2}
LIMITS = [limits for size in (1, 2) for limits in combinations((Rule.CAPACITY.value, Rule.MAX_AGREEMENTS.value), size)]
LANGUAGES = pytest.mark.parametrize("language", ["de", "en"])


def find_placeholders(message: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(message) if name}


def find_literals() -> set[str]:
    """Texts that are given to `translate` or to a function that passes them on, as they stand in the code."""
    calls = [node for tree in SOURCES.values() for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    named = [call for call in calls if getattr(call.func, "id", "") in ("translate", "_fill")]
    return {
        node.value
        for call in named
        for node in ast.walk(call.args[0])
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value
    }


TABLES = (
    PAIR_SENTENCES,
    FURTHER_SENTENCES,
    MET_WORDS,
    WEEKDAY_WORDS,
    UNPAIRED_SENTENCES,
    LIMIT_WORDS,
    SEVERAL_WORDS,
    REFUSAL_SENTENCES,
    SENTENCES,
    TEXTS,
    IMPORT_TEXTS,
    NOTE_SENTENCES,
    LIFTED_WORDS,
)
MESSAGES = sorted({*chain.from_iterable(table.values() for table in TABLES), CUT_SENTENCE, STABILITY_SENTENCE, *find_literals()})


def test_there_are_texts_in_the_code_itself() -> None:
    assert {"{errors} Fehler, {warnings} Hinweise.", "Blatt {name}", "Zeile {name}"} <= find_literals()


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_has_an_english_translation_with_the_same_placeholders(message: str) -> None:
    english = translate(message, "en")
    assert english != message or message in SAME_IN_BOTH
    assert find_placeholders(english) == find_placeholders(message)


def test_the_catalogue_has_no_message_that_is_not_used_any_more() -> None:
    with CATALOGUE.open("rb") as stream:
        translated = {str(message.id) for message in read_po(stream, locale="en") if message.id}
    assert translated - set(MESSAGES) == set()


def test_every_concept_has_an_english_name_and_the_catalogue_has_no_other() -> None:
    labels = {concept.label for concept in load_lexicon().concepts}
    with CATALOGUE.with_name("concepts.po").open("rb") as stream:
        assert {str(message.id) for message in read_po(stream, locale="en") if message.id and message.string} == labels


@LANGUAGES
@pytest.mark.parametrize("criterion", Criterion)
def test_every_criterion_has_a_sentence_whatever_is_known(criterion: Criterion, language: str) -> None:
    for params in ({}, {"none": 1}, {"from": "", "to": "", "km": "", "words": "", "hours": "", "offered": "", "wanted": ""}):
        sentence = pair_sentence(criterion, params, language)
        assert sentence.endswith(".")
        assert "{" not in sentence


@pytest.mark.parametrize("name", PAIR_SENTENCES)
def test_every_sentence_about_a_pair_belongs_to_a_criterion(name: str) -> None:
    assert name.split("_", maxsplit=1)[0] in set(Criterion)


@pytest.mark.parametrize(
    ("criterion", "params", "german", "english"),
    [
        ("time", {"from": "2027-05-03", "to": "2027-05-28"}, "vom 3.5.2027 bis 28.5.2027", "from 2027-05-03 to 2027-05-28"),
        ("time", {"from": "2027-05-03", "to": ""}, "ab 3.5.2027", "from 2027-05-03 on"),
        ("time", {"from": "", "to": "2027-05-28"}, "bis 28.5.2027", "until 2027-05-28"),
        ("place", {"km": 7, "remote": 0}, "7 km", "7 km"),
        ("place", {"km": 0, "remote": 0}, "weniger als 1 km", "less than 1 km"),
        ("place", {"km": "", "remote": 1}, "aus der Ferne", "from afar"),
        ("size", {"offered": 3, "wanted": 2}, "3 Personen angeboten, 2 gesucht", "3 people offered, 2 wanted"),
        ("ease", {"hours": 12}, "12 Arbeitsstunden", "12 hours"),
    ],
)
def test_what_is_known_about_a_pair_is_said(criterion: str, params: dict[str, str | int], german: str, english: str) -> None:
    assert german in pair_sentence(Criterion(criterion), params)
    assert english in pair_sentence(Criterion(criterion), params, "en")


@LANGUAGES
@pytest.mark.parametrize("note", PairNote)
def test_every_note_about_a_pair_has_a_sentence(note: PairNote, language: str) -> None:
    sentence = pair_sentence(note, {"category": 1, "time": 1, "reason": "Beide {kennen} sich."}, language)
    if note is PairNote.FAINT:
        assert ("passt nur wenig" if language == "de" else "hardly fits") in sentence
    else:
        assert "(anderer Bereich, anderer Zeitraum)" in sentence or language != "de"
        assert "Beide {kennen} sich." in sentence


@LANGUAGES
@pytest.mark.parametrize(
    "code", [*UnpairedReason, *Barrier, Rule.NO_THANKS, Rule.FORBIDDEN, Rule.SAME_OWNER, Rule.MAX_PAIRS_BETWEEN]
)
def test_every_reason_for_staying_alone_has_a_sentence(code: str, language: str) -> None:
    limits = LIMITS if "{limits}" in UNPAIRED_SENTENCES[code] else [()]
    for more, needed in ((1, limits), (4, limits)):
        for each in needed:
            sentence = unpaired_sentence(code, UNPAIRED_WORDS, each, more, language)
            assert sentence.endswith(".")
            assert "{" not in sentence
            assert not each or more == 1 or "4" in sentence


def test_each_set_of_limits_has_its_words() -> None:
    assert set(LIMIT_WORDS) == set(SEVERAL_WORDS) == set(LIMITS)


@LANGUAGES
@pytest.mark.parametrize("rule", Rule)
def test_every_rule_that_refuses_a_pin_has_a_sentence(rule: Rule, language: str) -> None:
    sentence = refusal_sentence(rule, REFUSAL_WORDS, language)
    assert sentence.endswith(".")
    assert "{" not in sentence


def test_every_exclusion_of_a_problem_is_a_rule_with_a_sentence() -> None:
    assert {rule for rule in EXCLUSIONS if rule} <= set(REFUSAL_SENTENCES)


@LANGUAGES
def test_the_price_of_stability_is_said(language: str) -> None:
    sentence = stability_sentence({"stay_bonus": 50, "points_given_up": 10}, language)
    assert "50" in sentence
    assert "10" in sentence


def test_every_text_of_the_tables_is_shown_somewhere() -> None:
    strings = [node.value for node in ast.walk(SOURCES["cli/show.py"]) if isinstance(node, ast.Constant)]
    assert [key for key in TEXTS if strings.count(key) < 2] == []
