"""Do the two texts speak of the same? Character n-grams of title and text, weighted by rarity."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import scipy.sparse as sparse

from marktplatz.market import Entry
from marktplatz.matching.problem import IntArray
from marktplatz.matching.scoring.scene import FloatArray, Scene
from marktplatz.matching.scoring.words import find_shared_words, find_words

_LENGTHS: Final = (3, 4, 5)
_SHOWN_WORDS: Final = 3
_CELLS_AT_ONCE: Final = 4_000_000


def score(scene: Scene, offers: IntArray, needs: IntArray) -> FloatArray:
    """Square root of the cosine of the two tf-idf vectors of character 3- to 5-grams inside words; 0 to 1.

    The root lifts the small cosines that short texts have: two words of ten in common are already a good sign.
    """
    vectors = _weigh([*scene.offers.members, *scene.needs.members])
    left, right = vectors[: len(scene.offers.members)], vectors[len(scene.offers.members) :].T.tocsc()
    cosines = np.zeros(len(offers))
    step = max(1, _CELLS_AT_ONCE // max(1, right.shape[1]))
    for start in range(0, left.shape[0], step):
        here = (offers >= start) & (offers < start + step)
        block = (left[start : start + step] @ right).toarray()
        cosines[here] = block[offers[here] - start, needs[here]]
    return np.sqrt(np.clip(np.round(cosines, 9), 0, 1))


def _weigh(entries: Sequence[Entry]) -> sparse.csr_matrix:
    """tf-idf rows of unit length; the vocabulary is sorted so that every order of entries gives the same numbers."""
    grams = [_count_grams(entry) for entry in entries]
    vocabulary = {gram: column for column, gram in enumerate(sorted({gram for counts in grams for gram in counts}))}
    lengths = [len(counts) for counts in grams]
    columns = np.array([vocabulary[gram] for counts in grams for gram in sorted(counts)], dtype=np.int64)
    counts = np.array([counts[gram] for counts in grams for gram in sorted(counts)], dtype=np.float64)
    table = sparse.csr_matrix(
        (1 + np.log(np.maximum(counts, 1)), columns, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)),
        shape=(len(entries), max(1, len(vocabulary))),
    )
    rarity = np.log((1 + len(entries)) / (1 + np.bincount(columns, minlength=table.shape[1]))) + 1
    table = table.multiply(rarity[np.newaxis, :]).tocsr()
    norms = np.sqrt(np.asarray(table.multiply(table).sum(axis=1)).ravel())
    return sparse.diags_array(1 / np.where(norms > 0, norms, 1)) @ table


def _count_grams(entry: Entry) -> dict[str, int]:
    counts: dict[str, int] = {}
    for word in find_words(f"{entry.title} {entry.text or ''}"):
        padded = f" {word} "
        for length in _LENGTHS:
            for start in range(len(padded) - length + 1):
                gram = padded[start : start + length]
                counts[gram] = counts.get(gram, 0) + 1
    return counts


def describe(scene: Scene, offer: int, need: int) -> Mapping[str, str | int]:
    ours, theirs = scene.offers.members[offer], scene.needs.members[need]
    shared = find_shared_words(f"{ours.title} {ours.text or ''}", f"{theirs.title} {theirs.text or ''}")[:_SHOWN_WORDS]
    return {"words": ", ".join(word if word.casefold() == other.casefold() else f"{word}/{other}" for word, other in shared)}
