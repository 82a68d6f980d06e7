"""What the organiser's work on registrations refuses, in German; English in `pages_registrations.po`."""

from collections.abc import Mapping
from typing import Final

REGISTRATION_SENTENCES: Final[Mapping[str, str]] = {
    "reason_missing": "Bitte schreiben Sie, was fehlt: Die Begründung steht in der Mail.",
    "withdrawn_with_agreements": "Es gibt schon eine Vereinbarung dazu. Bitte lösen Sie erst die Vereinbarung auf.",
    "not_a_nonprofit": "Einen Nachweis der Gemeinnützigkeit gibt es nur bei gemeinnützigen Organisationen.",
    "not_a_web_address": "Eine Internetadresse beginnt mit „https://“ oder „http://“.",
    "edited_meanwhile": "Jemand anders hat in der Zwischenzeit gespeichert. Unten stehen beide Fassungen nebeneinander: "
    "Wenn Sie noch einmal speichern, gilt Ihre.",
    "bulk_changed": "In der Zwischenzeit hat sich etwas geändert: Jetzt geht es um {count}. Bitte bestätigen Sie noch einmal.",
    "bulk_of_nothing": "In dieser Auswahl ist nichts, worauf das zutrifft.",
    "nothing_to_undo": "Hier lässt sich nichts mehr rückgängig machen.",
    "merge_with_itself": "Bitte wählen Sie zwei verschiedene Organisationen dieses Marktplatzes.",
    "merge_above_maximum": "Zusammen haben die beiden {agreed} Vereinbarungen, mehr als die Höchstzahl {limit}. "
    "Bitte wählen Sie eine größere Höchstzahl.",
    "merge_of_partners": "Die beiden haben miteinander eine Vereinbarung. Dann sind sie nicht dieselbe Organisation.",
    "merge_of_pinned": "Ein Angebot der einen ist fest mit einem Gesuch der anderen verbunden. Bitte lösen Sie erst dieses Paar.",
    "merge_of_proposed": "Die beiden sind einander in den veröffentlichten Vorschlägen zugeordnet. "
    "Bitte ändern Sie erst die Vorschläge.",
    "merge_of_one_round": "Im veröffentlichten Zeitplan haben beide in derselben Runde ein Gespräch. "
    "Bitte rechnen Sie den Zeitplan nach einer Änderung neu.",
    "merge_would_be_undone": "„{id}“ wurde hier mit „{into}“ zusammengeführt; beim Einlesen käme sie als eigene Anmeldung zurück. "
    "Bitte nehmen Sie sie aus der Datei, oder führen Sie die beiden danach wieder zusammen.",
    "no_file_chosen": "Bitte wählen Sie eine Datei aus.",
    "unknown_upload": "Diese Datei liegt nicht mehr bereit; nach einem Tag wird sie gelöscht. "
    "Bitte laden Sie sie noch einmal hoch.",
    "upload_changed": "In der Zwischenzeit wurde etwas an der Datei ausgebessert. Bitte sehen Sie die Vorschau noch einmal an.",
    "too_much_to_mend": "So viel lässt sich hier nicht ausbessern (höchstens {limit} Zellen). Bitte ändern Sie die Datei.",
}
