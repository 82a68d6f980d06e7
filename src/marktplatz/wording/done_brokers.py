"""What agreements and the brokers' console say after a deed, in German; English in `day_brokers.po`."""

from collections.abc import Mapping
from typing import Final

BROKERS_DONE: Final[Mapping[str, str]] = {
    "agreement_kept": "Der Entwurf ist gespeichert. Beim Notariat ist er noch nicht.",
    "agreement_submitted": "Die Vereinbarung liegt beim Notariat.",
    "brought_together": "Beide sehen es jetzt auf ihrer Seite. Gehen Sie am besten mit.",
    "refusal_noted": "Die Absage ist notiert. Diese beiden werden einander nicht mehr vorgeschlagen.",
    "help_called": "Ihr Hilferuf steht jetzt bei allen Makler:innen und bei der Veranstalterin.",
    "note_kept": "Die Notiz ist gespeichert.",
    "note_done": "Erledigt.",
}
