"""Ids that we give ourselves: short, random, safe in addresses and on paper."""

import secrets
from typing import Final

_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are mixed up when read aloud or typed: i, l, o, 0, 1."""


def make_id(prefix: str) -> str:
    """Twelve letters are 59 bits: none will come twice, and nobody guesses one."""
    return f"{prefix}-{''.join(secrets.choice(_LETTERS) for _ in range(12))}"
