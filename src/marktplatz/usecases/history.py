"""What the audit tells about an organisation, for people: who did what when, and which fields changed from what to what."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from marktplatz.db.models import Account, AuditDetail, AuditEntry, EntryRecord, Person, Station, Token

MAX_TOLD: Final = 100
MAX_MERGED: Final = 50
UNTOLD: Final = frozenset(("id", "organisation", "message"))


@dataclass(frozen=True, slots=True)
class Step:
    """One deed; `who` is a name where there still is one. `fields` are (key in JSON, before, after)."""

    number: int
    at: datetime
    who: str
    who_kind: str
    on_behalf: bool
    action: str
    subject_kind: str
    subject_label: str
    fields: tuple[tuple[str, Any, Any], ...]
    note: str | None


def find_history(session: Session, market_id: str, organisation_id: str) -> list[Step]:
    """The newest first, also of what was merged into it: a constant number of statements."""
    merged = find_merged(session, market_id, organisation_id)
    organisations = (organisation_id, *merged)
    wanted = select(EntryRecord.id, EntryRecord.title).where(EntryRecord.market_id == market_id)
    found_entries = session.execute(wanted.where(EntryRecord.organisation_id.in_(organisations)))
    entries = {key: title for key, title in found_entries}  # noqa: C416 a Result has keys()
    about = or_(
        and_(AuditEntry.subject_kind == "organisation", AuditEntry.subject_id.in_(organisations)),
        and_(AuditEntry.subject_kind.in_(("offer", "need")), AuditEntry.subject_id.in_(tuple(entries))),
    )
    found = session.execute(
        select(AuditEntry, AuditDetail.details)
        .outerjoin(AuditDetail, (AuditDetail.chain == AuditEntry.chain) & (AuditDetail.number == AuditEntry.number))
        .where(AuditEntry.chain == market_id, about)
        .order_by(AuditEntry.number.desc())
        .limit(MAX_TOLD)
    ).all()
    names = find_actor_names(session, market_id, {entry.actor for entry, _ in found})
    return [_tell(entry, details, names, entries) for entry, details in found]


def find_merges(session: Session, market_id: str) -> dict[str, str]:
    """Every organisation that was merged, by its id, with the one that it went into."""
    wanted = (
        select(AuditEntry.subject_id, AuditDetail.details)
        .join(AuditDetail, (AuditDetail.chain == AuditEntry.chain) & (AuditDetail.number == AuditEntry.number))
        .where(AuditEntry.chain == market_id, AuditEntry.action == "merged_into")
    )
    return {gone: json.loads(details)["after"]["into"] for gone, details in session.execute(wanted)}


def find_merged(session: Session, market_id: str, organisation_id: str) -> tuple[str, ...]:
    """The ids of organisations that were merged into one, or into one of those."""
    into = find_merges(session, market_id)
    found: list[str] = []
    waiting = [organisation_id]
    while waiting and len(found) < MAX_MERGED:
        target = waiting.pop()
        ours = [gone for gone, kept in into.items() if kept == target and gone not in found]
        found += ours
        waiting += ours
    return tuple(found)


def find_last_hand(session: Session, market_id: str, subject_kind: str, subject_id: str) -> str:
    """The name of whoever changed something last; empty where nobody has a name."""
    wanted = select(AuditEntry.actor).where(
        AuditEntry.chain == market_id, AuditEntry.subject_kind == subject_kind, AuditEntry.subject_id == subject_id
    )
    actor = session.scalar(wanted.order_by(AuditEntry.number.desc()).limit(1)) or ""
    return find_actor_names(session, market_id, [actor]).get(actor, "")


def _tell(entry: AuditEntry, details: str | None, names: Mapping[str, str], entries: Mapping[str, str]) -> Step:
    said = json.loads(details) if details is not None else {}
    before, after = said.get("before") or {}, said.get("after") or {}
    kind, _, _ = entry.actor.partition(":")
    return Step(
        number=entry.number,
        at=entry.at,
        who=names.get(entry.actor, ""),
        who_kind=kind,
        on_behalf=entry.on_behalf_of is not None,
        action=entry.action,
        subject_kind=entry.subject_kind,
        subject_label="" if entry.subject_kind == "organisation" else entries.get(entry.subject_id, "") or entry.subject_id,
        fields=tuple(_find_changes(before, after)) if before or entry.action != "add_organisation" else (),
        note=after.get("note"),
    )


def _find_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Fields that differ, nested ones with their dotted names."""
    old, new = dict(_flat(before)), dict(_flat(after))
    for key in dict.fromkeys((*old, *new)):
        if key in UNTOLD or key == "note" or old.get(key) == new.get(key):
            continue
        if old.get(key) in (None, "", []) and new.get(key) in (None, "", [], False):
            continue
        yield key, old.get(key), new.get(key)


def _flat(said: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in said.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def find_actor_names(session: Session, market_id: str, actors: Iterable[str]) -> dict[str, str]:
    """Of the team, of participants and of stations; of programs the token's."""
    ids: dict[str, list[str]] = {"account": [], "person": [], "token": [], "station": []}
    for actor in actors:
        kind, _, key = actor.partition(":")
        if kind in ids:
            ids[kind].append(key)
    accounts = session.execute(select(Account.id, Account.name).where(Account.id.in_(ids["account"]))).all()
    persons = session.execute(
        select(Person.id, Person.name).where(Person.market_id == market_id, Person.id.in_(ids["person"]))
    ).all()
    tokens = session.execute(select(Token.id, Token.name).where(Token.id.in_(ids["token"]))).all()
    stations = session.execute(
        select(Station.id, Station.name).where(Station.market_id == market_id, Station.id.in_(ids["station"]))
    ).all()
    named = (("account", accounts), ("person", persons), ("token", tokens), ("station", stations))
    return {f"{kind}:{key}": name for kind, rows in named for key, name in rows if name}
