"""The list of calls: whom no mail reached; each is called, marked, and written to again if that helps."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from marktplatz.errors import Finding, NotFound
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.calls import Call, find_calls, note_call, write_after_call
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.profiles import get_profile
from marktplatz.vocabulary import CallResult
from marktplatz.web.access import ALWAYS, OPEN, Rule
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.language import find_language
from marktplatz.web.pages.forms import Form, SentForm
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.route import PageRoute
from marktplatz.wording.advice import unreached_words
from marktplatz.wording.radar import call_result

router = APIRouter(prefix="/organise/{market}/radar/calls", tags=["pages"], route_class=PageRoute, include_in_schema=False)

ROWS: Final = 50
Shown = Literal["open", "done"]
PersonId = Annotated[str, Query(max_length=300)]


@router.get("", name="radar_calls")
def show_calls(
    caller: Annotated[Actor, Rule("persons:read", organiser=ALWAYS)],
    market: MarketId,
    request: Request,
    session: ReadSession,
    shown: Annotated[Shown, Query(alias="show")] = "open",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    at: PersonId = "",
) -> Response:
    """`at`: the person who is next, for the focus."""
    return _show(request, session, caller, market, Form.of(), shown, page, at)


@router.post("", name="radar_call")
def note(
    caller: Annotated[Actor, Rule("persons:write", organiser=OPEN)],
    market: MarketId,
    request: Request,
    form: SentForm,
    session: WriteSession,
    now: Now,
) -> Response:
    """By the button that was pressed: what came of the call, or a mail for afterwards."""
    deed, _, person_id = form.text("deed").partition(":")
    shown: Shown = "done" if form.text("show") == "done" else "open"
    calls = [call for call in find_calls(session, caller, market) if call.is_done == (shown == "done")]
    with form.refused_by(session, lambda: _show(request, session, caller, market, form, shown, 1, person_id)):
        if deed in set(CallResult):
            note_call(session, now, caller, market, person_id, CallResult(deed))
        elif deed == "write":
            write_after_call(session, now, caller, market, person_id)
        else:
            raise NotFound(Finding("no_such_address"))
    done = {"write": "call_mail_written", "again": "call_again"}.get(deed, "call_reached")
    following = person_id if deed == "write" else _find_next(calls, person_id)
    page = next((at // ROWS + 1 for at, call in enumerate(calls) if call.person_id == person_id), 1)
    way = {"show": shown, "page": str(page), "at": following}
    return go("organise", market, "radar", "calls", done=done, **way)


def _find_next(calls: Sequence[Call], person_id: str) -> str:
    """Whoever comes after them on the list, else before."""
    ids = [call.person_id for call in calls]
    at = ids.index(person_id) if person_id in ids else -1
    rest = [*ids[at + 1 :], *reversed(ids[: max(at, 0)])]
    return rest[0] if rest else ""


def _show(request: Request, session: Session, caller: Actor, market: str, form: Form, shown: Shown, page: int, at: str) -> Response:
    calls, language = find_calls(session, caller, market), find_language(request)
    found = [call for call in calls if call.is_done == (shown == "done")]
    page = max(1, min(page, -(-len(found) // ROWS)))
    rows = found[(page - 1) * ROWS : page * ROWS]
    return show(
        request,
        "radar_calls.html",
        market=get_market(session, market),
        profile=get_profile(session, market),
        form=form,
        shown=shown,
        counts={"open": sum(not call.is_done for call in calls), "done": sum(call.is_done for call in calls)},
        rows=[
            (call, unreached_words(call.reason, language), call_result(call.result, language) if call.result else "")
            for call in rows
        ],
        page=page,
        has_more=len(found) > page * ROWS,
        at=at if any(call.person_id == at for call in rows) else "",
    )
