"""What brokers write down in the hall: notes, calls for help, refusals, who was brought together. Never with contact data."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from marktplatz.db.models import EntryRecord, HallNote, OrganisationRecord, PairRecord, WishRecord
from marktplatz.errors import Conflict, Finding, InvalidInput, NotFound, Place
from marktplatz.market import PairRule, is_seen
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.identifiers import make_id
from marktplatz.usecases.pairs import store_rule
from marktplatz.vocabulary import EntrySide, NoteKind, PairStatus, WishLevel

TOGETHER: Final = (NoteKind.INTRODUCTION, NoteKind.REFUSAL)


@dataclass(frozen=True, slots=True)
class NewNote:
    """`offer` and `need` narrow a refusal down to one pair, or say what an introduction is about."""

    kind: NoteKind
    organisation: str
    partner: str | None = None
    offer: str | None = None
    need: str | None = None
    text: str | None = None
    seed: str | None = None
    """What its id is made of, where it must be the same in a second try."""


def select_notes(market_id: str) -> Select[HallNote]:
    return select(HallNote).where(HallNote.market_id == market_id)


def find_notes_about(session: Session, market_id: str, organisation_id: str, *kinds: NoteKind) -> list[HallNote]:
    """The newest first."""
    wanted = select_notes(market_id).where(or_(HallNote.organisation_id == organisation_id, HallNote.partner_id == organisation_id))
    if kinds:
        wanted = wanted.where(HallNote.kind.in_(kinds))
    return list(session.scalars(wanted.order_by(HallNote.created_at.desc(), HallNote.id)))


def find_calls_for_help(session: Session, market_id: str) -> list[HallNote]:
    """Those that nobody has seen to yet, the oldest first: for every broker and the organiser."""
    wanted = select_notes(market_id).where(HallNote.kind == NoteKind.HELP, HallNote.done_at.is_(None))
    return list(session.scalars(wanted.order_by(HallNote.created_at, HallNote.id)))


def get_note(session: Session, market_id: str, note_id: str) -> HallNote:
    record = session.get(HallNote, (market_id, note_id))
    if record is None:
        raise NotFound(Finding("unknown_hall_note", params={"id": note_id}))
    return record


def add_note(session: Session, now: datetime, actor: Actor, market_id: str, sent: NewNote) -> HallNote:
    """A refusal forbids every pair between the two, or the one it names; an introduction against a refusal is refused itself."""
    _check(session, market_id, sent)
    if sent.kind is NoteKind.INTRODUCTION:
        known = _find_open_introduction(session, market_id, sent)
        if known is not None:
            return known
    record = HallNote(
        market_id=market_id,
        id=make_id("h", sent.seed),
        kind=sent.kind,
        organisation_id=sent.organisation,
        partner_id=sent.partner,
        offer_id=sent.offer,
        need_id=sent.need,
        text=sent.text,
        author=actor.name,
        created_at=now,
    )
    session.add(record)
    session.flush()
    _record(session, now, actor, "add_hall_note", record, after=_said(sent))
    if sent.kind is NoteKind.REFUSAL:
        _forbid(session, now, actor, market_id, sent)
    return record


def finish_note(session: Session, now: datetime, actor: Actor, record: HallNote) -> None:
    """Somebody has seen to it; a second one who says so changes nothing."""
    if record.done_at is not None:
        return
    record.done_at, record.done_by = now, actor.name
    session.flush()
    _record(session, now, actor, "finish_hall_note", record)


def _check(session: Session, market_id: str, sent: NewNote) -> None:
    faults = []
    for name, organisation in (("organisation", sent.organisation), ("partner", sent.partner)):
        if organisation is not None and session.get(OrganisationRecord, (market_id, organisation)) is None:
            faults.append(Finding("unknown_organisation_here", Place(field=name), {"id": organisation}))
    if sent.partner == sent.organisation:
        faults.append(Finding("note_about_itself", Place(field="partner")))
    if sent.partner is None and sent.kind in TOGETHER:
        faults.append(Finding("note_without_partner", Place(field="partner")))
    if sent.kind is NoteKind.NOTE and not is_seen(sent.text or ""):
        faults.append(Finding("note_without_text", Place(field="text")))
    if not faults and (sent.offer is not None or sent.need is not None):
        faults += _find_wrong_pair(session, market_id, sent)
    if faults:
        raise InvalidInput(*faults)
    if sent.kind is NoteKind.INTRODUCTION and _is_refused(session, market_id, sent):
        raise Conflict(Finding("not_to_be_brought_together", Place(field="partner")))


def _find_wrong_pair(session: Session, market_id: str, sent: NewNote) -> Iterable[Finding]:
    """An offer of one and a need of the other, or none of both."""
    offer, need = (session.get(EntryRecord, (market_id, each)) if each is not None else None for each in (sent.offer, sent.need))
    if offer is not None and need is not None and offer.side is EntrySide.OFFER and need.side is EntrySide.NEED:
        owners = (offer.organisation_id, need.organisation_id)
        if owners in ((sent.organisation, sent.partner), (sent.partner, sent.organisation)):
            return
    yield Finding("note_of_another_pair", Place(field="offer"))


def _is_refused(session: Session, market_id: str, sent: NewNote) -> bool:
    """By a refusal at the hall, a "no thanks" between the two, or a forbidden pair that it is about."""
    ends = (sent.organisation, sent.partner)
    note = _select_between(market_id, sent, NoteKind.REFUSAL).where(HallNote.offer_id.is_(None))
    wish = (
        exists()
        .where(WishRecord.market_id == market_id, WishRecord.level == WishLevel.NO_THANKS)
        .where(WishRecord.organisation_id.in_(ends), WishRecord.target.in_(ends))
    )
    pair = session.get(PairRecord, (market_id, sent.offer, sent.need)) if sent.offer and sent.need else None
    is_forbidden = pair is not None and pair.status is PairStatus.FORBIDDEN
    return is_forbidden or session.scalar(select(or_(note.exists(), wish))) is True


def _find_open_introduction(session: Session, market_id: str, sent: NewNote) -> HallNote | None:
    """Two brokers have one thought: the second sees the first one's."""
    wanted = _select_between(market_id, sent, NoteKind.INTRODUCTION).where(HallNote.done_at.is_(None))
    return session.scalar(wanted.order_by(HallNote.created_at, HallNote.id).limit(1))


def _select_between(market_id: str, sent: NewNote, kind: NoteKind) -> Select[HallNote]:
    """Notes of one kind between the same two, whichever of them it is about."""
    ends = (sent.organisation, sent.partner)
    of_kind = select_notes(market_id).where(HallNote.kind == kind)
    return of_kind.where(HallNote.organisation_id.in_(ends), HallNote.partner_id.in_(ends))


def _forbid(session: Session, now: datetime, actor: Actor, market_id: str, sent: NewNote) -> None:
    if sent.offer is not None and sent.need is not None:
        pairs = [(sent.offer, sent.need)]
    else:
        ends = (sent.organisation, sent.partner)
        entry = EntryRecord
        wanted = select(entry.id, entry.side, entry.organisation_id).where(
            entry.market_id == market_id, entry.organisation_id.in_(ends)
        )
        rows = session.execute(wanted.order_by(entry.id)).all()
        offers, needs = ([row for row in rows if row.side is side] for side in (EntrySide.OFFER, EntrySide.NEED))
        pairs = [(offer.id, need.id) for offer in offers for need in needs if offer.organisation_id != need.organisation_id]
    for offer_id, need_id in pairs:
        rule = PairRule(offer=offer_id, need=need_id, status=PairStatus.FORBIDDEN)
        store_rule(session, now, actor, market_id, rule)


def _record(session: Session, now: datetime, actor: Actor, action: str, record: HallNote, **details: Any) -> None:
    record_change(session, now, actor, action, Subject("hall_note", record.id), chain=record.market_id, **details)


def _said(sent: NewNote) -> dict[str, Any]:
    """Without the text: what was said about people in a hurry need not be kept for ever."""
    return {"kind": sent.kind, "organisation": sent.organisation, "partner": sent.partner, "offer": sent.offer, "need": sent.need}
