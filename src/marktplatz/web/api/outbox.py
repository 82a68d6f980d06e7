"""The outbox of a market: read what would be sent, release it, discard it."""

from datetime import datetime
from typing import Annotated

from fastapi import BackgroundTasks, Request, Response
from pydantic import BaseModel
from sqlalchemy import select

from marktplatz.db.models import OutboxMessage
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.outbox import discard_message, get_message, release_message
from marktplatz.vocabulary import MessageStatus
from marktplatz.web.access import ALWAYS, OPEN, Rule
from marktplatz.web.api.routing import make_api_router
from marktplatz.web.deps import Cursor, Limit, MarketId, Now, ReadSession, WriteSession
from marktplatz.web.paging import read_page
from marktplatz.web.service import service_of

router = make_api_router("/markets/{market}/outbox", "outbox")


class MessageOut(BaseModel):
    """`{link}` in the body is filled in when the message leaves. `failure` names the kind of fault, not the server's words."""

    id: str
    kind: str
    person: str | None
    recipient: str | None
    subject: str | None
    body: str | None
    status: MessageStatus
    attempts: int
    failure: str | None
    created_at: datetime
    sent_at: datetime | None


@router.get("", name="list")
def list_messages(
    caller: Annotated[Actor, Rule("outbox:read", organiser=ALWAYS)],
    market: MarketId,
    request: Request,
    response: Response,
    session: ReadSession,
    limit: Limit = 100,
    cursor: Cursor = None,
    status: MessageStatus | None = None,
) -> list[MessageOut]:
    del caller
    wanted = select(OutboxMessage).where(OutboxMessage.market_id == market)
    if status is not None:
        wanted = wanted.where(OutboxMessage.status == status)
    return [show_message(row) for row in read_page(session, request, response, wanted, (OutboxMessage.id,), limit, cursor)]


@router.get("/{message_id}", name="read")
def read(
    caller: Annotated[Actor, Rule("outbox:read", organiser=ALWAYS)], market: MarketId, message_id: str, session: ReadSession
) -> MessageOut:
    del caller
    return show_message(get_message(session, market, message_id))


@router.post("/{message_id}/release", name="release")
def release(
    caller: Annotated[Actor, Rule("outbox:write", organiser=OPEN)],
    market: MarketId,
    message_id: str,
    request: Request,
    background: BackgroundTasks,
    session: WriteSession,
    now: Now,
) -> MessageOut:
    """It may leave now; one that failed is tried again."""
    message = get_message(session, market, message_id)
    release_message(session, now, caller, message)
    background.add_task(service_of(request).wake_postman)
    return show_message(message)


@router.post("/{message_id}/discard", name="discard")
def discard(
    caller: Annotated[Actor, Rule("outbox:write", organiser=ALWAYS)],
    market: MarketId,
    message_id: str,
    session: WriteSession,
    now: Now,
) -> MessageOut:
    message = get_message(session, market, message_id)
    discard_message(session, now, caller, message)
    return show_message(message)


def show_message(message: OutboxMessage) -> MessageOut:
    names = ("id", "kind", "recipient", "subject", "body", "status", "attempts", "failure", "created_at", "sent_at")
    return MessageOut(person=message.person_id, **{name: getattr(message, name) for name in names})
