"""Score tables that are kept: after every change of the rules they are what gathering anew would give."""

import numpy as np
import pytest

from day_world import MARKET, make_day, submit
from marktplatz.db.shared import find_head
from marktplatz.market import Market, PairRule, Wish
from marktplatz.matching.explain import explain_pair
from marktplatz.matching.gather import Gathered, gather
from marktplatz.matching.problem import Problem
from marktplatz.matching.scoring import lexicon
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.checkins import check_in
from marktplatz.usecases.contents import find_market_head
from marktplatz.usecases.scored import KnownScores, prepare_scoring
from marktplatz.usecases.wishes import add_wish
from marktplatz.vocabulary import CheckInStatus, PairStatus, Role, WishLevel
from service_fixtures import World
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
    for row in range(len(one.points)):
        assert explain_pair(found, row) == explain_pair(expected, row)


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


def test_what_happens_at_an_evening_leaves_the_table_as_it_is_and_a_new_wish_does_not(world: World) -> None:
    day, scores = make_day(world), KnownScores()
    broker = day.world.as_token(Role.BROKER, "m1")

    def table() -> Gathered:
        with world.database.read() as session:
            return scores.of(session, "m1")

    first = table()
    with world.database.write("m1") as session:
        check_in(session, world.clock.now, SYSTEM, "m1", "bank", CheckInStatus.PRESENT, 2)
    assert submit(broker)
    broker.post(f"{MARKET}/hall-notes", json={"kind": "help", "organisation": "bank"})
    with world.database.read() as session:
        assert find_market_head(session, "m1") != find_head(session, "m1")
    assert table() is first
    with world.database.write("m1") as session:
        add_wish(session, world.clock.now, SYSTEM, "m1", Wish(organisation="bank", target="club", level=WishLevel.NO_THANKS))
    assert not table().problem.eligible.any()


def test_what_is_possible_now_is_worked_out_once_for_all_who_ask_at_one_state(world: World) -> None:
    day, scores = make_day(world), KnownScores()
    with world.database.read() as one, world.database.read() as other:
        possible = scores.possible_now(one, "m1")
        assert len(possible.rows) == 1
        assert scores.possible_now(other, "m1") is possible
    agreement = submit(world.as_token(Role.BROKER))
    with world.database.read() as session:
        assert scores.possible_now(session, "m1").rows.tolist() == possible.rows.tolist()
    assert world.as_token(Role.NOTARY).post(f"{MARKET}/agreements/{agreement}/certify").status_code == 200
    assert day.agreed("paint") == 1
    with world.database.read() as session:
        assert len(scores.possible_now(session, "m1").rows) == 0


def test_once_scoring_is_prepared_no_market_waits_for_the_lexicon(monkeypatch: pytest.MonkeyPatch) -> None:
    def build_again(*_: object) -> None:
        pytest.fail("the lexicon is built anew")

    lexicon.load_lexicon.cache_clear()
    prepare_scoring()
    # Not counted in the cache: another thread of this process may meet it empty at the same moment and build it, too.
    monkeypatch.setattr(lexicon, "build_lexicon", build_again)
    gather(bench_market())
