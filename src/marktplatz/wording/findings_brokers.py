"""What the brokers' console and the form of an agreement refuse, in German; English in `day_brokers.po`."""

from collections.abc import Mapping
from typing import Final

BROKER_SENTENCES: Final[Mapping[str, str]] = {
    "name_fits_several": "„{found}“ passt auf {count} Organisationen: {names}. Bitte schreiben Sie etwas mehr vom Namen.",
    "name_fits_nobody": "Eine Organisation „{found}“ gibt es hier nicht. Bitte prüfen Sie den Namen.",
    "service_without_words": "Bitte schreiben Sie in wenigen Worten auf, was getan oder gegeben wird.",
    "service_between_nobody": "Bitte wählen Sie zwei der Beteiligten: wer gibt und wer bekommt.",
    "note_without_text": "Bitte schreiben Sie die Notiz auf.",
    "note_without_partner": "Bitte wählen Sie, um welche andere Organisation es geht.",
    "note_about_itself": "Eine Organisation kann nicht ihr eigener Partner sein.",
    "note_of_another_pair": "Angebot und Gesuch gehören nicht zu diesen beiden Organisationen.",
    "not_to_be_brought_together": "Diese beiden sollen nicht zusammengebracht werden: Eine Absage steht dagegen. "
    "Bitte suchen Sie einen anderen Partner aus.",
    "unknown_hall_note": "Eine Notiz „{id}“ gibt es hier nicht.",
}
