"""Random markets beyond `make_instance`: one-sided, one-to-one, and those where a rule breaks the network; no measuring here."""

from dataclasses import dataclass

import numpy as np

from marktplatz.matching import Pair, Problem


@dataclass(frozen=True)
class FullShape:
    """What a market of `make_full_instance` looks like; `pairs` None means all that can be, `within` pairs of one kind too.

    `couples` is how many couples of organisations the pairs are drawn from (None: all), so how often `max_pairs_between` binds.
    """

    companies: int
    nonprofits: int
    offers: int
    needs: int
    pairs: int | None
    within: bool = True
    max_pairs_between: int | None = 1
    points: tuple[int, int] = (1, 1000)
    max_capacity: int = 2
    max_agreements: int = 3
    couples: int | None = None


WITHIN = FullShape(60, 70, 200, 200, 2_600, max_pairs_between=None)
BETWEEN = FullShape(150, 150, 600, 600, 10_000, within=False)
CLUSTERED = FullShape(150, 150, 600, 600, 10_000, within=False, max_agreements=6, couples=1_500)
DENSE = FullShape(25, 30, 110, 110, None)


def make_full_instance(shape: FullShape, seed: int = 0) -> Problem:
    """A market of the given shape; every organisation gives and takes, owners, pairs and limits are drawn evenly."""
    rng = np.random.default_rng(seed)
    organisations = [f"c{i:05}" for i in range(shape.companies)] + [f"n{i:05}" for i in range(shape.nonprofits)]
    is_company = np.arange(len(organisations)) < shape.companies
    givers, takers = rng.integers(0, len(organisations), shape.offers), rng.integers(0, len(organisations), shape.needs)
    possible = givers[:, None] != takers[None, :]
    if not shape.within:
        possible &= is_company[givers][:, None] != is_company[takers][None, :]
    if shape.couples is not None:
        possible &= _draw_couples(rng, len(organisations), shape.couples)[givers][:, takers]
    offers, needs = np.nonzero(possible)
    if shape.pairs is not None:
        drawn = np.sort(rng.permutation(len(offers))[: shape.pairs])
        offers, needs = offers[drawn], needs[drawn]
    offer_owners = {f"a{i:05}": organisations[owner] for i, owner in enumerate(givers.tolist())}
    need_owners = {f"b{i:05}": organisations[owner] for i, owner in enumerate(takers.tolist())}
    points = rng.integers(shape.points[0], shape.points[1] + 1, len(offers)).tolist()
    entries = [*offer_owners, *need_owners]
    return Problem.from_pairs(
        companies=organisations[: shape.companies],
        nonprofits=organisations[shape.companies :],
        offers=offer_owners,
        needs=need_owners,
        pairs=[Pair(f"a{a:05}", f"b{b:05}", p) for a, b, p in zip(offers.tolist(), needs.tolist(), points, strict=True)],
        capacity=dict(zip(entries, rng.integers(1, shape.max_capacity + 1, len(entries)).tolist(), strict=True)),
        max_agreements=dict(
            zip(organisations, rng.integers(1, shape.max_agreements + 1, len(organisations)).tolist(), strict=True)
        ),
        max_pairs_between=shape.max_pairs_between,
    )


def _draw_couples(rng: np.random.Generator, organisations: int, couples: int) -> np.ndarray:
    """Which organisations know each other, symmetric: one of the first half with one of the second."""
    knows = np.zeros((organisations, organisations), dtype=np.bool_)
    one, two = rng.integers(0, organisations // 2, couples), rng.integers(organisations // 2, organisations, couples)
    knows[one, two] = knows[two, one] = True
    return knows


def make_one_sided(n: int, per: int = 30, seed: int = 0) -> Problem:
    """As `make_instance`, but the offers are all companies' and the needs all nonprofits'."""
    rng = np.random.default_rng(seed)
    half = n // 2
    companies, nonprofits = [f"c{i:05}" for i in range(half)], [f"n{i:05}" for i in range(half)]
    offers = {f"a{i:05}": companies[owner] for i, owner in enumerate(rng.integers(0, half, n).tolist())}
    needs = {f"b{i:05}": nonprofits[owner] for i, owner in enumerate(rng.integers(0, half, n).tolist())}
    entries = [*offers, *needs]
    return Problem.from_pairs(
        companies=companies,
        nonprofits=nonprofits,
        offers=offers,
        needs=needs,
        pairs=_draw_pairs(rng, n, per),
        capacity=dict(zip(entries, rng.integers(1, 3, len(entries)).tolist(), strict=True)),
        max_agreements=dict(
            zip([*companies, *nonprofits], rng.integers(1, 4, len(companies) + len(nonprofits)).tolist(), strict=True)
        ),
        max_pairs_between=None,
    )


def make_one_to_one(n: int, per: int = 30, seed: int = 0) -> Problem:
    """n companies with one offer and n nonprofits with one need; everybody is in one pair at most."""
    rng = np.random.default_rng(seed)
    companies, nonprofits = [f"c{i:05}" for i in range(n)], [f"n{i:05}" for i in range(n)]
    return Problem.from_pairs(
        companies=companies,
        nonprofits=nonprofits,
        offers={f"a{i:05}": company for i, company in enumerate(companies)},
        needs={f"b{i:05}": nonprofit for i, nonprofit in enumerate(nonprofits)},
        pairs=_draw_pairs(rng, n, per),
        max_agreements=dict.fromkeys([*companies, *nonprofits], 1),
        max_pairs_between=None,
    )


def _draw_pairs(rng: np.random.Generator, n: int, per: int) -> list[Pair]:
    drawn = np.unique(rng.integers(0, n, (per * n, 2)), axis=0)
    points = rng.integers(1, 1001, len(drawn)).tolist()
    return [Pair(f"a{a:05}", f"b{b:05}", p) for (a, b), p in zip(drawn.tolist(), points, strict=True)]
