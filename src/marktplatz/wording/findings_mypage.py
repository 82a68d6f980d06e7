"""What a participant's own page refuses, in German; English in `pages_mypage.po`."""

from collections.abc import Mapping
from typing import Final

OWN_PAGE_SENTENCES: Final[Mapping[str, str]] = {
    "entry_is_withdrawn": "Dieser Eintrag ist zurückgezogen. Holen Sie ihn zuerst zurück, dann können Sie ihn ändern.",
    "organisation_is_withdrawn": "Ihre Teilnahme ist zurückgezogen. Melden Sie sich zuerst wieder an.",
    "too_many_entries": "Mehr als {limit} Einträge sind hier nicht möglich. Ziehen Sie andere zurück oder fassen Sie zusammen.",
    "entry_without_title": "Bitte geben Sie dem Eintrag eine kurze Überschrift, zum Beispiel „Zaun streichen“.",
    "no_place_left": "Der Saal ist inzwischen voll. Bitte fragen Sie die Veranstalterin, ob noch ein Platz frei wird.",
    "people_out_of_range": "Bitte nennen Sie eine Zahl von 1 bis {limit}.",
    "too_many_must_meet": "„Unbedingt treffen“ geht höchstens {limit}-mal, sonst ließe sich am Abend nichts davon einhalten. "
    "Wählen Sie hier „gern treffen“, oder nehmen Sie ein anderes „unbedingt“ zurück.",
    "mail_is_the_same": "Das ist schon Ihre Adresse.",
    "wrong_mail_code": "Dieser Code stimmt nicht oder gilt nicht mehr. Bitte prüfen Sie ihn, "
    "oder lassen Sie sich einen neuen schicken.",
    "others_count_on_you": "Andere rechnen schon mit Ihnen: Es gibt einen veröffentlichten Vorschlag oder eine Vereinbarung. "
    "Bitte schreiben Sie der Veranstalterin, dann löscht sie Ihre Daten und gibt den anderen Bescheid.",
    "erasure_not_confirmed": "Bitte setzen Sie das Häkchen, wenn Sie Ihre Daten wirklich löschen möchten.",
    "no_person_here": "Diese Seite gibt es nur für Teilnehmende, die mit ihrem Link hereingekommen sind.",
}
