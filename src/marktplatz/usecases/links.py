"""Links by mail: ask, use, take back. Staff's work once and for minutes; a participant's until the market is closed."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from marktplatz.db.models import Account, Link, Login, MarketRecord, Membership, OutboxMessage, Person
from marktplatz.errors import Conflict, Finding, NotAllowed
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.logins import account_actor, begin_login, find_account
from marktplatz.usecases.outbox import write_to_account, write_to_person
from marktplatz.usecases.secrecy import hash_secret, make_secret, normalise_mail
from marktplatz.vocabulary import LinkPurpose, MessageKind, Phase

STAFF_LINK_TIME: Final = timedelta(minutes=15)
HANDED_LINK_TIME: Final = timedelta(days=3)
"""For somebody who is new: invited by mail, or given the link by an organiser's hand, and perhaps not there before tomorrow."""
MAX_MARKETS_A_REQUEST: Final = 5


def link_address(base_url: str, secret: str) -> str:
    """The secret stands behind the #, which no browser sends: so it is in no log and in no Referer."""
    return f"{base_url.rstrip('/')}/enter#{secret}"


def request_links(session: Session, now: datetime, mail: str, market_id: str | None, language: str) -> None:
    """Write to whoever has this address: as staff, and as a participant of markets that are under way.

    For an unknown address a message is written too, and taken back before anybody could see it: both take the same time.
    """
    account = find_account(session, mail)
    if market_id is None and account is not None and account.disabled_at is None:
        write_to_account(session, now, account, language)
        return
    found = _find_persons(session, mail, market_id)
    for person, market_name in found:
        write_to_person(session, now, MessageKind.PARTICIPANT_ENTRY, person, market_name, language)
    if not found:
        nobody = Account(id="nobody", email=make_secret(), name="", is_owner=False, created_at=now)
        session.add(nobody)
        session.flush()
        message = write_to_account(session, now, nobody, language)
        session.delete(message)
        session.flush()
        session.delete(nobody)
        session.flush()


def _find_persons(session: Session, mail: str, market_id: str | None) -> list[tuple[Person, str]]:
    wanted = (
        select(Person, MarketRecord.name)
        .join(MarketRecord, MarketRecord.id == Person.market_id)
        .where(func.lower(Person.email) == normalise_mail(mail), MarketRecord.phase.not_in((Phase.DRAFT, Phase.CLOSED)))
        .order_by(MarketRecord.created_at.desc(), Person.id)
        .limit(MAX_MARKETS_A_REQUEST)
    )
    if market_id is not None:
        wanted = wanted.where(Person.market_id == market_id)
    return [(person, name) for person, name in session.execute(wanted)]


def make_link(session: Session, now: datetime, message: OutboxMessage) -> str:
    """The secret of a message's link, made at the moment of delivery."""
    if message.person_id is not None:
        return _keep_link(session, now, LinkPurpose.PARTICIPANT_ENTRY, market_id=message.market_id, person_id=message.person_id)
    lasts = HANDED_LINK_TIME if message.kind == MessageKind.STAFF_INVITATION else STAFF_LINK_TIME
    return _keep_link(session, now, LinkPurpose.STAFF_LOGIN, lasts, account_id=message.account_id)


def make_staff_link(session: Session, now: datetime, account: Account) -> str:
    """For the command line, where no mail is sent."""
    return _keep_link(session, now, LinkPurpose.STAFF_LOGIN, account_id=account.id)


def make_handed_link(session: Session, now: datetime, actor: Actor, market_id: str, account: Account) -> str:
    """For an organiser who brings somebody new into the team and hands the link over; it replaces the one before."""
    if not may_be_handed_over(session, account, market_id):
        raise Conflict(Finding("link_not_to_be_handed_over"))
    earlier = (Link.account_id == account.id, Link.market_id == market_id, Link.used_at.is_(None), Link.revoked_at.is_(None))
    session.execute(update(Link).where(*earlier).values(revoked_at=now))
    record_change(session, now, actor, "hand_over_link", Subject("account", account.id), chain=market_id)
    return _keep_link(session, now, LinkPurpose.STAFF_LOGIN, HANDED_LINK_TIME, account_id=account.id, market_id=market_id)


def may_be_handed_over(session: Session, account: Account, market_id: str) -> bool:
    return account.id in find_newcomers(session, market_id)


def find_newcomers(session: Session, market_id: str) -> set[str]:
    """Accounts that nobody has used yet and that may do nothing elsewhere: whoever holds a link of theirs wins nothing but this."""
    here = select(Membership.account_id).where(Membership.market_id == market_id)
    elsewhere = select(Membership.account_id).where(Membership.market_id != market_id)
    came_in = select(Login.account_id).where(Login.account_id.is_not(None))
    used = select(Link.account_id).where(Link.account_id.is_not(None), Link.used_at.is_not(None))
    wanted = select(Account.id).where(
        Account.id.in_(here),
        Account.id.not_in(elsewhere),
        Account.id.not_in(came_in),
        Account.id.not_in(used),
        Account.is_owner.is_(False),
        Account.disabled_at.is_(None),
        Account.password_hash.is_(None),
    )
    return set(session.scalars(wanted))


def _keep_link(session: Session, now: datetime, purpose: LinkPurpose, lasts: timedelta = STAFF_LINK_TIME, **of: str | None) -> str:
    secret = make_secret()
    expires_at = now + lasts if purpose is LinkPurpose.STAFF_LOGIN else None
    session.add(Link(secret_sha256=hash_secret(secret), purpose=purpose, created_at=now, expires_at=expires_at, **of))
    session.flush()
    return secret


def use_link(session: Session, now: datetime, secret: str) -> str:
    """A new login's secret. Whatever is wrong with the link, the answer is the same."""
    link = session.get(Link, hash_secret(secret))
    if link is None or link.revoked_at is not None or (link.expires_at is not None and link.expires_at <= now):
        raise NotAllowed(Finding("link_not_valid"))
    if link.purpose is LinkPurpose.STAFF_LOGIN:
        return _use_staff_link(session, now, link)
    return _use_entry_link(session, now, link)


def _use_staff_link(session: Session, now: datetime, link: Link) -> str:
    account = session.get_one(Account, link.account_id)
    if link.used_at is not None or account.disabled_at is not None:
        raise NotAllowed(Finding("link_not_valid"))
    if link.market_id is not None and not may_be_handed_over(session, account, link.market_id):
        raise NotAllowed(Finding("link_not_valid"))
    link.used_at = now
    record_change(session, now, account_actor(account), "sign_in_by_link", Subject("account", account.id))
    return begin_login(session, now, account_id=account.id, is_by_link=True)


def _use_entry_link(session: Session, now: datetime, link: Link) -> str:
    assert link.market_id is not None  # noqa: S101 a person belongs to a market
    assert link.person_id is not None  # noqa: S101
    phase = session.scalar(select(MarketRecord.phase).where(MarketRecord.id == link.market_id))
    if phase is Phase.CLOSED:
        raise NotAllowed(Finding("link_not_valid"))
    link.used_at = now
    person = session.get_one(Person, (link.market_id, link.person_id))
    person.confirmed_at = person.confirmed_at or now
    return begin_login(session, now, person=(link.market_id, link.person_id), is_by_link=True)


def revoke_entry(session: Session, now: datetime, actor: Actor, person: Person) -> None:
    """A participant's links work no longer, and whoever came in by one is out."""
    for kept in (Link, Login):
        of_person = (kept.market_id == person.market_id, kept.person_id == person.id, kept.revoked_at.is_(None))
        session.execute(update(kept).where(*of_person).values(revoked_at=now))
    record_change(session, now, actor, "revoke_entry", Subject("person", person.id), chain=person.market_id)
