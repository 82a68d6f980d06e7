"""Brokers on their tablets: who is alone, whom to bring together and why, what is left over; notes, refusals, calls for help."""

from collections.abc import Iterable
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from marktplatz.db.models import HallNote
from marktplatz.errors import Finding, InvalidInput, Place
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.console import PAGE, Asked, find_rest, load_categories, load_left, look_through
from marktplatz.usecases.free_partners import find_free_partners
from marktplatz.usecases.hall_notes import NewNote, add_note, find_calls_for_help, find_notes_about, finish_note, get_note
from marktplatz.usecases.hall_now import Hall, look_at_hall
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.organisations import get_organisation
from marktplatz.usecases.profiles import get_profile
from marktplatz.vocabulary import NoteKind, OrganisationKind
from marktplatz.web.access import ALWAYS, ON_DAY, SHOWN, Rule
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.language import find_language
from marktplatz.web.pages.forms import OR_NONE, Form, SentForm
from marktplatz.web.pages.frame import go, go_to, show
from marktplatz.web.pages.paging import PageNumber
from marktplatz.web.pages.route import HallPageRoute
from marktplatz.web.service import service_of
from marktplatz.wording.pages import word

router = APIRouter(prefix="/organise/{market}/broker", tags=["pages"], route_class=HallPageRoute, include_in_schema=False)

Reader = Annotated[Actor, Rule("hall-notes:read", organiser=ALWAYS, broker=SHOWN)]
Writer = Annotated[Actor, Rule("hall-notes:write", organiser=ON_DAY, broker=ON_DAY)]
Words = Annotated[str, Query(max_length=100)]
DONE: Final = {
    NoteKind.INTRODUCTION: "brought_together",
    NoteKind.REFUSAL: "refusal_noted",
    NoteKind.HELP: "help_called",
    NoteKind.NOTE: "note_kept",
}
MOST_LEFT: Final = 60
"""Of one category and one side; whoever looks for something certain has the search."""


@router.get("", name="broker")
def show_console(
    caller: Reader,
    market: MarketId,
    request: Request,
    session: ReadSession,
    q: Words = "",
    category: Words = "",
    kind: Annotated[OrganisationKind | None, OR_NONE] = None,
    who: Words = "",
    page: PageNumber = 1,
) -> Response:
    """Whoever is alone; `who=all` shows everybody."""
    hall = look_at_hall(session, market)
    asked = Asked(q.strip(), category, kind, who == "all")
    console = look_through(hall, load_left(session, market), asked, page)
    language = find_language(request)
    return show(
        request,
        "broker.html",
        caller=caller,
        market=get_market(session, market),
        profile=get_profile(session, market),
        console=console,
        hall=hall,
        help_calls=find_calls_for_help(session, market),
        categories=list(load_categories(session, market).items()),
        kinds=[(each.value, word(each, language)) for each in OrganisationKind],
        asked=Form.of(q=q, category=category, kind=kind, who=who),
        page=page,
        pages=max(1, -(-console.matching // PAGE)),
    )


@router.get("/rest", name="broker_rest")
def show_rest(caller: Reader, market: MarketId, request: Request, session: ReadSession, q: Words = "") -> Response:
    """Open needs against spare offers of those who are there, with what is left of each."""
    hall = look_at_hall(session, market)
    return show(
        request,
        "broker_rest.html",
        caller=caller,
        market=get_market(session, market),
        profile=get_profile(session, market),
        hall=hall,
        rests=find_rest(hall, load_left(session, market), load_categories(session, market), q.strip()),
        most=MOST_LEFT,
        help_calls=find_calls_for_help(session, market),
        names={member.id: member.name for member in hall.members.values()},
        asked=Form.of(q=q),
    )


@router.post("/notes/{note_id:path}", name="broker_finish")
def finish(
    caller: Writer, market: MarketId, note_id: str, request: Request, form: SentForm, session: WriteSession, now: Now
) -> Response:
    """Somebody has seen to it; back to where they were."""
    del request
    finish_note(session, now, caller, get_note(session, market, note_id))
    return go_to(form.text("next"), done="note_done")


@router.get("/{organisation_id:path}", name="broker_organisation")
def show_organisation(caller: Reader, market: MarketId, organisation_id: str, request: Request, session: ReadSession) -> Response:
    return _show(request, session, caller, market, organisation_id)


@router.post("/{organisation_id:path}", name="broker_note")
def note(
    caller: Writer, market: MarketId, organisation_id: str, request: Request, form: SentForm, session: WriteSession, now: Now
) -> Response:
    """One tap: bring together, note a refusal, call for help; or a note in words."""
    get_organisation(session, caller, market, organisation_id)
    with form.refused_by(session, lambda: _show(request, session, caller, market, organisation_id, form)):
        sent = _read(form, organisation_id)
        add_note(session, now, caller, market, sent)
    return go("organise", market, "broker", organisation_id, done=DONE[sent.kind])


def _read(form: Form, organisation_id: str) -> NewNote:
    kind = form.text("kind")
    if kind not in tuple(NoteKind):
        raise InvalidInput(Finding("note_without_text", Place(field="text")))
    told = {name: form.text(name) or None for name in ("partner", "offer", "need", "text")}
    return NewNote(NoteKind(kind), organisation_id, **told, seed=form.seed)


def _show(
    request: Request, session: Session, caller: Actor, market: str, organisation_id: str, form: Form | None = None
) -> Response:
    record = get_organisation(session, caller, market, organisation_id)
    hall = look_at_hall(session, market)
    scores, language = service_of(request).scores, find_language(request)
    notes = find_notes_about(session, market, record.id)
    return show(
        request,
        "broker_organisation.html",
        caller=caller,
        market=get_market(session, market),
        profile=get_profile(session, market),
        organisation=record,
        hall=hall,
        names=_names(hall, notes),
        entries=[entry for entry in load_left(session, market) if entry.organisation == record.id],
        categories=load_categories(session, market),
        partners=find_free_partners(session, market, record.id, scores, hall=hall, language=language),
        notes=notes,
        form=form or Form.of(),
    )


def _names(hall: Hall, notes: Iterable[HallNote]) -> dict[str, str]:
    """Of everybody, also of those who are not there any more: by their ids."""
    ids = {each for note in notes for each in (note.organisation_id, note.partner_id) if each is not None}
    return {each: each for each in ids} | {member.id: member.name for member in hall.members.values()}
