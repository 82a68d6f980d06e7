"""Likely duplicates: organisations that may be one and the same, entries of one organisation that say the same; with the reason."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

import numpy as np

from marktplatz.market import Entry, Market, Organisation
from marktplatz.matching.scoring.analysis import FULL, share_words, text_of, weigh_grams
from marktplatz.matching.scoring.tokens_in_text import words_of
from marktplatz.matching.scoring.words import fold
from marktplatz.vocabulary import Suspicion

_ROWS_AT_ONCE: Final = 512
NEAR_NAME: Final = 0.6
NEAR_TEXT: Final = 0.8
"""From this cosine of character n-grams on two names may be, and two texts are, nearly the same."""

NEAR_REST: Final = 0.8
"""What two names do not share word by word must be as alike as this, letter by letter: Müller and Möller are, Köln and Bonn not."""

_LEGAL_FORMS: Final = frozenset(
    words_of("ev ggmbh gmbh mbh gug ug haftungsbeschraenkt ag kg kgaa ohg gbr eg se ek co partg partgmbb gag ltd inc")
)
_ABBREVIATION: Final = re.compile(r"\b(\w)\.\s?(?=\w\b)")
_NUMBER: Final = re.compile(r"[0-9]+")
_WORD: Final = re.compile(r"[^\W_]+")

_Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two organisations, or two entries of one organisation, by id and label, and all that speaks for it.

    `likeness` is how many per cent of their letters' stretches the two share; small where only the mail is the same.
    """

    first: str
    second: str
    labels: tuple[str, str]
    suspicions: tuple[Suspicion, ...]
    likeness: int


def find_duplicate_organisations(market: Market) -> tuple[Duplicate, ...]:
    """Organisations with the same or nearly the same name, legal forms aside, or with the same mail of the contact."""
    members = sorted(market.organisations, key=lambda organisation: organisation.id)
    names = [fold_name(member.label) for member in members]
    likeness = _compare(names)
    found: dict[_Pair, list[Suspicion]] = {}
    for suspicion, pairs in (
        (Suspicion.SAME_NAME, _find_same(names)),
        (Suspicion.SAME_MAIL, _find_same([_fold_mail(member) for member in members])),
        (Suspicion.NEAR_NAME, _find_near_names(names, likeness)),
    ):
        for pair in pairs:
            found.setdefault(pair, []).append(suspicion)
    return _tell(found, likeness, members)


def find_duplicate_entries(market: Market) -> tuple[Duplicate, ...]:
    """Offers of one organisation that say the same or nearly so for the same days, and needs of one."""
    return (*_find_alike(market.offers), *_find_alike(market.needs))


def fold_name(name: str) -> str:
    """A name as it is compared: without case, umlauts, dots and legal forms, unless nothing else is left."""
    words = [fold(word) for word in _WORD.findall(_ABBREVIATION.sub(r"\1", name))]
    return " ".join([word for word in words if word not in _LEGAL_FORMS] or words)


def _fold_mail(organisation: Organisation) -> str:
    contact = organisation.contact
    return ((contact.email if contact else None) or "").strip().casefold()


def _find_alike(entries: Iterable[Entry]) -> tuple[Duplicate, ...]:
    members = sorted(entries, key=lambda entry: (entry.organisation, entry.id))
    texts = [_fold_text(member) for member in members]
    likeness = _compare(texts)
    found: dict[_Pair, list[Suspicion]] = {}
    for pair in {*likeness, *_find_same(texts)}:
        one, other = (members[at] for at in pair)
        is_same, is_near = texts[pair[0]] == texts[pair[1]], likeness.get(pair, 0) >= NEAR_TEXT
        if _is_for_the_same(one, other) and (is_same or is_near):
            found[pair] = [Suspicion.SAME_TEXT if is_same else Suspicion.NEAR_TEXT]
    return _tell(found, likeness, members)


def _fold_text(entry: Entry) -> str:
    return " ".join(fold(word) for word in _WORD.findall(text_of(entry)))


def _is_for_the_same(one: Entry, other: Entry) -> bool:
    """A second date is no duplicate."""
    return (one.organisation, one.from_on, one.to_on) == (other.organisation, other.from_on, other.to_on)


def _find_same(keys: Sequence[str]) -> Iterator[_Pair]:
    """Every one that has a key which an earlier one had, with the one before it: a chain, however many there are."""
    latest: dict[str, int] = {}
    for at, key in enumerate(keys):
        if key and key in latest:
            yield latest[key], at
        latest[key] = at


def _compare(texts: Sequence[str]) -> Mapping[_Pair, float]:
    """Cosines of the n-grams, of those that reach the lower of the limits; numbers, which have none, must be the same."""
    if not texts:
        return {}
    rows, _ = weigh_grams([share_words(text, {}) for text in texts])
    _, digits = np.unique([" ".join(_NUMBER.findall(text)) for text in texts], return_inverse=True)
    found: dict[_Pair, float] = {}
    for start in range(0, len(texts), _ROWS_AT_ONCE):
        here = slice(start, start + _ROWS_AT_ONCE)
        block = (rows[here] @ rows.T).toarray() / FULL**2
        for one, other in zip(*np.nonzero((block >= min(NEAR_NAME, NEAR_TEXT)) & (digits[here, None] == digits)), strict=True):
            if start + one < other:
                found[int(start + one), int(other)] = float(block[one, other])
    return found


def _find_near_names(names: Sequence[str], likeness: Mapping[_Pair, float]) -> Iterator[_Pair]:
    """Names that share n-grams, and whose other words are alike or missing in one of the two."""
    for one, other in likeness:
        ours, theirs = names[one].split(), names[other].split()
        rests = "".join(word for word in ours if word not in theirs), "".join(word for word in theirs if word not in ours)
        if names[one] != names[other] and (not all(rests) or _is_alike(*rests)):
            yield one, other


def _is_alike(one: str, other: str) -> bool:
    """Letter by letter; first by how many letters they have in common in any order, which is quick and at least as many."""
    common = sum((Counter(one) & Counter(other)).values())
    if 2 * common < NEAR_REST * (len(one) + len(other)):
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= NEAR_REST


def _tell(
    found: Mapping[_Pair, Sequence[Suspicion]], likeness: Mapping[_Pair, float], members: Sequence[Organisation] | Sequence[Entry]
) -> tuple[Duplicate, ...]:
    return tuple(
        Duplicate(
            first=members[one].id,
            second=members[other].id,
            labels=(members[one].label, members[other].label),
            suspicions=tuple(suspicions),
            likeness=round(100 * min(1.0, likeness.get((one, other), 0.0))),
        )
        for (one, other), suspicions in sorted(found.items())
    )
