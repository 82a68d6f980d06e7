"""Pairings of a run: shown to whom they concern, changed by the organiser's hand."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from sqlalchemy.orm import Session

from marktplatz.db.models import PairingRecord, Run
from marktplatz.market import Identifier, Text, Value
from marktplatz.plan import Pairing, PairingReason, SuggestedReturn
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.pairings import Change, NewPairing, apply_change, draft_change, select_pairings
from marktplatz.usecases.run_plans import pairing_value
from marktplatz.usecases.runs import get_run
from marktplatz.vocabulary import Criterion, Role
from marktplatz.web.access import OPEN, Rule
from marktplatz.web.api.runs import READERS, RunOut, show_run
from marktplatz.web.body import In, Sent
from marktplatz.web.deps import (
    Cursor,
    IfMatch,
    LaterWrite,
    Limit,
    MarketId,
    Now,
    ReadSession,
    WriteLater,
    check_version,
    put_etag,
)
from marktplatz.web.idempotency import ServiceRoute
from marktplatz.web.paging import read_page

router = APIRouter(prefix="/markets/{market}/runs/{run_id}/pairings", tags=["pairings"], route_class=ServiceRoute)

EntryId = Annotated[str, Query(max_length=200)]


class PairIn(In):
    offer: Identifier
    need: Identifier


class PairingIn(PairIn):
    """`exception`: the written reason for a pair against category, time or distance; `pin`: later runs keep it too."""

    exception: Text | None = None
    pin: bool = False


class SwapIn(In):
    remove: Annotated[tuple[PairIn, ...], Field(max_length=500)]
    add: Annotated[tuple[PairingIn, ...], Field(max_length=500)]


class ReasonOut(Value):
    code: str
    points: int | None
    text: str


class PairingOut(Value):
    """Who gives what to whom. Points, and whether somebody wished for it, are for the organiser only."""

    offer: str
    need: str
    giver: str
    taker: str
    points: int | None
    reasons: tuple[ReasonOut, ...]
    suggested_return: SuggestedReturn | None = Field(alias="return")
    is_by_hand: bool


class PairingAdded(PairingOut):
    exception: str | None
    pin: bool


class Swapped(Value):
    remove: tuple[PairIn, ...]
    add: tuple[PairingAdded, ...]
    run: RunOut


@router.get("", name="list")
def list_pairings(
    caller: Annotated[Actor, Rule("pairings:read", **READERS)],
    market: MarketId,
    run_id: str,
    request: Request,
    response: Response,
    session: ReadSession,
    limit: Limit = 100,
    cursor: Cursor = None,
    organisation: Annotated[str | None, Query(max_length=200)] = None,
) -> list[PairingOut]:
    """By offer, then need. Participants see their own of the published run, staff all of it, the organiser those of every run."""
    run = get_run(session, caller, market, run_id)
    wanted = select_pairings(caller, run)
    if organisation is not None:
        wanted = wanted.where((PairingRecord.giver_id == organisation) | (PairingRecord.taker_id == organisation))
    put_etag(response, run.version)
    keys = (PairingRecord.offer_id, PairingRecord.need_id)
    return [_show(caller, record) for record in read_page(session, request, response, wanted, keys, limit, cursor)]


@router.post("", status_code=201, name="add")
def add(
    caller: Annotated[Actor, Rule("pairings:write", organiser=OPEN)],
    market: MarketId,
    run_id: str,
    request: Request,
    response: Response,
    sent: Sent[PairingIn],
    writing: WriteLater,
    now: Now,
    if_match: IfMatch = None,
) -> PairingAdded:
    """One more pair. What breaks a hard rule is refused by name."""
    change = Change(add=(_new(sent),))
    session, run = _apply(writing, now, caller, market, run_id, request, response, change, if_match)
    return _show_added(session, caller, run, sent)


@router.delete("", status_code=204, name="remove")
def remove(
    caller: Annotated[Actor, Rule("pairings:write", organiser=OPEN)],
    market: MarketId,
    run_id: str,
    request: Request,
    response: Response,
    offer: EntryId,
    need: EntryId,
    writing: WriteLater,
    now: Now,
    if_match: IfMatch = None,
) -> None:
    """One pair less; one that is pinned has to be freed first."""
    _apply(writing, now, caller, market, run_id, request, response, Change(remove=((offer, need),)), if_match)


@router.post("/swap")
def swap(
    caller: Annotated[Actor, Rule("pairings:write", organiser=OPEN)],
    market: MarketId,
    run_id: str,
    request: Request,
    response: Response,
    sent: Sent[SwapIn],
    writing: WriteLater,
    now: Now,
    if_match: IfMatch = None,
) -> Swapped:
    """Some pairs less and others more, as one: all of it, or nothing."""
    change = Change(tuple(_new(pair) for pair in sent.add), tuple((pair.offer, pair.need) for pair in sent.remove))
    session, run = _apply(writing, now, caller, market, run_id, request, response, change, if_match)
    added = tuple(_show_added(session, caller, run, pair) for pair in sent.add)
    return Swapped.model_construct(remove=sent.remove, add=added, run=show_run(session, caller, request, response, run))


def _apply(
    writing: LaterWrite,
    now: Any,
    caller: Actor,
    market: str,
    run_id: str,
    request: Request,
    response: Response,
    change: Change,
    if_match: str | None,
) -> tuple[Session, Run]:
    """Judge before the market is locked, store when it is; the run must be in the state that the caller saw, both times."""

    def get(session: Session) -> Run:
        run = get_run(session, caller, market, run_id)
        check_version(if_match, run.version, show_run(session, caller, request, response, run).model_dump(mode="json"))
        return run

    with writing.read() as session:
        draft = draft_change(session, get(session), change)
    session = writing.begin_from_thread()
    run = get(session)
    apply_change(session, now, caller, run, draft)
    put_etag(response, run.version)
    return session, run


def _new(sent: PairingIn) -> NewPairing:
    return NewPairing(sent.offer, sent.need, sent.exception, sent.pin)


def _show(caller: Actor, record: PairingRecord) -> PairingOut:
    return PairingOut.model_construct(**_fields(caller, record))


def _show_added(session: Session, caller: Actor, run: Run, sent: PairingIn) -> PairingAdded:
    record = session.get_one(PairingRecord, (run.market_id, run.id, sent.offer, sent.need))
    return PairingAdded.model_construct(**_fields(caller, record), exception=sent.exception, pin=sent.pin)


def _fields(caller: Actor, record: PairingRecord) -> dict[str, Any]:
    pairing = pairing_value(record)
    is_organiser = caller.has(Role.ORGANISER)
    return {
        "offer": record.offer_id,
        "need": record.need_id,
        "giver": record.giver_id,
        "taker": record.taker_id,
        "points": record.points if is_organiser else None,
        "reasons": tuple(_reason(reason, is_organiser) for reason in _seen_reasons(pairing, is_organiser)),
        "suggested_return": pairing.suggested_return,
        "is_by_hand": record.is_by_hand,
    }


def _seen_reasons(pairing: Pairing, is_organiser: bool) -> list[PairingReason]:
    """What others wish is between them and the organiser; with the points it could be worked out."""
    return [reason for reason in pairing.reasons if is_organiser or reason.code != Criterion.WISHES]


def _reason(reason: PairingReason, is_organiser: bool) -> ReasonOut:
    return ReasonOut(code=reason.code, points=reason.points if is_organiser else None, text=reason.text)
