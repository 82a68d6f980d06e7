"""Secrets that we give out: 256 random bits each, of which only the hash is kept; and how mail addresses are compared."""

import hashlib
import re
import secrets
from typing import Final

from marktplatz.errors import Finding, InvalidInput, Place

CODE_LENGTH: Final = 8
_MAIL: Final = re.compile(r"[^\s@<>,;:\"\\()\[\]]+@[^\s@<>,;:\"\\()\[\]]+")


def make_secret() -> str:
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """So many random bits need no slow hash and no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


def code_of(message_id: str) -> str:
    """What proves that a mail was read: the random part of its id, short enough to type; shown to nobody else."""
    return message_id.rpartition("-")[2][:CODE_LENGTH]


def normalise_mail(mail: str) -> str:
    """The form in which addresses of accounts are kept and all are compared."""
    return mail.strip().lower()


def check_mail(mail: str, field: str = "email") -> str:
    """The normal form; InvalidInput for what cannot be an address (whether it is one, only a mail can tell)."""
    found = normalise_mail(mail)
    if not found.isprintable() or not _MAIL.fullmatch(found):
        raise InvalidInput(Finding("not_a_mail_address", Place(field=field)))
    return found
