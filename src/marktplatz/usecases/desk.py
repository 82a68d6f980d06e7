"""The notaries' desk: what waits there, who has what in hand, and one agreement as it lies on the table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.orm import Session, selectinload

from marktplatz.db.models import Agreement, EntryRecord, OrganisationRecord, Station
from marktplatz.errors import Conflict, Finding
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.agreements import draft_of, must_be_in, record_step
from marktplatz.usecases.drafts import named_entries
from marktplatz.usecases.history import find_actor_names
from marktplatz.vocabulary import AgreementStatus, Role

IN_HAND_FOR: Final = timedelta(minutes=5)
"""After that it counts as put back: somebody was called away."""
MAX_SHOWN: Final = 50
_TAKE: Final = (
    update(Agreement)
    .where(Agreement.market_id == bindparam("market"), Agreement.id == bindparam("agreement"))
    .values(taken_by=bindparam("by"), taken_at=bindparam("at"))
    .execution_options(synchronize_session=False)
)
"""Past the version: whoever has it in hand changes nothing of what others have read."""
_NAMED_IN: Final = ("organisation", "other", "target", "entry", "offer", "need")


@dataclass(frozen=True)
class InHand:
    """Who is reading it just now; `who` is a name where there is one."""

    actor: str
    who: str | None
    since: datetime


@dataclass(frozen=True)
class Waiting:
    """One agreement of the queue. Its parties are names; `minutes` is how long it has waited."""

    id: str
    parties: tuple[str, ...]
    text: str
    minutes: int
    in_hand: InHand | None


@dataclass(frozen=True)
class Queue:
    """The oldest first; `count` is how many there are, shown or not."""

    waiting: tuple[Waiting, ...]
    count: int


@dataclass(frozen=True)
class Labels:
    """What people call organisations, offers and needs, by id."""

    organisations: Mapping[str, str]
    entries: Mapping[str, str]

    def of(self, key: str) -> str:
        return self.organisations.get(key) or self.entries.get(key) or key

    def in_words(self, finding: Finding) -> Finding:
        """With names in the place of ids."""
        told = {name: self.of(str(value)) if name in _NAMED_IN else value for name, value in finding.params.items()}
        return replace(finding, params=told)


def read_queue(session: Session, now: datetime, market_id: str) -> Queue:
    """A constant number of queries, however many wait."""
    submitted = (Agreement.market_id == market_id) & (Agreement.status == AgreementStatus.SUBMITTED)
    wanted = select(Agreement).where(submitted).options(selectinload(Agreement.parties), selectinload(Agreement.services))
    found = list(session.scalars(wanted.order_by(Agreement.submitted_at, Agreement.id).limit(MAX_SHOWN)))
    names = find_labels(session, market_id, found).organisations
    staff = _find_names(session, market_id, found)
    rows = tuple(
        Waiting(
            id=record.id,
            parties=tuple(names.get(party.organisation_id, party.organisation_id) for party in record.parties),
            text=record.services[0].text if record.services else record.scope or "",
            minutes=max(0, int((now - (record.submitted_at or record.created_at)).total_seconds() // 60)),
            in_hand=_find_in_hand(record, now, staff),
        )
        for record in found
    )
    return Queue(rows, session.scalar(select(func.count()).where(submitted)) or 0)


def find_in_hand(session: Session, now: datetime, record: Agreement) -> InHand | None:
    return _find_in_hand(record, now, _find_names(session, record.market_id, [record]))


def take_agreement(session: Session, now: datetime, actor: Actor, record: Agreement, *, anyway: bool = False) -> None:
    """In hand, for all others to see; Conflict where somebody else has it, unless they say that they take it anyway."""
    actor.must_be(Role.NOTARY)
    must_be_in(record, AgreementStatus.SUBMITTED)
    held = find_in_hand(session, now, record)
    if held is not None and held.actor != actor.name and not anyway:
        raise Conflict(Finding("agreement_in_hand", params={"who": held.who or held.actor}))
    _put(session, record, actor.name, now)
    record_step(session, now, actor, "take_agreement", record)


def put_back_agreement(session: Session, now: datetime, actor: Actor, record: Agreement) -> None:
    """Out of one's own hand, or out of that of somebody who left it; nothing happens where nobody has it."""
    actor.must_be(Role.NOTARY)
    if record.taken_by is None:
        return
    _put(session, record, None, None)
    record_step(session, now, actor, "put_back_agreement", record)


def take_next(session: Session, now: datetime, actor: Actor, market_id: str) -> Agreement | None:
    """The oldest that nobody has in hand; of two who ask at once each gets another one, since the market's lock is held."""
    actor.must_be(Role.NOTARY)
    free = or_(Agreement.taken_at.is_(None), Agreement.taken_at <= now - IN_HAND_FOR, Agreement.taken_by == actor.name)
    wanted = select(Agreement).where(Agreement.market_id == market_id, Agreement.status == AgreementStatus.SUBMITTED, free)
    record = session.scalar(wanted.order_by(Agreement.submitted_at, Agreement.id).limit(1))
    if record is not None:
        take_agreement(session, now, actor, record)
    return record


def find_labels(session: Session, market_id: str, agreements: Iterable[Agreement]) -> Labels:
    """Of everybody and everything that some agreements name: two queries."""
    drafts = [draft_of(record) for record in agreements]
    parties = {party for draft in drafts for party in draft.parties}
    entries = {entry for draft in drafts for entry in named_entries(draft.services)}
    kept, entry = OrganisationRecord, EntryRecord
    named = session.execute(select(kept.id, kept.name).where(kept.market_id == market_id, kept.id.in_(tuple(parties))))
    titled = session.execute(select(entry.id, entry.title).where(entry.market_id == market_id, entry.id.in_(tuple(entries))))
    return Labels({row[0]: row[1].strip() or row[0] for row in named}, {row[0]: row[1].strip() or row[0] for row in titled})


def find_staff_names(session: Session, market_id: str, actors: Iterable[str]) -> dict[str, str]:
    """What those are called who act in the hall: people, programs, and stations with whoever sits there."""
    asked = set(actors)
    names = find_actor_names(session, market_id, asked)
    stations = [actor.removeprefix("station:") for actor in asked if actor.startswith("station:")]
    if stations:
        wanted = select(Station).where(Station.market_id == market_id, Station.id.in_(stations))
        for station in session.scalars(wanted):
            names[f"station:{station.id}"] = f"{station.name} ({station.staffed_by})" if station.staffed_by else station.name
    return names


def _find_names(session: Session, market_id: str, agreements: Iterable[Agreement]) -> dict[str, str]:
    return find_staff_names(session, market_id, {record.taken_by for record in agreements if record.taken_by is not None})


def _find_in_hand(record: Agreement, now: datetime, names: Mapping[str, str]) -> InHand | None:
    if record.taken_by is None or record.taken_at is None or record.taken_at + IN_HAND_FOR <= now:
        return None
    return InHand(record.taken_by, names.get(record.taken_by), record.taken_at)


def _put(session: Session, record: Agreement, by: str | None, at: datetime | None) -> None:
    session.execute(_TAKE, {"market": record.market_id, "agreement": record.id, "by": by, "at": at})
    session.refresh(record, ["taken_by", "taken_at"])
