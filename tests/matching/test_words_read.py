"""Words as people write them: phrases, slips of the pen, compounds and six languages; and what they must not be taken for."""

from datetime import date

import pytest

from factories import make_market, make_need, make_nonprofit, make_offer, make_organisation
from marktplatz.market import MarketConcept
from marktplatz.matching.explain import explain_pair
from marktplatz.matching.gather import gather
from marktplatz.matching.scoring.analysis import find_concepts
from marktplatz.matching.scoring.lexicon import LANGUAGES, find_matches, load_lexicon
from marktplatz.matching.scoring.postcode_regions import find_region_middle
from marktplatz.matching.scoring.table import MEASURES
from marktplatz.matching.scoring.words import find_all_spellings
from marktplatz.vocabulary import Criterion
from marktplatz.wording.reasons import pair_sentence


def concepts_of(text: str) -> set[str]:
    return {load_lexicon().concepts[concept].id for concept, _ in find_concepts(load_lexicon(), text)}


def reason_of(criterion: Criterion, offer: str, need: str, **people: str) -> dict[str, str | int]:
    members = [make_organisation(**people), make_nonprofit(**people)]
    market = make_market(organisations=members, offers=[make_offer(title=offer)], needs=[make_need(title=need)])
    return {reason.criterion: dict(reason.params) for reason in explain_pair(gather(market), 0)}[criterion]


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("Das Vereinsheim ist in die Jahre gekommen", "renovation"),
        ("Wir packen einen Tag mit an", "volunteer_day"),
        ("Erste Hilfe für Eltern", "first_aid_course"),
        ("Die Stadt aus dem Rollstuhl erleben", "medical_aids"),
        ("E-Bike gesucht", "bicycle"),
        ("Hände für den Garten im Frühling", "gardening"),
        ("Wer kann beim Sommerfest helfen?", "event_helpers"),
        ("Inneneinrichtung", "furniture"),
        ("نحتاج إلى متطوعين لدهان الجدران", "painting"),
        ("Çocuklarımız için mutfağımızda yemek pişirmek", "kitchen_space"),
        ("Допоможіть пофарбувати стіни", "painting"),
        ("Wie kan helpen met schilderen van de zaal?", "painting"),
        ("Could someone repaint our club room?", "painting"),
    ],
)
def test_a_wording_is_read_as_what_it_means(text: str, concept: str) -> None:
    assert concept in concepts_of(text)


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("Renovirung unseres Jugendraums", "renovation"),
        ("Nachilfe für Fünftklässler", "tutoring"),
        ("Wer kann uns fottografieren?", "photography"),
        ("Bewerbungstrainig", "job_application_training"),
        ("Fahrad zu verleihen", "bicycle"),
        ("Übersetsung ins Englische", "translation"),
    ],
)
def test_a_slip_of_the_pen_is_read_as_what_was_meant(text: str, concept: str) -> None:
    assert concept in concepts_of(text)


@pytest.mark.parametrize(
    ("word", "concept"),
    [
        ("Erste Sahne", "first_aid_course"),
        ("politisch", "furniture"),
        ("vorbereiten", "nature_experience"),
        ("gemeinsam", "seniors"),
        ("Ausführungen", "thank_volunteers"),
        ("Schweine", "drinks"),
        ("Kinderschminken beim Sommerfest", "event_helpers"),
        ("Unsere Einrichtung", "furniture"),
        ("Hygieneartikel", "press_work"),
        ("Blechkuchen, vier Bleche", "building_material"),
        ("am weitesten", "survey_statistics"),
        ("Demokraten", "financial_literacy"),
        ("eine Reise", "food"),
        ("Landkreise", "holidays_camp"),
        ("ist schlecht geworden", "conflict_mediation"),
        ("muss geputzt worden sein", "software_training"),
        ("Hersteller", "household"),
        ("versuchten", "homeless_poor"),
        ("Kinder im Kino", "software_programming"),
        ("Italien am Abend", "it_support"),
        ("Durchführung", "guided_tour"),
        ("Unterschreiben", "copywriting"),
        ("We need help for the husbands", "music"),
        ("Can you help us to investigate?", "fence_building"),
        ("Leistungen", "metal_electric"),
        ("leider", "choir"),
        ("zeigen", "nature_experience"),
        ("Bekehrung", "work_safety"),
        ("Berichtigung", "company_visit"),
        ("Gedanken", "civic_education"),
        ("Informationen", "it_support"),
    ],
)
def test_another_word_is_not_taken_for_one_that_looks_alike(word: str, concept: str) -> None:
    assert concept not in concepts_of(word)


def test_every_phrase_of_the_lexicon_is_found_as_it_is_written() -> None:
    lexicon = load_lexicon()
    for concept in lexicon.concepts:
        for language in LANGUAGES:
            for pattern in concept.words.get(language, ()):
                words = [word for word, _ in find_all_spellings(pattern.replace("=", "").replace("*", ""), language)]
                if len(words) > 1:
                    found = {lexicon.concepts[match].id for match, _, _ in find_matches(lexicon, words, language)}
                    assert concept.id in found, (concept.id, pattern)


@pytest.mark.parametrize(
    ("offer", "need", "params", "german"),
    [
        ("Streichen, samstags", "Anstrich am Samstag oder Sonntag", {"weekdays": "5"}, "Wochentage nach den Texten: samstags."),
        ("Streichen", "Anstrich montags", {"weekdays": "0"}, "Wochentage nach den Texten: montags."),
        ("Streichen am Freitag", "Anstrich montags", {"weekdays_apart": 1}, "Die Texte nennen verschiedene Wochentage"),
    ],
)
def test_weekdays_are_shown_as_they_were_read(offer: str, need: str, params: dict[str, str | int], german: str) -> None:
    reason = reason_of(Criterion.TIME, offer, need)
    assert params.items() <= reason.items()
    assert german in pair_sentence(Criterion.TIME, reason)


def test_the_same_weekday_is_worth_more_than_none_and_another_less() -> None:
    needs = [make_need(day, title=f"Anstrich {day}") for day in ("irgendwann", "montags", "samstags")]
    gathered = gather(make_market(offers=[make_offer(title="Streichen, immer samstags")], needs=needs))
    column = gathered.scores.criteria.index(Criterion.TIME)
    irgendwann, montags, samstags = gathered.scores.parts[:, column].tolist()
    assert montags < irgendwann < samstags


def test_a_postcode_that_only_the_text_names_is_shown_as_read() -> None:
    reason = reason_of(Criterion.PLACE, "Streichen in 50667 Köln", "Anstrich, 53111 Bonn")
    assert reason["read"] == 1
    assert 20 < int(reason["km"]) < 30
    assert "nach der Postleitzahl im Text" in pair_sentence(Criterion.PLACE, reason)


def test_a_postcode_that_only_the_text_names_excludes_nobody() -> None:
    needs = [make_need(title="Anstrich, 10115 Berlin")]
    assert len(
        gather(make_market(max_distance_km=5, offers=[make_offer(title="Streichen, 50667 Köln")], needs=needs)).scores.offers
    )


@pytest.mark.parametrize(
    ("country", "one", "other", "least", "most"),
    [
        ("AT", "4020", "4600", 15, 40),
        ("CH", "8001", "3011", 80, 110),
        ("NL", "3511 AB", "1012", 30, 50),
        ("AT", "8010", "8020", 10, 10),
    ],
)
def test_in_the_neighbouring_countries_the_distance_is_rough(country: str, one: str, other: str, least: int, most: int) -> None:
    members = [make_organisation(postcode=one, country=country), make_nonprofit(postcode=other, country=country)]
    gathered = gather(make_market(organisations=members, max_distance_km=1))
    place = gathered.scores.criteria.index(Criterion.PLACE)
    params = MEASURES[Criterion.PLACE].describe(gathered.scene, 0, 0)
    assert params["rough"] == 1
    assert least <= int(params["km"]) <= most
    assert pair_sentence(Criterion.PLACE, params).startswith("Ungefähr")
    assert bool(gathered.scores.parts[0, place]) == (int(params["km"]) < 30)


@pytest.mark.parametrize(
    ("country", "postcode"),
    [("AT", "0000"), ("AT", "50667"), ("NL", "3511 ABC"), ("NL", "0512"), ("FR", "75001"), ("CH", None), ("CH", "")],
)
def test_a_postcode_without_a_region_is_unknown(country: str, postcode: str | None) -> None:
    assert find_region_middle(country, postcode) is None


def test_related_subjects_are_named_as_such_and_vague_texts_too() -> None:
    related = reason_of(Criterion.CONTENT, "Ein Chor kommt", "Bühnenprogramm für unseren Abend")
    assert related == {"words": "", "related": "Chor – Bühnenprogramm", "vague": 0, "counts": 60}
    assert pair_sentence(Criterion.CONTENT, related).startswith("Die Texte berühren verwandte Themen: Chor – Bühnenprogramm. ")
    scene = gather(make_market(offers=[make_offer(title="Irgendwas")])).scene
    vague = MEASURES[Criterion.CONTENT].describe(scene, 0, 0)
    assert "zu unbestimmt" in pair_sentence(Criterion.CONTENT, vague)


@pytest.mark.parametrize(
    ("easier", "harder"),
    [
        ({"people": 4}, {"people": 60}),
        ({"people": 4, "hours": 3}, {"people": 4, "hours": 90}),
        ({"to_on": date(2027, 6, 1)}, {"to_on": date(2027, 3, 13)}),
        ({"text": "Ohne Vorkenntnisse"}, {"text": "Führungszeugnis nötig"}),
        ({"text": "Genaueres"}, {"text": ""}),
    ],
)
def test_short_and_easy_deals_are_worth_more(easier: dict[str, object], harder: dict[str, object]) -> None:
    needs = [make_need("easy").model_copy(update=easier), make_need("hard").model_copy(update=harder)]
    gathered = gather(make_market(date=date(2027, 3, 11), needs=needs))
    easy, hard = gathered.scores.parts[:, gathered.scores.criteria.index(Criterion.EASE)].tolist()
    assert easy > hard


def test_preconditions_are_named_as_the_text_has_them() -> None:
    reason = reason_of(Criterion.EASE, "Streichen", "Anstrich, erweitertes Führungszeugnis nötig")
    assert reason["preconditions"] == "Führungszeugnis"
    assert "Voraussetzungen laut Text: Führungszeugnis." in pair_sentence(Criterion.EASE, reason)
    assert "preconditions" not in reason_of(Criterion.EASE, "Streichen ohne besondere Vorkenntnisse", "Anstrich")


def test_the_reason_names_the_concept_in_which_words_met_in_german_and_english() -> None:
    reason = reason_of(Criterion.CONTENT, "Wir streichen im Hof Ihre Räume", "Farbe für unseren Raum, Zugang vom Hof")
    assert (reason["label_1"], reason["word_1"], reason["match_1"]) == ("Malerarbeiten", "streichen", "Farbe")
    assert pair_sentence(Criterion.CONTENT, reason).startswith(
        "Darum geht es in beiden Texten: Malerarbeiten („streichen“ – „Farbe“), Platz im Freien („Hof“), Raum („Räume“ – „Raum“)"
    )
    english = pair_sentence(Criterion.CONTENT, reason, "en")
    assert english.startswith("Both texts are about: painting (“streichen” – “Farbe”), outdoor space (“Hof”)")


def test_a_word_that_is_the_concepts_name_is_said_once_and_others_stand_behind() -> None:
    reason = reason_of(Criterion.CONTENT, "Möbel, blaugrün", "Möbel, gern blaugrüne")
    assert pair_sentence(Criterion.CONTENT, reason) == "Darum geht es in beiden Texten: Möbel, blaugrün – blaugrüne."


def test_an_organisers_own_concept_is_called_by_its_id() -> None:
    market = make_market(offers=[make_offer(title="Fuchteln")], needs=[make_need(title="Wedeln im Verein")])
    market = market.model_copy(update={"concepts": (MarketConcept(id="Luftbewegung", words=("fuchteln", "wedeln")),)})
    params = MEASURES[Criterion.CONTENT].describe(gather(market).scene, 0, 0)
    for language in ("de", "en"):
        assert "Luftbewegung (" in pair_sentence(Criterion.CONTENT, params, language)


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("Bahçemizde çalışacak gönüllüler", "gardening"),
        ("Fietsen repareren", "bicycle"),
        ("Kitap toplama", "books"),
    ],
)
def test_a_text_without_small_words_is_read_in_other_languages_where_german_finds_nothing(text: str, concept: str) -> None:
    assert concept in concepts_of(text)


@pytest.mark.parametrize("text", ["Hallo Welt", "Irgendwas", "Etwas Schönes", "Gutes tun", "Dies und jenes"])
def test_what_says_nothing_in_german_says_nothing_by_accident(text: str) -> None:
    assert concepts_of(text) == set()


@pytest.mark.parametrize(
    ("text", "not_meant"),
    [
        ("Ein Chor sucht Sänger", "care_health_knowledge"),
        ("Wanderung am Fluss", "painting"),
        ("Kätzchen streicheln", "painting"),
        ("Lebensmittel retten", "first_aid_course"),
        ("Pensionierte Lehrerin", "accommodation"),
        ("Vollverpflegung inklusive", "disability"),
    ],
)
def test_a_word_that_only_looks_alike_is_not_taken_for_it(text: str, not_meant: str) -> None:
    assert not_meant not in concepts_of(text)
