"""Runs of the solver: ask for one, take it back, compare, publish. Computing and publishing tell nobody by mail."""

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import marktplatz
from marktplatz.db.models import Run, TimetableRecord
from marktplatz.errors import Conflict, Finding, InvalidInput, NotFound, Place
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.compare import PlanComparison, compare_plans
from marktplatz.usecases.contents import read_content
from marktplatz.usecases.identifiers import make_id
from marktplatz.usecases.records import Extent, load_market
from marktplatz.usecases.run_plans import load_pairs, load_plan, read_input
from marktplatz.usecases.solving import pack_market
from marktplatz.vocabulary import Role, RunStatus

MAX_WAITING: Final = 10
"""Runs of one market that wait at the same time; one organiser must not keep the others' markets waiting for hours."""

UNDER_WAY: Final = (RunStatus.QUEUED, RunStatus.RUNNING)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run is asked to do; `previous` is the run to stay close to."""

    language: str
    previous: str | None = None
    stay_bonus: int = 0
    time_limit_s: float | None = None


def request_run(session: Session, now: datetime, actor: Actor, market_id: str, wanted: Wanted) -> Run:
    """A run that waits for its turn, with the market as it is now."""
    waiting = select(func.count()).select_from(Run).where(Run.market_id == market_id, Run.status == RunStatus.QUEUED)
    if (session.scalar(waiting) or 0) >= MAX_WAITING:
        raise Conflict(Finding("too_many_runs", params={"limit": MAX_WAITING}))
    run = Run(
        market_id=market_id,
        id=make_id("r"),
        status=RunStatus.QUEUED,
        author=actor.name,
        parameters={
            "language": wanted.language,
            "previous": wanted.previous,
            "previous_pairs": _find_previous_pairs(session, market_id, wanted.previous),
            "stay_bonus": wanted.stay_bonus,
            "time_limit_s": wanted.time_limit_s,
        },
        versions=list_versions(),
        created_at=now,
    )
    take_input(session, run)
    session.add(run)
    session.flush()
    said = {name: value for name, value in run.parameters.items() if name != "previous_pairs"}
    _record(session, now, actor, "request_run", run, after=said | {"input_sha256": run.input_sha256})
    return run


def take_input(session: Session, run: Run) -> None:
    """The market as it is now, without contacts, and its hashes."""
    content = read_content(session, run.market_id)
    run.input = pack_market(content.market).decode()
    run.input_sha256, run.content_sha256 = content.input_sha256, content.sha256


def list_versions() -> dict[str, str]:
    return {"marktplatz": marktplatz.__version__, "ortools": version("ortools"), "scipy": version("scipy")}


def get_run(session: Session, actor: Actor, market_id: str, run_id: str) -> Run:
    """Whoever is no organiser knows of the published run only."""
    run = session.get(Run, (market_id, run_id))
    if run is None or (run.published_at is None and not actor.has(Role.ORGANISER)):
        raise NotFound(Finding("unknown_run", params={"id": run_id}))
    return run


def find_published_run(session: Session, market_id: str) -> Run | None:
    return session.scalar(select(Run).where(Run.market_id == market_id, Run.published_at.is_not(None)))


def cancel_run(session: Session, now: datetime, actor: Actor, run: Run) -> None:
    """Its process is ended after this is committed; whatever it still finds is thrown away."""
    if run.status not in UNDER_WAY:
        raise Conflict(Finding("run_is_over", params={"id": run.id}))
    before = run.status
    run.status, run.finished_at, run.progress = RunStatus.CANCELLED, now, None
    session.flush()
    _record(session, now, actor, "cancel_run", run, before={"status": before}, after={"status": run.status})


def compare_runs(session: Session, before: Run, after: Run) -> PlanComparison:
    """With the words of the markets that the runs were made for, or of the present one where they are erased."""
    markets = [read_input(run) or load_market(session, run.market_id, Extent.READY, with_contacts=False) for run in (before, after)]
    return compare_plans(load_plan(session, before), load_plan(session, after), market=markets[1], market_before=markets[0])


def publish_run(session: Session, now: datetime, actor: Actor, run: Run) -> None:
    """From now on participants see their pairings and their partners' contacts; the run that was public before is not any more."""
    if run.status is not RunStatus.DONE:
        raise Conflict(Finding("run_not_publishable", params={"id": run.id}))
    if run.published_at is not None:
        return
    former = find_published_run(session, run.market_id)
    if former is not None:
        withdraw_run(session, now, actor, former)
    run.published_at = now
    session.flush()
    _record(session, now, actor, "publish_run", run)


def withdraw_run(session: Session, now: datetime, actor: Actor, run: Run) -> None:
    """Nobody but the organiser sees its pairings any more, nor a timetable made for them."""
    if run.published_at is None:
        return
    of_run = {"market_id": run.market_id, "run_id": run.id}
    public = select(TimetableRecord).filter_by(**of_run).where(TimetableRecord.published_at.is_not(None))
    for timetable in session.scalars(public):
        withdraw_timetable(session, now, actor, timetable)
    run.published_at = None
    session.flush()
    _record(session, now, actor, "withdraw_run", run)


def withdraw_timetable(session: Session, now: datetime, actor: Actor, timetable: TimetableRecord) -> None:
    if timetable.published_at is None:
        return
    timetable.published_at = None
    session.flush()
    subject = Subject("timetable", timetable.id)
    record_change(session, now, actor, "withdraw_timetable", subject, chain=timetable.market_id)


def _find_previous_pairs(session: Session, market_id: str, previous: str | None) -> list[tuple[str, str]]:
    if previous is None:
        return []
    run = session.get(Run, (market_id, previous))
    place = Place(field="previous")
    if run is None:
        raise InvalidInput(Finding("unknown_run", place, {"id": previous}))
    if run.status is not RunStatus.DONE:
        raise Conflict(Finding("run_has_no_plan", place, {"id": previous}))
    return load_pairs(session, market_id, previous)


def _record(session: Session, now: datetime, actor: Actor, action: str, run: Run, **details: Any) -> None:
    record_change(session, now, actor, action, Subject("run", run.id), chain=run.market_id, **details)
