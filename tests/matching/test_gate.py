"""What only says that a pair would be convenient counts as far as the contents fit, and nothing without anything in common."""

from typing import Any

import numpy as np
import pytest

from example_markets import EXAMPLE_FILES, load_example
from factories import make_market, make_need, make_nonprofit, make_offer, make_organisation, make_wish
from marktplatz.market import Market, MarketConcept
from marktplatz.matching import solve
from marktplatz.matching.explain import explain_pair
from marktplatz.matching.gather import Gathered, gather
from marktplatz.matching.scoring.criteria import MEASURES, find_most_points
from marktplatz.matching.scoring.gate import find_gate
from marktplatz.matching.scoring.scene import build_scene
from marktplatz.vocabulary import Criterion, PairNote
from marktplatz.wording.reasons import pair_sentence

CAKE, JACKETS, VAGUE = "Kuchen für das Café", "Warme Jacken in Signalfarbe", "Krimskrams"


def make_pair(offer: str, need: str, **changes: Any) -> Gathered:
    return gather(make_market(offers=[make_offer(title=offer)], needs=[make_need(title=need)], **changes))


def parts_of(gathered: Gathered, row: int = 0) -> dict[Criterion, int]:
    return dict(zip(gathered.scores.criteria, gathered.scores.parts[row].tolist(), strict=True))


def weigh(market: Market, **weights: int) -> Market:
    policy = market.market.model_copy(update={"weights": {Criterion(name): weight for name, weight in weights.items()}})
    return market.model_copy(update={"market": policy})


def test_date_and_ease_count_nothing_where_the_texts_have_nothing_in_common() -> None:
    assert set(parts_of(make_pair(CAKE, JACKETS)).values()) == {0}
    assert sum(parts_of(make_pair(CAKE, "Kuchen")).values()) > 400


def test_a_pair_without_anything_in_common_is_proposed_only_to_serve_somebody() -> None:
    organisations = [make_organisation("bank"), make_organisation("shop"), make_nonprofit("club"), make_nonprofit("choir")]
    offers = [make_offer("cake", "bank", title=CAKE), make_offer("paint", "shop", title="Wände streichen")]
    needs = [make_need("cake-too", "club", title="Vier Kuchen"), make_need("jackets", "choir", title=JACKETS)]
    problem = gather(make_market(organisations=organisations, offers=offers, needs=needs)).problem
    assert {(pair.offer, pair.need) for pair in solve(problem).pairs(problem)} == {("cake", "cake-too"), ("paint", "jackets")}
    needs = [make_need("cake-too", "club", title="Vier Kuchen"), make_need("jackets", "club", title=JACKETS)]
    offers = [make_offer("cake", "bank", title=CAKE), make_offer("paint", "bank", title="Wände streichen")]
    problem = gather(make_market(offers=offers, needs=needs)).problem
    assert {(pair.offer, pair.need) for pair in solve(problem).pairs(problem)} == {("cake", "cake-too")}


@pytest.mark.parametrize("path", EXAMPLE_FILES, ids=lambda path: path.stem)
def test_every_part_but_contents_and_wishes_counts_in_proportion(path: Any) -> None:
    gathered = gather(load_example(path))
    scene, scores = gathered.scene, gathered.scores
    most = find_most_points(scene)
    content = MEASURES[Criterion.CONTENT].score(scene, scores.offers, scores.needs)
    gate = find_gate(scene, content, scores.offers, scores.needs)
    assert 0 <= gate.min() < 0.2
    assert gate.max() == 1
    for column, criterion in enumerate(MEASURES):
        whole = most[criterion] * MEASURES[criterion].score(scene, scores.offers, scores.needs)
        counted = whole if criterion in (Criterion.CONTENT, Criterion.WISHES) else whole * gate
        assert np.array_equal(scores.parts[:, column], np.rint(counted))


def test_enough_is_half_and_below_it_the_rest_counts_evenly() -> None:
    scene = build_scene(make_market())
    content, zeros = np.array([0, 0.1, 0.25, 0.5, 0.9]), np.zeros(5, dtype=np.int64)
    assert find_gate(scene, content, zeros, zeros).tolist() == [0, 0.2, 0.5, 1, 1]


@pytest.mark.parametrize(("offer", "need"), [(CAKE, VAGUE), (VAGUE, JACKETS), (VAGUE, "Dieses und jenes")])
def test_half_counts_where_a_text_is_too_vague_to_tell(offer: str, need: str) -> None:
    half, whole = parts_of(make_pair(offer, need)), parts_of(make_pair(CAKE, CAKE))
    assert half[Criterion.CONTENT] == 0
    assert half[Criterion.PLACE] == round(whole[Criterion.PLACE] / 2) > 0


def test_a_markets_own_word_makes_a_text_tell() -> None:
    market = make_market(offers=[make_offer(title=CAKE)], needs=[make_need(title=VAGUE)])
    own = market.model_copy(update={"concepts": (MarketConcept(id="own", words=("krimskrams",)),)})
    assert parts_of(gather(own))[Criterion.PLACE] == 0 < parts_of(gather(market))[Criterion.PLACE]


def test_where_the_market_gives_contents_no_weight_all_else_counts_fully() -> None:
    market = make_market(offers=[make_offer(title=CAKE)], needs=[make_need(title=JACKETS)])
    assert parts_of(gather(weigh(market, content=0, place=100)))[Criterion.PLACE] > 0
    assert parts_of(gather(weigh(market, content=1, place=100)))[Criterion.PLACE] == 0


def test_a_wish_counts_whatever_the_texts_say_and_the_reason_says_why_the_rest_does_not() -> None:
    gathered = make_pair(CAKE, JACKETS, wishes=[make_wish("bank", "club", "must_meet")])
    reasons = explain_pair(gathered, 0)
    told = [(Criterion.WISHES, 81), (Criterion.CONTENT, 0), (PairNote.FAINT, 0)]
    assert [(reason.criterion, reason.points) for reason in reasons] == told
    assert reasons[1].params["counts"] == 0
    assert "nichts Erkennbares gemeinsam. Zeit, Ort" in pair_sentence(Criterion.CONTENT, reasons[1].params)
    assert "nur zu 0 %" in pair_sentence(Criterion.CONTENT, reasons[1].params)


def test_the_contents_sentence_says_how_far_the_rest_counts() -> None:
    texts = make_pair("Obst, Gemüse und Trockenware für Ihr Fest oder Ihre Ausgabe", "Bierbänke, Tische, Zelte fürs Fest")
    little = {reason.criterion: reason.params for reason in explain_pair(texts, 0)}
    said = pair_sentence(Criterion.CONTENT, little[Criterion.CONTENT])
    assert 0 < int(little[Criterion.CONTENT]["counts"]) < 100
    assert said.startswith("Gemeinsam ist den Texten nur: Fest.")
    assert f"zählen deshalb nur zu {little[Criterion.CONTENT]['counts']} %." in said
    assert "count for" in pair_sentence(Criterion.CONTENT, little[Criterion.CONTENT], "en")
    much = explain_pair(make_pair(CAKE, "Kuchen"), 0)[0]
    assert "counts" not in much.params
