"""Text that the fonts of a paper can show. What they lack is replaced where everybody sees it, so that no odd name stops a paper.

The fonts are those in the typst package: Libertinus Serif (Latin, Greek, Cyrillic, Hebrew), DejaVu Sans Mono (Arabic, signs).
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, Final

import typst

BOX: Final = "▯"
MOST_NAMED: Final = 5
FONTS: Final = ("Libertinus Serif", "DejaVu Sans Mono")
_PLAIN: Final = re.compile(r"[\n\x20-\x7e\xa0-\xac\xae-\u024f–—„“”‚‘’…€•]*")
"""What the first font is known to have; a test holds it to that."""
_UNSEEN: Final = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200d-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\ud800-\udfff]"
)
"""Control characters, marks that turn the direction of what follows, joiners and selectors of emoji: nothing that could be seen."""
_LINES: Final = re.compile("\r\n?|[\u2028\u2029\x0b\x0c\x85]")
_MISSED: Final = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPED: Final = re.compile(r"\\u\{([0-9a-f]+)\}")
_PROBE: Final = b"""
#set document(title: "probe")
#set text(font: json(bytes(sys.inputs.fonts)))
#for each in json(bytes(sys.inputs.each)) [ #each #parbreak() ]
"""


@cache
def packaged_fonts() -> typst.Fonts:
    """The fonts of the package and none of the machine's: the same paper everywhere."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


@dataclass
class Checked:
    """Values whose texts can be shown; `missing` are the characters that stand as boxes, in the order of finding them."""

    values: Any
    missing: list[str] = field(default_factory=list)


def check_texts(values: Any, *, only_plain: bool = False) -> Checked:
    """The same values, all texts made showable; `only_plain` trusts no character that is out of the ordinary."""
    odd = sorted({character for text in _texts(values) for character in _PLAIN.sub("", _tidy(text))})
    missing = frozenset(odd) if only_plain else find_missing(frozenset(odd)) if odd else frozenset()
    checked = Checked(None)
    checked.values = _replace(values, missing, checked.missing)
    return checked


def name_character(character: str) -> str:
    """„U+1F44D THUMBS UP SIGN“."""
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X} {name}".strip()


@lru_cache(maxsize=256)
def find_missing(characters: frozenset[str]) -> frozenset[str]:
    """Those that no font of ours has: typst is asked, since PDF/UA lets nothing through that could not be seen."""
    each = sorted(characters)
    probe = {"fonts": _json(FONTS), "each": _json(each)}
    try:
        typst.compile(_PROBE, format="pdf", font_paths=packaged_fonts(), sys_inputs=probe, pdf_standards="ua-1", timestamp=0)
    except typst.TypstError as error:
        told = {_unescape(found) for found in _MISSED.findall(error.diagnostic)}
        return frozenset(character for character in each if character in "".join(told)) or characters
    return frozenset()


def _texts(values: Any) -> Iterable[str]:
    if isinstance(values, str):
        yield values
    elif isinstance(values, dict):
        for inner in values.values():
            yield from _texts(inner)
    elif isinstance(values, list | tuple):
        for inner in values:
            yield from _texts(inner)


def _replace(values: Any, missing: frozenset[str], noted: list[str]) -> Any:
    if isinstance(values, str):
        tidy = _tidy(values)
        return tidy if missing.isdisjoint(tidy) else "".join(_show(character, missing, noted) for character in tidy)
    if isinstance(values, dict):
        return {key: _replace(inner, missing, noted) for key, inner in values.items()}
    if isinstance(values, list | tuple):
        return [_replace(inner, missing, noted) for inner in values]
    return values


def _show(character: str, missing: frozenset[str], noted: list[str]) -> str:
    """Itself, or the plain letters that it is a fancy form of, or a box."""
    if character not in missing:
        return character
    plain = "".join(part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part))
    if plain and _PLAIN.fullmatch(plain):
        return plain
    if character not in noted:
        noted.append(character)
    return BOX


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFC", _UNSEEN.sub("", _LINES.sub("\n", text)))


def _unescape(told: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), told)


def _json(value: Any) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)
