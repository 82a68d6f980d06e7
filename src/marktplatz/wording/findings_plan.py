"""What is refused on the pages about matching, in German; English in `pages_plan.po`."""

from collections.abc import Mapping
from typing import Final

PLAN_SENTENCES: Final[Mapping[str, str]] = {
    "whole_number_wrong": "Bitte eine ganze Zahl von {least} bis {limit} angeben.",
    "unknown_timetable": "Einen Ablauf „{id}“ gibt es auf diesem Marktplatz nicht.",
    "plan_changed_by": "Inzwischen hat {who} hier etwas geändert. Bitte sehen Sie es sich noch einmal an; verloren ist nichts.",
    "nothing_to_compare": "Zum Vergleichen braucht es zwei fertige Läufe.",
    "plan_changed": "Inzwischen hat sich hier etwas geändert. Bitte sehen Sie es sich noch einmal an; verloren ist nichts.",
}
