"""One organisation, for the organiser: everything about it, what can be done with it, and changes on its behalf."""

from collections.abc import Callable
from typing import Annotated, Final, TypeAlias

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from marktplatz.db.models import EntryRecord, OrganisationRecord
from marktplatz.errors import Finding, NotFound
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.approving import (
    Registered,
    acting_for,
    add_note,
    approve_entry,
    approve_organisation,
    note_nonprofit,
    restore,
    return_one,
    withdraw,
)
from marktplatz.usecases.entries import remove_entry
from marktplatz.usecases.organisations import get_organisation
from marktplatz.vocabulary import Standing
from marktplatz.web.access import ALWAYS, OPEN, Rule
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.language import find_language
from marktplatz.web.pages.forms import Form, SentForm
from marktplatz.web.pages.frame import go
from marktplatz.web.pages.registration_edit import edit_entry, edit_organisation, show_entry_form, show_organisation_form
from marktplatz.web.pages.registration_show import show_registration
from marktplatz.web.pages.route import PageRoute

router = APIRouter(prefix="/organise/{market}", tags=["pages"], route_class=PageRoute, include_in_schema=False)

Write: TypeAlias = Annotated[Actor, Rule("organisations:write", organiser=OPEN)]
Word = Annotated[str, Query(max_length=200)]


@router.get("/add-registration", name="show_add_registration")
def show_add(
    caller: Annotated[Actor, Rule("organisations:read", organiser=ALWAYS)],
    market: MarketId,
    request: Request,
    session: ReadSession,
) -> Response:
    del caller
    return show_organisation_form(request, session, market, None)


@router.post("/add-registration", name="add_registration")
def add(caller: Write, market: MarketId, request: Request, form: SentForm, session: WriteSession, now: Now) -> Response:
    """A whole organisation by hand, as after a call."""
    return edit_organisation(request, session, now, caller, market, None, form)


@router.get("/registrations/{organisation_id:path}", name="registration")
def show_one(
    caller: Annotated[Actor, Rule("organisations:read", organiser=ALWAYS)],
    market: MarketId,
    organisation_id: str,
    request: Request,
    session: ReadSession,
    edit: Word = "",
    entry: Word = "",
    add: Word = "",
) -> Response:
    """Everything about it; with `edit`, `entry` or `add` the form for its data, for one of its entries, for a new one."""
    record = get_organisation(session, caller, market, organisation_id)
    if edit:
        return show_organisation_form(request, session, market, record)
    if entry:
        return show_entry_form(request, session, record, find_entry(session, record, entry), None)
    if add:
        return show_entry_form(request, session, record, None, add)
    return show_registration(request, session, record, Form.of())


@router.post("/registrations/{organisation_id:path}", name="do_registration")
def do_one(
    caller: Write,
    market: MarketId,
    organisation_id: str,
    request: Request,
    form: SentForm,
    session: WriteSession,
    now: Now,
) -> Response:
    """One address for all deeds, since an organisation's id may hold whatever could stand behind it."""
    record = get_organisation(session, caller, market, organisation_id)
    deed = form.text("deed")
    if deed == "edit":
        return edit_organisation(request, session, now, caller, market, record, form)
    if deed in ("edit_entry", "add_entry"):
        entry = find_entry(session, record, form.text("entry")) if deed == "edit_entry" else None
        return edit_entry(request, session, now, caller, record, entry, form)
    if deed not in DEEDS:
        raise NotFound(Finding("no_such_address"))
    about: Registered = find_entry(session, record, form.text("entry")) if form.text("entry") else record
    with form.refused_by(session, lambda: show_registration(request, session, record, form)):
        done = DEEDS[deed](Doing(session, now, caller, record, about, form, find_language(request)))
    return go("organise", market, "registrations", organisation_id, done=done)


def find_entry(session: Session, record: OrganisationRecord, entry_id: str) -> EntryRecord:
    entry = session.get(EntryRecord, (record.market_id, entry_id))
    if entry is None or entry.organisation_id != record.id:
        raise NotFound(Finding("unknown_entry_here", params={"id": entry_id}))
    return entry


class Doing:
    """One deed with all that it may need."""

    def __init__(
        self,
        session: Session,
        now: Now,
        actor: Actor,
        organisation: OrganisationRecord,
        about: Registered,
        form: Form,
        language: str,
    ) -> None:
        self.session, self.now, self.actor = session, now, actor
        self.organisation, self.about, self.form, self.language = organisation, about, form, language


def _approve(doing: Doing) -> str:
    if isinstance(doing.about, EntryRecord):
        approve_entry(doing.session, doing.now, doing.actor, doing.about)
        return "approved"
    was_waiting = doing.organisation.standing is Standing.WAITING
    approve_organisation(doing.session, doing.now, doing.actor, doing.organisation)
    return "moved_up" if was_waiting else "approved"


def _return(doing: Doing) -> str:
    reason = doing.form.text("reason")
    has_mail = return_one(doing.session, doing.now, doing.actor, doing.about, reason, doing.language)
    return "returned" if has_mail else "returned_without_mail"


def _withdraw(doing: Doing) -> str:
    withdraw(doing.session, doing.now, acting_for(doing.actor, doing.organisation.id), doing.about)
    return "withdrawn"


def _restore(doing: Doing) -> str:
    restore(doing.session, doing.now, acting_for(doing.actor, doing.organisation.id), doing.about)
    return "restored"


def _remove(doing: Doing) -> str:
    if not isinstance(doing.about, EntryRecord):
        raise NotFound(Finding("no_such_address"))
    remove_entry(doing.session, doing.now, acting_for(doing.actor, doing.organisation.id), doing.about)
    return "entry_removed"


def _see(doing: Doing) -> str:
    note_nonprofit(doing.session, doing.now, doing.actor, doing.organisation, is_seen_now=True)
    return "seen"


def _unsee(doing: Doing) -> str:
    note_nonprofit(doing.session, doing.now, doing.actor, doing.organisation, is_seen_now=False)
    return "unseen"


def _note(doing: Doing) -> str:
    add_note(doing.session, doing.now, doing.actor, doing.organisation, doing.form.text("note"))
    return "noted"


DEEDS: Final[dict[str, Callable[[Doing], str]]] = {
    "approve": _approve,
    "return": _return,
    "withdraw": _withdraw,
    "restore": _restore,
    "remove": _remove,
    "see": _see,
    "unsee": _unsee,
    "note": _note,
}
