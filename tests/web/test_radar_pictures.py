"""The figures of the radar's pictures: bars of many groups, months without anything, lines that turn where somebody came."""

from datetime import date, timedelta

from marktplatz.matching.advice.counts import Balance
from marktplatz.usecases.radar import RegistrationDay
from marktplatz.web.pages.radar_pictures import MOST_BARS, MOST_DAYS, draw_bars, draw_growth, draw_kinds, fill_months

START = date(2027, 1, 4)


def label(key: str | None) -> str:
    return key or "keiner"


def test_bars_are_as_wide_as_their_share_of_the_longest() -> None:
    bars = draw_bars([Balance("a", 1, 1, 3, 5), Balance("b", 0, 4, 0, 0), Balance(None, 0, 0, 0, 0)], label, "Rest")
    assert [(bar.label, bar.offers, bar.needs, bar.offers_width, bar.needs_width) for bar in bars] == [
        ("a", 2, 8, 25.0, 100.0),
        ("b", 4, 0, 50.0, 0.0),
        ("keiner", 0, 0, 0.0, 0.0),
    ]


def test_of_many_groups_the_small_ones_are_put_together_and_nothing_is_lost() -> None:
    balances = [Balance(f"{number:02}", number, 0, 1, 0) for number in range(30)] + [Balance(None, 1, 0, 0, 0)]
    bars = draw_bars(balances, label, "Rest")
    assert len(bars) == MOST_BARS
    assert [bar.label for bar in bars][-3:] == ["29", "keiner", "Rest"]
    assert sum(bar.offers for bar in bars) == sum(balance.offers for balance in balances)
    assert sum(bar.needs for bar in bars) == 30


def test_kinds_show_what_each_offers_and_seeks() -> None:
    one, other = draw_kinds([Balance("a", 1, 2, 3, 4), Balance(None, 1, 0, 0, 0)], "Unternehmen", "Gemeinnützige")
    assert (one.offers, one.needs, other.offers, other.needs) == (2, 3, 2, 4)


def test_a_month_without_anything_is_seen() -> None:
    filled = fill_months([Balance("2027-11", 1, 0, 0, 0), Balance("2028-01", 0, 0, 1, 0), Balance(None, 1, 0, 0, 0)])
    assert [balance.key for balance in filled] == ["2027-11", "2027-12", "2028-01", None]
    assert fill_months([]) == []


def test_lines_rise_from_nothing_to_where_they_are_today() -> None:
    days = (RegistrationDay(START, 1, 0), RegistrationDay(START + timedelta(days=5), 1, 4))
    growth = draw_growth(days, START + timedelta(days=10), START + timedelta(days=20))
    assert growth is not None
    assert growth.companies == "0,100 0,75 250,75 250,75 500,75"
    assert growth.nonprofits == "0,100 0,100 250,100 250,0 500,0"
    assert (growth.deadline_at, growth.most) == (100.0, 4)


def test_a_deadline_that_is_over_and_a_single_day_have_their_place() -> None:
    growth = draw_growth((RegistrationDay(START, 2, 1),), START, START - timedelta(days=4))
    assert growth is not None
    assert (growth.deadline_at, growth.first) == (0.0, START - timedelta(days=4))
    alone = draw_growth((RegistrationDay(START, 2, 1),), START, None)
    assert alone is not None
    assert alone.companies == "0,100 0,0 1000,0"
    assert draw_growth((), START, None) is None


def test_many_days_are_shown_by_the_week_and_end_as_they_are() -> None:
    days = tuple(RegistrationDay(START + timedelta(days=number), number, 0) for number in range(200))
    growth = draw_growth(days, START + timedelta(days=300), None)
    assert growth is not None
    assert len(growth.days) <= MOST_DAYS
    assert growth.days[-1] == days[-1]
