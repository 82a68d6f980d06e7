"""The radar's pictures as figures: how wide a bar is, where a line turns. Everything else about them stands in the template."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from marktplatz.matching.advice.counts import Balance
from marktplatz.usecases.radar import RegistrationDay

MOST_BARS: Final = 12
"""More groups than these are shown as one that holds the rest, in the picture and in its table."""
MOST_DAYS: Final = 60
WIDTH, HEIGHT = 1000, 100


@dataclass(frozen=True, slots=True)
class Bar:
    """A group with its figures; the widths are per cent of the longest bar in the picture."""

    label: str
    company_offers: int
    nonprofit_offers: int
    company_needs: int
    nonprofit_needs: int
    offers_width: float
    needs_width: float

    @property
    def offers(self) -> int:
        return self.company_offers + self.nonprofit_offers

    @property
    def needs(self) -> int:
        return self.company_needs + self.nonprofit_needs


_Figures = tuple[int, int, int, int]


def draw_bars(balances: Sequence[Balance], label: Callable[[str | None], str], rest: str) -> list[Bar]:
    """A bar a group, in their order; of too many the largest stay, and what has no key."""
    rows = [(label(balance.key), _figures(balance)) for balance in balances]
    if len(balances) > MOST_BARS:
        sizes = sorted((-sum(_figures(balance)), at) for at, balance in enumerate(balances) if balance.key is not None)
        kept = {at for _, at in sizes[: MOST_BARS - 2]} | {at for at, balance in enumerate(balances) if balance.key is None}
        left_over = [figures for at, (_, figures) in enumerate(rows) if at not in kept]
        rows = [row for at, row in enumerate(rows) if at in kept] + [(rest, _add(left_over))]
    return _scale(rows)


def draw_kinds(balances: Sequence[Balance], companies: str, nonprofits: str) -> list[Bar]:
    """What companies offer and seek against what nonprofits do; `balances` are such that each entry counts once."""
    one, two, three, four = _add([_figures(balance) for balance in balances])
    return _scale([(companies, (one, 0, three, 0)), (nonprofits, (0, two, 0, four))])


def fill_months(balances: Sequence[Balance]) -> list[Balance]:
    """With the months between the first and the last that have nothing, so that a gap is seen as one."""
    known = {balance.key: balance for balance in balances if balance.key is not None}
    filled = [known.get(month, Balance(month, 0, 0, 0, 0)) for month in _months_between(min(known), max(known))] if known else []
    return [*filled, *(balance for balance in balances if balance.key is None)]


def _months_between(first: str, last: str) -> Iterable[str]:
    start, end = (12 * int(month[:4]) + int(month[5:]) - 1 for month in (first, last))
    return (f"{number // 12:04}-{number % 12 + 1:02}" for number in range(start, end + 1))


def _figures(balance: Balance) -> _Figures:
    return balance.company_offers, balance.nonprofit_offers, balance.company_needs, balance.nonprofit_needs


def _add(figures: Iterable[_Figures]) -> _Figures:
    one = two = three = four = 0
    for a, b, c, d in figures:
        one, two, three, four = one + a, two + b, three + c, four + d
    return one, two, three, four


def _scale(rows: Sequence[tuple[str, _Figures]]) -> list[Bar]:
    longest = max((max(a + b, c + d) for _, (a, b, c, d) in rows), default=0) or 1
    return [
        Bar(label, a, b, c, d, round(100 * (a + b) / longest, 1), round(100 * (c + d) / longest, 1)) for label, (a, b, c, d) in rows
    ]


@dataclass(frozen=True, slots=True)
class Growth:
    """Registrations over time: the corners of both lines in a box of WIDTH by HEIGHT; `deadline_at` is per cent of the width."""

    days: tuple[RegistrationDay, ...]
    first: date
    last: date
    most: int
    companies: str
    nonprofits: str
    deadline_at: float | None


def draw_growth(days: Sequence[RegistrationDay], today: date, deadline: date | None) -> Growth | None:
    """From the first registration to today, or to the deadline where that is later. None where nobody has come yet."""
    if not days:
        return None
    shown = _thin_out(days)
    first = days[0].day
    last = max(today, days[-1].day, *((deadline,) if deadline else ()))
    first = min(first, deadline) if deadline else first
    span = max((last - first).days, 1)
    until = max(today, days[-1].day)
    most = max(days[-1].companies, days[-1].nonprofits)

    def corners(count: Mapping[date, int]) -> str:
        points, before = [], 0
        for day, number in count.items():
            x = round(WIDTH * (day - first).days / span)
            points += [(x, before), (x, number)]
            before = number
        points.append((round(WIDTH * (until - first).days / span) or WIDTH, before))
        return " ".join(f"{x},{round(HEIGHT - HEIGHT * number / most, 1):g}" for x, number in points)

    return Growth(
        days=tuple(shown),
        first=first,
        last=last,
        most=most,
        companies=corners({day.day: day.companies for day in shown}),
        nonprofits=corners({day.day: day.nonprofits for day in shown}),
        deadline_at=round(100 * (deadline - first).days / span, 1) if deadline else None,
    )


def _thin_out(days: Sequence[RegistrationDay]) -> list[RegistrationDay]:
    """The last day of every week where there are many, and the very last."""
    if len(days) <= MOST_DAYS:
        return list(days)
    by_week = {day.day.isocalendar()[:2]: day for day in days}
    return list(by_week.values())[-MOST_DAYS:]
