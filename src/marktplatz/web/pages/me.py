"""A participant's own page: how they stand, what is next, their entries; their organisation and leaving it."""

from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request, Response
from sqlalchemy import Select, String, bindparam, func, select
from sqlalchemy.orm import Session

from marktplatz.db.models import Agreement, PairingRecord, Run, TimetableRecord, WishRecord
from marktplatz.usecases.agreements import has_party
from marktplatz.usecases.own_entries import find_own_entries
from marktplatz.usecases.own_hall import find_own_hall
from marktplatz.usecases.own_organisation import (
    OwnWords,
    change_own_words,
    restore_organisation,
    withdraw_organisation,
    words_of,
)
from marktplatz.vocabulary import Attendance, EntrySide, Standing
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.language import find_language
from marktplatz.web.pages.forms import Form, SentForm, read_value
from marktplatz.web.pages.join_read import read_website
from marktplatz.web.pages.mine import Chosen, Mine, Reader, Writer, check_seen, load_mine, make_router, show_mine
from marktplatz.web.service import service_of

router = make_router()


@dataclass(frozen=True)
class Next:
    """One thing to do, or done: a code that the template has words for, and where."""

    code: str
    path: str
    is_done: bool


def _make_counts() -> Select[Any]:
    own, market_id = bindparam("own", type_=String()), bindparam("market", type_=String())
    published = select(Run.id).where(Run.market_id == market_id, Run.published_at.is_not(None)).scalar_subquery()
    parts: dict[str, Any] = {
        "wishes": select(func.count()).where(WishRecord.market_id == market_id, WishRecord.organisation_id == own),
        "published": select(func.count()).where(Run.market_id == market_id, Run.published_at.is_not(None)),
        "proposals": select(func.count())
        .where(PairingRecord.market_id == market_id, PairingRecord.run_id == published)
        .where((PairingRecord.giver_id == own) | (PairingRecord.taker_id == own)),
        "timetable": select(func.count()).where(TimetableRecord.market_id == market_id, TimetableRecord.published_at.is_not(None)),
        "agreements": select(func.count()).where(Agreement.market_id == market_id, has_party([own])),
    }
    return select(*(wanted.scalar_subquery().label(name) for name, wanted in parts.items()))


_COUNTS: Final = _make_counts()


@router.get("", name="me")
def show_overview(
    caller: Reader, market: MarketId, request: Request, session: ReadSession, organisation: Chosen = None
) -> Response:
    mine = load_mine(request, session, caller, market, organisation)
    if mine.chosen is None:
        return show_mine(request, "me.html", mine, entries=[], nexts=[], counts={}, own_hall=None)
    entries = find_own_entries(session, market, mine.organisation.id)
    counts = _count(session, mine)
    scores, language = service_of(request).scores, find_language(request)
    own_hall = find_own_hall(session, market, mine.organisation.id, mine.clock, scores, language)
    nexts = _find_nexts(mine, entries, counts)
    return show_mine(request, "me.html", mine, entries=entries, nexts=nexts, counts=counts, own_hall=own_hall)


@router.get("/organisation", name="my_organisation")
def show_organisation(
    caller: Reader, market: MarketId, request: Request, session: ReadSession, organisation: Chosen = None
) -> Response:
    mine = load_mine(request, session, caller, market, organisation)
    form = Form.showing(words_of(mine.organisation))
    form.put("version", mine.organisation.version)
    return _show_organisation(request, mine, form)


@router.post("/organisation", name="change_my_organisation")
def change_organisation(
    caller: Writer, market: MarketId, request: Request, form: SentForm, session: WriteSession, now: Now
) -> Response:
    mine = load_mine(request, session, caller, market, form.text("organisation"))
    with form.refused_by(session, lambda: _show_organisation(request, mine, form)):
        check_seen(form, mine.organisation)
        typed = {name: form.text(name) or None for name in OwnWords.model_fields}
        sent = read_value(OwnWords, typed | {"website": read_website(form.text("website"))})
        change_own_words(session, now, caller, mine.organisation, sent)
    return mine.go(done="organisation_saved")


@router.get("/withdraw", name="ask_to_withdraw")
def ask_to_withdraw(
    caller: Reader, market: MarketId, request: Request, session: ReadSession, organisation: Chosen = None
) -> Response:
    return show_mine(request, "me_withdraw.html", load_mine(request, session, caller, market, organisation))


@router.post("/withdraw", name="withdraw_myself")
def withdraw(caller: Writer, market: MarketId, request: Request, form: SentForm, session: WriteSession, now: Now) -> Response:
    mine = load_mine(request, session, caller, market, form.text("organisation"))
    withdraw_organisation(session, now, caller, mine.organisation)
    return mine.go(done="organisation_withdrawn")


@router.post("/rejoin", name="rejoin")
def rejoin(caller: Writer, market: MarketId, request: Request, form: SentForm, session: WriteSession, now: Now) -> Response:
    mine = load_mine(request, session, caller, market, form.text("organisation"))
    restore_organisation(session, now, caller, mine.organisation)
    waits = mine.organisation.standing is Standing.WAITING
    return mine.go(done="organisation_waits" if waits else "organisation_restored")


def _show_organisation(request: Request, mine: Mine, form: Form) -> Response:
    return show_mine(request, "me_organisation.html", mine, form=form, present=words_of(mine.organisation))


def _count(session: Session, mine: Mine) -> dict[str, int]:
    """What there is to see on the other parts, in one query."""
    row = session.execute(_COUNTS, {"market": mine.market.id, "own": mine.organisation.id}).one()
    return dict(row._mapping)


def _find_nexts(mine: Mine, entries: list[Any], counts: dict[str, int]) -> list[Next]:
    """In the order in which somebody would do them."""
    record = mine.organisation
    if record.standing is Standing.WITHDRAWN or record.attendance is Attendance.CANCELLED:
        return []
    kept = [entry for entry in entries if entry.standing is not Standing.WITHDRAWN]
    nexts = []
    if mine.may_change:
        if record.standing is Standing.RETURNED:
            nexts.append(Next("mend_organisation", "/organisation", is_done=False))
        if any(entry.standing is Standing.RETURNED for entry in kept):
            nexts.append(Next("mend_entries", "#entries", is_done=False))
        sides = {entry.side for entry in kept}
        nexts.append(Next("add_need", "/new-entry?side=need", is_done=EntrySide.NEED in sides))
        nexts.append(Next("add_offer", "/new-entry?side=offer", is_done=EntrySide.OFFER in sides))
        nexts.append(Next("say_wishes", "/wishes", is_done=counts["wishes"] > 0))
    nexts.append(Next("say_coming", "/attendance", is_done=record.attendance is Attendance.COMING))
    if counts["published"]:
        nexts.append(Next("see_proposals", "/proposals", is_done=False))
    if counts["timetable"]:
        nexts.append(Next("see_timetable", "/timetable", is_done=False))
    return nexts
