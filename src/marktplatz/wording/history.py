"""What the history of a registration says, in German; English in `pages_registrations.po`."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final

from marktplatz.vocabulary import Attendance, ImpactField, OrganisationKind, Standing
from marktplatz.wording import translate
from marktplatz.wording.dates import day_text
from marktplatz.wording.pages import word

ACTIONS: Final[Mapping[str, str]] = {
    "add_organisation": "Angelegt",
    "change_organisation": "Angaben geändert",
    "change_particulars": "Weitere Angaben geändert",
    "add_offer": "Angebot eingetragen",
    "change_offer": "Angebot geändert",
    "remove_offer": "Angebot gelöscht",
    "add_need": "Gesuch eingetragen",
    "change_need": "Gesuch geändert",
    "remove_need": "Gesuch gelöscht",
    "approve": "Freigegeben",
    "move_up": "Von der Warteliste nachgerückt",
    "return": "Mit einer Begründung zurückgegeben",
    "withdraw": "Zurückgezogen",
    "restore": "Wieder aufgenommen",
    "set_category": "Bereich gesetzt",
    "undo": "Rückgängig gemacht",
    "raise_limit": "Obergrenze angehoben",
    "let_wait": "Eingelesen, wartet auf Freigabe",
    "note_nonprofit": "Nachweis der Gemeinnützigkeit vermerkt",
    "add_note": "Notiz",
    "merge_organisation": "Mit einer zweiten Anmeldung zusammengeführt",
    "merged_into": "In diese Anmeldung übernommen",
}
LABELS: Final[Mapping[str, str]] = {
    "id": "Kennung",
    "kind": "Art",
    "name": "Name",
    "key": "Schlüssel für mehrere Jahre",
    "owner": "Eigentümer",
    "postcode": "Postleitzahl",
    "country": "Land",
    "max_agreements": "Höchstzahl der Vereinbarungen",
    "competitors": "Wettbewerbsgruppe",
    "values": "Werte",
    "excludes": "Ausgeschlossene Werte",
    "representatives": "Personen für Gespräche",
    "absent_rounds": "Fehlt in Runden",
    "table": "Fester Tisch",
    "contact": "Ansprechperson",
    "contact.name": "Name der Ansprechperson",
    "contact.email": "E-Mail der Ansprechperson",
    "contact.phone": "Telefon der Ansprechperson",
    "about": "Über die Organisation",
    "website": "Internetadresse",
    "assistance": "Was zum Mitmachen gebraucht wird",
    "attendance": "Kommen zum Markttag",
    "attending": "Zahl der Personen am Markttag",
    "standing": "Stand",
    "return_reason": "Begründung",
    "nonprofit_seen": "Nachweis gesehen",
    "merged": "Zusammengeführt mit",
    "into": "Übernommen in",
    "entries": "Übernommene Einträge",
    "title": "Titel",
    "text": "Beschreibung",
    "category": "Bereich",
    "impact_fields": "Wirkungsfelder",
    "people": "Zahl der Personen",
    "hours": "Stunden je Person",
    "quantity": "Menge",
    "from": "Frühester Tag",
    "to": "Spätester Tag",
    "remote": "Geht auch aus der Ferne",
    "capacity": "Wie oft möglich",
}
YES, NO, NOTHING = "ja", "nein", "nichts"
BY_ITSELF: Final = "Das Programm"
SOMEBODY: Final = "Jemand, dessen Daten gelöscht sind"
_VOCABULARY: Final[Mapping[str, type[StrEnum]]] = {
    "kind": OrganisationKind,
    "standing": Standing,
    "attendance": Attendance,
    "impact_fields": ImpactField,
}


def action_text(action: str, language: str = "de") -> str:
    """What was done; a deed without a word of its own as the audit calls it."""
    return translate(ACTIONS[action], language) if action in ACTIONS else action.replace("_", " ")


def label(key: str, language: str = "de") -> str:
    return translate(LABELS[key], language) if key in LABELS else key


def who_text(name: str, kind: str, language: str = "de") -> str:
    if name:
        return name
    return translate(BY_ITSELF if kind == "system" else SOMEBODY, language)


def value_text(key: str, value: Any, language: str = "de") -> str:
    """A value of the audit or of a record, as people read it."""
    if isinstance(value, bool):
        return translate(YES if value else NO, language)
    if value is None or value in ("", [], ()):
        return translate(NOTHING, language)
    if isinstance(value, list | tuple):
        return "; ".join(value_text(key, each, language) for each in value)
    if key in _VOCABULARY and str(value) in set(_VOCABULARY[key]):
        return word(_VOCABULARY[key](str(value)), language)
    if isinstance(value, date):
        return day_text(value, language, "long")
    if key in ("from", "to") and isinstance(value, str):
        return day_text(date.fromisoformat(value), language, "long")
    if isinstance(value, float):
        return f"{value:g}".replace(".", "," if language == "de" else ".")
    return str(value)
