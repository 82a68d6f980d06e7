"""A timetable changed by hand, without dragging: two organisations are chosen, then where they talk, with whom they swap."""

import json
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from marktplatz.db.models import TimetableRecord
from marktplatz.errors import Conflict, Finding, InvalidInput, NotFound, Place
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.profiles import get_profile
from marktplatz.usecases.publishing import check_unchanged
from marktplatz.usecases.timetable_bench import look_at_couple
from marktplatz.usecases.timetable_changes import (
    Couple,
    Talk,
    TimetableChange,
    adjust_timetable,
    couple,
    get_last_timetable_change,
    load_talks,
    move,
    swap,
)
from marktplatz.usecases.timetable_views import get_timetable_of_market, load_timetable_view
from marktplatz.vocabulary import Phase
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteLater
from marktplatz.web.pages.forms import Form, FormRefused, SentForm
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.route import PageRoute
from marktplatz.web.pages.timetables import Organiser, Writer
from marktplatz.web.service import service_of

router = APIRouter(
    prefix="/organise/{market}/matching/timetables/{timetable_id}",
    tags=["pages"],
    route_class=PageRoute,
    include_in_schema=False,
)

MOST_SWAPS: Final = 150
Id = Annotated[str, Query(max_length=200)]


@router.get("/change", name="timetable_change")
def show_change(
    caller: Organiser,
    market: MarketId,
    timetable_id: str,
    request: Request,
    session: ReadSession,
    first: Id = "",
    second: Id = "",
) -> Response:
    """Of two organisations that talk the conversation is changed; of two that do not, one is added."""
    del caller
    return _show(request, session, market, timetable_id, Form.of(first=first, second=second))


@router.post("/change", name="timetable_change_now")
async def change(
    caller: Writer, market: MarketId, timetable_id: str, request: Request, form: SentForm, writing: WriteLater, now: Now
) -> Response:
    """One deed, about the timetable as it was shown; the market is scored before it is locked."""
    scores = service_of(request).scores

    def apply(session: Session) -> None:
        record = get_timetable_of_market(session, market, timetable_id)
        check_unchanged(session, record, form.text("version"))
        adjust_timetable(session, now, caller, record, _read(session, record, form), scores.of(session, market))

    await writing.look(lambda session: scores.of(session, market))
    try:
        await writing.write(apply)
    except (Conflict, InvalidInput) as error:
        form.errors += [(finding.place.field, finding) for finding in error.findings]
        answer = await run_in_threadpool(_show_again, request, market, timetable_id, form)
        answer.status_code = 409 if isinstance(error, Conflict) else 422
        raise FormRefused(answer) from error
    return go("organise", market, "matching", "timetables", timetable_id, done=f"talk_{form.text('deed')}")


def _read(session: Session, record: TimetableRecord, form: Form) -> TimetableChange:
    who = couple(form.text("first"), form.text("second"))
    match form.text("deed"):
        case "undo":
            return get_last_timetable_change(session, record).inverse
        case "remove":
            return TimetableChange(remove=(who,))
        case "move":
            return move(session, record, who, *_read_place(form))
        case "add":
            return TimetableChange(add=(Talk(*_read_place(form), who),))
        case "swap":
            return swap(session, record, who, _read_couple(form.text("other")))
    raise NotFound(Finding("unknown_deed"))


def _read_place(form: Form) -> tuple[int, int]:
    """Numbers that are too large are refused by the rules, as places that are not there."""
    wrong = [name for name in ("round", "table") if not (form.text(name).isascii() and form.text(name).isdecimal())]
    wrong += [name for name in ("round", "table") if len(form.text(name)) > 6]
    if wrong:
        raise InvalidInput(*(Finding("talk_needs_place", Place(field=name)) for name in dict.fromkeys(wrong)))
    return int(form.text("round")), int(form.text("table"))


def _read_couple(text: str) -> Couple:
    """Two ids, as the page wrote them down."""
    try:
        one, other = json.loads(text)
    except (ValueError, TypeError):
        raise InvalidInput(Finding("talk_needs_other", Place(field="other"))) from None
    return couple(str(one), str(other))


def _show_again(request: Request, market: str, timetable_id: str, form: Form) -> Response:
    with service_of(request).database.read() as session:
        return _show(request, session, market, timetable_id, form)


def _show(request: Request, session: Session, market_id: str, timetable_id: str, form: Form) -> Response:
    record, market = get_timetable_of_market(session, market_id, timetable_id), get_market(session, market_id)
    view, gathered = load_timetable_view(session, record), service_of(request).scores.of(session, market_id)
    known = gathered.scene.market.organisation_by_id
    first, second = form.text("first"), form.text("second")
    talking = {each for talk in view.talks for each in (talk.first_id, talk.second_id)}
    unknown = [each for each in (first, second) if each and each not in known and each not in talking]
    if unknown:
        raise NotFound(*(Finding("unknown_organisation", params={"id": each}) for each in unknown))
    bench = None
    if first:
        chosen = second if second and second != first else None
        bench = look_at_couple(record, load_talks(session, record), gathered, view.names, first, chosen)
    everybody = sorted({*known, *talking}, key=lambda each: (view.name(each).casefold(), each))
    if bench is not None and "round" not in form and bench.place is not None:
        form.put("round", bench.place[0])
        form.put("table", bench.place[1])
    return show(
        request,
        "timetable_change.html",
        market=market,
        profile=get_profile(session, market_id),
        record=record,
        view=view,
        form=form,
        bench=bench,
        everybody=everybody,
        swaps=list(bench.swaps)[:MOST_SWAPS] if bench is not None else [],
        dumps=lambda pair: json.dumps(list(pair), ensure_ascii=False),
        may_write=market.phase is not Phase.CLOSED,
    )
