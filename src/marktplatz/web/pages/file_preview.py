"""The preview of a file: what is wrong, with inputs where it can be mended, and what would change, list by list."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from fastapi import Request, Response

from marktplatz.db.models import MarketRecord, Upload
from marktplatz.errors import Finding, Place
from marktplatz.exchange.columns import SHEET_BY_KEY
from marktplatz.exchange.import_changes import EntryChange, ListChanges
from marktplatz.exchange.mending import Mending, Spot
from marktplatz.market import UNPRINTABLE, Market
from marktplatz.usecases.importing import ImportPlan
from marktplatz.usecases.uploads import corrections_of
from marktplatz.web.language import find_language
from marktplatz.web.pages.forms import Form
from marktplatz.web.pages.frame import show
from marktplatz.wording.findings import describe_place
from marktplatz.wording.history import label, value_text

MAX_ERRORS: Final = 60
MAX_WARNINGS: Final = 40
ROWS: Final = 50
MAX_FIELDS_SHOWN: Final = 12
LONG: Final = 100
"""Longer texts, and those of several lines, are mended in a field of several lines."""
Wrong: TypeAlias = Mapping[tuple[str | None, str | None], set[int]]
STATUSES: Final = ("wrong", "new", "changed", "dropped", "unchanged", "only_stored")
ALWAYS_TOLD: Final = ("new", "changed", "unchanged")
FIRST_LOOKED_AT: Final = ("organisations", "offers", "needs")
SHOWN: Final = ("new", "changed", "dropped", "unchanged")


@dataclass(frozen=True, slots=True)
class WrongCell:
    """Findings about one cell; `text` is what stands there, None where it cannot be mended here.

    What a form cannot carry is left out of it; `was` then is another text, so that this much counts as mended.
    """

    spot: str
    place: str
    findings: tuple[Finding, ...]
    text: str | None
    was: str

    @property
    def is_long(self) -> bool:
        return self.text is not None and ("\n" in self.text or len(self.text) > LONG)


def show_preview(
    request: Request,
    *,
    market: MarketRecord,
    upload: Upload,
    plan: ImportPlan | None,
    is_whole: bool,
    errors: Sequence[Finding],
    warnings: Sequence[Finding],
    mending: Mending,
    form: Form,
    list_key: str,
    page: int,
) -> Response:
    changes = plan.changes.by_list if plan is not None else {}
    wrong = _find_wrong_rows(errors)
    counts = {key: _count(plan, key, wrong) for key in changes}
    counts = {key: count for key, count in counts.items() if any(count.values())}
    chosen = list_key if list_key in counts else _choose_list({key: changes[key] for key in counts})
    rows = _find_rows(plan, chosen, wrong) if chosen else []
    pages = max(1, -(-len(rows) // ROWS))
    page = min(page, pages)
    cells = find_wrong_cells(errors, mending, find_language(request))
    return show(
        request,
        "preview.html",
        market=market,
        upload=upload,
        mended=len(corrections_of(upload)),
        cells=cells[:MAX_ERRORS],
        more_errors=max(0, len(cells) - MAX_ERRORS),
        warnings=[(describe_place(each.place, find_language(request)), each) for each in warnings[:MAX_WARNINGS]],
        more_warnings=max(0, len(warnings) - MAX_WARNINGS),
        is_read=plan is not None,
        is_empty=is_whole and plan is not None and plan.changes.is_empty,
        policy=_tell_fields(plan.changes.policy, find_language(request)) if plan is not None else [],
        counts=counts,
        names={key: SHEET_BY_KEY[key].name if key in SHEET_BY_KEY else key for key in counts},
        chosen=chosen,
        rows=_tell_rows(plan, chosen, rows[(page - 1) * ROWS : page * ROWS], find_language(request)),
        page=page,
        pages=pages,
        form=form,
        statuses=[each for each in STATUSES if each in ALWAYS_TOLD or any(count[each] for count in counts.values())],
    )


def find_wrong_cells(errors: Sequence[Finding], mending: Mending, language: str) -> list[WrongCell]:
    """Those that can be mended first; several findings about one cell together."""
    by_place: dict[Place, list[Finding]] = {}
    for finding in errors:
        by_place.setdefault(finding.place, []).append(finding)
    cells = [_make_cell(place, tuple(findings), mending, language) for place, findings in by_place.items()]
    return sorted(cells, key=lambda cell: cell.text is None)


def _make_cell(place: Place, findings: tuple[Finding, ...], mending: Mending, language: str) -> WrongCell:
    spot = json.dumps([place.sheet, place.row, place.field])
    found = mending.text_at(place)
    text = None if found is None else UNPRINTABLE.sub("", found).strip()
    was = text or ""
    if found is not None and found.strip() != text:
        was = f"?{was}"
    return WrongCell(spot, describe_place(place, language), findings, text, was)


def read_spots(form: Form) -> dict[Spot, str]:
    """What was typed into the cells of a preview, as far as it is another text than before."""
    found: dict[Spot, str] = {}
    for name in form.names():
        number = name.removeprefix("cell.")
        if name == number or not number.isdigit():
            continue
        spot = _read_spot(form.text(f"spot.{number}"))
        if spot is not None and form.text(name) != form.text(f"was.{number}"):
            found[spot] = form.text(name)
    return found


def _read_spot(said: str) -> Spot | None:
    try:
        spot = json.loads(said)
    except ValueError:
        return None
    if isinstance(spot, list) and len(spot) == 3 and [type(part) for part in spot] == [str, int, str]:
        return (spot[0][:300], spot[1], spot[2][:300])
    return None


def _choose_list(changes: Mapping[str, ListChanges]) -> str:
    """The first in which something changes, those that people know best before the others."""
    order = sorted(changes, key=lambda key: key not in FIRST_LOOKED_AT)
    return next((key for key in order if not changes[key].is_empty), next(iter(order), ""))


def _find_wrong_rows(errors: Sequence[Finding]) -> Wrong:
    """By file and sheet: every row in which something is wrong."""
    found: dict[tuple[str | None, str | None], set[int]] = {}
    for finding in errors:
        if finding.place.row is not None:
            found.setdefault((finding.place.file, finding.place.sheet), set()).add(finding.place.row)
    return found


def _count(plan: ImportPlan | None, list_key: str, wrong: Wrong) -> dict[str, int]:
    """How many rows there are of each status; one in which something is wrong has no other."""
    if plan is None:
        return {}
    counts = dict.fromkeys(STATUSES, 0)
    for status, _ in _find_rows(plan, list_key, wrong):
        counts[status] += 1
    place = plan.origins.place(list_key)
    return counts | {
        "wrong": len(wrong.get((place.file, place.sheet), ())),
        "only_stored": len(plan.changes.by_list[list_key].only_stored),
    }


def _find_rows(plan: ImportPlan | None, list_key: str, wrong: Wrong) -> list[tuple[str, EntryChange]]:
    """What would happen to which entry, the wrong ones left out: they are told about above."""
    if plan is None:
        return []
    place, told = plan.origins.place(list_key), plan.changes.by_list[list_key]
    left_out = wrong.get((place.file, place.sheet), set())
    return [
        (status, entry)
        for status in SHOWN
        for entry in getattr(told, status)
        if status == "dropped" or not left_out or plan.origins.place(list_key, entry.row - 1).row not in left_out
    ]


def _tell_rows(plan: ImportPlan | None, list_key: str, rows: Sequence[tuple[str, EntryChange]], language: str) -> list[Any]:
    return [] if plan is None else [_tell_row(plan, list_key, status, entry, language) for status, entry in rows]


def _tell_row(plan: ImportPlan, list_key: str, status: str, entry: EntryChange, language: str) -> dict[str, Any]:
    place = plan.origins.place(list_key, entry.row - 1) if status != "dropped" else None
    return {
        "status": status,
        "key": " · ".join(entry.key),
        "name": _name_of(plan.merged, list_key, entry.key[0]),
        "row": None if place is None else place.row,
        "fields": _tell_fields(entry.fields[:MAX_FIELDS_SHOWN], language),
    }


def _tell_fields(fields: Sequence[Any], language: str) -> list[tuple[str, str, str]]:
    return [
        (
            label(field.field, language),
            _cut(value_text(field.field, field.before, language)),
            _cut(value_text(field.field, field.after, language)),
        )
        for field in fields
    ]


def _cut(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"


def _name_of(market: Market, list_key: str, key: str) -> str:
    if list_key == "categories":
        return next((category.label for category in market.market.categories if category.code == key), "")
    if list_key == "organisations" and key in market.organisation_by_id:
        return market.organisation_by_id[key].label
    if list_key in ("offers", "needs") and key in market.entry_by_id:
        return market.entry_by_id[key].label
    return ""
