"""The notaries' desk: what waits, one agreement large and readable with its five points, the stamp or the way back."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import Agreement
from marktplatz.errors import Conflict, Finding, InvalidInput, Place
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.agreements import get_agreement
from marktplatz.usecases.desk import (
    find_in_hand,
    find_labels,
    find_staff_names,
    put_back_agreement,
    read_queue,
    take_agreement,
    take_next,
)
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.more_hands import RaiseWhat, list_raises, raise_what
from marktplatz.usecases.notary import certify_agreement, find_obstacles, replace_agreement, return_agreement
from marktplatz.usecases.numbers import foresee_number
from marktplatz.usecases.paper_forms import number_on_paper
from marktplatz.usecases.papers import tell_figures
from marktplatz.usecases.profiles import get_profile
from marktplatz.vocabulary import AgreementStatus, DeskCheck, Role
from marktplatz.web.access import ALWAYS, FROM_DAY, OPEN, SHOWN, Rule
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.language import find_language
from marktplatz.web.pages.forms import Form, SentForm
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.route import HallPageRoute
from marktplatz.wording import translate
from marktplatz.wording.desk import CHECKS, RETURN_REASONS

router = APIRouter(prefix="/organise/{market}/notary", tags=["pages"], route_class=HallPageRoute, include_in_schema=False)

Reader = Annotated[Actor, Rule("agreements:read", organiser=ALWAYS, notary=SHOWN, broker=SHOWN)]
Notary = Annotated[Actor, Rule("agreements:certify", notary=FROM_DAY)]
Voider = Annotated[Actor, Rule("agreements:certify", notary=FROM_DAY, organiser=OPEN)]
Raiser = Annotated[Actor, Rule("agreements:write", notary=FROM_DAY, broker=FROM_DAY, organiser=OPEN)]
RAISABLE: Final = {"agreement_breaks_capacity": "entry", "agreement_breaks_max_agreements": "organisation"}


@router.get("", name="notary_desk")
def show_desk(caller: Reader, market: MarketId, request: Request, session: ReadSession, now: Now) -> Response:
    return show(
        request,
        "notary.html",
        market=get_market(session, market),
        queue=read_queue(session, now, market),
        me=caller.name,
        is_notary=caller.has(Role.NOTARY),
    )


@router.post("", name="take_next_agreement")
def take_next_one(caller: Notary, market: MarketId, form: SentForm, session: WriteSession, now: Now) -> Response:
    """The oldest that nobody has in hand, onto the table."""
    del form
    record = take_next(session, now, caller, market)
    if record is None:
        return go("organise", market, "notary", done="desk_is_empty")
    return go("organise", market, "notary", record.id)


@router.post("/{agreement_id:path}/take", name="take_agreement_here")
def take_one(
    caller: Notary, market: MarketId, agreement_id: str, request: Request, form: SentForm, session: WriteSession, now: Now
) -> Response:
    record = get_agreement(session, caller, market, agreement_id)
    with form.refused_by(session, lambda: _show(request, session, caller, now, record, form)):
        take_agreement(session, now, caller, record, anyway=form.is_ticked("anyway"))
    return go("organise", market, "notary", agreement_id)


@router.post("/{agreement_id:path}/put-back", name="put_back_agreement_here")
def put_back(caller: Notary, market: MarketId, agreement_id: str, form: SentForm, session: WriteSession, now: Now) -> Response:
    del form
    put_back_agreement(session, now, caller, get_agreement(session, caller, market, agreement_id))
    return go("organise", market, "notary", done="agreement_put_back")


@router.post("/{agreement_id:path}/certify", name="certify_agreement_here")
def certify(
    caller: Notary, market: MarketId, agreement_id: str, request: Request, form: SentForm, session: WriteSession, now: Now
) -> Response:
    """Who comes second finds it done, which is what they wanted."""
    record = get_agreement(session, caller, market, agreement_id)
    if record.status is AgreementStatus.CERTIFIED:
        return go("organise", market, "notary", agreement_id, done="agreement_was_certified")
    with form.refused_by(session, lambda: _show(request, session, caller, now, record, form)):
        _check_seen(form, record)
        checks = [check for check in DeskCheck if check.value in form.texts("checks")]
        number, foreseen = _read_whole(form, "number"), _read_whole(form, "foreseen")
        certify_agreement(session, now, caller, record, checks=checks, number=number, foreseen=foreseen)
    return go("organise", market, "notary", agreement_id, done="agreement_certified")


@router.post("/{agreement_id:path}/return", name="return_agreement_here")
def send_back(
    caller: Notary, market: MarketId, agreement_id: str, request: Request, form: SentForm, session: WriteSession, now: Now
) -> Response:
    record = get_agreement(session, caller, market, agreement_id)
    language = find_language(request)
    with form.refused_by(session, lambda: _show(request, session, caller, now, record, form)):
        _check_seen(form, record)
        chosen = [translate(said, language) for code, said in RETURN_REASONS if code in form.texts("why")]
        return_agreement(session, now, caller, record, _filled(" ".join([*chosen, form.text("reason")]), "reason"))
    return go("organise", market, "notary", done="agreement_sent_back")


@router.post("/{agreement_id:path}/replace", name="replace_agreement_here")
def replace(
    caller: Voider, market: MarketId, agreement_id: str, request: Request, form: SentForm, session: WriteSession, now: Now
) -> Response:
    record = get_agreement(session, caller, market, agreement_id)
    with form.refused_by(session, lambda: _show(request, session, caller, now, record, form)):
        successor = replace_agreement(session, now, caller, record, _filled(form.text("void_reason"), "void_reason"))
    return go("organise", market, "notary", successor.id, done="agreement_replaced")


@router.post("/{agreement_id:path}/raise", name="raise_limit_here")
def raise_limit(
    caller: Raiser, market: MarketId, agreement_id: str, request: Request, form: SentForm, session: WriteSession, now: Now
) -> Response:
    """„We found more hands“."""
    record = get_agreement(session, caller, market, agreement_id)
    with form.refused_by(session, lambda: _show(request, session, caller, now, record, form)):
        what = RaiseWhat(form.text("entry") or None, form.text("organisation") or None)
        to = _read_whole(form, "raise_to") or 0
        with form.part("raise_"):
            raise_what(session, now, caller, record, what, to, form.text("raise_reason"))
    return go("organise", market, "notary", agreement_id, done="limit_raised")


@router.get("/{agreement_id:path}", name="notary_agreement")
def show_agreement(
    caller: Reader, market: MarketId, agreement_id: str, request: Request, session: ReadSession, now: Now
) -> Response:
    record = get_agreement(session, caller, market, agreement_id)
    return _show(request, session, caller, now, record, Form.of(version=record.version, number=number_on_paper(record.id)))


def _show(request: Request, session: Session, caller: Actor, now: Now, record: Agreement, form: Form) -> Response:
    market_id, language = record.market_id, find_language(request)
    successor = session.scalar(
        select(Agreement).where(Agreement.market_id == market_id, Agreement.replaces_id == record.id).limit(1)
    )
    replaced = session.get(Agreement, (market_id, record.replaces_id)) if record.replaces_id is not None else None
    labels = find_labels(session, market_id, [record])
    raises = list_raises(session, market_id, record.id)
    actors = {each.actor for each in raises} | ({record.certified_by} if record.certified_by is not None else set())
    context: dict[str, Any] = {
        "obstacles": [_tell_obstacle(found, labels.in_words(found)) for found in _find_obstacles(session, record)],
        "figures": [tell_figures(service, language) for service in record.services],
        "in_hand": find_in_hand(session, now, record) if record.status is AgreementStatus.SUBMITTED else None,
        "raises": raises,
        "foreseen": foresee_number(session, market_id, caller) if caller.has(Role.NOTARY) else None,
        "names": find_staff_names(session, market_id, actors),
    }
    return show(
        request,
        "notary_agreement.html",
        market=get_market(session, market_id),
        profile=get_profile(session, market_id),
        agreement=record,
        labels=labels,
        successor=successor,
        replaced=replaced,
        form=form,
        me=caller.name,
        is_notary=caller.has(Role.NOTARY),
        may_void=caller.has(Role.NOTARY, Role.ORGANISER),
        checks=[(check.value, translate(said, language), translate(hint, language)) for check, said, hint in CHECKS],
        why=[(code, translate(said, language)) for code, said in RETURN_REASONS],
        **context,
    )


def _find_obstacles(session: Session, record: Agreement) -> list[Finding]:
    is_open = record.status not in (AgreementStatus.CERTIFIED, AgreementStatus.VOID)
    return find_obstacles(session, record) if is_open else []


def _tell_obstacle(found: Finding, said: Finding) -> dict[str, Any]:
    """With what could be raised to get past it: the field's name and the id, and the new limit."""
    field = RAISABLE.get(found.code)
    limit = int(found.params["limit"]) + 1 if field else 0
    return {"finding": said, "field": field, "id": found.params[field] if field else "", "to": limit}


def _check_seen(form: Form, record: Agreement) -> None:
    """Only what was read is stamped or given back."""
    if form.text("version") != str(record.version):
        form.put("version", record.version)
        raise Conflict(Finding("agreement_edited_meanwhile"))


def _filled(text: str, field: str) -> str:
    if not text.strip():
        raise InvalidInput(Finding("blank", Place(field=field)))
    return text.strip()


def _read_whole(form: Form, name: str) -> int | None:
    text = form.text(name)
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise InvalidInput(Finding("not_whole_number", Place(field=name), {"found": text}))
    return int(text)
