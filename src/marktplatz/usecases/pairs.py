"""Pairs that the organiser pins or forbids, for this run and every later one; a pin keeps the hard rules or is refused by name."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from marktplatz.db.models import EntryRecord, PairRecord
from marktplatz.db.shared import find_head
from marktplatz.errors import Conflict, Finding, InvalidInput, NotFound, Place
from marktplatz.market import Market, PairRule, is_seen
from marktplatz.matching.judge import judge_pair
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.adjust import tell_obstacle
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.records import pair_value
from marktplatz.usecases.scored import KnownScores
from marktplatz.vocabulary import EntrySide, PairStatus


def get_pair(session: Session, market_id: str, offer_id: str, need_id: str) -> PairRecord:
    record = session.get(PairRecord, (market_id, offer_id, need_id))
    if record is None:
        raise NotFound(Finding("unknown_pair", params={"offer": offer_id, "need": need_id}))
    return record


def judge_rule(session: Session, market_id: str, rule: PairRule, scores: KnownScores) -> str:
    """Refuse what cannot be pinned; else the state of the market (`find_head`) that this is true of."""
    head = find_head(session, market_id)
    _check(session, market_id, rule)
    if rule.status is PairStatus.PINNED:
        market = with_rules(scores.of(session, market_id).scene.market, [rule])
        pins = [(each.offer, each.need) for each in market.pairs if each.status is PairStatus.PINNED]
        obstacles = judge_pair(scores.gather(market), pins, rule.offer, rule.need)
        if obstacles:
            raise Conflict(*(finding for obstacle in obstacles for finding in tell_obstacle(market, obstacle)))
    return head


def put_pair(
    session: Session, now: datetime, actor: Actor, market_id: str, rule: PairRule, judged_at: str, scores: KnownScores
) -> PairRecord:
    """Pin or forbid; what the pair was before is replaced. Judged anew where the market has changed since `judged_at`."""
    if find_head(session, market_id) != judged_at:
        judge_rule(session, market_id, rule, scores)
    return store_rule(session, now, actor, market_id, rule)


def store_rule(session: Session, now: datetime, actor: Actor, market_id: str, rule: PairRule) -> PairRecord:
    """Write a rule down that somebody has judged."""
    record = session.get(PairRecord, (market_id, rule.offer, rule.need))
    before = None if record is None else pair_value(record)
    if record is not None and before == rule:
        return record
    if record is None:
        record = PairRecord(market_id=market_id, offer_id=rule.offer, need_id=rule.need)
        session.add(record)
    record.status, record.exception, record.created_at = rule.status, rule.exception, now
    session.flush()
    action = "pin_pair" if rule.status is PairStatus.PINNED else "forbid_pair"
    _record(session, now, actor, action, record, before=_said(before), after=_said(rule))
    return record


def remove_pair(session: Session, now: datetime, actor: Actor, record: PairRecord) -> None:
    before = pair_value(record)
    session.delete(record)
    session.flush()
    _record(session, now, actor, "free_pair", record, before=_said(before))


def with_rules(market: Market, rules: Iterable[PairRule]) -> Market:
    """The market as if these rules were in it, instead of what it says about the same pairs."""
    pairs = {(rule.offer, rule.need): rule for rule in (*market.pairs, *rules)}
    return market.model_copy(update={"pairs": tuple(pairs[key] for key in sorted(pairs))})


def _check(session: Session, market_id: str, rule: PairRule) -> None:
    faults = []
    for side, entry_id, code in ((EntrySide.OFFER, rule.offer, "unknown_offer"), (EntrySide.NEED, rule.need, "unknown_need")):
        entry = session.get(EntryRecord, (market_id, entry_id))
        if entry is None or entry.side is not side:
            faults.append(Finding(code, Place(field=side), {"id": entry_id}))
    if rule.exception is not None:
        place = Place(field="exception")
        if not is_seen(rule.exception):
            faults.append(Finding("blank", place))
        elif rule.status is not PairStatus.PINNED:
            faults.append(Finding("exception_without_pin", place, {"offer": rule.offer, "need": rule.need}))
    if faults:
        raise InvalidInput(*faults)


def _record(session: Session, now: datetime, actor: Actor, action: str, record: PairRecord, **details: Any) -> None:
    subject = Subject("pair", json.dumps([record.offer_id, record.need_id], ensure_ascii=False)[:700])
    record_change(session, now, actor, action, subject, chain=record.market_id, **details)


def _said(rule: PairRule | None) -> dict[str, Any] | None:
    return None if rule is None else rule.model_dump(mode="json")
