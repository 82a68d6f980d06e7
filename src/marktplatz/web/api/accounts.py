"""Accounts of the staff, for the owner of the installation; their roles are given market by market (see `members`)."""

from typing import Annotated

from fastapi import BackgroundTasks, Request, Response
from pydantic import BaseModel
from sqlalchemy import select

from marktplatz.db.models import Account
from marktplatz.market import Line, Name, Value
from marktplatz.usecases.accounts import add_account, change_account, get_account
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.outbox import write_to_account
from marktplatz.web.access import ALWAYS, Rule
from marktplatz.web.api.routing import make_api_router
from marktplatz.web.body import In, Sent
from marktplatz.web.deps import Cursor, IfMatch, Limit, Now, ReadSession, WriteSession, check_version, put_etag, put_location
from marktplatz.web.merge import Patch, apply_patch
from marktplatz.web.paging import read_page
from marktplatz.web.service import service_of

router = make_api_router("/accounts", "accounts")


class AccountIn(In):
    email: Line
    name: Line = ""
    is_owner: bool = False


class AccountEdit(Value):
    name: Name
    is_owner: bool
    is_disabled: bool


class AccountOut(BaseModel):
    id: str
    email: str
    name: str
    is_owner: bool
    is_disabled: bool
    has_password: bool
    version: int


@router.get("", name="list")
def list_accounts(
    caller: Annotated[Actor, Rule("accounts:read", owner=ALWAYS)],
    request: Request,
    response: Response,
    session: ReadSession,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> list[AccountOut]:
    del caller
    return [_show(account) for account in read_page(session, request, response, select(Account), (Account.id,), limit, cursor)]


@router.post("", status_code=201, name="add")
def add(
    caller: Annotated[Actor, Rule("accounts:write", owner=ALWAYS)],
    request: Request,
    response: Response,
    background: BackgroundTasks,
    sent: Sent[AccountIn],
    session: WriteSession,
    now: Now,
) -> AccountOut:
    """Without a password; a link goes to the address."""
    service = service_of(request)
    account = add_account(session, now, caller, sent.email, sent.name, is_owner=sent.is_owner)
    write_to_account(session, now, account, service.settings.language)
    background.add_task(service.wake_postman)
    put_location(response, "accounts", account.id)
    put_etag(response, account.version)
    return _show(account)


@router.get("/{account_id}", name="read")
def read(
    caller: Annotated[Actor, Rule("accounts:read", owner=ALWAYS)], account_id: str, response: Response, session: ReadSession
) -> AccountOut:
    del caller
    account = get_account(session, account_id)
    put_etag(response, account.version)
    return _show(account)


@router.patch("/{account_id}", name="edit")
def edit(
    caller: Annotated[Actor, Rule("accounts:write", owner=ALWAYS)],
    account_id: str,
    response: Response,
    patch: Patch,
    session: WriteSession,
    now: Now,
    if_match: IfMatch = None,
) -> AccountOut:
    """Name, ownership, and whether the account may come in; disabling ends its logins at once."""
    account = get_account(session, account_id)
    check_version(if_match, account.version, _show(account).model_dump(mode="json"))
    current = AccountEdit(name=account.name, is_owner=account.is_owner, is_disabled=account.disabled_at is not None)
    change_account(session, now, caller, account, dict(apply_patch(current, patch, fixed=())))
    put_etag(response, account.version)
    return _show(account)


def _show(account: Account) -> AccountOut:
    return AccountOut(
        id=account.id,
        email=account.email,
        name=account.name,
        is_owner=account.is_owner,
        is_disabled=account.disabled_at is not None,
        has_password=account.password_hash is not None,
        version=account.version,
    )
