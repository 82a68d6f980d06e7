"""When something is to be, in free text: days, months, seasons, holidays and weeks as one window; weekdays; no clock is read."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, auto
from typing import Final

from marktplatz.matching.scoring.calendar_in_text import (
    HOLIDAYS,
    MONTHS,
    SCHOOL_HOLIDAYS,
    SEASONS,
    SHORT_MONTHS,
    WEEKDAYS,
    Span,
    SpanOf,
    day_of,
    month_of,
    part_of_year,
    resolve,
    week_of,
    whole_year,
)
from marktplatz.matching.scoring.tokens_in_text import Scanned, Token, sentence_around


@dataclass(frozen=True, slots=True)
class Atom:
    """One name of a time in a text. `is_vague` ones (seasons, school holidays) have no certain first and last day."""

    first: SpanOf
    last: SpanOf
    year: int | None
    start: int
    end: int
    is_day: bool = False
    is_vague: bool = False


class Mode(Enum):
    """What a time is: the window itself, or only its beginning or its end."""

    AT = auto()
    FROM = auto()
    UNTIL = auto()
    BEFORE = auto()
    AFTER = auto()


@dataclass(frozen=True, slots=True)
class _Group:
    """Names of a time that belong together, from the first to the last: "1. bis 3. Juni", "Mai oder Juni"."""

    atoms: tuple[Atom, ...]
    mode: Mode
    is_list: bool

    @property
    def start(self) -> int:
        return self.atoms[0].start

    @property
    def end(self) -> int:
        return self.atoms[-1].end


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when, as far as the text says, and where it says so."""

    start: date | None
    end: date | None
    spans: tuple[tuple[int, int], ...]


_JOIN: Final = r"(?:-|–|—|/|bis(?: zum)?|und|oder|,|\+|&|u\.|o\.|to|and|or)"
_DAYS: Final = rf"((?:[0-9]{{1,2}}\.?\s*{_JOIN}\s*(?:am\s+|den\s+|der\s+)?){{0,6}})([0-9]{{1,2}})"
_NUMERIC: Final = re.compile(
    rf"(?<![\w,:/])(?<![0-9]\.)(?<!\w-){_DAYS}\.\s?([0-9]{{1,2}})(?:(\.)\s?(20[0-9]{{2}}|[0-9]{{2}})?)?(?![0-9])(?!\s*(?:uhr|€|euro|prozent|%|\.[0-9]))"
)
_ISO: Final = re.compile(r"(?<![\w-])(20[0-9]{2})-([0-9]{2})-([0-9]{2})(?![\w-])")
_DATE_BEFORE: Final = re.compile(r"(?<!\w)(?:am|ab|bis|vom|zum|den|der|dem|vor|nach|\w+tag,?|mittwoch,?)\s+$")
_DAYS_BEFORE: Final = re.compile(rf"(?<![\w.,:/]){_DAYS}(?:\.|st|nd|rd|th)?\s*(?:of\s+)?$")
_PART_BEFORE: Final = re.compile(
    r"(?<!\w)(?:(anfang|mitte|early|mid)\s*(?:bis|/|-|–|oder|to|or)\s*)?"
    r"(anfang|mitte|ende|early|mid|late|end of|beginning of)\s*-?\s*$"
)
_YEAR_AFTER: Final = re.compile(
    r",?\s*(?:(?:im jahre?\s+)?(20[0-9]{2})(?:/[0-9]{2,4})?(?!\w|\.[0-9])|(?:des\s+)?((?:nächst|kommend|dies)e[sn])\s+jahres)"
)
_YEAR_BEFORE: Final = re.compile(
    r"(?<!\w)(?:(nächst|kommend|dies)es jahr,?\s+)(?:im|am|in den|in|ab|zu|an|vor|bis)?\s*(?:den\s+)?$"
)
_ENGLISH_DAY_AFTER: Final = re.compile(r"\s+([0-9]{1,2})(?:st|nd|rd|th)?(?!\w|[.:,][0-9])(?!\s*(?:uhr|[a-zäöü]))")
_CONTEXT: Final = re.compile(
    r"(?<!\w)(?:im|in|in den|in der|ab|bis|bis zum|bis zu den|zum|zur|zu|an|am|über|übers|über den|vor|vor den|nach|nach den|seit|"
    r"diesen|kommenden|nächsten|für den|für|und|oder|zwischen|anfang|ende|by|until|from|before|after|during|this|next|at)"
    r"\s+(?:[a-z0-9]\w*\s?-\s?)?$"
)
_WEEK: Final = re.compile(
    r"(?:\.\s?|\s+|)([0-9]{1,2})(?:\s?(?:-|–|/|bis|und|oder)\s?(?:kw\s?)?([0-9]{1,2}))?(?!\w|[.,][0-9])"
    r"(?:[/ ]+(20[0-9]{2})(?![\w]))?"
)
_SINGLE_YEAR: Final = re.compile(r"(?<!\w)(im jahre?|in|ab|bis|anfang|mitte|ende|jahr)\s+$")
_COUNTED: Final = re.compile(r"\s+[A-ZÄÖÜ]")
_REACH: Final = 48
_PLAUSIBLE_YEARS: Final = 3
"""In "im Mai 2000 Flyer" the number is no year."""


def _before(lowered: str, start: int) -> str:
    return lowered[max(0, start - _REACH) : start]


def _read_years(text: Scanned, start: int, end: int, anchor: date | None) -> tuple[int | None, int]:
    """The year that stands before or after a name, and where the name ends with it."""
    after = _YEAR_AFTER.match(text.lowered, end)
    if after and after[1] is None:
        return _relative_year(after[2], anchor), after.end()
    if after and not (
        _COUNTED.match(text.written, after.end()) and abs(int(after[1]) - (anchor or date.min).year) > _PLAUSIBLE_YEARS
    ):
        return int(after[1]), after.end()
    before = _YEAR_BEFORE.search(_before(text.lowered, start))
    return (_relative_year(before[1], anchor), end) if before else (None, end)


def _relative_year(word: str, anchor: date | None) -> int | None:
    return None if anchor is None else anchor.year + (not word.startswith("dies"))


def _read_month(text: Scanned, token: Token, anchor: date | None) -> Atom | None:
    word, start, end = token
    lowered, before = text.lowered, _before(text.lowered, token[1])
    short = word not in MONTHS
    month = SHORT_MONTHS[word] if short else MONTHS[word]
    name_end = end + (short and lowered.startswith(".", end))
    year, after = _read_years(text, start, name_end, anchor)
    days = _DAYS_BEFORE.search(before)
    if days:
        return _days_atom(days[1], days[2], month, year, start - len(before) + days.start(), after)
    part = _PART_BEFORE.search(before)
    if part:
        first, last = part[1] or part[2], part[2]
        return _atom(month_of(month, first, last), year, start - len(part[0]), after)
    english = _ENGLISH_DAY_AFTER.match(lowered, end) if word not in ("mai", "juni", "juli") else None
    if english:
        year, after = _read_years(text, start, english.end(), anchor)
        return _days_atom("", english[1], month, year, start, after)
    if word == "august" and not year and _COUNTED.match(text.written, end) and not _CONTEXT.search(before):
        return None  # a first name
    if short and not (year or (word in ("may", "march") and _CONTEXT.search(before))):
        return None
    return _atom(month_of(month), year, start, after)


def _atom(span: SpanOf, year: int | None, start: int, end: int, *, is_day: bool = False, is_vague: bool = False) -> Atom:
    return Atom(span, span, year, start, end, is_day, is_vague)


def _days_atom(others: str, day: str, month: int, year: int | None, start: int, end: int) -> Atom | None:
    """One day of a month, or from the first to the last of several."""
    days = [int(number) for number in re.findall(r"[0-9]+", others)] + [int(day)]
    if not (1 <= month <= 12 and all(1 <= number <= 31 for number in days)) or days != sorted(days):
        return None
    first, last = day_of(month, days[0]), day_of(month, days[-1])
    return Atom(first, first if len(days) == 1 else last, year, start, end, is_day=len(days) == 1)


def _read_season(text: Scanned, token: Token, anchor: date | None) -> Atom | None:
    word, start, end = token
    year, after = _read_years(text, start, end, anchor)
    if year is None and not _CONTEXT.search(_before(text.lowered, start)):
        return None
    part = _PART_BEFORE.search(_before(text.lowered, start))
    if part:  # how long "Ende des Sommers" is, nobody knows
        return None
    span = SEASONS.get(word) or SCHOOL_HOLIDAYS.get(word) or HOLIDAYS[word]
    return _atom(span, year, start, after, is_vague=word not in HOLIDAYS)


def _read_week(text: Scanned, token: Token, _anchor: date | None) -> Atom | None:
    numbers = _WEEK.match(text.lowered, token[2])
    if numbers is None:
        return None
    first = week_of(int(numbers[1]))
    return Atom(
        first, week_of(int(numbers[2])) if numbers[2] else first, int(numbers[3]) if numbers[3] else None, token[1], numbers.end()
    )


def _read_year(text: Scanned, token: Token, anchor: date | None) -> Atom | None:
    """A year of its own: 2028, nächstes Jahr, Ende 2027."""
    word, start, end = token
    before = _before(text.lowered, start)
    if word == "jahr" or word == "jahres":
        which = re.search(r"(?<!\w)(?:(?:anfang|mitte|ende)\s+)?(nächst|kommend|dies)e[snm]\s+$", before)
        year = _relative_year(which[1], anchor) if which else None
        opening = len(which[0]) if which else 0
    else:
        context = _SINGLE_YEAR.search(before)
        year = int(word) if context and not _COUNTED.match(text.written, end) else None
        opening = len(context[0]) if context and context[1] in ("anfang", "mitte", "ende") else 0
    if year is None:
        return None
    part = next((name for name in ("anfang", "mitte", "ende") if text.lowered.startswith(name, start - opening)), "")
    return _atom(part_of_year(part) if part else whole_year, year, start - opening, end)


_Reader = Callable[[Scanned, Token, date | None], Atom | None]
_READERS: Final[dict[str, _Reader]] = {
    **dict.fromkeys((*MONTHS, *SHORT_MONTHS), _read_month),
    **dict.fromkeys((*SEASONS, *SCHOOL_HOLIDAYS, *HOLIDAYS), _read_season),
    **dict.fromkeys(("kw", "kalenderwoche", "kalenderwochen"), _read_week),
    **dict.fromkeys(("jahr", "jahres", *map(str, range(2000, 2101))), _read_year),
}


def _read_numeric(lowered: str) -> list[Atom]:
    found: list[Atom] = []
    for number in _NUMERIC.finditer(lowered):
        others, day, month, full_stop, year = number.groups()
        if not (full_stop or _DATE_BEFORE.search(_before(lowered, number.start()))):
            continue  # 1.5 is a number unless something like "am" stands before it
        full_year = None if year is None else int(year) + (2000 if len(year) == 2 else 0)
        atom = _days_atom(others, day, int(month), full_year, number.start(), number.end())
        found += [atom] if atom else []
    for number in _ISO.finditer(lowered):
        atom = _days_atom("", number[3], int(number[2]), int(number[1]), number.start(), number.end())
        found += [atom] if atom else []
    return found


def find_atoms(text: Scanned, anchor: date | None) -> list[Atom]:
    """Every name of a time, in the order of the text; of two that overlap the one that reaches farther back, then the longer."""
    found = _read_numeric(text.lowered) if "." in text.lowered or "-" in text.lowered else []
    for token in text.tokens:
        reader = _READERS.get(token[0])
        if reader and (atom := reader(text, token, anchor)):
            found.append(atom)
    kept: list[Atom] = []
    for atom in sorted(found, key=lambda atom: (atom.start, -atom.end)):
        if not kept or atom.start >= kept[-1].end:
            kept.append(atom)
    return kept


_DAY_NAMES: Final = r"(?:(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend|mo|di|mi|do|fr|sa|so)"
_LEAD: Final = (
    rf"(?:(?:am|im|in|den|dem|der|zum|zu|einschließlich|einschl\.|kw|in den)\s+)*(?:{_DAY_NAMES}\.?,?\s*(?:(?:den|dem|der)\s+)?)?"
)
_RANGE: Final = re.compile(rf"\s*(?:bis|-|–|—|to|until|till)\s*{_LEAD}")
_LIST: Final = re.compile(rf"\s*(?:,|/|und|oder|&|\+|bzw\.?|sowie|and|or|,\s*(?:und|oder)|und/oder|oder auch)\s*{_LEAD}")
_FAR_APART: Final = timedelta(days=31)
_MODES: Final = (
    (Mode.BEFORE, re.compile(rf"(?<!\w)(?:vor|vorm|before)\s+{_LEAD}$")),
    (Mode.AFTER, re.compile(rf"(?<!\w)(?:nach|after)\s+{_LEAD}$")),
    (Mode.UNTIL, re.compile(rf"(?<!\w)(?:bis|spätestens|until|till|by)\s+(?:spätestens\s+)?{_LEAD}$")),
    (Mode.FROM, re.compile(rf"(?<!\w)(?:ab|frühestens|from|since)\s+(?:ca\.\s+|etwa\s+|sofort\s+)?{_LEAD}$")),
)
_NOT_BEFORE: Final = re.compile(
    r"(?<!\w)(?:nicht|nie|kein\w*|außer|ausser|ausgenommen|except|not|seit|since|ohne|letzte[nrsm]?|vergangene[nrsm]?|statt)\s+"
    rf"(?:(?:vor|ab|bis|nach|an|letzte[nrsm]?)\s+)?{_LEAD}$"
)
_NOT_AFTER: Final = re.compile(r"(?:\s+\w+){0,4}\s+(?:nicht|kein|keine|keinen|not)\b")
_TAKEN: Final = re.compile(
    r"(?<!mittags)(?<!kaffee)pause|geschlossen|urlaub|betriebsferien|ausgebucht|belegt|gegründet|gebaut|(?<!\w)(?:war|waren|hatten|wurde|wurden|seit)(?!\w)|vergangen|closed"
)
_RATHER: Final = re.compile(
    r"(?<!\w)(?:am liebsten|am besten|bevorzugt|gerne?|idealerweise|vielleicht|z\. ?b\.|zum beispiel|preferably)[ ,]+(?:\w+ ){0,2}$"
)
_NAMED_DAY: Final = re.compile(rf"(?<!\w)({_DAY_NAMES})\.?,?\s*(?:(?:den|dem|der)\s+)?$")
_SHORT_DAYS: Final = {"mo": 0, "di": 1, "mi": 2, "do": 3, "fr": 4, "sa": 5, "so": 6}


def _group(lowered: str, atoms: Sequence[Atom], anchor: date | None) -> list[_Group]:
    groups: list[_Group] = []
    for atom in atoms:
        between = lowered[groups[-1].end : atom.start] if groups else ""
        is_range = bool(groups) and _RANGE.fullmatch(between) is not None
        is_list = bool(groups) and _LIST.fullmatch(between) is not None
        if groups and (is_range or (is_list and _are_neighbours(groups[-1].atoms, atom, anchor, lowered))):
            groups[-1] = _Group((*groups[-1].atoms, atom), Mode.AT if is_range else groups[-1].mode, is_list)
        else:
            before = _before(lowered, atom.start)
            mode = next((mode for mode, pattern in _MODES if pattern.search(before)), Mode.AT)
            groups.append(_Group((atom,), mode, is_list=False))
    return groups


def _are_neighbours(earlier: Sequence[Atom], atom: Atom, anchor: date | None, lowered: str) -> bool:
    """May a list be read as one window? April and October are two windows, except after "zwischen"."""
    if re.search(r"(?<!\w)(?:zwischen|between)\s+(?:dem\s+)?$", _before(lowered, earlier[0].start)):
        return True
    left = resolve(earlier[-1].first, earlier[-1].last, (earlier[-1].year, earlier[-1].year), anchor)
    year = left[0].year if left and atom.year is None else atom.year
    right = resolve(atom.first, atom.last, (year, year), anchor)
    return left is not None and right is not None and timedelta() <= right[0] - left[1] <= _FAR_APART


def _resolve_group(group: _Group, lowered: str, anchor: date | None) -> Span | None:
    first, last = group.atoms[0], group.atoms[-1]
    found = resolve(first.first, last.last, (first.year, last.year), anchor)
    if found is None or (anchor is not None and found[1] < anchor):
        return None  # what is over is a story, not a date to come
    named = _NAMED_DAY.search(_before(lowered, first.start)) if first.is_day else None
    if named:
        weekday = WEEKDAYS.get(named[1], _SHORT_DAYS.get(named[1]))
        return found if found[0].weekday() == weekday else None
    return found


def _is_denied(group: _Group, lowered: str) -> bool:
    if _NOT_BEFORE.search(_before(lowered, group.start)):
        return True
    first, last = sentence_around(lowered, group.start, group.end)
    return _TAKEN.search(lowered, first, last) is not None or _NOT_AFTER.match(lowered, group.end, last) is not None


def read_window(text: Scanned, anchor: date | None) -> Window | None:
    """The one window that the text names; None for none, several that do not fit together, one denied or over."""
    lowered = text.lowered
    groups = _group(lowered, find_atoms(text, anchor), anchor)
    resolved: list[tuple[_Group, Span]] = []
    for group in groups:
        if _is_denied(group, lowered):
            return None
        span = _resolve_group(group, lowered, anchor)
        if span is None:
            return None
        resolved.append((group, span))
    windows = [(group, span) for group, span in resolved if group.mode is Mode.AT]
    bounds = [(group, span) for group, span in resolved if group.mode is not Mode.AT]
    if windows and bounds:
        return None
    return _narrow(windows, lowered) if windows else _bound(bounds)


def _narrow(windows: Sequence[tuple[_Group, Span]], lowered: str) -> Window | None:
    """The narrowest of windows that lie within each other; what is only preferred does not narrow."""
    firm = [(group, span) for group, span in windows if not _RATHER.search(_before(lowered, group.start))]
    ordered = sorted(firm or windows, key=lambda found: found[1][1] - found[1][0])
    start, end = ordered[0][1]
    if any(span[0] > start or span[1] < end for _, span in ordered):
        return None
    return Window(start, end, tuple((group.start, group.end) for group, span in ordered if span == (start, end)))


def _bound(bounds: Sequence[tuple[_Group, Span]]) -> Window | None:
    """From "ab", "bis", "vor" and "nach"; the end is looked for after the beginning: "ab Oktober, bis spätestens März"."""
    starts: set[date] = set()
    ends: set[date] = set()
    for group, span in bounds:
        if group.mode in (Mode.UNTIL, Mode.BEFORE, Mode.AFTER) and any(atom.is_vague for atom in group.atoms):
            return None
        if group.mode in (Mode.FROM, Mode.AFTER):
            starts.add(span[0] if group.mode is Mode.FROM else span[1] + timedelta(days=1))
    for group, span in bounds:
        if group.mode in (Mode.UNTIL, Mode.BEFORE):
            found: Span | None = span
            if starts and span[1] < min(starts):
                found = resolve(
                    group.atoms[0].first, group.atoms[-1].last, (group.atoms[0].year, group.atoms[-1].year), min(starts)
                )
            if found is None:
                return None
            ends.add(found[1] if group.mode is Mode.UNTIL else found[0] - timedelta(days=1))
    if len(starts) > 1 or len(ends) > 1 or not (starts or ends) or (starts and ends and min(starts) > min(ends)):
        return None
    spans = tuple((group.start, group.end) for group, _ in bounds)
    return Window(next(iter(starts), None), next(iter(ends), None), spans)


TRIGGERS: Final = frozenset(_READERS)
"""A text without any of these words and without digits names no window."""
