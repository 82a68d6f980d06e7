"""What is refused on the pages about matching, in German; English in `pages_plan.po`."""

from collections.abc import Mapping
from typing import Final

PLAN_SENTENCES: Final[Mapping[str, str]] = {
    "whole_number_wrong": "Bitte eine ganze Zahl von {least} bis {limit} angeben.",
    "unknown_timetable": "Einen Ablauf „{id}“ gibt es auf diesem Marktplatz nicht.",
    "unknown_talk": "Zwischen „{first}“ und „{second}“ gibt es in diesem Ablauf kein Gespräch.",
    "talk_unknown_organisation": "Nicht mehr auf dem Marktplatz: {who}.",
    "talk_not_eligible": "Zwischen den beiden gibt es nichts, worüber sie reden könnten: {who}.",
    "talk_no_such_round": "Der Ablauf hat die Runden 1 bis {rounds}.",
    "talk_no_such_table": "Der Ablauf hat die Tische 1 bis {tables}.",
    "talk_break_round": "In Runde {round} ist Pause für alle.",
    "talk_absent": "In Runde {round} nicht da: {who}.",
    "talk_busy": "In Runde {round} schon im Gespräch, mit allen, die kommen: {who}.",
    "talk_table_taken": "Tisch {table} ist in Runde {round} vergeben.",
    "talk_met_already": "Reden in diesem Ablauf schon miteinander: {who}.",
    "talk_fixed_table": "Hat einen festen Tisch und nicht Tisch {table}: {who}.",
    "zone_without_category": "Bitte den Bereich der Zone wählen.",
    "zone_without_tables": "Bitte den ersten Tisch der Zone als ganze Zahl ab 1 angeben.",
    "zone_ends_before_it_begins": "Bitte den letzten Tisch der Zone angeben; er darf nicht vor dem ersten liegen.",
    "talk_changed_twice": "Dasselbe Gespräch soll auf zwei Weisen geändert werden. Bitte nur eine davon angeben.",
    "talk_needs_place": "Bitte Runde und Tisch wählen.",
    "talk_needs_other": "Bitte ein Gespräch zum Tauschen wählen.",
    "plan_changed_by": "Inzwischen hat {who} hier etwas geändert. Bitte sehen Sie es sich noch einmal an; verloren ist nichts.",
    "nothing_to_compare": "Zum Vergleichen braucht es zwei fertige Läufe.",
    "plan_changed": "Inzwischen hat sich hier etwas geändert. Bitte sehen Sie es sich noch einmal an; verloren ist nichts.",
}
