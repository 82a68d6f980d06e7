"""The concepts that entries speak of, and the words that point to them; read from the readable files in `lexicon/`."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

from marktplatz.market import MarketConcept
from marktplatz.matching.scoring import misspelling
from marktplatz.matching.scoring.tokens_in_text import words_of
from marktplatz.matching.scoring.words import fold, is_empty

LANGUAGES: Final = ("de", "en", "nl", "tr", "ar", "uk")
_MOST_REMEMBERED: Final = 100_000
_SHORTEST_STEM: Final = 4
"""A shorter word is only found as a whole."""
_LONGEST_WORD: Final = 80
_NO_WORD: Final = re.compile(r"[\d\-]+")
_SHORTEST_END: Final = {"de": 4, "nl": 6}
"""Words that write compounds as one word end with what they are about; elsewhere "husbands" are no bands."""
_SOFTENED: Final = {"k": "g", "p": "b", "t": "d"}


class ConceptKind(StrEnum):
    """What a concept says of a deal: what is done, what is handed over, on what occasion, for whom."""

    SERVICE = "service"
    THING = "thing"
    OCCASION = "occasion"
    BENEFICIARY = "beneficiary"


@dataclass(frozen=True, slots=True)
class Concept:
    """A kind of deal that a broker would accept as the same; `related` are concepts that often answer or accompany it.

    `label` is its German name, as the reasons show it. `tells` is below 1 where the words are so general that they link what has
    little in common: workshop, support, organise.
    """

    id: str
    kind: ConceptKind
    broader: tuple[str, ...]
    related: Mapping[str, float]
    words: Mapping[str, tuple[str, ...]]
    label: str
    tells: float = 1.0


@dataclass(frozen=True, slots=True)
class Stem:
    """A folded word and where in a token it may stand."""

    concept: int
    as_beginning: bool
    as_end: bool


class Phrase(NamedTuple):
    """Folded words that begin words of a text one after the other; between `telling` ones, empty words don't count."""

    concept: int
    parts: tuple[str, ...]
    telling: bool


_ByLetter = Mapping[str, tuple[Phrase, ...]]


class _Word(NamedTuple):
    """What a folded word points to, and the phrases that it may begin, by the first letter of the word that must follow."""

    empty: bool
    concepts: tuple[int, ...]
    telling: _ByLetter
    literal: _ByLetter


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Concepts in the order of their ids, and their words as look-up tables per language."""

    concepts: tuple[Concept, ...]
    stems: Mapping[str, Mapping[str, tuple[Stem, ...]]]
    phrases: Mapping[str, Mapping[str, tuple[Phrase, ...]]]
    seen: Mapping[str, dict[str, _Word]] = field(default_factory=lambda: {language: {} for language in LANGUAGES}, repr=False)
    gaps: dict[str, misspelling.Table] = field(default_factory=dict, repr=False)

    def by_gaps(self, language: str) -> misspelling.Table:
        """A language's words by what is left of them with a letter missing; made when the first misspelt word comes."""
        if language not in self.gaps:
            self.gaps[language] = misspelling.index_by_gaps(self.stems[language])
        return self.gaps[language]

    @cached_property
    def position(self) -> dict[str, int]:
        return {concept.id: index for index, concept in enumerate(self.concepts)}


@cache
def load_lexicon() -> Lexicon:
    """The lexicon that comes with the package."""
    folder = files("marktplatz.matching.scoring") / "lexicon"
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".toml"))
    return build_lexicon(_read_concepts(tomllib.loads((folder / name).read_text("utf-8")) for name in names))


def extend_lexicon(lexicon: Lexicon, additions: Iterable[MarketConcept]) -> Lexicon:
    """The lexicon with a market's own German words: new ones for a known concept, or a concept of its own."""
    own = tuple(additions)
    return _extend(lexicon, own) if own else lexicon


@lru_cache(maxsize=4)
def _extend(lexicon: Lexicon, own: tuple[MarketConcept, ...]) -> Lexicon:
    concepts = {concept.id: concept for concept in lexicon.concepts}
    for addition in own:
        known = concepts.get(addition.id) or Concept(addition.id, ConceptKind.SERVICE, (), {}, {}, label=addition.id)
        words = dict(known.words) | {"de": (*known.words.get("de", ()), *addition.words)}
        concepts[addition.id] = replace(known, words=words)
    return build_lexicon(concept for _, concept in sorted(concepts.items()))


def _read_concepts(tables: Iterable[Mapping[str, Any]]) -> list[Concept]:
    """Concepts of several files; a concept in two files has the words of both."""
    merged: dict[str, dict[str, Any]] = {}
    for table in tables:
        for id_, entry in table.items():
            seen = merged.setdefault(
                id_, {"kind": entry.get("kind"), "broader": [], "related": {}, "words": {}, "tells": 1.0, "label": id_}
            )
            seen["kind"] = seen["kind"] or entry.get("kind")
            seen["tells"] = entry.get("tells", seen["tells"])
            seen["label"] = entry.get("label", seen["label"])
            seen["broader"] += entry.get("broader", [])
            seen["related"] |= entry.get("related", {})
            for language in LANGUAGES:
                seen["words"].setdefault(language, []).extend(entry.get(language, []))
    return [
        Concept(
            id=id_,
            kind=ConceptKind(entry["kind"]),
            broader=tuple(broader for broader in dict.fromkeys(entry["broader"]) if broader in merged),
            related={other: strength for other, strength in entry["related"].items() if other in merged},
            words={language: tuple(dict.fromkeys(words)) for language, words in entry["words"].items()},
            label=entry["label"],
            tells=entry["tells"],
        )
        for id_, entry in sorted(merged.items())
    ]


def build_lexicon(concepts: Iterable[Concept]) -> Lexicon:
    """Index the words: `word` begins or ends a token, `word*` and `*word` only the one, `=word` is a whole token.

    Of a phrase only the words that carry meaning count ("in die Jahre gekommen"), unless too few are left ("erste Hilfe").
    """
    ordered = tuple(concepts)
    stems: dict[str, dict[str, list[Stem]]] = {language: {} for language in LANGUAGES}
    phrases: dict[str, dict[str, list[Phrase]]] = {language: {} for language in LANGUAGES}
    for number, concept in enumerate(ordered):
        for language, patterns in concept.words.items():
            for pattern in patterns:
                parts = [part for part in _split(pattern, language) if part.strip("=*")]
                if len(parts) > 1:
                    phrase = _read_phrase([part.strip("=*") for part in parts], number)
                    phrases[language].setdefault(phrase.parts[0], []).append(phrase)
                elif parts:
                    for stem, place in _read_pattern(parts[0], number, language):
                        stems[language].setdefault(stem, []).append(place)
    return Lexicon(
        concepts=ordered,
        stems={language: {stem: tuple(found) for stem, found in table.items()} for language, table in stems.items()},
        phrases={language: {first: tuple(found) for first, found in table.items()} for language, table in phrases.items()},
    )


def _split(pattern: str, language: str) -> list[str]:
    """The folded words of a pattern with their marks; digits are no part of words, there as in texts."""
    return [fold(part, language) for part in _NO_WORD.sub(" ", pattern).split()]


def _read_phrase(parts: list[str], concept: int) -> Phrase:
    telling = [part for part in parts if not is_empty(part)]
    return Phrase(concept, tuple(telling), True) if len(telling) > 1 else Phrase(concept, tuple(parts), False)


def _read_pattern(pattern: str, concept: int, language: str) -> Iterator[tuple[str, Stem]]:
    """A stem and where it may stand; Turkish ones also as they sound before a vowel: mutfak, mutfağı."""
    stem = pattern.strip("=*")
    is_whole = pattern.startswith("=") or len(stem) < _SHORTEST_STEM
    only_end, only_beginning = pattern.startswith("*"), pattern.endswith("*")
    may_end = len(stem) >= _SHORTEST_END.get(language, _LONGEST_WORD)
    place = Stem(concept, not is_whole and not only_end, not is_whole and not only_beginning and may_end)
    yield stem, place
    if language == "tr" and not is_whole and stem[-1] in _SOFTENED:
        yield stem[:-1] + _SOFTENED[stem[-1]], place


def find_matches(lexicon: Lexicon, words: Sequence[str], language: str) -> Iterator[tuple[int, int, int]]:
    """(concept, first word, last word) of every match in all of a text's folded words; the longest match in a word wins."""
    seen = lexicon.seen[language]
    known = [seen.get(word) or _look_at(lexicon, language, word) for word in words]
    places = [place for place, word in enumerate(known) if not word.empty]
    telling = [words[place] for place in places]
    for at, place in enumerate(places):
        here = known[place]
        for concept in here.concepts:
            yield concept, place, place
        if here.telling and at + 1 < len(telling):
            for phrase in here.telling.get(telling[at + 1][0], ()):
                if _goes_on(phrase, telling, at):
                    yield phrase.concept, place, places[at + len(phrase.parts) - 1]
    for place, here in enumerate(known):
        if here.literal and place + 1 < len(words):
            for phrase in here.literal.get(words[place + 1][0], ()):
                if _goes_on(phrase, words, place):
                    yield phrase.concept, place, place + len(phrase.parts) - 1


def _look_at(lexicon: Lexicon, language: str, word: str) -> _Word:
    """Every word is looked at once."""
    seen, phrases = lexicon.seen[language], lexicon.phrases[language]
    if len(seen) > _MOST_REMEMBERED:
        seen.clear()
    begun = [
        phrase for length in range(1, len(word) + 1) for phrase in phrases.get(word[:length], ()) if _begins(phrase.parts[0], word)
    ]
    empty = is_empty(word)
    concepts = () if empty else _look_up(lexicon.stems[language], word) or _look_up_meant(lexicon, language, word)
    telling = () if empty else (phrase for phrase in begun if phrase.telling)
    seen[word] = _Word(empty, concepts, _by_letter(telling), _by_letter(phrase for phrase in begun if not phrase.telling))
    return seen[word]


def _by_letter(phrases: Iterable[Phrase]) -> _ByLetter:
    found: dict[str, list[Phrase]] = {}
    for phrase in phrases:
        found.setdefault(phrase.parts[1][0], []).append(phrase)
    return {letter: tuple(same) for letter, same in found.items()}


def _goes_on(phrase: Phrase, words: Sequence[str], at: int) -> bool:
    """Do the phrase's further words follow its first?"""
    rest = phrase.parts[1:]
    return at + len(rest) < len(words) and all(_begins(part, words[at + step]) for step, part in enumerate(rest, 1))


def _begins(part: str, word: str) -> bool:
    return word == part or (len(part) >= _SHORTEST_INFLECTED and word.startswith(part))


_SHORTEST_INFLECTED: Final = 3
"""Shorter parts of a phrase must be the whole word: "e bike" is not in "ein Bikepark"."""
_ENDINGS: Final = ("innen", "ern", "en", "er", "es", "em", "in", "e", "n", "s")
_SHORTEST_HEAD: Final = 3
_VOWEL: Final = re.compile("[aeiouy]")
_SHORTEST_MEANT: Final = 7
"""A misspelt first part of a compound has more letters than this."""
_PREFIXES: Final = frozenset(
    words_of("""
abzu anzu auf aufzu aus auszu dis durch ein einzu ent fort her hin hinaus hinzu kon miss nach nachzu neben ueber um umzu unter ver
vor vorzu weg weiter wieder zer zurueck zusammen
""")
)
"""What stands before these is a prefix, no first part of a compound: vorbereiten has nothing to do with reiten."""


def _look_up_meant(lexicon: Lexicon, language: str, word: str) -> tuple[int, ...]:
    """Concepts of the stem that a word, its ending left aside, or its first part was meant to be."""
    if not misspelling.may_be_misspelt(word):
        return ()
    stems, table = lexicon.stems[language], lexicon.by_gaps(language)
    for ending in ("", *_ENDINGS):
        if word.endswith(ending):
            meant = misspelling.find_meant(table, word[: len(word) - len(ending)])
            if meant:
                return tuple(dict.fromkeys(stem.concept for text in meant for stem in stems[text]))
    for length in range(len(word) - _SHORTEST_HEAD, _SHORTEST_MEANT, -1):
        meant = [text for text in misspelling.find_meant(table, word[:length]) if len(text) > _SHORTEST_MEANT]
        concepts = [stem.concept for text in meant for stem in stems[text] if stem.as_beginning]
        if concepts:
            return tuple(dict.fromkeys(concepts))
    return ()


def _may_be_joint(word: str, start: int) -> bool:
    """May a compound's last part begin here? After a syllable that is no prefix, not within an umlaut: Sch|weine, F|ührung."""
    first = word[:start]
    within_umlaut = word[start] == "e" and first[-1] in "aou"
    return first not in _PREFIXES and not within_umlaut and _VOWEL.search(first) is not None


def _look_up(stems: Mapping[str, tuple[Stem, ...]], word: str) -> tuple[int, ...]:
    """Non-overlapping stretches at a word's beginning and its end, the longest first."""
    spans: list[tuple[int, int, list[int]]] = []
    for end in range(2, len(word) + 1):
        found = stems.get(word[:end])
        if found:
            is_whole = end == len(word) or word[end:] in _ENDINGS
            concepts = [stem.concept for stem in found if stem.as_beginning or is_whole]
            if concepts:
                spans.append((0, len(word) if is_whole else end, concepts))
    ends = [len(word) - len(ending) for ending in ("", *_ENDINGS) if word.endswith(ending)]
    for start in range(_SHORTEST_HEAD, len(word) - _SHORTEST_STEM + 1):
        if not _may_be_joint(word, start):
            continue
        for end in ends:
            concepts = [stem.concept for stem in stems.get(word[start:end], ()) if stem.as_end]
            if concepts:
                spans.append((start, len(word), concepts))
    taken: list[tuple[int, int]] = []
    matched: list[int] = []
    for start, end, concepts in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        if all((start, end) == other or end <= other[0] or start >= other[1] for other in taken):
            taken.append((start, end))
            matched += concepts
    return tuple(dict.fromkeys(matched))
