"""How much of a file is read: more than any market has, and little enough that a wrong file is told about at once."""

from collections.abc import Mapping
from typing import Final

MAX_COLUMNS: Final = 200
"""What stands further to the right is no table of ours."""
MAX_CELLS: Final = 800_000
"""Filled cells of all lists of a workbook or folder together: the longest score table, and 500,000 beside."""
MAX_VALUES: Final = 1_000
"""Values in one list or object inside an entry of a JSON file."""

_DEFAULT_ROWS: Final = 20_000
_ROWS: Final[Mapping[str, int]] = {"scores": 100_000}
_ENTRIES: Final[Mapping[str, int]] = {"scores": 400_000, "wishes": 100_000, "pairs": 100_000, "earlier_agreements": 100_000}


def max_rows(list_key: str) -> int:
    """How many rows of a sheet or CSV are read at most; a score table is a line per pair."""
    return _ROWS.get(list_key, _DEFAULT_ROWS)


def max_entries(list_key: str) -> int:
    """The same for a list in JSON, which programs write and which is read faster."""
    return _ENTRIES.get(list_key, _DEFAULT_ROWS)
