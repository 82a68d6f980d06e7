"""Random markets for the benchmarks: the same arguments give the same market on every machine; no measuring here."""

import numpy as np

from marktplatz.matching import Pair, Problem


def make_instance(n: int, per: int = 30, seed: int = 0) -> Problem:
    """n offers and n needs of n // 2 companies and n // 2 nonprofits, with about per * n pairs between the two kinds.

    Every entry belongs to any organisation, so both kinds give and take. Points 1 to 1000, capacities 1 to 2, maxima 1 to 3, any
    number of pairs between two organisations.
    """
    rng = np.random.default_rng(seed)
    half = n // 2
    organisations = [f"c{i:05}" for i in range(half)] + [f"n{i:05}" for i in range(half)]
    givers, takers = rng.integers(0, 2 * half, n), rng.integers(0, 2 * half, n)
    drawn = rng.integers(0, n, (2 * per * n, 2))  # about half of them join two kinds
    drawn = np.unique(drawn[(givers[drawn[:, 0]] < half) != (takers[drawn[:, 1]] < half)], axis=0)
    offers = {f"a{i:05}": organisations[owner] for i, owner in enumerate(givers.tolist())}
    needs = {f"b{i:05}": organisations[owner] for i, owner in enumerate(takers.tolist())}
    points = rng.integers(1, 1001, len(drawn)).tolist()
    entries = [*offers, *needs]
    return Problem.from_pairs(
        companies=organisations[:half],
        nonprofits=organisations[half:],
        offers=offers,
        needs=needs,
        pairs=[Pair(f"a{a:05}", f"b{b:05}", p) for (a, b), p in zip(drawn.tolist(), points, strict=True)],
        capacity=dict(zip(entries, rng.integers(1, 3, len(entries)).tolist(), strict=True)),
        max_agreements=dict(zip(organisations, rng.integers(1, 4, len(organisations)).tolist(), strict=True)),
        max_pairs_between=None,
    )
