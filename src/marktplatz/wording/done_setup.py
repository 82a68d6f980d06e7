"""What is said after a deed of setting a market up, by the word that the address carries."""

from collections.abc import Mapping
from typing import Final

DONE_SETUP: Final[Mapping[str, str]] = {
    "market_added": "Der Marktplatz ist angelegt, als Entwurf: Außer Ihnen und dem Team sieht ihn noch niemand.",
    "market_copied": "Der Marktplatz ist nach dem alten angelegt, ohne Personen, Organisationen und Einträge.",
    "rules_saved": "Die Regeln sind gespeichert.",
    "market_ready": "Der Marktplatz ist eingerichtet. Was noch fehlt, steht hier.",
    "text_saved": "Ihr Text ist gespeichert und steht jetzt auf der Seite.",
    "text_reset": "Auf der Seite steht wieder der Standardtext.",
    "phase_collecting": "Die Seite ist offen. Jetzt können sich alle anmelden.",
    "phase_matching": "Die Anmeldung ist geschlossen. Jetzt wird zugeordnet.",
    "phase_day": "Der Markttag läuft.",
    "phase_follow_up": "Der Markttag ist vorbei. Jetzt wird nachgefasst.",
    "phase_closed": "Der Marktplatz ist abgeschlossen. Die Links der Teilnehmenden gelten nicht mehr.",
    "phase_draft": "Der Marktplatz ist wieder ein Entwurf. Die Seite sieht nur noch das Team.",
    "member_added": "Die Rolle ist vergeben.",
    "member_invited": "Der Zugang ist angelegt, eine Mail mit einem Link ist unterwegs.",
    "member_invited_without_mail": "Der Zugang ist angelegt. Mails verschickt diese Installation nicht: "
    "Bitte machen Sie unten einen Link und geben ihn weiter.",
    "role_taken": "Die Rolle ist zurückgenommen.",
}
