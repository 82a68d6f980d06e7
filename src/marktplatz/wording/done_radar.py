"""What is said after deeds on the radar's lists."""

from collections.abc import Mapping
from typing import Final

RADAR_DONE: Final[Mapping[str, str]] = {
    "call_reached": "Vermerkt: erreicht.",
    "call_again": "Vermerkt: noch einmal versuchen.",
    "call_mail_written": "Die Mail liegt bereit. Noch ist nichts verschickt.",
    "details_asked": "Die Mail mit der Bitte um Ergänzung liegt bereit. Noch ist nichts verschickt.",
}
