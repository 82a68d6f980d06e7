"""Sentences for what the notaries' desk finds: numbers, points of the checklist, limits, papers."""

from collections.abc import Mapping
from typing import Final

NOTARY_SENTENCES: Final[Mapping[str, str]] = {
    "desk_checks_missing": "Vor dem Stempel werden alle {count} Punkte geprüft. Bitte haken Sie an, was stimmt, oder geben Sie zurück.",
    "agreement_in_hand": "{who} hat diese Vereinbarung gerade in der Hand. Sie können sie trotzdem übernehmen.",
    "number_of_no_station": "Die Nummer {number} gehört zu keinem Platz und keinem Block. Bitte prüfen Sie sie auf dem Papier.",
    "number_taken": "Die Nummer {number} ist schon vergeben. Bitte prüfen Sie sie auf dem Papier.",
    "numbers_used_up": "Alle Nummern sind vergeben. Bitte richten Sie einen Platz mit eigenen Nummern ein.",
    "not_of_agreement": "„{id}“ kommt in dieser Vereinbarung nicht vor.",
    "raise_of_one_thing": "Bitte nennen Sie entweder einen Eintrag oder eine Organisation, nicht beides und nicht keins.",
    "has_no_limit": "„{id}“ hat keine Höchstzahl, die im Weg wäre.",
    "limit_not_raised": "Mehr als bisher ({limit}) muss es schon sein, und höchstens {most}.",
    "not_certified_yet": "Diese Vereinbarung ist noch nicht beglaubigt; danach gibt es sie hier zum Ausdrucken.",
    "no_certificate_yet": "Eine Urkunde gibt es, sobald die erste Vereinbarung beglaubigt ist.",
}
