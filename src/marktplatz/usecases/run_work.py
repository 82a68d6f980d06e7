"""What the service itself does with a run: take the next one, tell how far it is, store what came of it. Audited as the system."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from marktplatz.db.models import Run
from marktplatz.errors import Finding
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.run_plans import store_plan
from marktplatz.usecases.runs import list_versions, take_input
from marktplatz.usecases.solving import Cancelled, Done, Failed, FailureKind, Invalid, Outcome, Propose, Refused, Scheduled
from marktplatz.vocabulary import RunStatus, SolvePhase

FAILURES: Final[Mapping[FailureKind, Finding]] = {
    FailureKind.CRASHED: Finding("run_crashed"),
    FailureKind.OUT_OF_MEMORY: Finding("run_out_of_memory"),
    FailureKind.TOO_SLOW: Finding("run_too_slow"),
    FailureKind.INTERNAL: Finding("run_broke"),
}
INTERRUPTED: Final = Finding("run_interrupted")

RunKey = tuple[str, str]
"""Market and run."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A run whose turn it is: what to solve."""

    key: RunKey
    market: bytes
    job: Propose


def find_runs(session: Session, status: RunStatus) -> list[RunKey]:
    """Over all markets, the oldest first."""
    wanted = select(Run.market_id, Run.id).where(Run.status == status).order_by(Run.created_at, Run.market_id, Run.id)
    return [(market_id, run_id) for market_id, run_id in session.execute(wanted)]


def begin_run(session: Session, now: datetime, key: RunKey) -> Ticket | None:
    """None if somebody was quicker: it has begun, or it was cancelled. An input that was erased is taken anew."""
    run = session.get_one(Run, key)
    if run.status is not RunStatus.QUEUED:
        return None
    if run.input is None:
        take_input(session, run)
    run.status, run.started_at, run.versions, run.progress = RunStatus.RUNNING, now, list_versions(), SolvePhase.STARTING
    job = Propose(
        previous=tuple((offer, need) for offer, need in run.parameters["previous_pairs"]),
        stay_bonus=run.parameters["stay_bonus"],
        time_limit_s=run.parameters["time_limit_s"],
        language=run.parameters["language"],
        input_sha256=run.input_sha256,
    )
    return Ticket(key, (run.input or "").encode(), job)


def tell_progress(session: Session, key: RunKey, phase: SolvePhase) -> bool:
    """False if the run is no longer under way; the version, which edits are about, stays."""
    market_id, run_id = key
    running = update(Run).where(Run.market_id == market_id, Run.id == run_id, Run.status == RunStatus.RUNNING)
    return cast(CursorResult[Any], session.execute(running.values(progress=phase))).rowcount == 1


def finish_run(session: Session, now: datetime, ticket: Ticket, outcome: Outcome) -> None:
    """Store what came of it, unless the run was cancelled meanwhile."""
    run = session.get_one(Run, ticket.key)
    if run.status is not RunStatus.RUNNING:
        return
    match outcome:
        case Done(plan):
            run.status = RunStatus.DONE
            store_plan(session, run, plan, _read_owners(ticket.market))
        case Refused(plan):
            run.status = RunStatus.REFUSED
            store_plan(session, run, plan, {})
        case Failed(kind):
            _fail(run, FAILURES[kind])
        case Invalid(findings=findings):
            _fail(run, *findings)
        case Cancelled():
            run.status = RunStatus.CANCELLED
        case Scheduled():
            raise TypeError("a run proposes pairings")
    _end(session, now, run)


def interrupt_run(session: Session, now: datetime, key: RunKey) -> None:
    """The service ended while it was running: whoever asked for it decides whether to ask again."""
    run = session.get_one(Run, key)
    if run.status is RunStatus.RUNNING:
        _fail(run, INTERRUPTED)
        _end(session, now, run)


def _fail(run: Run, *findings: Finding) -> None:
    run.status = RunStatus.FAILED
    first = findings[0] if findings else Finding("run_broke")
    run.failure = {"code": first.code, "params": dict(first.params)}


def _end(session: Session, now: datetime, run: Run) -> None:
    run.finished_at, run.progress = now, None
    session.flush()
    found = {"status": run.status, "failure": run.failure, "summary": run.summary}
    record_change(session, now, SYSTEM, "finish_run", Subject("run", run.id), chain=run.market_id, after=found)


def _read_owners(market: bytes) -> dict[str, str]:
    content = json.loads(market)
    return {entry["id"]: entry["organisation"] for side in ("offers", "needs") for entry in content[side]}
