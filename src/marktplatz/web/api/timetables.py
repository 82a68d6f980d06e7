"""All timetables of a market: listed, compared, changed by hand, and each of them published or withdrawn."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import TimetableRecord
from marktplatz.errors import Conflict, Finding, NotFound
from marktplatz.market import Identifier, Ordinal, Value
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.runs import withdraw_timetable
from marktplatz.usecases.timetable_changes import (
    ByHand,
    Talk,
    TimetableChange,
    adjust_timetable,
    couple,
    get_last_timetable_change,
    move,
    swap,
)
from marktplatz.usecases.timetable_views import compare_timetables, get_timetable_of_market, load_timetable_view
from marktplatz.usecases.timetables import publish_timetable
from marktplatz.vocabulary import Role
from marktplatz.web.access import ALWAYS, OPEN, Rule
from marktplatz.web.api.routing import make_api_router
from marktplatz.web.api.runs import READERS
from marktplatz.web.api.timetable import TimetableOut, is_outdated, show_timetable
from marktplatz.web.body import In, Sent
from marktplatz.web.deps import Cursor, IfMatch, Limit, MarketId, Now, ReadSession, WriteLater, WriteSession, check_version
from marktplatz.web.paging import read_page
from marktplatz.web.service import service_of

router = make_api_router("/markets/{market}/timetables", "timetables")

Writer = Annotated[Actor, Rule("timetable:write", organiser=OPEN)]
MOST: int = 200


class TimetableListed(Value):
    """A timetable without its conversations. Sums, author and what it was close to are for the organiser only."""

    id: str
    run: str
    rounds: int
    tables: int
    met_pairings: tuple[int, int] | None
    served: tuple[int, int] | None
    total_points: int | None
    previous: str | None
    is_adjusted: bool
    is_outdated: bool | None
    author: str | None
    created_at: datetime
    published_at: datetime | None
    version: int


class PlaceOut(Value):
    round: int
    table: int


class TalkChangeOut(Value):
    """`before` and `after` are null where a timetable has no such conversation."""

    organisations: tuple[str, str]
    before: PlaceOut | None
    after: PlaceOut | None


class TimetableComparison(Value):
    """`kept`: conversations that are at the same place in both."""

    kept: int
    changes: tuple[TalkChangeOut, ...]


class TalkIn(In):
    organisations: tuple[Identifier, Identifier]
    round: Ordinal
    table: Ordinal


class SwapTalksIn(In):
    organisations: tuple[Identifier, Identifier]
    other: tuple[Identifier, Identifier] = Field(alias="with")


class TimetableChangesIn(In):
    """Done as one, or not at all. Who moves or swaps talks already, who is added does not yet."""

    move: Annotated[tuple[TalkIn, ...], Field(max_length=MOST)] = ()
    swap: Annotated[tuple[SwapTalksIn, ...], Field(max_length=MOST)] = ()
    add: Annotated[tuple[TalkIn, ...], Field(max_length=MOST)] = ()
    remove: Annotated[tuple[tuple[Identifier, Identifier], ...], Field(max_length=MOST)] = ()


@router.get("", name="list")
def list_timetables(
    caller: Annotated[Actor, Rule("timetable:read", **READERS)],
    market: MarketId,
    request: Request,
    response: Response,
    session: ReadSession,
    limit: Limit = 100,
    cursor: Cursor = None,
    run: Annotated[str | None, Query(max_length=200)] = None,
) -> list[TimetableListed]:
    """The newest first; whoever is no organiser sees the published one."""
    wanted = select(TimetableRecord).where(TimetableRecord.market_id == market)
    if not caller.has(Role.ORGANISER):
        wanted = wanted.where(TimetableRecord.published_at.is_not(None))
    if run is not None:
        wanted = wanted.where(TimetableRecord.run_id == run)
    keys = (TimetableRecord.created_at, TimetableRecord.id)
    rows = read_page(session, request, response, wanted, keys, limit, cursor, newest_first=True)
    return [_list(session, request, record, for_organiser=caller.has(Role.ORGANISER)) for record in rows]


@router.get("/{timetable_id}")
def read(
    caller: Annotated[Actor, Rule("timetable:read", **READERS)],
    market: MarketId,
    timetable_id: str,
    request: Request,
    response: Response,
    session: ReadSession,
) -> TimetableOut:
    """Participants see their own conversations of the published one."""
    return show_timetable(session, caller, request, response, _get(session, caller, market, timetable_id))


@router.get("/{timetable_id}/comparison")
def compare(
    caller: Annotated[Actor, Rule("timetable:read", organiser=ALWAYS)],
    market: MarketId,
    timetable_id: str,
    other: Annotated[str, Query(alias="with", max_length=200, description="The timetable to compare with, as the earlier one")],
    session: ReadSession,
) -> TimetableComparison:
    """Which conversations came, went or moved from the other timetable to this one."""
    before, after = (load_timetable_view(session, _get(session, caller, market, key)) for key in (other, timetable_id))
    changes, kept = compare_timetables(before, after)
    told = tuple(
        TalkChangeOut(organisations=each.organisations, before=_place(each.before), after=_place(each.after)) for each in changes
    )
    return TimetableComparison(kept=kept, changes=told)


@router.post("/{timetable_id}/changes")
async def change(
    caller: Writer,
    market: MarketId,
    timetable_id: str,
    request: Request,
    response: Response,
    sent: Sent[TimetableChangesIn],
    writing: WriteLater,
    now: Now,
    if_match: IfMatch = None,
) -> TimetableOut:
    """Move, swap, add and take out conversations by hand. What breaks a rule of the market as it is now is refused by name."""
    scores = service_of(request).scores

    def apply(session: Session) -> TimetableOut:
        record = _get_as_seen(session, caller, market, timetable_id, request, response, if_match)
        adjust_timetable(session, now, caller, record, _read_change(session, record, sent), scores.of(session, market))
        return show_timetable(session, caller, request, response, record)

    await writing.look(lambda session: scores.of(session, market))
    return await writing.write(apply)


@router.post("/{timetable_id}/undo")
async def undo(
    caller: Writer,
    market: MarketId,
    timetable_id: str,
    request: Request,
    response: Response,
    writing: WriteLater,
    now: Now,
    if_match: IfMatch = None,
) -> TimetableOut:
    """Take back the last change by hand that was not taken back yet."""
    scores = service_of(request).scores

    def apply(session: Session) -> TimetableOut:
        record = _get_as_seen(session, caller, market, timetable_id, request, response, if_match)
        last = get_last_timetable_change(session, record)
        adjust_timetable(session, now, caller, record, last.inverse, scores.of(session, market))
        return show_timetable(session, caller, request, response, record)

    await writing.look(lambda session: scores.of(session, market))
    return await writing.write(apply)


@router.post("/{timetable_id}/publish")
def publish(
    caller: Writer,
    market: MarketId,
    timetable_id: str,
    request: Request,
    response: Response,
    session: WriteSession,
    now: Now,
) -> TimetableOut:
    """This one takes the place of the one that was published. Nobody gets a mail."""
    record = _get(session, caller, market, timetable_id)
    publish_timetable(session, now, caller, record)
    return show_timetable(session, caller, request, response, record)


@router.post("/{timetable_id}/withdraw")
def withdraw(
    caller: Writer,
    market: MarketId,
    timetable_id: str,
    request: Request,
    response: Response,
    session: WriteSession,
    now: Now,
) -> TimetableOut:
    """Hidden again, if it was published."""
    record = _get(session, caller, market, timetable_id)
    withdraw_timetable(session, now, caller, record)
    return show_timetable(session, caller, request, response, record)


def _get(session: Session, caller: Actor, market: str, timetable_id: str) -> TimetableRecord:
    record = get_timetable_of_market(session, market, timetable_id)
    if record.published_at is None and not caller.has(Role.ORGANISER):
        raise NotFound(Finding("unknown_timetable", params={"id": timetable_id}))
    return record


def _get_as_seen(
    session: Session, caller: Actor, market: str, timetable_id: str, request: Request, response: Response, if_match: str | None
) -> TimetableRecord:
    record = _get(session, caller, market, timetable_id)
    shown = show_timetable(session, caller, request, response, record).model_dump(mode="json")
    check_version(if_match, record.version, shown)
    return record


def _read_change(session: Session, record: TimetableRecord, sent: TimetableChangesIn) -> TimetableChange:
    add = [Talk(each.round, each.table, couple(*each.organisations)) for each in sent.add]
    remove = [couple(*each) for each in sent.remove]
    parts = [move(session, record, couple(*each.organisations), each.round, each.table) for each in sent.move]
    parts += [swap(session, record, couple(*each.organisations), couple(*each.other)) for each in sent.swap]
    for part in parts:
        add += part.add
        remove += part.remove
    if len(set(remove)) < len(remove):
        raise Conflict(Finding("talk_changed_twice"))
    return TimetableChange(tuple(add), tuple(remove))


def _list(session: Session, request: Request, record: TimetableRecord, *, for_organiser: bool) -> TimetableListed:
    names = ("id", "rounds", "tables", "created_at", "published_at", "version")
    sums: dict[str, Any] = dict.fromkeys(("met_pairings", "served", "total_points", "previous"))
    if for_organiser:
        sums = {name: record.result.get(name) for name in ("total_points", "previous")}
        sums |= {name: tuple(record.result[name]) for name in ("met_pairings", "served")}
    return TimetableListed.model_construct(
        run=record.run_id,
        is_adjusted=not ByHand.of(record.result).is_empty,
        is_outdated=is_outdated(session, request, record) if for_organiser else None,
        author=record.author if for_organiser else None,
        **sums,
        **{name: getattr(record, name) for name in names},
    )


def _place(at: tuple[int, int] | None) -> PlaceOut | None:
    return None if at is None else PlaceOut(round=at[0], table=at[1])
