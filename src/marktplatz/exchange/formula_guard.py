"""Texts that a spreadsheet would take for a formula: made harmless in a CSV, and given back as they were."""

import re
from typing import Final

_LOOKS_LIKE_FORMULA: Final = re.compile(r"[\s'\ufeff]*(?:[=+\-@＝＋－＠]|(?<=[\t\r\n]))")
"""Blanks and apostrophes, then a sign that begins a formula, or a TAB, CR or LF among the blanks."""


def guard_formula(text: str) -> str:
    """An apostrophe before it makes it text; what has one already gets another, so that none is taken off too many."""
    return f"'{text}" if _LOOKS_LIKE_FORMULA.match(text) else text


def unguard_formula(text: str) -> str:
    """The text without the apostrophe that `guard_formula` put before it, also where a person typed it."""
    return text[1:] if text.startswith("'") and _LOOKS_LIKE_FORMULA.match(text[1:]) else text
