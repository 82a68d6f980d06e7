"""Sentences for what the market day finds: check-ins, agreements, what the notary refuses."""

from collections.abc import Mapping
from typing import Final

DAY_SENTENCES: Final[Mapping[str, str]] = {
    # Check-ins.
    "not_checked_in": "Zu „{id}“ ist noch nicht festgehalten, ob sie da ist.",
    "checked_in_already": "Zu „{id}“ ist schon etwas festgehalten. Bitte ändern Sie diesen Eintrag.",
    # What is written down.
    "unknown_agreement": "Eine Vereinbarung „{id}“ gibt es hier nicht.",
    "party_count": "An einer Vereinbarung sind mindestens {least} und höchstens {limit} Organisationen beteiligt.",
    "double_party": "„{id}“ ist schon als Beteiligte genannt.",
    "not_a_party": "„{id}“ ist nicht an der Vereinbarung beteiligt. Bitte nehmen Sie die Organisation unter die Beteiligten auf.",
    "too_many_services": "Eine Vereinbarung hat höchstens {limit} Leistungen. Bitte teilen Sie sie auf.",
    "entry_of_another": "„{id}“ gehört nicht zu „{organisation}“. Bitte prüfen Sie, wer gibt und wer bekommt.",
    "pairing_not_published": "Für „{offer}“ und „{need}“ ist Ihnen kein Vorschlag veröffentlicht worden. "
    "Bitte nennen Sie Beteiligte und Leistungen selbst.",
    "agreement_without_you": "Eine Vereinbarung können Sie nur für eine Organisation aufsetzen, für die Sie stehen.",
    # Its way.
    "agreement_is_not_submitted": "Die Vereinbarung „{id}“ liegt nicht beim Notariat. Bitte reichen Sie sie zuerst ein.",
    "agreement_is_submitted": "Die Vereinbarung „{id}“ liegt beim Notariat und lässt sich gerade nicht ändern.",
    "agreement_is_certified": "Die Vereinbarung „{id}“ ist schon beglaubigt.",
    "agreement_is_void": "Die Vereinbarung „{id}“ gilt nicht mehr.",
    # What the notary refuses.
    "agreement_over_money": "Hier geht es um Geld ({words}), und das ist auf dem Marktplatz tabu. "
    "Bitte beschreiben Sie, was stattdessen getan oder gegeben wird.",
    "agreement_without_service": "Die Vereinbarung nennt keine Leistung. Bitte schreiben Sie auf, wer was für wen tut.",
    "agreement_breaks_forbidden": "Die Veranstalter haben das Paar „{offer}“ und „{need}“ ausgeschlossen.",
    "agreement_breaks_no_thanks": "Zwischen „{organisation}“ und „{target}“ steht ein „Nein danke“.",
    "agreement_breaks_same_organisation": "„{organisation}“ gibt und bekommt dieselbe Leistung. Bitte prüfen Sie die Beteiligten.",
    "agreement_breaks_same_owner": "„{organisation}“ und „{other}“ gehören demselben Eigentümer.",
    "agreement_breaks_capacity": "„{entry}“ ist vergeben: Alle Plätze ({limit}) sind durch beglaubigte Vereinbarungen belegt.",
    "agreement_breaks_max_agreements": "„{organisation}“ hat die Höchstzahl an Vereinbarungen ({limit}) erreicht.",
}
