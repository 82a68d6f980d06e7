"""What is said after deeds at the notaries' desk."""

from collections.abc import Mapping
from typing import Final

NOTARY_DONE: Final[Mapping[str, str]] = {
    "agreement_certified": "Beglaubigt. Bitte die Kopien drucken und unterschreiben lassen.",
    "agreement_was_certified": "Diese Vereinbarung ist schon beglaubigt; hier ist ihre Nummer.",
    "agreement_put_back": "Die Vereinbarung liegt wieder im Stapel.",
    "agreement_sent_back": "Zurückgegeben. Die Beteiligten sehen den Grund auf ihrer Seite.",
    "agreement_replaced": "Die alte Vereinbarung gilt nicht mehr. Hier ist der neue Entwurf mit demselben Inhalt.",
    "limit_raised": "Angehoben, mit Ihrer Begründung.",
    "desk_is_empty": "Gerade wartet nichts, was nicht schon jemand in der Hand hat.",
}
