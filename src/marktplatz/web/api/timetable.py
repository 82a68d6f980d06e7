"""The timetable: who talks with whom in which round at which table."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Request, Response
from sqlalchemy.orm import Session

from marktplatz.db.models import Run, TimetableRecord
from marktplatz.errors import Conflict
from marktplatz.market import Identifier, Ordinal, Value
from marktplatz.plan import TimetableBoundOut, TimetablePlan
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.run_work import FAILURES, INTERRUPTED
from marktplatz.usecases.runs import withdraw_timetable
from marktplatz.usecases.solving import Failed, Invalid, Outcome, Scheduled, pack_market
from marktplatz.usecases.timetable_changes import ByHand
from marktplatz.usecases.timetables import (
    get_timetable,
    load_timetable,
    order_timetable,
    publish_timetable,
    store_timetable,
)
from marktplatz.vocabulary import TIMETABLE_FORMAT, Role
from marktplatz.web.access import OPEN, Rule
from marktplatz.web.api.routing import make_api_router
from marktplatz.web.api.runs import READERS
from marktplatz.web.body import In, Sent
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteLater, WriteSession, put_etag, put_location
from marktplatz.web.service import service_of

router = make_api_router("/markets/{market}/timetable", "timetable")


class TimetableIn(In):
    """`run`: whose pairings are to meet; the published one's where none is named. `previous`: the timetable to stay close to, whose
    conversations stay where they are as far as they hold; what was changed there by hand is kept.
    """

    rounds: Ordinal
    tables: Ordinal
    run: Identifier | None = None
    previous: Identifier | None = None


class ConversationOut(Value):
    round: int
    table: int
    organisations: tuple[str, str]
    points: int | None


class TimetableOut(Value):
    """A timetable file with what belongs to it. Points and sums are for the organiser only, as is `is_outdated`: the market or the
    run's pairings are others by now, and so is the bound, which is null then. `is_adjusted`: something in it was settled by hand.
    """

    format: Literal["marktplatz-timetable/1"]
    id: str
    run: str
    rounds: int
    tables: int
    conversations: tuple[ConversationOut, ...]
    met_pairings: tuple[int, int] | None
    served: tuple[int, int] | None
    total_points: int | None
    bound: TimetableBoundOut | None
    is_outdated: bool | None
    is_adjusted: bool
    created_at: datetime
    published_at: datetime | None
    version: int


@router.post("", status_code=201, name="add")
async def add(
    caller: Annotated[Actor, Rule("timetable:write", organiser=OPEN)],
    market: MarketId,
    request: Request,
    response: Response,
    sent: Sent[TimetableIn],
    writing: WriteLater,
    now: Now,
) -> TimetableOut:
    """Plan the conversations, so that the run's pairings meet. The answer comes when it is done, within the limit for solving."""
    ordered = await writing.look(lambda session: order_timetable(session, market, sent.run, sent.previous))
    job = ordered.job(sent.rounds, sent.tables)
    found = read_outcome(await service_of(request).runs.solve(pack_market(ordered.market), job))

    def store(session: Session) -> TimetableOut:
        record = store_timetable(session, now, caller, market, ordered, found)
        return show_timetable(session, caller, request, response, record)

    put_location(response, "markets", market, "timetable")
    return await writing.write(store)


@router.get("")
def read(
    caller: Annotated[Actor, Rule("timetable:read", **READERS)],
    market: MarketId,
    request: Request,
    response: Response,
    session: ReadSession,
) -> TimetableOut:
    """The organiser's is the newest, everybody else's the published one, of which participants see their own conversations."""
    return show_timetable(session, caller, request, response, get_timetable(session, caller, market))


@router.post("/publish")
def publish(
    caller: Annotated[Actor, Rule("timetable:write", organiser=OPEN)],
    market: MarketId,
    request: Request,
    response: Response,
    session: WriteSession,
    now: Now,
) -> TimetableOut:
    """The newest one. Nobody gets a mail."""
    record = get_timetable(session, caller, market)
    publish_timetable(session, now, caller, record)
    return show_timetable(session, caller, request, response, record)


@router.post("/withdraw")
def withdraw(
    caller: Annotated[Actor, Rule("timetable:write", organiser=OPEN)],
    market: MarketId,
    request: Request,
    response: Response,
    session: WriteSession,
    now: Now,
) -> TimetableOut:
    """The published one is hidden again."""
    record = get_timetable(session, caller, market, published=True)
    withdraw_timetable(session, now, caller, record)
    return show_timetable(session, caller, request, response, record)


def read_outcome(outcome: Outcome) -> TimetablePlan:
    match outcome:
        case Scheduled(timetable):
            return timetable
        case Invalid(family, findings):
            raise family(*findings)
        case Failed(kind):
            raise Conflict(FAILURES[kind])
    raise Conflict(INTERRUPTED)


def show_timetable(session: Session, caller: Actor, request: Request, response: Response, record: TimetableRecord) -> TimetableOut:
    session.flush()
    put_etag(response, record.version)
    found = load_timetable(session, caller, record)
    is_organiser = caller.has(Role.ORGANISER)
    outdated = is_outdated(session, request, record) if is_organiser else None
    sums: dict[str, Any] = {
        name: getattr(found, name) if is_organiser else None for name in ("met_pairings", "served", "total_points", "bound")
    }
    return TimetableOut.model_construct(
        format=TIMETABLE_FORMAT,
        run=record.run_id,
        conversations=tuple(
            ConversationOut(**dict(each) | ({} if is_organiser else {"points": None})) for each in found.conversations
        ),
        **sums | ({"bound": None} if outdated else {}),
        is_outdated=outdated,
        is_adjusted=not ByHand.of(record.result).is_empty,
        **_columns(record, "id", "rounds", "tables", "created_at", "published_at", "version"),
    )


def is_outdated(session: Session, request: Request, record: TimetableRecord) -> bool:
    """The market or the run's pairings are others by now."""
    run = session.get_one(Run, (record.market_id, record.run_id))
    present = service_of(request).contents.sha256(session, record.market_id)
    return record.adjustments != run.adjustments or record.content_sha256 != present


def _columns(record: TimetableRecord, *names: str) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names}
