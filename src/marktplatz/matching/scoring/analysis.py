"""What a text speaks of: its concepts and its character n-grams, as sparse rows of unit length. The same text, the same rows."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import log, sqrt
from typing import Final, TypeVar

import numpy as np
import scipy.sparse as sparse

from marktplatz.market import Entry
from marktplatz.matching.scoring.lexicon import ConceptKind, Lexicon, find_matches, load_lexicon
from marktplatz.matching.scoring.scene import Entries
from marktplatz.matching.scoring.words import find_all_spellings, find_language, find_spellings, fold, is_passing

_Key = TypeVar("_Key")
_GRAM_LENGTHS: Final = (3, 4, 5)
_KIND_WEIGHTS: Final = {
    ConceptKind.SERVICE: 1.0,
    ConceptKind.THING: 1.0,
    ConceptKind.OCCASION: 0.5,
    ConceptKind.BENEFICIARY: 0.2,
}
"""What is done or handed over says most about a deal, for whom it is says least."""

_LETTER_SHARES: Final = {
    ConceptKind.SERVICE: 1.0,
    ConceptKind.THING: 1.0,
    ConceptKind.OCCASION: 0.65,
    ConceptKind.BENEFICIARY: 0.3,
}
_PASSING_SHARE: Final = 0.3
"""How much the letters of a word count that names such a concept, or only says when and how many."""

_BROADER_SHARE: Final = 0.5
_RELATED_SHARE: Final = 0.5


@dataclass(frozen=True, eq=False)
class Analysis:
    """Sparse rows of unit length (or zero), one per entry: concepts over the lexicon, grams over `vocabulary`."""

    concepts: sparse.csr_matrix
    grams: Sequence[dict[str, float]]


def text_of(entry: Entry) -> str:
    return f"{entry.title} {entry.text or ''}"


@lru_cache(maxsize=8)
def analyse(entries: Entries) -> Analysis:
    """Concepts and n-grams of every entry; kept for the last few lists, which are compared by identity."""
    rows = [_weigh(entries.lexicon, text_of(member)) for member in entries.members]
    return Analysis(_to_rows([concepts for concepts, _ in rows], len(entries.lexicon.concepts)), [grams for _, grams in rows])


def find_concepts(lexicon: Lexicon, text: str) -> Iterator[tuple[int, str]]:
    """(concept, words as written) of every match, German words always, the text's own language beside them."""
    for language in dict.fromkeys(("de", find_language(text))):
        spellings = find_all_spellings(text, language)
        for concept, first, last in find_matches(lexicon, [word for word, _ in spellings], language):
            yield concept, " ".join(written for _, written in spellings[first : last + 1])


def _weigh(lexicon: Lexicon, text: str) -> tuple[dict[int, float], dict[str, float]]:
    """The concepts found, at their kind's weight, and a share for what they are part of or go together with; and the n-grams."""
    found: dict[int, float] = {}
    letters: dict[str, float] = {}
    for concept, written in find_concepts(lexicon, text):
        kind = lexicon.concepts[concept].kind
        for word in written.split():
            letters[word] = max(letters.get(word, 0.0), _LETTER_SHARES[kind])
        for other, share in _neighbourhood(lexicon, concept):
            weight = share * min(_KIND_WEIGHTS[kind], _KIND_WEIGHTS[lexicon.concepts[other].kind])
            found[other] = max(found.get(other, 0.0), weight)
    return _to_unit(found), _weigh_grams(text, letters)


@lru_cache(maxsize=10_000)
def _neighbourhood(lexicon: Lexicon, concept: int) -> tuple[tuple[int, float], ...]:
    here = lexicon.concepts[concept]
    shares = {other: _RELATED_SHARE * strength for other, strength in here.related.items()}
    shares |= {other: max(_BROADER_SHARE, shares.get(other, 0.0)) for other in here.broader}
    return ((concept, here.tells), *((lexicon.position[other], here.tells * share) for other, share in shares.items()))


def _weigh_grams(text: str, letters: dict[str, float]) -> dict[str, float]:
    """The n-grams of the words at their rarity; `letters` says which words count less."""
    counts: dict[str, float] = {}
    for word, written in find_spellings(text):
        share = _PASSING_SHARE if is_passing(word) else letters.get(written, 1.0)
        for gram in _grams(word):
            counts[gram] = counts.get(gram, 0.0) + share
    rarity, unseen = _gram_rarity()
    return _to_unit({gram: (1 + log(count) if count > 1 else count) * rarity.get(gram, unseen) for gram, count in counts.items()})


def _grams(word: str) -> Iterator[str]:
    padded = f" {word} "
    for length in _GRAM_LENGTHS:
        for start in range(len(padded) - length + 1):
            yield padded[start : start + length]


@cache
def _gram_rarity() -> tuple[dict[str, float], float]:
    """log((1 + n) / (1 + words with the gram)) over the n German words of the lexicon: a fixed background.

    So a pair's points depend on its two entries alone; nobody's points move because somebody else has registered.
    """
    words = {
        fold(part).strip("=*")
        for concept in load_lexicon().concepts
        for pattern in concept.words.get("de", ())
        for part in pattern.split()
    }
    counts = Counter(gram for word in words for gram in set(_grams(word)))
    return {gram: log((1 + len(words)) / (1 + count)) for gram, count in counts.items()}, log(1 + len(words))


def _to_unit(weights: dict[_Key, float]) -> dict[_Key, float]:
    norm = sqrt(sum(weight * weight for weight in weights.values()))
    return {key: weight / norm for key, weight in weights.items()} if norm else {}


def _to_rows(rows: Sequence[dict[int, float]], width: int) -> sparse.csr_matrix:
    columns = np.array([column for row in rows for column in sorted(row)], dtype=np.int64)
    values = np.array([row[column] for row in rows for column in sorted(row)], dtype=np.float64)
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    return sparse.csr_matrix((values, columns, starts), shape=(len(rows), width))


def join_grams(left: Analysis, right: Analysis) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """The n-grams of two lists as rows over one vocabulary: those that stand on both sides."""
    shared = {gram for row in left.grams for gram in row} & {gram for row in right.grams for gram in row}
    vocabulary = {gram: column for column, gram in enumerate(sorted(shared))}
    sides = [
        _to_rows(
            [{vocabulary[gram]: weight for gram, weight in row.items() if gram in vocabulary} for row in side.grams],
            max(1, len(vocabulary)),
        )
        for side in (left, right)
    ]
    return sides[0], sides[1]
