"""Coming in by oneself: a participant says on the own phone that they are there, with how many, and that they leave."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from marktplatz.errors import Finding, InvalidInput, Place
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.door import Guest, get_guest, note_at_door
from marktplatz.vocabulary import CheckInStatus, Phase
from marktplatz.web.access import ON_DAY, SHOWN, Rule
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.pages.door import read_number
from marktplatz.web.pages.forms import Form, SentForm
from marktplatz.web.pages.frame import go
from marktplatz.web.pages.mine import Chosen, Mine, load_mine, show_mine
from marktplatz.web.pages.route import HallPageRoute

router = APIRouter(prefix="/m/{market}/here", tags=["pages"], route_class=HallPageRoute, include_in_schema=False)

OWN_WORDS = (CheckInStatus.PRESENT, CheckInStatus.LEFT)


@router.get("", name="here")
def show_here(
    caller: Annotated[Actor, Rule("pages:read", participant=SHOWN)],
    market: MarketId,
    request: Request,
    session: ReadSession,
    organisation: Chosen = None,
) -> Response:
    mine = load_mine(request, session, caller, market, organisation)
    if mine.chosen is None:
        return show_mine(request, "here.html", mine, guest=None, is_day=False)
    guest = get_guest(session, caller, market, mine.chosen.id)
    return _show(request, mine, guest, Form.of(people=guest.people or guest.announced or mine.chosen.representatives))


@router.post("", name="say_here")
def say_here(
    caller: Annotated[Actor, Rule("pages:write", participant=ON_DAY)],
    market: MarketId,
    request: Request,
    form: SentForm,
    session: WriteSession,
    now: Now,
) -> Response:
    """What one says of oneself is the last word: another count replaces the one before."""
    mine = load_mine(request, session, caller, market, form.text("organisation"))
    guest = get_guest(session, caller, market, mine.organisation.id)
    with form.refused_by(session, lambda: _show(request, mine, guest, form)):
        if form.text("deed") not in OWN_WORDS:
            raise InvalidInput(Finding("missing", Place(field="deed")))
        status = CheckInStatus(form.text("deed"))
        note_at_door(session, now, caller, market, guest.id, status, read_number(form, "people"), guest.version)
    query = {"organisation": guest.id} if len(mine.organisations) > 1 else {}
    done = "here_noted" if status is CheckInStatus.PRESENT else "left_noted"
    return go("m", market, "here", done=done, **query)


def _show(request: Request, mine: Mine, guest: Guest, form: Form) -> Response:
    return show_mine(request, "here.html", mine, "/here", guest=guest, is_day=mine.market.phase is Phase.DAY, form=form)
