"""One deed on everything that a filter finds: told before it is done, done in one transaction, taken back by its audit."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import (
    AuditDetail,
    AuditEntry,
    AuditHead,
    EntryRecord,
    OrganisationRecord,
    OutboxMessage,
)
from marktplatz.errors import Conflict, Finding, InvalidInput, Place
from marktplatz.market import Market
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.approving import (
    STANDING_ACTIONS,
    Registered,
    approve_many,
    discard_return_mails,
    find_entries,
    move_up_many,
    return_many,
    subject_of,
    tell,
)
from marktplatz.usecases.audit import Change, Subject
from marktplatz.usecases.markets import get_market, get_policy
from marktplatz.usecases.moving_up import tell_of_place
from marktplatz.usecases.registrations import Filter, find_all
from marktplatz.vocabulary import MessageStatus, Standing

MAX_UNDONE: Final = 10_000


class Deed(StrEnum):
    APPROVE = "approve"
    RETURN = "return"
    SET_CATEGORY = "set_category"
    MOVE_UP = "move_up"


@dataclass(frozen=True, slots=True)
class Aim:
    """Whom a deed would change: organisations, entries, and of which organisations those are."""

    organisations: tuple[OrganisationRecord, ...]
    entries: tuple[EntryRecord, ...]
    concerned: tuple[OrganisationRecord, ...]

    @property
    def count(self) -> int:
        return len(self.concerned)


@dataclass(frozen=True, slots=True)
class Done:
    """What a deed changed, and the numbers of its first and last entry in the audit, by which it is taken back."""

    count: int
    first: int
    last: int
    without_mail: int = 0


def find_aim(session: Session, market_id: str, asked: Filter, deed: Deed) -> Aim:
    """The part of the whole result that the deed is for; what is so already stays as it is."""
    found = [record for record in find_all(session, market_id, asked) if record.standing is not Standing.WITHDRAWN]
    entries = find_entries(session, market_id, [record.id for record in found]) if deed in _ON_ENTRIES else []
    organisations = [record for record in found if record.standing in _FROM[deed]]
    if deed is Deed.APPROVE:
        shut = {record.id for record in found if record.standing in (Standing.WAITING, Standing.RETURNED)}
        entries = [entry for entry in entries if entry.standing is Standing.SUBMITTED and entry.organisation_id not in shut]
    elif deed is Deed.SET_CATEGORY:
        entries = [entry for entry in entries if entry.category is None and entry.standing is not Standing.WITHDRAWN]
        entries = [entry for entry in entries if asked.side is None or entry.side is asked.side]
    touched = {record.id for record in organisations} | {entry.organisation_id for entry in entries}
    return Aim(tuple(organisations), tuple(entries), tuple(record for record in found if record.id in touched))


_ON_ENTRIES: Final = frozenset((Deed.APPROVE, Deed.SET_CATEGORY))
_FROM: Final[dict[Deed, tuple[Standing, ...]]] = {
    Deed.APPROVE: (Standing.SUBMITTED,),
    Deed.RETURN: (Standing.SUBMITTED, Standing.APPROVED),
    Deed.SET_CATEGORY: (),
    Deed.MOVE_UP: (Standing.WAITING,),
}


def do_deed(
    session: Session,
    now: datetime,
    actor: Actor,
    market_id: str,
    asked: Filter,
    deed: Deed,
    *,
    expected: int,
    reason: str = "",
    category: str = "",
    language: str = "de",
) -> Done:
    """Conflict if by now it would be about others than were told."""
    aim = find_aim(session, market_id, asked, deed)
    if aim.count != expected:
        raise Conflict(Finding("bulk_changed", params={"count": aim.count}))
    if not aim.count:
        raise Conflict(Finding("bulk_of_nothing"))
    without_mail = 0
    if deed is Deed.APPROVE:
        changes = approve_many(now, (*aim.organisations, *aim.entries))
    elif deed is Deed.MOVE_UP:
        changes = move_up_many(now, aim.organisations)
        without_mail = aim.count - tell_of_place(session, now, market_id, aim.organisations)
    elif deed is Deed.RETURN:
        changes = return_many(session, now, aim.organisations, reason, language)
        without_mail = sum(not (change.after or {}).get("message") for change in changes)
    else:
        changes = _set_categories(session, now, market_id, aim.entries, category)
    first = session.get_one(AuditHead, market_id, populate_existing=True).length + 1
    tell(session, now, actor, market_id, changes)
    if deed in (Deed.APPROVE, Deed.MOVE_UP):
        discard_return_mails(session, now, actor, market_id, changes)
    return Done(aim.count, first, first + len(changes) - 1, without_mail)


def _set_categories(
    session: Session, now: datetime, market_id: str, entries: tuple[EntryRecord, ...], category: str
) -> list[Change]:
    if category not in Market(market=get_policy(session, get_market(session, market_id))).category_kinds:
        raise InvalidInput(Finding("missing", Place(field="category")))
    changes = []
    for entry in entries:
        changes.append(Change("set_category", subject_of(entry), {"category": entry.category}, {"category": category}))
        entry.category, entry.updated_at = category, now
    return changes


def undo(session: Session, now: datetime, actor: Actor, market_id: str, first: int, last: int) -> int:
    """Take a deed back, by what the audit says was before; what somebody changed since then stays as it is now. How many were."""
    if not 0 <= last - first < MAX_UNDONE:
        raise Conflict(Finding("nothing_to_undo"))
    wanted = (
        select(AuditEntry, AuditDetail.details)
        .join(AuditDetail, (AuditDetail.chain == AuditEntry.chain) & (AuditDetail.number == AuditEntry.number))
        .where(AuditEntry.chain == market_id, AuditEntry.number.between(first, last))
        .where(AuditEntry.action.in_(STANDING_ACTIONS), AuditEntry.actor == actor.name)
        .order_by(AuditEntry.number.desc())
    )
    changes = []
    for entry, details in session.execute(wanted).all():
        change = _undo_one(session, now, market_id, Subject(entry.subject_kind, entry.subject_id), json.loads(details))
        changes += [change] if change is not None else []
    if not changes:
        raise Conflict(Finding("nothing_to_undo"))
    tell(session, now, actor, market_id, changes)
    return len(changes)


def _undo_one(session: Session, now: datetime, market_id: str, subject: Subject, said: dict[str, Any]) -> Change | None:
    kind: type[Registered] = OrganisationRecord if subject.kind == "organisation" else EntryRecord
    record: Any = session.get(kind, (market_id, subject.id))
    before, after = said["before"], said["after"]
    fields = [name for name in ("standing", "return_reason", "category") if name in before]
    if record is None or any(getattr(record, name) != after[name] for name in fields):
        return None
    for name in fields:
        setattr(record, name, Standing(before[name]) if name == "standing" else before[name])
    record.updated_at = now
    message = session.get(OutboxMessage, after["message"]) if after.get("message") else None
    if message is not None and message.market_id == market_id and message.status is MessageStatus.HELD:
        message.status = MessageStatus.DISCARDED
    return Change("undo", subject, {name: after[name] for name in fields}, {name: before[name] for name in fields})
