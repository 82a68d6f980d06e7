"""Sentences for runs, pairings made by hand and timetables."""

from collections.abc import Mapping
from typing import Final

RUN_SENTENCES: Final[Mapping[str, str]] = {
    # Runs.
    "unknown_run": "Einen Lauf „{id}“ gibt es auf diesem Marktplatz nicht.",
    "run_has_no_plan": "Der Lauf „{id}“ hat keinen Plan: Er ist noch nicht fertig oder ohne Ergebnis zu Ende gegangen.",
    "run_is_over": "Der Lauf „{id}“ ist schon zu Ende und lässt sich nicht mehr abbrechen.",
    "run_not_publishable": "Den Lauf „{id}“ kann man nicht veröffentlichen, weil er keine Paare vorschlägt.",
    "no_published_run": "Es ist kein Lauf veröffentlicht. Bitte nennen Sie den Lauf, um dessen Paare es geht.",
    "too_many_runs": "Es warten schon {limit} Läufe. Bitte warten Sie, bis sie fertig sind, oder brechen Sie welche ab.",
    "time_limit_too_long": "Länger als {limit} Sekunden rechnet dieser Dienst nicht.",
    # How a run failed.
    "run_crashed": "Die Berechnung ist abgestürzt. Gespeichert wurde nichts; bitte starten Sie sie noch einmal.",
    "run_out_of_memory": "Der Arbeitsspeicher hat für die Berechnung nicht gereicht. Bitte lassen Sie sie mit mehr Speicher zu "
    "(MARKTPLATZ_SOLVE_MEMORY_MB).",
    "run_too_slow": "Die Berechnung hat länger gedauert als erlaubt. Bitte geben Sie eine Zeitgrenze mit, nach der der beste "
    "gefundene Plan gilt, oder erlauben Sie mehr Zeit (MARKTPLATZ_SOLVE_TIME_LIMIT_S).",
    "run_broke": "Bei der Berechnung ist ein Fehler des Programms aufgetreten. Bitte melden Sie ihn.",
    "run_interrupted": "Der Dienst wurde während der Berechnung beendet. Bitte starten Sie sie noch einmal.",
    # Pairs and pairings.
    "unknown_pair": "Das Paar aus „{offer}“ und „{need}“ ist weder fest noch ausgeschlossen.",
    "unknown_pairing_here": "Das Paar aus „{offer}“ und „{need}“ gehört nicht zu diesem Lauf.",
    "pairing_known": "Das Paar aus „{offer}“ und „{need}“ gehört schon zu diesem Lauf.",
    "pairing_outdated": "Zum Paar aus „{offer}“ und „{need}“ gibt es einen der Einträge nicht mehr. Bitte nehmen Sie zuerst dieses "
    "Paar heraus.",
    "pair_not_scored": "Der Marktplatz ist so groß, dass das Paar aus „{offer}“ und „{need}“ nicht bewertet wurde. "
    "Bitte setzen Sie es fest.",
    "nothing_to_change": "Es ist weder ein neues Paar noch eines zum Herausnehmen genannt.",
    # The timetable.
    "no_timetable": "Es gibt noch keinen Ablauf.",
}
