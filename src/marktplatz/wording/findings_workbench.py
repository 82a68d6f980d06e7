"""What is refused on the workbench, in German; English in `pages_workbench.po`."""

from collections.abc import Mapping
from typing import Final

WORKBENCH_SENTENCES: Final[Mapping[str, str]] = {
    "bench_changed_by": "Der Plan wurde inzwischen von {who} geändert. Unten steht er, wie er jetzt ist; Ihre Änderung ist noch "
    "nicht gemacht. Bitte sehen Sie nach und versuchen Sie es noch einmal.",
    "bench_changed": "Der Plan wurde inzwischen geändert. Unten steht er, wie er jetzt ist; Ihre Änderung ist noch nicht gemacht. "
    "Bitte sehen Sie nach und versuchen Sie es noch einmal.",
    "no_change_to_undo": "Es gibt nichts mehr zurückzunehmen.",
    "exception_reason_missing": "Eine Ausnahme braucht eine Begründung, zum Beispiel: „beide kennen sich und wollen es so“.",
    "nothing_thought_of": "Noch ist alles wie jetzt. Bitte ändern Sie oben etwas.",
    "nothing_to_take_over": "Wer nur gedacht ist, lässt sich nicht übernehmen.",
    "newcomer_without_points": "Dieser Marktplatz hat eine eigene Punktetabelle; für jemand Neuen stehen darin keine Punkte.",
    "no_plan_to_think_about": "Es gibt noch keinen fertigen Plan. Bitte starten Sie zuerst einen Lauf.",
    "thought_refused": "{text} So gäbe es keinen Plan.",
    "thinking_too_slow": "Das dauert zu lange. Bitte ändern Sie weniger auf einmal oder starten Sie einen Lauf.",
    "number_from_to": "„{found}“ ist keine ganze Zahl von 0 bis {limit}.",
    "unknown_deed": "Was Sie tun wollten, kennen wir nicht. Bitte laden Sie die Seite neu.",
}
