"""The live plan of the day: does it know what has happened, what is to be asked about it, and the answer put in its place."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import ConversationRecord, Evening, MarketRecord, PairingRecord, PlanChange, Run, TimetableRecord
from marktplatz.market import Market
from marktplatz.matching.day import Settled
from marktplatz.usecases import contents
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.day_copies import keep_as_it_was
from marktplatz.usecases.day_facts import Before, Content, Facts, is_other, read_content, read_facts, tell_causes
from marktplatz.usecases.day_rows import Rows, check_answer, exchange_pairs, exchange_talks, rewrite_plan
from marktplatz.usecases.plan_changes import find_last_number
from marktplatz.usecases.runs import find_published_run
from marktplatz.usecases.solving import pack_market
from marktplatz.usecases.solving.warm_jobs import KnownRounds, Replan, Replanned
from marktplatz.vocabulary import Phase, PlanStatus

DAY: Final = "day"
"""Where a run's parameters keep what its plan of the day knows."""


@dataclass(frozen=True)
class Order:
    """What a re-plan is asked for, and of which state: that of the facts, of the run, of its timetable and of the clock.

    `is_proof`: nothing has happened; the plan was found in haste and may not be the best. `is_other`: other organisations or
    entries than before take part; `whole` is then the market as a run keeps it, once it was read.
    """

    market_id: str
    run_id: str
    run_version: int
    timetable: tuple[str, int] | None
    content: Content
    facts: Facts
    causes: list[dict[str, Any]]
    job: Replan
    is_proof: bool
    is_other: bool
    whole: contents.Content | None = None

    @property
    def state(self) -> tuple[object, ...]:
        return self.run_id, self.run_version, self.timetable


class StaleError(Exception):
    """Something changed while it was solved: it has to be looked at again."""


def look_at_day(session: Session, market_id: str, known: Content | None) -> tuple[Content | None, Order | None]:
    """The market's content, None where no plan is live; and what to ask for, None where the plan knows all there is to know."""
    phase = session.scalar(select(MarketRecord.phase).where(MarketRecord.id == market_id))
    run = find_published_run(session, market_id) if phase is Phase.DAY else None
    if run is None:
        return None, None
    content = read_content(session, market_id, known)
    timetable = _find_timetable(session, run)
    facts = read_facts(session, market_id, content, None if timetable is None else timetable.id)
    state = _read_state(run)
    before = state.facts if state is not None else _facts_before_the_day(run, facts)
    if before == facts and (state is None or state.is_proven):
        return content, None
    causes = tell_causes(before, facts)
    return content, Order(
        market_id=market_id,
        run_id=run.id,
        run_version=run.version,
        timetable=None if timetable is None else (timetable.id, timetable.version),
        content=content,
        facts=facts,
        causes=causes,
        job=_make_job(session, run, timetable, facts, causes),
        is_proof=before == facts,
        is_other=before.content != facts.content,
    )


def complete(session: Session, order: Order, *, is_strict: bool = True) -> Order:
    """With all that is stored; if `is_strict`, StaleError where more has happened, without taking the market's turn for it."""
    if is_strict and _has_happened_since(session, order):
        raise StaleError
    return replace(order, whole=contents.read_content(session, order.market_id)) if order.is_other else order


def store_replan(session: Session, now: datetime, order: Order, answer: Replanned, *, is_strict: bool = True) -> PlanChange | None:
    """Put a new plan in the place of the present one; None where it is the same. Needs the market's lock.

    StaleError where run, timetable or clock are not as they were; if `is_strict`, also where more has happened since. A proof is
    looked for once: a plan for which none was found in its time stays as it is, checked.
    """
    run, timetable = _get_same(session, order)
    if is_strict and _has_happened_since(session, order):
        raise StaleError
    rows = Rows.load(session, run, timetable)
    check_answer(rows, order.content.owners, order.facts, order.job, answer)
    is_proven = answer.status is PlanStatus.OPTIMAL
    pairs, talks = rows.tell_pairs(answer), rows.tell_talks(answer)
    state: dict[str, Any] = dict(run.parameters.get(DAY) or {})
    change = None
    if pairs or talks:
        if not state:
            state = keep_as_it_was(session, run, timetable)
        exchange_pairs(session, run, rows, answer)
        if timetable is not None and answer.timetable is not None:
            exchange_talks(session, timetable, rows, answer.timetable)
        change = _add_change(session, now, order, answer, pairs, talks)
    rewrite_plan(run, answer)
    if order.is_other:
        whole = order.whole or contents.read_content(session, order.market_id)
        run.input = pack_market(whole.market).decode()
        run.content_sha256, run.input_sha256 = whole.sha256, whole.input_sha256
    if is_proven and change is None:
        _prove_last(session, order)
    told = {"facts": order.facts.model_dump(mode="json"), "is_proven": is_proven or order.is_proof}
    run.parameters = {**run.parameters, DAY: {**state, **told}}
    session.flush()
    return change


@dataclass(frozen=True)
class _State:
    facts: Facts
    is_proven: bool


def _read_state(run: Run) -> _State | None:
    kept: Mapping[str, Any] | None = run.parameters.get(DAY)
    if not kept or "facts" not in kept:
        return None
    return _State(Facts.model_validate_json(json.dumps(kept["facts"])), bool(kept["is_proven"]))


def _facts_before_the_day(run: Run, present: Facts) -> Facts:
    """Of the market that the run was made for; where that was erased, the present one counts as known."""
    if run.input is None:
        return Facts(content=present.content, organisations=present.organisations, timetable=present.timetable)
    return _read_before(run.input).facts_beside(present)


@lru_cache(maxsize=2)
def _read_before(kept: str) -> Before:
    """Until the first change of the plan every guest who comes in has it looked at."""
    return Before.of(Market.model_validate_json(kept, by_alias=True))


def _find_timetable(session: Session, run: Run) -> TimetableRecord | None:
    wanted = select(TimetableRecord).where(
        TimetableRecord.market_id == run.market_id, TimetableRecord.run_id == run.id, TimetableRecord.published_at.is_not(None)
    )
    return session.scalar(wanted)


def _find_round(session: Session, market_id: str) -> int:
    return session.scalar(select(Evening.round).where(Evening.market_id == market_id)) or 0


def _make_job(
    session: Session, run: Run, timetable: TimetableRecord | None, facts: Facts, causes: Iterable[Mapping[str, Any]]
) -> Replan:
    columns = (PairingRecord.offer_id, PairingRecord.need_id, PairingRecord.is_by_hand)
    of_run = (PairingRecord.market_id == run.market_id) & (PairingRecord.run_id == run.id)
    pairs = session.execute(select(*columns).where(of_run).order_by(*columns)).all()
    by_hand = [(offer, need) for offer, need, is_by_hand in pairs if is_by_hand]
    return Replan(
        away=tuple(facts.away),
        forbidden=facts.forbidden,
        wanted=tuple(dict.fromkeys((*facts.pinned, *by_hand))),
        settled=tuple(Settled(deal.parties, deal.pair, deal.entries) for deal in facts.deals),
        concerned=tuple(sorted({cause[name] for cause in causes for name in ("organisation", "offer", "need") if name in cause})),
        previous=tuple((offer, need) for offer, need, _ in pairs),
        rounds=None if timetable is None else _read_rounds(session, timetable),
        language=run.parameters["language"],
    )


def _read_rounds(session: Session, timetable: TimetableRecord) -> KnownRounds:
    talk = ConversationRecord
    wanted = select(talk.round, talk.table, talk.first_id, talk.second_id, talk.points).where(
        talk.market_id == timetable.market_id, talk.timetable_id == timetable.id
    )
    return KnownRounds(
        rounds=timetable.rounds,
        tables=timetable.tables,
        frozen=min(_find_round(session, timetable.market_id), timetable.rounds),
        talks=tuple((row[0], row[1], row[2], row[3], row[4]) for row in session.execute(wanted.order_by(talk.round, talk.table))),
    )


def _get_same(session: Session, order: Order) -> tuple[Run, TimetableRecord | None]:
    run = find_published_run(session, order.market_id)
    timetable = None if run is None else _find_timetable(session, run)
    found = None if timetable is None else (timetable.id, timetable.version)
    if run is None or (run.id, run.version, found) != order.state:
        raise StaleError
    phase = session.scalar(select(MarketRecord.phase).where(MarketRecord.id == order.market_id))
    rounds = order.job.rounds
    frozen = None if timetable is None else min(_find_round(session, order.market_id), timetable.rounds)
    if phase is not Phase.DAY or frozen != (None if rounds is None else rounds.frozen):
        raise StaleError
    return run, timetable


def _has_happened_since(session: Session, order: Order) -> bool:
    """Others wait for the market meanwhile, so it is not read again to see whether it came out the same."""
    if is_other(session, order.market_id, order.content):
        return True
    return read_facts(session, order.market_id, order.content, _id(order)) != order.facts


def _id(order: Order) -> str | None:
    return None if order.timetable is None else order.timetable[0]


def _add_change(
    session: Session, now: datetime, order: Order, answer: Replanned, pairs: list[dict[str, Any]], talks: list[dict[str, Any]]
) -> PlanChange:
    change = PlanChange(
        market_id=order.market_id,
        number=find_last_number(session, order.market_id) + 1,
        run_id=order.run_id,
        timetable_id=_id(order),
        causes=order.causes,
        pairs=pairs,
        talks=talks,
        is_proven=answer.status is PlanStatus.OPTIMAL,
        solve_ms=answer.solve_ms,
        at=now,
    )
    session.add(change)
    session.flush()
    said = {"number": change.number, "causes": order.causes, "pairs": pairs, "talks": talks, "points": answer.total_points}
    record_change(session, now, SYSTEM, "replan_day", Subject("run", order.run_id), chain=order.market_id, after=said)
    return change


def _prove_last(session: Session, order: Order) -> None:
    """The last change left a plan that was not proven; now it is."""
    last = session.get(PlanChange, (order.market_id, find_last_number(session, order.market_id)))
    if last is not None and last.run_id == order.run_id and not last.is_proven:
        last.is_proven = True
