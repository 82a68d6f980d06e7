"""Links by mail: ask for one, and come in by it. Confirmed by POST, so that a mail scanner that follows links uses none up."""

from typing import Annotated

from fastapi import BackgroundTasks, Depends, Request, Response
from pydantic import BaseModel, Field

from marktplatz.market import Identifier, Line
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.links import STAFF_LINK_TIME, request_links, use_link
from marktplatz.usecases.secrecy import check_mail
from marktplatz.web.access import ALWAYS, Rule
from marktplatz.web.api.routing import make_api_router
from marktplatz.web.api.session import WhoOut, answer_with_login
from marktplatz.web.body import In, Sent
from marktplatz.web.deps import Now, WriteSession
from marktplatz.web.idempotency import UnkeptRoute
from marktplatz.web.rates import LINKS
from marktplatz.web.service import service_of

router = make_api_router("/links", "links", UnkeptRoute)


class LinkWish(In):
    """With a market: only as a participant of it."""

    email: Line
    market: Identifier | None = None


class LinkWishOut(BaseModel):
    """The same for every address, known or not."""

    staff_link_minutes: int


class Secret(In):
    secret: Annotated[str, Field(min_length=1, max_length=200)]


async def count_wish(request: Request, sent: Sent[LinkWish]) -> str:
    """The address, before any lock is taken; too many are refused whether it is known or not."""
    mail = check_mail(sent.email)
    service_of(request).rates.take(LINKS, mail)
    return mail


CountedMail = Annotated[str, Depends(count_wish)]


@router.post("", status_code=202, name="request")
def add(
    caller: Annotated[Actor, Rule("links:write", public=ALWAYS)],
    request: Request,
    background: BackgroundTasks,
    sent: Sent[LinkWish],
    mail: CountedMail,
    session: WriteSession,
    now: Now,
) -> LinkWishOut:
    """A mail with a link goes to the address if somebody has it here."""
    del caller
    service = service_of(request)
    request_links(session, now, mail, sent.market, service.settings.language)
    background.add_task(service.wake_postman)
    return LinkWishOut(staff_link_minutes=int(STAFF_LINK_TIME.total_seconds() // 60))


@router.post("/confirm", status_code=201, name="confirm")
def confirm(
    caller: Annotated[Actor, Rule("links:write", public=ALWAYS)],
    request: Request,
    response: Response,
    sent: Sent[Secret],
    session: WriteSession,
    now: Now,
) -> WhoOut:
    """The secret of a link becomes a login; the answer sets the cookie."""
    del caller
    return answer_with_login(session, request, response, use_link(session, now, sent.secret))
