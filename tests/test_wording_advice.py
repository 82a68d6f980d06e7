"""The engine's advice can be said in German and in English, whatever the figures."""

import string
from datetime import date
from itertools import chain
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import marktplatz
from marktplatz.vocabulary import EntrySide, OrganisationKind, Suspicion, UnreachedReason, VariantKind
from marktplatz.wording import advice, translate
from marktplatz.wording.advice import help_sentence, missing_sentence, suspicion_words, unreached_words, variant_sentence
from marktplatz.wording.findings_advice import ADVICE_SENTENCES

CATALOGUE = Path(marktplatz.__file__).parent / "wording" / "locale" / "en" / "LC_MESSAGES" / "advice.po"
TABLES = (
    advice.HELP_SENTENCES,
    advice.VARIANT_SENTENCES,
    advice.VARIANT_ENDINGS,
    dict(enumerate(chain.from_iterable(advice.MISSING_SENTENCES.values()))),
    advice.GAIN_SENTENCES,
    advice.SUSPICION_WORDS,
    advice.UNREACHED_WORDS,
)
MESSAGES = sorted(chain.from_iterable(table.values() for table in TABLES))
LANGUAGES = pytest.mark.parametrize("language", ["de", "en"])


def find_placeholders(message: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(message) if name}


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_has_an_english_translation_with_the_same_placeholders(message: str) -> None:
    assert translate(message, "en") != message
    assert find_placeholders(translate(message, "en")) == find_placeholders(message)


def test_the_catalogue_has_no_message_that_is_not_used() -> None:
    with CATALOGUE.open("rb") as stream:
        translated = {str(message.id) for message in read_po(stream, locale="en") if message.id}
    assert translated == {*MESSAGES, *ADVICE_SENTENCES.values()}


@LANGUAGES
@pytest.mark.parametrize("kind", VariantKind)
def test_every_variant_has_a_sentence(kind: VariantKind, language: str) -> None:
    figures = {"people": 4, "hours": 2.5, "from_on": date(2027, 5, 3), "to_on": date(2027, 5, 4)}
    for partners in (1, 7):
        sentence = variant_sentence(kind, partners, **figures, language=language)
        assert sentence.endswith(".")
        assert "{" not in sentence
        assert partners == 1 or "7" in sentence


def test_figures_are_shown_as_people_write_them() -> None:
    day = date(2027, 5, 3)
    said = variant_sentence(VariantKind.SECOND_DATE, 7, from_on=day, to_on=day)
    assert said == "Mit einem zweiten Termin (3.5.2027) wären es 7."
    assert variant_sentence(VariantKind.FEWER_HOURS, 1, hours=2.5) == "In zwei Teilen zu je 2,5 Stunden wäre es eine."
    assert variant_sentence(VariantKind.FEWER_HOURS, 2, hours=3.0, language="en") == "In two parts of 3 hours each it would be 2."
    assert [help_sentence(count) for count in (0, 1, 5)] == [
        "So könnte noch niemand helfen.",
        "So könnte eine Organisation helfen.",
        "So könnten 5 Organisationen helfen.",
    ]


def test_what_is_missing_is_said_with_what_it_would_bring() -> None:
    said = missing_sentence(EntrySide.OFFER, OrganisationKind.COMPANY, "Werbung", 2, 2)
    assert said == "2 weitere Unternehmen, die „Werbung“ anbieten: Dann fänden 2 Organisationen mehr einen Partner."


@LANGUAGES
def test_every_reason_has_words(language: str) -> None:
    for side in EntrySide:
        for kind in OrganisationKind:
            for gain in (0, 1, 3):
                assert missing_sentence(side, kind, "Werbung", 2, gain, language).endswith(".")
    assert all(suspicion_words(each, language) for each in Suspicion)
    assert all(unreached_words(each, language) for each in UnreachedReason)
