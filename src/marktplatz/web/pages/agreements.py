"""Agreements at the desk: the list, a new one typed in, one that was begun, one that is done."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from marktplatz.db.models import Agreement, MarketRecord
from marktplatz.errors import InvalidInput
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.agreement_list import PAGE, find_agreements
from marktplatz.usecases.agreements import OPEN_STATES, draft_of, get_agreement
from marktplatz.usecases.directory import Directory, load_directory
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.own_plan import Proposal, find_proposals_of
from marktplatz.usecases.paper_forms import number_on_paper
from marktplatz.usecases.profiles import get_profile
from marktplatz.usecases.runs import find_published_run
from marktplatz.vocabulary import AgreementStatus, Role
from marktplatz.web.access import ALWAYS, FROM_DAY, OPEN, SHOWN, Rule
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.pages.agreement_desk import (
    SUBMIT,
    begin_with,
    describe_form,
    find_titles,
    find_warnings,
    focus_after,
    is_from_paper,
    name_draft,
    own_draft,
    pick_pair,
    show_both,
    write_changed,
    write_new,
)
from marktplatz.web.pages.agreement_form import fill_form
from marktplatz.web.pages.forms import OR_NONE, Form, SentForm
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.me_plan import TAG_OF
from marktplatz.web.pages.route import HallPageRoute

router = APIRouter(prefix="/organise/{market}/agreements", tags=["pages"], route_class=HallPageRoute, include_in_schema=False)

READERS: Final[dict[str, Any]] = {"organiser": ALWAYS, **dict.fromkeys(("broker", "notary", "helper", "moderator"), SHOWN)}
WRITERS: Final[dict[str, Any]] = {"organiser": OPEN, **dict.fromkeys(("broker", "notary", "helper"), FROM_DAY)}
Reader = Annotated[Actor, Rule("agreements:read", **READERS)]
Writer = Annotated[Actor, Rule("agreements:write", **WRITERS)]
Id = Annotated[str, Query(max_length=200)]
PROPOSALS_SHOWN: Final = 8


@router.get("", name="agreements")
def show_agreements(
    caller: Reader,
    market: MarketId,
    request: Request,
    session: ReadSession,
    status: Annotated[AgreementStatus | None, OR_NONE] = None,
    q: Annotated[str, Query(max_length=100)] = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """The newest first; whoever sends one back waits for it to be mended."""
    record = get_market(session, market)
    found = find_agreements(session, caller, market, status, q, page)
    asked = Form.of(status=status, q=q)
    more: dict[str, Any] = {
        "found": found,
        "asked": asked,
        "page": page,
        "pages": max(1, -(-found.matching // PAGE)),
        "tag_of": TAG_OF,
    }
    profile = get_profile(session, market)
    return show(request, "agreements.html", market=record, profile=profile, statuses=list(AgreementStatus), caller=caller, **more)


@router.get("/new", name="new_agreement")
def show_new(
    caller: Writer,
    market: MarketId,
    request: Request,
    session: ReadSession,
    now: Now,
    organisation: Id = "",
    partner: Id = "",
    offer: Id = "",
    need: Id = "",
    last: Id = "",
    paper: Id = "",
    number: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """`last` was handed in just now: the desk goes on with the next one. `paper`: typed in from the form with this `number`."""
    record, directory = get_market(session, market), load_directory(session, market)
    asked = {"organisation": organisation, "partner": partner, "offer": offer, "need": need}
    form = begin_with(session, now, caller, record, directory, asked)
    if paper:
        form.put("is_paper", "on")
        form.put("paper", number or None)
        form.put("draft", f"agreement-{market}-paper-{number}")
    before = get_agreement(session, caller, market, last) if last else None
    return _show_form(request, session, caller, record, directory, form, last=before)


@router.post("/new/form", name="change_new_agreement")
def change_form(caller: Writer, market: MarketId, request: Request, form: SentForm, session: ReadSession) -> Response:
    """The form again, with one row more, or filled in from a proposal; nothing is written down."""
    record, directory = get_market(session, market), load_directory(session, market)
    agreement = get_agreement(session, caller, market, form.text("agreement")) if form.text("agreement") else None
    with form.refused_by(session, lambda: _show_form(request, session, caller, record, directory, form, agreement)):
        if form.text("pick"):
            pick_pair(session, caller, market, directory, form, form.text("pick"))
    return _show_form(request, session, caller, record, directory, form, agreement)


@router.post("/new", name="add_agreement")
def add(caller: Writer, market: MarketId, request: Request, form: SentForm, session: WriteSession, now: Now) -> Response:
    record, directory = get_market(session, market), load_directory(session, market)
    with form.refused_by(session, lambda: _show_form(request, session, caller, record, directory, form)):
        agreement = write_new(session, now, caller, market, form, directory)
    if form.text("deed") == SUBMIT:
        paper = {"paper": "1"} if is_from_paper(form) else {}
        return go("organise", market, "agreements", "new", last=agreement.id, draft=form.text("draft"), **paper)
    return go("organise", market, "agreements", agreement.id, done="agreement_kept", draft=form.text("draft"))


@router.get("/{agreement_id:path}", name="agreement")
def show_agreement(caller: Reader, market: MarketId, agreement_id: str, request: Request, session: ReadSession) -> Response:
    """The form while it may be changed by whoever looks; else what it says."""
    record, directory = get_market(session, market), load_directory(session, market)
    agreement = get_agreement(session, caller, market, agreement_id)
    if agreement.status not in OPEN_STATES or not _may_write(caller, record):
        return _show_kept(request, session, caller, record, directory, agreement)
    form = fill_form(draft_of(agreement), directory)
    form.put("version", agreement.version)
    return _show_form(request, session, caller, record, directory, form, agreement)


@router.post("/{agreement_id:path}", name="change_agreement")
def change(
    caller: Writer, market: MarketId, agreement_id: str, request: Request, form: SentForm, session: WriteSession, now: Now
) -> Response:
    record, directory = get_market(session, market), load_directory(session, market)
    agreement = get_agreement(session, caller, market, agreement_id)
    with form.refused_by(session, lambda: _show_form(request, session, caller, record, directory, form, agreement)):
        write_changed(session, now, caller, agreement, form, directory)
    done = "agreement_submitted" if form.text("deed") == SUBMIT else "agreement_kept"
    return go("organise", market, "agreements", agreement.id, done=done, draft=form.text("draft"))


def _may_write(caller: Actor, market: MarketRecord) -> bool:
    return any(caller.has(role) and market.phase in phases for role, phases in _WRITERS)


_WRITERS: Final = tuple((Role(name), phases) for name, phases in WRITERS.items())


def _show_form(
    request: Request,
    session: Session,
    caller: Actor,
    market: MarketRecord,
    directory: Directory,
    form: Form,
    agreement: Agreement | None = None,
    last: Agreement | None = None,
) -> Response:
    """Without the words of the audit: who writes at the desk sees what is on the paper."""
    return show(
        request,
        "agreement_edit.html",
        market=market,
        profile=get_profile(session, market.id),
        caller=caller,
        agreement=agreement,
        last=last,
        both=show_both(form, agreement, directory) if agreement is not None else None,
        warnings=find_warnings(agreement) if agreement is not None and not form.errors else [],
        proposals=_find_proposals(session, caller, market.id, directory, form),
        focus=focus_after(form),
        paper=number_on_paper(agreement.id) if agreement is not None else None,
        draft_name=name_draft(form, market.id, agreement),
        draft_done=own_draft(request.query_params.get("draft", "")),
        **describe_form(session, form, directory, market.id),
    )


def _find_proposals(session: Session, caller: Actor, market_id: str, directory: Directory, form: Form) -> list[Proposal] | None:
    """Of the first party, where a proposal is published; None where nobody is named yet."""
    try:
        organisation = directory.find(form.text("parties.0"), "parties.0") if form.text("parties.0") else None
    except InvalidInput:
        return None
    run = find_published_run(session, market_id) if organisation else None
    if run is None or organisation is None:
        return None
    found = find_proposals_of(session, caller, run, organisation)
    return [each for each in found if each.offer is not None and each.need is not None][:PROPOSALS_SHOWN]


def _show_kept(
    request: Request, session: Session, caller: Actor, market: MarketRecord, directory: Directory, agreement: Agreement
) -> Response:
    links = [each for service in agreement.services for each in (service.offer_id, service.need_id) if each]
    return show(
        request,
        "agreement.html",
        market=market,
        profile=get_profile(session, market.id),
        caller=caller,
        agreement=agreement,
        directory=directory,
        titles=find_titles(session, market.id, links),
        tag_of=TAG_OF,
        draft_done=own_draft(request.query_params.get("draft", "")),
    )
