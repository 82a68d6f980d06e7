"""Sentences for whole markets that come in and go out of an installation."""

from collections.abc import Mapping
from typing import Final

IMPORT_SENTENCES: Final[Mapping[str, str]] = {
    # A file over HTTP.
    "file_kind_untold": "Was für eine Datei das ist, lässt sich nicht erkennen. "
    "Bitte nennen Sie ihren Namen (?name=markt.xlsx) oder den passenden Content-Type.",
    "file_in_a_form": "Bitte schicken Sie die Datei selbst als Inhalt der Anfrage, nicht in einem Formular (multipart).",
    # A market file over a stored market.
    "agreed_entry_stays": "Der Eintrag „{id}“ steht in einer Vereinbarung und gehört deshalb weiter zu „{organisation}“.",
    "pair_said_twice": "Das Paar aus „{offer}“ und „{need}“ steht mehrmals da, und nicht jedes Mal gleich. "
    "Bitte löschen Sie, was nicht gilt.",
    # A market from an archive.
    "market_exists": "Einen Marktplatz „{id}“ gibt es hier schon. Bitte wählen Sie für den neuen eine andere Id.",
    "archive_part_strange": "„{part}“ im Archiv ist hier nicht bekannt. "
    "Vielleicht stammt das Archiv aus einer neueren Fassung des Programms.",
    "archive_row_unreadable": "„{part}“ im Archiv, Zeile {row}: Das lässt sich nicht lesen.",
    "archive_value_unfit": "„{part}“ im Archiv, Zeile {row}: Die Angabe {column} fehlt, passt nicht oder ist hier nicht bekannt.",
    "archive_inconsistent": "Die Teile des Archivs passen nicht zueinander. "
    "Bitte verwenden Sie das Archiv so, wie es geschrieben wurde.",
    "archive_audit_broken": "Das Protokoll im Archiv ist an Stelle {number} nicht lückenlos. "
    "Bitte verwenden Sie das Archiv so, wie es geschrieben wurde.",
    "consent_text_differs": "Der Text der Einwilligung „{purpose}“, Fassung „{version}“, lautet hier anders als im Archiv. "
    "Wer im Archiv zugestimmt hat, hat diesem hier nicht zugestimmt.",
    # The command line.
    "unknown_export": "An der Endung „{found}“ ist kein Format zu erkennen; möglich sind .json, .xlsx, .csv.zip, "
    ".zip für ein Archiv und ein Ordner für CSV-Dateien.",
    "archive_dry_run": "Bei einem Archiv gibt es nichts zu vergleichen: Es wird ganz aufgenommen oder gar nicht.",
}
