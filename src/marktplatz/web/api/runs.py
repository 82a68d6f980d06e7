"""Runs of the solver: ask for one, follow it, look at its plan, compare, publish."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import BackgroundTasks, Query, Request, Response
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import Run
from marktplatz.errors import Finding, InvalidInput, Place
from marktplatz.market import Identifier, Value
from marktplatz.plan import Plan, PlanBound, Served
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.compare import PlanComparison
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.profiles import get_profile
from marktplatz.usecases.publishing import Wishes, find_audience, publish_plan
from marktplatz.usecases.run_plans import find_summary, load_plan
from marktplatz.usecases.runs import Wanted, cancel_run, compare_runs, get_run, request_run, withdraw_run
from marktplatz.vocabulary import PlanStatus, Role, RunStatus
from marktplatz.web.access import ALWAYS, OPEN, SHOWN, Rule
from marktplatz.web.api.routing import make_api_router
from marktplatz.web.body import In, Sent
from marktplatz.web.deps import (
    Cursor,
    IfMatch,
    Limit,
    MarketId,
    Now,
    ReadSession,
    WriteSession,
    check_version,
    put_etag,
    put_location,
)
from marktplatz.web.language import find_language
from marktplatz.web.paging import read_page
from marktplatz.web.service import service_of
from marktplatz.wording.findings import finding_text

router = make_api_router("/markets/{market}/runs", "runs")

READERS: dict[str, Any] = {
    "organiser": ALWAYS,
    "broker": SHOWN,
    "notary": SHOWN,
    "helper": SHOWN,
    "moderator": SHOWN,
    "participant": SHOWN,
}
"""Whoever is no organiser sees the published run only."""


class RunIn(In):
    """`previous` is the run to stay close to, among equally good plans, or with a bonus of some points for every pair kept."""

    previous: Identifier | None = None
    stay_bonus: Annotated[int, Field(ge=0, le=1000)] = 0
    time_limit_s: Annotated[float, Field(ge=0.1, le=86_400, allow_inf_nan=False)] | None = None
    language: Literal["de", "en"] | None = None


class Failure(Value):
    code: str
    detail: str


class AudienceOut(Value):
    """`without` take part and have no proposal; `mails` can be written, to persons of those that have some."""

    organisations: int
    proposals: int
    without: int
    mails: int


class RunOut(Value):
    """`is_outdated`: the market says something else by now; null where that is not told. `served`, `points`: the plan's."""

    id: str
    status: RunStatus
    progress: str | None
    author: str | None
    previous: str | None
    stay_bonus: int
    time_limit_s: float | None
    language: str
    versions: dict[str, str]
    input_sha256: str
    is_outdated: bool | None
    is_adjusted: bool
    plan_status: PlanStatus | None
    served: Served | None
    points: int | None
    bound: PlanBound | None
    failure: Failure | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    published_at: datetime | None
    version: int


@router.get("", name="list")
def list_runs(
    caller: Annotated[Actor, Rule("runs:read", **READERS)],
    market: MarketId,
    request: Request,
    response: Response,
    session: ReadSession,
    limit: Limit = 100,
    cursor: Cursor = None,
    status: RunStatus | None = None,
) -> list[RunOut]:
    """The newest first."""
    wanted = select(Run).where(Run.market_id == market)
    if not caller.has(Role.ORGANISER):
        wanted = wanted.where(Run.published_at.is_not(None))
    if status is not None:
        wanted = wanted.where(Run.status == status)
    keys = (Run.created_at, Run.id)
    rows = read_page(session, request, response, wanted, keys, limit, cursor, newest_first=True)
    return show_runs(session, caller, request, rows)


@router.post("", status_code=202, name="add")
def add(
    caller: Annotated[Actor, Rule("runs:write", organiser=OPEN)],
    market: MarketId,
    request: Request,
    response: Response,
    sent: Sent[RunIn],
    session: WriteSession,
    now: Now,
    background: BackgroundTasks,
) -> RunOut:
    """Propose pairings for the market as it is now. The answer comes at once; `Location` tells where to follow the run."""
    settings = service_of(request).settings
    if sent.time_limit_s is not None and sent.time_limit_s > settings.solve_time_limit_s:
        params: dict[str, str | int] = {"limit": int(settings.solve_time_limit_s)}
        raise InvalidInput(Finding("time_limit_too_long", Place(field="time_limit_s"), params))
    wanted = Wanted(sent.language or settings.language, sent.previous, sent.stay_bonus, sent.time_limit_s)
    run = request_run(session, now, caller, market, wanted)
    background.add_task(service_of(request).runs.wake)
    put_location(response, "markets", market, "runs", run.id)
    return show_run(session, caller, request, response, run)


@router.get("/{run_id}")
def read(
    caller: Annotated[Actor, Rule("runs:read", **READERS)],
    market: MarketId,
    run_id: str,
    request: Request,
    response: Response,
    session: ReadSession,
) -> RunOut:
    return show_run(session, caller, request, response, get_run(session, caller, market, run_id))


@router.post("/{run_id}/cancel")
def cancel(
    caller: Annotated[Actor, Rule("runs:write", organiser=OPEN)],
    market: MarketId,
    run_id: str,
    request: Request,
    response: Response,
    session: WriteSession,
    now: Now,
    background: BackgroundTasks,
) -> RunOut:
    """A run that waits or is under way ends without a plan."""
    run = get_run(session, caller, market, run_id)
    cancel_run(session, now, caller, run)
    background.add_task(service_of(request).runs.end, (market, run_id))
    return show_run(session, caller, request, response, run)


@router.get("/{run_id}/plan", response_model_exclude_none=True)
def plan(
    caller: Annotated[Actor, Rule("runs:read", organiser=ALWAYS)], market: MarketId, run_id: str, session: ReadSession
) -> Plan:
    """The plan file. What it says of those who stay alone is for the organiser only."""
    return load_plan(session, get_run(session, caller, market, run_id))


@router.get("/{run_id}/comparison")
def compare(
    caller: Annotated[Actor, Rule("runs:read", organiser=ALWAYS)],
    market: MarketId,
    run_id: str,
    other: Annotated[str, Query(alias="with", max_length=200, description="The run to compare with, as the earlier one")],
    session: ReadSession,
) -> PlanComparison:
    """What changed from the other run to this one: pairs, and who gains or loses partners."""
    before, after = (get_run(session, caller, market, wanted) for wanted in (other, run_id))
    return compare_runs(session, before, after)


@router.get("/{run_id}/audience")
def audience(
    caller: Annotated[Actor, Rule("runs:read", organiser=ALWAYS)], market: MarketId, run_id: str, session: ReadSession
) -> AudienceOut:
    """To how many the run is or would be shown."""
    found = find_audience(session, get_run(session, caller, market, run_id))
    return AudienceOut(
        organisations=len(found.organisations), proposals=found.proposals, without=found.without, mails=len(found.recipients)
    )


@router.post("/{run_id}/publish")
def publish(
    caller: Annotated[Actor, Rule("runs:write", organiser=OPEN)],
    market: MarketId,
    run_id: str,
    request: Request,
    response: Response,
    session: WriteSession,
    now: Now,
    timetable: Annotated[bool, Query(description="Its newest timetable as well")] = False,
    mails: Annotated[
        int | None, Query(ge=0, description="Write this many mails, as `audience` tells; they wait in the outbox")
    ] = None,
    if_match: IfMatch = None,
) -> RunOut:
    """Participants see their pairings, and their partners' contacts. No mail leaves by it. Another published run is withdrawn."""
    run = _get_as_seen(session, caller, market, run_id, request, response, if_match)
    wishes = Wishes(mails, timetable)
    publish_plan(session, now, caller, run, wishes, get_market(session, market), get_profile(session, market))
    return show_run(session, caller, request, response, run)


@router.post("/{run_id}/withdraw")
def withdraw(
    caller: Annotated[Actor, Rule("runs:write", organiser=OPEN)],
    market: MarketId,
    run_id: str,
    request: Request,
    response: Response,
    session: WriteSession,
    now: Now,
    if_match: IfMatch = None,
) -> RunOut:
    """Pairings, contacts and timetable are hidden again."""
    run = _get_as_seen(session, caller, market, run_id, request, response, if_match)
    withdraw_run(session, now, caller, run)
    return show_run(session, caller, request, response, run)


def show_run(session: Session, caller: Actor, request: Request, response: Response, run: Run) -> RunOut:
    session.flush()
    put_etag(response, run.version)
    return show_runs(session, caller, request, [run])[0]


def show_runs(session: Session, caller: Actor, request: Request, runs: Iterable[Run]) -> list[RunOut]:
    is_organiser = caller.has(Role.ORGANISER)
    found = list(runs)
    present = None
    if is_organiser and found:
        present = service_of(request).contents.sha256(session, found[0].market_id)
    language = find_language(request)
    return [_show(run, present, language, with_author=is_organiser) for run in found]


def _show(run: Run, present: str | None, language: str, *, with_author: bool) -> RunOut:
    summary = find_summary(run)
    parameters: dict[str, Any] = {name: run.parameters.get(name) for name in ("previous", "stay_bonus", "time_limit_s", "language")}
    columns = ("id", "status", "progress", "versions", "input_sha256", "is_adjusted", "version")
    moments = ("created_at", "started_at", "finished_at", "published_at")
    return RunOut.model_construct(
        **{name: getattr(run, name) for name in (*columns, *moments)},
        **parameters,
        author=run.author if with_author else None,
        is_outdated=None if present is None or run.content_sha256 is None else run.content_sha256 != present,
        plan_status=summary.status if summary else None,
        served=summary.served if summary else None,
        points=summary.total_points if summary else None,
        bound=summary.bound if summary else None,
        failure=_tell_failure(run, language),
    )


def _tell_failure(run: Run, language: str) -> Failure | None:
    if run.failure is None:
        return None
    code = run.failure["code"]
    return Failure(code=code, detail=finding_text(Finding(code, params=run.failure["params"]), language))


def _get_as_seen(
    session: Session, caller: Actor, market: str, run_id: str, request: Request, response: Response, if_match: str | None
) -> Run:
    """Where an edit says which state it is about, that must be the present one."""
    run = get_run(session, caller, market, run_id)
    if if_match is not None:
        check_version(if_match, run.version, show_run(session, caller, request, response, run).model_dump(mode="json"))
    return run
