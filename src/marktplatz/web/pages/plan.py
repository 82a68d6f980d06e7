"""A run's plan for people: how good it is, every proposal with its reasons, who stays alone and why, a picture."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from marktplatz.db.models import Run
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.own_plan import UNTOLD
from marktplatz.usecases.plan_shares import count_shares
from marktplatz.usecases.plan_views import PlanView, group_pairings, list_alone, load_plan_view
from marktplatz.usecases.profiles import get_profile
from marktplatz.usecases.runs import get_run
from marktplatz.vocabulary import OrganisationKind, Role
from marktplatz.web.deps import MarketId, ReadSession
from marktplatz.web.language import find_language
from marktplatz.web.pages.forms import OR_NONE, Form
from marktplatz.web.pages.frame import show
from marktplatz.web.pages.paging import PageNumber, turn_to
from marktplatz.web.pages.plan_picture import draw_plan
from marktplatz.web.pages.radar import find_labels
from marktplatz.web.pages.route import PageRoute
from marktplatz.web.pages.run_rows import Reader, tell_runs
from marktplatz.wording import translate
from marktplatz.wording.radar import category_label

router = APIRouter(
    prefix="/organise/{market}/matching/runs/{run_id}", tags=["pages"], route_class=PageRoute, include_in_schema=False
)

GROUPS: Final = 20
"""Organisations a page: each with all its pairs and their reasons."""


@router.get("", name="plan")
def show_plan(caller: Reader, market: MarketId, run_id: str, request: Request, session: ReadSession) -> Response:
    run = get_run(session, caller, market, run_id)
    if not run.plan:
        return _show_progress(request, session, run, "run.html")
    view = load_plan_view(session, run)
    shares = count_shares(view.market, view.links)
    labels, language = find_labels(session, market), find_language(request)
    return _show(
        request,
        session,
        caller,
        view,
        "plan.html",
        "",
        shares=shares,
        districts=[(f"{each.key}…" if each.key else translate("ohne Postleitzahl", language), each) for each in shares.districts],
        categories=[
            (category_label(each.key, labels, language) if each.key else translate("ohne Bereich", language), each)
            for each in shares.categories
        ],
    )


@router.get("/progress", name="run_progress")
def show_progress(caller: Reader, market: MarketId, run_id: str, request: Request, session: ReadSession) -> Response:
    """How far the run is, for whoever looks every second."""
    return _show_progress(request, session, get_run(session, caller, market, run_id), "run_progress.html")


@router.get("/pairings", name="plan_pairings")
def show_pairings(
    caller: Reader,
    market: MarketId,
    run_id: str,
    request: Request,
    session: ReadSession,
    q: Annotated[str, Query(max_length=100)] = "",
    kind: Annotated[OrganisationKind | None, OR_NONE] = None,
    page: PageNumber = 1,
) -> Response:
    """By organisation, so that one sees what each of them will read."""
    view = load_plan_view(session, get_run(session, caller, market, run_id))
    groups = group_pairings(view, q, kind)
    return _show(
        request,
        session,
        caller,
        view,
        "plan_pairings.html",
        "/pairings",
        form=Form.of(q=q, kind=kind or ""),
        untold=UNTOLD,
        asked={"q": q, "kind": kind.value if kind else ""},
        groups=groups[(page - 1) * GROUPS : page * GROUPS],
        count=len(groups),
        pages=-(-len(groups) // GROUPS),
        page=page,
    )


@router.get("/alone", name="plan_alone")
def show_alone(
    caller: Reader, market: MarketId, run_id: str, request: Request, session: ReadSession, page: PageNumber = 1
) -> Response:
    """Who has nobody. Why is for the organiser: the reasons tell of refusals."""
    view = load_plan_view(session, get_run(session, caller, market, run_id))
    rows = list_alone(view)
    leaf = turn_to(rows, page)
    return _show(
        request,
        session,
        caller,
        view,
        "plan_alone.html",
        "/alone",
        alone=leaf.rows,
        count=len(rows),
        **leaf.context,
    )


@router.get("/picture", name="plan_picture")
def show_picture(
    caller: Reader, market: MarketId, run_id: str, request: Request, session: ReadSession, page: PageNumber = 1
) -> Response:
    view = load_plan_view(session, get_run(session, caller, market, run_id))
    picture = draw_plan(view)
    leaf = turn_to(sorted(picture.nodes, key=lambda node: (node.name.casefold(), node.id)), page)
    return _show(
        request,
        session,
        caller,
        view,
        "plan_picture.html",
        "/picture",
        picture=picture,
        nodes=leaf.rows,
        pairings_of=view.by_organisation,
        **leaf.context,
    )


def _show_progress(request: Request, session: Session, run: Run, template: str) -> Response:
    market = run.market_id
    row = tell_runs(request, session, market, [run])[0]
    return show(request, template, market=get_market(session, market), profile=get_profile(session, market), row=row)


def _show(request: Request, session: Session, caller: Actor, view: PlanView, template: str, part: str, **context: Any) -> Response:
    """A part of the plan; `part` is its place among the tabs."""
    market = view.run.market_id
    return show(
        request,
        template,
        market=get_market(session, market),
        profile=get_profile(session, market),
        row=tell_runs(request, session, market, [view.run])[0],
        view=view,
        part=part,
        is_organiser=caller.has(Role.ORGANISER),
        **context,
    )
