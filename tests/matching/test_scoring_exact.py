"""Same entries, same points: sums are of whole numbers, so neither order, nor batch, nor machine can move them."""

from math import log

import numpy as np
import pytest

from example_markets import TOWN, load_example, shuffle
from factories import make_market, make_need, make_offer
from marktplatz.matching.scoring import analysis, content
from marktplatz.matching.scoring.criteria import MEASURES
from marktplatz.matching.scoring.relations import CommonWord, Relation, SameName
from marktplatz.matching.scoring.scene import Scene, build_scene
from marktplatz.vocabulary import Criterion


def make_pairs(scene: Scene) -> tuple[np.ndarray, np.ndarray]:
    """Every offer with every need, as two lists."""
    return tuple(np.divmod(np.arange(len(scene.offers.members) * len(scene.needs.members)), len(scene.needs.members)))  # type: ignore[return-value]


@pytest.mark.parametrize("criterion", MEASURES)
def test_a_criterion_scores_a_block_as_it_scores_the_list_of_its_pairs(criterion: Criterion) -> None:
    scene = build_scene(load_example(TOWN))
    score = MEASURES[criterion].score
    offers, needs = make_pairs(scene)
    block = score(scene, np.arange(len(scene.offers.members))[:, None], np.arange(len(scene.needs.members))[None, :])
    assert np.array_equal(
        np.broadcast_to(block, (len(scene.offers.members), len(scene.needs.members))).ravel(), score(scene, offers, needs)
    )


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_contents_are_the_same_in_any_order_and_in_batches_of_any_size(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = build_scene(load_example(TOWN))
    offers, needs = make_pairs(scene)
    whole = content.score(scene, offers, needs)
    order = np.random.default_rng(size).permutation(len(offers))
    assert np.array_equal(content.score(scene, offers[order], needs[order]), whole[order])
    monkeypatch.setattr(content, "_CELLS_AT_ONCE", size)
    monkeypatch.setattr(content, "_PAIRS_AT_ONCE", size)
    assert np.array_equal(content.score(scene, offers[order], needs[order]), whole[order])
    few = order[:40]
    assert np.array_equal(content.score(scene, offers[few], needs[few]), whole[few])


def test_who_else_is_in_the_lists_does_not_move_a_contents_score() -> None:
    market = load_example(TOWN)
    scene, other = build_scene(market), build_scene(shuffle(market, 1).model_copy(update={"needs": market.needs[::3], "pairs": ()}))
    for need in other.needs.ids[:10]:
        columns = scene.needs.position[need], other.needs.position[need]
        rows = np.arange(len(scene.offers.members))
        scores = [content.score(each, rows, np.full(len(rows), at)) for each, at in zip((scene, other), columns, strict=True)]
        assert np.array_equal(*scores)


def test_rows_are_whole_numbers_whose_products_fit() -> None:
    texts = ["", "a", "Wände streichen", "Chor " * 1500, " ".join(f"wort{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(676))]
    market = make_market(offers=[make_offer(f"o{i}", text=text) for i, text in enumerate(texts)], needs=[make_need()])
    found = analysis.analyse(build_scene(market).offers)
    for rows in (found.concepts, found.grams):
        assert rows.dtype == np.int32
        lengths = (rows.astype(np.int64) ** 2).sum(axis=1)
        assert lengths.max() < 2**31
        assert np.all((lengths == 0) | (abs(lengths / analysis.FULL**2 - 1) < 0.01))


def test_no_rounded_logarithm_is_so_near_the_middle_that_machines_could_differ() -> None:
    words = round(np.exp(analysis._gram_rarity()[1] / analysis._RARITY_SHARES))
    for shares, values in (
        (analysis._TIMES_SHARES, [1 + log(count / analysis._WHOLE_SHARE) for count in range(analysis._WHOLE_SHARE + 1, 100_001)]),
        (analysis._RARITY_SHARES, [log(total / count) for total in range(words - 50, words + 50) for count in range(1, 500)]),
    ):
        rest = np.mod(shares * np.array(values), 1)
        assert abs(rest - 0.5).min() > 1e-9


def test_a_relation_is_looked_up_like_the_table_that_it_stands_for() -> None:
    rng = np.random.default_rng(0)
    table = np.where(rng.random((9, 13)) < 0.2, rng.integers(1, 5, (9, 13)), 0) / 4
    relation = Relation.from_places({(row, column): table[row, column] for row, column in np.argwhere(table).tolist()}, table.shape)
    rows, columns = rng.integers(0, 9, 30), rng.integers(0, 13, 20)
    assert np.array_equal(relation[rows[:20], columns], table[rows[:20], columns])
    assert np.array_equal(relation[rows[:, None], columns[None, :]], table[rows[:, None], columns[None, :]])
    assert np.array_equal(relation[rows[None, :], columns[:, None]], table[rows[None, :], columns[:, None]])
    assert relation[3, 4] == table[3, 4]
    assert np.array_equal(Relation.from_places({}, (9, 13))[rows[:, None], columns[None, :]], np.zeros((30, 20)))


def test_names_and_words_in_common_are_found_however_many_there_are() -> None:
    names = [None, "", " a", "a ", "b"]
    grid = np.arange(5)
    assert np.argwhere(SameName.from_names(names)[grid[:, None], grid[None, :]]).tolist() == [
        [2, 2],
        [2, 3],
        [3, 2],
        [3, 3],
        [4, 4],
    ]
    left, right = [[str(i), "x"] for i in range(200)], [[str(i), "y"] for i in range(200)]
    many = np.arange(200)
    assert np.array_equal(CommonWord.from_lists(left, right)[many[:, None], many[None, :]], np.eye(200, dtype=np.bool_))
