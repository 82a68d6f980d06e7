"""Incomplete entries: who has to be asked for what, by telephone or by a mail that is prepared here."""

from collections import Counter
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from marktplatz.usecases.actor import Actor
from marktplatz.usecases.incomplete import (
    NO_ENTRY,
    ask_for_details,
    count_lacks,
    find_without_entry,
    group_by_organisation,
    tell_incomplete,
)
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.radar import look_at_market
from marktplatz.web.access import ALWAYS, OPEN, Rule
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.language import find_language
from marktplatz.web.pages.forms import OR_NONE, Form, SentForm
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.route import PageRoute
from marktplatz.web.service import service_of
from marktplatz.wording.radar import SHORT, short_word

router = APIRouter(prefix="/organise/{market}/radar/incomplete", tags=["pages"], route_class=PageRoute, include_in_schema=False)

ROWS: Final = 25
"""Each may have several entries with several faults."""
MOST_ENTRIES: Final = 6
Id = Annotated[str, Query(max_length=300)]


@router.get("", name="radar_incomplete")
def show_incomplete(
    caller: Annotated[Actor, Rule("persons:read", organiser=ALWAYS)],
    market: MarketId,
    request: Request,
    session: ReadSession,
    lacks: Annotated[str | None, OR_NONE] = None,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    at: Id = "",
) -> Response:
    """`at`: the organisation that was just dealt with, for the focus."""
    del caller
    return _show(request, session, market, Form.of(), lacks if lacks in SHORT else None, page, at)


@router.post("", name="radar_ask")
def ask(
    caller: Annotated[Actor, Rule("outbox:write", organiser=OPEN)],
    market: MarketId,
    request: Request,
    form: SentForm,
    session: WriteSession,
    now: Now,
) -> Response:
    """A mail to the contact of the organisation whose button was pressed."""
    organisation = form.text("organisation")
    lacks = form.text("lacks") if form.text("lacks") in SHORT else None
    page = int(form.text("page")) if form.text("page").isdecimal() and len(form.text("page")) < 5 else 1
    with form.refused_by(session, lambda: _show(request, session, market, form, lacks, max(page, 1), organisation)):
        ask_for_details(session, now, caller, market, organisation)
    way = {"lacks": lacks or "", "page": str(max(page, 1)), "at": organisation}
    return go("organise", market, "radar", "incomplete", done="details_asked", **way)


def _show(request: Request, session: Session, market: str, form: Form, lacks: str | None, page: int, at: str) -> Response:
    radar = look_at_market(session, market, service_of(request).radars)
    without = find_without_entry(session, market)
    groups = dict.fromkeys(without if lacks in (None, NO_ENTRY) else (), ()) | dict(group_by_organisation(radar.doubtful, lacks))
    shown = dict(list(groups.items())[(page - 1) * ROWS : page * ROWS])
    counts, language = count_lacks(radar.doubtful) | Counter({NO_ENTRY: len(without)}), find_language(request)
    return show(
        request,
        "radar_incomplete.html",
        market=get_market(session, market),
        form=form,
        lacks=lacks,
        counts=[(code, short_word(code, language), counts[code]) for code in SHORT if counts[code]],
        all_count=len(radar.doubtful),
        no_entry=NO_ENTRY,
        words={code: short_word(code, language) for code in SHORT},
        rows=tell_incomplete(session, market, shown),
        most_entries=MOST_ENTRIES,
        count=len(groups),
        page=page,
        has_more=len(groups) > page * ROWS,
        at=at,
    )
