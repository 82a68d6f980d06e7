"""What is refused on the pages about matching, in German; English in `pages_plan.po`."""

from collections.abc import Mapping
from typing import Final

PLAN_SENTENCES: Final[Mapping[str, str]] = {
    "run_seconds_wrong": "Bitte eine ganze Zahl von 1 bis {limit} angeben oder das Feld leer lassen.",
    "run_bonus_wrong": "Bitte eine ganze Zahl von 0 bis {limit} angeben.",
}
