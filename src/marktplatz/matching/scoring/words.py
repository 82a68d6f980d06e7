"""Words of a text as they are compared: folded, without what carries no meaning."""

import re
import unicodedata
from typing import Final

_TELLING: Final = 5
_WORD: Final = re.compile(r"[^\W\d_]+")
_FOLDED: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_EMPTY_WORDS: Final = """
aber alle als am an auch auf aus bei bieten bis braucht brauchen dass das dem den der des die dies ein eine einem einen einer
eines einmal etwas euch euer fuer gern gerne gesucht haben hat helfen hilfe ich ihr im in ist kann kein keine koennen mal man mehr
mit moechte moechten nach nicht nur oder ohne schon sehr sein sich sie sind so ueber um und uns unser unsere unserem unseren
unserer vom von vor was wenn wer wie wir wird wollen wuerden zu zum zur suchen biete suche unterstuetzung
a and are for from in is of on or our the to we with you your
"""
_EMPTY: Final = frozenset(_EMPTY_WORDS.split())


def find_words(text: str) -> list[str]:
    """Lower-case words with umlauts folded, without articles and the like; in the order of the text."""
    return [word for word, _ in find_spellings(text)]


def find_spellings(text: str) -> list[tuple[str, str]]:
    """The words as they are compared, each with how it was written."""
    spellings = ((fold(written), written) for written in _WORD.findall(unicodedata.normalize("NFKC", text)))
    return [(word, written) for word, written in spellings if len(word) > 1 and word not in _EMPTY]


def fold(text: str) -> str:
    """Lower case, umlauts written out: as Handy keyboards and hurried people write."""
    return unicodedata.normalize("NFKC", text).lower().translate(_FOLDED)


def find_shared_words(text: str, other: str) -> list[tuple[str, str]]:
    """Pairs of words, as written, one of which begins with a stretch of the other; the longest stretch first, each word once."""
    ours, theirs = dict(find_spellings(text)), dict(find_spellings(other))
    found = [(-_shared_stretch(word, candidate), word, candidate) for word in ours for candidate in theirs]
    shared: list[tuple[str, str]] = []
    for length, word, candidate in sorted(found):
        if -length >= _TELLING and word in ours and candidate in theirs:
            shared.append((ours.pop(word), theirs.pop(candidate)))
    return shared


def _shared_stretch(word: str, other: str) -> int:
    """Letters of the longest beginning of either word that stands anywhere in the other."""
    return max(_longest_beginning(word, other), _longest_beginning(other, word))


def _longest_beginning(word: str, other: str) -> int:
    return next((length for length in range(len(word), 0, -1) if word[:length] in other), 0)
