"""Two plans side by side: what changed, for whom, and the sums; and the way back to either of them."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from marktplatz.errors import Conflict, Finding
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.profiles import get_profile
from marktplatz.usecases.runs import compare_runs, get_run
from marktplatz.vocabulary import RunStatus
from marktplatz.web.deps import MarketId, ReadSession
from marktplatz.web.pages.forms import Form
from marktplatz.web.pages.frame import show
from marktplatz.web.pages.route import PageRoute
from marktplatz.web.pages.run_rows import Organiser, find_done_runs, tell_runs

router = APIRouter(prefix="/organise/{market}/matching", tags=["pages"], route_class=PageRoute, include_in_schema=False)

MOST: Final = 50
"""Rows of each list; more are counted."""
RunId = Annotated[str, Query(max_length=200)]


@router.get("/compare", name="plan_compare")
def show_compare(
    caller: Organiser, market: MarketId, request: Request, session: ReadSession, a: RunId = "", b: RunId = ""
) -> Response:
    """From `a`, the earlier one, to `b`; without them the newest two."""
    choices = find_done_runs(session, caller, market)
    newest = [run.id for run in choices[:2]]
    if len(newest) < 2 and not (a and b):
        raise Conflict(Finding("nothing_to_compare"))
    before, after = (get_run(session, caller, market, key) for key in (a or newest[1], b or newest[0]))
    for run in (before, after):
        if run.status is not RunStatus.DONE:
            raise Conflict(Finding("run_has_no_plan", params={"id": run.id}))
    found = compare_runs(session, before, after)
    rows = tell_runs(request, session, market, [before, after])
    return show(
        request,
        "plan_compare.html",
        market=get_market(session, market),
        profile=get_profile(session, market),
        form=Form.of(a=before.id, b=after.id),
        choices=choices,
        before=rows[0],
        after=rows[1],
        found=found,
        most=MOST,
    )
