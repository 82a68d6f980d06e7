"""Sentences for what the service finds: who may what, what changed meanwhile, what does not exist."""

from collections.abc import Mapping
from typing import Final

SERVICE_SENTENCES: Final[Mapping[str, str]] = {
    # Requests.
    "unknown_field": "Dieses Feld ist hier nicht bekannt. Bitte prüfen Sie die Schreibweise.",
    "fixed_field": "Dieses Feld lässt sich nachträglich nicht ändern.",
    "no_such_address": "Unter dieser Adresse gibt es nichts. Bitte prüfen Sie die Schreibweise.",
    "method_not_allowed": "Diese Adresse gibt es, aber nicht für diese Art von Anfrage.",
    "malformed_request": "Die Anfrage ist nicht zu verstehen. Bitte prüfen Sie Aufbau und Inhalt.",
    "body_too_large": "Die Anfrage ist zu groß. Bitte teilen Sie sie auf.",
    "wrong_media_type": "Der Inhalt hat nicht das erwartete Format. Bitte prüfen Sie die Angabe Content-Type.",
    "bad_cursor": "Diese Fortsetzung gibt es nicht. Bitte beginnen Sie mit der ersten Seite.",
    # Who may what.
    "not_signed_in": "Dafür müssen Sie angemeldet sein. Bitte melden Sie sich an oder schicken Sie ein gültiges Token mit.",
    "role_may_not": "Mit Ihrer Rolle ist das nicht möglich. Bitte wenden Sie sich an die Veranstalter:innen.",
    "scope_too_narrow": "Das Token darf das nicht; nötig ist der Bereich {scope}.",
    "phase_forbids": "In dieser Phase des Marktplatzes ist das nicht möglich.",
    "unknown_market": "Einen Marktplatz „{id}“ gibt es nicht.",
    "unknown_organisation_here": "Eine Organisation „{id}“ gibt es auf diesem Marktplatz nicht.",
    "unknown_entry_here": "Einen solchen Eintrag „{id}“ gibt es auf diesem Marktplatz nicht.",
    "unknown_wish": "Einen Wunsch „{id}“ gibt es auf diesem Marktplatz nicht.",
    # Edits.
    "if_match_missing": "Bitte nennen Sie in If-Match den Stand (ETag), den Sie ändern wollen.",
    "stale": "Jemand hat das inzwischen geändert. Der jetzige Stand liegt bei; bitte prüfen Sie ihn und ändern Sie dann erneut.",
    "changed_meanwhile": "Das passt nicht mehr zum jetzigen Stand. Bitte laden Sie neu und versuchen Sie es noch einmal.",
    "id_taken": "Die Id „{id}“ ist auf diesem Marktplatz schon vergeben. Bitte wählen Sie eine andere.",
    "still_in_use": "„{id}“ wird noch gebraucht ({by}) und kann deshalb nicht gelöscht werden.",
    "id_of_dots": "„{id}“ kann keine Kennung sein: In einer Adresse bedeuten Punkte allein etwas anderes. "
    "Bitte wählen Sie eine andere.",
    "market_maximum_below_agreed": "„{organisation}“ hat schon {agreed} Vereinbarungen und keine eigene Höchstzahl; "
    "weniger als das ({limit}) kann die des Marktplatzes nicht sein.",
    "maximum_below_agreed": "Es gibt schon {agreed} Vereinbarungen; weniger als das ({limit}) kann die Höchstzahl nicht sein.",
    "capacity_below_agreed": "Der Eintrag steckt schon in {agreed} Vereinbarungen; weniger als das ({limit}) geht nicht.",
    "wish_known": "Diesen Wunsch über „{id}“ gibt es schon.",
    "category_in_use": "Der Bereich „{code}“ wird noch von Angeboten oder Gesuchen benutzt.",
    # Repeated requests.
    "still_running": "Dieselbe Anfrage läuft noch. Bitte fragen Sie gleich noch einmal.",
    "key_used_otherwise": "Dieser Idempotency-Key wurde schon für eine andere Anfrage benutzt. Bitte nehmen Sie einen neuen.",
    "answer_erased": "Die Anfrage war schon erfolgreich; ihre Antwort enthielt gelöschte Daten und ist nicht mehr da.",
    "bad_idempotency_key": "Ein Idempotency-Key hat 1 bis 200 sichtbare Zeichen.",
    # The machine.
    "busy": "Der Dienst ist gerade überlastet. Bitte versuchen Sie es gleich noch einmal.",
    "database_away": "Die Datenbank antwortet gerade nicht. Sobald sie wieder da ist, geht es von selbst weiter; "
    "bitte versuchen Sie es gleich noch einmal.",
    "storage_full": "Auf dem Datenträger ist kein Platz mehr; gespeichert wurde nichts. "
    "Bitte schaffen Sie Platz und versuchen Sie es noch einmal.",
    "fault": "Das war ein Fehler des Programms. Gespeichert wurde nichts; bitte melden Sie ihn mit der Nummer der Anfrage.",
}
