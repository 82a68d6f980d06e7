"""Rounds and tables: one is planned for a run, looked at by round and by organisation, laid beside another."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import Run, TimetableRecord
from marktplatz.errors import Conflict, Finding, InvalidInput, Place
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.history import find_actor_names
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.profiles import get_profile
from marktplatz.usecases.runs import find_published_run
from marktplatz.usecases.solving import pack_market
from marktplatz.usecases.timetable_changes import find_broken_rules, find_last_timetable_change
from marktplatz.usecases.timetable_views import compare_timetables, get_timetable_of_market, list_ways, load_timetable_view
from marktplatz.usecases.timetables import Order, order_timetable, store_timetable
from marktplatz.web.access import ALWAYS, OPEN, Rule
from marktplatz.web.api.timetable import is_outdated, read_outcome
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteLater
from marktplatz.web.pages.forms import Form, FormRefused, SentForm, read_whole
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.paging import ROWS, PageNumber, turn_to
from marktplatz.web.pages.route import PageRoute
from marktplatz.web.pages.run_rows import find_done_runs
from marktplatz.web.service import service_of

router = APIRouter(prefix="/organise/{market}/matching/timetables", tags=["pages"], route_class=PageRoute, include_in_schema=False)

Organiser = Annotated[Actor, Rule("timetable:read", organiser=ALWAYS)]
Writer = Annotated[Actor, Rule("timetable:write", organiser=OPEN)]
MOST_BROKEN: Final = 20
MAX_ROUNDS: Final = 60
MAX_TABLES: Final = 500
USUAL_ROUNDS: Final = 9
USUAL_TABLES: Final = 20


@router.get("", name="timetables")
def show_timetables(
    caller: Organiser,
    market: MarketId,
    request: Request,
    session: ReadSession,
    run: Annotated[str | None, Query(max_length=200)] = None,
    previous: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    profile, public = get_profile(session, market), find_published_run(session, market)
    chosen = run or (public.id if public is not None else "")
    near = session.get(TimetableRecord, (market, previous)) if previous else None
    rounds, tables = (near.rounds, near.tables) if near else (profile.rounds or USUAL_ROUNDS, profile.tables or USUAL_TABLES)
    form = Form.of(run=chosen, rounds=rounds, tables=tables, previous=previous or "")
    return _show_list(request, session, caller, market, form)


@router.post("", name="timetable_make")
async def make(caller: Writer, market: MarketId, request: Request, form: SentForm, writing: WriteLater, now: Now) -> Response:
    """The answer comes when it is done, within the limit for solving."""
    try:
        rounds, tables = _read_number(form, "rounds", MAX_ROUNDS), _read_number(form, "tables", MAX_TABLES)
        ordered = await writing.look(lambda session: _order(session, market, form))
        job = ordered.job(rounds, tables)
        found = read_outcome(await service_of(request).runs.solve(pack_market(ordered.market), job))
    except (InvalidInput, Conflict) as error:
        form.errors += [(finding.place.field, finding) for finding in error.findings]
        answer = await writing.look(lambda session: _show_list(request, session, caller, market, form))
        answer.status_code = 409 if isinstance(error, Conflict) else 422
        raise FormRefused(answer) from error
    key = await writing.write(lambda session: store_timetable(session, now, caller, market, ordered, found).id)
    return go("organise", market, "matching", "timetables", key, done="timetable_made")


@router.get("/compare", name="timetable_compare")
def show_compare(
    caller: Organiser,
    market: MarketId,
    request: Request,
    session: ReadSession,
    a: Annotated[str, Query(max_length=200)],
    b: Annotated[str, Query(max_length=200)],
) -> Response:
    del caller
    before, after = (load_timetable_view(session, get_timetable_of_market(session, market, key)) for key in (a, b))
    changes, kept = compare_timetables(before, after)
    return show(
        request,
        "timetable_compare.html",
        market=get_market(session, market),
        profile=get_profile(session, market),
        before=before.record,
        after=after.record,
        changes=changes[:ROWS],
        count=len(changes),
        kept=kept,
    )


@router.get("/{timetable_id}", name="timetable")
def show_timetable(
    caller: Organiser,
    market: MarketId,
    timetable_id: str,
    request: Request,
    session: ReadSession,
    by: Literal["rounds", "organisations"] = "rounds",
    q: Annotated[str, Query(max_length=100)] = "",
    page: PageNumber = 1,
) -> Response:
    del caller
    view = load_timetable_view(session, get_timetable_of_market(session, market, timetable_id))
    outdated, scores = is_outdated(session, request, view.record), service_of(request).scores
    tables, ways = view.tables, list_ways(view, q) if by == "organisations" else []
    shown: Sequence[Any] = ways if by == "organisations" else tables
    leaf = turn_to(shown, page)
    return show(
        request,
        "timetable.html",
        market=get_market(session, market),
        profile=get_profile(session, market),
        view=view,
        record=view.record,
        run=session.get_one(Run, (market, view.record.run_id)),
        is_outdated=outdated,
        broken=find_broken_rules(session, view.record, scores.of(session, market)) if outdated else [],
        most_broken=MOST_BROKEN,
        last=find_last_timetable_change(session, view.record),
        by=by,
        form=Form.of(q=q),
        q=q,
        count=len(shown),
        rows=leaf.rows,
        **leaf.context,
    )


def _order(session: Session, market: str, form: Form) -> Order:
    return order_timetable(session, market, form.text("run") or None, form.text("previous") or None)


def _show_list(request: Request, session: Session, caller: Actor, market: str, form: Form) -> Response:
    wanted = select(TimetableRecord).where(TimetableRecord.market_id == market)
    found = session.scalars(wanted.order_by(TimetableRecord.created_at.desc(), TimetableRecord.id.desc()).limit(ROWS)).all()
    choices = find_done_runs(session, caller, market)
    return show(
        request,
        "timetables.html",
        market=get_market(session, market),
        profile=get_profile(session, market),
        form=form,
        choices=choices,
        timetables=found,
        runs={
            run.id: run
            for run in session.scalars(select(Run).where(Run.market_id == market, Run.id.in_([t.run_id for t in found])))
        },
        authors=find_actor_names(session, market, {record.author for record in found}),
    )


def _read_number(form: Form, name: str, most: int) -> int:
    found = read_whole(form, name, 1, most)
    if found is None:
        raise InvalidInput(Finding("whole_number_wrong", Place(field=name), {"least": 1, "limit": most}))
    return found
