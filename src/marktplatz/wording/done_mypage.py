"""What a participant's own page says after a deed, in German; English in `pages_mypage.po`."""

from collections.abc import Mapping
from typing import Final

OWN_PAGE_DONE: Final[Mapping[str, str]] = {
    "entry_saved": "Ihr Eintrag ist gespeichert.",
    "entry_saved_waits": "Ihr Eintrag ist gespeichert. Die Veranstalterin sieht ihn sich noch an.",
    "entry_withdrawn": "Der Eintrag ist zurückgezogen. Sie können ihn jederzeit zurückholen.",
    "entry_restored": "Der Eintrag ist wieder da.",
    "organisation_saved": "Die Angaben zu Ihrer Organisation sind gespeichert.",
    "organisation_withdrawn": "Ihre Teilnahme ist zurückgezogen. Schade! Sie können sich hier jederzeit wieder anmelden.",
    "organisation_restored": "Schön, dass Sie wieder dabei sind.",
    "organisation_waits": "Der Saal ist inzwischen voll; Sie stehen auf der Warteliste.",
    "coming": "Danke, wir rechnen mit Ihnen.",
    "cancelled": "Danke für die Absage. Ihr Platz ist frei für andere; Ihre Einträge bleiben gespeichert.",
    "wishes_saved": "Ihre Wünsche sind gespeichert.",
    "wish_removed": "Der Wunsch ist zurückgenommen.",
    "own_data_saved": "Ihre Angaben sind gespeichert.",
    "sent_mail_code": "An die neue Adresse ist ein Code unterwegs. Geben Sie ihn unten ein; bis dahin gilt die alte Adresse.",
    "mail_changed": "Die neue Adresse gilt. Alle früheren Links sind ungültig, auf anderen Geräten sind Sie abgemeldet.",
    "own_consent_given": "Danke, Ihre Zustimmung ist gespeichert.",
    "own_consent_withdrawn": "Ihre Zustimmung ist zurückgenommen.",
    "own_links_revoked": "Alle Links sind ungültig und Sie sind überall abgemeldet. Einen neuen Link bekommen Sie hier.",
    "erased": "Ihre Daten sind gelöscht. Alles Gute!",
}
