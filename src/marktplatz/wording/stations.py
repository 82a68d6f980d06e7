"""What stations are called that nobody named, in German; English in `day_doors.po`."""

from collections.abc import Mapping
from typing import Final

from marktplatz.vocabulary import Role

PAPER: Final = "paper"
STATION_NAMES: Final[Mapping[str, str]] = {
    Role.HELPER: "Einlass",
    Role.BROKER: "Vermitteln",
    Role.NOTARY: "Notariat",
    Role.MODERATOR: "Moderation",
    Role.SCREEN: "Leinwand",
    PAPER: "Papierblock",
}
