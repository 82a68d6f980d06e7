"""A participant's own offers and needs: withdrawn and fetched back; kept all the while, so that nothing is lost by a wrong tap."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import EntryRecord
from marktplatz.errors import Conflict, Finding, NotFound
from marktplatz.market import Entry
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.entries import add_entry, change_entry
from marktplatz.usecases.records import entry_value
from marktplatz.usecases.standings import standing_of_restored
from marktplatz.vocabulary import EntrySide, Standing

MAX_ENTRIES: Final = 60
"""For one organisation; "up to a handful" is usual, and a page shows them all."""


def get_own_entry(session: Session, actor: Actor, market_id: str, entry_id: str) -> EntryRecord:
    """An offer or a need, whichever it is; NotFound for somebody else's."""
    record = session.get(EntryRecord, (market_id, entry_id))
    if record is None or not actor.acts_for(record.organisation_id):
        raise NotFound(Finding("unknown_entry_here", params={"id": entry_id}))
    return record


def find_own_entries(session: Session, market_id: str, organisation_id: str) -> list[EntryRecord]:
    wanted = select(EntryRecord).filter_by(market_id=market_id, organisation_id=organisation_id)
    return list(session.scalars(wanted.order_by(EntryRecord.created_at, EntryRecord.id)))


def add_own_entry(
    session: Session, now: datetime, actor: Actor, market_id: str, side: EntrySide, sent: Entry, answers: Mapping[str, str]
) -> EntryRecord:
    """Conflict beyond MAX_ENTRIES."""
    if len(find_own_entries(session, market_id, sent.organisation)) >= MAX_ENTRIES:
        raise Conflict(Finding("too_many_entries", params={"limit": MAX_ENTRIES}))
    record = add_entry(session, now, actor, market_id, side, sent)
    _put_answers(session, now, actor, record, answers)
    return record


def change_own_entry(
    session: Session, now: datetime, actor: Actor, record: EntryRecord, sent: Entry, answers: Mapping[str, str]
) -> None:
    """Nothing happens where nothing is different, unless it was returned and is to be looked at once more."""
    must_not_be_withdrawn(record)
    is_same = sent == entry_value(record) and dict(answers) == record.answers
    if is_same and record.standing is not Standing.RETURNED:
        return
    change_entry(session, now, actor, record, sent)
    _put_answers(session, now, actor, record, answers)


def withdraw_entry(session: Session, now: datetime, actor: Actor, record: EntryRecord) -> None:
    """It is not matched any more; agreements about it stand."""
    if record.standing is not Standing.WITHDRAWN:
        _move(session, now, actor, record, "withdraw", Standing.WITHDRAWN)


def restore_entry(session: Session, now: datetime, actor: Actor, record: EntryRecord) -> None:
    if record.standing is Standing.WITHDRAWN:
        _move(session, now, actor, record, "restore", standing_of_restored(session, record.market_id))


def must_not_be_withdrawn(record: EntryRecord) -> None:
    if record.standing is Standing.WITHDRAWN:
        raise Conflict(Finding("entry_is_withdrawn"))


def _move(session: Session, now: datetime, actor: Actor, record: EntryRecord, deed: str, standing: Standing) -> None:
    before, record.standing, record.updated_at = record.standing, standing, now
    session.flush()
    said = {"before": {"standing": before}, "after": {"standing": standing}}
    record_change(session, now, actor, f"{deed}_{record.side}", Subject(record.side, record.id), chain=record.market_id, **said)


def _put_answers(session: Session, now: datetime, actor: Actor, record: EntryRecord, answers: Mapping[str, str]) -> None:
    before, after = record.answers, dict(answers)
    if before == after:
        return
    record.answers = after
    session.flush()
    subject, said = Subject(record.side, record.id), {"before": {"answers": before or {}}, "after": {"answers": after}}
    record_change(session, now, actor, f"answer_{record.side}", subject, chain=record.market_id, **said)
