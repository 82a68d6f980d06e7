"""Sentences for what is incomplete about an entry: what to ask its owner."""

from collections.abc import Mapping
from typing import Final

ADVICE_SENTENCES: Final[Mapping[str, str]] = {
    "entry_without_category": "„{title}“ hat keinen Bereich. Mit einem Bereich finden andere den Eintrag leichter.",
    "entry_without_date": "„{title}“ sagt nicht, wann. Ein Zeitraum genügt, zum Beispiel „im Mai“.",
    "entry_without_size": "„{title}“ sagt nicht, wie viel: wie viele Personen, Stunden oder Dinge?",
    "entry_without_text": "„{title}“ hat keine Beschreibung. Zwei Sätze genügen: Was gehört dazu, wann ist es fertig?",
    "entry_too_vague": "In „{title}“ ist nicht zu erkennen, worum es geht. Bitte nennen Sie, was getan oder gegeben werden soll.",
}
