"""What is said after deeds on the workbench."""

from collections.abc import Mapping
from typing import Final

from marktplatz.vocabulary import Criterion

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
    "what_if_taken": "Übernommen. Der neue Plan wird gerade gerechnet.",
}

CRITERION_WORDS: Final[Mapping[Criterion, str]] = {
    Criterion.CONTENT: "Inhalt der Texte",
    Criterion.EASE: "Überschaubarer Aufwand",
    Criterion.TIME: "Zeit",
    Criterion.WISHES: "Wünsche",
    Criterion.KIND: "Gleicher Bereich",
    Criterion.SIZE: "Menge",
    Criterion.PLACE: "Nähe",
    Criterion.IMPACT: "Wirkungsfeld",
    Criterion.HISTORY: "Frühere Vereinbarungen",
    Criterion.RETURN: "Mögliche Gegenleistung",
}
"""What the weights are called."""
