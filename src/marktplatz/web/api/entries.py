"""Offers and needs: the same routes twice, since both sides have both."""

from collections.abc import Iterable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy import select

from marktplatz.db.models import EntryRecord
from marktplatz.market import Entry, Identifier
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.entries import add_entry, change_entry, find_doubts, get_entry, remove_entry
from marktplatz.usecases.identifiers import make_id
from marktplatz.usecases.partners import reading_as_partner
from marktplatz.usecases.records import entry_value
from marktplatz.vocabulary import EntrySide
from marktplatz.web.access import ALWAYS, COLLECTING, ON_DAY, OPEN, SHOWN, Rule
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
from marktplatz.web.language import find_language
from marktplatz.web.merge import Patch, apply_patch
from marktplatz.web.paging import read_page
from marktplatz.wording.findings import finding_text

READERS: Final[dict[str, Any]] = {
    "organiser": ALWAYS,
    "broker": SHOWN,
    "notary": SHOWN,
    "helper": SHOWN,
    "moderator": SHOWN,
    "participant": SHOWN,
}


class EntryIn(Entry, In):
    id: Identifier | None = None  # type: ignore[assignment]  # where none is sent we give one


class Doubt(BaseModel):
    """A warning to the author and a flag for the organiser."""

    code: str
    detail: str


class EntryOut(Entry):
    """`agreed`: in how many certified agreements the entry is used."""

    agreed: int
    version: int
    warnings: tuple[Doubt, ...]


def make_router(side: EntrySide) -> APIRouter:
    resource = f"{side}s"
    router = make_api_router(f"/markets/{{market}}/{resource}", resource)
    reader = Annotated[Actor, Rule(f"{resource}:read", **READERS)]
    writing: dict[str, Any] = {"organiser": OPEN, "helper": ON_DAY, "broker": ON_DAY, "participant": COLLECTING}
    writer = Annotated[Actor, Rule(f"{resource}:write", **writing)]
    remover = Annotated[Actor, Rule(f"{resource}:write", organiser=OPEN, participant=COLLECTING)]

    @router.get("", name="list")
    def list_entries(
        caller: reader,
        market: MarketId,
        request: Request,
        response: Response,
        session: ReadSession,
        limit: Limit = 100,
        cursor: Cursor = None,
        organisation: Annotated[str | None, Query(max_length=200)] = None,
        category: Annotated[str | None, Query(max_length=200)] = None,
        search: Annotated[str | None, Query(max_length=100, description="Part of title, text or id, in any case")] = None,
    ) -> list[EntryOut]:
        """By id. A participant sees their own and their partners'."""
        wanted = select(EntryRecord).where(EntryRecord.market_id == market, EntryRecord.side == side)
        seen = reading_as_partner(session, caller, market).organisations
        if seen is not None:
            wanted = wanted.where(EntryRecord.organisation_id.in_(seen))
        if organisation is not None:
            wanted = wanted.where(EntryRecord.organisation_id == organisation)
        if category is not None:
            wanted = wanted.where(EntryRecord.category == category)
        if search is not None:
            fields = (EntryRecord.title, EntryRecord.text, EntryRecord.id)
            wanted = wanted.where(_any_contains(fields, search))
        rows = read_page(session, request, response, wanted, (EntryRecord.id,), limit, cursor)
        return [_show(record, request) for record in rows]

    @router.post("", status_code=201, name="add")
    def add(
        caller: writer,
        market: MarketId,
        request: Request,
        response: Response,
        sent: Sent[EntryIn],
        session: WriteSession,
        now: Now,
    ) -> EntryOut:
        """A new entry; without an id it gets one."""
        entry = Entry.model_construct(**{**dict(sent), "id": sent.id or make_id(side[0])})
        record = add_entry(session, now, caller, market, side, entry)
        put_location(response, "markets", market, resource, record.id)
        return _answer(record, request, response)

    @router.get("/{entry_id:path}", name="read")
    def read(
        caller: reader, market: MarketId, entry_id: str, request: Request, response: Response, session: ReadSession
    ) -> EntryOut:
        record = get_entry(session, reading_as_partner(session, caller, market), market, side, entry_id)
        return _answer(record, request, response)

    @router.patch("/{entry_id:path}", name="edit")
    def edit(
        caller: writer,
        market: MarketId,
        entry_id: str,
        request: Request,
        response: Response,
        patch: Patch,
        session: WriteSession,
        now: Now,
        if_match: IfMatch = None,
    ) -> EntryOut:
        record = get_entry(session, caller, market, side, entry_id)
        check_version(if_match, record.version, _show(record, request).model_dump(mode="json", by_alias=True))
        change_entry(session, now, caller, record, apply_patch(entry_value(record), patch, fixed=("id", "organisation")))
        return _answer(record, request, response)

    @router.delete("/{entry_id:path}", status_code=204, name="remove")
    def remove(
        caller: remover,
        market: MarketId,
        entry_id: str,
        request: Request,
        session: WriteSession,
        now: Now,
        if_match: IfMatch = None,
    ) -> None:
        record = get_entry(session, caller, market, side, entry_id)
        check_version(if_match, record.version, _show(record, request).model_dump(mode="json", by_alias=True))
        remove_entry(session, now, caller, record)

    return router


def _any_contains(fields: Iterable[Any], search: str) -> Any:
    first, *others = (field.icontains(search, autoescape=True) for field in fields)
    for other in others:
        first = first | other
    return first


def _answer(record: EntryRecord, request: Request, response: Response) -> EntryOut:
    put_etag(response, record.version)
    return _show(record, request)


def _show(record: EntryRecord, request: Request) -> EntryOut:
    entry, language = entry_value(record), find_language(request)
    doubts = tuple(Doubt(code=doubt.code, detail=finding_text(doubt, language)) for doubt in find_doubts(entry))
    return EntryOut.model_construct(**dict(entry), agreed=record.agreed, version=record.version, warnings=doubts)
