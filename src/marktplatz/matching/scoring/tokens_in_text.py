"""A free text made ready to be read by machine: lower case of the same length, tokens with their places, sentences around them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

Token = tuple[str, int, int]
"""A word in lower case or a run of digits, with its start and end in the text; a plain tuple, because there are many."""

_TOKEN: Final = re.compile(r"[0-9]+|[^\W0-9_]+")
_TAG: Final = re.compile(r"<[^<>]{1,200}>")
_SENTENCE_END: Final = re.compile(r"[!?;\n]|(?<=[^0-9]\.)\s")
_HALF_REACH: Final = 200
"""No sentence is looked at farther than this; 5,000 characters without a full stop stay quick."""


class Reading(NamedTuple):
    """A number and where in the text it was read."""

    value: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Scanned:
    """A text as written and in lower case, character by character the same places, and its tokens."""

    written: str
    lowered: str
    tokens: Sequence[Token]


def words_of(lines: str) -> list[str]:
    """The words of a list that is written as readable lines."""
    return lines.split()


def lower_in_place(text: str) -> str:
    """Lower case in which every character keeps its place; HTML tags become blanks."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters, like the Turkish İ, grow when they are lowered
        lowered = "".join(low if len(low := character.lower()) == 1 else character for character in text)
    return _TAG.sub(lambda tag: " " * len(tag[0]), lowered) if "<" in lowered else lowered


def find_word_set(lowered: str) -> set[str]:
    return set(_TOKEN.findall(lowered))


def scan(text: str, lowered: str) -> Scanned:
    """The tokens of a text that has been lowered by `lower_in_place`."""
    return Scanned(text, lowered, [(token[0], token.start(), token.end()) for token in _TOKEN.finditer(lowered)])


def sentence_around(lowered: str, start: int, end: int) -> tuple[int, int]:
    """From where to where the sentence goes that holds a stretch; the full stop of "12. Mai" ends none."""
    first = max(0, start - _HALF_REACH)
    for stop in _SENTENCE_END.finditer(lowered, first, start):
        first = stop.end()
    following = _SENTENCE_END.search(lowered, end, end + _HALF_REACH)
    return first, following.start() if following else min(len(lowered), end + _HALF_REACH)
