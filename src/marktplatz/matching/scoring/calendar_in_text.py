"""What a name in the calendar means in a given year: months, seasons, holidays, weeks; texts are read elsewhere."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

Span = tuple[date, date]
SpanOf = Callable[[int], Span | None]
"""From the first to the last day that a name has in a year; None where the year has no such day."""

EARLIEST_YEAR: Final = 2000
LATEST_YEAR: Final = 2100
_SEASON_DAYS: Final = 92

MONTHS: Final = {
    word: number
    for number, words in enumerate(
        (
            "januar jänner january",
            "februar feber february",
            "märz maerz",
            "april",
            "mai",
            "juni june",
            "juli july",
            "august",
            "september",
            "oktober october",
            "november",
            "dezember december",
        ),
        1,
    )
    for word in words.split()
}
SHORT_MONTHS: Final = {
    word: number
    for number, words in enumerate(
        ("jan", "feb", "mär mar mrz march", "apr", "may", "jun", "jul", "aug", "sep sept", "okt oct", "nov", "dez dec"), 1
    )
    for word in words.split()
}
"""Read only next to a day or a year: as words of their own they mean other things."""

WEEKDAYS: Final = {
    word: number
    for number, words in enumerate(
        (
            "montag montags monday mondays",
            "dienstag dienstags tuesday tuesdays",
            "mittwoch mittwochs wednesday wednesdays",
            "donnerstag donnerstags thursday thursdays",
            "freitag freitags friday fridays",
            "samstag samstags sonnabend sonnabends saturday saturdays",
            "sonntag sonntags sunday sundays",
        )
    )
    for word in words.split()
}


def find_easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar, by the computus of Meeus, Jones and Butcher.

    >>> find_easter(2027)
    datetime.date(2027, 3, 28)
    """
    century, rest = divmod(year, 100)
    golden = year % 19
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def _first_advent(year: int) -> date:
    """The fourth Sunday before Christmas Day."""
    christmas = date(year, 12, 25)
    return christmas - timedelta(days=christmas.isoweekday() + 21)


def day_of(month: int, day: int) -> SpanOf:
    def span(year: int) -> Span | None:
        try:
            there = date(year, month, day)
        except ValueError:
            return None
        return there, there

    return span


def from_to(first: tuple[int, int], last: tuple[int, int]) -> SpanOf:
    """From (month, day) to (month, day), past New Year if the last is before the first; day 31 is the end of any month."""
    return lambda year: (_clip(year, *first), _clip(year + (last < first), *last))


def _clip(year: int, month: int, day: int) -> date:
    if day < 29:
        return date(year, month, day)
    following = date(year + month // 12, month % 12 + 1, 1)
    return min(following - timedelta(days=1), date(year, month, 28) + timedelta(days=day - 28))


PARTS: Final = {
    **dict.fromkeys(("anfang", "early", "beginning of"), (1, 10)),
    **dict.fromkeys(("mitte", "mid"), (11, 20)),
    **dict.fromkeys(("ende", "late", "end of"), (21, 31)),
}
"""From which to which day a part of a month goes."""


def month_of(month: int, first_part: str = "", last_part: str = "") -> SpanOf:
    first = PARTS[first_part][0] if first_part else 1
    last = PARTS[last_part][1] if last_part else 31
    return from_to((month, first), (month, last))


def week_of(week: int) -> SpanOf:
    """The calendar week of ISO 8601, Monday to Sunday."""

    def span(year: int) -> Span | None:
        try:
            return date.fromisocalendar(year, week, 1), date.fromisocalendar(year, week, 7)
        except ValueError:
            return None

    return span


def whole_year(year: int) -> Span:
    return date(year, 1, 1), date(year, 12, 31)


def part_of_year(part: str) -> SpanOf:
    """Beginning, middle or end of a year: a third each."""
    months = {"anfang": (1, 4), "mitte": (5, 8), "ende": (9, 12)}[part]
    return from_to((months[0], 1), (months[1], 31))


def _around_easter(first: int, last: int) -> SpanOf:
    def span(year: int) -> Span:
        easter = find_easter(year)
        return easter + timedelta(days=first), easter + timedelta(days=last)

    return span


def _advent(year: int) -> Span:
    return _first_advent(year), date(year, 12, 24)


SEASONS: Final[dict[str, SpanOf]] = {
    **dict.fromkeys(("frühling", "frühjahr", "fruehjahr", "fruehling", "spring"), from_to((3, 1), (5, 31))),
    **dict.fromkeys(("sommer", "summer"), from_to((6, 1), (8, 31))),
    "frühsommer": from_to((5, 15), (6, 30)),
    "spätsommer": from_to((8, 15), (9, 30)),
    **dict.fromkeys(("herbst", "autumn"), from_to((9, 1), (11, 30))),
    "spätherbst": from_to((10, 15), (11, 30)),
    "winter": from_to((12, 1), (2, 29)),
}
SCHOOL_HOLIDAYS: Final[dict[str, SpanOf]] = {
    "sommerferien": from_to((6, 20), (9, 15)),
    "herbstferien": from_to((10, 1), (11, 10)),
    "weihnachtsferien": from_to((12, 20), (1, 10)),
    "winterferien": from_to((1, 25), (3, 5)),
    "osterferien": _around_easter(-16, 14),
    "pfingstferien": _around_easter(45, 63),
}
"""Wide enough for every federal state, because a text does not say which: a window too narrow would shut out what fits."""

_EASTER: Final = _around_easter(-2, 1)
_WHITSUN: Final = _around_easter(48, 50)
_CARNIVAL: Final = _around_easter(-52, -47)
_CHRISTMAS: Final = from_to((12, 24), (12, 26))
HOLIDAYS: Final[dict[str, SpanOf]] = {
    **dict.fromkeys(("ostern", "osterfeiertage", "osterfest", "easter"), _EASTER),
    "ostersonntag": _around_easter(0, 0),
    "ostermontag": _around_easter(1, 1),
    "karfreitag": _around_easter(-2, -2),
    "himmelfahrt": _around_easter(39, 39),
    **dict.fromkeys(("pfingsten", "pfingstwochenende"), _WHITSUN),
    **dict.fromkeys(("karneval", "fasching", "fastnacht"), _CARNIVAL),
    **dict.fromkeys(("weihnachten", "weihnachtsfest", "heiligabend", "christmas"), _CHRISTMAS),
    **dict.fromkeys(("advent", "adventszeit", "vorweihnachtszeit", "adventssonntag"), _advent),
    **dict.fromkeys(("silvester", "neujahr"), from_to((12, 31), (1, 1))),
    "nikolaus": day_of(12, 6),
    "nikolaustag": day_of(12, 6),
    "martinstag": day_of(11, 11),
    "halloween": day_of(10, 31),
}


def resolve(first: SpanOf, last: SpanOf, years: tuple[int | None, int | None], anchor: date | None) -> Span | None:
    """From the beginning of the first to the end of the last; without years the first such time that is not over at the anchor.

    A range that began more than a season ago is taken for the next one: in March, "Oktober bis März" lies ahead.
    """
    first_year, last_year = years
    if any(year is not None and not EARLIEST_YEAR <= year <= LATEST_YEAR for year in years):
        return None
    if first_year is not None:
        return _pair(first, last, first_year, (last_year,) if last_year is not None else (first_year, first_year + 1))
    if last_year is not None:
        return _pair(first, last, last_year, (last_year,)) or _pair(first, last, last_year - 1, (last_year,))
    if anchor is None or not EARLIEST_YEAR < anchor.year < LATEST_YEAR - 10:
        return None
    for year in range(anchor.year - 1, anchor.year + 8):
        found = _pair(first, last, year, (year, year + 1))
        if found and found[1] >= anchor and (first is last or (anchor - found[0]).days <= _SEASON_DAYS):
            return found
    return None


def _pair(first: SpanOf, last: SpanOf, year: int, last_years: tuple[int, ...]) -> Span | None:
    opening = first(year)
    if opening is None:
        return None
    if first is last and year in last_years:
        return opening
    for last_year in last_years:
        closing = last(last_year)
        if closing and closing[1] >= opening[0]:
            return opening[0], closing[1]
    return None
