"""Publishing a plan with one calm click: exactly what will be seen, by how many, who gets a mail; and taking it back."""

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from marktplatz.db.models import Run
from marktplatz.errors import Conflict, Finding
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.own_plan import find_proposals_of
from marktplatz.usecases.profiles import get_profile
from marktplatz.usecases.publishing import Wishes, check_unchanged, find_audience, publish_plan
from marktplatz.usecases.runs import find_published_run, get_run, withdraw_run
from marktplatz.usecases.timetables import find_timetable_of
from marktplatz.vocabulary import RunStatus
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.pages.forms import Form, SentForm, read_count
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.mine import Chosen
from marktplatz.web.pages.route import PageRoute
from marktplatz.web.pages.run_rows import Organiser, Writer, tell_runs

router = APIRouter(
    prefix="/organise/{market}/matching/runs/{run_id}", tags=["pages"], route_class=PageRoute, include_in_schema=False
)


@router.get("/publish", name="plan_publish")
def show_publish(
    caller: Organiser, market: MarketId, run_id: str, request: Request, session: ReadSession, organisation: Chosen = None
) -> Response:
    run = get_run(session, caller, market, run_id)
    return _show(request, session, caller, run, Form.of(version=run.version, timetable=True), organisation)


@router.post("/publish", name="plan_publish_now")
def publish(
    caller: Writer, market: MarketId, run_id: str, request: Request, form: SentForm, session: WriteSession, now: Now
) -> Response:
    run = get_run(session, caller, market, run_id)
    was_public = run.published_at is not None
    with form.refused_by(session, lambda: _show(request, session, caller, run, form)):
        check_unchanged(session, run, form.text("version"))
        mails = read_count(form.text("expected")) if form.is_ticked("mails") else None
        wishes = Wishes(mails, form.is_ticked("timetable"))
        publish_plan(session, now, caller, run, wishes, get_market(session, market), get_profile(session, market))
    done = "proposals_mailed" if was_public else "run_published" if mails is None else "run_published_mails"
    return go("organise", market, "matching", "runs", run_id, "publish", done=done)


@router.post("/withdraw", name="plan_withdraw")
def withdraw(
    caller: Writer, market: MarketId, run_id: str, request: Request, form: SentForm, session: WriteSession, now: Now
) -> Response:
    run = get_run(session, caller, market, run_id)
    with form.refused_by(session, lambda: _show(request, session, caller, run, form)):
        check_unchanged(session, run, form.text("version"))
        withdraw_run(session, now, caller, run)
    return go("organise", market, "matching", "runs", run_id, "publish", done="run_withdrawn")


def _show(request: Request, session: Session, caller: Actor, run: Run, form: Form, organisation: str | None = None) -> Response:
    if run.status is not RunStatus.DONE:
        raise Conflict(Finding("run_not_publishable", params={"id": run.id}))
    session.refresh(run)
    form.put("version", run.version)
    audience = find_audience(session, run)
    shown = next((each for each in audience.organisations if each.id == organisation), next(iter(audience.organisations), None))
    public = find_published_run(session, run.market_id)
    return show(
        request,
        "plan_publish.html",
        market=get_market(session, run.market_id),
        profile=get_profile(session, run.market_id),
        row=tell_runs(request, session, run.market_id, [run])[0],
        form=form,
        audience=audience,
        shown=shown,
        proposals=find_proposals_of(session, caller, run, shown.id) if shown is not None else [],
        replaced=public if public is not None and public.id != run.id else None,
        timetable=find_timetable_of(session, run),
        is_organiser=True,
    )
