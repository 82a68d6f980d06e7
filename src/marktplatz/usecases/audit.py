"""The audit: one entry per change in the change's own transaction, chained by hash; the details can be erased, the chain stays.

    digest = sha256(salt + details), the details being the canonical JSON of {before, after} as it is kept
    hash   = sha256(previous hash + canonical JSON of chain, number, at, actor, on_behalf_of, action, subject and digest)

`chain` is its name at that time: an archive may bring a market to another installation under another id.

The salt lies with the details. Once both are erased the digest tells nothing about them, and still holds its place in the chain.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import RowMapping, delete, insert, select
from sqlalchemy.orm import Session

from marktplatz.db.base import Base
from marktplatz.db.engine import INSTALLATION
from marktplatz.db.models import AuditDetail, AuditEntry, AuditHead
from marktplatz.usecases.actor import Actor

FIRST_HASH: Final = "0" * 64
_ENTRY: Final = insert(Base.metadata.tables[AuditEntry.__tablename__])
_DETAIL: Final = insert(Base.metadata.tables[AuditDetail.__tablename__])
Details = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """What was changed: the kind of record and its id."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Change:
    """One deed on one record, with what it was before and after."""

    action: str
    subject: Subject
    before: Details | None = None
    after: Details | None = None


def start_chain(session: Session, chain: str) -> None:
    """A new market's chain; its head is also the market's lock."""
    session.add(AuditHead(chain=chain, length=0, last_hash=FIRST_HASH))
    session.flush()


def record_change(
    session: Session,
    now: datetime,
    actor: Actor,
    action: str,
    subject: Subject,
    *,
    chain: str = INSTALLATION,
    before: Details | None = None,
    after: Details | None = None,
) -> None:
    """Write down one change. The caller holds the chain's lock, as every writer does."""
    record_changes(session, now, actor, [Change(action, subject, before, after)], chain=chain)


def record_changes(session: Session, now: datetime, actor: Actor, changes: Sequence[Change], *, chain: str) -> None:
    """Write down many changes, in their order: a few statements, however many they are."""
    head = session.get_one(AuditHead, chain)
    entries, details = [], []
    for number, change in enumerate(changes, head.length + 1):
        salt, said = secrets.token_hex(32), _canonical({"before": change.before, "after": change.after})
        entry: dict[str, Any] = {
            "chain": chain,
            "number": number,
            "at": now.astimezone(UTC),
            "actor": actor.name,
            "on_behalf_of": actor.on_behalf_of,
            "action": change.action,
            "subject_kind": change.subject.kind,
            "subject_id": change.subject.id,
            "digest": digest_of(salt, said),
            "written_as": None,
            "previous_hash": head.last_hash,
        }
        entry["hash"] = hash_of(entry)
        head.length, head.last_hash = number, entry["hash"]
        entries.append(entry)
        details.append({"chain": chain, "number": number, "salt": salt, "details": said})
    session.flush()
    if changes:
        session.execute(_ENTRY, entries)
        session.execute(_DETAIL, details)


def erase_details(session: Session, chain: str, numbers: list[int]) -> None:
    """Forget what some changes were about; that they happened stays."""
    session.execute(delete(AuditDetail).where(AuditDetail.chain == chain, AuditDetail.number.in_(numbers)))


def find_breaks(session: Session, chain: str | None = None) -> Iterator[tuple[str, int, str]]:
    """Every place where a chain, or one of them, does not hold: chain, number, what is wrong (gap, link, hash, digest, head)."""
    wanted = select(AuditHead).order_by(AuditHead.chain)
    for head in session.scalars(wanted if chain is None else wanted.where(AuditHead.chain == chain)):
        yield from _find_breaks_in(session, head)


def _find_breaks_in(session: Session, head: AuditHead) -> Iterator[tuple[str, int, str]]:
    kept = select(AuditDetail).where(AuditDetail.chain == head.chain)
    details = {detail.number: detail for detail in session.scalars(kept.execution_options(yield_per=500))}
    number, last = 0, FIRST_HASH
    wanted = select(*AuditEntry.__table__.c).where(AuditEntry.chain == head.chain).order_by(AuditEntry.number)
    for entry in session.execute(wanted.execution_options(yield_per=500)).mappings():
        number += 1
        if entry["number"] != number:
            yield head.chain, number, "gap"
            number = entry["number"]
        if entry["previous_hash"] != last:
            yield head.chain, number, "link"
        if entry["hash"] != hash_of(entry):
            yield head.chain, number, "hash"
        detail = details.get(number)
        if detail is not None and entry["digest"] != digest_of(detail.salt, detail.details):
            yield head.chain, number, "digest"
        last = entry["hash"]
    if (number, last) != (head.length, head.last_hash):
        yield head.chain, head.length, "head"


def digest_of(salt: str, details: str) -> str:
    return hashlib.sha256((salt + details).encode()).hexdigest()


def hash_of(entry: Mapping[str, Any] | RowMapping) -> str:
    said = {
        "chain": entry["written_as"] or entry["chain"],
        "number": entry["number"],
        "at": entry["at"].astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry["actor"],
        "on_behalf_of": entry["on_behalf_of"],
        "action": entry["action"],
        "subject": [entry["subject_kind"], entry["subject_id"]],
        "digest": entry["digest"],
    }
    return hashlib.sha256((entry["previous_hash"] + _canonical(said)).encode()).hexdigest()


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False, default=str)
