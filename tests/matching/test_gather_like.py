"""A market gathered after another one is what it would be without: its points, and why its pairs have them."""

import random
from collections.abc import Callable

import numpy as np
import pytest

from example_markets import EXAMPLE_FILES, load_example
from marktplatz.market import Market, PairRule, Wish
from marktplatz.matching.explain import explain_pair
from marktplatz.matching.gather import Gathered, gather
from marktplatz.vocabulary import Criterion, PairStatus, Reciprocity, WishLevel

TOWN = max(EXAMPLE_FILES, key=lambda path: path.stat().st_size)

Change = Callable[[Market, random.Random], Market]


def forbid(market: Market, draw: random.Random) -> Market:
    return with_rule(market, PairStatus.FORBIDDEN, None, draw)


def except_one(market: Market, draw: random.Random) -> Market:
    return with_rule(market, PairStatus.PINNED, "beide wollen es", draw)


def with_rule(market: Market, status: PairStatus, exception: str | None, draw: random.Random) -> Market:
    offer, need = draw.choice(market.offers).id, draw.choice(market.needs).id
    others = tuple(rule for rule in market.pairs if (rule.offer, rule.need) != (offer, need))
    return market.model_copy(update={"pairs": (*others, PairRule(offer=offer, need=need, status=status, exception=exception))})


def fix_several(market: Market, draw: random.Random) -> Market:
    """Some pinned, some shut out, and sometimes all that was shut out possible again."""
    if draw.random() < 0.1:
        return market.model_copy(update={"pairs": tuple(rule for rule in market.pairs if rule.status is PairStatus.PINNED)})
    for _ in range(5):
        market = with_rule(market, draw.choice(list(PairStatus)), None, draw)
    return market


def lose_one(market: Market, draw: random.Random) -> Market:
    gone = draw.choice(market.organisations).id
    kept = {
        "organisations": tuple(each for each in market.organisations if each.id != gone),
        "offers": tuple(each for each in market.offers if each.organisation != gone),
        "needs": tuple(each for each in market.needs if each.organisation != gone),
    }
    out = {gone} | {each.id for each in (*market.offers, *market.needs) if each.organisation == gone}
    kept["wishes"] = tuple(each for each in market.wishes if out.isdisjoint((each.organisation, each.target)))
    kept["pairs"] = tuple(each for each in market.pairs if out.isdisjoint((each.offer, each.need)))
    return market.model_copy(update=kept)


def say_otherwise(market: Market, draw: random.Random) -> Market:
    at = draw.randrange(len(market.needs))
    changed = market.needs[at].model_copy(update={"text": "Wir brauchen vier Leute, die im Juni einen Raum streichen."})
    return market.model_copy(update={"needs": (*market.needs[:at], changed, *market.needs[at + 1 :])})


def wish(market: Market, draw: random.Random) -> Market:
    one, other = draw.sample([each.id for each in market.organisations], 2)
    others = tuple(each for each in market.wishes if (each.organisation, each.target) != (one, other))
    return market.model_copy(update={"wishes": (*others, Wish(organisation=one, target=other, level=WishLevel.LIKE))})


def weigh_otherwise(market: Market, draw: random.Random) -> Market:
    weights = market.market.weights | {draw.choice([Criterion.EASE, Criterion.PLACE]): draw.randrange(1, 300)}
    return market.model_copy(update={"market": market.market.model_copy(update={"weights": weights})})


def explain_all(gathered: Gathered) -> list[object]:
    return [explain_pair(gathered, row) for row in range(len(gathered.problem.points))]


@pytest.mark.parametrize("change", [forbid, except_one, fix_several, lose_one, say_otherwise, wish, weigh_otherwise])
def test_what_is_kept_of_the_market_before_changes_nothing(change: Change) -> None:
    draw = random.Random(7)  # noqa: S311
    market = load_example(TOWN)
    before = gather(market)
    explain_all(before)
    for _ in range(4):
        market = change(market, draw)
        now, alone = gather(market, like=before), gather(market)
        assert np.array_equal(now.scores.parts, alone.scores.parts)
        assert now.problem.organisations == alone.problem.organisations
        for name in ("pair_offer", "pair_need", "points", "exclusions", "pinned", "offer_capacity", "need_capacity"):
            assert np.array_equal(getattr(now.problem, name), getattr(alone.problem, name)), name
        assert explain_all(now) == explain_all(alone)
        before = now


@pytest.mark.parametrize("reciprocity", list(Reciprocity))
def test_what_is_shut_out_may_have_been_a_return_for_another(reciprocity: Reciprocity) -> None:
    draw = random.Random(11)  # noqa: S311
    market = where_all_give_and_take(reciprocity, draw)
    before = gather(market)
    moved = 0
    for _ in range(12):
        for _ in range(draw.choice((2, 20))):
            market = fix_several(market, draw)
        now, alone = gather(market, like=before), gather(market)
        for name in ("offers", "needs", "parts", "exclusions", "excepted"):
            assert np.array_equal(getattr(now.scores, name), getattr(alone.scores, name)), name
        everybody = np.arange(len(market.organisations))
        assert np.array_equal(now.scores.ways[everybody[:, None], everybody], alone.scores.ways[everybody[:, None], everybody])
        moved += not np.array_equal(now.scores.parts, before.scores.parts)
        before = now
    assert moved or reciprocity is Reciprocity.NONE


def where_all_give_and_take(reciprocity: Reciprocity, draw: random.Random) -> Market:
    """A part of the town in which every organisation has offers and needs of any category, and one pair is an exception."""
    town = load_example(TOWN)
    members = (*town.organisations[:7], *town.organisations[-7:])
    offers, needs = (
        tuple(
            each.model_copy(update={"id": f"{side}{at}", "organisation": members[at % 14].id, "category": None})
            for at, each in enumerate(entries[:28])
        )
        for side, entries in (("o", town.offers), ("n", town.needs))
    )
    policy = town.market.model_copy(update={"reciprocity": reciprocity})
    parts = {"organisations": members, "offers": offers, "needs": needs, "wishes": (), "pairs": (), "market": policy}
    return except_one(town.model_copy(update=parts), draw)


def test_most_reasons_are_kept_where_little_has_changed() -> None:
    before = gather(load_example(TOWN))
    explain_all(before)
    now = gather(lose_one(before.scene.market, random.Random(1)), like=before)  # noqa: S311
    assert len(now.explained) > 0.8 * len(now.problem.points)
    assert gather(before.scene.market).explained == {}
