"""What is said after deeds with the clock and at the end of the evening."""

from collections.abc import Mapping
from typing import Final

WALL_DONE: Final[Mapping[str, str]] = {
    "clock_open": "Der Markt ist eröffnet.",
    "clock_start_round": "Die Runde läuft.",
    "clock_end_round": "Die Runde ist beendet.",
    "clock_skip_round": "Die Runde ist ausgelassen.",
    "clock_pause": "Die Uhr ist angehalten.",
    "clock_resume": "Die Uhr läuft weiter.",
    "clock_add_minute": "Eine Minute mehr.",
    "clock_free": "Das freie Handeln hat begonnen.",
    "clock_close": "Der Markt ist geschlossen.",
    "clock_reopen": "Der Markt ist wieder offen.",
    "goal_set": "Das Ziel ist gesetzt.",
    "figures_frozen": "Die Schlusszahlen stehen fest.",
    "thanks_written": "Die Dankmails liegen im Postausgang bereit. Noch ist nichts verschickt.",
}
