"""Words on the board."""

from typing import Final

from marktplatz.wording import translate

UNPUBLISHED: Final = "eine Vereinbarung"


def name_of_unpublished(language: str = "de") -> str:
    """What is said of an agreement whose parties did not agree to be published."""
    return translate(UNPUBLISHED, language)
