"""The words that stand on papers, in German; English in `day_notary.po`."""

from collections.abc import Mapping
from typing import Final

from marktplatz.vocabulary import AgreementStatus
from marktplatz.wording import translate, translate_number

WORDS: Final[Mapping[str, str]] = {
    "agreement": "Engagementvereinbarung",
    "number": "Nr.",
    "page": "Seite",
    "qr": "QR-Code zur Seite dieser Vereinbarung",
    "parties": "Wer sich einig ist",
    "contact_line": "Ansprechperson, Telefon, E-Mail",
    "services": "Leistung",
    "returns": "Gegenleistung",
    "giver": "Wer gibt",
    "taker": "Wer bekommt",
    "what": "Was",
    "scope": "Worum es geht",
    "terms": "Wie es weitergeht",
    "signatures": "Unterschriften",
    "no_money": "Es fließt kein Geld. Was vereinbart ist, ist begrenzt und machbar; beide Seiten stehen dafür ein.",
    "signed_party": "Ort, Datum, Unterschrift",
    "notary": "Notariat des Marktplatzes",
    "signed_notary": "Stempel, Unterschrift",
    "boxes": "steht für ein Zeichen, das diese Schrift nicht hat:",
    "certificate": "Urkunde",
    "thanks": "Danke für Ihr Engagement.",
}
FACTS: Final[Mapping[str, str]] = {
    "place": "Wo",
    "when": "Wann",
    "contact": "Erster Kontakt",
    "fulfil_by": "Geschafft bis",
    "replaces": "Ersetzt",
}
STAMPS: Final[Mapping[AgreementStatus, str]] = {
    AgreementStatus.DRAFTED: "Entwurf, nicht beglaubigt",
    AgreementStatus.SUBMITTED: "Liegt beim Notariat, nicht beglaubigt",
    AgreementStatus.RETURNED: "Zurückgegeben, nicht beglaubigt",
    AgreementStatus.CERTIFIED: "Beglaubigt am {when}",
    AgreementStatus.VOID: "Ungültig",
}
COPY_OF: Final = "Ausfertigung für {whose}"
OF_ORGANISER: Final = "Ausfertigung für die Veranstalterin"
CALLS: Final = "{caller} meldet sich bis {day} bei {called}"
CALL_EACH_OTHER: Final = "bis {day}"
FROM_TO: Final = "{first} bis {last}"
VALUE: Final = "Wert etwa {euros} €"
ONE_PERSON, PEOPLE = "eine Person", "%(num)s Personen"
ONE_HOUR, HOURS = "eine Stunde", "{hours} Stunden"
EACH_HOURS: Final = "je {hours} Stunden"
QUANTITY: Final = "Anzahl {quantity}"
ONE_DEAL: Final = "hat eine Vereinbarung geschlossen: Engagement statt Geld."
DEALS: Final = "hat {count} Vereinbarungen geschlossen: Engagement statt Geld."
WITH: Final = "mit {others}"


def paper_words(language: str) -> dict[str, str]:
    return {key: translate(said, language) for key, said in WORDS.items()}


def fact_word(key: str, language: str) -> str:
    return translate(FACTS[key], language)


def say(message: str, language: str, **params: str | int) -> str:
    return translate(message, language).format(**params)


def people_text(people: int, language: str) -> str:
    return translate_number(ONE_PERSON, PEOPLE, people, language) % {"num": people}


def number_text(number: float, language: str) -> str:
    """„2,5“, „1.200“."""
    from babel.numbers import format_decimal

    return format_decimal(number, locale=language)
