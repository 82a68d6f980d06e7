"""A timetable changed by hand: conversations moved, swapped, added, taken out; the independent checker judges each change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from marktplatz.db.models import ConversationRecord, OrganisationRecord, TimetableRecord
from marktplatz.errors import Conflict, Finding, InvalidInput, NotFound, Place
from marktplatz.matching.gather import Gathered
from marktplatz.matching.rounds.values import Conversation, Timetable, TimetableBound
from marktplatz.matching.verify_timetable import TimetableRule, TimetableViolation, find_timetable_violations
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.conversation_rows import add_conversations
from marktplatz.usecases.run_plans import Key, load_pairs
from marktplatz.usecases.schedule import list_attendance
from marktplatz.usecases.undoing import find_last_said

Couple = tuple[str, str]
"""Two organisations that talk, sorted."""


@dataclass(frozen=True, slots=True, order=True)
class Talk:
    """A conversation and its place."""

    round: int
    table: int
    organisations: Couple


@dataclass(frozen=True, slots=True)
class ByHand:
    """What was settled by hand, and stays so where a timetable is planned anew: who talks where they do, and who shall not."""

    kept: frozenset[Couple] = frozenset()
    left_out: frozenset[Couple] = frozenset()

    @classmethod
    def of(cls, result: dict[str, Any]) -> "ByHand":
        kept, left_out = (frozenset((first, second) for first, second in result.get(name, ())) for name in ("by_hand", "left_out"))
        return cls(kept, left_out)

    @property
    def said(self) -> dict[str, Any]:
        return {"by_hand": sorted(self.kept), "left_out": sorted(self.left_out)}

    @property
    def is_empty(self) -> bool:
        return not (self.kept or self.left_out)

    def after(self, added: Iterable[Couple], removed: Iterable[Couple]) -> "ByHand":
        added = frozenset(added)
        gone = frozenset(removed) - added
        return ByHand((self.kept - gone) | added, (self.left_out - added) | gone)


@dataclass(frozen=True, slots=True)
class TimetableChange:
    """Applied as one: all of it or nothing. Whoever moves is removed and added.

    `undoes`: the number that the audit gave to the change which this one takes back, with what was `by_hand` before it.
    """

    add: tuple[Talk, ...] = ()
    remove: tuple[Couple, ...] = ()
    undoes: int | None = None
    by_hand: ByHand | None = None


@dataclass(frozen=True, slots=True)
class LastTimetableChange:
    number: int
    at: datetime
    who: str | None
    added: tuple[Talk, ...]
    removed: tuple[Talk, ...]
    by_hand: ByHand

    @property
    def inverse(self) -> TimetableChange:
        gone = tuple(talk.organisations for talk in self.added)
        return TimetableChange(add=self.removed, remove=gone, undoes=self.number, by_hand=self.by_hand)


def couple(one: str, other: str) -> Couple:
    return (one, other) if one <= other else (other, one)


def load_talks(session: Session, record: TimetableRecord) -> list[Talk]:
    wanted = select(ConversationRecord).filter_by(market_id=record.market_id, timetable_id=record.id)
    return sorted(Talk(each.round, each.table, couple(each.first_id, each.second_id)) for each in session.scalars(wanted))


def move(session: Session, record: TimetableRecord, who: Couple, round_: int, table: int) -> TimetableChange:
    _find_talk(load_talks(session, record), who)
    return TimetableChange(add=(Talk(round_, table, who),), remove=(who,))


def swap(session: Session, record: TimetableRecord, one: Couple, other: Couple) -> TimetableChange:
    """Each comes to the other's place."""
    talks = load_talks(session, record)
    first, second = _find_talk(talks, one), _find_talk(talks, other)
    moved = (replace(first, organisations=other), replace(second, organisations=one))
    return TimetableChange(add=moved, remove=(one, other))


def adjust_timetable(
    session: Session, now: datetime, actor: Actor, record: TimetableRecord, change: TimetableChange, gathered: Gathered
) -> None:
    """Conflict with every rule of the market as it is now (`gathered`) that the change would break.

    What was broken before may stay.
    """
    if not (change.add or change.remove):
        raise InvalidInput(Finding("nothing_to_change"))
    before = load_talks(session, record)
    removed = [_find_talk(before, who) for who in change.remove]
    after = [talk for talk in before if talk not in removed] + list(change.add)
    timetable = _lay_out(session, record, gathered, after)
    findings = _find_broken(session, record, gathered, before, timetable)
    if findings:
        raise Conflict(*findings)
    known = ByHand.of(record.result)
    _store(session, record, timetable, change.by_hand or known.after((talk.organisations for talk in change.add), change.remove))
    said: dict[str, Any] = {"added": _say(change.add), "removed": _say(removed)}
    said |= {} if change.undoes is None else {"undoes": change.undoes}
    subject = Subject("timetable", record.id)
    record_change(session, now, actor, "adjust_timetable", subject, chain=record.market_id, before=known.said, after=said)


def find_last_timetable_change(session: Session, record: TimetableRecord) -> LastTimetableChange | None:
    """None if nothing was changed by hand, all of it was taken back, or an erasure took the memory of it."""
    found = find_last_said(session, record.market_id, Subject("timetable", record.id), "adjust_timetable")
    if found is None:
        return None
    added, removed = (
        tuple(Talk(each["round"], each["table"], couple(*each["organisations"])) for each in found.said["after"][name])
        for name in ("added", "removed")
    )
    return LastTimetableChange(found.number, found.at, found.who, added, removed, ByHand.of(found.said["before"] or {}))


def get_last_timetable_change(session: Session, record: TimetableRecord) -> LastTimetableChange:
    found = find_last_timetable_change(session, record)
    if found is None:
        raise Conflict(Finding("no_change_to_undo"))
    return found


def find_broken_rules(session: Session, record: TimetableRecord, gathered: Gathered) -> list[Finding]:
    """What of a timetable the market does not allow any more."""
    timetable = _lay_out(session, record, gathered, load_talks(session, record))
    return _tell(session, record.market_id, _judge(session, record, gathered, timetable), timetable)


def _find_talk(talks: Sequence[Talk], who: Couple) -> Talk:
    found = next((talk for talk in talks if talk.organisations == who), None)
    if found is None:
        raise NotFound(Finding("unknown_talk", params={"first": who[0], "second": who[1]}))
    return found


def _lay_out(session: Session, record: TimetableRecord, gathered: Gathered, talks: Sequence[Talk]) -> Timetable:
    """With the points and totals of the market as it is now."""
    problem, best = gathered.problem, find_best_points(gathered)
    conversations = sorted(
        Conversation(talk.round, talk.table, talk.organisations, best.get(talk.organisations, 0)) for talk in talks
    )
    pairings = _find_known_pairings(session, record, gathered)
    ends = {entry.id: entry.organisation for entry in gathered.scene.market.entry_by_id.values()}
    meeting = {talk.organisations for talk in talks}
    return Timetable(
        rounds=record.rounds,
        tables=record.tables,
        conversations=tuple(conversations),
        met_pairings=(sum(couple(ends[offer], ends[need]) in meeting for offer, need in pairings), len(pairings)),
        served=(len({each for talk in talks for each in talk.organisations}), len(problem.organisations)),
        points=sum(each.points for each in conversations),
        bound=TimetableBound(0, 0, 0),
    )


def find_best_points(gathered: Gathered) -> dict[Couple, int]:
    """The points of the best eligible pair between two organisations, where there is one."""
    problem = gathered.problem
    eligible, ids = problem.eligible, problem.organisations
    rows = zip(problem.giving[eligible].tolist(), problem.taking[eligible].tolist(), problem.points[eligible].tolist(), strict=True)
    best: dict[tuple[int, int], int] = {}
    for giver, taker, points in rows:
        key = (giver, taker) if giver < taker else (taker, giver)
        if giver != taker and best.get(key, -1) < points:
            best[key] = points
    return {couple(ids[one], ids[other]): points for (one, other), points in best.items()}


def _find_known_pairings(session: Session, record: TimetableRecord, gathered: Gathered) -> list[Key]:
    """Of the run; without those whose entries are gone."""
    known = gathered.scene.market.entry_by_id
    pairs = load_pairs(session, record.market_id, record.run_id)
    return [(offer, need) for offer, need in pairs if offer in known and need in known]


def _judge(session: Session, record: TimetableRecord, gathered: Gathered, timetable: Timetable) -> list[TimetableViolation]:
    market = gathered.scene.market
    return find_timetable_violations(
        gathered.problem,
        timetable,
        attendance=list_attendance(market),
        break_rounds=market.market.break_rounds,
        pairings=_find_known_pairings(session, record, gathered),
    )


def _find_broken(
    session: Session, record: TimetableRecord, gathered: Gathered, before: Sequence[Talk], timetable: Timetable
) -> list[Finding]:
    broken = _judge(session, record, gathered, timetable)
    if broken:
        known = set(_judge(session, record, gathered, _lay_out(session, record, gathered, before)))
        broken = [each for each in broken if each not in known]
    return _tell(session, record.market_id, broken, timetable)


def _tell(session: Session, market_id: str, broken: Sequence[TimetableViolation], timetable: Timetable) -> list[Finding]:
    if not broken:
        return []
    ids = {each for violation in broken for each in violation.organisations}
    wanted = select(OrganisationRecord.id, OrganisationRecord.name)
    rows = session.execute(wanted.where(OrganisationRecord.market_id == market_id, OrganisationRecord.id.in_(ids)))
    names = {key: name or key for key, name in rows}
    return [_tell_one(each, [names.get(id_, id_) for id_ in each.organisations], timetable) for each in broken]


def _tell_one(broken: TimetableViolation, names: list[str], timetable: Timetable) -> Finding:
    who = {"who": " · ".join(dict.fromkeys(names))}
    at: dict[str, str | int] = {**who, "round": broken.round or 0, "table": broken.table or 0}
    match broken.rule:
        case TimetableRule.UNKNOWN_ORGANISATION:
            return Finding("talk_unknown_organisation", Place(field="second"), who)
        case TimetableRule.NOT_ELIGIBLE:
            return Finding("talk_not_eligible", Place(field="second"), who)
        case TimetableRule.NO_SUCH_ROUND:
            return Finding("talk_no_such_round", Place(field="round"), {"rounds": timetable.rounds})
        case TimetableRule.NO_SUCH_TABLE:
            return Finding("talk_no_such_table", Place(field="table"), {"tables": timetable.tables})
        case TimetableRule.BREAK_ROUND:
            return Finding("talk_break_round", Place(field="round"), {"round": at["round"]})
        case TimetableRule.ABSENT:
            return Finding("talk_absent", Place(field="round"), {"who": at["who"], "round": at["round"]})
        case TimetableRule.REPRESENTATIVES:
            return Finding("talk_busy", Place(field="round"), {"who": at["who"], "round": at["round"]})
        case TimetableRule.TABLE_TAKEN:
            return Finding("talk_table_taken", Place(field="table"), {"round": at["round"], "table": at["table"]})
        case TimetableRule.MEET_TWICE:
            return Finding("talk_met_already", Place(field="second"), who)
        case TimetableRule.FIXED_TABLE:
            return Finding("talk_fixed_table", Place(field="table"), {"who": at["who"], "table": at["table"]})
    raise ValueError(f"totals are counted here: {broken}")


def _store(session: Session, record: TimetableRecord, timetable: Timetable, by_hand: ByHand) -> None:
    session.execute(delete(ConversationRecord).filter_by(market_id=record.market_id, timetable_id=record.id))
    add_conversations(session, record, timetable.conversations)
    reached = {"met_pairings": list(timetable.met_pairings), "served": list(timetable.served), "total_points": timetable.points}
    record.result = {**record.result, **reached, **by_hand.said}
    session.flush()


def _say(talks: Iterable[Talk]) -> list[dict[str, Any]]:
    return [{"round": talk.round, "table": talk.table, "organisations": list(talk.organisations)} for talk in talks]
