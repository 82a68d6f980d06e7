"""Dates and weekdays in free text: found from the market day on, or not at all."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marktplatz.matching.scoring.calendar_in_text import find_easter
from marktplatz.matching.scoring.hints import read_hints

MARKET_DAY = date(2027, 3, 11)


def window(text: str, market_day: date | None = MARKET_DAY) -> tuple[str | None, str | None]:
    hints = read_hints(text, market_day=market_day)
    return hints.start and hints.start.isoformat(), hints.end and hints.end.isoformat()


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("im Mai", "2027-05-01", "2027-05-31"),
        ("im März", "2027-03-01", "2027-03-31"),
        ("im Februar", "2028-02-01", "2028-02-29"),
        ("nächstes Jahr", "2028-01-01", "2028-12-31"),
        ("nächstes Jahr im Mai", "2028-05-01", "2028-05-31"),
        ("im Mai nächsten Jahres", "2028-05-01", "2028-05-31"),
        ("vor Weihnachten", None, "2027-12-23"),
        ("zu Weihnachten", "2027-12-24", "2027-12-26"),
        ("Ende Juni", "2027-06-21", "2027-06-30"),
        ("Anfang bis Mitte Mai", "2027-05-01", "2027-05-20"),
        ("ab Herbst", "2027-09-01", None),
        ("KW 23", "2027-06-07", "2027-06-13"),
        ("KW 23-25", "2027-06-07", "2027-06-27"),
        ("1.–3. Juni", "2027-06-01", "2027-06-03"),
        ("vom 1. bis 3. Juni", "2027-06-01", "2027-06-03"),
        ("am 12.5.", "2027-05-12", "2027-05-12"),
        ("am 12.5. geht es los", "2027-05-12", "2027-05-12"),
        ("12.05.2027", "2027-05-12", "2027-05-12"),
        ("12.5.27", "2027-05-12", "2027-05-12"),
        ("2027-05-12", "2027-05-12", "2027-05-12"),
        ("20./21. März", "2027-03-20", "2027-03-21"),
        ("20. und 21. März", "2027-03-20", "2027-03-21"),
        ("4., 5. und 6. Juni", "2027-06-04", "2027-06-06"),
        ("bis 30.9.", None, "2027-09-30"),
        ("ab 1. April", "2027-04-01", None),
        ("ab 1. April bis 30.9.", "2027-04-01", "2027-09-30"),
        ("12.5. bis 14.5.2027", "2027-05-12", "2027-05-14"),
        ("12.5.-14.5.", "2027-05-12", "2027-05-14"),
        ("zwischen April und Juni", "2027-04-01", "2027-06-30"),
        ("zwischen April und Oktober", "2027-04-01", "2027-10-31"),
        ("von April bis Juni", "2027-04-01", "2027-06-30"),
        ("Oktober bis März", "2027-10-01", "2028-03-31"),
        ("ab Oktober, spätestens bis März", "2027-10-01", "2028-03-31"),
        ("im Mai oder Juni", "2027-05-01", "2027-06-30"),
        ("im Frühjahr 2028", "2028-03-01", "2028-05-31"),
        ("im Sommer", "2027-06-01", "2027-08-31"),
        ("im Winter", "2027-12-01", "2028-02-29"),
        ("im Advent", "2027-11-28", "2027-12-24"),
        ("zu Ostern", "2027-03-26", "2027-03-29"),
        ("vor Ostern", None, "2027-03-25"),
        ("nach Ostern", "2027-03-30", None),
        ("an Pfingsten", "2027-05-15", "2027-05-17"),
        ("in den Sommerferien", "2027-06-20", "2027-09-15"),
        ("Freitag, 4. Juni", "2027-06-04", "2027-06-04"),
        ("am Samstag, 12. Juni 2027", "2027-06-12", "2027-06-12"),
        ("20. Dezember bis 6. Januar 2028", "2027-12-20", "2028-01-06"),
        ("am 29. Februar", "2028-02-29", "2028-02-29"),
        ("im Juni, und zwar am 12. Juni", "2027-06-12", "2027-06-12"),
        ("im Mai oder Juni, am liebsten Ende Mai", "2027-05-01", "2027-06-30"),
        ("Ende 2027", "2027-09-01", "2027-12-31"),
        ("im Jahr 2028", "2028-01-01", "2028-12-31"),
        ("bis Ende April", None, "2027-04-30"),
        ("am 3. Okt.", "2027-10-03", "2027-10-03"),
        ("in May", "2027-05-01", "2027-05-31"),
        ("May 12", "2027-05-12", "2027-05-12"),
        ("12th of June", "2027-06-12", "2027-06-12"),
        ("until September", None, "2027-09-30"),
        ("im Juni 2027.", "2027-06-01", "2027-06-30"),
        ("Im Mai 2000 Flyer verteilen", "2027-05-01", "2027-05-31"),
        ("erst ab Februar 2028", "2028-02-01", None),
        ("Am 20. und 21. März, das ist bald", "2027-03-20", "2027-03-21"),
    ],
)
def test_dates_are_found_from_the_market_day_on(text: str, start: str | None, end: str | None) -> None:
    assert window(text) == (start, end)


@pytest.mark.parametrize(
    "text",
    [
        "im April und im Oktober",
        "vor Ostern und im Advent",
        "Im August machen wir Pause",
        "nicht im Mai",
        "im Mai leider nicht",
        "außer im Juli",
        "seit Mai",
        "seit 2019",
        "am 12.05.2019",
        "Montag, 4. Juni",
        "31. Februar",
        "am 45.13.",
        "KW 99",
        "Version 2.3",
        "14.30 Uhr",
        "12.50 €",
        "Sommerfest",
        "Weihnachtsbasteln",
        "Logo von 1996",
        "in 2000 Haushalten",
        "bis zum Sommer",
        "vor den Sommerferien",
        "nach den Sommerferien",
        "am 1.1.9999",
        "am 01.01.0000",
        "you may come",
        "August Müller malt",
        "ab Februar 2028, Umzug Ende Januar 2028",
    ],
)
def test_what_is_unclear_denied_or_over_is_no_date(text: str) -> None:
    assert window(text) == (None, None)


@pytest.mark.parametrize("text", ["im Mai", "nächstes Jahr", "am 12.5.", "KW 23", "zu Ostern", "ab Herbst", "vor Weihnachten"])
def test_without_market_day_and_year_no_date_is_read(text: str) -> None:
    assert window(text, None) == (None, None)


@pytest.mark.parametrize("text", ["am 12.05.2027", "12. Mai 2027", "2027-05-12", "May 12, 2027"])
def test_a_date_with_a_year_needs_no_market_day(text: str) -> None:
    assert window(text, None) == ("2027-05-12", "2027-05-12")


@pytest.mark.parametrize("market_day", [date.min, date.max, date(1999, 12, 31), date(2099, 12, 31)])
def test_a_market_day_at_the_end_of_time_is_no_trouble(market_day: date) -> None:
    assert window("nächstes Jahr im Mai, KW 53, 29. Februar, Ostern", market_day) == (None, None)


@pytest.mark.parametrize(
    ("text", "weekdays"),
    [
        ("an einem Freitag", {4}),
        ("samstags", {5}),
        ("Dienstags und freitags", {1, 4}),
        ("Montag bis Mittwoch", {0, 1, 2}),
        ("Mo-Fr", {0, 1, 2, 3, 4}),
        ("Do oder Fr abends", {3, 4}),
        ("mittwochs nie", set()),
        ("Freitag bis Montag", {4, 5, 6, 0}),
        ("am Wochenende", {5, 6}),
        ("werktags", {0, 1, 2, 3, 4}),
        ("unter der Woche", {0, 1, 2, 3, 4}),
        ("Samstagvormittag", {5}),
        ("on Mondays", {0}),
        ("nicht montags", set()),
        ("außer freitags", set()),
        ("So machen wir das", set()),
        ("jede Woche", set()),
    ],
)
def test_weekdays_are_read(text: str, weekdays: set[int]) -> None:
    assert read_hints(text, market_day=None).weekdays == weekdays


@pytest.mark.parametrize(
    ("year", "month", "day"), [(2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28), (2038, 4, 25), (2049, 4, 18)]
)
def test_easter_is_where_the_calendar_has_it(year: int, month: int, day: int) -> None:
    assert find_easter(year) == date(year, month, day)


@given(st.dates())
def test_any_market_day_will_do(market_day: date) -> None:
    start, end = window("ab Oktober, bis spätestens März", market_day)
    assert start is None or end is None or start < end
