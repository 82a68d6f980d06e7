"""Mails without a mail server: as letters to print, or as a list for one's own mail program. Each gets its link at this moment."""

import csv
import io
from typing import Annotated

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from marktplatz.db.models import OutboxMessage
from marktplatz.exchange.formula_guard import guard_formula
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.links import link_address, make_link
from marktplatz.usecases.mailing import find_waiting, hand_out
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.profiles import get_profile
from marktplatz.usecases.secrecy import code_of
from marktplatz.web.access import ALWAYS, OPEN, Rule
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.pages.forms import SentForm
from marktplatz.web.pages.frame import show
from marktplatz.web.pages.route import SecretPageRoute
from marktplatz.web.service import service_of
from marktplatz.wording.mails import LINK
from marktplatz.wording.own_mails import CODE

router = APIRouter(prefix="/organise/{market}/outbox/letters", tags=["pages"], route_class=SecretPageRoute, include_in_schema=False)

HEADINGS = ("E-Mail", "Betreff", "Text")


@router.get("", name="letters")
def show_letters(
    caller: Annotated[Actor, Rule("outbox:read", organiser=ALWAYS)], market: MarketId, request: Request, session: ReadSession
) -> Response:
    """How many wait, and the two ways out."""
    del caller
    return show(request, "letters.html", market=get_market(session, market), count=len(find_waiting(session, market)))


@router.post("", name="hand_out_letters")
def hand_out_letters(
    caller: Annotated[Actor, Rule("outbox:write", organiser=OPEN)],
    market: MarketId,
    request: Request,
    form: SentForm,
    session: WriteSession,
    now: Now,
) -> Response:
    """The answer holds the links, once; for us the mails are sent from now on."""
    messages = find_waiting(session, market)
    letters = [(message, _with_link(request, session, message, now)) for message in messages]
    hand_out(session, now, caller, market, messages)
    if form.text("as") == "list":
        return _as_list(letters)
    record, profile = get_market(session, market), get_profile(session, market)
    return show(request, "letters_print.html", market=record, profile=profile, letters=letters, today=now.date())


def _with_link(request: Request, session: Session, message: OutboxMessage, now: Now) -> str:
    body = (message.body or "").replace(CODE, code_of(message.id))
    if LINK not in body:
        return body
    return body.replace(LINK, link_address(service_of(request).settings.base_url, make_link(session, now, message)))


def _as_list(letters: list[tuple[OutboxMessage, str]]) -> Response:
    """For the serial mail of an office program: semicolons and a BOM, as a German Excel wants them; no cell becomes a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(HEADINGS)
    for message, body in letters:
        writer.writerow([guard_formula(cell) for cell in (message.recipient or "", message.subject or "", body)])
    headers = {"Content-Disposition": 'attachment; filename="mails.csv"', "Cache-Control": "no-store"}
    return Response("\ufeff" + text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)
