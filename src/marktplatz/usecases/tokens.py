"""Tokens of programs. One can never do more than whoever issued it, neither on the day of issue nor later."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.engine import INSTALLATION
from marktplatz.db.models import Account, MarketRecord, Membership, Token
from marktplatz.errors import Finding, InvalidInput, NotAllowed, NotFound, Place
from marktplatz.usecases.accounts import check_staff_role
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.identifiers import make_id
from marktplatz.usecases.secrecy import hash_secret, make_secret
from marktplatz.vocabulary import Role

_SCOPE: Final = re.compile(r"\*|([a-z-]+|\*):(read|write|certify|\*)")
MAX_DEPTH: Final = 5
"""Tokens that tokens issued: so many generations."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token is to be able to do; `market_ids` None: all markets."""

    name: str
    role: Role
    market_ids: tuple[str, ...] | None
    scopes: tuple[str, ...]
    expires_at: datetime | None


def is_scope(scope: str) -> bool:
    """Could it be one? Resources come and go, so that only the form is looked at."""
    return _SCOPE.fullmatch(scope) is not None


def covers(scopes: Iterable[str], scope: str) -> bool:
    """Scopes are "organisations:read", "organisations:*", "*:read" or "*"."""
    resource, _, deed = scope.partition(":")
    return not {scope, f"{resource}:*", f"*:{deed}", "*"}.isdisjoint(scopes)


def issue_token(session: Session, now: datetime, actor: Actor, grant: Grant, *, chain: str = INSTALLATION) -> tuple[Token, str]:
    """The token and its secret, which is shown once. The route has checked that the issuer may issue for these markets."""
    if grant.role is not Role.OWNER:
        check_staff_role(grant.role)
    _check(session, now, grant)
    _check_issuer(session, actor, grant)
    secret = make_secret()
    token = Token(
        id=make_id("t"),
        secret_sha256=hash_secret(secret),
        name=grant.name,
        role=grant.role,
        market_ids=None if grant.market_ids is None else sorted(set(grant.market_ids)),
        scopes=sorted(set(grant.scopes)),
        issued_by=actor.name,
        created_at=now,
        expires_at=grant.expires_at,
    )
    session.add(token)
    session.flush()
    said = {"role": token.role, "markets": token.market_ids, "scopes": token.scopes, "expires_at": token.expires_at}
    record_change(session, now, actor, "issue_token", Subject("token", token.id), chain=chain, after=said)
    return token, secret


def revoke_token(session: Session, now: datetime, actor: Actor, token: Token, *, chain: str = INSTALLATION) -> None:
    """At once, and with it those that it issued (see `find_issuer`)."""
    if token.revoked_at is None:
        token.revoked_at = now
        session.flush()
        record_change(session, now, actor, "revoke_token", Subject("token", token.id), chain=chain)


def get_token(session: Session, token_id: str, market_id: str | None = None) -> Token:
    """In a market only the tokens for just this market are known."""
    token = session.get(Token, token_id)
    if token is None or (market_id is not None and token.market_ids != [market_id]):
        raise NotFound(Finding("unknown_token", params={"id": token_id}))
    return token


def find_tokens(session: Session, market_id: str | None = None) -> list[Token]:
    """Oldest first; in a market those for just this market."""
    tokens = session.scalars(select(Token).order_by(Token.created_at, Token.id))
    return [token for token in tokens if market_id is None or token.market_ids == [market_id]]


def is_alive(token: Token, now: datetime) -> bool:
    return token.revoked_at is None and (token.expires_at is None or token.expires_at > now)


def find_issuer(session: Session, now: datetime, token: Token) -> str | None:
    """Who stands behind a token, through all tokens between: "account:…" or "system"; None if nobody does any more."""
    for _generation in range(MAX_DEPTH):
        kind, _, issuer_id = token.issued_by.partition(":")
        if kind == "account":
            account = session.get(Account, issuer_id)
            return token.issued_by if account is not None and account.disabled_at is None else None
        if kind != "token":
            return token.issued_by
        issuer = session.get(Token, issuer_id)
        if issuer is None or not is_alive(issuer, now):
            return None
        token = issuer
    return None


def may_back(session: Session, issuer: str, market_id: str | None) -> bool:
    """Could the issuer issue a token still, in this market (None: for the installation)?"""
    kind, _, account_id = issuer.partition(":")
    if kind != "account":
        return True
    if session.get_one(Account, account_id).is_owner:
        return True
    return market_id is not None and session.get(Membership, (market_id, account_id, Role.ORGANISER)) is not None


def _check(session: Session, now: datetime, grant: Grant) -> None:
    faults = [Finding("bad_scope", Place(field="scopes"), {"scope": scope}) for scope in grant.scopes if not is_scope(scope)]
    if not grant.scopes:
        faults.append(Finding("no_scope", Place(field="scopes")))
    if grant.expires_at is not None and grant.expires_at <= now:
        faults.append(Finding("expiry_passed", Place(field="expires_at")))
    if grant.role is Role.OWNER and grant.market_ids is not None:
        faults.append(Finding("owner_everywhere", Place(field="markets")))
    if grant.market_ids is not None and not grant.market_ids:
        faults.append(Finding("no_market", Place(field="markets")))
    known = set(session.scalars(select(MarketRecord.id).where(MarketRecord.id.in_(grant.market_ids or ()))))
    faults += [
        Finding("unknown_market", Place(field="markets"), {"id": market_id})
        for market_id in grant.market_ids or ()
        if market_id not in known
    ]
    if faults:
        raise InvalidInput(*faults)


def _check_issuer(session: Session, actor: Actor, grant: Grant) -> None:
    """A token that issues another hands on no more than its own role, markets, scopes and time."""
    kind, _, issuer_id = actor.name.partition(":")
    if grant.role is Role.OWNER:
        actor.must_be(Role.OWNER)
    if kind != "token":
        return
    issuer = session.get_one(Token, issuer_id)
    too_far = issuer.expires_at is not None and (grant.expires_at is None or grant.expires_at > issuer.expires_at)
    too_wide = issuer.market_ids is not None and not set(grant.market_ids or ("*",)) <= set(issuer.market_ids)
    too_much = any(not covers(issuer.scopes, scope) for scope in grant.scopes)
    if too_far or too_wide or too_much:
        raise NotAllowed(Finding("token_beyond_issuer"))
