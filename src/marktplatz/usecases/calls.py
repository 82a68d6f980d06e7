"""The list of calls: whom no mail reached, what came of calling them, and a mail for afterwards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import AuditEntry, OutboxMessage, Person
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.mailing import UNDER_WAY, mail_words
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.outbox import write_to_person
from marktplatz.usecases.persons import get_person
from marktplatz.usecases.profiles import get_profile
from marktplatz.usecases.radar import Unreached, find_unreached
from marktplatz.vocabulary import CallResult, MessageKind, UnreachedReason

_ACTIONS: Final = {f"note_call_{result.value}": result for result in CallResult}


@dataclass(frozen=True, slots=True)
class Call:
    """A person to be called, what came of the last call, and a mail that waits; `organisations` are (id, name).

    A call from before the mail that failed says nothing about it.
    """

    person_id: str
    name: str | None
    phone: str | None
    reason: UnreachedReason
    since: datetime
    organisations: tuple[tuple[str, str], ...]
    result: CallResult | None
    called_at: datetime | None
    message_id: str | None

    @property
    def is_done(self) -> bool:
        return self.result is CallResult.REACHED


def find_calls(session: Session, actor: Actor, market_id: str) -> tuple[Call, ...]:
    """Each person once, those that wait longest first."""
    unreached = sorted(find_unreached(session, actor, market_id), key=lambda each: (each.since, each.person_id))
    notes = _find_notes(session, market_id)
    persons = {each.person_id for each in unreached}
    waiting = find_waiting_mails(session, market_id, persons, (MessageKind.CONFIRMATION_MISSING,))
    return tuple(
        _make_call(list(rows), notes.get(person_id), waiting.get(person_id))
        for person_id, rows in groupby(unreached, key=lambda each: each.person_id)
    )


def find_waiting_mails(session: Session, market_id: str, person_ids: Iterable[str], kinds: Iterable[MessageKind]) -> dict[str, str]:
    """The message that lies ready or is about to leave, by person."""
    wanted = select(OutboxMessage.person_id, OutboxMessage.id).where(
        OutboxMessage.market_id == market_id,
        OutboxMessage.person_id.in_(tuple(person_ids)),
        OutboxMessage.kind.in_([kind.value for kind in kinds]),
        OutboxMessage.status.in_(UNDER_WAY),
    )
    return {person_id: message_id for person_id, message_id in session.execute(wanted) if person_id}


def note_call(session: Session, now: datetime, actor: Actor, market_id: str, person_id: str, result: CallResult) -> None:
    """The note is the audit's own entry: who called when, and what came of it."""
    person = get_person(session, actor, market_id, person_id)
    record_change(session, now, actor, f"note_call_{result.value}", Subject("person", person.id), chain=market_id)


def write_after_call(session: Session, now: datetime, actor: Actor, market_id: str, person_id: str) -> None:
    """A mail with a new link, to be seen before it leaves; whoever has one waiting gets no second."""
    person: Person = get_person(session, actor, market_id, person_id)
    kinds = (MessageKind.CONFIRMATION_MISSING,)
    if find_waiting_mails(session, market_id, [person_id], kinds):
        return
    market, profile = get_market(session, market_id), get_profile(session, market_id)
    names = [each.organisation for each in find_unreached(session, actor, market_id) if each.person_id == person_id]
    words = mail_words(market, profile, ", ".join(names), person.language)
    message = write_to_person(session, now, kinds[0], person, market.name, person.language, **words)
    record_change(session, now, actor, "write_message", Subject("message", message.id), chain=market_id)


def _find_notes(session: Session, market_id: str) -> dict[str, tuple[CallResult, datetime]]:
    """The last note by person."""
    wanted = (
        select(AuditEntry.subject_id, AuditEntry.action, AuditEntry.at)
        .where(AuditEntry.chain == market_id, AuditEntry.subject_kind == "person", AuditEntry.action.in_(tuple(_ACTIONS)))
        .order_by(AuditEntry.number)
    )
    return {person_id: (_ACTIONS[action], at) for person_id, action, at in session.execute(wanted)}


def _make_call(rows: Sequence[Unreached], note: tuple[CallResult, datetime] | None, message_id: str | None) -> Call:
    first = rows[0]
    organisations = tuple((row.organisation_id, row.organisation) for row in rows)
    result, called_at = note if note is not None and note[1] >= first.since else (None, None)
    return Call(first.person_id, first.name, first.phone, first.reason, first.since, organisations, result, called_at, message_id)
