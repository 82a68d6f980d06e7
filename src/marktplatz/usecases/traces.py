"""Where a person's name, mail and phone stand, also the earlier ones: in the details of the audit, and in what others wrote."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from sqlalchemy import JSON, String, select
from sqlalchemy.orm import Session

from marktplatz.db.base import Base
from marktplatz.db.models import AuditDetail, Person

_OWN_TABLES: Final = frozenset({"person", "link", "login", "outbox_message", "consent", "representation", "idempotency", "token"})
"""What an erasure empties by itself, or what names nobody."""


@dataclass(frozen=True)
class Traces:
    """The words that point at a person: whole words, in any case."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, session: Session, person: Person) -> "Traces":
        """The present data, and what the audit says of earlier ones: contacts with the same mail or the same name."""
        words = {word.strip() for word in (person.name, person.email, person.phone) if word and word.strip()}
        contacts = [contact for _, details in _load_details(session, (person.market_id,)) for contact in _find_contacts(details)]
        while True:
            known = {word.casefold() for word in words}
            same = [contact for contact in contacts if {c.casefold() for c in contact[:2] if c} & known]
            found = words | {word for contact in same for word in contact if word}
            if found == words:
                return cls(tuple(sorted(words)))
            words = found

    def find_in(self, text: str) -> list[str]:
        return [word for word, pattern in zip(self.words, self._patterns, strict=True) if pattern.search(text)]

    @cached_property
    def _patterns(self) -> list[re.Pattern[str]]:
        return [re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE) for word in self.words]


def find_details(session: Session, chains: Iterable[str], traces: Traces) -> Iterator[tuple[str, int, list[str]]]:
    """The changes whose kept details hold one of the words: chain, number, words."""
    for (chain, number), details in _load_details(session, chains):
        words = sorted({word for text in _iter_texts(details) for word in traces.find_in(text)})
        if words:
            yield chain, number, words


def find_mentions(session: Session, market_id: str, traces: Traces) -> list[dict[str, str]]:
    """Where others wrote of the person: table, key, column. It is theirs to change, so it is only named."""
    return [
        {"table": table.name, "key": "/".join(str(value) for name, value in row.items() if name in keys), "column": name}
        for table in Base.metadata.sorted_tables
        if "market_id" in table.columns and table.name not in _OWN_TABLES
        for keys in [{column.name for column in table.primary_key if column.name != "market_id"}]
        for row in session.execute(select(table).where(table.c.market_id == market_id)).mappings()
        for name, value in row.items()
        if isinstance(table.c[name].type, String | JSON) and any(traces.find_in(text) for text in _iter_texts(value))
    ]


def _load_details(session: Session, chains: Iterable[str]) -> Iterator[tuple[tuple[str, int], Any]]:
    wanted = select(AuditDetail.chain, AuditDetail.number, AuditDetail.details).where(AuditDetail.chain.in_(tuple(chains)))
    for chain, number, details in session.execute(wanted.order_by(AuditDetail.chain, AuditDetail.number)):
        yield (chain, number), json.loads(details)


def _find_contacts(value: Any) -> Iterator[tuple[str, str, str]]:
    """Name, mail, phone of every contact within a change's details."""
    if isinstance(value, dict):
        if {"name", "email", "phone"} <= value.keys():
            yield value["name"] or "", value["email"] or "", value["phone"] or ""
        for inner in value.values():
            yield from _find_contacts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _find_contacts(inner)


def _iter_texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _iter_texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _iter_texts(inner)
