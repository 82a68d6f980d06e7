"""Names as they are looked for at the door: without umlauts and doubled letters, from the beginning of a word, or nearly so."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+")
_SPELLED: Final = (("ß", "ss"), ("ae", "a"), ("oe", "o"), ("ue", "u"))
"""Only what keeps the beginning of a name a beginning while it is typed."""
_DOUBLED: Final = re.compile(r"([^\W\d])\1+")
_LEAST_FOR_TYPO: Final = 4
_LEAST_FOR_TWO: Final = 8
EXACT, BEGINS, WORD_BEGINS, INSIDE, NEARLY = range(5)
"""How well a name fits, the best first."""


@lru_cache(maxsize=4096)
def fold_for_search(text: str) -> str:
    """Müller, Mueller and Muler are one; digits stay as they are."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    for spelled, kept in _SPELLED:
        bare = bare.replace(spelled, kept)
    return " ".join(_WORD.findall(_DOUBLED.sub(r"\1", bare)))


def rank_of(name: str, asked: str, *, with_typos: bool) -> int | None:
    """How well a folded name fits what was typed, folded too; smaller is better, None is not at all."""
    if name == asked:
        return EXACT
    if name.startswith(asked):
        return BEGINS
    words, typed = name.split(), asked.split()
    if all(any(word.startswith(part) for word in words) for part in typed):
        return WORD_BEGINS
    if all(part in name for part in typed) or asked.replace(" ", "") in name.replace(" ", ""):
        return INSIDE
    if with_typos and all(any(_is_near(word, part) for word in words) for part in typed):
        return NEARLY
    return None


def find_by_name(names: Iterable[tuple[str, str]], search: str) -> dict[str, int]:
    """Ids with their rank, of (id, name). Nearly right counts where nothing else fits: who types well sees no noise."""
    asked = fold_for_search(search)
    folded = [(key, fold_for_search(name)) for key, name in names]
    for with_typos in (False, True):
        found = {key: rank for key, name in folded if (rank := rank_of(name, asked, with_typos=with_typos)) is not None}
        if found:
            return found
    return {}


def _is_near(word: str, part: str) -> bool:
    """Is the word, or its beginning, what somebody meant? One slip from four letters on, two from eight."""
    if len(part) < _LEAST_FOR_TYPO:
        return word.startswith(part)
    slips = 2 if len(part) >= _LEAST_FOR_TWO else 1
    if len(set(part) - set(word)) > slips or len(word) < len(part) - slips:  # quick to see
        return False
    return _count_slips(part, word, slips) <= slips


def _count_slips(part: str, word: str, most: int) -> int:
    """Letters more, fewer, other or swapped that lead from `part` to some beginning of `word`; stops beyond `most`."""
    before: list[int] = []
    row = list(range(len(word) + 1))
    for i, letter in enumerate(part, 1):
        earlier, before, row = before, row, [i]
        for j, other in enumerate(word, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == word[j - 2] and part[i - 2] == other:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[max(0, len(part) - most) :], default=most + 1)
