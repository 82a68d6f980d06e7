"""What is said after deeds on the workbench."""

from collections.abc import Mapping
from typing import Final

WORKBENCH_DONE: Final[Mapping[str, str]] = {
    "bench_pin": "Das Paar ist fest: Auch spätere Läufe behalten es.",
    "bench_release": "Das Paar ist nicht mehr fest. Im Plan bleibt es.",
    "bench_forbid": "Das Paar ist ausgeschlossen, auch für spätere Läufe.",
    "bench_allow": "Das Paar ist nicht mehr ausgeschlossen.",
    "bench_remove": "Das Paar ist aus dem Plan genommen.",
    "bench_add": "Das Paar ist im Plan.",
    "bench_swap": "Getauscht.",
    "bench_except": "Das Paar ist als Ausnahme im Plan, mit Ihrer Begründung.",
    "bench_rearrange": "Das Paar ist fest, und der Plan ist danach gerichtet.",
    "bench_undo": "Die letzte Änderung ist zurückgenommen.",
}
