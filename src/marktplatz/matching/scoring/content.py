"""Do the two texts speak of the same? Concepts that meet, character n-grams, and, with the extra, sentence embeddings."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Final

import numpy as np
import scipy.sparse as sparse

from marktplatz.matching.problem import IntArray
from marktplatz.matching.scoring import semantic
from marktplatz.matching.scoring.analysis import FULL, analyse, find_concepts, join_grams, text_of
from marktplatz.matching.scoring.gate import find_gate, is_vague
from marktplatz.matching.scoring.lexicon import ConceptKind, Lexicon
from marktplatz.matching.scoring.scene import Entries, FloatArray, Scene
from marktplatz.matching.scoring.words import find_shared_words

_SHARES: Final = (2, 3)
_SHARES_WITH_MEANING: Final = (4, 3)
"""What concepts and n-grams count, as whole numbers: together at most 7 * FULL**2, which four bytes still hold."""
_MEANING_WEIGHT: Final = 2.0
_LEAST_MEANING: Final = 0.1
"""Embeddings of texts that have nothing to do with each other are up to this much alike: four of five pairs are less."""
_LEAST: Final = 0.15
"""What two texts that have nothing to do with each other reach by the letters of any language."""
STEPS: Final = 1000
"""A score is a whole number of thousandths, so that large tables can keep it in two bytes."""
_SHOWN_WORDS: Final = 3
_CELLS_AT_ONCE: Final = 2_000_000
_PAIRS_AT_ONCE: Final = 20_000
_PER_CENT: Final = 100
_SPARSE: Final = 8
"""Where fewer than one in so many of the possible pairs are asked for, they are compared one by one."""

_Met = tuple[str, str, str]
"""The label of a concept, or nothing, and the words of both texts that met in it."""


@dataclass(frozen=True, eq=False)
class _Texts:
    """Offers (0) and needs (1) as rows of whole numbers that can be multiplied with each other.

    `rows` hold concepts and n-grams side by side, the offers' at their `shares`, so that one product adds both.
    """

    rows: tuple[sparse.csr_array, sparse.csr_array]
    shares: tuple[int, int]
    meanings: tuple[semantic.Vectors, semantic.Vectors] | None


def score(scene: Scene, offers: IntArray, needs: IntArray) -> FloatArray:
    """Square root of the weighted mean of the cosines of concepts (1) and n-grams (1.5); with the extra 1, 0.75, embeddings 2.

    The root lifts what short texts can reach at all: two words of ten in common are already a good sign. What any two texts reach
    is taken off, (root - 0.15) / 0.85, at least 0. Neither changes the ranking of what has something in common.
    Offers and needs are two lists of the same length, or a column and a row.
    """
    texts = _read_texts(scene.offers, scene.needs)
    if offers.ndim == 2:
        return _score_block(texts, offers[:, 0], needs[0].astype(np.int64, copy=False))
    if len(offers) == 1:
        return _score_pair(texts, int(offers[0]), int(needs[0]))
    rows, row = np.unique(offers, return_inverse=True)
    columns, column = np.unique(needs, return_inverse=True)
    if len(rows) * len(columns) > _SPARSE * len(offers):
        return _score_list(texts, offers, needs)
    scores = np.empty(len(offers))
    order = np.argsort(row, kind="stable")
    step = max(1, _CELLS_AT_ONCE // max(1, len(columns)))
    for start in range(0, len(rows), step):
        here = order[slice(*np.searchsorted(row[order], (start, start + step)))]
        block = _score_block(texts, rows[start : start + step], columns)
        scores[here] = block[row[here] - start, column[here]]
    return scores


@lru_cache(maxsize=4)
def _read_texts(offers: Entries, needs: Entries) -> _Texts:
    left, right = analyse(offers), analyse(needs)
    meanings = (_embed(offers), _embed(needs)) if semantic.is_available() else None
    shares = _SHARES if meanings is None else _SHARES_WITH_MEANING
    grams = join_grams(left, right)
    ours = sparse.hstack([shares[0] * left.concepts, shares[1] * grams[0]], format="csr", dtype=np.int32)
    theirs = sparse.hstack([right.concepts, grams[1]], format="csr", dtype=np.int32)
    return _Texts((ours, theirs), shares, meanings)


@lru_cache(maxsize=8)
def _embed(entries: Entries) -> semantic.Vectors:
    texts = [text_of(member).strip() for member in entries.members]
    return semantic.embed(texts, analyse(entries).concepts, [concept.label for concept in entries.lexicon.concepts])


@lru_cache(maxsize=2)
def _turn(texts: _Texts, columns: bytes) -> sparse.csr_array:
    """Some needs as columns; kept, because many blocks of offers are compared with the same."""
    return texts.rows[1][np.frombuffer(columns, dtype=np.int64)].T.tocsr()


def _score_block(texts: _Texts, rows: IntArray, columns: IntArray) -> FloatArray:
    """Every of some offers with every of some needs."""
    alike = (texts.rows[0][rows] @ _turn(texts, columns.tobytes())).toarray()
    meaning = None if texts.meanings is None else texts.meanings[0][rows] @ texts.meanings[1][columns].T
    return _mix(alike, texts.shares, meaning)


def _score_list(texts: _Texts, offers: IntArray, needs: IntArray) -> FloatArray:
    """The first offer with the first need, the second with the second: what a block would give, pair by pair."""
    scores = np.empty(len(offers))
    for start in range(0, len(offers), _PAIRS_AT_ONCE):
        here = slice(start, start + _PAIRS_AT_ONCE)
        a, n = offers[here], needs[here]
        alike = texts.rows[0][a].multiply(texts.rows[1][n]).sum(axis=1)
        meaning = None if texts.meanings is None else (texts.meanings[0][a] * texts.meanings[1][n]).sum(axis=1)
        scores[here] = _mix(alike, texts.shares, meaning)
    return scores


def _score_pair(texts: _Texts, offer: int, need: int) -> FloatArray:
    """The same of one pair, without the detour over tables that costs more than the sum itself."""
    (columns, values), (others, factors) = (_read_row(side, row) for side, row in zip(texts.rows, (offer, need), strict=True))
    _, here, there = np.intersect1d(columns, others, assume_unique=True, return_indices=True)
    alike = (values[here].astype(np.int64) * factors[there]).sum(keepdims=True)
    meaning = None if texts.meanings is None else (texts.meanings[0][offer] * texts.meanings[1][need]).sum(keepdims=True)
    return _mix(alike, texts.shares, meaning)


def _read_row(table: sparse.csr_array, row: int) -> tuple[IntArray, IntArray]:
    here = slice(table.indptr[row], table.indptr[row + 1])
    return table.indices[here], table.data[here]


def _mix(products: IntArray, shares: tuple[int, int], meaning: semantic.Vectors | None) -> FloatArray:
    """From products of rows of length FULL to a score: the sums were exact, so every machine rounds alike."""
    likeness = products / shares[0]
    total = 1 + shares[1] / shares[0]
    if meaning is not None:
        alike = meaning.astype(np.float64) / semantic.FULL**2
        likeness += _MEANING_WEIGHT * FULL**2 / (1 - _LEAST_MEANING) * np.maximum(alike - _LEAST_MEANING, 0)
        total += _MEANING_WEIGHT
    likeness *= 1 / (total * FULL**2)
    score = np.sqrt(np.minimum(likeness, 1, out=likeness), out=likeness)
    score -= _LEAST
    score *= STEPS / (1 - _LEAST)
    score = np.rint(np.maximum(score, 0, out=score), out=score)
    score /= STEPS
    return score


def describe(scene: Scene, offer: int, need: int) -> Mapping[str, str | int]:
    """Which words met: in one concept or letter by letter, else in related concepts; whether a text is too vague to tell.

    Of every concept in which words met its label, the offer's word and the need's, empty if the same; `words` are those that met
    letter by letter. `counts` is there where the other parts count less for it: to how many per cent.
    """
    ours, theirs = text_of(scene.offers.members[offer]), text_of(scene.needs.members[need])
    lexicon = scene.offers.lexicon
    pair = np.array([offer]), np.array([need])
    gate = float(find_gate(scene, score(scene, *pair), *pair)[0])
    params: dict[str, str | int] = {"counts": round(_PER_CENT * gate)} if gate < 1 else {}
    met = _choose([*_find_met_words(lexicon, ours, theirs), *(("", *words) for words in find_shared_words(ours, theirs))])
    for number, (label, word, match) in enumerate((each for each in met if each[0]), 1):
        params |= {f"label_{number}": label, f"word_{number}": word, f"match_{number}": match}
    params["words"] = _show(each for each in met if not each[0])
    if met:
        return params
    related = _show(_choose(_find_related_words(lexicon, ours, theirs)))
    return params | {"related": related, "vague": int(is_vague(scene, *pair)[0])}


def _choose(pairs: Iterable[_Met]) -> Sequence[_Met]:
    """The first few pairs of words, each word once."""
    chosen: list[_Met] = []
    seen: set[str] = set()
    for label, word, match in pairs:
        if not {word.casefold(), match.casefold()} & seen:
            seen |= {word.casefold(), match.casefold()}
            chosen.append((label, word, "" if word.casefold() == match.casefold() else match))
    return chosen[:_SHOWN_WORDS]


def _show(pairs: Iterable[_Met]) -> str:
    return ", ".join(f"{word} – {match}" if match else word for _, word, match in pairs)


def _find_related_words(lexicon: Lexicon, text: str, other: str) -> Iterator[_Met]:
    """The words of both texts whose concepts belong together without being the same."""
    for (a, word), (b, match) in product(find_concepts(lexicon, text), find_concepts(lexicon, other)):
        if _belong_together(lexicon, a, b):
            yield "", word, match


def _belong_together(lexicon: Lexicon, a: int, b: int) -> bool:
    one, two = lexicon.concepts[a], lexicon.concepts[b]
    return any(there.id in here.related or there.id in here.broader for here, there in ((one, two), (two, one)))


def _find_met_words(lexicon: Lexicon, text: str, other: str) -> list[_Met]:
    """The words of both texts that point to the same concept; what is done before for whom it is done."""
    concepts = lexicon.concepts
    ours: dict[int, str] = {}
    theirs: dict[int, str] = {}
    for found, words in ((ours, find_concepts(lexicon, text)), (theirs, find_concepts(lexicon, other))):
        for concept, word in words:
            found.setdefault(concept, word)
    order = list(ConceptKind)
    met = sorted(ours.keys() & theirs.keys(), key=lambda concept: (order.index(concepts[concept].kind), concept))
    return [(concepts[concept].label, ours[concept], theirs[concept]) for concept in met]
