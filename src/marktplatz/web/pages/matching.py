"""Where the organiser matches: what a run would be made of, starting one, following it, the list of them."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, BackgroundTasks, Query, Request, Response
from sqlalchemy.orm import Session

from marktplatz.usecases.actor import Actor
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.preflight import look_before_run
from marktplatz.usecases.profiles import get_profile
from marktplatz.usecases.runs import Wanted, cancel_run, find_published_run, get_run, request_run
from marktplatz.vocabulary import EntrySide, Role
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.language import find_language
from marktplatz.web.pages.forms import Form, SentForm, read_whole
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.paging import PageNumber, read_leaf
from marktplatz.web.pages.radar import find_names
from marktplatz.web.pages.route import PageRoute
from marktplatz.web.pages.run_rows import Reader, Writer, find_done_runs, select_runs, tell_runs
from marktplatz.web.service import service_of

router = APIRouter(prefix="/organise/{market}/matching", tags=["pages"], route_class=PageRoute, include_in_schema=False)

ROWS: Final = 25
MOST_IMPOSSIBLE: Final = 30
MAX_BONUS: Final = 1000


@router.get("", name="matching")
def show_matching(
    caller: Reader,
    market: MarketId,
    request: Request,
    session: ReadSession,
    page: PageNumber = 1,
    previous: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    return _show(request, session, caller, market, _begin_form(session, caller, market, previous), page)


@router.get("/progress", name="matching_progress")
def show_progress(caller: Reader, market: MarketId, request: Request, session: ReadSession, page: PageNumber = 1) -> Response:
    """The list of runs alone, for whoever looks every second."""
    return show(request, "matching_progress.html", **_list(request, session, caller, market, page))


@router.post("", name="matching_start")
def start(
    caller: Writer,
    market: MarketId,
    request: Request,
    background: BackgroundTasks,
    form: SentForm,
    session: WriteSession,
    now: Now,
) -> Response:
    with form.refused_by(session, lambda: _show(request, session, caller, market, form, 1)):
        request_run(session, now, caller, market, _read_wanted(request, form))
    background.add_task(service_of(request).runs.wake)
    answer = go("organise", market, "matching", done="run_started", fragment="runs")
    answer.background = background
    return answer


@router.post("/runs/{run_id}/cancel", name="matching_cancel")
def cancel(
    caller: Writer,
    market: MarketId,
    run_id: str,
    request: Request,
    background: BackgroundTasks,
    form: SentForm,
    session: WriteSession,
    now: Now,
) -> Response:
    run = get_run(session, caller, market, run_id)
    with form.refused_by(session, lambda: _show(request, session, caller, market, form, 1)):
        cancel_run(session, now, caller, run)
    background.add_task(service_of(request).runs.end, (market, run_id))
    answer = go("organise", market, "matching", done="run_cancelled")
    answer.background = background
    return answer


def _show(request: Request, session: Session, caller: Actor, market: str, form: Form, page: int) -> Response:
    preflight = look_before_run(session, market, service_of(request).preflights)
    shown = {side: preflight.prospect.impossible_of(side)[:MOST_IMPOSSIBLE] for side in EntrySide}
    owners = sorted({each.organisation for rows in shown.values() for each in rows})
    return show(
        request,
        "matching.html",
        form=form,
        preflight=preflight,
        prospect=preflight.prospect,
        impossible=shown,
        names=find_names(session, market, owners),
        limit=int(service_of(request).settings.solve_time_limit_s),
        EntrySide=EntrySide,
        **_list(request, session, caller, market, page),
    )


def _list(request: Request, session: Session, caller: Actor, market: str, page: int) -> dict[str, Any]:
    leaf = read_leaf(session, select_runs(caller, market), page, ROWS)
    rows = tell_runs(request, session, market, leaf.rows)
    return {
        "market": get_market(session, market),
        "profile": get_profile(session, market),
        "rows": rows,
        "choices": find_done_runs(session, caller, market),
        "state": " ".join(f"{row.run.id}:{row.run.status}:{row.run.progress}" for row in rows),
        "is_under_way": any(row.is_under_way for row in rows),
        "is_organiser": caller.has(Role.ORGANISER),
        **leaf.context,
    }


def _begin_form(session: Session, caller: Actor, market: str, previous: str | None) -> Form:
    """Close to what is published, since people have read it, else to the newest plan, where nobody asked otherwise."""
    published = find_published_run(session, market)
    done = [published] if published is not None else find_done_runs(session, caller, market)
    return Form.of(previous=previous or next((run.id for run in done), ""), stay_bonus="0")


def _read_wanted(request: Request, form: Form) -> Wanted:
    limit = int(service_of(request).settings.solve_time_limit_s)
    seconds = read_whole(form, "time_limit_s", 1, limit)
    bonus = read_whole(form, "stay_bonus", 0, MAX_BONUS)
    return Wanted(find_language(request), form.text("previous") or None, bonus or 0, None if seconds is None else float(seconds))
