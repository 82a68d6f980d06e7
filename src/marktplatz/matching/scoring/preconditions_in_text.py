"""What must be given before anything can begin, in free text: papers, licences, experience, permissions."""

import re
from typing import Final

_SIGNS: Final = re.compile(
    r"\b(?:\w*führungszeugnis\w*|\w*führerschein(?!kurs|prüf)\w*|voraussetzung\w*|vorausgesetzt|\w*nachweis\w*|gesundheitszeugnis\w*|"
    r"vorkenntnisse\w*|genehmigung\w*|\w*zertifikat\w*|schwindelfrei\w*|nur (?:mit|für) (?:erfahrung|erfahrene|fachleute|profis)|"
    r"erfahrung (?:nötig|erforderlich|notwendig|gewünscht)|erforderlich|zwingend|unbedingt nötig|"
    r"driving licen[cs]e|background check|permit required|experience required|prior knowledge|must have)\b",
    re.IGNORECASE,
)
_DENIED: Final = re.compile(r"\b(?:keine?|keinerlei|ohne|nicht|no|without)\s+(?:\w+\s+){0,2}$", re.IGNORECASE)
_NEAR: Final = 40
_MARKS: Final = re.compile(
    "führungszeugn|führersche|vorausset|vorausgesetzt|nachwe|gesundhe|vorkenntn|genehm|zert|ndelfr|"
    "nur |erfahrung|erforderl|ngend|unbed|l.cen|background|perm|exper|knowledge|must have"
)
"""A part of every sign, in small letters and without the letter i, which has more than two forms: found quickly or not there."""


def find_preconditions(text: str) -> tuple[str, ...]:
    """The words of a text that name a precondition, as written, each once; "ohne Vorkenntnisse" names none."""
    if not _MARKS.search(text.casefold()):
        return ()
    found = (sign[0] for sign in _SIGNS.finditer(text) if not _DENIED.search(text[max(0, sign.start() - _NEAR) : sign.start()]))
    return tuple(dict.fromkeys(found))
