"""The words of the folder for the hall, in German; English in `day_folder.po`."""

from collections.abc import Mapping
from typing import Final

from marktplatz.vocabulary import OrganisationKind
from marktplatz.wording import translate

SIDES: Final[Mapping[str, str]] = {OrganisationKind.COMPANY: "Unternehmen", OrganisationKind.NONPROFIT: "Gemeinnützig", "": "Gast"}
FILES: Final[Mapping[str, tuple[str, str]]] = {
    "cover": ("00-zuerst-lesen", "Was in dieser Mappe liegt und was zu tun ist, wenn der Strom ausfällt"),
    "door": ("01-einlass", "Für den Einlass: abhaken, wer da ist"),
    "badges": ("02-namensschilder", "Auf Etiketten drucken, am Einlass ausgeben"),
    "sheets": ("03-laufzettel", "Für jede Organisation einen, am Einlass ausgeben"),
    "signs": ("04-tischschilder", "In der Mitte falten und aufstellen"),
    "rounds": ("05-rundenplan", "Für Moderation und Makler:innen: wer wann wo sitzt"),
    "wanted": ("06-gesuche-und-angebote", "Zum Aushängen: wer was sucht und anbietet"),
    "forms": ("07-vereinbarungen", "Blanko, nummeriert, je drei Ausfertigungen; an den Tischen auslegen"),
    "checklist": ("08-notariat", "Für jeden Notariatstisch einmal: die fünf Punkte"),
    "contacts": ("09-kontakte-vertraulich", "Nur für die Veranstalterin; danach vernichten"),
    "tables": ("10-tabellen", "Dieselben Listen für ein Tabellenprogramm; mit Kontakten, also vertraulich"),
}
WORDS: Final[Mapping[str, str]] = {
    "folder": "Hallenmappe",
    "page": "Seite",
    "of": "von",
    "round": "Runde",
    "table": "Tisch",
    "tables": "Tische",
    "organisation": "Organisation",
    "with": "Mit wem",
    "talk_about": "Worüber Sie reden können",
    "notes": "Notizen",
    "when_where": "Wann und wo",
    "name_line": "Name",
    "organisation_line": "Organisation",
    "badge_qr": "QR-Code für den Einlass",
    "badges": "Namensschilder",
    "sheets": "Laufzettel",
    "signs": "Tischschilder",
    "rounds": "Rundenplan",
    "by_organisation": "Nach Organisationen",
    "by_round": "Nach Runden",
    "table_numbers": "Die Zahl ist der Tisch.",
    "wanted": "Wer sucht, wer bietet an",
    "seeks": "Gesucht",
    "offers": "Angeboten",
    "nothing_yet": "Noch nichts. Vielleicht fällt Ihnen etwas ein?",
    "forms": "Blanko-Vereinbarungen",
    "agreement": "Engagementvereinbarung",
    "form_qr": "QR-Code zum Eintippen dieser Vereinbarung",
    "form_hint": "Alle drei Ausfertigungen ausfüllen und unterschreiben, dann zum Notariat.",
    "copy_first": "Ausfertigung für die erste Organisation",
    "copy_second": "Ausfertigung für die zweite Organisation",
    "copy_organiser": "Ausfertigung für die Veranstalterin: bitte einsammeln",
    "parties": "Wer sich einig ist",
    "first": "Erste Organisation",
    "second": "Zweite Organisation",
    "contact": "Ansprechperson",
    "reach": "Telefon, E-Mail",
    "service": "Was getan wird",
    "service_hint": "Die erste Organisation gibt, die zweite bekommt",
    "return": "Gegenleistung",
    "return_hint": "Die zweite Organisation gibt, die erste bekommt",
    "people": "Personen",
    "hours": "Stunden je Person",
    "quantity": "Stück",
    "value": "Wert in Euro, geschätzt",
    "terms": "Wie es weitergeht",
    "where": "Wo",
    "when": "Wann",
    "calls": "Wer meldet sich bei wem, bis wann",
    "fulfil_by": "Geschafft bis",
    "signatures": "Unterschriften",
    "no_money": "Es fließt kein Geld. Was vereinbart ist, ist begrenzt und machbar; beide Seiten stehen dafür ein.",
    "signed_first": "Datum, Unterschrift der ersten Organisation",
    "signed_second": "Datum, Unterschrift der zweiten Organisation",
    "signed_notary": "Notariat: Stempel, Unterschrift",
    "checklist": "Am Notariatstisch",
    "checklist_lead": "Erst prüfen, dann stempeln. Alle fünf Punkte müssen stimmen.",
    "five_points": "Die fünf Punkte",
    "send_back": "Fehlt etwas? Freundlich zurückgeben",
    "on_paper": "Ohne Strom",
    "paper_1": "Die Nummer steht schon auf dem Formular. Es kommt keine andere dazu.",
    "paper_2": "Stempeln und unterschreiben Sie alle drei Ausfertigungen.",
    "paper_3": "Zwei gehen mit den Beteiligten, die dritte bleibt hier im Kasten.",
    "paper_4": "Führen Sie eine Strichliste: Die Moderation fragt nach der Zahl.",
    "paper_5": "Nach dem Abend wird jede Vereinbarung unter ihrer Nummer eingetippt.",
    "tally": "Strichliste",
    "door": "Einlassliste",
    "here": "da",
    "how_many": "Personen",
    "place": "Tisch",
    "side": "Art",
    "walk_ins": "Wer ohne Anmeldung kommt",
    "contacts": "Kontaktliste",
    "confidential": "Vertraulich: nur für die Veranstalterin",
    "phone": "Telefon",
    "email": "E-Mail",
    "inside": "Was in dieser Mappe liegt",
    "schedule": "Der Ablauf",
    "power": "Wenn Strom oder Netz ausfallen",
    "power_1": "Ruhe bewahren: Alles, was der Abend braucht, liegt hier auf Papier.",
    "power_2": "Einlass: auf der Einlassliste abhaken und die Zahl der Personen dazuschreiben.",
    "power_3": "Runden: Die Moderation ruft sie nach dem Rundenplan aus, mit Glocke und Armbanduhr.",
    "power_4": "Vereinbarungen: die nummerierten Formulare ausfüllen, drei Ausfertigungen.",
    "power_5": "Notariat: nach der Liste mit den fünf Punkten prüfen, stempeln, eine Ausfertigung behalten.",
    "power_6": "Wenn alles wieder läuft: Den Code auf dem Formular fotografieren und abtippen. Die Nummer bleibt dieselbe.",
    "file": "Datei",
    "purpose": "Wofür",
    "organiser": "Fragen an",
}
FILE_NAME: Final = "hallenmappe"
STATE: Final = "Stand {when}"
ROUND: Final = "Runde {number}"
TABLE: Final = "Tisch {number}"
BREAK: Final = "Pause"
ABSENT: Final = "Nicht da, wie angemeldet"
OPEN_ROUND: Final = "Frei: Sehen Sie sich um, oder fragen Sie die Makler:innen"
GIVES: Final = "Sie geben „{offer}“ für „{need}“"
TAKES: Final = "Sie bekommen „{offer}“ für „{need}“"
SEEKS: Final = "Dort gesucht: „{need}“"
OFFERS: Final = "Dort angeboten: „{offer}“"
LEAD_ROUNDS: Final = "Ihre Runden an diesem Abend. Wenn Sie sich einig sind: Formular ausfüllen, dann zum Notariat."
LEAD_PROPOSALS: Final = "Wen Sie heute treffen sollten. Wenn Sie sich einig sind: Formular ausfüllen, dann zum Notariat."
LEAD_EMPTY: Final = "Sprechen Sie alle an, die Ihnen gefallen. Die Makler:innen helfen gern."
SUGGESTION: Final = "Vorschlag {number}"
ONE_MORE: Final = "Und wen noch?"
DESTROY_BY: Final = "Vernichten bis {day}"
DESTROY_AFTER: Final = "Vernichten {days} Tage nach dem Marktplatz"
BEGIN: Final = "Beginn"
END: Final = "Ende"
ROUNDS_OF: Final = "{rounds} Runden zu {minutes} Minuten"
ROUNDS_ONLY: Final = "{rounds} Runden"
FREE_TRADING: Final = "Freies Handeln"
PEOPLE: Final = "{count} Personen"
ONE_PERSON: Final = "eine Person"
NO_CATEGORY: Final = "Ohne Bereich"
LABEL_NAMES: Final[Mapping[str, str]] = {
    "90x54": "90 × 54 mm, 10 auf einem Blatt (Einsteckschilder)",
    "80x50": "80 × 50 mm, 10 auf einem Blatt (Etiketten für Kleidung)",
    "99x68": "99 × 68 mm, 8 auf einem Blatt (Etiketten)",
    "105x74": "105 × 74 mm, 8 auf einem Blatt (A7, ohne Rand)",
    "105x148": "105 × 148 mm, 4 auf einem Blatt (A6, zum Umhängen)",
}
COLUMNS: Final[Mapping[str, str]] = {
    "organisation": "Organisation",
    "side": "Art",
    "people": "Personen",
    "place": "Tisch",
    "round": "Runde",
    "table": "Tisch",
    "first": "Erste Organisation",
    "second": "Zweite Organisation",
    "category": "Bereich",
    "kind": "Gesuch oder Angebot",
    "title": "Was",
    "facts": "Näheres",
    "number": "Nummer",
    "name": "Ansprechperson",
    "phone": "Telefon",
    "email": "E-Mail",
    "need": "Gesuch",
    "offer": "Angebot",
}


def folder_words(language: str) -> dict[str, object]:
    """For the templates, with the sides' names."""
    words: dict[str, object] = {key: translate(said, language) for key, said in WORDS.items()}
    return words | {"sides": {key: translate(said, language) for key, said in SIDES.items()}}


def column_words(language: str) -> dict[str, str]:
    return {key: translate(said, language) for key, said in COLUMNS.items()}


def side_word(side: str, language: str) -> str:
    return translate(SIDES[side], language)


def file_words(name: str, language: str) -> tuple[str, str]:
    """What a file of the folder is called, and what it is for."""
    called, purpose = FILES[name]
    return translate(called, language), translate(purpose, language)
