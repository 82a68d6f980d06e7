"""Where everybody begins: the markets that are open, the language, and the first person of an empty installation."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import select

from marktplatz.db.models import MarketRecord, Profile
from marktplatz.errors import Conflict, Finding, InvalidInput, Place
from marktplatz.usecases.accounts import add_account, has_owner
from marktplatz.usecases.actor import SYSTEM, Actor
from marktplatz.usecases.logins import begin_login
from marktplatz.vocabulary import Phase
from marktplatz.web.access import ALWAYS, Rule
from marktplatz.web.cookies import put_login
from marktplatz.web.deps import Now, ReadSession, WriteSession
from marktplatz.web.language import COOKIE, LANGUAGES
from marktplatz.web.pages.forms import Form, SentForm
from marktplatz.web.pages.frame import go, go_to, show
from marktplatz.web.pages.route import PageRoute
from marktplatz.web.passwords import hash_new_password
from marktplatz.web.service import service_of

router = APIRouter(tags=["pages"], route_class=PageRoute, include_in_schema=False)

MAX_SHOWN = 50


@router.get("/", name="start")
def start(caller: Annotated[Actor, Rule("pages:read", public=ALWAYS)], request: Request, session: ReadSession) -> Response:
    del caller
    if not has_owner(session):
        return go("set-up")
    wanted = (
        select(MarketRecord, Profile)
        .join(Profile, Profile.market_id == MarketRecord.id)
        .where(MarketRecord.phase.not_in((Phase.DRAFT, Phase.CLOSED)))
        .order_by(MarketRecord.date, MarketRecord.name)
        .limit(MAX_SHOWN)
    )
    return show(request, "start.html", markets=list(session.execute(wanted)))


@router.post("/language", name="choose_language")
def choose_language(caller: Annotated[Actor, Rule("pages:read", public=ALWAYS)], request: Request, form: SentForm) -> Response:
    del caller
    answer = go_to(form.text("next"))
    chosen = form.text("language")
    if chosen in LANGUAGES:
        is_https = service_of(request).settings.is_https
        answer.set_cookie(COOKIE, chosen, max_age=365 * 86_400, secure=is_https, httponly=True, samesite="lax")
    return answer


async def hash_sent_password(request: Request, form: SentForm) -> str | InvalidInput:
    """Before any lock is taken; what is wrong with the password is told in the form."""
    try:
        return await hash_new_password(service_of(request), form.text("new"), form.text("email").lower())
    except InvalidInput as error:
        return error


@router.get("/set-up", name="set_up")
def show_set_up(caller: Annotated[Actor, Rule("pages:read", public=ALWAYS)], request: Request, session: ReadSession) -> Response:
    del caller
    if has_owner(session):
        return go("sign-in")
    return show(request, "set_up.html", form=Form.of())


@router.post("/set-up", name="set_up_now")
def set_up(
    caller: Annotated[Actor, Rule("pages:write", public=ALWAYS)],
    request: Request,
    form: SentForm,
    prepared: Annotated[str | InvalidInput, Depends(hash_sent_password)],
    session: WriteSession,
    now: Now,
) -> Response:
    """The first person owns the installation; whoever has the code from the window where it was started."""
    del caller
    service = service_of(request)
    if has_owner(session):
        raise Conflict(Finding("set_up_already"))
    with form.refused_by(session, lambda: show(request, "set_up.html", form=form)):
        if not secrets.compare_digest(form.text("code").encode(), service.setup_code.encode()):
            raise InvalidInput(Finding("wrong_setup_code", Place(field="code")))
        if not form.text("name"):
            raise InvalidInput(Finding("missing", Place(field="name")))
        account = add_account(session, now, SYSTEM, form.text("email"), form.text("name"), is_owner=True)
        if isinstance(prepared, InvalidInput):
            raise prepared
    account.password_hash = prepared
    answer = go("organise", done="set_up")
    put_login(answer, begin_login(session, now, account_id=account.id), is_https=service.settings.is_https)
    return answer
