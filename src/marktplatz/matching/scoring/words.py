"""Words of a text as they are compared: folded, without what carries no meaning."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from marktplatz.matching.scoring.tokens_in_text import words_of

_TELLING: Final = 5
_SHORTEST_WORD: Final = 2
_LONGEST: Final = 80
"""What has more letters is no word."""
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’ʼ][^\W\d_]+)*")
_APOSTROPHES: Final = re.compile("['’ʼ]")
_FOLDED: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_ARABIC: Final = str.maketrans({"ة": "ه", "ى": "ي"})
_ARABIC_PREFIX: Final = re.compile("^(?:وال|بال|لل|ال|و|ب|ل)(?=.{3,})")
_SCRIPTS: Final = {"ar": re.compile(r"[\u0600-\u06ff]+"), "uk": re.compile(r"[\u0400-\u04ff]+")}
_FIRST_OF_SCRIPTS: Final = "\u0400"
_LETTERS: Final = re.compile(r"\w+")
_SMALL_WORDS: Final = {
    language: frozenset(words.split())
    for language, words in {
        "de": "der die das und für mit wir ein eine einen unser unsere zum zur im ist sind suchen auf von bei nicht auch an in",
        "en": "the and for with we our your a an to of is are need offer looking would like some who can help us on at in",
        "nl": "de het een en voor met wij we onze ons van op naar zoeken is zijn niet ook graag kan wie bij iemand te in",
        "tr": "ve için bir ile biz bizim istiyoruz arıyoruz var mı da de olan çok gibi daha bu veya lazım",
    }.items()
}
_TURKISH_LETTERS: Final = re.compile("[çğşıÇĞİŞ]")
_GERMAN_LETTERS: Final = re.compile("[äßÄ]")
_ANY_SMALL_WORD: Final = frozenset().union(*_SMALL_WORDS.values())
_EMPTY_WORDS: Final = """
aber alle als am an auch auf aus bei bieten bis braucht brauchen dass das dem den der des die dies ein eine einem einen einer
eines einmal etwas euch euer fuer gern gerne gesucht haben hat helfen hilfe ich ihr im in ist kann kein keine koennen mal man mehr
mit moechte moechten nach nicht nur oder ohne schon sehr sein sich sie sind so ueber um und uns unser unsere unserem unseren
unserer vom von vor was wenn wer wie wir wird wollen wuerden zu zum zur suchen biete suche unterstuetzung
hallo inklusive sucht suchst benoetigt benoetigen fehlt fehlen braeuchten braeuchte hilft gibt geben koennte koennten haetten haette
alles ganz gut lieber liebsten irgendein irgendwas jemand jemandem jemanden viel viele
beim ins ans aufs durch gegen hinter zwischen neben waehrend seit ob denn weil damit dazu daran davon darauf dafuer dabei
wo wohin woher warum wofuer womit wobei welche welcher welches welchen dieser diese dieses diesen diesem jeder jede jedes jeden
einige einigen mehrere mehreren beide solche hin her noch immer wieder werden wurde worden werde sollen soll sollte sollten
muessen muss muesste muessten duerfen darf hatte war waren waere sei ihre ihren ihrem ihrer seine seinen seiner mein meine meinen
dein deine euer eure eurer da hier dort dann sondern sowie bzw etc zwar doch nun jetzt machen macht kommt stellen stellt
wuenschen
a and are for from in is of on or our the to we with you your
"""
_EMPTY: Final = frozenset(_EMPTY_WORDS.split())
_PASSING: Final = frozenset(
    f"{word}{ending}"
    for word in words_of("""
montag dienstag mittwoch donnerstag freitag samstag sonntag abend nachmittag vormittag mittag morgen wochenend woche tag stunde
minute uhr monat jahr januar februar maerz april mai juni juli august september oktober november dezember sommer herbst winter
fruehling fruehjahr leute person mensch termin zwei drei vier fuenf sechs sieben acht neun zehn elf zwoelf zwanzig dreissig erst
zweit dritt arbeit klein gross kleiner grosser
""")
    for ending in ("", "e", "en", "n", "s", "es")
)


def is_passing(word: str) -> bool:
    """Does a folded word only say when, how long, how many, or that there is work?"""
    return word in _PASSING


def is_empty(word: str) -> bool:
    """Does a folded word carry no meaning, so that texts are compared without it?"""
    return len(word) < _SHORTEST_WORD or word in _EMPTY


def find_words(text: str) -> list[str]:
    """Lower-case words with umlauts folded, without articles and the like; in the order of the text."""
    return [word for word, _ in find_spellings(text)]


def find_spellings(text: str, language: str = "de") -> list[tuple[str, str]]:
    """The words that carry meaning as they are compared, each with how it was written."""
    return [(word, written) for word, written in find_all_spellings(text, language) if not is_empty(word)]


@lru_cache(maxsize=64)
def find_all_spellings(text: str, language: str = "de") -> tuple[tuple[str, str], ...]:
    """All words, the empty ones too, as they are compared and as they were written; kept for the last few texts."""
    spellings = ((fold(written, language), written) for written in _WORD.findall(unicodedata.normalize("NFKC", text)))
    return tuple((word, written) for word, written in spellings if word and len(word) <= _LONGEST)


def find_language(text: str) -> str:
    """By script, then by small words and Turkish letters: de, en, nl, tr, ar or uk; German where nothing speaks against it."""
    if max(text, default="") >= _FIRST_OF_SCRIPTS:
        for language, letters in _SCRIPTS.items():
            if len(letters.findall(text)) * 2 > len(_WORD.findall(text)):
                return language
    words = _ANY_SMALL_WORD.intersection(_LETTERS.findall(text.lower()))
    scores = {language: len(words & small) for language, small in _SMALL_WORDS.items()}
    scores["tr"] += _TURKISH_LETTERS.search(text) is not None
    best = max(scores, key=lambda language: scores[language])
    return best if scores[best] > scores["de"] else "de"


def find_other_languages(text: str) -> tuple[str, ...]:
    """What a text could be in that looks German only because it has no small words: "Used office chairs"."""
    words = _LETTERS.findall(text.lower())
    is_german = _GERMAN_LETTERS.search(text) or not _SMALL_WORDS["de"].isdisjoint(words)
    return () if is_german else tuple(language for language in _SMALL_WORDS if language != "de")


@lru_cache(maxsize=50_000)
def fold(text: str, language: str = "de") -> str:
    """Lower case without accents and apostrophes, German umlauts written out, as hurried people on foreign keyboards write;
    an Arabic word without what is written together with it (and, with, for, the).
    """
    lowered = _APOSTROPHES.sub("", unicodedata.normalize("NFKC", text).lower().replace("ı", "i"))
    if language == "de":
        lowered = lowered.translate(_FOLDED)
    plain = "".join(character for character in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(character))
    return _ARABIC_PREFIX.sub("", plain.translate(_ARABIC)) if language == "ar" else plain


def find_shared_words(text: str, other: str) -> list[tuple[str, str]]:
    """Pairs of words, as written, one of which begins with a stretch of the other; the longest stretch first, each word once."""
    ours, theirs = dict(find_spellings(text)), dict(find_spellings(other))
    found = [(-_shared_stretch(word, candidate), word, candidate) for word in ours for candidate in theirs]
    shared: list[tuple[str, str]] = []
    for length, word, candidate in sorted(found):
        if -length >= _TELLING and word in ours and candidate in theirs:
            shared.append((ours.pop(word), theirs.pop(candidate)))
    return shared


def _shared_stretch(word: str, other: str) -> int:
    """Letters of the longest beginning of either word that stands anywhere in the other; 0 where that tells nothing."""
    return max(_longest_beginning(word, other), _longest_beginning(other, word))


def _longest_beginning(word: str, other: str) -> int:
    if word[:_TELLING] not in other:
        return 0
    return next(length for length in range(len(word), 0, -1) if word[:length] in other)
