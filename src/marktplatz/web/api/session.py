"""Logins of people: sign in, who am I, sign out, another password."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Request, Response
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import Account, Login, Membership, Person, Station
from marktplatz.errors import Finding, NotAllowed
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.logins import change_password, end_login, sign_in
from marktplatz.usecases.secrecy import hash_secret
from marktplatz.vocabulary import Role
from marktplatz.web.access import ALWAYS, Rule
from marktplatz.web.api.routing import make_api_router
from marktplatz.web.body import Sent
from marktplatz.web.cookies import drop_login, put_login
from marktplatz.web.deps import Now, ReadSession, WriteSession
from marktplatz.web.idempotency import UnkeptRoute
from marktplatz.web.identity import Identity
from marktplatz.web.passwords import CheckedCredentials, NewPassword, PreparedPassword, SignIn
from marktplatz.web.service import service_of

router = make_api_router("/session", "session", UnkeptRoute)


class MarketRoles(BaseModel):
    market: str
    roles: tuple[Role, ...]


class WhoOut(BaseModel):
    """Who is calling. `form_token` belongs into the forms of pages; `needs_password`: there is none yet, one may be set."""

    kind: Literal["account", "person", "token", "station"]
    id: str
    name: str | None
    is_owner: bool
    needs_password: bool
    markets: tuple[MarketRoles, ...]
    organisations: tuple[str, ...]
    form_token: str | None
    expires_at: datetime | None


@router.post("", status_code=201, name="sign_in")
def add(
    caller: Annotated[Actor, Rule("session:write", public=ALWAYS)],
    request: Request,
    response: Response,
    sent: Sent[SignIn],
    checked: CheckedCredentials,
    session: WriteSession,
    now: Now,
) -> WhoOut:
    """Mail and password of somebody of the staff; the answer sets the cookie."""
    del caller, sent
    _end_present_login(session, request, now)
    return answer_with_login(session, request, response, sign_in(session, now, *checked))


@router.get("", name="who")
def read(caller: Annotated[Actor, Rule("session:read", public=ALWAYS)], request: Request, session: ReadSession) -> WhoOut:
    """401 for nobody in particular."""
    del caller
    identity: Identity = request.state.identity
    if identity.token is not None:
        return _show_token(identity)
    if identity.station is not None:
        return _show_station(identity.station)
    if identity.login is None:
        raise NotAllowed(Finding("not_signed_in"))
    return show_login(session, session.get_one(Login, identity.login))


@router.delete("", status_code=204, name="sign_out")
def remove(
    caller: Annotated[Actor, Rule("session:write", public=ALWAYS)],
    request: Request,
    response: Response,
    session: WriteSession,
    now: Now,
) -> None:
    """The login ends on the server too, whoever may have copied its cookie."""
    del caller
    _end_present_login(session, request, now)
    drop_login(response, is_https=service_of(request).settings.is_https)


@router.post("/password", status_code=204, name="change_password")
def edit_password(
    caller: Annotated[Actor, Rule("session:write", organiser=ALWAYS)],
    request: Request,
    sent: Sent[NewPassword],
    prepared: PreparedPassword,
    session: WriteSession,
    now: Now,
) -> None:
    """All other logins of the account end."""
    del sent
    identity: Identity = request.state.identity
    change_password(session, now, caller, session.get_one(Account, identity.account_id), prepared, identity.login)


def answer_with_login(session: Session, request: Request, response: Response, secret: str) -> WhoOut:
    put_login(response, secret, is_https=service_of(request).settings.is_https)
    return show_login(session, session.get_one(Login, hash_secret(secret)))


def show_login(session: Session, login: Login) -> WhoOut:
    if login.person_id is not None and login.market_id is not None:
        return _show_person(session, login, login.market_id, login.person_id)
    account = session.get_one(Account, login.account_id)
    roles: dict[str, list[Role]] = {}
    wanted = select(Membership).where(Membership.account_id == account.id).order_by(Membership.market_id, Membership.role)
    for membership in session.scalars(wanted):
        roles.setdefault(membership.market_id, []).append(membership.role)
    return WhoOut(
        kind="account",
        id=account.id,
        name=account.name,
        is_owner=account.is_owner,
        needs_password=account.password_hash is None,
        markets=tuple(MarketRoles(market=market, roles=tuple(found)) for market, found in roles.items()),
        organisations=(),
        form_token=login.form_secret,
        expires_at=login.expires_at,
    )


def _show_person(session: Session, login: Login, market_id: str, person_id: str) -> WhoOut:
    person = session.get_one(Person, (market_id, person_id))
    identity = Identity(f"person:{person_id}", person=(market_id, person_id))
    return WhoOut(
        kind="person",
        id=person.id,
        name=person.name,
        is_owner=False,
        needs_password=False,
        markets=(MarketRoles(market=market_id, roles=(Role.PARTICIPANT,)),),
        organisations=tuple(sorted(identity.organisations_in(session, market_id))),
        form_token=login.form_secret,
        expires_at=login.expires_at,
    )


def _show_token(identity: Identity) -> WhoOut:
    assert identity.token is not None  # noqa: S101 asked before
    token = identity.token
    return WhoOut(
        kind="token",
        id=token.id,
        name=token.name,
        is_owner=identity.is_owner,
        needs_password=False,
        markets=tuple(MarketRoles(market=market, roles=(token.role,)) for market in token.market_ids or ()),
        organisations=(),
        form_token=None,
        expires_at=token.expires_at,
    )


def _show_station(station: Station) -> WhoOut:
    return WhoOut(
        kind="station",
        id=station.id,
        name=station.name,
        is_owner=False,
        needs_password=False,
        markets=(MarketRoles(market=station.market_id, roles=(station.role,)),),
        organisations=(),
        form_token=station.form_secret,
        expires_at=station.expires_at,
    )


def _end_present_login(session: Session, request: Request, now: datetime) -> None:
    identity: Identity = request.state.identity
    if identity.login is not None:
        end_login(session, now, identity.login)
