"""A participant's own entries: one more, change one, withdraw it, fetch it back."""

from typing import Annotated, Any, Final

from fastapi import Query, Request, Response
from sqlalchemy.orm import Session

from marktplatz.db.models import EntryRecord
from marktplatz.errors import Finding, InvalidInput, Place
from marktplatz.exchange.columns import SHEET_BY_KEY
from marktplatz.market import Entry
from marktplatz.usecases.entries import find_doubts
from marktplatz.usecases.identifiers import make_id
from marktplatz.usecases.markets import get_policy
from marktplatz.usecases.own_entries import (
    add_own_entry,
    change_own_entry,
    get_own_entry,
    must_not_be_withdrawn,
    restore_entry,
    withdraw_entry,
)
from marktplatz.usecases.questions import MAX_ANSWER, Question
from marktplatz.usecases.records import entry_value
from marktplatz.vocabulary import CategoryKind, EntrySide, Standing
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.language import find_language
from marktplatz.web.pages.forms import Form, SentForm
from marktplatz.web.pages.mine import Chosen, Mine, Writer, check_seen, load_mine, make_router, show_mine
from marktplatz.wording.pages import word

router = make_router()

FIELDS: Final = ("title", "text", "category", "people", "hours", "from", "to", "postcode", "remote")
ANSWERS: Final = tuple(question.value for question in Question)
"""What the form asks for; other answers stay as they are."""
COLUMNS: Final = {side: SHEET_BY_KEY[f"{side}s"].column_by_key for side in EntrySide}


@router.get("/new-entry", name="show_new_entry")
def show_new_entry(
    caller: Writer,
    market: MarketId,
    request: Request,
    session: ReadSession,
    organisation: Chosen = None,
    side: Annotated[EntrySide, Query()] = EntrySide.NEED,
) -> Response:
    mine = load_mine(request, session, caller, market, organisation)
    return _show(request, session, mine, side, Form.of(side=side))


@router.post("/new-entry", name="add_my_entry")
def add_entry_here(caller: Writer, market: MarketId, request: Request, form: SentForm, session: WriteSession, now: Now) -> Response:
    mine = load_mine(request, session, caller, market, form.text("organisation"))
    side = EntrySide.OFFER if form.text("side") == EntrySide.OFFER else EntrySide.NEED
    with form.refused_by(session, lambda: _show(request, session, mine, side, form)):
        sent = _read(form, side, None, id=make_id(side[0]), organisation=mine.organisation.id)
        record = add_own_entry(session, now, caller, market, side, sent, _read_answers(form, {}))
    return _saved(mine, record)


@router.get("/entry/{entry_id:path}", name="show_my_entry")
def show_entry(caller: Writer, market: MarketId, entry_id: str, request: Request, session: ReadSession) -> Response:
    record = get_own_entry(session, caller, market, entry_id)
    must_not_be_withdrawn(record)
    form = _fill(record)
    mine = load_mine(request, session, caller, market, record.organisation_id)
    return _show(request, session, mine, record.side, form, record)


@router.post("/entry/{entry_id:path}", name="change_my_entry")
def change_entry_here(
    caller: Writer, market: MarketId, entry_id: str, request: Request, form: SentForm, session: WriteSession, now: Now
) -> Response:
    record = get_own_entry(session, caller, market, entry_id)
    mine = load_mine(request, session, caller, market, record.organisation_id)
    with form.refused_by(session, lambda: _show(request, session, mine, record.side, form, record)):
        check_seen(form, record)
        sent = _read(form, record.side, entry_value(record))
        change_own_entry(session, now, caller, record, sent, _read_answers(form, record.answers))
    return _saved(mine, record)


@router.post("/withdraw-entry/{entry_id:path}", name="withdraw_my_entry")
def withdraw_entry_here(
    caller: Writer, market: MarketId, entry_id: str, request: Request, form: SentForm, session: WriteSession, now: Now
) -> Response:
    del form
    record = get_own_entry(session, caller, market, entry_id)
    withdraw_entry(session, now, caller, record)
    mine = load_mine(request, session, caller, market, record.organisation_id)
    return mine.go(done="entry_withdrawn")


@router.post("/restore-entry/{entry_id:path}", name="restore_my_entry")
def restore_entry_here(
    caller: Writer, market: MarketId, entry_id: str, request: Request, form: SentForm, session: WriteSession, now: Now
) -> Response:
    del form
    record = get_own_entry(session, caller, market, entry_id)
    restore_entry(session, now, caller, record)
    mine = load_mine(request, session, caller, market, record.organisation_id)
    return mine.go(done="entry_restored")


def _fill(record: EntryRecord) -> Form:
    form = Form.showing(entry_value(record))
    for name, answer in record.answers.items():
        form.put(f"answers.{name}", answer)
    form.put("version", record.version)
    return form


def _saved(mine: Mine, record: EntryRecord) -> Response:
    return mine.go(done="entry_saved" if record.standing is Standing.APPROVED else "entry_saved_waits")


def _read(form: Form, side: EntrySide, base: Entry | None, **fixed: Any) -> Entry:
    """`hours` may be typed with a comma; what else the entry has, and the form does not ask for, stays."""
    sent = form.read(Entry, COLUMNS[side], FIELDS, base=base, **fixed)
    if not sent.title.strip():
        raise InvalidInput(Finding("entry_without_title", Place(field="title")))
    return sent


def _read_answers(form: Form, before: dict[str, str]) -> dict[str, str]:
    answers = dict(before)
    for name in ANSWERS:
        said = form.text(f"answers.{name}")
        if len(said) > MAX_ANSWER:
            raise InvalidInput(Finding("too_long", Place(field=f"answers.{name}"), {"found": said[:30] + "…", "limit": MAX_ANSWER}))
        answers.pop(name, None)
        if said:
            answers[name] = said
    return answers


def _show(
    request: Request, session: Session, mine: Mine, side: EntrySide, form: Form, record: EntryRecord | None = None
) -> Response:
    """`present` is what is kept, beside what was typed, where both differ because somebody else was quicker."""
    codes = {finding.code for _, finding in form.errors}
    policy = get_policy(session, mine.market)
    language = find_language(request)
    categories = [(each.code, each.label) for each in policy.categories] or [(k.value, word(k, language)) for k in CategoryKind]
    return show_mine(
        request,
        "me_entry.html",
        mine,
        side=side,
        form=form,
        record=record,
        present=_fill(record) if record is not None and "edited_meanwhile" in codes else None,
        categories=categories,
        category_names=dict(categories),
        doubts=find_doubts(entry_value(record)) if record is not None else [],
    )
