"""Sentences about an installation: its files, backups, schema and audit."""

from collections.abc import Mapping
from typing import Final

INSTALLATION_SENTENCES: Final[Mapping[str, str]] = {
    "copy_needs_sqlite": "Eine zweite Kopie gibt es nur von einer SQLite-Datenbank. Für PostgreSQL gibt es marktplatz backup.",
    "copy_beside_original": "Hier liegt die Datenbank selbst. Eine zweite Kopie hilft nur auf einem anderen Datenträger.",
    "no_folder": "Diesen Ordner gibt es nicht. Ist der Stick eingesteckt?",
    "no_copy_here": "In diesem Ordner liegt keine heile Kopie eines Marktplatzes.",
    "take_over_needs_copy": "Zum Übernehmen braucht es --copy mit dem Ordner, in dem die Kopie liegt.",
    "no_local_address": "Es wurde keine Adresse im lokalen Netz gefunden. Ist das WLAN an? Sonst mit --address angeben.",
    "loads_from_elsewhere": "Diese Datei der Seiten lädt etwas von anderswo: {address}.",
    "file_exists": "Diese Datei gibt es schon; sie wird nicht überschrieben. Bitte wählen Sie einen anderen Namen.",
    "not_a_backup": "Das ist keine Sicherung, die zu dieser Datenbank passt.",
    "damaged_backup": "Die Datei ist beschädigt ({problem}). Bitte nehmen Sie eine andere Sicherung.",
    "program_missing": "Das Programm {program} fehlt auf diesem Rechner; es kommt mit dem Paket postgresql-client.",
    "program_failed": "{program} ist gescheitert: {problem}.",
    "schema_outdated": "Die Datenbank passt nicht zu dieser Programmversion. Bitte führen Sie aus: marktplatz migrate.",
    "bad_setting": "Dieser Wert passt nicht ({problem}).",
    "database_silent": "Die Datenbank antwortet nicht ({reason}). "
    "Bitte prüfen Sie MARKTPLATZ_DATABASE_URL und MARKTPLATZ_DATA_DIR.",
    "no_database": "Unter {path} gibt es noch keine Datenbank. Bitte führen Sie aus: marktplatz migrate.",
    "already_served": "Auf dieser Datenbank läuft schon ein Dienst. Bitte beenden Sie ihn zuerst.",
    "address_in_use": "An der Adresse {address} läuft schon ein anderes Programm. Bitte wählen Sie mit --port eine andere Nummer.",
    "audit_broken": "Das Protokoll „{chain}“ ist an Stelle {number} nicht lückenlos ({what}).",
    "doctor_schema": "Die Datenbank hat den Stand {found}, das Programm kennt {expected}. "
    "Bitte führen Sie aus: marktplatz migrate.",
    "doctor_no_https": "Die Adresse {url} ist nicht verschlüsselt. Für das Internet bitte einen Proxy mit HTTPS davorstellen "
    "und MARKTPLATZ_BASE_URL setzen.",
    "doctor_no_smtp": "Es ist kein Mailserver eingestellt; Nachrichten bleiben im Postausgang. "
    "Bitte setzen Sie MARKTPLATZ_SMTP_HOST, wenn Mails verschickt werden sollen.",
    "doctor_old_sqlite": "SQLite {version} kann im schnelleren Modus Dateien beschädigen; benutzt wird der ältere, langsamere. "
    "Bitte installieren Sie das Paket pysqlite3 oder ein neueres Python.",
    "doctor_readable_by_others": "Die Datei {path} ist für andere Konten dieses Rechners lesbar. "
    "Bitte entziehen Sie ihnen die Rechte (chmod 600).",
    "doctor_little_space": "Auf dem Datenträger sind nur noch {free_mb} MB frei.",
    "doctor_no_owner": "Es gibt noch kein Konto für die Verwaltung. Bitte führen Sie aus: marktplatz user add --owner.",
}
