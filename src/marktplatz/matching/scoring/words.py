"""Words of a text as they are compared: folded, without what carries no meaning."""

import re
import unicodedata
from typing import Final

_WORD: Final = re.compile(r"[^\W\d_]+")
_FOLDED: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_EMPTY: Final = frozenset(
    "aber alle als am an auch auf aus bei bieten bis braucht brauchen dass das dem den der des die dies ein eine einem einen einer "
    "eines einmal etwas euch euer fuer gern gerne gesucht haben hat helfen hilfe ich ihr im in ist kann kein keine koennen mal "
    "man mehr mit moechte moechten nach nicht nur oder ohne schon sehr sein sich sie sind so ueber um und uns unser unsere unserem "
    "unseren unserer vom von vor was wenn wer wie wir wird wollen wuerden zu zum zur suchen biete suche unterstuetzung "
    "a and are for from in is of on or our the to we with you your".split()
)


def find_words(text: str) -> list[str]:
    """Lower-case words with umlauts folded, without articles and the like; in the order of the text."""
    folded = unicodedata.normalize("NFKC", text).lower().translate(_FOLDED)
    return [word for word in _WORD.findall(folded) if len(word) > 1 and word not in _EMPTY]


def find_shared_words(text: str, other: str, at_least: int = 4) -> list[tuple[str, str]]:
    """Pairs of words that share a stretch of letters, the longest stretch first; shown as the reason for a likeness."""
    found: dict[tuple[str, str], int] = {}
    others = dict.fromkeys(find_words(other))
    for word in dict.fromkeys(find_words(text)):
        for candidate in others:
            length = _longest_common_stretch(word, candidate)
            if length >= at_least:
                found[word, candidate] = length
    return sorted(found, key=lambda pair: (-found[pair], pair))


def _longest_common_stretch(word: str, other: str) -> int:
    best = 0
    for start in range(len(word)):
        while word[start : start + best + 1] in other and start + best < len(word):
            best += 1
    return best
