"""German and English words; the German sentence is the message id, the English ones stand in `locale/en`."""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Final

SOURCE_LANGUAGE: Final = "de"
_LOCALES: Final = Path(__file__).parent / "locale"


def translate(message: str, language: str = SOURCE_LANGUAGE) -> str:
    """The message in a language; German where there is no translation."""
    return message if language == SOURCE_LANGUAGE else _translations(language).gettext(message)


def translate_number(one: str, many: str, count: int, language: str = SOURCE_LANGUAGE) -> str:
    """One of two messages, as the number asks for."""
    if language == SOURCE_LANGUAGE:
        return one if count == 1 else many
    return _translations(language).ngettext(one, many, count)


@cache
def _translations(language: str) -> NullTranslations:
    """The catalogue of a language, compiled in memory, so that no built file can be out of date."""
    catalogues = sorted((_LOCALES / language / "LC_MESSAGES").glob("*.po")) if language.isalpha() else []
    if not catalogues:
        return NullTranslations()
    from io import BytesIO

    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    messages = Catalog(locale=language)
    for catalogue in catalogues:
        with catalogue.open("rb") as stream:
            for message in read_po(stream, locale=language):
                messages[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return GNUTranslations(compiled)
