"""Check-ins of a market: who is there on the day."""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Path, Request, Response
from pydantic import BaseModel
from sqlalchemy import select

from marktplatz.db.models import CheckIn
from marktplatz.market import Headcount, Identifier
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.checkins import change_check_in, check_in, get_check_in
from marktplatz.vocabulary import CheckInStatus
from marktplatz.web.access import ALWAYS, ON_DAY, SHOWN, Rule
from marktplatz.web.api.routing import make_api_router
from marktplatz.web.body import In, Sent
from marktplatz.web.deps import (
    Cursor,
    IfMatch,
    Limit,
    MarketId,
    Now,
    ReadSession,
    WriteSession,
    check_version,
    put_etag,
    put_location,
)
from marktplatz.web.paging import read_page

router = make_api_router("/markets/{market}/checkins", "checkins")

OrganisationId = Annotated[Identifier, Path(description="The organisation's id")]
READERS: Final[dict[str, Any]] = {"organiser": ALWAYS, "broker": SHOWN, "notary": SHOWN, "helper": SHOWN, "moderator": SHOWN}


class StateIn(In):
    status: CheckInStatus
    people: Headcount | None = None


class CheckInIn(StateIn):
    organisation: Identifier


class CheckInOut(BaseModel):
    """`people` null: nobody counted."""

    organisation: str
    status: CheckInStatus
    people: int | None
    changed_at: datetime
    version: int


@router.get("")
def list_check_ins(
    caller: Annotated[Actor, Rule("checkins:read", **READERS)],
    market: MarketId,
    request: Request,
    response: Response,
    session: ReadSession,
    limit: Limit = 100,
    cursor: Cursor = None,
    status: CheckInStatus | None = None,
) -> list[CheckInOut]:
    """By organisation; one about which nobody has said anything yet is not in the list."""
    del caller
    wanted = select(CheckIn).where(CheckIn.market_id == market)
    if status is not None:
        wanted = wanted.where(CheckIn.status == status)
    return [_show(row) for row in read_page(session, request, response, wanted, (CheckIn.organisation_id,), limit, cursor)]


@router.post("", status_code=201)
def add(
    caller: Annotated[Actor, Rule("checkins:write", organiser=ON_DAY, helper=ON_DAY)],
    market: MarketId,
    response: Response,
    sent: Sent[CheckInIn],
    session: WriteSession,
    now: Now,
) -> CheckInOut:
    """The first word about an organisation: present, absent or left, and how many people."""
    record = check_in(session, now, caller, market, sent.organisation, sent.status, sent.people)
    put_location(response, "markets", market, "checkins", record.organisation_id)
    put_etag(response, record.version)
    return _show(record)


@router.get("/{organisation_id:path}")
def read(
    caller: Annotated[Actor, Rule("checkins:read", **READERS)],
    market: MarketId,
    organisation_id: OrganisationId,
    response: Response,
    session: ReadSession,
) -> CheckInOut:
    del caller
    record = get_check_in(session, market, organisation_id)
    put_etag(response, record.version)
    return _show(record)


@router.put("/{organisation_id:path}")
def change(
    caller: Annotated[Actor, Rule("checkins:write", organiser=ON_DAY, helper=ON_DAY)],
    market: MarketId,
    organisation_id: OrganisationId,
    response: Response,
    sent: Sent[StateIn],
    session: WriteSession,
    now: Now,
    if_match: IfMatch = None,
) -> CheckInOut:
    """What is the case now, instead of what was noted before."""
    record = get_check_in(session, market, organisation_id)
    check_version(if_match, record.version, _show(record).model_dump(mode="json"))
    change_check_in(session, now, caller, record, sent.status, sent.people)
    put_etag(response, record.version)
    return _show(record)


def _show(record: CheckIn) -> CheckInOut:
    return CheckInOut(
        organisation=record.organisation_id,
        status=record.status,
        people=record.people,
        changed_at=record.changed_at,
        version=record.version,
    )
