"""Head-counts and counts of things in free text; durations and dates are read elsewhere."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from marktplatz.matching.scoring.nouns_in_text import (
    AREAS,
    HELPER_ENDS,
    HELPERS,
    LONGEST_THING,
    SHORTEST_THING,
    SINGULAR,
    THINGS,
    VAGUE_HELPERS,
)
from marktplatz.matching.scoring.tokens_in_text import Reading, Scanned, Token, words_of

_UNITS: Final = {"zwei": 2, "zwo": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9}
_SMALL: Final = words_of("zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn")
_TENS: Final = words_of("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig")
_ENGLISH: Final = words_of("two three four five six seven eight nine ten eleven twelve")
_ENGLISH_TENS: Final = words_of("twenty thirty forty fifty sixty seventy eighty ninety")
_SPELT_OUT: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def _build_numbers() -> dict[str, float]:
    words: dict[str, float] = {word: float(value) for word, value in _UNITS.items()}
    words |= {word: float(value) for value, word in enumerate(_SMALL, 10)}
    for ten, word in zip(range(20, 100, 10), _TENS, strict=True):
        words[word] = float(ten)
        words |= {f"{unit}und{word}": float(ten + value) for unit, value in (("ein", 1), *_UNITS.items())}
    words |= {f"{unit}hundert": 100.0 * value for unit, value in (("", 1), ("ein", 1), *_UNITS.items())}
    words |= {f"{unit}einhalb": value + 0.5 for unit, value in (("", 0.0), ("ein", 1), *_UNITS.items()) if unit}
    words |= {"anderthalb": 1.5, "½": 0.5, "tausend": 1000.0, "hundred": 100.0}
    words |= {word: float(value) for value, word in enumerate(_ENGLISH, 2)}
    words |= {word: float(ten) for ten, word in zip(range(20, 100, 10), _ENGLISH_TENS, strict=True)}
    return words | {word.translate(_SPELT_OUT): value for word, value in words.items()}


NUMBERS: Final = _build_numbers()
ARTICLES: Final = frozenset(words_of("ein eine einen einem einer eins a an one"))
"""One, or hardly a number at all: counted only before a helper, a duration or next to other counts."""

_NUMBER_BEGINNINGS: Final = ARTICLES | frozenset(NUMBERS)

_ORDERED: Final = words_of("zweit dritt viert fünft sechst siebt acht neunt zehnt elft zwölft")
TOGETHER: Final = {word: float(value) for value, word in enumerate(_ORDERED, 2)} | {"fuenft": 5.0, "zwoelft": 12.0}
"""The second words of "zu zweit", "zu dritt" and so on."""

_DIGITS: Final = re.compile(
    r"[0-9]{1,3}(?:[.'’][0-9]{3})+(?![0-9])|[0-9]+\.[0-9](?=\s*(?:h|std|stunden?|hours?|tagen?|days)\b)|[0-9]+(?:,[0-9]{1,2}(?![0-9]))?"
)
_UP_TO: Final = re.compile(r"\s*(?:-|–|—|bis zu\b|bis\b|oder\b|to\b|or\b)\s*([0-9][0-9.,]*|[^\W0-9_]+)")
_DOZEN: Final = re.compile(r"\s+(halbes\s+)?(?:dutzend|dozen)\b")
_LONGEST_NUMBER: Final = 9


@dataclass(frozen=True, slots=True)
class Count:
    """A number or a range in a text; `following` is the index of the first token behind it."""

    low: float
    start: int
    end: int
    following: int
    is_article: bool
    is_range: bool


def find_counts(text: Scanned) -> list[Count]:
    """All numbers in digits and words, ranges as one; parts of dates and codes are numbers here as well."""
    found: list[Count] = []
    reached = 0
    for index, token in enumerate(text.tokens):
        word = token[0]
        if token[1] < reached or (word not in _NUMBER_BEGINNINGS and word[0] not in "0123456789"):
            continue
        number = _read_number(text.lowered, token)
        if number is None:
            continue
        count = _extend(text, index, token, *number)
        reached = count.end
        found.append(count)
    return found


def _read_number(lowered: str, token: Token) -> tuple[float, int] | None:
    word, start, end = token
    if word[0] not in "0123456789":
        if word == "an" and not lowered.startswith((" hour", " afternoon", " evening"), end):
            return None  # the German preposition
        value = 1.0 if word in ARTICLES else NUMBERS.get(word)
        return None if value is None else (value, end)
    if start and not _may_begin_a_number(lowered, start):
        return None
    digits = _DIGITS.match(lowered, start)
    if digits is None or len(digits[0]) > _LONGEST_NUMBER:
        return None
    return _to_float(digits[0]), digits.end()


def _may_begin_a_number(lowered: str, start: int) -> bool:
    """Not within A5, 1.2 or 0221 4710; but in 2x3 and after a bracket."""
    before = lowered[start - 1]
    if before in ".,:/#_" or (before.isalpha() and not (before == "x" and lowered[start - 2 : start - 1].isdigit())):
        return False
    return not (before.isspace() and lowered[max(0, start - 2) : start - 1].isdigit())


def _to_float(digits: str) -> float:
    """The number 2.000 is two thousand, 1,5 and 1.5 are one and a half."""
    if digits.isdecimal() or digits[-2] == ".":
        return float(digits)
    return float(digits.replace(".", "").replace("'", "").replace("’", "").replace(",", "."))


def _extend(text: Scanned, index: int, token: Token, value: float, end: int) -> Count:
    """The count that begins at a token: with the upper end of a range, or dozens."""
    lowered, is_range, is_article = text.lowered, False, token[0] in ARTICLES
    dozen = _DOZEN.match(lowered, end)
    if dozen:
        value, end, is_article = value * (6 if dozen[1] else 12), dozen.end(), False
    upper = _UP_TO.match(lowered, end)
    if upper and (high := _read_upper(upper[1])) is not None and high > value:
        end, is_range, is_article = upper.start(1) + len(upper[1].rstrip(".,")), True, False
    following = index + 1
    while following < len(text.tokens) and text.tokens[following][1] < end:
        following += 1
    return Count(value, token[1], end, following, is_article, is_range)


def _read_upper(written: str) -> float | None:
    if written[0] not in "0123456789":
        return NUMBERS.get(written)
    digits = _DIGITS.fullmatch(written.rstrip(".,"))
    return _to_float(digits[0]) if digits and len(digits[0]) <= _LONGEST_NUMBER else None


_NO_ADJECTIVES: Final = frozenset(
    words_of(
        "oder aber unter über hinter ohne jeder jede jeden alle allen diese dieser dieses diesen keine keinen keiner deren weder "
        "sondern neben zwischen gegen außer außen innen unten oben heute gerne sowie uhr einer eine einen"
    )
)
_ADJECTIVE_ENDS: Final = ("e", "en", "er", "es", "em", "lich", "ig", "isch")
_MOST_ADJECTIVES: Final = 3


def nouns_after(text: Scanned, count: Count) -> Iterator[Token]:
    """The words that may be what is counted: the one behind the number, or behind adjectives in small letters."""
    end = count.end
    for token in text.tokens[count.following : count.following + _MOST_ADJECTIVES + 1]:
        word, start, stop = token
        if text.lowered[end:start].strip(" \u00a0\u202f-"):
            return
        if text.lowered.startswith("-", stop) and text.lowered[stop + 1 : stop + 2].isalpha():
            end = stop  # of "Bettwäsche-Garnituren" the last part says what they are
            continue
        yield token
        if not (text.written[start].islower() and word.endswith(_ADJECTIVE_ENDS) and word not in _NO_ADJECTIVES):
            return
        end = stop


_GENDER: Final = re.compile(r"(?:[:*/_·]-?(?:innen|in|r|n)|\((?:innen|in|r|n)\))", re.IGNORECASE)
_BOTH_GENDERS: Final = re.compile(r"\s+(?:und|oder|bzw\.)\s+([^\W0-9_]+)")
_APPROXIMATE: Final = r"(?:ca\.?|circa|etwa|rund|ungefähr|um die|gut|knapp|alle|allen|unsere|unseren|die|den|ihre|eure|euren)"
_FOR_THEM: Final = re.compile(
    rf"(?<!\w)(?:für|fuer|fürs|pro|je|à|unter|for|per)\s+(?:{_APPROXIMATE}\s+|bis zu\s+|bis\s+|max\S*\s+)*$"
)
_AT_MOST: Final = re.compile(rf"(?<!\w)(?:bis zu|bis|maximal|max\.?|höchstens|up to)\s+(?:{_APPROXIMATE}\s+)*$")
_WITH: Final = re.compile(rf"(?<!\w)(?:mit|with)\s+(?:{_APPROXIMATE}\s+)*$")
_GATHERING: Final = re.compile(
    r"feier|fest\b|essen|b[uü]f+et|frühstück|raum\b|räume|saal|ausflug|kurs|workshop|seminar|schulung|tagung|gäste|teilnehm|kapazität|platz|party"
)
_ROOM_FOR_THEM: Final = re.compile(
    r"\s*(?:\w+\s+){0,2}(?:passen|platz|plätze|teilnehm|sitzen|unterkommen|satt|essen\b|mitmachen können)"
)


@dataclass(frozen=True, slots=True)
class _Item:
    value: float
    start: int
    end: int
    is_article: bool
    is_for_them: bool = False
    is_per_piece: bool = False


def read_people(text: Scanned, counts: Sequence[Count]) -> list[Reading]:
    """How many come and work, one reading or several equal ones; empty where the text says nothing or two different things.

    Only nouns of helpers count: children, guests and residents are those for whom it is done. A range counts with its lower end,
    because so many are sure on either side.
    """
    items = [item for count in counts if (item := _read_helpers(text, count))]
    guests = {item.value for item in items if item.is_for_them}
    helpers = [item for item in items if not item.is_for_them and item.value not in guests]
    return _agree([*_add_up(text.lowered, helpers, may_be_one=True), *_read_phrases(text, counts)])


def _read_helpers(text: Scanned, count: Count) -> _Item | None:
    if count.low < 1 or count.low != int(count.low) or _is_second_guess(text, count):
        return None
    for word, start, end in nouns_after(text, count):
        vague = word in VAGUE_HELPERS
        if not vague and word not in HELPERS and not (text.written[start].isupper() and word.endswith(HELPER_ENDS)):
            continue
        if count.is_article and word not in SINGULAR:
            return None
        for_them = _is_for_them(text.lowered, count.start, end, vague=vague)
        also = _BOTH_GENDERS.match(text.lowered, end)
        if also and also[1] in HELPERS:
            return _Item(count.low, count.start, also.end(), count.is_article, for_them)
        gender = _GENDER.match(text.written, end)
        return _Item(count.low, count.start, gender.end() if gender else end, count.is_article, for_them)
    return None


def _is_for_them(lowered: str, start: int, end: int, *, vague: bool) -> bool:
    """Does it say whom it is for, not who does it?"""
    before = lowered[max(0, start - 40) : start]
    if _FOR_THEM.search(before):
        return True
    if not vague:
        return False
    return bool(
        _AT_MOST.search(before) or _ROOM_FOR_THEM.match(lowered, end) or (_WITH.search(before) and _GATHERING.search(before))
    )


def _is_second_guess(text: Scanned, count: Count) -> bool:
    """Is it the "drei" of "zwei, drei Leute"?"""
    before = text.lowered[max(0, count.start - 20) : count.start].rstrip()
    return before.endswith(",") and before[:-1].rpartition(" ")[2] in NUMBERS


_ALSO: Final = re.compile(r"\s*(?:und|sowie|plus|\+|&|and)\s*(?:noch\s+|dazu\s+)?")


def _add_up(lowered: str, items: Sequence[_Item], *, may_be_one: bool) -> list[Reading]:
    """Counts joined by "und" are added: two journeymen and an apprentice are three. After a comma alone they are not."""
    groups: list[list[_Item]] = []
    joined_by_and: list[bool] = []
    for item in items:
        between = lowered[groups[-1][-1].end : item.start] if groups else "-"
        by_and = _ALSO.fullmatch(between) is not None
        if by_and or between.strip() == ",":
            groups[-1].append(item)
            joined_by_and[-1] = by_and
        else:
            groups.append([item])
            joined_by_and.append(False)
    readings: list[Reading] = []
    for group, by_and in zip(groups, joined_by_and, strict=True):
        if by_and:
            readings.append(Reading(sum(item.value for item in group), group[0].start, group[-1].end))
        elif len(group) > 1 or may_be_one or not group[0].is_article:
            readings += [Reading(item.value, item.start, item.end) for item in group]
    return readings


def _agree(readings: list[Reading]) -> list[Reading]:
    """The readings, if they all say the same."""
    return readings if len({reading.value for reading in readings}) == 1 else []


_HEADS: Final = re.compile(r"(?<!\w)([0-9]{1,3}|[^\W0-9_]+?)\s?-?köpfige[rsmn]?\b")
_TEAM_OF: Final = re.compile(r"(?<!\w)(?:\w*-?team|trupp|crew)\s+(?:aus|von|mit|of)\s+$")
_WE_ARE: Final = re.compile(r"(?<!\w)(?:wir sind|wir kommen mit|we are)\s+(?:zu\s+)?$")
_NOTHING_COUNTED: Final = re.compile(r"\s*(?:$|[.!?)\n;:–-](?!\w)|,\s(?!\w*\d)|(?:und|and)\s+(?:\w*en|\w*t|mit)\b)")


def _read_phrases(text: Scanned, counts: Sequence[Count]) -> list[Reading]:
    """Head-counts without a noun: zu dritt, ein sechsköpfiges Team, ein Team aus vier, wir sind acht."""
    lowered, tokens = text.lowered, text.tokens
    found = [
        Reading(TOGETHER[word], tokens[index - 1][1], end)
        for index, (word, _, end) in enumerate(tokens)
        if word in TOGETHER and index and tokens[index - 1][0] == "zu"
    ]
    if "köpfig" in lowered:
        for heads in _HEADS.finditer(lowered):
            value = NUMBERS.get(heads[1], float(heads[1]) if heads[1].isdecimal() else 0.0)
            found += [Reading(value, heads.start(), heads.end())] if value else []
    for count in counts:
        before = lowered[max(0, count.start - 40) : count.start]
        opening = _TEAM_OF.search(before) or _WE_ARE.search(before)
        if opening and count.low > 1 and count.low == int(count.low) and _NOTHING_COUNTED.match(lowered, count.end):
            found.append(Reading(count.low, count.start - len(opening[0]), count.end))
    return found


_UNKNOWN_THING: Final = re.compile(r"(?<!\w)(?:[Ee]ine?n?|[0-9]+)\s+(?:[a-zäöüß]+\s+)?([A-ZÄÖÜ]\w*),\s*$")
"""In "ein Klavier, zwei Schränke" two is not all there is."""
_EACH: Final = re.compile(r"(?<!\w)(?:je|jeweils|pro|à|per|alle)\s+(?:\w+\.?\s+)?$")


def read_quantities(text: Scanned, counts: Sequence[Count]) -> list[Reading]:
    """How many things, or square metres, are spoken of; empty where nothing or two different numbers are said.

    What stands with an article only ("ein Klavier") is hardly a count; it is added to another count:
    "ein Tisch und vier Stühle" are five.
    """
    items = [item for count in counts if (item := _read_things(text, count))]
    if any(item.is_per_piece for item in items):
        return []
    return _agree(_add_up(text.lowered, items, may_be_one=False))


def _read_things(text: Scanned, count: Count) -> _Item | None:
    if count.low <= 0:
        return None
    for word, start, end in nouns_after(text, count):
        squared = word == "m" and text.lowered.startswith("2", end)
        if not (squared or word in AREAS or _is_thing(word, is_noun=text.written[start].isupper())):
            continue
        other = _UNKNOWN_THING.search(text.written[max(0, count.start - 50) : count.start])
        if other and not (squared or word in AREAS) and not _is_thing(other[1].lower(), is_noun=True):
            return None
        per_piece = _EACH.search(text.lowered[max(0, count.start - 30) : count.start]) is not None
        return _Item(count.low, count.start, end + squared, count.is_article, is_per_piece=per_piece)
    return None


def _is_thing(word: str, *, is_noun: bool) -> bool:
    """A listed word, or a compound that ends in one; small letters are no compound, "praktische" is no table."""
    if word in THINGS:
        return True
    if not is_noun:
        return False
    return any(word[-length:] in THINGS for length in range(SHORTEST_THING, min(len(word), LONGEST_THING + 1)))


TRIGGERS: Final = (
    frozenset(NUMBERS) | frozenset(TOGETHER) | HELPERS | frozenset(("team", "trupp", "crew", "dutzend", "dozen", *AREAS))
) - frozenset(("½",))
"""A text without any of these words, without digits and without "köpfig" has no number that is read here."""
