"""Tokens of programs: an organiser's for their market, the owner's for any."""

from datetime import datetime
from typing import Annotated

from fastapi import Response
from pydantic import AwareDatetime, BaseModel, Field

from marktplatz.db.models import Token
from marktplatz.market import Identifier, Name
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.tokens import Grant, find_tokens, get_token, issue_token, revoke_token
from marktplatz.vocabulary import Role
from marktplatz.web.access import ALWAYS, OPEN, Rule
from marktplatz.web.api.routing import make_api_router
from marktplatz.web.body import In, Sent
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession, put_location
from marktplatz.web.idempotency import SecretRoute

router = make_api_router("", "tokens", SecretRoute)

IN_MARKET = "/markets/{market}/tokens"
Scopes = Annotated[tuple[Annotated[str, Field(max_length=60)], ...], Field(max_length=100)]


class TokenIn(In):
    """`scopes` are "organisations:read", "organisations:*", "*:read" or "*"; without `expires_at` it is good until revoked."""

    name: Name
    role: Role
    scopes: Scopes
    expires_at: AwareDatetime | None = None


class InstallationTokenIn(TokenIn):
    """`markets` null: all."""

    markets: Annotated[tuple[Identifier, ...], Field(max_length=1000)] | None = None


class TokenOut(BaseModel):
    id: str
    name: str
    role: Role
    markets: tuple[str, ...] | None
    scopes: tuple[str, ...]
    issued_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class NewTokenOut(TokenOut):
    """`secret` is shown this once."""

    secret: str


@router.get(IN_MARKET, name="list_in_market")
def list_in_market(
    caller: Annotated[Actor, Rule("tokens:read", organiser=ALWAYS)], market: MarketId, session: ReadSession
) -> list[TokenOut]:
    """Those for just this market, oldest first."""
    del caller
    return [TokenOut(**_fields(token)) for token in find_tokens(session, market)]


@router.post(IN_MARKET, status_code=201, name="add_in_market")
def add_in_market(
    caller: Annotated[Actor, Rule("tokens:write", organiser=OPEN)],
    market: MarketId,
    response: Response,
    sent: Sent[TokenIn],
    session: WriteSession,
    now: Now,
) -> NewTokenOut:
    """For this market. It can do what the caller can at most, and only as long as the caller can."""
    grant = Grant(sent.name, sent.role, (market,), sent.scopes, sent.expires_at)
    token, secret = issue_token(session, now, caller, grant, chain=market)
    put_location(response, "markets", market, "tokens", token.id)
    return NewTokenOut(**_fields(token), secret=secret)


@router.get(IN_MARKET + "/{token_id}", name="read_in_market")
def read_in_market(
    caller: Annotated[Actor, Rule("tokens:read", organiser=ALWAYS)], market: MarketId, token_id: str, session: ReadSession
) -> TokenOut:
    del caller
    return TokenOut(**_fields(get_token(session, token_id, market)))


@router.delete(IN_MARKET + "/{token_id}", status_code=204, name="revoke_in_market")
def remove_in_market(
    caller: Annotated[Actor, Rule("tokens:write", organiser=ALWAYS)],
    market: MarketId,
    token_id: str,
    session: WriteSession,
    now: Now,
) -> None:
    """From the next request on; also in a closed market."""
    revoke_token(session, now, caller, get_token(session, token_id, market), chain=market)


@router.get("/tokens", name="list")
def list_all(caller: Annotated[Actor, Rule("tokens:read", owner=ALWAYS)], session: ReadSession) -> list[TokenOut]:
    """All there are, oldest first."""
    del caller
    return [TokenOut(**_fields(token)) for token in find_tokens(session)]


@router.post("/tokens", status_code=201, name="add")
def add(
    caller: Annotated[Actor, Rule("tokens:write", owner=ALWAYS)],
    response: Response,
    sent: Sent[InstallationTokenIn],
    session: WriteSession,
    now: Now,
) -> NewTokenOut:
    grant = Grant(sent.name, sent.role, sent.markets, sent.scopes, sent.expires_at)
    token, secret = issue_token(session, now, caller, grant)
    put_location(response, "tokens", token.id)
    return NewTokenOut(**_fields(token), secret=secret)


@router.get("/tokens/{token_id}", name="read")
def read(caller: Annotated[Actor, Rule("tokens:read", owner=ALWAYS)], token_id: str, session: ReadSession) -> TokenOut:
    del caller
    return TokenOut(**_fields(get_token(session, token_id)))


@router.delete("/tokens/{token_id}", status_code=204, name="revoke")
def remove(caller: Annotated[Actor, Rule("tokens:write", owner=ALWAYS)], token_id: str, session: WriteSession, now: Now) -> None:
    revoke_token(session, now, caller, get_token(session, token_id))


def _fields(token: Token) -> dict[str, object]:
    names = ("id", "name", "role", "scopes", "issued_by", "created_at", "expires_at", "revoked_at")
    return {name: getattr(token, name) for name in names} | {"markets": token.market_ids}
