"""Words of the lexicon that a word was probably meant to be: one slip of the pen away, in long words two."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from marktplatz.matching.scoring.tokens_in_text import words_of

SHORTEST: Final = 6
"""In shorter words a slip makes another word too easily: Karten, Garten."""
_LONG: Final = 8
"""From here on a letter may be added, left out or changed; in shorter words only doubled."""
_VERY_LONG: Final = 13
"""From here on two slips are forgiven."""
_SOUND_ALIKE: Final = frozenset(
    {pair for two in words_of("dt bp gk fv vw sz ck yi mn ie cz ae ij") for pair in ((two[0], two[1]), (two[1], two[0]))}
)
_FAR: Final = 9
"""A letter is taken for one that sounds alike; any other makes another word: Belehrung, Bekehrung."""
_OTHER_WORDS: Final = tuple(
    words_of("""
abholz abschnitt administration anhaeng anschrei arbeitsagentur arbeitserlaubnis arbeitslohn astronom aufgedrueck aufnahm
auftrat ausdruck ausdrueck bauunternehm bedenk bedrueck begruend bekehr belebung beleidig beschlag beschreit beschritt
bewerte bewertung bewirkt braeucht darstell desert dessert durchsteh eingab einklag einlegen eisbrech entwerf erbracht
erwaehn exemplar fernsehserie fliess fluecht geaender gebaer gedank gedrueck gegenspiel gehilf gemeint gerecht geschmeck
geschnitt gesellt gesteckt gestreck gesunken glasflasch influenc information instrumentalis jahreswend konservat korrespond
kulturzentr lebensaufgabe leistung loesung medikation multiplik nachdrueck nachlaess naeher personali personalmangel platen
potenziell praktike psychologie reaktion reiss restauration schaff scheid schengen schenkel schink schlaeg schlag schlecht schlicht
schloss schmeck schnitzel schnuer schraenk schrei schrot schueller schuer schuess schulisch schwager schwenk spielstand
spielzug sprachlos strecke strich taeusch tausch understand verdeckt verderb verfasser verlink vermerk vermied verschied
verstaerk verwoehn verzier vorschlug wasserbad wasserball wasserwerf wegweisend weis wirkstoff zeitmangel zusammensetz
""")
)
"""Beginnings of words that are right as they stand, though they look like a slip of one in the lexicon."""

Table = Mapping[str, tuple[str, ...]]


def index_by_gaps(stems: Iterable[str]) -> Table:
    """Stems by what is left of them when a letter is missing; two words share a remainder if they are about a slip apart."""
    found: dict[str, tuple[str, ...]] = {}
    for stem in stems:
        if len(stem) >= SHORTEST:
            alone = (stem,)  # most remainders have one stem, and share this
            for gapped in _leave_out(stem):
                found[gapped] = found[gapped] + alone if gapped in found else alone
    return found


def may_be_misspelt(word: str) -> bool:
    return len(word) >= SHORTEST and not word.startswith(_OTHER_WORDS)


def find_meant(table: Table, word: str) -> Sequence[str]:
    """The stems nearest to a word that is no stem itself; empty if the word is a known one, or too short.

    The first letter must be right, as it nearly always is in slips of the pen.
    """
    if len(word) < SHORTEST:
        return ()
    close = [(_count_slips(word, stem), stem) for stem in {stem for gapped in _leave_out(word) for stem in table.get(gapped, ())}]
    allowed = [(slips, stem) for slips, stem in close if _is_slip(word, stem, slips)]
    least = min((slips for slips, _ in allowed), default=0)
    return sorted(stem for slips, stem in allowed if slips == least)


def _leave_out(word: str) -> Iterator[str]:
    yield word
    for place in range(1, len(word)):
        yield word[:place] + word[place + 1 :]


def _is_slip(word: str, stem: str, slips: int) -> bool:
    shorter = min(len(word), len(stem))
    if word[0] != stem[0] or slips > (2 if shorter >= _VERY_LONG else 1):
        return False
    if _squeeze(word) == _squeeze(stem):
        return True
    return shorter >= _LONG and _with_one_diphthong(word) != _with_one_diphthong(stem)


def _with_one_diphthong(word: str) -> str:
    """Leider and Lieder, zeigen and Ziegen are no slips of each other."""
    return word.replace("ei", "ie")


def _squeeze(word: str) -> str:
    """Without doubled letters."""
    return "".join(letter for place, letter in enumerate(word) if place == 0 or letter != word[place - 1])


def _count_slips(word: str, other: str) -> int:
    """Letters added, left out, changed or swapped with the next (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        earlier, before, row = before, row, [i]
        for j, there in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + _count_change(letter, there))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == there:
                best = min(best, earlier[j - 2] + 1)
            row.append(best)
    return row[-1]


def _count_change(letter: str, there: str) -> int:
    if letter == there:
        return 0
    return 1 if (letter, there) in _SOUND_ALIKE else _FAR
