"""The words a cell may hold for the fixed choices, in German and English, and how words are compared."""

import unicodedata
from enum import StrEnum
from typing import Final

from marktplatz.vocabulary import (
    CategoryKind,
    History,
    ImpactField,
    OrganisationKind,
    PairStatus,
    Reciprocity,
    WishLevel,
    WithinKind,
)

_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def fold(text: str) -> str:
    """The same for "E-Mail", "e_mail" and " EMAIL ", for "Wünsche" and "Wuensche"."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_UMLAUTS)
    return "".join(character for character in plain if character.isalnum())


# The first word of each row is the one that the template offers and that findings name.
CHOICES: Final[dict[type[StrEnum], dict[str, tuple[str, ...]]]] = {
    OrganisationKind: {
        OrganisationKind.COMPANY: ("Unternehmen", "Firma", "Betrieb"),
        OrganisationKind.NONPROFIT: ("gemeinnützig", "gemeinnützige Organisation", "Verein", "Gemeinnützige", "NPO"),
    },
    CategoryKind: {
        CategoryKind.HANDS: ("Helfende Hände", "Hände", "Anpacken"),
        CategoryKind.KNOW_HOW: ("Know-how", "Wissen", "Fachwissen"),
        CategoryKind.GOODS: ("Sachspenden", "Sachspende", "Dinge", "Sachmittel"),
        CategoryKind.SPACE_LOGISTICS: ("Räume und Logistik", "Räume", "Logistik", "Räume & Logistik"),
        CategoryKind.PROGRAMME: ("Programm", "Programme", "Programmpunkt"),
        CategoryKind.ACCESS: ("Zugänge", "Zugang", "Kontakte", "Zugänge und Kontakte"),
        CategoryKind.OPEN: ("Querbeet", "offen", "Sonstiges"),
    },
    ImpactField: {
        ImpactField.EDUCATION: ("Bildung",),
        ImpactField.INTEGRATION: ("Integration", "Integration und Zusammenhalt", "Zusammenhalt"),
        ImpactField.NEIGHBOURHOOD: ("Nachbarschaft", "Nachbarschaft und lokale Wirtschaft", "Quartier", "neighborhood"),
        ImpactField.CULTURE: ("Kultur",),
        ImpactField.OTHER: ("Sonstiges", "Anderes"),
    },
    Reciprocity: {
        Reciprocity.NONE: ("keine", "nein", "ohne"),
        Reciprocity.WANTED: ("gewünscht", "erwünscht"),
        Reciprocity.REQUIRED: ("erforderlich", "Pflicht", "verlangt"),
    },
    History: {
        History.IGNORE: ("egal", "gleichgültig"),
        History.PREFER: ("bevorzugen", "gern wieder"),
        History.AVOID: ("vermeiden", "lieber neue"),
    },
    WithinKind: {
        WithinKind.NONE: ("keine", "nein"),
        WithinKind.NONPROFITS: ("gemeinnützige", "nur gemeinnützige", "gemeinnützig"),
        WithinKind.ALL: ("alle",),
    },
    WishLevel: {
        WishLevel.MUST_MEET: ("unbedingt", "muss", "muss treffen"),
        WishLevel.LIKE: ("gern", "gerne"),
        WishLevel.NO_THANKS: ("nein danke", "nein", "auf keinen Fall"),
    },
    PairStatus: {
        PairStatus.PINNED: ("fest", "festgelegt", "gesetzt"),
        PairStatus.FORBIDDEN: ("ausgeschlossen", "verboten", "gesperrt"),
    },
}

_CODES: Final = {
    choice: {fold(word): code for code, words in rows.items() for word in (code, *words)} for choice, rows in CHOICES.items()
}

YES_NO: Final = dict.fromkeys(("ja", "j", "x", "wahr", "yes", "y", "true", "1"), True) | dict.fromkeys(
    ("nein", "n", "falsch", "no", "false", "0"), False
)
UNLIMITED: Final = frozenset(
    fold(word) for word in ("unbegrenzt", "ohne Grenze", "keine Grenze", "kein Limit", "unlimited", "no limit")
)
UNSAID: Final = frozenset(fold(word) for word in ("ohne Angabe", "not given"))
COUNTRIES: Final = {
    fold(name): code
    for code, names in {
        "DE": ("Deutschland", "Germany"),
        "AT": ("Österreich", "Austria"),
        "CH": ("Schweiz", "Switzerland"),
        "NL": ("Niederlande", "Netherlands"),
    }.items()
    for name in names
}


def find_code(choice: type[StrEnum], word: str) -> str | None:
    """The code that a word stands for, None if it stands for none."""
    return _CODES[choice].get(fold(word))


def describe_choices(choice: type[StrEnum]) -> str:
    """All choices for a reader of a sheet: the German word, and the code in brackets."""
    return ", ".join(f"{words[0]} ({code})" for code, words in CHOICES[choice].items())
