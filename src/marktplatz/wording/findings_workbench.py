"""What is refused on the workbench, in German; English in `pages_workbench.po`."""

from collections.abc import Mapping
from typing import Final

WORKBENCH_SENTENCES: Final[Mapping[str, str]] = {
    "plan_changed_by": "Der Plan wurde inzwischen von {who} geändert. Unten steht er, wie er jetzt ist; Ihre Änderung ist noch "
    "nicht gemacht. Bitte sehen Sie nach und versuchen Sie es noch einmal.",
    "plan_changed": "Der Plan wurde inzwischen geändert. Unten steht er, wie er jetzt ist; Ihre Änderung ist noch nicht gemacht. "
    "Bitte sehen Sie nach und versuchen Sie es noch einmal.",
    "nothing_to_undo": "Es gibt nichts mehr zurückzunehmen.",
    "exception_reason_missing": "Eine Ausnahme braucht eine Begründung, zum Beispiel: „beide kennen sich und wollen es so“.",
    "unknown_deed": "Was Sie tun wollten, kennen wir nicht. Bitte laden Sie die Seite neu.",
}
