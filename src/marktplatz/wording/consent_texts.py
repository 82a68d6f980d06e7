"""What people agree to, word by word. A wording that somebody agreed to is kept; another wording is another version by itself."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from marktplatz.vocabulary import ConsentPurpose
from marktplatz.wording import translate

CONSENT_TEXTS: Final[Mapping[ConsentPurpose, str]] = {
    ConsentPurpose.PUBLICATION: "Der Name unserer Organisation und das Ergebnis unserer Vereinbarungen dürfen veröffentlicht "
    "werden, zum Beispiel in der Zeitung oder auf der Internetseite des Marktplatzes.",
    ConsentPurpose.PHOTOS: "Am Markttag darf ich fotografiert werden, und die Bilder dürfen für Berichte über den Marktplatz "
    "verwendet werden.",
    ConsentPurpose.NEXT_INVITATION: "Sie dürfen meine Kontaktdaten aufheben, um mich zum nächsten Marktplatz einzuladen.",
}


def consent_text(purpose: ConsentPurpose, language: str = "de") -> str:
    return translate(CONSENT_TEXTS[purpose], language)


def consent_version(purpose: ConsentPurpose, language: str = "de") -> str:
    """Made of the words themselves, so that no two wordings can share a version."""
    return f"{language}-{sha256(consent_text(purpose, language).encode()).hexdigest()[:10]}"
