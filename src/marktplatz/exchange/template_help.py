"""The German texts of the template: hints for each column, example rows, the help sheet."""

from datetime import date
from typing import Any, Final

HINTS: Final = {
    "name": "Der Name, wie er auf Listen und Schildern stehen soll.",
    "date": "Der Tag des Marktplatzes, zum Beispiel 11.03.2027.",
    "postcode": "Postleitzahl. Leer heißt: unbekannt, das schließt nichts aus.",
    "country": "Zwei Buchstaben, zum Beispiel DE oder AT. Leer heißt: wie der Marktplatz.",
    "reciprocity": "Soll, wer etwas bekommt, auch etwas zurückgeben? keine, gewünscht oder erforderlich.",
    "within_kind": "Dürfen zwei Organisationen derselben Art ein Paar sein? keine, gemeinnützige (nur diese) oder alle.",
    "max_agreements": "In wie vielen Paaren eine Organisation höchstens sein darf, Geben und Nehmen zusammen. "
    "Leer heißt: wie beim Marktplatz; steht auch dort nichts, gibt es keine Grenze. 0 heißt: in keinem.",
    "max_pairs_between": "In wie vielen Paaren dieselben zwei Organisationen höchstens sein dürfen. "
    "Leer heißt: 1. „unbegrenzt“ heißt: ohne Grenze.",
    "max_distance_km": "Wie weit zwei Orte höchstens auseinander liegen dürfen, in Kilometern. Leer heißt: ohne Grenze.",
    "break_rounds": "Nummern der Runden, in denen alle Pause haben, mit Semikolon getrennt, zum Beispiel 4; 8.",
    "code": "Ein kurzes Kürzel, das Sie selbst wählen. Jedes nur einmal.",
    "label": "Der Name des Bereichs, wie er auf den Listen steht.",
    "kind": "Bitte wählen Sie einen Wert aus der Liste.",
    "id": "Eine Kennung, die Sie selbst wählen, zum Beispiel U1 oder A12. Jede Kennung nur einmal in der ganzen Datei.",
    "key": "Eine Kennung, die dieselbe Organisation auf jedem Ihrer Marktplätze hat. Darf leer bleiben.",
    "owner": "Gehören zwei Organisationen demselben Träger, tragen Sie bei beiden dasselbe Wort ein: Sie werden kein Paar.",
    "competitors": "Organisationen, bei denen hier dasselbe Wort steht, werden kein Paar.",
    "values": "Merkmale, auf die andere achten können, mit Semikolon getrennt, zum Beispiel Alkohol; Glücksspiel.",
    "excludes": "Merkmale, die ein Partner nicht haben soll, mit Semikolon getrennt.",
    "representatives": "Mit wie vielen Personen die Organisation Gespräche führt. Leer heißt: 1.",
    "absent_rounds": "Nummern der Runden, in denen niemand da ist, mit Semikolon getrennt, zum Beispiel 1; 2.",
    "table": "Nummer des Tisches, wenn die Organisation einen festen Platz hat. Sonst leer.",
    "contact.name": "Vor- und Nachname der Ansprechperson. Nur für Sie und später für die Partner.",
    "contact.email": "E-Mail-Adresse der Ansprechperson.",
    "contact.phone": "Telefonnummer der Ansprechperson.",
    "organisation": "Die Kennung (Id) der Organisation vom Blatt Organisationen.",
    "title": "Was geboten oder gesucht wird, in wenigen Worten, zum Beispiel: Vier Leute streichen einen Raum.",
    "text": "Einzelheiten in ein bis drei Sätzen. Bitte kein Geld: Spenden und Sponsoring gehören nicht auf den Marktplatz.",
    "category": "Die Bezeichnung oder das Kürzel eines Bereichs vom Blatt Bereiche. Leer heißt: Querbeet, passt zu allem.",
    "impact_fields": "Bildung, Integration, Nachbarschaft, Kultur oder Sonstiges; mehrere mit Semikolon getrennt.",
    "people": "Wie viele Personen, als ganze Zahl. Leer heißt: unbekannt, das schließt nichts aus.",
    "hours": "Wie viele Stunden jede Person, zum Beispiel 6 oder 1,5.",
    "quantity": "Wie viele Dinge, zum Beispiel 20 Stühle: 20.",
    "from": "Der erste mögliche Tag, zum Beispiel 01.04.2027. Leer heißt: offen.",
    "to": "Der letzte mögliche Tag, zum Beispiel 31.05.2027. Leer heißt: offen.",
    "remote": "ja, wenn es nicht auf den Ort ankommt, zum Beispiel per Telefon oder Video.",
    "capacity": "In wie vielen Paaren dieser Eintrag sein darf. Leer heißt: 1. 0 heißt: in keinem.",
    "target": "Die Kennung einer Organisation, eines Angebots oder eines Gesuchs.",
    "level": "unbedingt und gern geben Punkte; nein danke schließt ein Paar aus.",
    "offer": "Die Kennung (Id) eines Angebots.",
    "need": "Die Kennung (Id) eines Gesuchs.",
    "neighbours": "Kürzel anderer Bereiche, deren Einträge hierzu ebenfalls passen, mit Semikolon getrennt. Darf leer bleiben.",
    "history": "Sollen Organisationen, die schon einmal Partner waren, wieder zusammenkommen? egal, bevorzugen oder vermeiden.",
    "words": "Wörter, die bei Ihnen dasselbe bedeuten, mit Semikolon getrennt, zum Beispiel Repair-Café; Reparaturtreff.",
    "status": "fest: dieses Paar soll auf jeden Fall zustande kommen. ausgeschlossen: auf keinen Fall.",
    "exception": "Nur bei „fest“, und nur wo Bereich, Zeitraum oder Entfernung nicht passen: warum es trotzdem gehen soll.",
}

READY_ROWS: Final[dict[str, tuple[dict[str, Any], ...]]] = {
    "market": (
        {
            "name": "Marktplatz Gute Geschäfte",
            "country": "DE",
            "reciprocity": "gewünscht",
            "within_kind": "gemeinnützige",
            "max_pairs_between": 1,
        },
    ),
    "categories": (
        {"code": "haende", "label": "Helfende Hände", "kind": "Helfende Hände"},
        {"code": "wissen", "label": "Know-how", "kind": "Know-how"},
        {"code": "sachen", "label": "Sachspenden", "kind": "Sachspenden"},
        {"code": "raeume", "label": "Räume und Logistik", "kind": "Räume und Logistik"},
        {"code": "programm", "label": "Programm", "kind": "Programm"},
        {"code": "zugaenge", "label": "Zugänge und Kontakte", "kind": "Zugänge"},
        {"code": "querbeet", "label": "Querbeet", "kind": "Querbeet"},
    ),
}
"""Rows that hold as they are; whoever wants others changes them."""

EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "organisations": {
        "id": "BEISPIEL-U1",
        "kind": "Unternehmen",
        "name": "Beispielbank (diese Zeile wird nicht gelesen)",
        "postcode": "50668",
        "country": "DE",
        "max_agreements": 3,
        "representatives": 2,
        "contact.name": "Erika Beispiel",
        "contact.email": "erika@beispiel.example",
    },
    "offers": {
        "id": "BEISPIEL-A1",
        "organisation": "BEISPIEL-U1",
        "title": "Zehn Leute packen einen Tag lang an (diese Zeile wird nicht gelesen)",
        "text": "Streichen, räumen, im Garten arbeiten.",
        "category": "Helfende Hände",
        "impact_fields": "Bildung; Nachbarschaft",
        "people": 10,
        "hours": 6,
        "from": date(2027, 4, 1),
        "to": date(2027, 5, 31),
        "postcode": "50668",
        "remote": "nein",
        "capacity": 1,
    },
    "needs": {
        "id": "BEISPIEL-G1",
        "organisation": "BEISPIEL-N1",
        "title": "Wände im Jugendclub streichen (diese Zeile wird nicht gelesen)",
        "category": "Helfende Hände",
        "people": 3,
        "hours": 6,
        "to": date(2027, 6, 30),
    },
    "wishes": {"organisation": "BEISPIEL-N1", "target": "BEISPIEL-U1", "level": "gern"},
    "concepts": {"id": "BEISPIEL-B1", "words": "Repair-Café; Reparaturtreff; Flickstube"},
    "pairs": {"offer": "BEISPIEL-A1", "need": "BEISPIEL-G1", "status": "fest"},
}
"""One grey row a list; the reader knows them by their ids."""

HELP: Final = (
    ("Worum es geht", "In diese Datei tragen Sie ein, wer zum Marktplatz kommt, was geboten und was gesucht wird."),
    (
        "So gehen Sie vor",
        (
            "1. Blatt Marktplatz: die eine Zeile anpassen. 2. Blatt Bereiche: prüfen, ob die Bereiche für Sie passen. "
            "3. Organisationen eintragen. 4. Angebote und Gesuche eintragen; beide Seiten dürfen beides haben. "
            "5. Wer mag: Wünsche und Paare."
        ),
    ),
    (
        "Was nötig ist",
        (
            "Spalten mit dunklerer Überschrift sind nötig, alle anderen dürfen leer bleiben. "
            "Was Sie nicht wissen, lassen Sie leer: Unbekanntes schließt nie etwas aus."
        ),
    ),
    ("Graue Zeilen", "Zeilen, deren Id mit BEISPIEL beginnt, zeigen nur, wie es gemeint ist. Sie werden nicht gelesen."),
    (
        "Schreibweisen",
        (
            "Tage als 01.04.2027 oder 2027-04-01; Zahlen als 6 oder 1,5; mehrere Werte in einer Zelle mit Semikolon getrennt. "
            "Bitte keine Formeln: fügen Sie Werte ein."
        ),
    ),
    (
        "Eigene Spalten und Blätter",
        (
            "Sie dürfen Spalten umstellen und eigene Spalten und Blätter hinzufügen; diese werden nicht gelesen. "
            "Bitte benennen Sie die vorhandenen nicht um."
        ),
    ),
    ("Kein Geld", "Geld, Spenden und Sponsoring gehören nicht auf den Marktplatz. Dinge, Gutscheine und Karten schon."),
    ("Datei prüfen", "marktplatz check DATEI.xlsx nennt jeden Fehler mit Blatt, Zeile und Spalte und ändert nichts."),
    ("Vorschläge berechnen", "marktplatz match DATEI.xlsx zeigt die besten Paare mit ihren Gründen. Es wird nichts verschickt."),
)
