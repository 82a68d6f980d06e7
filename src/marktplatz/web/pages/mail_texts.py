"""The words of a market's mails: look at them, write own ones, take those of the product again."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import MailText
from marktplatz.errors import Finding, NotFound
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.mail_texts import change_text, drop_text, find_own_text
from marktplatz.usecases.mailing import mail_words
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.profiles import get_profile
from marktplatz.vocabulary import MessageKind
from marktplatz.web.access import ALWAYS, OPEN, Rule
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.language import find_language
from marktplatz.web.pages.forms import Form, SentForm
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.route import PageRoute
from marktplatz.wording.mails import EDITABLE, default_mail, fill_in, placeholders_for

router = APIRouter(prefix="/organise/{market}/outbox/texts", tags=["pages"], route_class=PageRoute, include_in_schema=False)


@router.get("", name="mail_texts")
def show_texts(
    caller: Annotated[Actor, Rule("outbox:read", organiser=ALWAYS)], market: MarketId, request: Request, session: ReadSession
) -> Response:
    del caller
    own = set(session.scalars(select(MailText.kind).where(MailText.market_id == market)))
    return show(request, "mail_texts.html", market=get_market(session, market), kinds=EDITABLE, own=own)


@router.get("/{kind}", name="mail_text")
def show_text(
    caller: Annotated[Actor, Rule("outbox:read", organiser=ALWAYS)],
    market: MarketId,
    kind: MessageKind,
    request: Request,
    session: ReadSession,
) -> Response:
    del caller
    subject, body = find_own_text(session, market, kind) or _default(kind, request)
    return _show(request, session, market, kind, Form.of(subject=subject, body=body))


@router.post("/{kind}", name="change_mail_text")
def change(
    caller: Annotated[Actor, Rule("outbox:write", organiser=OPEN)],
    market: MarketId,
    kind: MessageKind,
    request: Request,
    form: SentForm,
    session: WriteSession,
    now: Now,
) -> Response:
    if form.text("deed") == "default":
        drop_text(session, now, caller, market, kind)
        return go("organise", market, "outbox", "texts", kind.value, done="mail_text_dropped")
    with form.refused_by(session, lambda: _show(request, session, market, kind, form)):
        change_text(session, now, caller, market, kind, form.text("subject"), form.text("body"))
    return go("organise", market, "outbox", "texts", kind.value, done="saved")


def _show(request: Request, session: Session, market: str, kind: MessageKind, form: Form) -> Response:
    record, profile = get_market(session, market), get_profile(session, market)
    words = mail_words(record, profile, "Förderverein Musterstadt e.V.", find_language(request))
    words |= {"name": "Maria Muster", "market": record.name, "link": "https://…"}
    return show(
        request,
        "mail_text.html",
        market=record,
        kind=kind,
        form=form,
        is_own=find_own_text(session, market, kind) is not None,
        placeholders=sorted(placeholders_for(kind)),
        preview_subject=fill_in(form.text("subject"), words),
        preview_body=fill_in(form.text("body"), words),
    )


def _default(kind: MessageKind, request: Request) -> tuple[str, str]:
    if kind not in EDITABLE:
        raise NotFound(Finding("no_such_address"))
    return default_mail(kind, find_language(request))
