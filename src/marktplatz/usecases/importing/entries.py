"""Offers, needs and what is said about them: wishes, fixed pairs, given points."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import EntryRecord, PairRecord, ScoreRecord, WishRecord
from marktplatz.exchange.import_changes import Key
from marktplatz.market import Market, PairRule, Wish
from marktplatz.usecases.audit import Change, Subject
from marktplatz.usecases.identifiers import make_id
from marktplatz.usecases.importing.bulk import delete_all, insert_all, update_all
from marktplatz.usecases.importing.plan import ImportPlan
from marktplatz.usecases.records import entry_fields
from marktplatz.vocabulary import EntrySide

PAIR_KEY = ("market_id", "offer_id", "need_id")


def write_entries(session: Session, now: datetime, market_id: str, plan: ImportPlan) -> list[Change]:
    new, changed, told = [], [], []
    for side, changes in ((EntrySide.OFFER, plan.changes.offers), (EntrySide.NEED, plan.changes.needs)):
        for change in changes.new:
            entry = plan.merged.entry_by_id[change.key[0]]
            begun = {"market_id": market_id, "agreed": 0, "created_at": now, "updated_at": now}
            fields = {"id": entry.id, "side": side, "organisation_id": entry.organisation}
            new.append(EntryRecord(**begun, **fields, **entry_fields(entry)))
            told.append(Change(f"add_{side}", Subject(side, entry.id), after=_said(plan.merged, entry.id)))
        for change in changes.changed:
            entry = plan.merged.entry_by_id[change.key[0]]
            row = {"market_id": market_id, "id": entry.id, "organisation_id": entry.organisation, "updated_at": now}
            changed.append(row | entry_fields(entry))
            before, after = _said(plan.stored, entry.id), _said(plan.merged, entry.id)
            told.append(Change(f"change_{side}", Subject(side, entry.id), before, after))
    insert_all(session, new)
    update_all(session, EntryRecord, ("market_id", "id"), changed)
    return told


def _said(market: Market, key: str) -> dict[str, Any]:
    return market.entry_by_id[key].model_dump(mode="json", by_alias=True)


def write_wishes(session: Session, now: datetime, market_id: str, plan: ImportPlan) -> list[Change]:
    """A wish has no parts to change: one of another level takes the place of the old one."""
    if plan.changes.wishes.is_empty:
        return []
    rows = session.execute(
        select(WishRecord.id, WishRecord.organisation_id, WishRecord.target, WishRecord.level).where(
            WishRecord.market_id == market_id
        )
    )
    stored = {Wish.model_construct(organisation=giver, target=target, level=level): key for key, giver, target, level in rows}
    wanted = set(plan.merged.wishes)
    gone = sorted(stored.keys() - wanted, key=_wish_order)
    new = sorted(wanted - stored.keys(), key=_wish_order)
    delete_all(session, WishRecord, ("market_id", "id"), [{"market_id": market_id, "id": stored[wish]} for wish in gone])
    records = [
        WishRecord(
            market_id=market_id,
            id=make_id("w"),
            organisation_id=wish.organisation,
            target=wish.target,
            level=wish.level,
            created_at=now,
        )
        for wish in new
    ]
    insert_all(session, records)
    removed = [Change("remove_wish", Subject("wish", stored[wish]), before=wish.model_dump(mode="json")) for wish in gone]
    return removed + [
        Change("add_wish", Subject("wish", record.id), after=wish.model_dump(mode="json"))
        for record, wish in zip(records, new, strict=True)
    ]


def _wish_order(wish: Wish) -> tuple[str, str, str]:
    return wish.organisation, wish.target, wish.level


def write_pairs(session: Session, now: datetime, market_id: str, plan: ImportPlan) -> list[Change]:
    changes = plan.changes.pairs
    before, after = _pairs(plan.stored.pairs), _pairs(plan.merged.pairs)
    rows = {key: {"market_id": market_id, "offer_id": key[0], "need_id": key[1]} for key in after}
    fields = {key: {"status": pair.status, "exception": pair.exception} for key, pair in after.items()}
    insert_all(session, [PairRecord(**rows[new.key], **fields[new.key], created_at=now) for new in changes.new])
    update_all(session, PairRecord, PAIR_KEY, [rows[changed.key] | fields[changed.key] for changed in changes.changed])
    added = [Change("add_pair", _pair_subject(new.key), after=after[new.key].model_dump(mode="json")) for new in changes.new]
    return added + [
        Change("change_pair", _pair_subject(key), before[key].model_dump(mode="json"), after[key].model_dump(mode="json"))
        for key in (changed.key for changed in changes.changed)
    ]


def _pairs(pairs: Iterable[PairRule]) -> dict[Key, PairRule]:
    return {(pair.offer, pair.need): pair for pair in pairs}


def _pair_subject(key: Key) -> Subject:
    return Subject("pair", "/".join(key))


def write_scores(session: Session, market_id: str, plan: ImportPlan) -> list[Change]:
    """The score table is one record in the audit: it is one thing, and may have a line for every pair."""
    changes = plan.changes.scores
    if changes.is_empty and not plan.changes.starts_score_table:
        return []
    before, after = _points(plan.stored), _points(plan.merged)
    row = {key: {"market_id": market_id, "offer_id": key[0], "need_id": key[1]} for key in (*before, *after)}
    delete_all(session, ScoreRecord, PAIR_KEY, [row[dropped.key] for dropped in changes.dropped])
    update_all(session, ScoreRecord, PAIR_KEY, [row[changed.key] | {"points": after[changed.key]} for changed in changes.changed])
    insert_all(session, [ScoreRecord(**row[new.key], points=after[new.key]) for new in changes.new])
    touched = [change.key for change in (*changes.new, *changes.changed, *changes.dropped)]
    said = [{"scores": [[*key, points[key]] for key in touched if key in points]} for points in (before, after)]
    return [Change("change_scores", Subject("market", market_id), *said)]


def _points(market: Market) -> dict[Key, int]:
    return {(score.offer, score.need): score.points for score in market.scores or ()}
