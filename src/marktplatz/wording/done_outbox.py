"""What is said after deeds with mails and persons."""

from collections.abc import Mapping
from typing import Final

OUTBOX_DONE: Final[Mapping[str, str]] = {
    "mails_written": "Die Mails liegen bereit. Noch ist nichts verschickt.",
    "mails_released": "Die Mails gehen jetzt hinaus.",
    "mail_released": "Die Mail geht jetzt hinaus.",
    "mail_discarded": "Die Mail ist verworfen.",
    "bounce_noted": "Vermerkt: Die Mail kam zurück.",
    "mail_text_dropped": "Es gilt wieder der mitgelieferte Text.",
    "links_revoked": "Die Links dieser Person gelten nicht mehr.",
    "consent_given": "Die Zustimmung ist eingetragen.",
    "consent_withdrawn": "Die Zustimmung ist zurückgenommen.",
    "person_erased": "Die Person ist gelöscht; nirgends wird sie mehr genannt.",
}
