"""Passwords of the staff: argon2id, and the same work whether there is a password to compare with or not."""

import unicodedata
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from marktplatz.errors import Finding, InvalidInput, Place
from marktplatz.usecases.secrecy import make_secret

MIN_LENGTH: Final = 12
MAX_LENGTH: Final = 200

_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""The least that OWASP recommends: 25 ms and 19 MiB a check. Whoever checks limits how many run at once."""


def hash_password(password: str) -> str:
    return _HASHER.hash(_normalise(password))


def fits_password(password_hash: str | None, password: str) -> bool:
    """Without a hash the work is done all the same, so that the time does not tell who has an account."""
    try:
        _HASHER.verify(password_hash or _nobodys_hash(), _normalise(password))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def check_new_password(password: str, mail: str) -> None:
    """Length is what counts; the own address is what is tried first."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        params: dict[str, str | int] = {"least": MIN_LENGTH, "most": MAX_LENGTH}
        raise InvalidInput(Finding("password_length", Place(field="new"), params))
    if password.strip().lower() == mail or len(set(password)) < 4:
        raise InvalidInput(Finding("password_too_simple", Place(field="new")))


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(make_secret())


def _normalise(password: str) -> str:
    """The same password from every keyboard: some send ä as one character, some as two."""
    return unicodedata.normalize("NFKC", password)
