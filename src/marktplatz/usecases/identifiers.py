"""Ids that we give ourselves: short, random, safe in addresses and on paper."""

import secrets
from typing import Final

from marktplatz.errors import Finding, InvalidInput, Place

_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are mixed up when read aloud or typed: i, l, o, 0, 1."""


def can_be_asked_for(given_id: str) -> bool:
    """Could it be the last step of an address? Whoever asks for /offers/.. asks for / instead, in whatever way they write it."""
    return given_id not in (".", "..")


def check_can_be_asked_for(given_id: str) -> None:
    if not can_be_asked_for(given_id):
        raise InvalidInput(Finding("id_of_dots", Place(field="id"), {"id": given_id}))


def make_id(prefix: str) -> str:
    """Twelve letters are 59 bits: none will come twice, and nobody guesses one."""
    return f"{prefix}-{''.join(secrets.choice(_LETTERS) for _ in range(12))}"
