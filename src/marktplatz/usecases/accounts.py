"""Accounts of the staff and their roles in markets. An account begins without a password and gets a link by mail."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marktplatz.db.engine import INSTALLATION
from marktplatz.db.models import Account, MarketRecord, Membership
from marktplatz.errors import Conflict, Finding, InvalidInput, NotFound, Place
from marktplatz.market import is_seen
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.identifiers import make_id
from marktplatz.usecases.logins import end_logins, find_account
from marktplatz.usecases.outbox import write_invitation
from marktplatz.usecases.secrecy import check_mail
from marktplatz.vocabulary import Role

STAFF_ROLES: Final = frozenset({Role.ORGANISER, Role.BROKER, Role.NOTARY, Role.HELPER, Role.MODERATOR, Role.SCREEN})
"""The roles that an organiser gives; the owner's is the installation's, participants have theirs by standing for somebody."""


def get_account(session: Session, account_id: str) -> Account:
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound(Finding("unknown_account", params={"id": account_id}))
    return account


def get_account_by_mail(session: Session, mail: str) -> Account:
    account = find_account(session, mail)
    if account is None:
        raise NotFound(Finding("unknown_account", params={"id": mail}))
    return account


def has_owner(session: Session) -> bool:
    """Is there somebody who owns the installation? An empty one waits for its first person."""
    return _count_owners(session) > 0


def add_account(
    session: Session, now: datetime, actor: Actor, mail: str, name: str, *, is_owner: bool = False, chain: str = INSTALLATION
) -> Account:
    address = check_mail(mail)
    if find_account(session, address) is not None:
        raise Conflict(Finding("account_exists", Place(field="email")))
    account = Account(id=make_id("a"), email=address, name=name if is_seen(name) else address, is_owner=is_owner, created_at=now)
    session.add(account)
    session.flush()
    _record(session, now, actor, "add_account", account, chain, after=_said(account))
    return account


def change_account(session: Session, now: datetime, actor: Actor, account: Account, changes: dict[str, Any]) -> None:
    """Name, ownership, whether it may come in at all; somebody must remain who owns the installation."""
    before = _said(account)
    account.name = changes.get("name", account.name)
    account.is_owner = changes.get("is_owner", account.is_owner)
    if "is_disabled" in changes:
        account.disabled_at = (account.disabled_at or now) if changes["is_disabled"] else None
    session.flush()
    if (before["is_owner"] and not before["is_disabled"]) and not _count_owners(session):
        raise Conflict(Finding("last_owner"))
    if account.disabled_at is not None:
        end_logins(session, now, account.id)
    _record(session, now, actor, "change_account", account, INSTALLATION, before=before, after=_said(account))


def give_role(
    session: Session, now: datetime, actor: Actor, market_id: str, mail: str, role: Role, name: str, language: str
) -> Account:
    """A role in a market; who has no account yet gets one, and a link by mail."""
    check_staff_role(role)
    account = find_account(session, check_mail(mail))
    if account is None:
        account = add_account(session, now, actor, mail, name, chain=market_id)
        name_of_market = session.scalars(select(MarketRecord.name).where(MarketRecord.id == market_id)).one()
        write_invitation(session, now, account, name_of_market, language)
    if session.get(Membership, (market_id, account.id, role)) is not None:
        raise Conflict(Finding("role_given"))
    session.add(Membership(market_id=market_id, account_id=account.id, role=role))
    session.flush()
    _record(session, now, actor, "give_role", account, market_id, after={"role": role.value})
    return account


def take_role(session: Session, now: datetime, actor: Actor, market_id: str, account_id: str, role: Role) -> None:
    """Counts from the next request on."""
    membership = session.get(Membership, (market_id, account_id, role))
    if membership is None:
        raise NotFound(Finding("unknown_member", params={"id": account_id}))
    account = get_account(session, account_id)
    session.delete(membership)
    session.flush()
    _record(session, now, actor, "take_role", account, market_id, before={"role": role.value})


def check_staff_role(role: Role) -> None:
    if role not in STAFF_ROLES:
        raise InvalidInput(Finding("not_a_staff_role", Place(field="role"), {"role": role.value}))


def _count_owners(session: Session) -> int:
    wanted = select(func.count()).select_from(Account).where(Account.is_owner, Account.disabled_at.is_(None))
    return session.scalar(wanted) or 0


def _said(account: Account) -> dict[str, Any]:
    is_disabled = account.disabled_at is not None
    return {"email": account.email, "name": account.name, "is_owner": account.is_owner, "is_disabled": is_disabled}


def _record(session: Session, now: datetime, actor: Actor, action: str, account: Account, chain: str, **details: Any) -> None:
    record_change(session, now, actor, action, Subject("account", account.id), chain=chain, **details)
