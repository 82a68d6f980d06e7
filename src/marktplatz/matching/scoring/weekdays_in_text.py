"""On which weekdays something can be, in free text; Monday is 0."""

import re
from typing import Final

from marktplatz.matching.scoring.calendar_in_text import WEEKDAYS
from marktplatz.matching.scoring.tokens_in_text import Scanned

Found = tuple[frozenset[int], int, int]
"""Weekdays and from where to where they were read."""

_WORKING_DAYS: Final = frozenset(range(5))
_WEEKEND: Final = frozenset((5, 6))
_PARTS: Final = (
    "vormittags",
    "vormittag",
    "nachmittags",
    "nachmittag",
    "mittags",
    "mittag",
    "abends",
    "abend",
    "morgens",
    "morgen",
    "früh",
)
_COMPOUNDS: Final = {
    f"{day}{part}": WEEKDAYS[day]
    for day in ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag")
    for part in _PARTS
}
_NAMES: Final = WEEKDAYS | _COMPOUNDS
_GROUPS: Final = {
    **dict.fromkeys(("werktags", "wochentags", "weekdays"), _WORKING_DAYS),
    **dict.fromkeys(("wochenende", "wochenenden", "wochenends", "weekend", "weekends"), _WEEKEND),
}
_SHORT: Final = {"Mo": 0, "Di": 1, "Mi": 2, "Do": 3, "Fr": 4, "Sa": 5, "So": 6}
_SHORT_RANGE: Final = re.compile(
    r"(?<!\w)(Mo|Di|Mi|Do|Fr|Sa|So)\.?\s?(-|–|bis|\+|/|und|oder|&|u\.|,)\s?(Mo|Di|Mi|Do|Fr|Sa|So)(?!\w)"
)
_THROUGH: Final = re.compile(r"\s*(?:bis|-|–|to|through)\s*(?:zum\s+|einschließlich\s+)?")
_NOT: Final = re.compile(
    r"(?<!\w)(?:nicht|nie|außer|ausser|kein\w*|ausgenommen|ohne|not|except|never)\s+(?:nur\s+)?(?:am\s+|an\s+)?(?:jede[nm]\s+)?$"
)
_NOT_AFTER: Final = re.compile(r"\s+(?:\w+\s+){0,3}(?:nicht|nie|niemals|geschlossen|zu haben|ruhetag|not|never|closed)\b")


def read_weekdays(text: Scanned) -> list[Found]:
    """Weekdays by name, as ranges (Montag bis Freitag) and as groups (werktags, am Wochenende); empty if any of them is denied."""
    found: list[Found] = []
    for word, start, end in text.tokens:
        if word in _NAMES:
            _add_day(found, text.lowered, _NAMES[word], start, end)
        elif word in _GROUPS:
            found.append((_GROUPS[word], start, end))
        elif word == "woche" and text.lowered.endswith("unter der ", 0, start):
            found.append((_WORKING_DAYS, start - len("unter der "), end))
    for short in _SHORT_RANGE.finditer(text.written):
        first, last = _SHORT[short[1]], _SHORT[short[3]]
        days = _days_through(first, last) if short[2] in ("-", "–", "bis") else frozenset((first, last))
        found.append((days, short.start(), short.end()))
    if any(_is_denied(text.lowered, start, end) for _, start, end in found):
        return []
    return found


def _add_day(found: list[Found], lowered: str, day: int, start: int, end: int) -> None:
    if found and len(found[-1][0]) == 1 and _THROUGH.fullmatch(lowered[found[-1][2] : start]):
        (first,) = found[-1][0]
        found[-1] = (_days_through(first, day), found[-1][1], end)
    else:
        found.append((frozenset((day,)), start, end))


def _days_through(first: int, last: int) -> frozenset[int]:
    """From one weekday to another, past Sunday if need be."""
    return frozenset((first + step) % 7 for step in range((last - first) % 7 + 1))


def _is_denied(lowered: str, start: int, end: int) -> bool:
    before = lowered[max(0, start - 30) : start]
    denial = _NOT.search(before)
    if denial:
        return not denial[0].startswith("nicht nur")
    return _NOT_AFTER.match(lowered, end) is not None


TRIGGERS: Final = frozenset(_NAMES) | frozenset(_GROUPS) | {"mo", "di", "mi", "do", "fr", "sa", "so", "woche"}
