"""What an import changes, as a table and a line for every changed field."""

from typing import Final

from rich import box
from rich.console import Console
from rich.table import Table

from marktplatz.errors import Place
from marktplatz.exchange.columns import SHEET_BY_KEY
from marktplatz.exchange.import_changes import EntryChange, FieldChange
from marktplatz.exchange.places import Origins
from marktplatz.usecases.importing import ImportPlan
from marktplatz.wording import translate
from marktplatz.wording.findings import describe_place, one_line

TEXTS: Final = {
    "list": "Liste",
    "new": "neu",
    "changed": "geändert",
    "unchanged": "unverändert",
    "only_stored": "nur gespeichert",
    "dropped": "entfällt",
    "imported": "Marktplatz {id}: importiert.",
    "same": "Marktplatz {id}: Nichts hat sich geändert.",
    "dry_run": "Probe: Es wurde nichts gespeichert.",
    "starts_score_table": "Ab jetzt gilt nur die mitgeschickte Punktetabelle; es werden keine Punkte mehr berechnet.",
}
_COUNTED: Final = ("new", "changed", "unchanged", "only_stored", "dropped")


def show_import(console: Console, plan: ImportPlan, language: str) -> None:
    table = Table(box=box.SIMPLE_HEAVY)
    table.add_column(translate(TEXTS["list"], language))
    for key in _COUNTED:
        table.add_column(translate(TEXTS[key], language), justify="right")
    for list_key, told in plan.changes.by_list.items():
        counts = [len(getattr(told, key)) for key in _COUNTED]
        if any(counts):
            table.add_row(_name(list_key, language), *(str(count) if count else "" for count in counts))
    console.print(table)
    for field in plan.changes.policy:
        console.print(f"{_name('market', language)}: {_tell(field)}", soft_wrap=True)
    for list_key, told in plan.changes.by_list.items():
        for entry in told.changed:
            _show_entry(console, list_key, entry, plan.origins, language)
    if plan.changes.starts_score_table:
        console.print(translate(TEXTS["starts_score_table"], language), soft_wrap=True)


def tell_outcome(market_id: str, plan: ImportPlan, language: str, *, is_dry_run: bool) -> str:
    key = "dry_run" if is_dry_run else "same" if plan.changes.is_empty else "imported"
    return translate(TEXTS[key], language).format(id=market_id)


def _show_entry(console: Console, list_key: str, entry: EntryChange, origins: Origins, language: str) -> None:
    place = origins.place(list_key, entry.row - 1)
    where = describe_place(Place(None if origins.is_json else place.file, place.sheet, place.row), language)
    told = "; ".join(map(_tell, entry.fields))
    console.print(f"{where} ({one_line(', '.join(entry.key))}): {told}", soft_wrap=True)


def _tell(field: FieldChange) -> str:
    return f"{field.field}: {_value(field.before)} → {_value(field.after)}"


def _value(value: object) -> str:
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_value, value))}]"
    return "–" if value is None else one_line(str(value))


def _name(list_key: str, language: str) -> str:
    return SHEET_BY_KEY[list_key].name if language == "de" else list_key.replace("_", " ")
