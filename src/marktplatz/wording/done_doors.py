"""What stations and the doors say after a deed, in German; English in `day_doors.po`."""

from collections.abc import Mapping
from typing import Final

DONE_DOORS: Final[Mapping[str, str]] = {
    "station_open": "Dieses Gerät ist jetzt eine Station. Sie können gleich anfangen.",
    "station_saved": "Die Station ist gespeichert. Das gilt ab sofort.",
    "station_revoked": "Die Station ist zurückgenommen. Ihr Link gilt nicht mehr.",
    "walked_in": "Aufgenommen und eingelassen. Der nächste Schritt steht unten.",
    "no_shows_noted": "Festgehalten: Alle Übrigen sind nicht gekommen. Wer doch noch kommt, wird ganz normal eingelassen.",
    "here_noted": "Willkommen! Sie sind als anwesend eingetragen.",
    "left_noted": "Danke, dass Sie da waren. Kommen Sie gut nach Hause!",
    "paper_made": "Der Papierblock hat seine Nummern.",
}
