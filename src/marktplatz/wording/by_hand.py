"""Sentences for what organisers decide by hand: exceptions, pairs that break a rule, who is left over in their plan."""

from collections.abc import Mapping
from typing import Final

from marktplatz.vocabulary import Barrier, PairNote
from marktplatz.wording import translate

NOTE_SENTENCES: Final[Mapping[str, str]] = {
    PairNote.EXCEPTION: "Ausnahme der Veranstalter ({lifted}): „{reason}“.",
}

LIFTED_WORDS: Final[Mapping[str, str]] = {
    Barrier.CATEGORY: "anderer Bereich",
    Barrier.TIME: "anderer Zeitraum",
    Barrier.DISTANCE: "zu große Entfernung",
}

BY_HAND_FINDINGS: Final[Mapping[str, str]] = {
    "exception_without_pin": "Die Ausnahme für „{offer}“ und „{need}“ bewirkt nichts: Das Paar ist nicht fest. "
    "Bitte setzen Sie es auf fest oder löschen Sie die Ausnahme.",
}


def note_sentence(note: PairNote, params: Mapping[str, str | int], language: str = "de") -> str:
    """What is said about a pair beside its points."""
    lifted = ", ".join(translate(word, language) for barrier, word in LIFTED_WORDS.items() if params.get(barrier))
    return translate(NOTE_SENTENCES[note], language).format(lifted=lifted, reason=params.get("reason", ""))
