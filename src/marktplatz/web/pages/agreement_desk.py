"""What the desk and the phone share when an agreement is written: how the form begins, how it is shown, what its deeds do."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import Agreement, EntryRecord, MarketRecord
from marktplatz.errors import Conflict, Finding, InvalidInput, Place, Severity
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.agreements import change_agreement, draft_agreement, draft_of, submit_agreement
from marktplatz.usecases.directory import Directory
from marktplatz.usecases.drafts import Draft, choose_dates, find_money
from marktplatz.usecases.paper_forms import name_paper
from marktplatz.usecases.prefill import prefill
from marktplatz.web.pages.agreement_form import (
    LINKS,
    MOST_PARTIES,
    MOST_SERVICES,
    check_can_be_handed_in,
    fill_form,
    list_parties,
    list_services,
    read_draft,
)
from marktplatz.web.pages.forms import Form

SUBMIT: Final = "submit"


def begin_with(
    session: Session, now: datetime, actor: Actor, market: MarketRecord, directory: Directory, asked: dict[str, str]
) -> Form:
    """`offer` and `need` name a pair, `organisation` and `partner` the parties; without any of them nothing is filled in."""
    parties = tuple(directory.find(asked[name], name) for name in ("organisation", "partner") if asked.get(name))
    draft = Draft.model_construct(id="-", parties=tuple(dict.fromkeys(parties)))
    if asked.get("offer") and asked.get("need"):
        draft = prefill(session, actor, market.id, Draft.model_construct(id="-"), asked["offer"], asked["need"])
    form = fill_form(choose_dates(draft, market.date, now.date()), directory)
    form.put("draft", "-".join(("agreement", market.id, "new", *(asked[name] for name in sorted(asked) if asked[name]))))
    return form


def name_draft(form: Form, market_id: str, agreement: Agreement | None) -> str:
    """Under which name the device keeps what is typed: one for every beginning, so that none is filled in over another."""
    return form.text("draft") or f"agreement-{market_id}-{agreement.id if agreement is not None else 'new'}"


def own_draft(asked: str) -> str:
    """The draft that an address says is done with: of an agreement, or none."""
    return asked if asked.startswith("agreement-") else ""


def pick_pair(session: Session, actor: Actor, market_id: str, directory: Directory, form: Form, pair: str) -> None:
    """Fill the form in from a pair; what else was typed stays where the pair says nothing."""
    offer, _, need = pair.partition("|")
    found = fill_form(prefill(session, actor, market_id, Draft.model_construct(id="-"), offer, need), directory)
    for name in found.names():
        if found.text(name):
            form.put(name, found.text(name))


def describe_form(session: Session, form: Form, directory: Directory, market_id: str) -> dict[str, Any]:
    """What the template needs beside the form itself."""
    parties, services = list_parties(form), list_services(form)
    named = [form.text(row.prefix + link) for row in services for link in LINKS]
    return {
        "form": form,
        "directory": directory,
        "party_fields": parties,
        "party_names": [form.text(name) for name in parties],
        "services": services,
        "titles": find_titles(session, market_id, [entry for entry in named if entry]),
        "may_add": {"parties": len(parties) < MOST_PARTIES, "services": len(services) < MOST_SERVICES},
    }


def focus_after(form: Form) -> str | None:
    """Where somebody goes on after a row was added or a proposal was picked; None: where the form begins."""
    if form.text("add") == "parties":
        return list_parties(form)[-1]
    if form.text("add") == "services":
        return list_services(form)[-1].prefix
    return "services.0." if form.text("pick") else None


def find_titles(session: Session, market_id: str, entries: Iterable[str]) -> dict[str, str]:
    wanted = select(EntryRecord.id, EntryRecord.title).where(EntryRecord.market_id == market_id, EntryRecord.id.in_(tuple(entries)))
    return {id_: title or id_ for id_, title in session.execute(wanted)}


def write_new(session: Session, now: datetime, actor: Actor, market_id: str, form: Form, directory: Directory) -> Agreement:
    draft = read_draft(form, directory, name_paper(session, market_id, read_paper(form)) if is_from_paper(form) else None)
    if form.text("deed") == SUBMIT:
        check_can_be_handed_in(draft)
    record = draft_agreement(session, now, actor, market_id, draft)
    if form.text("deed") == SUBMIT:
        submit_agreement(session, now, actor, record)
    return record


def is_from_paper(form: Form) -> bool:
    return form.is_ticked("is_paper")


def read_paper(form: Form) -> int:
    """The number on the form; InvalidInput for what is none."""
    text = form.text("paper").removeprefix("Nr.").strip()
    if not text:
        raise InvalidInput(Finding("paper_number_missing", Place(field="paper")))
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise InvalidInput(Finding("not_whole_number", Place(field="paper"), {"found": text}))
    return int(text)


def write_changed(session: Session, now: datetime, actor: Actor, record: Agreement, form: Form, directory: Directory) -> None:
    """The whole of it anew; whoever has not seen the newest state is shown both before theirs may win."""
    if form.text("version") != str(record.version):
        form.put("version", record.version)
        raise Conflict(Finding("edited_meanwhile"))
    draft = read_draft(form, directory, record.id)
    if form.text("deed") == SUBMIT:
        check_can_be_handed_in(draft)
    if draft != draft_of(record):
        change_agreement(session, now, actor, record, draft)
    if form.text("deed") == SUBMIT:
        submit_agreement(session, now, actor, record)


def find_warnings(record: Agreement) -> list[Finding]:
    return list(find_money(draft_of(record), Severity.WARNING))


def show_both(form: Form, record: Agreement, directory: Directory) -> list[tuple[str, str, str]] | None:
    """Field, what is kept, what was typed: where both differ, and only after somebody else was quicker."""
    if all(finding.code != "edited_meanwhile" for _, finding in form.errors):
        return None
    kept = fill_form(draft_of(record), directory)
    names = [name for name in kept.names() if not name.endswith((".side", ".offer", ".need"))]
    return [(name, kept.text(name), form.text(name)) for name in names if kept.text(name) != form.text(name)]
