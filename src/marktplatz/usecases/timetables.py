"""Timetables: rounds and tables for a run's pairings; computed elsewhere, stored, published and withdrawn here."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marktplatz.db.models import ConversationRecord, Profile, Run, TimetableRecord
from marktplatz.errors import Conflict, Finding, InvalidInput, NotFound, Place
from marktplatz.market import Market
from marktplatz.plan import PlannedConversation, TimetablePlan
from marktplatz.usecases.actor import SYSTEM, Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.contents import read_content
from marktplatz.usecases.conversation_rows import add_conversations
from marktplatz.usecases.identifiers import make_id
from marktplatz.usecases.run_plans import Key, load_pairs
from marktplatz.usecases.runs import find_published_run, withdraw_timetable
from marktplatz.usecases.solving.jobs import Schedule
from marktplatz.usecases.timetable_changes import ByHand
from marktplatz.usecases.zones import Zone
from marktplatz.vocabulary import Role, RunStatus


@dataclass(frozen=True, slots=True)
class Order:
    """What a timetable is to be computed from: the market as it is now, and a run's pairings as they are now.

    `previous` is the timetable to stay close to, with what was settled there by hand.
    """

    run_id: str
    adjustments: int
    pairings: tuple[Key, ...]
    market: Market
    content_sha256: str
    zones: tuple[Zone, ...] = ()
    previous: str | None = None
    earlier: tuple[PlannedConversation, ...] | None = None
    by_hand: ByHand = field(default_factory=ByHand)

    def job(self, rounds: int, tables: int) -> Schedule:
        return Schedule(
            pairings=self.pairings,
            rounds=rounds,
            tables=tables,
            zones=self.zones,
            previous=self.earlier,
            kept=tuple(sorted(self.by_hand.kept)),
            left_out=tuple(sorted(self.by_hand.left_out)),
        )


def order_timetable(session: Session, market_id: str, run_id: str | None, previous: str | None = None) -> Order:
    """Of a run, or of the published one where none is named; close to the timetable `previous`."""
    run = find_published_run(session, market_id) if run_id is None else session.get(Run, (market_id, run_id))
    place = Place(field="run")
    if run is None and run_id is None:
        raise Conflict(Finding("no_published_run", place))
    if run is None:
        raise InvalidInput(Finding("unknown_run", place, {"id": run_id or ""}))
    if run.status is not RunStatus.DONE:
        raise Conflict(Finding("run_has_no_plan", place, {"id": run.id}))
    content = read_content(session, market_id)
    pairings = tuple(load_pairs(session, market_id, run.id))
    order = Order(run.id, run.adjustments, pairings, content.market, content.sha256, list_zones(session, market_id))
    if previous is None:
        return order
    earlier = session.get(TimetableRecord, (market_id, previous))
    if earlier is None:
        raise InvalidInput(Finding("unknown_timetable", Place(field="previous"), {"id": previous}))
    talks = load_timetable(session, SYSTEM, earlier).conversations
    return replace(order, previous=previous, earlier=talks, by_hand=ByHand.of(earlier.result))


def list_zones(session: Session, market_id: str) -> tuple[Zone, ...]:
    return tuple(Zone(**zone) for zone in session.get_one(Profile, market_id).zones)


def store_timetable(
    session: Session, now: datetime, actor: Actor, market_id: str, order: Order, timetable: TimetablePlan
) -> TimetableRecord:
    record = TimetableRecord(
        market_id=market_id,
        id=make_id("tt"),
        run_id=order.run_id,
        rounds=timetable.rounds,
        tables=timetable.tables,
        content_sha256=order.content_sha256,
        adjustments=order.adjustments,
        result=timetable.model_dump(mode="json", exclude={"conversations"}) | _tell_order(order, timetable),
        author=actor.name,
        created_at=now,
    )
    session.add(record)
    session.flush()
    add_conversations(session, record, timetable.conversations)
    said = {"run": order.run_id, "rounds": record.rounds, "tables": record.tables, "previous": order.previous}
    _record(session, now, actor, "add_timetable", record, after=said)
    return record


def _tell_order(order: Order, timetable: TimetablePlan) -> dict[str, Any]:
    """What was settled by hand goes on from timetable to timetable, as far as it holds."""
    held = {each.organisations for each in timetable.conversations}
    by_hand = ByHand(order.by_hand.kept & held, order.by_hand.left_out)
    zones = [zone.model_dump(mode="json") for zone in order.zones]
    return {"previous": order.previous, "zones": zones, **by_hand.said}


def get_timetable(session: Session, actor: Actor, market_id: str, *, published: bool = False) -> TimetableRecord:
    """The newest, or the published one; whoever is no organiser knows of the latter only."""
    wanted = select(TimetableRecord).where(TimetableRecord.market_id == market_id)
    if published or not actor.has(Role.ORGANISER):
        wanted = wanted.where(TimetableRecord.published_at.is_not(None))
    record = session.scalar(wanted.order_by(TimetableRecord.created_at.desc(), TimetableRecord.id.desc()).limit(1))
    if record is None:
        raise NotFound(Finding("no_timetable"))
    return record


def find_timetable_of(session: Session, run: Run) -> TimetableRecord | None:
    """The newest one that was made for a run."""
    wanted = select(TimetableRecord).filter_by(market_id=run.market_id, run_id=run.id)
    return session.scalar(wanted.order_by(TimetableRecord.created_at.desc(), TimetableRecord.id.desc()).limit(1))


def publish_timetable(session: Session, now: datetime, actor: Actor, record: TimetableRecord) -> None:
    """The timetable that was public before is not any more."""
    if record.published_at is not None:
        return
    public = select(TimetableRecord).where(TimetableRecord.market_id == record.market_id, TimetableRecord.published_at.is_not(None))
    former = session.scalar(public)
    if former is not None:
        withdraw_timetable(session, now, actor, former)
    record.published_at = now
    session.flush()
    _record(session, now, actor, "publish_timetable", record)


def load_timetable(session: Session, actor: Actor, record: TimetableRecord) -> TimetablePlan:
    """The timetable file; a participant's has their own conversations only."""
    wanted = select(ConversationRecord).filter_by(market_id=record.market_id, timetable_id=record.id)
    if actor.organisations is not None:
        own = tuple(actor.organisations)
        wanted = wanted.where(or_(ConversationRecord.first_id.in_(own), ConversationRecord.second_id.in_(own)))
    conversations = [
        PlannedConversation(
            round=each.round, table=each.table, organisations=(each.first_id, each.second_id), points=each.points
        ).model_dump(mode="json")
        for each in session.scalars(wanted.order_by(ConversationRecord.round, ConversationRecord.table))
    ]
    kept = {name: value for name, value in record.result.items() if name in TimetablePlan.model_fields}
    return TimetablePlan.model_validate_json(json.dumps({**kept, "conversations": conversations}))


def _record(session: Session, now: datetime, actor: Actor, action: str, record: TimetableRecord, **details: Any) -> None:
    record_change(session, now, actor, action, Subject("timetable", record.id), chain=record.market_id, **details)
