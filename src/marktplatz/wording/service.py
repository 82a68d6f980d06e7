"""What the commands that run the service say."""

from collections.abc import Mapping
from typing import Final

FIRST_STEP: Final = "Diese Installation ist noch leer. Öffnen Sie zum Einrichten diese Adresse:"
DEMO_PAGE: Final = "Die Seite dieses Marktplatzes, wie alle sie sehen:"
DEMO_ORGANISE: Final = "Und als Veranstalter:in, mit einem Link, der 15 Minuten und einmal gilt:"
DEMO_END: Final = "Alles liegt in einem vorläufigen Ordner. Strg+C beendet die Vorführung und löscht ihn."
DEMO_ORGANISER: Final = "Freiwilligenagentur Lindbrück"
DEMO_VENUE: Final = "Rathaus, Großer Saal"
TAKEN_OVER: Final = "Übernommen: {path}. Die bisherige Datenbank dieses Laptops, falls es eine gab, liegt daneben."
HALL_HERE: Final = "So kommen alle Geräte im selben WLAN hierher:"
HALL_CLEAN: Final = "Geprüft: {files} Dateien der Seiten; keine lädt etwas von anderswo. Internet wird nicht gebraucht."
HALL_COPY: Final = "Zweite Kopie der Daten, nach jeder Änderung: {path}"
HALL_NO_COPY: Final = "Es gibt keine zweite Kopie. Mit --copy ORDNER entsteht eine, etwa auf einem USB-Stick."
HALL_MOVED: Final = (
    "Achtung: Die Kopie wurde unter {before} geschrieben. Stellen Sie diesen Laptop auf dieselbe Adresse, dann arbeiten alle "
    "Geräte ohne Neuanmeldung weiter; sonst öffnen Sie auf jedem Gerät die neue Adresse."
)
HALL_HELP: Final = (
    "Was tun, wenn …",
    "… ein Gerät die Seite nicht findet: Ist es im selben WLAN? Adresse abtippen, genau so, mit http:// davor.",
    "… das WLAN ausfällt: weiterarbeiten, Seiten offen lassen. Was wartet, steht auf der Seite und wird dann von selbst gesendet.",
    "… der Strom ausfällt: auf Papier weiter. Laptop wieder an, denselben Befehl noch einmal; nichts ist verloren.",
    "… dieser Laptop ausfällt: Stick in den Ersatz-Laptop, dort: marktplatz serve --hall --copy ORDNER --take-over",
    "… der Stick voll ist oder fehlt: Es geht ohne ihn weiter. Anderen Stick nehmen und mit --copy neu starten.",
)
DAY_WALL: Final = "Leinwand"
DAY_LINK: Final = "Die Leinwand des Abends, der gleich beginnt; dieser Link gilt nur für sie:"
DAY_FAILED: Final = "Die Vorführung ist stecken geblieben:"
DAY_SAID: Final[Mapping[str, str]] = {
    "ready": "Zwei Tage vorher: gerechnet und veröffentlicht, {proposals} Vorschläge. Jetzt beginnt der Abend.",
    "came": "Einlass: {came} Organisationen sind da, zwei davon unangemeldet; {missing} fehlen und werden ersetzt.",
    "round": "Gong: Runde {round}.",
    "free": "Freies Handeln; bisher {certified} beglaubigte Vereinbarungen.",
    "certified": "{certified} Vereinbarungen beglaubigt.",
    "total": "Schlussgong: {agreements} Vereinbarungen von {organisations} Organisationen. Die Seiten bleiben offen.",
}
