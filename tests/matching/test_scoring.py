"""The criteria: what each rewards, that unknown counts half, that weights and a market's own words are heeded."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pytest
import scipy.sparse as sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from factories import make_market, make_need, make_nonprofit, make_offer, make_organisation
from marktplatz.market import Category, EarlierAgreement, Market, MarketConcept, Policy
from marktplatz.matching.explain import explain_pair
from marktplatz.matching.gather import gather
from marktplatz.matching.scoring import semantic
from marktplatz.matching.scoring.analysis import find_concepts
from marktplatz.matching.scoring.lexicon import ConceptKind, find_matches, load_lexicon
from marktplatz.matching.scoring.words import find_language, find_words
from marktplatz.vocabulary import CategoryKind, Criterion, History


def parts_of(market: Market, offer: str, need: str) -> dict[Criterion, int]:
    scores = gather(market).scores
    scene = gather(market).scene
    row = next(
        row
        for row, (a, n) in enumerate(zip(scores.offers, scores.needs, strict=True))
        if (scene.offers.ids[a], scene.needs.ids[n]) == (offer, need)
    )
    return dict(zip(scores.criteria, scores.parts[row].tolist(), strict=True))


def content_of(offer: str, need: str, **market: object) -> int:
    offers, needs = [make_offer("o", title="", text=offer)], [make_need("n", title="", text=need)]
    both = make_market(offers=offers, needs=needs).model_copy(update=market)
    return parts_of(both, "o", "n")[Criterion.CONTENT]


def concepts_of(text: str) -> set[str]:
    return {load_lexicon().concepts[concept].id for concept, _ in find_concepts(load_lexicon(), text)}


@pytest.mark.parametrize(
    ("offer", "need", "other"),
    [
        ("Zwei Leute streichen Ihre Wände", "Unser Gruppenraum müsste mal wieder Farbe sehen", "Wir suchen einen Kleinbus"),
        ("Transporter mit Fahrer für einen Umzug", "Wer hilft uns beim Möbelschleppen?", "Satzung prüfen lassen"),
        ("Wir gestalten Ihre Homepage", "Unser Internetauftritt ist veraltet", "Chor für die Weihnachtsfeier gesucht"),
        ("Bewerbungstraining für Jugendliche", "Vorstellungsgespräche üben", "Hochbeete bauen"),
        ("Chor singt auf Ihrem Sommerfest", "Music for our company party", "Regale aufbauen"),
        ("Garten umgraben und Hecke schneiden", "Bahçe işleri için yardım arıyoruz", "Steuerberatung"),
    ],
)
def test_who_means_the_same_in_other_words_gets_more_than_who_does_not(offer: str, need: str, other: str) -> None:
    assert content_of(offer, need) > content_of(offer, other)


def test_the_longest_match_in_a_word_wins() -> None:
    assert "website" in concepts_of("Internetauftritt")
    assert "performance" not in concepts_of("Internetauftritt")
    assert "sports_course" not in concepts_of("Transport von Möbeln")


@pytest.mark.parametrize("word", ["Clubraumanstrich", "Anstricharbeiten", "gestrichen", "Malerarbeiten"])
def test_inflections_and_parts_of_compounds_are_found(word: str) -> None:
    assert "painting" in concepts_of(word)


def test_every_concept_of_the_lexicon_is_found_by_its_own_words() -> None:
    lexicon = load_lexicon()
    for number, concept in enumerate(lexicon.concepts):
        for pattern in concept.words["de"]:
            words = find_words(pattern.replace("=", "").replace("*", ""))
            hits = {found for found, _, _ in find_matches(lexicon, words, "de")}
            if len(words) == 1 and number in hits:
                break
        else:
            pytest.fail(f"{concept.id}: none of its words finds it")


def test_the_lexicon_is_whole() -> None:
    lexicon = load_lexicon()
    known = {concept.id for concept in lexicon.concepts}
    for concept in lexicon.concepts:
        assert {*concept.broader, *concept.related} <= known
        assert concept.kind in ConceptKind
        assert all(0 < strength <= 1 for strength in concept.related.values())
        assert all(concept.words[language] for language in ("de", "en", "nl", "tr", "ar", "uk"))
        assert concept.label != concept.id
    assert len({concept.label for concept in lexicon.concepts}) == len(lexicon.concepts)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Wir suchen Leute für den Garten", "de"),
        ("We are looking for help with the garden", "en"),
        ("Wij zoeken iemand voor de tuin van onze club", "nl"),
        ("Bahçe için yardım arıyoruz ve çok seviniriz", "tr"),
        ("نبحث عن مساعدة في الحديقة", "ar"),
        ("Шукаємо допомогу в саду", "uk"),
        ("Gartenhilfe", "de"),
        ("", "de"),
    ],
)
def test_the_language_is_known_by_script_and_small_words(text: str, language: str) -> None:
    assert find_language(text) == language


def test_a_markets_own_word_joins_what_it_means() -> None:
    before = content_of("Fuchteln im Vereinsheim", "Wände streichen")
    own = content_of("Fuchteln im Vereinsheim", "Wände streichen", concepts=(MarketConcept(id="painting", words=("fuchteln",)),))
    assert own > before


def test_a_pairs_points_do_not_depend_on_who_else_is_there() -> None:
    alone = make_market(
        offers=[make_offer("o", title="Wände streichen")], needs=[make_need("n", title="Ein Anstrich für den Saal")]
    )
    crowded = alone.model_copy(
        update={"needs": (*alone.needs, *(make_need(f"n{i}", title=f"Wände streichen, Raum {i}") for i in range(20)))}
    )
    assert parts_of(alone, "o", "n")[Criterion.CONTENT] == parts_of(crowded, "o", "n")[Criterion.CONTENT]


def test_weights_are_the_markets_own() -> None:
    market = make_market(offers=[make_offer("o", title="Chor")], needs=[make_need("n", title="Chor")])
    only_content = {criterion: 0 for criterion in Criterion if criterion is not Criterion.GIVEN} | {Criterion.CONTENT: 7}
    weighed = market.model_copy(update={"market": market.market.model_copy(update={"weights": only_content})})
    parts = parts_of(weighed, "o", "n")
    assert {criterion for criterion, points in parts.items() if points} == {Criterion.CONTENT}
    assert 900 <= parts[Criterion.CONTENT] <= 1000


def test_the_default_weights_add_up_to_a_thousand_points_at_most() -> None:
    day = {"from_on": None, "to_on": None}
    market = make_market(offers=[make_offer("o", title="Chor", **day)], needs=[make_need("n", title="Chor", **day)])
    assert 0 <= sum(parts_of(market, "o", "n").values()) <= 1000


def test_neighbouring_categories_fit_but_count_less_than_the_same() -> None:
    def market(*neighbours: str) -> Market:
        own = Category(code="handwerk", label="Handwerk", kind=CategoryKind.HANDS, neighbours=neighbours)
        other = Category(code="wissen", label="Wissen", kind=CategoryKind.KNOW_HOW)
        offers = [make_offer("o", category="handwerk"), make_offer("p", category="wissen")]
        return make_market(offers=offers, needs=[make_need("n", category="wissen")]).model_copy(
            update={"market": Policy(categories=(own, other))}
        )

    assert len(gather(market()).scores.offers) == 1
    near, same = parts_of(market("wissen"), "o", "n"), parts_of(market("wissen"), "p", "n")
    assert 0 < near[Criterion.KIND] < same[Criterion.KIND]


@pytest.mark.parametrize(("policy", "is_more"), [(History.PREFER, True), (History.AVOID, False)])
def test_earlier_partners_are_preferred_or_avoided_as_the_market_says(policy: History, is_more: bool) -> None:
    organisations = [make_organisation("bank", key="k1"), make_nonprofit("club", key="k2"), make_nonprofit("choir", key="k3")]
    needs = [make_need("n", "club"), make_need("m", "choir")]
    market = make_market(organisations=organisations, offers=[make_offer("o", "bank")], needs=needs)
    market = market.model_copy(
        update={
            "market": market.market.model_copy(update={"history": policy}),
            "earlier_agreements": (EarlierAgreement(keys=("k2", "k1")),),
        }
    )
    met, new = parts_of(market, "o", "n")[Criterion.HISTORY], parts_of(market, "o", "m")[Criterion.HISTORY]
    assert (met > new) is is_more
    assert met != new


@pytest.mark.parametrize(
    "text", ["", " ", "x" * 5000, "🎨🎨", "<b>streichen</b>", "שלום עולם", "12345", "Renovirung", "a", "\u200eabc"]
)
def test_odd_texts_get_a_score_and_no_exception(text: str) -> None:
    assert 0 <= content_of(text, "Renovierung des Saals") <= 1000


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_any_two_texts_get_the_same_points_in_any_order_of_the_entries(offer: str, need: str) -> None:
    offers = [make_offer("o", title="x").model_copy(update={"title": offer}), make_offer("p", title="Chor")]
    needs = [make_need("n", title="x").model_copy(update={"title": need}), make_need("m", title="Bus")]
    market = make_market(offers=offers, needs=needs)
    shuffled = market.model_copy(update={"offers": tuple(reversed(market.offers)), "needs": tuple(reversed(market.needs))})
    assert parts_of(market, "o", "n") == parts_of(shuffled, "o", "n")


def test_without_the_extra_nothing_is_missing() -> None:
    assert semantic.embed([], sparse.csr_array((0, 1)), ["Chor"]).shape == (0, 512)


class Encoder:
    """Stands for the model: all texts share the first number; further back each length of a text has a place of its own."""

    def encode(self, texts: list[str]) -> np.ndarray:
        """One row of length 1 per text."""
        vectors = np.zeros((len(texts), 512))
        for row, text in enumerate(texts):
            vectors[row, [0, 1 + len(text) % 511]] = 0.8, 0.6
        return vectors


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra with another model; what was kept of the real one is left alone."""
    monkeypatch.setattr(semantic, "_model", Encoder)
    for kept in (semantic._encode, semantic._embed, semantic._embed_name, semantic._common_of_entries, semantic._common_of_names):
        monkeypatch.setattr(semantic, kept.__name__, lru_cache(kept.__wrapped__))


def embed(*texts: str, concepts: Sequence[Sequence[int]] = ()) -> semantic.Vectors:
    rows = np.array(concepts or [[0, 0]] * len(texts))
    return semantic.embed(texts, sparse.csr_array(rows), ["e" * 400, "f" * 450])


@pytest.mark.usefixtures("encoder")
def test_with_the_extra_texts_are_not_alike_for_what_all_entries_share() -> None:
    one, same, other = embed("a" * 200, "b" * 200, "c" * 300)
    assert one @ same == one @ one
    assert abs(one @ other) < 0.1 * one @ one
    assert np.linalg.norm(one) == pytest.approx(semantic.FULL, rel=1e-3)


@pytest.mark.usefixtures("encoder")
def test_with_the_extra_texts_are_alike_in_which_the_same_concepts_are_read() -> None:
    one, same, other = embed("a" * 200, "b" * 300, "c" * 350, concepts=[[2**14, 0], [2**14, 0], [0, 2**14]])
    assert one @ same > 0.15 * one @ one
    assert abs(one @ other) < 0.1 * one @ one


@pytest.mark.usefixtures("encoder")
def test_with_the_extra_a_text_has_the_same_vector_whatever_stands_beside_it() -> None:
    both = embed("a" * 200, "b" * 300, concepts=[[9_000, 13_690], [0, 2**14]])
    assert np.array_equal(embed("b" * 300, "a" * 200, concepts=[[0, 2**14], [9_000, 13_690]])[::-1], both)
    assert np.array_equal(embed("a" * 200, concepts=[[9_000, 13_690]])[0], both[0])


def test_what_only_the_text_says_counts_but_never_excludes_and_is_shown_as_read() -> None:
    offers = [make_offer("o", title="Drei Kolleginnen streichen, vier Stunden, im Mai 2027")]
    market = make_market(offers=offers, needs=[make_need("n", title="Anstrich im Oktober 2027", people=3, hours=4)])
    reasons = {reason.criterion: reason.params for reason in explain_pair(gather(market), 0)}
    assert reasons[Criterion.SIZE] == {"offered": 3, "wanted": 3, "read": 1}
    assert reasons[Criterion.EASE]["read"] == 1
    assert Criterion.TIME not in reasons
    given = make_market(offers=offers, needs=[make_need("n", people=3)]).model_copy(
        update={"offers": (offers[0].model_copy(update={"people": 9}),)}
    )
    assert {reason.criterion: reason.params for reason in explain_pair(gather(given), 0)}[Criterion.SIZE]["offered"] == 9
