"""The table of a large market: what it keeps has the points of the full table, and what it leaves out is nobody's best."""

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from example_markets import TOWN, load_example, shuffle
from factories import make_market, make_need, make_nonprofit, make_offer, make_organisation, make_rule, make_wish
from marktplatz.market import Market
from marktplatz.matching import find_violations, solve
from marktplatz.matching.explain import explain_pair
from marktplatz.matching.gather import Gathered, gather
from marktplatz.matching.problem import IntArray
from marktplatz.matching.scoring import best
from marktplatz.matching.scoring.scene import build_scene
from marktplatz.matching.scoring.table import ScoreTable, score_all
from marktplatz.usecases.cut import describe_cut
from marktplatz.vocabulary import Criterion, History, PlanStatus, Reciprocity, Rule

KEPT = 4


def vary(market: Market, **policy: Any) -> Market:
    return market.model_copy(update={"market": market.market.model_copy(update=policy)})


def make_crowd(size: int, **changes: Any) -> Market:
    """Companies that all offer the same, and as many nonprofits that need it."""
    numbers = range(100, 100 + size)
    return make_market(
        organisations=[*(make_organisation(f"c{i}") for i in numbers), *(make_nonprofit(f"n{i}") for i in numbers)],
        offers=[make_offer(f"a{i}", f"c{i}") for i in numbers],
        needs=[make_need(f"b{i}", f"n{i}") for i in numbers],
        **changes,
    )


def score_both(market: Market, kept: int = KEPT) -> tuple[ScoreTable, ScoreTable, IntArray]:
    """The full table, the cut one, and the full table's row of each of the cut one's."""
    scene = build_scene(market)
    full, cut = score_all(scene), best.score_best(scene, kept)
    keys = [table.offers * len(scene.needs.members) + table.needs for table in (full, cut)]
    rows = np.searchsorted(keys[0], keys[1])
    assert np.array_equal(keys[0][rows], keys[1])
    return full, cut, rows


def find_pairs(gathered: Gathered) -> set[tuple[str, str]]:
    return {(pair.offer, pair.need) for pair in map(gathered.problem.pair, range(len(gathered.problem.points)))}


POLICIES: list[dict[str, Any]] = [
    {"reciprocity": Reciprocity.NONE},
    {"reciprocity": Reciprocity.WANTED, "history": History.PREFER},
    {"reciprocity": Reciprocity.REQUIRED},
    {"max_distance_km": 3.0},
]


@pytest.mark.parametrize("policy", POLICIES, ids=str)
def test_a_pair_has_the_same_parts_and_exclusions_in_either_table(policy: dict[str, Any]) -> None:
    full, cut, rows = score_both(vary(load_example(TOWN), **policy))
    assert 0 < len(cut.offers) < len(full.offers)
    assert np.array_equal(full.parts[rows], cut.parts)
    assert np.array_equal(full.exclusions[rows], cut.exclusions)
    assert cut.left_out == (full.exclusions == 0).sum() - (cut.exclusions == 0).sum() > 0


@pytest.mark.parametrize("policy", POLICIES, ids=str)
def test_no_entry_misses_a_pair_that_is_among_its_best(policy: dict[str, Any]) -> None:
    full, _, rows = score_both(vary(load_example(TOWN), **policy))
    is_kept = np.zeros(len(full.offers), dtype=np.bool_)
    is_kept[rows] = True
    for side in (full.offers, full.needs):
        for entry in np.unique(side):
            mine = np.flatnonzero((side == entry) & (full.exclusions == 0))
            least = np.sort(full.points[mine])[-KEPT:].min(initial=1000)
            assert is_kept[mine[full.points[mine] > least]].all()
            assert is_kept[mine].sum() >= min(KEPT, len(mine))


@pytest.mark.parametrize("size", [1, 7, 64])
def test_how_a_table_is_split_into_blocks_does_not_matter(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    market = vary(load_example(TOWN), reciprocity=Reciprocity.REQUIRED)
    whole = best.score_best(build_scene(market), KEPT)
    for name in ("_ROWS_AT_ONCE", "_COLUMNS_AT_ONCE"):
        monkeypatch.setattr(best, name, size)
    split = best.score_best(build_scene(market), KEPT)
    for name in ("offers", "needs", "parts", "exclusions"):
        assert np.array_equal(getattr(whole, name), getattr(split, name)), name


@pytest.mark.parametrize("seed", range(2))
def test_the_order_of_a_large_markets_lists_does_not_matter(seed: int) -> None:
    market = load_example(TOWN)
    one, other = (gather(each, full_up_to=0).problem for each in (market, shuffle(market, seed)))
    for field in fields(one):
        assert np.array_equal(getattr(one, field.name), getattr(other, field.name)), field.name


def test_what_somebody_has_spoken_of_stays_however_few_points_it_has() -> None:
    rules = [make_rule("a100", "b150", "pinned"), make_rule("a100", "b151")]
    wishes = [
        make_wish("c101", "b152", "must_meet"),
        make_wish("n153", "c101", "like"),
        make_wish("c101", "n154"),
        make_wish("n155", "a101"),
    ]
    market = vary(make_crowd(60, pairs=rules, wishes=wishes), weights={Criterion.WISHES: 0})
    needs = tuple(need.model_copy(update={"title": "x"}) if need.id >= "b150" else need for need in market.needs)
    market = market.model_copy(update={"needs": needs})
    full, cut = gather(market), gather(market, full_up_to=0)
    named = {("a100", "b150"), ("a100", "b151"), ("a101", "b152"), ("a101", "b153"), ("a101", "b154"), ("a101", "b155")}
    assert named <= find_pairs(cut)
    assert cut.scores.left_out > 0
    for gathered in (full, cut):
        problem = gathered.problem
        assert [problem.pair(row).need for row in np.flatnonzero(problem.pinned)] == ["b150"]
        assert ("a100", "b150") in {(pair.offer, pair.need) for pair in solve(problem).pairs(problem)}


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"pairs": [make_rule("a100", "b101"), make_rule("a100", "b101", "pinned")]}, Rule.FORBIDDEN),
        ({"pairs": [make_rule("a100", "b101", "pinned")], "wishes": [make_wish("c100", "n101")]}, Rule.NO_THANKS),
    ],
)
def test_a_pin_is_refused_for_the_same_reason_as_in_a_small_market(changes: dict[str, Any], rule: Rule) -> None:
    market = make_crowd(60, **changes)
    refusals = [solve(gather(market, full_up_to=size).problem).refusals for size in (0, 10_000)]
    assert refusals[0] == refusals[1]
    assert [refusal.rule for refusal in refusals[0]] == [rule]


def test_a_pin_within_one_organisation_is_refused_for_the_same_reason_as_in_a_small_market() -> None:
    market = make_crowd(60, pairs=[make_rule("a100", "own", "pinned")])
    market = market.model_copy(update={"needs": (*market.needs, make_need("own", "c100"))})
    refusals = [solve(gather(market, full_up_to=size).problem).refusals for size in (0, 10_000)]
    assert refusals[0] == refusals[1]
    assert [refusal.rule for refusal in refusals[0]] == [Rule.SAME_ORGANISATION]


def test_equal_entries_do_not_all_keep_the_same_partners() -> None:
    gathered = gather(make_crowd(300), full_up_to=0)
    assert gathered.scores.left_out > 60_000
    assignment = solve(gathered.problem)
    assert assignment.status is PlanStatus.OPTIMAL
    assert assignment.served == 600
    assert find_violations(gathered.problem, assignment) == []


def test_the_pairs_of_a_cut_table_are_explained_part_by_part() -> None:
    gathered = gather(load_example(TOWN), full_up_to=0)
    for row in solve(gathered.problem).chosen.tolist():
        assert sum(reason.points for reason in explain_pair(gathered, row)) == gathered.problem.points[row]


def test_a_cut_table_says_so_and_a_full_one_has_nothing_to_say() -> None:
    market = make_crowd(60)
    said = describe_cut(gather(market, full_up_to=60 * 60 - 1), "de")
    assert said is not None
    assert (said.kept, said.left_out) == (50, 60 * 60 - len(gather(market, full_up_to=0).scores.offers))
    assert "50" in said.text
    assert describe_cut(gather(market, full_up_to=60 * 60), "de") is None
    assert describe_cut(gather(make_crowd(40), full_up_to=0), "de") is None


@pytest.mark.parametrize("without", ["offers", "needs", "organisations"])
def test_a_market_without_entries_has_an_empty_table(without: str) -> None:
    parts = {"offers": (), "needs": ()} if without == "organisations" else {}
    market = make_crowd(3).model_copy(update={without: (), **parts})
    assert len(gather(market, full_up_to=-1).scores.offers) == 0
