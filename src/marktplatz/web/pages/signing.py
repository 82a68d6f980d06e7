"""Coming in and going out: the staff by password or link, participants by link, stations by the link on their card."""

from typing import Annotated, TypeAlias

from fastapi import APIRouter, BackgroundTasks, Depends, Request, Response

from marktplatz.db.models import Account, Login, Station
from marktplatz.errors import Finding, InvalidInput, MarktplatzError, NotAllowed, Place
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.links import request_links, use_link
from marktplatz.usecases.logins import LOGIN_TIME, change_password, end_login, sign_in
from marktplatz.usecases.secrecy import check_mail, hash_secret
from marktplatz.usecases.stations import find_alive
from marktplatz.web.access import ALWAYS, Rule
from marktplatz.web.cookies import drop_login, put_login
from marktplatz.web.deps import Now, ReadSession, WriteSession
from marktplatz.web.identity import Identity
from marktplatz.web.pages.forms import Form, SentForm
from marktplatz.web.pages.frame import go, go_to, show
from marktplatz.web.pages.posts import post_of
from marktplatz.web.pages.route import PageRoute
from marktplatz.web.passwords import NewPassword, find_by_credentials, prepare_password
from marktplatz.web.rates import LINKS
from marktplatz.web.service import service_of

router = APIRouter(tags=["pages"], route_class=PageRoute, include_in_schema=False)

Anybody: TypeAlias = Annotated[Actor, Rule("session:write", public=ALWAYS)]


async def check_sent_credentials(request: Request, form: SentForm) -> tuple[str, str] | None:
    return await find_by_credentials(service_of(request), form.text("email"), form.text("password"))


async def prepare_sent_password(request: Request, form: SentForm) -> str | MarktplatzError:
    new, old = form.text("new"), form.text("old")
    try:
        return await prepare_password(request, NewPassword.model_construct(new=new, old=old or None))
    except (InvalidInput, NotAllowed) as error:
        return error


@router.get("/sign-in", name="show_sign_in")
def show_sign_in(
    caller: Annotated[Actor, Rule("session:read", public=ALWAYS)], request: Request, next_address: str = "/organise"
) -> Response:
    del caller
    return _show(request, Form.of(next=next_address))


@router.post("/sign-in", name="sign_in_here")
def sign_in_here(
    caller: Anybody,
    request: Request,
    form: SentForm,
    checked: Annotated[tuple[str, str] | None, Depends(check_sent_credentials)],
    session: WriteSession,
    now: Now,
) -> Response:
    del caller
    with form.refused_by(session, lambda: _show(request, form)):
        if checked is None:
            raise InvalidInput(Finding("wrong_credentials", Place(field="password")))
        _end_present_login(session, request, now)
        secret = sign_in(session, now, *checked)
    answer = go_to(form.text("next") or "/organise", done="signed_in")
    put_login(answer, secret, is_https=service_of(request).settings.is_https)
    return answer


async def count_wish(request: Request, form: SentForm) -> None:
    mail = form.text("email").lower()
    if mail:
        service_of(request).rates.take(LINKS, mail)


@router.post("/sign-in/link", name="ask_for_link")
def ask_for_link(
    caller: Anybody,
    request: Request,
    background: BackgroundTasks,
    form: SentForm,
    counted: Annotated[None, Depends(count_wish)],
    session: WriteSession,
    now: Now,
) -> Response:
    """The same answer for every address, known or not."""
    del caller, counted
    service = service_of(request)
    with form.refused_by(session, lambda: _show(request, form)):
        mail = check_mail(form.text("email"))
        request_links(session, now, mail, form.text("market") or None, service.settings.language)
    background.add_task(service.wake_postman)
    answer = go("sign-in", done="sent_link")
    answer.background = background
    return answer


@router.get("/enter", name="show_enter")
def show_enter(caller: Annotated[Actor, Rule("session:read", public=ALWAYS)], request: Request) -> Response:
    """The secret stands behind the #, which only the browser knows; without JavaScript the link is pasted into the field."""
    del caller
    return show(request, "enter.html", form=Form.of(), expired=False)


@router.post("/enter", name="enter")
def enter(caller: Anybody, request: Request, form: SentForm, session: WriteSession, now: Now) -> Response:
    """Confirmed by POST, so that a mail scanner that follows links uses none up."""
    del caller
    secret = form.text("secret").rpartition("#")[2]
    station = find_alive(session, secret, now)
    if station is not None:
        return _enter_station(session, request, now, station, secret)
    try:
        login_secret = use_link(session, now, secret)
    except NotAllowed:
        return show(request, "enter.html", 403, form=form, expired=True)
    _end_present_login(session, request, now)
    login = session.get_one(Login, hash_secret(login_secret))
    if login.market_id is not None:
        answer = go("m", login.market_id, "me", done="signed_in")
    else:
        has_password = session.get_one(Account, login.account_id).password_hash is not None
        answer = go("organise", done="signed_in") if has_password else go("password")
    put_login(answer, login_secret, is_https=service_of(request).settings.is_https)
    return answer


@router.post("/sign-out", name="sign_out_here")
def sign_out_here(caller: Anybody, request: Request, form: SentForm, session: WriteSession, now: Now) -> Response:
    del caller, form
    _end_present_login(session, request, now)
    answer = go(done="signed_out")
    drop_login(answer, is_https=service_of(request).settings.is_https)
    return answer


@router.get("/password", name="show_password")
def show_password(
    caller: Annotated[Actor, Rule("session:write", organiser=ALWAYS)], request: Request, session: ReadSession
) -> Response:
    del caller
    return _show_password(request, session, Form.of())


@router.post("/password", name="change_password_here")
def change_password_here(
    caller: Annotated[Actor, Rule("session:write", organiser=ALWAYS)],
    request: Request,
    form: SentForm,
    prepared: Annotated[str | MarktplatzError, Depends(prepare_sent_password)],
    session: WriteSession,
    now: Now,
) -> Response:
    identity: Identity = request.state.identity
    if identity.account_id is None:
        raise NotAllowed(Finding("role_may_not"))
    with form.refused_by(session, lambda: _show_password(request, session, form)):
        if isinstance(prepared, MarktplatzError):
            raise InvalidInput(*(Finding(fault.code, Place(field="new"), fault.params) for fault in prepared.findings))
        change_password(session, now, caller, session.get_one(Account, identity.account_id), prepared, identity.login)
    return go("organise", done="password_set")


def _enter_station(session: WriteSession, request: Request, now: Now, station: Station, secret: str) -> Response:
    """The device keeps the link's secret itself: taken back, it is out everywhere at once."""
    _end_present_login(session, request, now)
    answer = go(*post_of(station.role, station.market_id), done="station_open")
    lasts = station.expires_at - now if station.expires_at is not None else LOGIN_TIME
    put_login(answer, secret, is_https=service_of(request).settings.is_https, lasts=lasts)
    return answer


def _show(request: Request, form: Form) -> Response:
    return show(request, "sign_in.html", form=form, next_address=form.text("next") or "/organise", title=None, findings=[])


def _show_password(request: Request, session: ReadSession, form: Form) -> Response:
    identity: Identity = request.state.identity
    if identity.account_id is None:
        raise NotAllowed(Finding("role_may_not"))  # programs have no password
    account = session.get_one(Account, identity.account_id)
    login = session.get_one(Login, identity.login)
    return show(
        request, "password.html", form=form, account=account, asks_old=account.password_hash is not None and not login.is_by_link
    )


def _end_present_login(session: WriteSession, request: Request, now: Now) -> None:
    identity: Identity = request.state.identity
    if identity.login is not None:
        end_login(session, now, identity.login)
