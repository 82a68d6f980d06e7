"""The markets that come with the repository, read once."""

from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

import marktplatz
from marktplatz.exchange.reading import read_market
from marktplatz.market import Market

EXAMPLES: Final = Path(__file__).parent.parent / "examples"
TOWN: Final = Path(marktplatz.__file__).parent / "example" / "town.json"
EXAMPLE_FILES: Final = [*sorted(EXAMPLES.glob("*.json")), TOWN]


@cache
def load_example(path: Path) -> Market:
    return read_market(path)[0]


def shuffle(market: Market, seed: int) -> Market:
    """The same content with every list in another order."""
    rng = np.random.default_rng(seed)
    lists = ("organisations", "offers", "needs", "wishes", "pairs")
    return market.model_copy(
        update={name: tuple(getattr(market, name)[i] for i in rng.permutation(len(getattr(market, name)))) for name in lists}
    )
