"""What setting a market up refuses, in German; English in `pages_setup.po`."""

from collections.abc import Mapping
from typing import Final

SETUP_SENTENCES: Final[Mapping[str, str]] = {
    "not_a_day": "„{found}“ ist kein Tag, den es gibt. Bitte schreiben Sie ihn wie 11.3.2027.",
    "not_a_time": "„{found}“ ist keine Uhrzeit. Bitte schreiben Sie sie wie 18:00 oder 18 Uhr.",
    "deadline_after_market": "Der letzte Tag für Anmeldungen liegt nach dem Markttag. Bitte wählen Sie einen früheren.",
    "no_category_left": "Es braucht mindestens einen Bereich. Bitte geben Sie einem von ihnen einen Namen.",
    "label_twice": "Den Bereich „{label}“ gibt es schon. Bitte geben Sie jedem Bereich einen anderen Namen.",
    "category_has_entries": "Der Bereich „{label}“ wird noch von Angeboten oder Gesuchen benutzt und kann nicht wegfallen. "
    "Sie können ihn umbenennen.",
    "rounds_without_numbers": "Für Gespräche in Runden braucht es die Zahl der Runden und die Minuten je Runde.",
    "phase_changed": "Der Marktplatz ist inzwischen in einem anderen Abschnitt: {phase}. "
    "Bitte sehen Sie nach, ob noch etwas zu tun ist.",
    "link_not_to_be_handed_over": "Diese Person kann sich selbst anmelden. "
    "Einen Link zum Weitergeben gibt es nur für neue Zugänge.",
}
