"""Changes on an organisation's behalf: its data, its entries; a stale edit shows both versions before it may win."""

from datetime import datetime
from typing import Any

from fastapi import Request, Response
from sqlalchemy.orm import Session

from marktplatz.db.models import EntryRecord, OrganisationRecord
from marktplatz.errors import Conflict, Finding, NotFound
from marktplatz.market import Entry, Organisation, Value
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.approving import acting_for
from marktplatz.usecases.entries import add_entry, change_entry
from marktplatz.usecases.identifiers import make_id
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.organisations import add_organisation, change_organisation, get_contact
from marktplatz.usecases.particulars import change_particulars, particulars_of
from marktplatz.usecases.profiles import get_profile
from marktplatz.usecases.records import entry_value, organisation_value
from marktplatz.vocabulary import Attendance, EntrySide, ImpactField, OrganisationKind
from marktplatz.web.language import find_language
from marktplatz.web.pages.forms import Form
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.registration_forms import (
    entry_form,
    new_organisation_form,
    organisation_form,
    read_entry,
    read_organisation,
    read_particulars,
    try_entry,
    try_organisation,
    try_particulars,
)
from marktplatz.web.pages.registrations import find_categories, words_for
from marktplatz.wording.history import LABELS, label, value_text
from marktplatz.wording.pages import word


def show_organisation_form(
    request: Request, session: Session, market: str, record: OrganisationRecord | None, form: Form | None = None, **more: Any
) -> Response:
    language = find_language(request)
    if form is None:
        form = new_organisation_form() if record is None else organisation_form(record, get_contact(session, record))
    return show(
        request,
        "registration_edit.html",
        market=get_market(session, market),
        profile=get_profile(session, market),
        organisation=record,
        form=form,
        labels={name: label(name, language) for name in LABELS},
        attendances=[(each.value, word(each, language)) for each in Attendance],
        **({"both": None} | more),
        **words_for(request),
    )


def edit_organisation(
    request: Request,
    session: Session,
    now: datetime,
    caller: Actor,
    market: str,
    record: OrganisationRecord | None,
    form: Form,
) -> Response:
    """Change it or, without a record, add it."""
    base = Organisation(id=make_id("o"), kind=OrganisationKind.NONPROFIT)
    if record is not None:
        base = organisation_value(record, get_contact(session, record))
    both = None
    if record is not None and _is_stale(form, record):
        stored = particulars_of(record)
        both = [*_compare(request, base, try_organisation(form, base)), *_compare(request, stored, try_particulars(form))]
    with form.refused_by(session, lambda: show_organisation_form(request, session, market, record, form, both=both)):
        if both is not None and record is not None:
            form.put("version", record.version)
            raise Conflict(Finding("edited_meanwhile"))
        sent, particulars = read_organisation(form, base), read_particulars(form)
        actor = acting_for(caller, sent.id)
        if record is None:
            record = add_organisation(session, now, actor, market, sent)
        elif sent != base:
            change_organisation(session, now, actor, record, sent)
        if particulars != particulars_of(record):
            change_particulars(session, now, actor, record, particulars)
    return go("organise", market, "registrations", record.id, done="added_for" if form.text("deed") == "add" else "changed_for")


def show_entry_form(
    request: Request,
    session: Session,
    organisation: OrganisationRecord,
    entry: EntryRecord | None,
    side: str | None,
    form: Form | None = None,
    **more: Any,
) -> Response:
    language = find_language(request)
    side = entry.side if entry is not None else side
    if side not in tuple(EntrySide):
        raise NotFound(Finding("no_such_address"))
    return show(
        request,
        "entry_edit.html",
        market=get_market(session, organisation.market_id),
        organisation=organisation,
        entry=entry,
        side=EntrySide(side),
        form=form or (entry_form(entry) if entry is not None else Form.of(capacity=1)),
        labels={name: label(name, language) for name in LABELS},
        categories=list(find_categories(session, organisation.market_id, language).items()),
        impact_fields=_impact_options(language),
        **({"both": None} | more),
        **words_for(request),
    )


def edit_entry(
    request: Request,
    session: Session,
    now: datetime,
    caller: Actor,
    organisation: OrganisationRecord,
    entry: EntryRecord | None,
    form: Form,
) -> Response:
    side = entry.side.value if entry is not None else form.text("side")
    base = Entry(id=make_id("e"), organisation=organisation.id) if entry is None else entry_value(entry)
    both = _compare(request, base, try_entry(form, base)) if _is_stale(form, entry) else None
    with form.refused_by(session, lambda: show_entry_form(request, session, organisation, entry, side, form, both=both)):
        if both is not None and entry is not None:
            form.put("version", entry.version)
            raise Conflict(Finding("edited_meanwhile"))
        sent, actor = read_entry(form, base), acting_for(caller, organisation.id)
        if entry is not None:
            change_entry(session, now, actor, entry, sent)
        elif side in tuple(EntrySide):
            add_entry(session, now, actor, organisation.market_id, EntrySide(side), sent)
        else:
            raise NotFound(Finding("no_such_address"))
    done = "changed_for" if entry is not None else "added_for"
    return go("organise", organisation.market_id, "registrations", organisation.id, done=done)


def _is_stale(form: Form, record: OrganisationRecord | EntryRecord | None) -> bool:
    return record is not None and form.text("version") != str(record.version)


def _compare(request: Request, stored: Value, typed: Value | None) -> list[tuple[str, str, str]]:
    """Where the two versions differ: field, what is stored now, what was typed."""
    language = find_language(request)
    if typed is None:
        return []
    ours, theirs = (dict(_flat(value.model_dump(by_alias=True))) for value in (stored, typed))
    return [
        (label(key, language), value_text(key, ours.get(key), language), value_text(key, theirs.get(key), language))
        for key in theirs
        if ours.get(key) != theirs.get(key)
    ]


def _flat(said: dict[str, Any], prefix: str = "") -> Any:
    for key, value in said.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _impact_options(language: str) -> list[tuple[str, str]]:
    return [(each.value, word(each, language)) for each in ImpactField]
