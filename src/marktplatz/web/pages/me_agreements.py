"""A participant writes an agreement down on the phone: from a proposal, from a partner's badge, or freely."""

from typing import Annotated

from fastapi import Query, Request, Response
from sqlalchemy.orm import Session

from marktplatz.db.models import Agreement
from marktplatz.errors import NotFound
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.agreements import OPEN_STATES, draft_of, get_agreement
from marktplatz.usecases.directory import Directory, load_directory
from marktplatz.web.access import FROM_DAY, Rule
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.pages.agreement_desk import (
    SUBMIT,
    begin_with,
    describe_form,
    find_warnings,
    focus_after,
    name_draft,
    pick_pair,
    show_both,
    write_changed,
    write_new,
)
from marktplatz.web.pages.agreement_form import fill_form
from marktplatz.web.pages.forms import Form, SentForm
from marktplatz.web.pages.frame import go_to
from marktplatz.web.pages.mine import Chosen, Mine, load_mine, make_router, show_mine

router = make_router()

Writer = Annotated[Actor, Rule("agreements:write", participant=FROM_DAY)]
Id = Annotated[str, Query(max_length=200)]


@router.get("/agreements/new", name="my_new_agreement")
def show_new(
    caller: Writer,
    market: MarketId,
    request: Request,
    session: ReadSession,
    now: Now,
    organisation: Chosen = None,
    partner: Id = "",
    offer: Id = "",
    need: Id = "",
) -> Response:
    """`partner` is whose badge was read; `offer` and `need` are a published proposal."""
    mine, directory = load_mine(request, session, caller, market, organisation), load_directory(session, market)
    asked = {"organisation": mine.organisation.id, "partner": partner, "offer": offer, "need": need}
    return _show(request, session, mine, directory, begin_with(session, now, caller, mine.market, directory, asked))


@router.post("/agreements/new/form", name="change_my_new_agreement")
def change_form(caller: Writer, market: MarketId, request: Request, form: SentForm, session: ReadSession) -> Response:
    """The form again, with one row more; nothing is written down."""
    mine, directory = load_mine(request, session, caller, market, form.text("organisation")), load_directory(session, market)
    agreement = get_agreement(session, caller, market, form.text("agreement")) if form.text("agreement") else None
    with form.refused_by(session, lambda: _show(request, session, mine, directory, form, agreement)):
        if form.text("pick"):
            pick_pair(session, caller, market, directory, form, form.text("pick"))
    return _show(request, session, mine, directory, form, agreement)


@router.post("/agreements/new", name="add_my_agreement")
def add(caller: Writer, market: MarketId, request: Request, form: SentForm, session: WriteSession, now: Now) -> Response:
    mine, directory = load_mine(request, session, caller, market, form.text("organisation")), load_directory(session, market)
    with form.refused_by(session, lambda: _show(request, session, mine, directory, form)):
        write_new(session, now, caller, market, form, directory)
    return _leave(mine, form)


@router.get("/agreements/{agreement_id:path}", name="my_agreement")
def show_agreement(caller: Writer, market: MarketId, agreement_id: str, request: Request, session: ReadSession) -> Response:
    """Only while it may be changed; afterwards it stands in the list."""
    agreement, directory = get_agreement(session, caller, market, agreement_id), load_directory(session, market)
    mine = _load(request, session, caller, agreement)
    if agreement.status not in OPEN_STATES:
        return go_to(mine.at("/agreements"))
    form = fill_form(draft_of(agreement), directory)
    form.put("version", agreement.version)
    return _show(request, session, mine, directory, form, agreement)


@router.post("/agreements/{agreement_id:path}", name="change_my_agreement")
def change(
    caller: Writer, market: MarketId, agreement_id: str, request: Request, form: SentForm, session: WriteSession, now: Now
) -> Response:
    agreement, directory = get_agreement(session, caller, market, agreement_id), load_directory(session, market)
    mine = _load(request, session, caller, agreement)
    with form.refused_by(session, lambda: _show(request, session, mine, directory, form, agreement)):
        write_changed(session, now, caller, agreement, form, directory)
    return _leave(mine, form)


def _load(request: Request, session: Session, caller: Actor, agreement: Agreement) -> Mine:
    """For the one of their organisations that is a party."""
    own = next((party.organisation_id for party in agreement.parties if caller.acts_for(party.organisation_id)), None)
    if own is None:
        raise NotFound
    return load_mine(request, session, caller, agreement.market_id, own)


def _leave(mine: Mine, form: Form) -> Response:
    done = "agreement_submitted" if form.text("deed") == SUBMIT else "agreement_kept"
    return mine.go("agreements", done=done, query={"draft": form.text("draft")})


def _show(
    request: Request, session: Session, mine: Mine, directory: Directory, form: Form, agreement: Agreement | None = None
) -> Response:
    return show_mine(
        request,
        "me_agreement.html",
        mine,
        "/agreements",
        agreement=agreement,
        last=None,
        both=show_both(form, agreement, directory) if agreement is not None else None,
        warnings=find_warnings(agreement) if agreement is not None and not form.errors else [],
        proposals=None,
        focus=focus_after(form),
        draft_name=name_draft(form, mine.market.id, agreement),
        draft_done="",
        **describe_form(session, form, directory, mine.market.id),
    )
