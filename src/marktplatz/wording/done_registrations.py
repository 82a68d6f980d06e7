"""What is said after the organiser's deeds on registrations and files."""

from collections.abc import Mapping
from typing import Final

DONE_REGISTRATIONS: Final[Mapping[str, str]] = {
    "approved": "Freigegeben.",
    "returned": "Zurückgegeben. Die Mail dazu liegt im Postausgang; Sie können sie vor dem Verschicken ändern.",
    "returned_without_mail": "Zurückgegeben. Eine Mail-Adresse ist nicht bekannt: Bitte rufen Sie an.",
    "withdrawn": "Zurückgezogen. Es bleibt aufgehoben und lässt sich wieder aufnehmen.",
    "restored": "Wieder aufgenommen. Es wartet jetzt auf Freigabe.",
    "moved_up": "Nachgerückt. Unter „Mails“ liegt bereit, was ihnen das sagt.",
    "seen": "Vermerkt: Der Nachweis der Gemeinnützigkeit liegt vor.",
    "unseen": "Der Vermerk ist gelöscht.",
    "noted": "Die Notiz steht im Verlauf.",
    "changed_for": "Gespeichert. Im Verlauf steht, dass Sie es im Auftrag geändert haben.",
    "added_for": "Eingetragen. Im Verlauf steht, dass Sie es im Auftrag getan haben.",
    "entry_removed": "Der Eintrag ist gelöscht.",
    "bulk_done": "Erledigt, für alle zusammen.",
    "undone": "Rückgängig gemacht.",
    "merged": "Zusammengeführt. Alles, was an der anderen Anmeldung hing, gehört jetzt zu dieser.",
    "imported": "Eingelesen. Alles aus der Datei steht jetzt im Marktplatz.",
    "discarded": "Die hochgeladene Datei ist verworfen. Im Marktplatz hat sich nichts geändert.",
}
