"""Why this pair, and what could be given back: the parts are the points, a return takes nothing from anybody."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from example_markets import EXAMPLE_FILES, load_example
from factories import Key, make_market, make_need, make_nonprofit, make_offer, make_organisation, make_rule, make_wish
from marktplatz.market import Market
from marktplatz.matching import solve
from marktplatz.matching.explain import FAINT_BELOW, explain_pair, suggest_returns
from marktplatz.matching.gather import gather
from marktplatz.vocabulary import Criterion, PairNote
from marktplatz.wording.reasons import pair_sentence

PAIR, BACK = ("paint", "walls"), ("dance", "party")
BOTH_WAYS: Mapping[str, Any] = {
    "offers": [make_offer("paint", "bank"), make_offer("dance", "club")],
    "needs": [make_need("walls", "club"), make_need("party", "bank")],
}
FILES = pytest.mark.parametrize("path", EXAMPLE_FILES, ids=lambda path: path.stem)


def find_returns(market: Market) -> dict[Key, Key]:
    """The return of each pairing that has one."""
    gathered = gather(market)
    returns = suggest_returns(gathered, solve(gathered.problem))
    pairs = {row: gathered.problem.pair(row) for row in returns}
    return {(pairs[row].offer, pairs[row].need): (back.offer, back.need) for row, back in returns.items()}


@FILES
def test_the_parts_of_a_pair_add_up_to_its_points(path: Path) -> None:
    gathered = gather(load_example(path))
    assert len(gathered.problem.points) > 5
    for row, points in enumerate(gathered.problem.points.tolist()):
        reasons = explain_pair(gathered, row)
        assert sum(reason.points for reason in reasons) == points
        assert [reason.points for reason in reasons] == sorted((reason.points for reason in reasons), reverse=True)
        assert len({reason.criterion for reason in reasons}) == len(reasons)
        parts = [reason for reason in reasons if reason.criterion is not PairNote.FAINT]
        assert all(reason.points > 0 or "counts" in reason.params for reason in parts) or len(parts) == 1
        assert (len(parts) < len(reasons)) == (points < FAINT_BELOW)


@FILES
@pytest.mark.parametrize("language", ["de", "en"])
def test_every_part_of_every_pair_can_be_said(path: Path, language: str) -> None:
    gathered = gather(load_example(path))
    for row in range(len(gathered.problem.points)):
        for reason in explain_pair(gathered, row):
            sentence = pair_sentence(reason.criterion, reason.params, language)
            assert sentence.endswith(".")
            assert "{" not in sentence


@pytest.mark.parametrize("points", [0, 1, 731, 1000])
def test_given_points_are_one_part(points: int) -> None:
    (reason,) = explain_pair(gather(make_market(scores={PAIR: points})), 0)
    assert (reason.criterion, reason.points) == (Criterion.GIVEN, points)


@FILES
def test_returns_are_possible_the_other_way_round_and_use_each_entry_once(path: Path) -> None:
    market = load_example(path)
    gathered = gather(market)
    problem = gathered.problem
    assignment = solve(problem)
    used = {entry for pair in assignment.pairs(problem) for entry in (pair.offer, pair.need)}
    eligible = {(pair.offer, pair.need) for pair in map(problem.pair, np.flatnonzero(problem.eligible).tolist())}
    owner = {entry.id: entry.organisation for entry in (*market.offers, *market.needs)}
    returns = suggest_returns(gathered, assignment)
    for row, back in returns.items():
        pair = problem.pair(row)
        assert row in assignment.chosen
        assert (back.offer, back.need) in eligible
        assert (owner[back.offer], owner[back.need]) == (owner[pair.need], owner[pair.offer])
    given_back = [entry for back in returns.values() for entry in (back.offer, back.need)]
    assert len(given_back) == len(set(given_back))
    assert used.isdisjoint(given_back)


def test_the_examples_have_returns_where_the_market_wants_them() -> None:
    counts = {path.stem: len(find_returns(load_example(path))) for path in EXAMPLE_FILES}
    assert counts["quarter"] == 0
    assert min(counts[name] for name in ("small", "theme_education", "town")) > 0


@pytest.mark.parametrize(("reciprocity", "expected"), [("none", 0), ("wanted", 1), ("required", 1)])
def test_a_return_is_suggested_unless_the_market_wants_none(reciprocity: str, expected: int) -> None:
    assert len(find_returns(make_market(reciprocity=reciprocity, **BOTH_WAYS))) == expected


def test_a_return_counts_in_no_maximum() -> None:
    market = make_market(max_agreements=1, max_pairs_between=1, scores={PAIR: 700, BACK: 10}, **BOTH_WAYS)
    assert find_returns(market) == {PAIR: BACK}


def test_what_is_a_pairing_itself_is_no_return() -> None:
    assert find_returns(make_market(max_pairs_between=2, scores={PAIR: 700, BACK: 10}, **BOTH_WAYS)) == {}


@pytest.mark.parametrize(
    "spoiled",
    [
        {"pairs": [make_rule(*BACK)]},
        {"wishes": [make_wish("bank", "dance")]},
        {"wishes": [make_wish("club", "party")]},
        {"offers": [make_offer("paint", "bank"), make_offer("dance", "club", capacity=0)]},
        {"needs": [make_need("walls", "club"), make_need("party", "bank", capacity=0)]},
    ],
)
def test_a_return_that_is_excluded_or_without_a_place_is_none(spoiled: Mapping[str, Any]) -> None:
    scores = {PAIR: 700, BACK: 10}
    assert find_returns(make_market(scores=scores, **BOTH_WAYS)) == {PAIR: BACK}
    assert find_returns(make_market(**{**BOTH_WAYS, "scores": scores} | spoiled)) == {}


def test_an_entry_of_another_pairing_is_not_given_back_even_if_it_has_places_left() -> None:
    market = make_market(
        organisations=[make_organisation(), make_organisation("shop"), make_nonprofit()],
        offers=[make_offer("paint", "bank"), make_offer("dance", "club", capacity=5)],
        needs=[make_need("walls", "club"), make_need("party", "bank"), make_need("fair", "shop")],
        scores={PAIR: 700, BACK: 10, ("dance", "fair"): 10},
    )
    assert find_returns(market) == {}


def test_the_return_worth_most_is_suggested() -> None:
    market = make_market(
        offers=[make_offer("paint", "bank"), make_offer("dance", "club"), make_offer("sing", "club")],
        needs=[make_need("walls", "club"), make_need("party", "bank")],
        scores={PAIR: 700, BACK: 10, ("sing", "party"): 20},
    )
    assert find_returns(market) == {PAIR: ("sing", "party")}


@pytest.mark.parametrize(
    ("gifts", "wants"), [(("dance",), ("party", "fair")), (("dance", "sing"), ("party",))], ids=["one offer", "one need"]
)
def test_one_entry_is_given_back_for_one_pairing_only(gifts: tuple[str, ...], wants: tuple[str, ...]) -> None:
    market = make_market(
        max_pairs_between=2,
        offers=[make_offer("paint", "bank"), make_offer("plan", "bank"), *(make_offer(gift, "club") for gift in gifts)],
        needs=[make_need("walls", "club"), make_need("roof", "club"), *(make_need(want, "bank") for want in wants)],
        scores={PAIR: 700, ("plan", "roof"): 700} | {(gift, want): 10 for gift in gifts for want in wants},
    )
    assert len(find_returns(market)) == 1
