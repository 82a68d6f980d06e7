"""Logins: begin, end, end all others. A login belongs to an account of the staff or to a person of one market."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marktplatz.db.models import Account, Link, Login
from marktplatz.errors import Finding, NotAllowed
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.secrecy import hash_secret, make_secret, normalise_mail

LOGIN_TIME: Final = timedelta(hours=12)
"""An evening with its preparation."""


def find_account(session: Session, mail: str) -> Account | None:
    return session.scalar(select(Account).where(Account.email == normalise_mail(mail)))


def account_actor(account: Account) -> Actor:
    return Actor(f"account:{account.id}")


def sign_in(session: Session, now: datetime, account_id: str, password_hash: str) -> str:
    """A new login's secret. The password was checked before, against a hash that must still be the account's."""
    account = session.get(Account, account_id)
    if account is None or account.disabled_at is not None or account.password_hash != password_hash:
        raise NotAllowed(Finding("wrong_credentials"))
    secret = begin_login(session, now, account_id=account.id)
    record_change(session, now, account_actor(account), "sign_in", Subject("account", account.id))
    return secret


def begin_login(
    session: Session,
    now: datetime,
    *,
    account_id: str | None = None,
    person: tuple[str, str] | None = None,
    is_by_link: bool = False,
) -> str:
    """Always a new secret, so that nobody can plant one before somebody signs in."""
    secret = make_secret()
    market_id, person_id = person or (None, None)
    login = Login(
        secret_sha256=hash_secret(secret),
        account_id=account_id,
        market_id=market_id,
        person_id=person_id,
        form_secret=make_secret(),
        is_by_link=is_by_link,
        created_at=now,
        expires_at=now + LOGIN_TIME,
    )
    session.add(login)
    session.flush()
    return secret


def end_login(session: Session, now: datetime, login_sha256: str) -> None:
    login = session.get(Login, login_sha256)
    if login is not None and login.revoked_at is None:
        login.revoked_at = now


def end_logins(session: Session, now: datetime, account_id: str, *, but: str | None = None) -> None:
    """All of an account, and its links on the way; `but` is the hash of the one that stays."""
    wanted = update(Login).where(Login.account_id == account_id, Login.revoked_at.is_(None))
    if but is not None:
        wanted = wanted.where(Login.secret_sha256 != but)
    session.execute(wanted.values(revoked_at=now))
    session.execute(update(Link).where(Link.account_id == account_id, Link.revoked_at.is_(None)).values(revoked_at=now))


def change_password(session: Session, now: datetime, actor: Actor, account: Account, new_hash: str, login: str | None) -> None:
    """Whoever else is signed in with this account must do so again."""
    account.password_hash = new_hash
    session.flush()
    end_logins(session, now, account.id, but=login)
    record_change(session, now, actor, "change_password", Subject("account", account.id))
