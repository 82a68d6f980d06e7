"""At the door: those whom nobody expected, and those who did not come."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from marktplatz.errors import Finding, InvalidInput, Place
from marktplatz.market import Name, Value
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.door import count_guests, find_guests, find_namesakes, note_no_shows, walk_in
from marktplatz.usecases.markets import get_market
from marktplatz.vocabulary import OrganisationKind, Phase
from marktplatz.web.access import ON_DAY, Rule
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.pages.door import MOST_ROWS, Writer
from marktplatz.web.pages.forms import Form, SentForm, read_count, read_value
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.route import PageRoute

router = APIRouter(prefix="/organise/{market}", tags=["pages"], route_class=PageRoute, include_in_schema=False)


class NewName(Value):
    name: Name


@router.get("/walk-in", name="show_walk_in")
def show_walk_in(
    caller: Writer, market: MarketId, request: Request, session: ReadSession, name: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    del caller
    return _show(request, session, market, Form.of(name=name))


@router.post("/walk-in", name="walk_in")
def add_walk_in(caller: Writer, market: MarketId, request: Request, form: SentForm, session: WriteSession, now: Now) -> Response:
    """Two fields; a name that is nearly there already is asked about once."""
    with form.refused_by(session, lambda: _show(request, session, market, form)):
        name, kind = read_value(NewName, {"name": form.text("name")}).name, _read_kind(form)
        if not form.is_ticked("sure"):
            namesakes = find_namesakes(find_guests(session, market), name)
            if namesakes:
                return _show(request, session, market, form, namesakes[:5])
        record = walk_in(session, now, caller, market, name, kind, None, form.seed)
    return go("organise", market, "door", record.id, done="walked_in")


@router.get("/no-shows", name="show_no_shows")
def show_no_shows(
    caller: Annotated[Actor, Rule("checkins:write", organiser=ON_DAY)], market: MarketId, request: Request, session: ReadSession
) -> Response:
    del caller
    return _show_no_shows(request, session, market, Form.of())


@router.post("/no-shows", name="note_no_shows")
def note_all_no_shows(
    caller: Annotated[Actor, Rule("checkins:write", organiser=ON_DAY)],
    market: MarketId,
    request: Request,
    form: SentForm,
    session: WriteSession,
    now: Now,
) -> Response:
    """All at once, as many as were seen."""
    with form.refused_by(session, lambda: _show_no_shows(request, session, market, form)):
        note_no_shows(session, now, caller, market, read_count(form.text("count")))
    return go("organise", market, "door", done="no_shows_noted")


def _read_kind(form: Form) -> OrganisationKind:
    if form.text("kind") not in list(OrganisationKind):
        raise InvalidInput(Finding("missing", Place(field="kind")))
    return OrganisationKind(form.text("kind"))


def _show(request: Request, session: Session, market: str, form: Form, namesakes: object = ()) -> Response:
    record = get_market(session, market)
    return show(
        request,
        "walk_in.html",
        market=record,
        form=form,
        namesakes=namesakes,
        kinds=list(OrganisationKind),
        is_day=record.phase is Phase.DAY,
    )


def _show_no_shows(request: Request, session: Session, market: str, form: Form) -> Response:
    guests = find_guests(session, market)
    missing = [guest for guest in guests if guest.is_missing]
    return show(
        request,
        "no_shows.html",
        market=get_market(session, market),
        counts=count_guests(guests),
        missing=missing[:MOST_ROWS],
        more=max(0, len(missing) - MOST_ROWS),
        form=form,
    )
