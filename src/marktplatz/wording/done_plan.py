"""What is said after deeds with runs, plans and timetables."""

from collections.abc import Mapping
from typing import Final

PLAN_DONE: Final[Mapping[str, str]] = {
    "run_started": "Der Lauf ist angefordert. Das Ergebnis steht gleich in der Liste.",
    "run_cancelled": "Der Lauf ist angehalten.",
    "run_published": "Der Plan ist veröffentlicht. Die Teilnehmenden sehen ihn jetzt auf ihrer Seite.",
    "run_published_mails": "Der Plan ist veröffentlicht. Die Mails liegen im Postausgang bereit; verschickt ist noch nichts.",
    "proposals_mailed": "Die Mails liegen im Postausgang bereit; verschickt ist noch nichts.",
    "run_withdrawn": "Der Plan ist zurückgezogen. Außer Ihrem Team sieht ihn niemand mehr.",
    "timetable_made": "Der Ablauf ist geplant. Veröffentlicht ist er noch nicht.",
    "timetable_published": "Der Ablauf ist veröffentlicht. Die Teilnehmenden sehen ihn jetzt auf ihrer Seite.",
    "talk_move": "Das Gespräch ist verlegt.",
    "talk_swap": "Die beiden Gespräche haben die Plätze getauscht.",
    "talk_remove": "Das Gespräch ist aus dem Ablauf genommen.",
    "talk_add": "Das Gespräch ist im Ablauf.",
    "talk_undo": "Die letzte Änderung von Hand ist zurückgenommen.",
    "timetable_withdrawn": "Der Ablauf ist zurückgezogen.",
}
