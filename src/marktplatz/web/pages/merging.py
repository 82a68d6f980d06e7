"""Organisations that came in twice: likely ones, and the page on which two of them become one."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import OrganisationRecord, Person
from marktplatz.errors import Finding, InvalidInput
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.approving import find_entries
from marktplatz.usecases.duplicates import find_likely
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.merging import CONTACT, find_differences, merge_organisations
from marktplatz.usecases.organisations import get_organisation
from marktplatz.usecases.records import contact_value, load_contacts
from marktplatz.vocabulary import Standing
from marktplatz.web.access import ALWAYS, OPEN, Rule
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.language import find_language
from marktplatz.web.pages.forms import Form, SentForm
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.route import PageRoute
from marktplatz.wording.history import label, value_text

router = APIRouter(prefix="/organise/{market}", tags=["pages"], route_class=PageRoute, include_in_schema=False)

Id = Annotated[str, Query(max_length=200)]
MAX_CHOICES = 2_000
MAX_LIKELY = 50
PREFIX = "take."


@router.get("/duplicates", name="duplicates")
def show_duplicates(
    caller: Annotated[Actor, Rule("organisations:read", organiser=ALWAYS)],
    market: MarketId,
    request: Request,
    session: ReadSession,
    chosen: Annotated[str, Query(alias="with", max_length=200)] = "",
) -> Response:
    """Likely ones, and any two by choice."""
    del caller
    wanted = select(OrganisationRecord).where(
        OrganisationRecord.market_id == market, OrganisationRecord.standing != Standing.WITHDRAWN
    )
    records = list(session.scalars(wanted.order_by(OrganisationRecord.name, OrganisationRecord.id).limit(MAX_CHOICES)))
    known = {record.id: record for record in records}
    likely = [pair for pair in find_likely(session, market) if pair.first in known and pair.second in known]
    return show(
        request,
        "duplicates.html",
        market=get_market(session, market),
        likely=likely[:MAX_LIKELY],
        left_out=max(0, len(likely) - MAX_LIKELY),
        known=known,
        choices=[(record.id, record.name or record.id) for record in records],
        form=Form.of(kept=chosen),
    )


@router.get("/merge", name="show_merge")
def show_merge(
    caller: Annotated[Actor, Rule("organisations:read", organiser=ALWAYS)],
    market: MarketId,
    request: Request,
    session: ReadSession,
    kept: Id = "",
    gone: Id = "",
) -> Response:
    if not kept or not gone or kept == gone:
        raise InvalidInput(Finding("merge_with_itself"))
    ours, theirs = (get_organisation(session, caller, market, each) for each in (kept, gone))
    return _show_merge(request, session, ours, theirs, Form.of())


@router.post("/merge", name="merge")
def merge(
    caller: Annotated[Actor, Rule("organisations:write", organiser=OPEN)],
    market: MarketId,
    request: Request,
    form: SentForm,
    session: WriteSession,
    now: Now,
) -> Response:
    if form.text("kept") == form.text("gone"):
        raise InvalidInput(Finding("merge_with_itself"))
    ours, theirs = (get_organisation(session, caller, market, form.text(each)) for each in ("kept", "gone"))
    from_gone = [name.removeprefix(PREFIX) for name in form.names() if name.startswith(PREFIX) and form.text(name) == "gone"]
    with form.refused_by(session, lambda: _show_merge(request, session, ours, theirs, form)):
        merge_organisations(session, now, caller, ours, theirs, from_gone)
    return go("organise", market, "registrations", ours.id, done="merged")


def _show_merge(request: Request, session: Session, kept: OrganisationRecord, gone: OrganisationRecord, form: Form) -> Response:
    market, language = kept.market_id, find_language(request)
    contacts = load_contacts(session, market, [kept.id, gone.id])
    fields = []
    for name in find_differences(kept, gone):
        ours, theirs = (getattr(record, name) for record in (kept, gone))
        fields.append(_field(form, name, ours, theirs, language))
    mine, yours = (contacts.get(record.id) for record in (kept, gone))
    if contact_value(mine) != contact_value(yours):
        fields.append(_field(form, CONTACT, _say_person(mine), _say_person(yours), language))
    entries: dict[str, list[Any]] = {kept.id: [], gone.id: []}
    for entry in find_entries(session, market, [kept.id, gone.id]):
        entries[entry.organisation_id].append(entry)
    return show(
        request,
        "merge.html",
        market=get_market(session, market),
        kept=kept,
        gone=gone,
        fields=fields,
        entries=entries,
        form=form,
    )


def _say_person(person: Person | None) -> str:
    return "" if person is None else ", ".join(filter(None, (person.name, person.email, person.phone)))


def _field(form: Form, name: str, ours: Any, theirs: Any, language: str) -> dict[str, Any]:
    """What is empty gives way, unless somebody chose otherwise."""
    chosen = form.text(PREFIX + name) or ("gone" if ours in (None, "", []) and theirs not in (None, "", []) else "kept")
    return {
        "name": PREFIX + name,
        "label": label(name, language),
        "ours": value_text(name, ours, language),
        "theirs": value_text(name, theirs, language),
        "chosen": chosen,
    }
