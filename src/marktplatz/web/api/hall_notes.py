"""What brokers write down in the hall: notes, calls for help, refusals, who was brought together."""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Path, Query, Request, Response
from pydantic import BaseModel

from marktplatz.db.models import HallNote
from marktplatz.market import Identifier, Text
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.hall_notes import NewNote, add_note, finish_note, get_note, select_notes
from marktplatz.vocabulary import NoteKind
from marktplatz.web.access import ALWAYS, ON_DAY, SHOWN, Rule
from marktplatz.web.api.routing import make_api_router
from marktplatz.web.body import In, Sent
from marktplatz.web.deps import Cursor, Limit, MarketId, Now, ReadSession, WriteSession, put_etag, put_location
from marktplatz.web.paging import read_page

router = make_api_router("/markets/{market}/hall-notes", "hall_notes")

READERS: Final[dict[str, Any]] = {"organiser": ALWAYS, "broker": SHOWN}
WRITERS: Final[dict[str, Any]] = {"organiser": ON_DAY, "broker": ON_DAY}
NoteId = Annotated[Identifier, Path(description="The note's id")]


class HallNoteIn(In):
    """A refusal without `offer` and `need` is one between two organisations: all pairs between them are forbidden."""

    kind: NoteKind
    organisation: Identifier
    partner: Identifier | None = None
    offer: Identifier | None = None
    need: Identifier | None = None
    text: Text | None = None


class HallNoteOut(BaseModel):
    """`done_at` null: nobody has seen to it yet."""

    id: str
    kind: NoteKind
    organisation: str
    partner: str | None
    offer: str | None
    need: str | None
    text: str | None
    created_at: datetime
    done_at: datetime | None
    version: int


@router.get("", name="list")
def list_notes(
    caller: Annotated[Actor, Rule("hall-notes:read", **READERS)],
    market: MarketId,
    request: Request,
    response: Response,
    session: ReadSession,
    limit: Limit = 100,
    cursor: Cursor = None,
    kind: NoteKind | None = None,
    organisation: Annotated[Identifier | None, Query(description="One of the two that it is about")] = None,
    open_only: Annotated[bool, Query(alias="open", description="Only those that nobody has seen to yet")] = False,
) -> list[HallNoteOut]:
    """In the order in which they were written."""
    del caller
    wanted = select_notes(market)
    if kind is not None:
        wanted = wanted.where(HallNote.kind == kind)
    if organisation is not None:
        wanted = wanted.where((HallNote.organisation_id == organisation) | (HallNote.partner_id == organisation))
    if open_only:
        wanted = wanted.where(HallNote.done_at.is_(None))
    rows = read_page(session, request, response, wanted, (HallNote.created_at, HallNote.id), limit, cursor)
    return [_show(row) for row in rows]


@router.post("", status_code=201, name="add")
def add(
    caller: Annotated[Actor, Rule("hall-notes:write", **WRITERS)],
    market: MarketId,
    response: Response,
    sent: Sent[HallNoteIn],
    session: WriteSession,
    now: Now,
) -> HallNoteOut:
    """An introduction that is still open is answered as it stands, and not made twice."""
    record = add_note(session, now, caller, market, NewNote(**sent.model_dump()))
    put_location(response, "markets", market, "hall-notes", record.id)
    put_etag(response, record.version)
    return _show(record)


@router.post("/{note_id:path}/done", name="finish")
def finish(
    caller: Annotated[Actor, Rule("hall-notes:write", **WRITERS)],
    market: MarketId,
    note_id: NoteId,
    response: Response,
    session: WriteSession,
    now: Now,
) -> HallNoteOut:
    """Somebody has seen to it; saying so twice changes nothing."""
    record = get_note(session, market, note_id)
    finish_note(session, now, caller, record)
    put_etag(response, record.version)
    return _show(record)


@router.get("/{note_id:path}", name="read")
def read(
    caller: Annotated[Actor, Rule("hall-notes:read", **READERS)],
    market: MarketId,
    note_id: NoteId,
    response: Response,
    session: ReadSession,
) -> HallNoteOut:
    del caller
    record = get_note(session, market, note_id)
    put_etag(response, record.version)
    return _show(record)


def _show(record: HallNote) -> HallNoteOut:
    return HallNoteOut(
        id=record.id,
        kind=record.kind,
        organisation=record.organisation_id,
        partner=record.partner_id,
        offer=record.offer_id,
        need=record.need_id,
        text=record.text,
        created_at=record.created_at,
        done_at=record.done_at,
        version=record.version,
    )
