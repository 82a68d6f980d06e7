"""Checking passwords on the way in: before any lock is taken, a few at once, counted by account."""

from typing import Annotated, Final

from anyio import to_thread
from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from marktplatz.db.models import Account, Login
from marktplatz.errors import Conflict, Finding, NotAllowed
from marktplatz.market import Line
from marktplatz.usecases.links import STAFF_LINK_TIME
from marktplatz.usecases.logins import find_account
from marktplatz.usecases.passwords import MAX_LENGTH, check_new_password, fits_password, hash_password
from marktplatz.usecases.secrecy import normalise_mail
from marktplatz.web.body import In, Sent
from marktplatz.web.identity import Identity
from marktplatz.web.rates import WRONG_LOGINS
from marktplatz.web.service import Service, service_of

MAX_WAITING: Final = 200
"""More than a second's work; whoever comes then is told that the service is busy."""

Password = Annotated[str, Field(min_length=1, max_length=MAX_LENGTH)]


class SignIn(In):
    email: Line
    password: Password


class NewPassword(In):
    """`old` is not needed by who has none, or came in by a link just now."""

    old: Password | None = None
    new: Password


async def check_credentials(request: Request, sent: Sent[SignIn]) -> tuple[str, str]:
    """The account's id and the hash that the password fits. Unknown, disabled, no password, wrong: one and the same answer."""
    found = await find_by_credentials(service_of(request), sent.email, sent.password)
    if found is None:
        raise NotAllowed(Finding("wrong_credentials"))
    return found


async def find_by_credentials(service: Service, email: str, password: str) -> tuple[str, str] | None:
    mail = normalise_mail(email)
    account = await run_in_threadpool(_load, service, mail)
    password_hash = account.password_hash if account is not None and account.disabled_at is None else None
    if not await _fits(service, mail, password_hash, password) or account is None or password_hash is None:
        return None
    return account.id, password_hash


async def hash_new_password(service: Service, password: str, mail: str) -> str:
    """InvalidInput for one that is too short or too simple."""
    check_new_password(password, mail)
    return await to_thread.run_sync(hash_password, password, limiter=service.password_checks)


async def prepare_password(request: Request, sent: Sent[NewPassword]) -> str:
    """The new password's hash; NotAllowed if the old one is needed and wrong."""
    service, identity = service_of(request), _identity_of(request)
    account, is_by_link = await run_in_threadpool(_load_own, service, identity)
    check_new_password(sent.new, account.email)
    is_needed = account.password_hash is not None and not is_by_link
    if is_needed and not await _fits(service, account.email, account.password_hash, sent.old or ""):
        raise NotAllowed(Finding("wrong_old_password"))
    return await hash_new_password(service, sent.new, account.email)


async def _fits(service: Service, mail: str, password_hash: str | None, password: str) -> bool:
    """Every try counts before it is made, so that many at once do not get through; a success forgives those before."""
    service.rates.take(WRONG_LOGINS, mail)
    if service.password_checks.statistics().tasks_waiting > MAX_WAITING:
        raise Conflict(Finding("busy"))
    fits = await to_thread.run_sync(fits_password, password_hash, password, limiter=service.password_checks)
    if fits:
        service.rates.forgive(WRONG_LOGINS, mail)
    return fits


def _load(service: Service, mail: str) -> Account | None:
    with service.database.read() as session:
        return find_account(session, mail)


def _load_own(service: Service, identity: Identity) -> tuple[Account, bool]:
    """The account, and whether the caller came in by a link just now."""
    if identity.account_id is None:
        raise NotAllowed(Finding("role_may_not"))
    with service.database.read() as session:
        login = session.get_one(Login, identity.login)
        is_fresh = login.is_by_link and service.clock() < login.created_at + STAFF_LINK_TIME
        return session.get_one(Account, identity.account_id), is_fresh


def _identity_of(request: Request) -> Identity:
    identity: Identity = request.state.identity
    return identity


CheckedCredentials = Annotated[tuple[str, str], Depends(check_credentials)]
PreparedPassword = Annotated[str, Depends(prepare_password)]
