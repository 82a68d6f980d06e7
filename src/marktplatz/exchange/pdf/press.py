"""The press: a template and values become a PDF/UA-1. Compiling lets other threads run; never call it in the event loop itself."""

import json
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import segno
import typst

from marktplatz.exchange.pdf.glyphs import BOX, FONTS, MOST_NAMED, check_texts, name_character, packaged_fonts
from marktplatz.wording.papers import paper_words

TEMPLATES: Final = Path(__file__).parent / "templates"


def press(template: str, values: Mapping[str, Any], made_at: datetime, language: str) -> bytes:
    """The same values give the same bytes; `made_at` is the date that the file tells, the content's and not today's."""
    try:
        return _compile(template, values, made_at, language, only_plain=False)
    except typst.TypstError:  # letters that can be shown each by itself and not together
        return _compile(template, values, made_at, language, only_plain=True)


def draw_qr(address: str, mask: int | None = None) -> str:
    """As SVG, black on white with its quiet zone, so that any phone reads it.

    Of the eight masks the best is looked for, which takes three quarters of the time; where there are hundreds one is named.
    """
    drawn = BytesIO()
    made = segno.make(address, error="m", micro=False, mask=mask)
    made.save(drawn, kind="svg", border=2, dark="#000", light="#fff", xmldecl=False)
    return drawn.getvalue().decode()


def _compile(template: str, values: Mapping[str, Any], made_at: datetime, language: str, *, only_plain: bool) -> bytes:
    checked = check_texts(dict(values), only_plain=only_plain)
    words = paper_words(language)
    told = {
        **checked.values,
        "words": words,
        "language": language,
        "fonts": FONTS,
        "boxes": _explain(checked.missing, words["boxes"]),
    }
    made = typst.compile(
        TEMPLATES / template,
        root=TEMPLATES,
        format="pdf",
        font_paths=packaged_fonts(),
        sys_inputs={"values": json.dumps(told, ensure_ascii=False)},
        pdf_standards="ua-1",
        timestamp=int(made_at.timestamp()),
    )
    assert isinstance(made, bytes)  # noqa: S101 one file, since no output is named
    return made


def _explain(missing: list[str], sentence: str) -> str:
    """What the boxes stand for; empty where there are none."""
    if not missing:
        return ""
    named = ", ".join(name_character(character) for character in missing[:MOST_NAMED])
    return f"{BOX} {sentence} {named}{' …' if len(missing) > MOST_NAMED else ''}"
