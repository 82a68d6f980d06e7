"""Sentences for what goes wrong with archives, uploads and imports."""

from collections.abc import Mapping
from typing import Final

FILE_SENTENCES: Final[Mapping[str, str]] = {
    # A zip, of CSV files or as an archive.
    "zip_empty": "Die ZIP-Datei ist leer.",
    "not_a_zip": "Das ist keine ZIP-Datei.",
    "zip_broken": "Die ZIP-Datei ist beschädigt oder unvollständig. Bitte packen oder übertragen Sie sie noch einmal.",
    "zip_too_many_parts": "Die ZIP-Datei hat {found} Dateien; gelesen werden höchstens {limit}.",
    "zip_unpacks_too_large": "Die ZIP-Datei ist ausgepackt {found} MB groß; gelesen werden höchstens {limit} MB.",
    "zip_ratio": "„{part}“ ist in der ZIP-Datei auffällig stark gepackt und wird nicht gelesen. "
    "Bitte packen Sie die Dateien ohne Kompression.",
    "zip_locked": "„{part}“ ist mit einem Kennwort geschützt. Bitte packen Sie die Dateien ohne Kennwort.",
    "zip_method": "„{part}“ ist mit einem Verfahren gepackt, das nicht gelesen wird. "
    "Bitte packen Sie die Dateien als gewöhnliche ZIP-Datei.",
    "zip_unsafe_name": "Der Name „{part}“ ist in einer ZIP-Datei nicht erlaubt. Bitte verwenden Sie einfache Namen "
    "ohne Laufwerk, Sonderzeichen oder „..“.",
    "zip_double_part": "„{part}“ steht zweimal in der ZIP-Datei. Bitte packen Sie die Dateien noch einmal.",
    "no_csv_in_zip": "In dieser ZIP-Datei liegt keine CSV-Datei. "
    "Erwartet werden Dateien wie Organisationen.csv, Angebote.csv und Gesuche.csv.",
    "single_csv_sent": "Eine einzelne CSV-Datei ist kein ganzer Marktplatz. Bitte packen Sie alle Listen in eine ZIP-Datei.",
    # An archive of a whole market.
    "archive_no_manifest": "Das ist kein Archiv eines Marktplatzes: Das Inhaltsverzeichnis manifest.json fehlt.",
    "archive_manifest_unreadable": "Das Inhaltsverzeichnis manifest.json des Archivs lässt sich nicht lesen. "
    "Bitte verwenden Sie das Archiv so, wie es geschrieben wurde.",
    "archive_other_format": "Das Archiv hat das Format „{found}“; erwartet wird „marktplatz-archive/1“. "
    "Vielleicht stammt es aus einer neueren Fassung des Programms.",
    "archive_part_missing": "Im Archiv fehlt „{part}“. Bitte verwenden Sie ein vollständiges Archiv.",
    "archive_part_unknown": "Im Archiv liegt „{part}“, das nicht im Inhaltsverzeichnis steht. "
    "Bitte verwenden Sie das Archiv so, wie es geschrieben wurde.",
    "archive_part_changed": "„{part}“ wurde nach dem Schreiben des Archivs verändert oder beschädigt. "
    "Bitte verwenden Sie das Archiv so, wie es geschrieben wurde.",
    # An export and an import.
    "too_long_for_a_cell": "Diese Angabe hat mehr als die {limit} Zeichen, die in eine Zelle passen. "
    "Bitte exportieren Sie den Marktplatz als JSON.",
    "not_two_keys": "„{found}“ sind mehr als zwei Schlüssel; eine frühere Vereinbarung hat genau zwei.",
    "id_on_another_list": "Die Id „{id}“ gehört im gespeicherten Marktplatz schon zu einem Eintrag der Liste {other_sheet}. "
    "Bitte wählen Sie eine andere Id.",
}
