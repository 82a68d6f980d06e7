"""Titles of HTTP statuses in plain words."""

from collections.abc import Mapping
from typing import Final

from marktplatz.wording import translate

TITLES: Final[Mapping[int, str]] = {
    400: "Die Anfrage ist nicht zu verstehen.",
    401: "Bitte melden Sie sich an.",
    403: "Das dürfen Sie hier nicht.",
    404: "Das gibt es hier nicht.",
    405: "So geht es an dieser Adresse nicht.",
    409: "Das passt nicht zum jetzigen Stand.",
    412: "Der Stand ist inzwischen ein anderer.",
    413: "Das ist zu groß.",
    415: "Dieses Format wird hier nicht gelesen.",
    422: "Mit den Angaben stimmt etwas nicht.",
    428: "Bitte nennen Sie den Stand, den Sie ändern wollen.",
    429: "Das waren zu viele Anfragen in kurzer Zeit.",
    500: "Hier ist etwas schiefgegangen.",
    503: "Das geht gerade nicht.",
    507: "Der Speicher ist voll.",
}
NEEDS_SCRIPT: Final = "Die Beschreibung der Schnittstelle braucht JavaScript; als Datei steht sie unter /openapi.json."
OTHER: Final = "Das hat nicht geklappt."


def title_of_status(status: int, language: str = "de") -> str:
    return translate(TITLES.get(status, OTHER), language)
