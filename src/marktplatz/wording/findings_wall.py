"""Sentences for what the clock and the end of the evening find."""

from collections.abc import Mapping
from typing import Final

WALL_SENTENCES: Final[Mapping[str, str]] = {
    "clock_changed": "Jemand war schneller: Die Uhr steht inzwischen anders. Bitte sehen Sie nach, was jetzt zu tun ist.",
    "market_is_open": "Der Markt ist schon eröffnet.",
    "market_not_open": "Der Markt ist noch nicht eröffnet.",
    "market_is_closed": "Der Markt ist schon geschlossen.",
    "market_is_not_closed": "Der Markt ist nicht geschlossen.",
    "market_without_rounds": "Dieser Marktplatz hat keine Runden, sondern freies Handeln.",
    "rounds_are_over": "Alle Runden sind vorbei.",
    "round_is_running": "Eine Runde läuft noch. Bitte beenden Sie sie zuerst.",
    "no_round_is_running": "Gerade läuft keine Runde.",
    "round_minutes_open": "In den Einstellungen steht noch nicht, wie viele Minuten eine Runde dauert.",
    "trading_is_free": "Es wird schon frei gehandelt.",
    "clock_is_not_running": "Die Uhr läuft gerade nicht.",
    "figures_are_frozen": "Die Schlusszahlen stehen schon fest.",
    "figures_not_frozen": "Bitte halten Sie zuerst die Schlusszahlen fest: Die Mail nennt sie.",
    "no_figures_yet": "Schlusszahlen gibt es hier noch nicht.",
    "clock_is_not_paused": "Die Uhr ist nicht angehalten.",
}
