"""What the way in refuses, and what it hints at while somebody writes; English in `pages_join.po`."""

from collections.abc import Mapping
from typing import Final

JOIN_SENTENCES: Final[Mapping[str, str]] = {
    "way_in_closed": "Die Anmeldung ist zurzeit nicht offen. Bitte fragen Sie bei der Veranstalterin nach.",
    "hall_is_full": "Der Saal ist leider voll. Bitte fragen Sie bei der Veranstalterin nach.",
    "no_entry_sent": "Bitte tragen Sie mindestens ein Angebot oder ein Gesuch ein; ein Titel genügt für den Anfang.",
    "not_a_postcode": "„{found}“ ist keine Postleitzahl; gemeint sind fünf Ziffern wie 50733.",
    "not_a_website": "„{found}“ ist keine Adresse einer Internetseite; gemeint ist etwas wie www.beispiel.de.",
    "leave_empty": "Ein Feld, das leer bleiben soll, war ausgefüllt. Wir haben es geleert; bitte senden Sie noch einmal.",
    "hint_money": "„{words}“ klingt nach Geld. Auf dem Marktplatz geht es um Hände, Wissen, Sachen und Räume; "
    "was brauchen Sie genau?",
    "hint_gap": "An den Stellen mit „…“ fehlt noch etwas von Ihnen.",
    "hint_too_big": "Das ist viel auf einmal. Kleine Vorhaben finden leichter jemanden: Welcher Teil ginge an einem Tag?",
    "hint_too_vague": "Das ist noch nicht ganz klar. Was genau soll getan oder gegeben werden?",
    "hint_no_date": "Ein Zeitraum hilft sehr. Es genügt ein Monat.",
}
