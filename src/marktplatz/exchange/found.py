"""What was found, short enough for one line."""

from typing import Final

MAX_SHOWN: Final = 40


def shorten(value: object) -> str:
    """The value as its author would recognise it, at most about 40 characters."""
    if isinstance(value, list | tuple):
        return "[…]" if value else "[]"
    if isinstance(value, dict):
        return "{…}" if value else "{}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, int) and value.bit_length() > 10_000:
        # Python refuses to write out numbers of more than 4300 digits.
        return "9999…" if value > 0 else "-9999…"
    return shorten_text(str(value))


def shorten_text(text: str) -> str:
    """The beginning of a text, with a mark where it was cut."""
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
