"""Who is calling: a program by its token, a person by the cookie of a login, a station in the hall, or nobody in particular."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypedDict

from fastapi import Request
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from marktplatz.db.models import Account, Login, Membership, Representation, Station, Token
from marktplatz.errors import Finding, NotAllowed
from marktplatz.usecases.secrecy import hash_secret
from marktplatz.usecases.stations import find_alive, scopes_of
from marktplatz.usecases.tokens import covers, find_issuer, is_alive, may_back
from marktplatz.vocabulary import Role

HTTPS_COOKIE: Final = "__Host-marktplatz"
HTTP_COOKIE: Final = "marktplatz"
"""Browsers take the name with __Host- only over HTTPS; on a laptop in a hall without it there is the plain one."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody whose secret was right. `issuer` stands behind a token; `login` is the hash by which a login is kept.

    A station has no login: its cookie holds the secret of its link, and ends with it."""

    name: str
    is_owner: bool = False
    account_id: str | None = None
    person: tuple[str, str] | None = None
    token: Token | None = None
    issuer: str = ""
    login: str | None = None
    form_secret: str | None = None
    station: Station | None = None

    @property
    def is_anonymous(self) -> bool:
        return self.name == NOBODY

    def roles_in(self, session: Session, market_id: str) -> frozenset[Role]:
        """The roles in one market; the owner is an organiser everywhere."""
        if self.token is not None:
            inside = self.token.market_ids is None or market_id in self.token.market_ids
            inside = inside and may_back(session, self.issuer, market_id)
            roles = {Role.OWNER, Role.ORGANISER} if self.is_owner else {self.token.role}
            return frozenset(roles) if inside else frozenset()
        if self.is_owner:
            return frozenset({Role.OWNER, Role.ORGANISER})
        if self.account_id is not None:
            return frozenset(session.scalars(_ROLES, {"market": market_id, "account": self.account_id}))
        if self.person is not None and self.person[0] == market_id:
            return frozenset({Role.PARTICIPANT})
        if self.station is not None and self.station.market_id == market_id:
            return frozenset({self.station.role})
        return frozenset()

    def organisations_in(self, session: Session, market_id: str) -> frozenset[str]:
        """Those that a participant stands for."""
        if self.person is None or self.person[0] != market_id:
            return frozenset()
        return frozenset(session.scalars(_ORGANISATIONS, {"market": market_id, "person": self.person[1]}))

    def allows(self, scope: str) -> bool:
        """Does the token, or the station, reach as far? People are not limited."""
        if self.station is not None:
            return covers(scopes_of(self.station.role), scope)
        return self.token is None or covers(self.token.scopes, scope)


class _OfLogin(TypedDict):
    login: str
    form_secret: str


NOBODY: Final = "public"
ANONYMOUS: Final = Identity(NOBODY)
# Made once: they are asked at every request, and to put one together takes longer than the database needs for it.
_TOKEN: Final = select(Token).where(Token.secret_sha256 == bindparam("secret"))
_LOGIN: Final = (
    select(Login, Account)
    .join(Account, Account.id == Login.account_id, isouter=True)
    .where(Login.secret_sha256 == bindparam("secret"))
)
_ROLES: Final = select(Membership.role).where(
    Membership.market_id == bindparam("market"), Membership.account_id == bindparam("account")
)
_ORGANISATIONS: Final = select(Representation.organisation_id).where(
    Representation.market_id == bindparam("market"), Representation.person_id == bindparam("person")
)


def identify(session: Session, request: Request, now: datetime, *, is_https: bool) -> Identity:
    """NotAllowed (401) for a secret that is wrong, revoked or over; nobody where there is none."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer":
            raise NotAllowed(Finding("not_signed_in"))
        return _identify_token(session, secret.strip(), now)
    cookie = request.cookies.get(HTTPS_COOKIE if is_https else HTTP_COOKIE)
    return _identify_login(session, cookie, now) if cookie else ANONYMOUS


def _identify_token(session: Session, secret: str, now: datetime) -> Identity:
    token = session.scalar(_TOKEN, {"secret": hash_secret(secret)})
    issuer = find_issuer(session, now, token) if token is not None and is_alive(token, now) else None
    if token is None or issuer is None:
        raise NotAllowed(Finding("not_signed_in"))
    is_owner = token.role is Role.OWNER and token.market_ids is None and may_back(session, issuer, None)
    return Identity(f"token:{token.id}", is_owner=is_owner, token=token, issuer=issuer)


def _identify_login(session: Session, secret: str, now: datetime) -> Identity:
    """A login that is over or revoked counts as none: its holder is asked to sign in again where that is needed."""
    found = session.execute(_LOGIN, {"secret": hash_secret(secret)}).one_or_none()
    if found is None:
        return _identify_station(session, secret, now)
    login, account = found
    if login.revoked_at is not None or login.expires_at <= now:
        return ANONYMOUS
    of_login = _OfLogin(login=login.secret_sha256, form_secret=login.form_secret)
    if login.person_id is not None and login.market_id is not None:
        return Identity(f"person:{login.person_id}", person=(login.market_id, login.person_id), **of_login)
    if account.disabled_at is not None:
        return ANONYMOUS
    return Identity(f"account:{account.id}", account.is_owner, account.id, **of_login)


def _identify_station(session: Session, secret: str, now: datetime) -> Identity:
    station = find_alive(session, secret, now)
    if station is None:
        return ANONYMOUS
    return Identity(f"station:{station.id}", station=station, form_secret=station.form_secret)
