"""Wishes: must meet, like, no thanks. Nobody but the organiser sees what others wish."""

from typing import Annotated

from fastapi import Query, Request, Response
from sqlalchemy import select

from marktplatz.db.models import WishRecord
from marktplatz.market import Wish
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.records import wish_value
from marktplatz.usecases.wishes import add_wish, get_wish, remove_wish
from marktplatz.web.access import ALWAYS, COLLECTING, OPEN, SHOWN, Rule
from marktplatz.web.api.routing import make_api_router
from marktplatz.web.body import In, Sent
from marktplatz.web.deps import Cursor, Limit, MarketId, Now, ReadSession, WriteSession, put_location
from marktplatz.web.paging import read_page

router = make_api_router("/markets/{market}/wishes", "wishes")


class WishIn(Wish, In):
    pass


class WishOut(Wish):
    id: str


@router.get("", name="list")
def list_wishes(
    caller: Annotated[Actor, Rule("wishes:read", organiser=ALWAYS, participant=SHOWN)],
    market: MarketId,
    request: Request,
    response: Response,
    session: ReadSession,
    limit: Limit = 100,
    cursor: Cursor = None,
    organisation: Annotated[str | None, Query(max_length=200)] = None,
) -> list[WishOut]:
    """By organisation and target; a participant sees only what their own organisations wish."""
    wanted = select(WishRecord).where(WishRecord.market_id == market)
    if caller.organisations is not None:
        wanted = wanted.where(WishRecord.organisation_id.in_(caller.organisations))
    if organisation is not None:
        wanted = wanted.where(WishRecord.organisation_id == organisation)
    keys = (WishRecord.organisation_id, WishRecord.target, WishRecord.id)
    return [_show(record) for record in read_page(session, request, response, wanted, keys, limit, cursor)]


@router.post("", status_code=201, name="add")
def add(
    caller: Annotated[Actor, Rule("wishes:write", organiser=OPEN, participant=COLLECTING)],
    market: MarketId,
    response: Response,
    sent: Sent[WishIn],
    session: WriteSession,
    now: Now,
) -> WishOut:
    record = add_wish(session, now, caller, market, sent)
    put_location(response, "markets", market, "wishes", record.id)
    return _show(record)


@router.get("/{wish_id}", name="read")
def read(
    caller: Annotated[Actor, Rule("wishes:read", organiser=ALWAYS, participant=SHOWN)],
    market: MarketId,
    wish_id: str,
    session: ReadSession,
) -> WishOut:
    return _show(get_wish(session, caller, market, wish_id))


@router.delete("/{wish_id}", status_code=204, name="remove")
def remove(
    caller: Annotated[Actor, Rule("wishes:write", organiser=OPEN, participant=COLLECTING)],
    market: MarketId,
    wish_id: str,
    session: WriteSession,
    now: Now,
) -> None:
    """A wish has no parts to edit: take it back and make another."""
    remove_wish(session, now, caller, get_wish(session, caller, market, wish_id))


def _show(record: WishRecord) -> WishOut:
    return WishOut.model_construct(**dict(wish_value(record)), id=record.id)
