"""The lists of a market as sheets: their names and columns, in JSON and in German."""

from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from functools import cached_property
from typing import Final

from marktplatz.exchange.words import fold
from marktplatz.vocabulary import (
    CategoryKind,
    Criterion,
    History,
    ImpactField,
    OrganisationKind,
    PairStatus,
    Reciprocity,
    WishLevel,
    WithinKind,
)


class CellKind(Enum):
    """How a cell is to be understood."""

    ID = auto()
    TEXT = auto()
    TEXTS = auto()
    WORDS = auto()
    CHOICE = auto()
    CATEGORY = auto()
    POSTCODE = auto()
    COUNTRY = auto()
    WHOLE = auto()
    WHOLES = auto()
    POINTS = auto()
    NUMBER = auto()
    DATE = auto()
    YES_NO = auto()


@dataclass(frozen=True)
class Column:
    """One column: its key in JSON (dotted where nested), the German heading and others that are understood."""

    key: str
    heading: str
    kind: CellKind = CellKind.TEXT
    others: tuple[str, ...] = ()
    required: bool = False
    choice: type[StrEnum] | None = None
    can_be_unlimited: bool = False
    is_in_template: bool = True
    """Is it for people to fill in? Other columns are written only where a market uses them."""


@dataclass(frozen=True)
class Sheet:
    """One list of a market as a sheet or CSV."""

    key: str
    name: str
    columns: tuple[Column, ...]
    others: tuple[str, ...] = ()

    @cached_property
    def column_by_heading(self) -> dict[str, Column]:
        return {fold(word): column for column in self.columns for word in (column.key, column.heading, *column.others)}

    @cached_property
    def template_columns(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.is_in_template)

    @cached_property
    def column_by_key(self) -> dict[str, Column]:
        return {column.key: column for column in self.columns}


def _id(key: str, heading: str, *others: str) -> Column:
    return Column(key, heading, CellKind.ID, others, required=True)


def _choice(key: str, heading: str, choice: type[StrEnum], *others: str, required: bool = False) -> Column:
    return Column(key, heading, CellKind.CHOICE, others, required, choice)


_POSTCODE: Final = Column("postcode", "PLZ", CellKind.POSTCODE, ("Postleitzahl", "zip", "zip code"))
_COUNTRY: Final = Column("country", "Land", CellKind.COUNTRY, ("Staat",))
_MAX_AGREEMENTS: Final = Column(
    "max_agreements",
    "Höchstens Vereinbarungen",
    CellKind.WHOLE,
    ("Max. Vereinbarungen", "Maximale Vereinbarungen", "Höchstzahl Vereinbarungen", "Höchstzahl"),
    can_be_unlimited=True,
)
_ENTRY_COLUMNS: Final = (
    _id("id", "Id", "Kennung", "Nr", "Nummer"),
    _id("organisation", "Organisation", "Organisations-Id", "organization"),
    Column("title", "Titel", others=("Überschrift",)),
    Column("text", "Beschreibung", others=("Text",)),
    Column("category", "Bereich", CellKind.CATEGORY, ("Kategorie",)),
    Column("impact_fields", "Wirkungsfelder", CellKind.WORDS, ("Wirkungsfeld", "impact field"), choice=ImpactField),
    Column("people", "Personen", CellKind.WHOLE, ("Anzahl Personen", "Personenzahl")),
    Column("hours", "Stunden pro Person", CellKind.NUMBER, ("Stunden", "Stunden je Person")),
    Column("quantity", "Menge", CellKind.NUMBER, ("Anzahl", "Stückzahl")),
    Column("from", "von", CellKind.DATE, ("ab", "Beginn")),
    Column("to", "bis", CellKind.DATE, ("Ende",)),
    _POSTCODE,
    Column("remote", "aus der Ferne", CellKind.YES_NO, ("online", "ortsunabhängig", "aus der Ferne möglich")),
    Column("capacity", "Wie oft", CellKind.WHOLE, ("Kapazität", "Wie oft möglich", "Anzahl Paare")),
)
GIVEN_POINTS_ONLY: Final = "given_points_only"
"""No key of the market: it says that the score table counts even without rows, which a sheet cannot say otherwise."""
_WEIGHT_COLUMNS: Final = tuple(
    Column(f"weights.{criterion}", f"Gewicht {word}", CellKind.WHOLE, is_in_template=False)
    for criterion, word in (
        (Criterion.KIND, "Bereich"),
        (Criterion.CONTENT, "Inhalt"),
        (Criterion.TIME, "Zeit"),
        (Criterion.PLACE, "Ort"),
        (Criterion.SIZE, "Größe"),
        (Criterion.EASE, "Einfachheit"),
        (Criterion.WISHES, "Wünsche"),
        (Criterion.RETURN, "Gegenleistung"),
        (Criterion.IMPACT, "Wirkungsfeld"),
        (Criterion.HISTORY, "Frühere Partner"),
        (Criterion.GIVEN, "Gegebene Punkte"),
    )
)

SHEETS: Final = (
    Sheet(
        "market",
        "Marktplatz",
        (
            Column("name", "Name", others=("Bezeichnung", "Titel")),
            Column("date", "Datum", CellKind.DATE, ("Tag",)),
            _POSTCODE,
            _COUNTRY,
            _choice("reciprocity", "Gegenleistung", Reciprocity),
            _choice("within_kind", "Paare innerhalb einer Art", WithinKind, "Innerhalb einer Art", "Untereinander"),
            _MAX_AGREEMENTS,
            Column(
                "max_pairs_between",
                "Höchstens Paare zwischen zweien",
                CellKind.WHOLE,
                ("Max. Paare zwischen zweien", "Paare zwischen zweien"),
                can_be_unlimited=True,
            ),
            Column(
                "max_distance_km",
                "Höchstens Kilometer",
                CellKind.NUMBER,
                ("Max. Kilometer", "Max. Entfernung km", "Höchstens km", "Umkreis km"),
                can_be_unlimited=True,
            ),
            Column("break_rounds", "Pausenrunden", CellKind.WHOLES, ("Pausen",)),
            _choice("history", "Frühere Partner", History),
            Column(GIVEN_POINTS_ONLY, "Nur gegebene Punkte", CellKind.YES_NO, is_in_template=False),
            *_WEIGHT_COLUMNS,
        ),
    ),
    Sheet(
        "categories",
        "Bereiche",
        (
            _id("code", "Kürzel", "Code"),
            Column("label", "Bezeichnung", others=("Bereich", "Name"), required=True),
            _choice("kind", "Art", CategoryKind, required=True),
            Column("neighbours", "Passt auch zu", CellKind.TEXTS, ("Nachbarn",)),
        ),
        ("Bereich", "Kategorien"),
    ),
    Sheet(
        "organisations",
        "Organisationen",
        (
            _id("id", "Id", "Kennung", "Nr", "Nummer"),
            _choice("kind", "Art", OrganisationKind, "Typ", required=True),
            Column("name", "Name", others=("Organisation", "Bezeichnung")),
            Column("key", "Schlüssel"),
            Column("owner", "Träger", others=("Eigentümer", "Inhaber")),
            _POSTCODE,
            _COUNTRY,
            _MAX_AGREEMENTS,
            Column("competitors", "Konkurrenzgruppe", others=("Mitbewerb", "Mitbewerber", "Wettbewerber", "Konkurrenten")),
            Column("values", "Merkmale", CellKind.TEXTS, ("Werte",)),
            Column("excludes", "Schließt aus", CellKind.TEXTS, ("Ausschlüsse", "Ausschluss")),
            Column("representatives", "Vertretende", CellKind.WHOLE, ("Vertreter", "Vertreter:innen", "Anzahl Vertretende")),
            Column("absent_rounds", "Fehlt in Runden", CellKind.WHOLES, ("Abwesend in Runden", "Fehlrunden")),
            Column("table", "Tisch", CellKind.WHOLE, ("Tischnummer",)),
            Column("contact.name", "Ansprechperson", others=("contact", "Kontakt", "Kontaktperson", "Ansprechpartner")),
            Column("contact.email", "E-Mail", others=("email", "Mail", "E-Mail-Adresse")),
            Column("contact.phone", "Telefon", others=("phone", "Telefonnummer", "Tel")),
        ),
        ("Organisation", "organizations"),
    ),
    Sheet("offers", "Angebote", _ENTRY_COLUMNS, ("Angebot",)),
    Sheet("needs", "Gesuche", _ENTRY_COLUMNS, ("Gesuch",)),
    Sheet(
        "wishes",
        "Wünsche",
        (
            _id("organisation", "Organisation", "Organisations-Id", "organization"),
            _id("target", "Ziel", "Wunschpartner", "Partner"),
            _choice("level", "Wunsch", WishLevel, "Stufe", required=True),
        ),
        ("Wunsch",),
    ),
    Sheet(
        "concepts",
        "Begriffe",
        (_id("id", "Begriff"), Column("words", "Wörter", CellKind.TEXTS, required=True)),
        ("Begriff",),
    ),
    Sheet(
        "pairs",
        "Paare",
        (
            _id("offer", "Angebot"),
            _id("need", "Gesuch"),
            _choice("status", "Status", PairStatus, required=True),
            Column("exception", "Ausnahme", others=("Begründung", "Begründung der Ausnahme")),
        ),
        ("Paar",),
    ),
    Sheet(
        "scores",
        "Punkte",
        (_id("offer", "Angebot"), _id("need", "Gesuch"), Column("points", "Punkte", CellKind.POINTS, required=True)),
    ),
    Sheet(
        "earlier_agreements",
        "Frühere Vereinbarungen",
        (Column("keys", "Schlüssel", CellKind.TEXTS, ("Beide Schlüssel",), required=True),),
        ("Frühere Vereinbarung",),
    ),
)
SHEET_BY_KEY: Final = {sheet.key: sheet for sheet in SHEETS}
_SHEET_BY_NAME: Final = {fold(word): sheet for sheet in SHEETS for word in (sheet.key, sheet.name, *sheet.others)}
_OUR_OWN: Final = frozenset(("hilfe", "listen"))


def find_sheet(name: str) -> Sheet | None:
    """The list that a sheet or file name stands for."""
    return _SHEET_BY_NAME.get(fold(name))


def is_our_own(name: str) -> bool:
    """Is it a sheet of our template that holds no entries?"""
    return fold(name) in _OUR_OWN
