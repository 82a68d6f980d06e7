"""Coming or not, with how many, and what those who come need to take part well."""

from fastapi import Request, Response

from marktplatz.errors import Finding, InvalidInput, Place
from marktplatz.usecases.own_organisation import cancel_coming, put_assistance, say_coming
from marktplatz.vocabulary import Attendance, Standing
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.pages.forms import Form, SentForm
from marktplatz.web.pages.mine import (
    BEFORE_DAY_IS_OVER,
    BeforeDayIsOver,
    Chosen,
    Mine,
    Reader,
    check_seen,
    load_mine,
    make_router,
    show_mine,
)

router = make_router()


@router.get("/attendance", name="my_attendance")
def show_attendance(
    caller: Reader, market: MarketId, request: Request, session: ReadSession, organisation: Chosen = None
) -> Response:
    mine = load_mine(request, session, caller, market, organisation)
    record = mine.organisation
    form = Form.of(attending=record.attending, assistance=record.assistance, version=record.version)
    return _show(request, mine, form)


@router.post("/attendance", name="say_my_attendance")
def say_attendance(
    caller: BeforeDayIsOver, market: MarketId, request: Request, form: SentForm, session: WriteSession, now: Now
) -> Response:
    mine = load_mine(request, session, caller, market, form.text("organisation"))
    record = mine.organisation
    with form.refused_by(session, lambda: _show(request, mine, form)):
        check_seen(form, record)
        put_assistance(session, now, caller, record, form.text("assistance"))
        say_coming(session, now, caller, record, _read_people(form))
    waits = record.standing is Standing.WAITING
    return mine.go("attendance", done="organisation_waits" if waits else "coming")


@router.get("/attendance/cancel", name="ask_to_cancel")
def ask_to_cancel(
    caller: BeforeDayIsOver, market: MarketId, request: Request, session: ReadSession, organisation: Chosen = None
) -> Response:
    mine = load_mine(request, session, caller, market, organisation)
    return show_mine(request, "me_cancel.html", mine, "/attendance")


@router.post("/attendance/cancel", name="cancel_my_attendance")
def cancel(
    caller: BeforeDayIsOver, market: MarketId, request: Request, form: SentForm, session: WriteSession, now: Now
) -> Response:
    mine = load_mine(request, session, caller, market, form.text("organisation"))
    cancel_coming(session, now, caller, mine.organisation)
    return mine.go("attendance", done="cancelled")


def _read_people(form: Form) -> int | None:
    text = form.text("attending")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise InvalidInput(Finding("not_whole_number", Place(field="attending"), {"found": text[:30]}))
    return int(text)


def _show(request: Request, mine: Mine, form: Form) -> Response:
    is_over = mine.market.phase not in BEFORE_DAY_IS_OVER
    is_coming = mine.organisation.attendance is Attendance.COMING
    return show_mine(request, "me_attendance.html", mine, "/attendance", form=form, is_over=is_over, is_coming=is_coming)
