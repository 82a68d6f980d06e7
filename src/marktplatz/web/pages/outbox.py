"""The outbox for people: what lies ready, what left, what came back; nothing leaves before somebody has seen how many they are."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import OutboxMessage
from marktplatz.errors import Finding, NotFound
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.mailing import (
    GROUP_KINDS,
    count_held,
    count_messages,
    find_recipients,
    note_bounce,
    release_held,
    write_to_group,
)
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.outbox import discard_message, edit_message, get_message, release_message
from marktplatz.usecases.profiles import get_profile
from marktplatz.vocabulary import MessageKind, MessageStatus
from marktplatz.web.access import ALWAYS, OPEN, Rule
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.pages.forms import Form, SentForm, read_count
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.paging import PageNumber, read_leaf
from marktplatz.web.pages.route import PageRoute
from marktplatz.web.postman import smtp_server
from marktplatz.web.service import service_of

router = APIRouter(prefix="/organise/{market}/outbox", tags=["pages"], route_class=PageRoute, include_in_schema=False)

READING = Rule("outbox:read", organiser=ALWAYS)
WRITING = Rule("outbox:write", organiser=OPEN)


@router.get("", name="outbox")
def show_outbox(
    caller: Annotated[Actor, READING],
    market: MarketId,
    request: Request,
    session: ReadSession,
    status: MessageStatus = MessageStatus.HELD,
    page: PageNumber = 1,
) -> Response:
    del caller
    return _show_list(request, session, market, Form.of(), status, page)


@router.get("/write", name="outbox_write")
def show_write(
    caller: Annotated[Actor, READING],
    market: MarketId,
    request: Request,
    session: ReadSession,
    kind: MessageKind = MessageKind.REMINDER,
) -> Response:
    """Who would get such a mail, before it is written."""
    del caller
    return _show_write(request, session, market, kind, Form.of())


@router.post("/write", name="outbox_write_now")
def write(
    caller: Annotated[Actor, WRITING], market: MarketId, request: Request, form: SentForm, session: WriteSession, now: Now
) -> Response:
    kind = _group_kind(form.text("kind"))
    with form.refused_by(session, lambda: _show_write(request, session, market, kind, form)):
        record, profile = get_market(session, market), get_profile(session, market)
        write_to_group(session, now, caller, record, profile, kind, read_count(form.text("expected")))
    return go("organise", market, "outbox", done="mails_written")


@router.get("/send", name="outbox_send")
def show_send(
    caller: Annotated[Actor, READING], market: MarketId, request: Request, session: ReadSession, kind: MessageKind | None = None
) -> Response:
    """How many would leave, to be confirmed."""
    del caller
    return _show_send(request, session, market, kind, Form.of())


@router.post("/send", name="outbox_send_now")
def send(
    caller: Annotated[Actor, WRITING],
    market: MarketId,
    request: Request,
    background: BackgroundTasks,
    form: SentForm,
    session: WriteSession,
    now: Now,
) -> Response:
    kind = MessageKind(form.text("kind")) if form.text("kind") in set(MessageKind) else None
    with form.refused_by(session, lambda: _show_send(request, session, market, kind, form)):
        release_held(session, now, caller, market, kind.value if kind else None, read_count(form.text("expected")))
    background.add_task(service_of(request).wake_postman)
    answer = go("organise", market, "outbox", done="mails_released", status=MessageStatus.RELEASED.value)
    answer.background = background
    return answer


@router.get("/messages/{message_id}", name="outbox_message")
def show_message(
    caller: Annotated[Actor, READING], market: MarketId, message_id: str, request: Request, session: ReadSession
) -> Response:
    del caller
    message = get_message(session, market, message_id)
    return _show_message(request, session, message, Form.of(subject=message.subject or "", body=message.body or ""))


@router.post("/messages/{message_id}", name="outbox_message_deed")
def change_message(
    caller: Annotated[Actor, WRITING],
    market: MarketId,
    message_id: str,
    request: Request,
    background: BackgroundTasks,
    form: SentForm,
    session: WriteSession,
    now: Now,
) -> Response:
    """One deed by the button that was pressed: save the words, send, discard, or note that it came back."""
    message = get_message(session, market, message_id)
    deed = form.text("deed")
    with form.refused_by(session, lambda: _show_message(request, session, message, form)):
        if deed in ("save", "send") and message.status is MessageStatus.HELD:
            edit_message(session, now, caller, message, form.text("subject"), form.text("body"))
        if deed == "send":
            release_message(session, now, caller, message)
            background.add_task(service_of(request).wake_postman)
        elif deed == "discard":
            discard_message(session, now, caller, message)
        elif deed == "bounced":
            note_bounce(session, now, caller, message)
    done = {"send": "mail_released", "discard": "mail_discarded", "bounced": "bounce_noted"}.get(deed, "saved")
    answer = go("organise", market, "outbox", "messages", message_id, done=done)
    answer.background = background
    return answer


def _show_list(request: Request, session: Session, market: str, form: Form, status: MessageStatus, page: int) -> Response:
    of_status = (OutboxMessage.market_id == market, OutboxMessage.status == status)
    wanted = select(OutboxMessage).where(*of_status).order_by(OutboxMessage.created_at.desc(), OutboxMessage.id)
    messages = read_leaf(session, wanted, page)
    return show(
        request,
        "outbox.html",
        market=get_market(session, market),
        profile=get_profile(session, market),
        form=form,
        shown=status,
        statuses=list(MessageStatus),
        counts=count_messages(session, market),
        messages=messages.rows,
        **messages.context,
        has_smtp=smtp_server(service_of(request).settings) is not None,
        kinds=GROUP_KINDS,
    )


def _show_write(request: Request, session: Session, market: str, kind: MessageKind, form: Form) -> Response:
    if kind not in GROUP_KINDS:
        raise NotFound(Finding("no_such_address"))
    recipients = find_recipients(session, market, kind)
    record = get_market(session, market)
    return show(request, "outbox_write.html", market=record, form=form, kind=kind, kinds=GROUP_KINDS, recipients=recipients)


def _show_send(request: Request, session: Session, market: str, kind: MessageKind | None, form: Form) -> Response:
    count = count_held(session, market, kind.value if kind else None)
    has_smtp = smtp_server(service_of(request).settings) is not None
    return show(
        request, "outbox_send.html", market=get_market(session, market), form=form, kind=kind, count=count, has_smtp=has_smtp
    )


def _show_message(request: Request, session: Session, message: OutboxMessage, form: Form) -> Response:
    market = get_market(session, message.market_id or "")
    return show(request, "outbox_message.html", market=market, profile=get_profile(session, market.id), message=message, form=form)


def _group_kind(text: str) -> MessageKind:
    found = next((kind for kind in GROUP_KINDS if kind.value == text), None)
    if found is None:
        raise NotFound(Finding("no_such_address"))
    return found
