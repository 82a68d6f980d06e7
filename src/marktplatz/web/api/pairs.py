"""Pairs that the organiser pins or forbids."""

from datetime import datetime
from typing import Annotated

from fastapi import Query, Request, Response
from sqlalchemy import select

from marktplatz.db.models import PairRecord
from marktplatz.market import PairRule
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.pairs import get_pair, judge_rule, put_pair, remove_pair
from marktplatz.usecases.records import pair_value
from marktplatz.vocabulary import PairStatus
from marktplatz.web.access import ALWAYS, OPEN, Rule
from marktplatz.web.api.routing import make_api_router
from marktplatz.web.body import In, Sent
from marktplatz.web.deps import Cursor, Limit, MarketId, Now, ReadSession, WriteLater, WriteSession
from marktplatz.web.paging import read_page
from marktplatz.web.service import service_of

router = make_api_router("/markets/{market}/pairs", "pairs")

EntryId = Annotated[str, Query(max_length=200)]


class PairIn(PairRule, In):
    pass


class PairOut(PairRule):
    created_at: datetime


@router.get("", name="list")
def list_pairs(
    caller: Annotated[Actor, Rule("pairs:read", organiser=ALWAYS)],
    market: MarketId,
    request: Request,
    response: Response,
    session: ReadSession,
    limit: Limit = 100,
    cursor: Cursor = None,
    offer: Annotated[str | None, Query(max_length=200)] = None,
    need: Annotated[str | None, Query(max_length=200)] = None,
    status: PairStatus | None = None,
) -> list[PairOut]:
    """By offer, then need."""
    del caller
    wanted = select(PairRecord).where(PairRecord.market_id == market)
    if offer is not None:
        wanted = wanted.where(PairRecord.offer_id == offer)
    if need is not None:
        wanted = wanted.where(PairRecord.need_id == need)
    if status is not None:
        wanted = wanted.where(PairRecord.status == status)
    keys = (PairRecord.offer_id, PairRecord.need_id)
    return [_show(record) for record in read_page(session, request, response, wanted, keys, limit, cursor)]


@router.put("", name="put")
async def put(
    caller: Annotated[Actor, Rule("pairs:write", organiser=OPEN)],
    market: MarketId,
    request: Request,
    sent: Sent[PairIn],
    writing: WriteLater,
    now: Now,
) -> PairOut:
    """Pin or forbid the pair that the body names; sent again it changes nothing. A pin that breaks a hard rule is refused by name;
    `exception` is the written reason for a pin against category, time or distance.
    """
    rule = PairRule.model_construct(**{name: getattr(sent, name) for name in PairRule.model_fields})
    scores = service_of(request).scores
    judged_at = await writing.look(lambda session: judge_rule(session, market, rule, scores))
    return await writing.write(lambda session: _show(put_pair(session, now, caller, market, rule, judged_at, scores)))


@router.delete("", status_code=204, name="remove")
def remove(
    caller: Annotated[Actor, Rule("pairs:write", organiser=OPEN)],
    market: MarketId,
    offer: EntryId,
    need: EntryId,
    session: WriteSession,
    now: Now,
) -> None:
    """The pair is neither pinned nor forbidden any more."""
    remove_pair(session, now, caller, get_pair(session, market, offer, need))


def _show(record: PairRecord) -> PairOut:
    return PairOut.model_construct(**dict(pair_value(record)), created_at=record.created_at)
