"""The circulation by itself: after any changes it balances, keeps its bounds, and its prices prove that none is cheaper."""

from random import Random

import pytest

from marktplatz.matching import paths
from marktplatz.matching.residual import HUB, Circulation


def make_circulation(random: Random, nodes: int, arcs: int) -> tuple[Circulation, list[tuple[int, int]], list[tuple[int, int]]]:
    """A random network without flow, and its arcs' ends and bounds."""
    ends = [(random.randrange(nodes), random.randrange(nodes - 1)) for _ in range(arcs)]
    ends = [(tail, head + (head >= tail)) for tail, head in ends]
    bounds = [(0, random.choice([0, 1, 1, 2, 5])) for _ in ends]
    circulation = Circulation(
        [tail for tail, _ in ends],
        [head for _, head in ends],
        [random.choice([0, 0, 1, random.randrange(20)]) for _ in ends],
        ([lower for lower, _ in bounds], [upper for _, upper in bounds]),
        [0] * arcs,
        [0] * nodes,
        watched=0,
        slack=random.choice([0, 1, 5, 1000]),
    )
    return circulation, ends, bounds


def assert_keeps(circulation: Circulation, ends: list[tuple[int, int]], bounds: list[tuple[int, int]], nodes: int) -> None:
    balance = [0] * nodes
    for (tail, head), units, (lower, upper) in zip(ends, circulation.flow, bounds, strict=True):
        assert lower <= units <= upper
        balance[tail] -= units
        balance[head] += units
    assert balance == [0] * nodes
    assert circulation.is_proven()


@pytest.mark.parametrize(("start", "batch"), [(paths._START, paths._BATCH), (0, 1), (5, 3)])
@pytest.mark.parametrize("nodes", [2, 5, 30, 120])
def test_after_any_changes_the_prices_prove_the_flow(nodes, start, batch, monkeypatch):
    monkeypatch.setattr(paths, "_START", start)
    monkeypatch.setattr(paths, "_BATCH", batch)
    for seed in range(8):
        random = Random(seed)  # noqa: S311 a draw of networks, no secret
        circulation, ends, bounds = make_circulation(random, nodes, 5 * nodes)
        for _ in range(40):
            for _ in range(random.choice([1, 1, 4])):
                arc = random.randrange(len(ends))
                if random.random() < 0.6:
                    most = 2 if seed % 2 else 10 ** random.randrange(1, 30)  # with few costs many paths are equally long
                    circulation.set_cost(arc, random.choice([-1, 1]) * random.randrange(most))
                else:
                    bounds[arc] = (0, random.choice([0, 1, 2, 7]))
                    circulation.set_bounds(arc, *bounds[arc])
            circulation.repair()
            assert_keeps(circulation, ends, bounds, nodes)


def test_a_unit_that_must_flow_takes_the_cheapest_way_back():
    ends = [(HUB, 1), (1, 2), (2, HUB), (2, HUB)]
    bounds = [(0, 1), (0, 1), (0, 1), (0, 1)]
    circulation = Circulation(
        [tail for tail, _ in ends], [head for _, head in ends], [1, 1, 9, 4], ([0] * 4, [1] * 4), [0] * 4, [0] * 3, 2, 1
    )
    circulation.set_bounds(1, 1, 1)
    circulation.repair()
    bounds[1] = (1, 1)
    assert_keeps(circulation, ends, bounds, 3)
    assert circulation.flow == [1, 1, 0, 1]
    assert circulation.flips == {0, 1}
