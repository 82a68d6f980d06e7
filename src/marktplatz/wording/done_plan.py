"""What is said after deeds with runs, plans and timetables."""

from collections.abc import Mapping
from typing import Final

PLAN_DONE: Final[Mapping[str, str]] = {
    "run_started": "Der Lauf ist angefordert. Das Ergebnis steht gleich in der Liste.",
    "run_cancelled": "Der Lauf ist angehalten.",
}
