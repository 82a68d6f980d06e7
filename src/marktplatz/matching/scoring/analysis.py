"""What a text speaks of: its concepts and its character n-grams, as sparse rows of unit length. The same text, the same rows."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from math import log
from typing import Final

import numpy as np
import scipy.sparse as sparse

from marktplatz.market import Entry
from marktplatz.matching.scoring.lexicon import ConceptKind, Lexicon, find_matches, load_lexicon
from marktplatz.matching.scoring.scene import Entries
from marktplatz.matching.scoring.words import (
    find_all_spellings,
    find_language,
    find_other_languages,
    find_spellings,
    fold,
    is_passing,
)

_GRAM_LENGTHS: Final = (3, 4, 5)
_KIND_WEIGHTS: Final = {
    ConceptKind.SERVICE: 1.0,
    ConceptKind.THING: 1.0,
    ConceptKind.OCCASION: 0.35,
    ConceptKind.BENEFICIARY: 0.2,
}
"""What is done or handed over says most about a deal, for whom it is says least."""

_WHOLE_SHARE: Final = 20
_LETTER_SHARES: Final = {
    ConceptKind.SERVICE: _WHOLE_SHARE,
    ConceptKind.THING: _WHOLE_SHARE,
    ConceptKind.OCCASION: 13,
    ConceptKind.BENEFICIARY: 6,
}
_PASSING_SHARE: Final = 6
"""How much the letters of a word count that names such a concept, or only says when and how many, of 20."""

_BROADER_SHARE: Final = 0.5
_RELATED_SHARE: Final = 0.5

FULL: Final = 2**14
"""What 1 is in a row of unit length. Whole numbers add up to the same sum in any order, so all machines agree on the points."""

_CONCEPT_SHARES: Final = 10_000
_TIMES_SHARES: Final = 64
_RARITY_SHARES: Final = 256

_MOST_TEXTS: Final = 4_096
"""That are kept as they were read, for each of the last few lexicons: a market is looked at again after every change of it."""


@dataclass(frozen=True, eq=False)
class Analysis:
    """Sparse rows of length FULL (or zero) in whole numbers, one per entry: concepts over the lexicon, grams over `vocabulary`."""

    concepts: sparse.csr_array
    grams: sparse.csr_array
    vocabulary: Mapping[str, int]


def text_of(entry: Entry) -> str:
    return f"{entry.title} {entry.text or ''}"


@lru_cache(maxsize=8)
def analyse(entries: Entries) -> Analysis:
    """Concepts and n-grams of every entry; kept for the last few lists, which are compared by identity."""
    weigh = _weigher(entries.lexicon)
    found = [weigh(text_of(member)) for member in entries.members]
    grams, vocabulary = weigh_grams([words for _, words in found])
    concepts = _to_rows([concepts for concepts, _ in found], len(entries.lexicon.concepts))
    return Analysis(_to_unit(concepts), grams, vocabulary)


def find_concepts(lexicon: Lexicon, text: str) -> tuple[tuple[int, str], ...]:
    """(concept, words as written) of every match, German words always, the text's own language beside them.

    What says nothing in German, and has no small word that would tell the language, is tried in the others.
    """
    return _finder(lexicon)(text)


@lru_cache(maxsize=4)
def _finder(lexicon: Lexicon) -> Callable[[str], tuple[tuple[int, str], ...]]:
    return lru_cache(maxsize=_MOST_TEXTS)(partial(_find_concepts, lexicon))


def _find_concepts(lexicon: Lexicon, text: str) -> tuple[tuple[int, str], ...]:
    own = find_language(text)
    found = [match for language in dict.fromkeys(("de", own)) for match in _find_in(lexicon, text, language)]
    if not found and own == "de":
        found = [match for language in find_other_languages(text) for match in _find_in(lexicon, text, language)]
    return tuple(found)


def _find_in(lexicon: Lexicon, text: str, language: str) -> Iterator[tuple[int, str]]:
    spellings = find_all_spellings(text, language)
    for concept, first, last in find_matches(lexicon, [word for word, _ in spellings], language):
        yield concept, " ".join(written for _, written in spellings[first : last + 1])


@lru_cache(maxsize=4)
def _weigher(lexicon: Lexicon) -> Callable[[str], tuple[Mapping[int, int], Mapping[str, int]]]:
    return lru_cache(maxsize=_MOST_TEXTS)(partial(_weigh, lexicon))


def _weigh(lexicon: Lexicon, text: str) -> tuple[dict[int, int], dict[str, int]]:
    """The concepts found, at their kind's weight, and a share for what is wider or related; and the words' shares."""
    found: dict[int, int] = {}
    letters: dict[str, int] = {}
    for concept, written in find_concepts(lexicon, text):
        kind = lexicon.concepts[concept].kind
        for word in written.split():
            letters[word] = max(letters.get(word, 0), _LETTER_SHARES[kind])
        for other, weight in _neighbourhood(lexicon, concept):
            found[other] = max(found.get(other, 0), weight)
    return found, share_words(text, letters)


def share_words(text: str, letters: Mapping[str, int]) -> dict[str, int]:
    """How much each word's letters count, summed over the places where it stands; `letters` says which words count less."""
    words: dict[str, int] = {}
    for word, written in find_spellings(text):
        share = _PASSING_SHARE if is_passing(word) else letters.get(written, _WHOLE_SHARE)
        words[word] = words.get(word, 0) + share
    return words


@lru_cache(maxsize=10_000)
def _neighbourhood(lexicon: Lexicon, concept: int) -> tuple[tuple[int, int], ...]:
    """What a concept adds to a text's row: itself, what is wider and what is related, none at more than its own kind's weight."""
    here = lexicon.concepts[concept]
    shares = {other: _RELATED_SHARE * strength for other, strength in here.related.items()}
    shares |= {other: max(_BROADER_SHARE, shares.get(other, 0.0)) for other in here.broader}
    near = ((concept, 1.0), *((lexicon.position[other], share) for other, share in shares.items()))
    weights = ((at, here.tells * share, lexicon.concepts[at].kind) for at, share in near)
    return tuple(
        (at, round(_CONCEPT_SHARES * share * min(_KIND_WEIGHTS[here.kind], _KIND_WEIGHTS[kind]))) for at, share, kind in weights
    )


def weigh_grams(texts: Sequence[Mapping[str, int]]) -> tuple[sparse.csr_array, Mapping[str, int]]:
    """Character n-grams of the words at their shares, by how much they count there and how rare they are, and the n-grams' columns.

    How often an n-gram stands in a text is how often it stands in a word, once for every word of the lists, times the word's share.
    """
    words: dict[str, int] = {}
    columns = [{words.setdefault(word, len(words)): share for word, share in text.items()} for text in texts]
    shares = _to_rows(columns, len(words))
    vocabulary: dict[str, int] = {}
    rows = [Counter(vocabulary.setdefault(gram, len(vocabulary)) for gram in _grams(word)) for word in words]
    counts = sparse.csr_array(shares @ _to_rows(rows, max(1, len(vocabulary))))
    counts.sort_indices()
    rarity, unseen = _gram_rarity()
    rarities = np.array([rarity.get(gram, unseen) for gram in vocabulary], dtype=np.int64)
    often = np.flatnonzero(np.bincount(counts.data))
    times = np.zeros(often.max(initial=0) + 1, dtype=np.int64)
    times[often] = [_weigh_count(count) for count in often.tolist()]
    counts.data = times[counts.data] * rarities[counts.indices]
    return _to_unit(counts), vocabulary


def _weigh_count(count: int) -> int:
    """The share up to one whole word, from there on with the logarithm."""
    often = count / _WHOLE_SHARE
    return round(_TIMES_SHARES * (1 + log(often) if often > 1 else often))


def _grams(word: str) -> Iterator[str]:
    padded = f" {word} "
    for length in _GRAM_LENGTHS:
        for start in range(len(padded) - length + 1):
            yield padded[start : start + length]


@cache
def _gram_rarity() -> tuple[dict[str, int], int]:
    """log((1 + n) / (1 + words with the gram)) over the n German words of the lexicon: a fixed background; in whole shares.

    So a pair's points depend on its two entries alone; nobody's points move because somebody else has registered.
    """
    words = {
        fold(part).strip("=*")
        for concept in load_lexicon().concepts
        for pattern in concept.words.get("de", ())
        for part in pattern.split()
    }
    counts = Counter(gram for word in words for gram in set(_grams(word)))
    shares = {gram: round(_RARITY_SHARES * log((1 + len(words)) / (1 + count))) for gram, count in counts.items()}
    return shares, round(_RARITY_SHARES * log(1 + len(words)))


def _to_unit(rows: sparse.csr_array) -> sparse.csr_array:
    """The rows at the length FULL, in whole numbers. Only steps that are exact or correctly rounded: the same everywhere."""
    starts, lengths = rows.indptr[:-1], np.diff(rows.indptr)
    squares = np.append(rows.data * rows.data, 0)
    norms = np.sqrt(np.where(lengths > 0, np.add.reduceat(squares, starts), 1).astype(np.float64)) if len(starts) else squares[:0]
    units = np.rint(rows.data * FULL / np.repeat(norms, lengths)).astype(np.int32)
    return sparse.csr_array((units, rows.indices, rows.indptr), shape=rows.shape)


def _to_rows(rows: Sequence[Mapping[int, int]], width: int) -> sparse.csr_array:
    columns = np.fromiter((column for row in rows for column in row), dtype=np.int32)
    values = np.fromiter((value for row in rows for value in row.values()), dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int32)
    table = sparse.csr_array((values, columns, starts), shape=(len(rows), width))
    table.sort_indices()
    return table


def join_grams(left: Analysis, right: Analysis) -> tuple[sparse.csr_array, sparse.csr_array]:
    """The n-grams of two lists as rows over one vocabulary: those that stand on both sides."""
    shared = [(column, right.vocabulary[gram]) for gram, column in left.vocabulary.items() if gram in right.vocabulary]
    columns = np.array(shared, dtype=np.int64).reshape(-1, 2)
    return left.grams[:, columns[:, 0]], right.grams[:, columns[:, 1]]
