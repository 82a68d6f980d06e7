"""Do the two texts speak of the same? Concepts that meet, character n-grams, and, with the extra, sentence embeddings."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

import numpy as np

from marktplatz.matching.problem import IntArray
from marktplatz.matching.scoring import semantic
from marktplatz.matching.scoring.analysis import analyse, find_concepts, join_grams, text_of
from marktplatz.matching.scoring.lexicon import ConceptKind, Lexicon
from marktplatz.matching.scoring.scene import Entries, FloatArray, Scene
from marktplatz.matching.scoring.words import find_shared_words

_GRAM_WEIGHT: Final = 1.5
_GRAM_WEIGHT_WITH_MEANING: Final = 0.75
_MEANING_WEIGHT: Final = 2.0
_LEAST_MEANING: Final = 0.1
"""Embeddings of texts that have nothing to do with each other are still this much alike."""
_SHOWN_WORDS: Final = 3
_CELLS_AT_ONCE: Final = 4_000_000


def score(scene: Scene, offers: IntArray, needs: IntArray) -> FloatArray:
    """Square root of the weighted mean of the cosines of concepts (1) and n-grams (1.5); with the extra n-grams 0.75, embeddings 2.

    The root lifts what short texts can reach at all: two words of ten in common are already a good sign. It changes no ranking.
    """
    left, right = analyse(scene.offers), analyse(scene.needs)
    left_grams, right_grams = join_grams(left, right)
    with_meaning = semantic.is_available()
    gram_weight = _GRAM_WEIGHT_WITH_MEANING if with_meaning else _GRAM_WEIGHT
    total = 1 + gram_weight + (_MEANING_WEIGHT if with_meaning else 0)
    likeness = np.zeros(len(offers))
    step = max(1, _CELLS_AT_ONCE // max(1, len(scene.needs.members)))
    for start in range(0, len(scene.offers.members), step):
        here = (offers >= start) & (offers < start + step)
        if not here.any():
            continue
        rows = slice(start, start + step)
        block = (left.concepts[rows] @ right.concepts.T).toarray() + gram_weight * (left_grams[rows] @ right_grams.T).toarray()
        if with_meaning:
            meaning = semantic.compare(_embed(scene.offers)[rows], _embed(scene.needs))
            block += _MEANING_WEIGHT * np.maximum(0, (meaning - _LEAST_MEANING) / (1 - _LEAST_MEANING))
        likeness[here] = block[offers[here] - start, needs[here]]
    return np.sqrt(np.clip(np.round(likeness / total, 9), 0, 1))


@lru_cache(maxsize=8)
def _embed(entries: Entries) -> FloatArray:
    return semantic.embed([text_of(member).strip() for member in entries.members])


def describe(scene: Scene, offer: int, need: int) -> Mapping[str, str | int]:
    """Which words met: in one concept or letter by letter, else in related concepts; and whether a text is too vague to tell."""
    ours, theirs = text_of(scene.offers.members[offer]), text_of(scene.needs.members[need])
    lexicon = scene.offers.lexicon
    words = _show([*_find_met_words(lexicon, ours, theirs), *find_shared_words(ours, theirs)])
    if words:
        return {"words": words}
    related = _show(_find_related_words(lexicon, ours, theirs))
    is_vague = not all(any(True for _ in find_concepts(lexicon, text)) for text in (ours, theirs))
    return {"words": "", "related": related, "vague": int(is_vague)}


def _show(pairs: Iterable[tuple[str, str]]) -> str:
    """The first few pairs of words, each word once."""
    shown: dict[str, None] = {}
    seen: set[str] = set()
    for word, other in pairs:
        if not {word.casefold(), other.casefold()} & seen:
            seen |= {word.casefold(), other.casefold()}
            shown[word if word.casefold() == other.casefold() else f"{word} – {other}"] = None
    return ", ".join(list(shown)[:_SHOWN_WORDS])


def _find_related_words(lexicon: Lexicon, text: str, other: str) -> list[tuple[str, str]]:
    """The words of both texts whose concepts belong together without being the same."""
    pairs = [(here, there) for here in find_concepts(lexicon, text) for there in find_concepts(lexicon, other)]
    return [(word, match) for (a, word), (b, match) in pairs if _belong_together(lexicon, a, b)]


def _belong_together(lexicon: Lexicon, a: int, b: int) -> bool:
    one, two = lexicon.concepts[a], lexicon.concepts[b]
    return any(there.id in here.related or there.id in here.broader for here, there in ((one, two), (two, one)))


def _find_met_words(lexicon: Lexicon, text: str, other: str) -> list[tuple[str, str]]:
    """The words of both texts that point to the same concept; what is done before for whom it is done."""
    concepts = lexicon.concepts
    ours: dict[int, str] = {}
    theirs: dict[int, str] = {}
    for found, words in ((ours, find_concepts(lexicon, text)), (theirs, find_concepts(lexicon, other))):
        for concept, word in words:
            found.setdefault(concept, word)
    order = list(ConceptKind)
    met = sorted(ours.keys() & theirs.keys(), key=lambda concept: (order.index(concepts[concept].kind), concept))
    return [(ours[concept], theirs[concept]) for concept in met]
