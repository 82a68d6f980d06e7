"""Where a value of the JSON structure stood in the file it came from."""

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from marktplatz.errors import Finding, Place
from marktplatz.exchange.columns import SHEET_BY_KEY

Spot: TypeAlias = tuple[str | None, int | None, str | None]
"""A place in the JSON structure: list, index from 0, field; None where it is the whole."""


@dataclass(frozen=True, slots=True)
class Origin:
    """One sheet as its reader sees it: the file, the name on the tab, the row of each entry, the heading of each field."""

    file: str
    sheet: str
    rows: Sequence[int]
    headings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Origins:
    """All places of one source; a list without an Origin is a JSON list and is named by its key."""

    file: str
    by_list: Mapping[str, Origin] = field(default_factory=dict)
    is_json: bool = False

    def place(self, list_key: str | None, index: int | None = None, field_key: str | None = None) -> Place:
        """The place of a list, of its entry number `index` (from 0), or of one field of it."""
        if list_key is None or self.is_json:
            row = None if index is None or list_key == "market" else index + 1
            return Place(self.file, list_key, row, field_key)
        sheet = SHEET_BY_KEY.get(list_key)
        origin = self.by_list.get(list_key) or Origin(self.file, sheet.name if sheet else list_key, (), {})
        row = origin.rows[index] if index is not None and index < len(origin.rows) else None
        return Place(origin.file, origin.sheet, row, self._heading(list_key, field_key, origin.headings))

    def translate(self, finding: Finding) -> Finding:
        """A finding that counts entries from 1 in a list of the market, told in the words of the source."""
        place = finding.place
        if place.sheet is None:
            return dataclasses.replace(finding, place=Place(self.file, field=place.field))
        index = None if place.row is None else place.row - 1
        return dataclasses.replace(
            finding, place=self.place(place.sheet, index, place.field), params=self._translate_params(place.sheet, finding.params)
        )

    def _translate_params(self, list_key: str, params: Mapping[str, str | int]) -> Mapping[str, str | int]:
        other_list, other_row = str(params.get("other_sheet", list_key)), params.get("other_row")
        if not isinstance(other_row, int):
            return params
        other = self.place(other_list, other_row - 1)
        told: dict[str, str | int] = dict(params) | {"other_row": other.row or 0}
        return told | {"other_sheet": other.sheet or ""} if "other_sheet" in params else told

    @staticmethod
    def _heading(list_key: str, field_key: str | None, headings: Mapping[str, str]) -> str | None:
        if field_key is None or field_key in headings:
            return field_key and headings[field_key]
        sheet = SHEET_BY_KEY.get(list_key)
        column = sheet.column_by_key.get(field_key) if sheet else None
        return column.heading if column else field_key


def is_reported(spot: Spot, reported: Collection[Spot]) -> bool:
    """Is a field, in its entry or in every one, told about already?"""
    return spot in reported or (spot[0], None, spot[2]) in reported
