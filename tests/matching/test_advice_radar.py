"""Counts, lonely and doubtful entries, and likely duplicates: each with the reason that is told."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from advice_markets import MARKET_DAY, draw_market

from factories import make_category, make_market, make_need, make_nonprofit, make_offer, make_organisation
from marktplatz.errors import Severity
from marktplatz.market import Contact, Market
from marktplatz.matching.advice.coach import Coach
from marktplatz.matching.advice.counts import Balance, count_balances, find_lonely
from marktplatz.matching.advice.doubts import find_doubtful_entries
from marktplatz.matching.advice.duplicates import find_duplicate_entries, find_duplicate_organisations, fold_name
from marktplatz.matching.gather import gather
from marktplatz.vocabulary import EntrySide, Suspicion
from marktplatz.wording.findings import finding_text


def keys_of(balances: Sequence[Balance]) -> list[tuple[str | None, int, int, int, int]]:
    return [(b.key, b.company_offers, b.nonprofit_offers, b.company_needs, b.nonprofit_needs) for b in balances]


def balances_of(by: Any, **changes: Any) -> list[tuple[str | None, int, int, int, int]]:
    return keys_of(count_balances(gather(make_market(**changes)), by))


def test_every_category_has_a_row_and_what_is_open_comes_last() -> None:
    categories = (make_category("hands", "hands"), make_category("all", "open"), make_category("web", "know_how"))
    offers = [make_offer(category="hands"), make_offer("b", "club", category="hands"), make_offer("c", category="all")]
    found = balances_of("category", categories=categories, offers=offers, needs=[make_need()])
    assert found == [("hands", 1, 1, 0, 0), ("web", 0, 0, 0, 0), (None, 1, 0, 0, 1)]


def test_an_entry_counts_in_every_month_of_its_days_and_its_text_is_read() -> None:
    offers = [
        make_offer("a", from_on=date(2027, 11, 20), to_on=date(2028, 1, 2)),
        make_offer("b", from_on=date(2027, 12, 1)),
        make_offer("c", title="Wände streichen am 4. Dezember"),
        make_offer("d", from_on=date(2027, 1, 1), to_on=date(2031, 1, 1)),
    ]
    found = balances_of("month", offers=offers, needs=[], date=MARKET_DAY)
    assert found == [("2027-11", 1, 0, 0, 0), ("2027-12", 3, 0, 0, 0), ("2028-01", 1, 0, 0, 0), (None, 1, 0, 0, 0)]


def test_a_district_is_the_beginning_of_the_entrys_postcode_or_else_its_organisations() -> None:
    organisations = [make_organisation(postcode="50667"), make_nonprofit()]
    offers = [make_offer("a"), make_offer("b", postcode="1011 AB")]
    found = balances_of("district", organisations=organisations, offers=offers)
    assert found == [("101", 1, 0, 0, 0), ("506", 1, 0, 0, 0), (None, 0, 0, 0, 1)]


@pytest.mark.parametrize("seed", range(6))
def test_who_is_lonely_has_no_partner_by_the_coach_and_nobody_else(seed: int) -> None:
    market = draw_market(seed, 12, 14)
    lonely = {(each.side, each.id) for each in find_lonely(gather(market))}
    coach = Coach(market)
    for side, entries in ((EntrySide.OFFER, market.offers), (EntrySide.NEED, market.needs)):
        for entry in entries:
            assert ((side, entry.id) in lonely) == (entry.places > 0 and coach.advise(side, entry).entries == 0)


def test_a_lonely_entry_says_how_many_pairs_are_possible_though_nothing_fits() -> None:
    offers = [make_offer(), make_offer("web", title="Webseite pflegen")]
    (web,) = find_lonely(gather(make_market(offers=offers)))
    assert (web.side, web.id, web.label, web.organisation, web.possible) == (EntrySide.OFFER, "web", "Webseite pflegen", "bank", 1)


def codes_of(market: Market) -> dict[str, list[str]]:
    return {each.id: [finding.code for finding in each.findings] for each in find_doubtful_entries(market)}


def test_all_that_an_entry_lacks_is_told_and_what_its_text_says_is_not_missing() -> None:
    full = {"category": "hands", "text": "Ein Raum, am 4. Juni, zu dritt."}
    offers = [
        make_offer("full", **full),
        make_offer("bare"),
        make_offer("vague", title="Xyzzy", **full | {"text": "Am 4. Juni, zu dritt."}),
        make_offer("money", **full | {"text": "Zu dritt am 4. Juni, gegen 500 Euro."}),
    ]
    market = make_market(offers=offers, needs=[], date=MARKET_DAY)
    assert codes_of(market) == {
        "bare": ["entry_without_category", "entry_without_date", "entry_without_size", "entry_without_text"],
        "vague": ["entry_too_vague"],
        "money": ["money_words"],
    }
    findings = [finding for each in find_doubtful_entries(market) for finding in each.findings]
    assert {finding.severity for finding in findings} == {Severity.WARNING}
    assert finding_text(findings[1]) == "„Wände streichen“ sagt nicht, wann. Ein Zeitraum genügt, zum Beispiel „im Mai“."


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sportverein Blau-Weiß Köln e.V.", "sportverein blau weiss koeln"),
        ("Bürgerhilfe gGmbH", "Buergerhilfe e. V."),
        ("Müller & Co. KG", "MÜLLER GmbH"),
        ("GmbH", "gmbh"),
    ],
)
def test_a_name_is_the_same_whatever_its_case_umlauts_and_legal_form(one: str, other: str) -> None:
    assert fold_name(one) == fold_name(other)
    (found,) = duplicates_of(one, other)
    assert (found.suspicions, found.labels) == ((Suspicion.SAME_NAME,), (one, other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bäckerei Müller", "Bäckerei Möller"),
        ("Freiwilligenagentur Köln", "Freiwilligen-Agentur Köln e.V."),
        ("Sparkasse KölnBonn", "Sparkasse Köln Bonn"),
        ("Müller", "Bäckerei Müller"),
    ],
)
def test_nearly_the_same_name_is_told(one: str, other: str) -> None:
    (found,) = duplicates_of(one, other)
    assert found.suspicions == (Suspicion.NEAR_NAME,)
    assert 60 <= found.likeness <= 100


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Grundschule Nord", "Grundschule Süd"),
        ("Caritasverband Köln", "Caritasverband Bonn"),
        ("Kita 12", "Kita 112"),
        ("Bank", "Verein"),
    ],
)
def test_different_names_raise_no_suspicion(one: str, other: str) -> None:
    assert duplicates_of(one, other) == ()


def duplicates_of(one: str, other: str) -> tuple[Any, ...]:
    organisations = [
        make_organisation("a").model_copy(update={"name": one}),
        make_organisation("b").model_copy(update={"name": other}),
    ]
    return find_duplicate_organisations(make_market(organisations=organisations, offers=[], needs=[]))


def test_the_same_mail_is_told_beside_the_name() -> None:
    contacts = [Contact(email="Info@Example.org"), Contact(email="info@example.org "), Contact(email=" "), Contact(email="")]
    names = ["Bank", "Bank AG", "Verein", "Schule"]
    organisations = [
        make_organisation(f"o{at}", contact=contact).model_copy(update={"name": name})
        for at, (name, contact) in enumerate(zip(names, contacts, strict=True))
    ]
    (found,) = find_duplicate_organisations(make_market(organisations=organisations, offers=[], needs=[]))
    assert (found.first, found.second) == ("o0", "o1")
    assert found.suspicions == (Suspicion.SAME_NAME, Suspicion.SAME_MAIL)


def test_entries_of_one_organisation_that_say_the_same_for_the_same_days_are_told() -> None:
    day = date(2027, 5, 3)
    offers = [
        make_offer("a"),
        make_offer("b", title="WÄNDE streichen!"),
        make_offer("c", from_on=day),
        make_offer("d", "club"),
        make_offer("e", title="Flyer und Plakate gestalten"),
        make_offer("f", title="Plakate und Flyer gestalten"),
        make_offer("g", title="Plakate und Flyer gestalten, 3 Stück"),
    ]
    found = find_duplicate_entries(make_market(offers=offers, needs=[make_need(title="Wände streichen", organisation="bank")]))
    told = [(each.first, each.second, each.suspicions) for each in found]
    assert told == [("a", "b", (Suspicion.SAME_TEXT,)), ("e", "f", (Suspicion.NEAR_TEXT,))]


def test_an_empty_market_has_nothing_to_tell() -> None:
    empty = make_market(organisations=[], offers=[], needs=[])
    assert find_duplicate_organisations(empty) == find_duplicate_entries(empty) == find_doubtful_entries(empty) == ()
    assert find_lonely(gather(empty)) == ()
    assert count_balances(gather(empty), "month") == ()
