"""How long something takes, in free text: exact durations, and coarse ones like half a day; dates are read elsewhere."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from marktplatz.matching.scoring.numbers_in_text import NUMBERS, Count, nouns_after
from marktplatz.matching.scoring.tokens_in_text import Reading, Scanned, sentence_around, words_of

DAY_HOURS: Final = 8.0
HALF_DAY_HOURS: Final = 4.0
WEEK_HOURS: Final = 40.0
EVENING_HOURS: Final = 3.0
WEEKEND_HOURS: Final = 16.0

_EXACT: Final = (
    dict.fromkeys(
        words_of("stunde stunden std h arbeitsstunde arbeitsstunden schulstunden zeitstunden hour hours hrs hr"),
        1.0,
    )
    | dict.fromkeys(words_of("minute minuten min minutes mins"), 1 / 60)
    | {"viertelstunde": 0.25, "dreiviertelstunde": 0.75}
)
_COARSE: Final = (
    dict.fromkeys(words_of("tag tage tagen tages arbeitstag arbeitstage arbeitstagen day days"), DAY_HOURS)
    | dict.fromkeys(
        words_of("vormittag vormittage vormittagen nachmittag nachmittage nachmittagen morning afternoon"), HALF_DAY_HOURS
    )
    | dict.fromkeys(words_of("abend abende abenden evening evenings"), EVENING_HOURS)
    | dict.fromkeys(words_of("wochenende wochenenden weekend"), WEEKEND_HOURS)
    | dict.fromkeys(words_of("woche wochen arbeitswoche week weeks"), WEEK_HOURS)
)
_FRACTIONS: Final = dict.fromkeys(words_of("halbe halben halber halbes half"), 0.5) | {"dreiviertel": 0.75}

_ROUGHLY: Final = r"(?:ca\.?|circa|etwa|rund|ungefähr|gut|knapp|die|den|der|about)"
_NO_DURATION_BEFORE: Final = re.compile(
    rf"(?<!\w)(?:vor|in|seit|nach|alle|aller|innerhalb(?: von)?|binnen|spätestens|ab|jede[nrsm]?|pro|je|per|within|after|"
    r"every|since|next)\s+"
    rf"(?:{_ROUGHLY}\s+|mindestens\s+)*$"
)
_NO_DURATION_AFTER: Final = re.compile(
    r"\s*(?:vorher|vor\b|im voraus|zuvor|davor|später|alt\b|alte|entfernt|\w*fahrt|fahrzeit|zu fu(?:ß|ss)|\w*weg\b|"
    r"mit (?:dem|der) (?:auto|bahn|bus|rad|zug)|"
    r"vorlauf|frist|bescheid|der offenen|of notice|notice|ago|in advance|away|old\b|-?woche|zur auswahl)"
)
_RATE: Final = re.compile(
    r"(?<!\w)(?:pro|je|jeweils|jede[nrsm]?|täglich\w*|wöchentlich\w*|monatlich\w*|jährlich\w*|regelmäßig\w*|einmal|"
    r"\w+mal (?:die|in der|im|am)|"
    r"(?:die|in der|der) woche|im monat|im jahr(?! ?\d)|am tag\b|a week|a month|per|every|weekly|monthly|daily)(?!\w)"
)
_ON_LOAN: Final = re.compile(r"leih|vermiet|(?<!\w)mieten|zwischennutz|überlass|nutzen|verfügung stell")
_WINDOW_BEFORE: Final = re.compile(r"(?<!\w)(?:an|am|ans|übers?|at|on)\s+$")
_TIMES: Final = re.compile(
    r"(?<!\w)(?:([0-9]{1,2})\s?[x×*]\s?|([0-9]{1,2}|[^\W0-9_]+)\s?mal\s+(?:à\s+|je\s+)?|"
    r"([0-9]{1,2}|[^\W0-9_]+)\s+"
    r"(?:\w*(?:termine?n?|einheiten|abende?n?|tage?n?|treffen|workshops?))\s+(?:à|a|je|zu je|mit je|von je)\s+)$"
)


def read_hours(text: Scanned, counts: Sequence[Count]) -> list[Reading]:
    """How long it takes, in hours; empty where the text says nothing, two different things, or hours that come back every week.

    An exact duration beats a coarse one: "am Samstagvormittag, zwei Stunden" takes two hours. A range counts with its lower end.
    """
    exact: list[Reading] = []
    coarse: list[Reading] = []
    for count in counts:
        found = _read_duration(text, count)
        if found is None:
            continue
        reading, is_exact = found
        if _comes_back(text.lowered, reading):
            return []
        (exact if is_exact else coarse).append(reading)
    exact += _read_lengths(text.lowered)
    if not exact:
        coarse += _read_coarse_phrases(text.lowered, coarse)
        coarse = [] if coarse and _ON_LOAN.search(text.lowered) else coarse
    chosen = sorted(exact or coarse, key=lambda reading: reading.start)
    # an hour of this and an hour of that are two; title and text may well say the same
    said_again = any("\n" not in text.lowered[one.end : other.start] for one, other in pairwise(chosen))
    return chosen if len({reading.value for reading in chosen}) == 1 and not said_again else []


def _read_duration(text: Scanned, count: Count) -> tuple[Reading, bool] | None:
    lowered, factor = text.lowered, 1.0
    for word, opening, end in nouns_after(text, count):
        if word in _FRACTIONS:
            factor = _FRACTIONS[word]
        hours = _EXACT.get(word) or _COARSE.get(word)
        if hours is None:
            continue
        if opening - 1 != count.end and lowered[opening - 1] == "-":
            return None  # the week of a 40-Stunden-Woche
        before = lowered[max(0, count.start - 40) : count.start]
        if count.is_article and before.endswith("half "):
            return None
        times = _TIMES.search(before)
        many = _times(times)
        if many is None or (times is None and _NO_DURATION_BEFORE.search(before)) or _NO_DURATION_AFTER.match(lowered, end):
            return None
        if (count.low == 24 and word in _EXACT) or (hours == WEEKEND_HOURS and count.is_article and _WINDOW_BEFORE.search(before)):
            return None
        start = count.start - len(times[0]) if times else count.start
        return Reading(round(count.low * factor * many * hours, 4), start, end), word in _EXACT
    return None


def _times(times: re.Match[str] | None) -> float | None:
    """What a duration is multiplied with; None if that is no number."""
    if times is None:
        return 1.0
    written = times[1] or times[2] or times[3]
    return float(written) if written.isdecimal() else NUMBERS.get(written)


def _comes_back(lowered: str, reading: Reading) -> bool:
    """Is it so much per week, and so an unknown amount in all? A product like "3 Termine je 2 Stunden" is complete."""
    if "je" in lowered[reading.start : reading.end].split():
        return False
    return _RATE.search(lowered, *sentence_around(lowered, reading.start, reading.end)) is not None


_LENGTHS: Final = re.compile(r"(?<!\w)([0-9]{1,3}|[^\W0-9_]+?)\s?-?(stündig|minütig|tägig)(?:e[rsnm]?)?\b")
_LENGTH_HOURS: Final = {"stündig": 1.0, "minütig": 1 / 60, "tägig": DAY_HOURS}
_CLOCK: Final = re.compile(
    r"(?<![\w.:])([01]?[0-9]|2[0-4])(?:[:.]([0-5][0-9]))?\s?(?:uhr)?\s?(?:-|–|—|bis)\s?([01]?[0-9]|2[0-4])(?:[:.]([0-5][0-9]))?\s?uhr\b"
)
_ONLY_OPEN: Final = re.compile(
    r"erreichbar|geöffnet|öffnungszeit|sprechzeit|bürozeit|(?<!\w)(?:(?:mon|diens|donners|frei|sams|sonn)tags|mittwochs)\b"
)


def _read_lengths(lowered: str) -> list[Reading]:
    """Durations within one word (zweistündig), and from clock to clock (14 bis 18 Uhr)."""
    found: list[Reading] = []
    if "ündig" in lowered or "inütig" in lowered or "tägig" in lowered:
        for length in _LENGTHS.finditer(lowered):
            number = {"halb": 0.5, "ganz": 1.0, "ein": 1.0}.get(length[1]) or NUMBERS.get(length[1])
            value = float(length[1]) if length[1].isdecimal() else number
            found += [Reading(round(value * _LENGTH_HOURS[length[2]], 4), length.start(), length.end())] if value else []
    if "uhr" in lowered:
        for clock in _CLOCK.finditer(lowered):
            reading = Reading(_between(clock), clock.start(), clock.end())
            first, last = sentence_around(lowered, reading.start, reading.end)
            if reading.value > 0 and not _ONLY_OPEN.search(lowered, first, last) and not _RATE.search(lowered, first, last):
                found.append(reading)
    return found


def _between(clock: re.Match[str]) -> float:
    begin, end = (int(clock[hour]) + int(clock[hour + 1] or 0) / 60 for hour in (1, 3))
    return round(end - begin, 4)


_OPENING: Final = r"(?:(?:^|(?<=[\n.:!?,]))\s*|(?<!\w)(?:den|ganzen|ganzer|dieser|den ganzen)\s+)"
_HALF_DAY: Final = re.compile(
    rf"(?<!\w)(?:halb(?:er|en|e)\s+tag\b|halbtags\b|half\s+a\s+day\b)|{_OPENING}(?P<noun>(?:vor|nach)mittag)\b"
)
_WHOLE_DAY: Final = re.compile(r"(?<!\w)(?:(?:ganzer|ganzen|voller|vollen)\s+tag\b|ganztags\b|a\s+whole\s+day\b)")
_WHOLE_WEEKEND: Final = re.compile(rf"(?<!\w)(?:ganze[sn]?|volles)\s+wochenende\b|{_OPENING}(?P<noun>wochenende)\b")
_COARSE_PHRASES: Final = (
    ("mittag", "halb", "half", _HALF_DAY, HALF_DAY_HOURS),
    ("ganz", "voll", "whole", _WHOLE_DAY, DAY_HOURS),
    ("wochenende", "wochenende", "wochenende", _WHOLE_WEEKEND, WEEKEND_HOURS),
)


def _read_coarse_phrases(lowered: str, counted: Sequence[Reading]) -> list[Reading]:
    """Halves of days and whole ones that no number stands before; what a counted duration covers is not read again."""
    found: list[Reading] = []
    for one, two, three, pattern, hours in _COARSE_PHRASES:
        if not (one in lowered or two in lowered or three in lowered):
            continue
        for phrase in pattern.finditer(lowered):
            start, end = phrase.span("noun") if phrase.groupdict().get("noun") else phrase.span()
            covered = any(reading.start < end and start < reading.end for reading in counted)
            if not covered and not _RATE.search(lowered, *sentence_around(lowered, start, end)):
                found.append(Reading(hours, start, end))
    return found


TRIGGERS: Final = frozenset(_EXACT) | frozenset(_COARSE) | frozenset(("uhr", "halbtags", "ganztags")) - {"h", "min"}
"""A text without any of these words, without digits, "mittag", "ündig", "inütig" and "tägig" names no duration."""
