"""Pairings of a run: shown to whom they concern, changed by the organiser's hand."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query, Request, Response
from pydantic import Field
from sqlalchemy.orm import Session

from marktplatz.db.models import PairingRecord, Run
from marktplatz.market import Identifier, Text, Value
from marktplatz.plan import Pairing, PairingReason, SuggestedReturn
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.pairings import Change, NewPairing, apply_change, draft_change, select_pairings
from marktplatz.usecases.run_plans import pairing_value
from marktplatz.usecases.runs import get_run
from marktplatz.usecases.scored import KnownScores
from marktplatz.usecases.undoing import get_last_change
from marktplatz.vocabulary import Criterion, Role
from marktplatz.web.access import OPEN, Rule
from marktplatz.web.api.routing import make_api_router
from marktplatz.web.api.runs import READERS, RunOut, show_run
from marktplatz.web.body import In, Sent
from marktplatz.web.deps import (
    Cursor,
    IfMatch,
    Limit,
    MarketId,
    Now,
    ReadSession,
    WriteLater,
    check_version,
    put_etag,
)
from marktplatz.web.paging import read_page
from marktplatz.web.service import service_of

router = make_api_router("/markets/{market}/runs/{run_id}/pairings", "pairings")

T = TypeVar("T")

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


@dataclass
class Edit:
    """What every change by hand comes with."""

    market: MarketId
    run_id: str
    request: Request
    response: Response
    writing: WriteLater
    now: Now
    if_match: IfMatch = None

    @property
    def scores(self) -> KnownScores:
        return service_of(self.request).scores

    async def apply(self, caller: Actor, change: Change, show: Callable[[Session, Run], T]) -> T:
        """Judge before the market is locked, store when it is; both times the run must be in the state that the caller saw."""

        def get(session: Session) -> Run:
            run = get_run(session, caller, self.market, self.run_id)
            current = show_run(session, caller, self.request, self.response, run).model_dump(mode="json")
            check_version(self.if_match, run.version, current)
            return run

        draft = await self.writing.look(lambda session: draft_change(session, get(session), change, self.scores))

        def store(session: Session) -> T:
            run = get(session)
            apply_change(session, self.now, caller, run, draft, self.scores)
            put_etag(self.response, run.version)
            return show(session, run)

        return await self.writing.write(store)


@router.post("", status_code=201, name="add")
async def add(
    caller: Annotated[Actor, Rule("pairings:write", organiser=OPEN)], edit: Annotated[Edit, Depends()], sent: Sent[PairingIn]
) -> PairingAdded:
    """One more pair. What breaks a hard rule is refused by name."""
    return await edit.apply(caller, Change(add=(_new(sent),)), lambda session, run: _show_added(session, caller, run, sent))


@router.delete("", status_code=204, name="remove")
async def remove(
    caller: Annotated[Actor, Rule("pairings:write", organiser=OPEN)],
    edit: Annotated[Edit, Depends()],
    offer: EntryId,
    need: EntryId,
) -> None:
    """One pair less; one that is pinned has to be freed first."""
    await edit.apply(caller, Change(remove=((offer, need),)), lambda *_: None)


@router.post("/swap")
async def swap(
    caller: Annotated[Actor, Rule("pairings:write", organiser=OPEN)], edit: Annotated[Edit, Depends()], sent: Sent[SwapIn]
) -> Swapped:
    """Some pairs less and others more, as one: all of it, or nothing."""

    def show(session: Session, run: Run) -> Swapped:
        added = tuple(_show_added(session, caller, run, pair) for pair in sent.add)
        shown = show_run(session, caller, edit.request, edit.response, run)
        return Swapped.model_construct(remove=sent.remove, add=added, run=shown)

    change = Change(tuple(_new(pair) for pair in sent.add), tuple((pair.offer, pair.need) for pair in sent.remove))
    return await edit.apply(caller, change, show)


@router.post("/undo")
async def undo(caller: Annotated[Actor, Rule("pairings:write", organiser=OPEN)], edit: Annotated[Edit, Depends()]) -> RunOut:
    """Take back the last change by hand that was not taken back yet, with the pins and exclusions that came with it."""

    def find(session: Session) -> Change:
        return get_last_change(session, get_run(session, caller, edit.market, edit.run_id)).inverse

    change = await edit.writing.look(find)
    return await edit.apply(caller, change, lambda session, run: show_run(session, caller, edit.request, edit.response, run))


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
