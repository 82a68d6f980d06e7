"""Ids that we give ourselves: short, random, safe in addresses and on paper."""

import secrets
from hashlib import sha256
from typing import Final
from urllib.parse import quote

from marktplatz.errors import Finding, InvalidInput, Place

_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are mixed up when read aloud or typed: i, l, o, 0, 1."""


def can_be_asked_for(given_id: str) -> bool:
    """Could it be the last step of an address? Whoever asks for /offers/.. asks for / instead, in whatever way they write it."""
    return given_id not in (".", "..")


def check_can_be_asked_for(given_id: str) -> None:
    if not can_be_asked_for(given_id):
        raise InvalidInput(Finding("id_of_dots", Place(field="id"), {"id": given_id}))


def make_id(prefix: str, seed: str | None = None) -> str:
    """Twelve letters are 59 bits: none will come twice, and nobody guesses one. The same for the same seed, where there is one."""
    drawn = int.from_bytes(sha256(f"{prefix} {seed}".encode()).digest() if seed else secrets.token_bytes(32))
    letters = []
    for _ in range(12):
        drawn, place = divmod(drawn, len(_LETTERS))
        letters.append(_LETTERS[place])
    return f"{prefix}-{''.join(letters)}"


def step(part: str) -> str:
    """An id as a step of an address."""
    return quote(part, safe="")
