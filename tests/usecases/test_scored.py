"""Score tables that are kept: after every change of the rules they are what gathering anew would give."""

import numpy as np
import pytest

from marktplatz.market import Market, PairRule
from marktplatz.matching.gather import Gathered, gather
from marktplatz.matching.problem import Problem
from marktplatz.usecases.scored import KnownScores
from marktplatz.vocabulary import PairStatus
from workbench_world import bench_market


def rule(offer: str, need: str, status: PairStatus, exception: str | None = None) -> PairRule:
    return PairRule(offer=offer, need=need, status=status, exception=exception)


PINNED, FORBIDDEN = PairStatus.PINNED, PairStatus.FORBIDDEN
RULES = {
    "nothing": (),
    "a pin": (rule("paint", "fence", PINNED),),
    "two pins": (rule("paint", "fence", PINNED), rule("advice", "books", PINNED)),
    "a pin that has no row": (rule("advice", "fence", PINNED),),
    "a forbidden pair": (rule("paint", "fence", FORBIDDEN),),
    "both": (rule("brush", "walls", PINNED), rule("paint", "fence", FORBIDDEN)),
    "an exception": (rule("advice", "fence", PINNED, "Beide wollen es."),),
}


def with_rules(rules: tuple[PairRule, ...]) -> Market:
    return bench_market().model_copy(update={"pairs": rules})


def assert_same(found: Gathered, expected: Gathered) -> None:
    one, other = found.problem, expected.problem
    for name in Problem.__dataclass_fields__:
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    assert found.scene.market == expected.scene.market


@pytest.mark.parametrize("before", RULES.values(), ids=RULES)
def test_a_table_that_is_kept_is_that_of_the_market_as_it_is(before: tuple[PairRule, ...]) -> None:
    scores = KnownScores()
    for rules in RULES.values():
        scores.gather(with_rules(before))
        assert_same(scores.gather(with_rules(rules)), gather(with_rules(rules)))


def test_pins_do_not_score_the_market_anew() -> None:
    scores = KnownScores()
    first = scores.gather(with_rules(RULES["nothing"]))
    assert scores.gather(with_rules(RULES["a pin"])).scores is first.scores
    assert scores.gather(with_rules(RULES["a forbidden pair"])).scores is not first.scores


def test_other_markets_of_the_same_name_are_not_mixed_up() -> None:
    scores = KnownScores()
    scores.gather(bench_market())
    other = bench_market()
    smaller = Market.model_construct(
        None, **({name: getattr(other, name) for name in Market.model_fields} | {"needs": other.needs[:2]})
    )
    assert_same(scores.gather(smaller), gather(smaller))
