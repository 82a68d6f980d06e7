"""What stations and the doors say after a deed, in German; English in `day_doors.po`."""

from collections.abc import Mapping
from typing import Final

DONE_DOORS: Final[Mapping[str, str]] = {
    "station_open": "Dieses Gerät ist jetzt eine Station. Sie können gleich anfangen.",
    "station_saved": "Die Station ist gespeichert. Das gilt ab sofort.",
    "station_revoked": "Die Station ist zurückgenommen. Ihr Link gilt nicht mehr.",
    "paper_made": "Der Papierblock hat seine Nummern.",
}
