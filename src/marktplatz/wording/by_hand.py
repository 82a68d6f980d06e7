"""Sentences for what organisers decide by hand: exceptions, pairs that break a rule, who is left over in their plan."""

from collections.abc import Mapping
from typing import Final

from marktplatz.vocabulary import Barrier, PairNote, Rule, UnpairedReason
from marktplatz.wording import translate

NOTE_SENTENCES: Final[Mapping[str, str]] = {
    PairNote.EXCEPTION: "Ausnahme der Veranstalter ({lifted}): „{reason}“.",
    PairNote.FAINT: "Das passt nur wenig zusammen. Bitte sehen Sie sich den Vorschlag an, bevor Sie ihn veröffentlichen.",
}

LIFTED_WORDS: Final[Mapping[str, str]] = {
    Barrier.CATEGORY: "anderer Bereich",
    Barrier.TIME: "anderer Zeitraum",
    Barrier.DISTANCE: "zu große Entfernung",
}

BY_HAND_FINDINGS: Final[Mapping[str, str]] = {
    "exception_without_pin": "Die Ausnahme für „{offer}“ und „{need}“ bewirkt nichts: Das Paar ist nicht fest. "
    "Bitte setzen Sie es auf fest oder löschen Sie die Ausnahme.",
    # A pair chosen by hand: why it is not possible by itself.
    f"barred_by_{Barrier.NOT_LISTED}": "{entries}: Das Paar steht nicht in der Punktetabelle.",
    f"barred_by_{Barrier.WITHIN_KIND}": "{entries}: {organisations} sind von derselben Art, "
    "und der Marktplatz bildet solche Paare nicht.",
    f"barred_by_{Barrier.CATEGORY}": "{entries}: Die Bereiche passen nicht zueinander.",
    f"barred_by_{Barrier.TIME}": "{entries}: Die Zeiträume überschneiden sich nicht.",
    f"barred_by_{Barrier.DISTANCE}": "{entries}: Die Orte liegen weiter auseinander, als der Marktplatz erlaubt.",
    f"barred_by_{Barrier.COMPETITORS}": "{entries}: {organisations} sind Mitbewerber.",
    f"barred_by_{Barrier.VALUES}": "{entries}: Zwischen {organisations} stehen Werte, die eine der beiden nicht möchte.",
    f"barred_by_{Barrier.NO_RETURN}": "{entries}: Eine Gegenleistung ist Pflicht, und zwischen {organisations} ist keine möglich.",
    "exception_possible": "{entries}: Mit einer schriftlichen Begründung kann daraus eine Ausnahme werden.",
    # A pair chosen by hand: which rule it breaks.
    f"breaks_{Rule.FORBIDDEN}": "{entries}: Die Veranstalter haben das Paar ausgeschlossen.",
    f"breaks_{Rule.NO_THANKS}": "{entries}: Zwischen {organisations} steht ein „Nein danke“.",
    f"breaks_{Rule.SAME_ORGANISATION}": "{entries}: Beides gehört zu {organisations}.",
    f"breaks_{Rule.SAME_OWNER}": "{entries}: {organisations} gehören demselben Eigentümer.",
    f"breaks_{Rule.CAPACITY}": "{entries} wäre in {count} Paaren, hat aber nur {limit} Plätze.",
    f"breaks_{Rule.MAX_AGREEMENTS}": "{organisations} wäre in {count} Paaren; höchstens {limit} sind erlaubt.",
    f"breaks_{Rule.MAX_PAIRS_BETWEEN}": "{organisations} hätten {count} Paare miteinander; erlaubt sind {limit}.",
    "breaks_unpinned": "{entries}: Das Paar ist fest und kann nicht wegfallen, solange es fest ist.",
}

LEFT_OVER_SENTENCES: Final[Mapping[str, str]] = {
    UnpairedReason.COULD_JOIN: "{name} ließe sich noch dazunehmen: Zwischen „{own}“ und „{other}“ von {partner} steht nichts.",
    UnpairedReason.TAKEN_BY_HAND: "Was für {name} in Frage kommt ({count}), ist in diesem Plan vergeben. Mit {limits} "
    "könnte {name} dazukommen („{other}“ von {partner}).",
}


def note_sentence(note: PairNote, params: Mapping[str, str | int], language: str = "de") -> str:
    """What is said about a pair beside its points."""
    lifted = ", ".join(translate(word, language) for barrier, word in LIFTED_WORDS.items() if params.get(barrier))
    return translate(NOTE_SENTENCES[note], language).format(lifted=lifted, reason=params.get("reason", ""))
