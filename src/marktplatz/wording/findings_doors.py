"""Sentences for what the doors find: stations, check-ins at several desks, walk-ins, those who did not come."""

from collections.abc import Mapping
from typing import Final

DOOR_SENTENCES: Final[Mapping[str, str]] = {
    "unknown_station": "Eine Station „{id}“ gibt es hier nicht.",
    "not_a_station_role": "Diese Rolle hat keine Station. Möglich sind Einlass, Vermitteln, Notariat, Moderation und Leinwand.",
    "too_many_stations": "Mehr als {limit} Stationen hat ein Marktplatz nicht.",
    "noted_meanwhile": "Inzwischen wurde an einem anderen Platz etwas festgehalten. Unten steht, wie es jetzt ist.",
    "people_at_door": "Gezählt werden 0 bis {limit} Personen. Bitte prüfen Sie die Zahl.",
    "count_has_changed": "Inzwischen sind es {count}. Bitte sehen Sie noch einmal hin.",
    "no_station_chosen": "Bitte wählen Sie mindestens eine Station aus.",
    "stations_at_once": "Auf einmal entstehen 1 bis {limit} Stationen. Bitte geben Sie eine Zahl an.",
    "paper_has_no_link": "Ein Papierblock hat Nummern, aber keinen Link und immer die Rolle des Notariats.",
}
