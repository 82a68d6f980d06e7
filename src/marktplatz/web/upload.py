"""Files as plain bodies: read in a worker thread, a few at a time, before any transaction is opened."""

from collections.abc import Callable
from typing import Annotated, Any, Final, TypeVar

from fastapi import Query, Request
from fastapi.concurrency import run_in_threadpool

from marktplatz.errors import Finding, InvalidInput, Place
from marktplatz.exchange.reading import SentMarket, read_sent_market_bytes
from marktplatz.usecases.archiving import ArchivedMarket, read_archived_market
from marktplatz.usecases.importing import tell_some
from marktplatz.web.service import service_of

T = TypeVar("T")

MEDIA_TYPES: Final = {
    "application/json": "json",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.ms-excel.sheet.macroenabled.12": "xlsm",
    "application/zip": "zip",
    "application/x-zip-compressed": "zip",
}
FileName = Annotated[str | None, Query(max_length=300, description="The file's name; its end says what it is")]


def describe_body(*media_types: str) -> dict[str, Any]:
    """A file as the body, for the OpenAPI document."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in media_types}
    return {"requestBody": {"required": True, "content": content}}


async def read_sent_file(request: Request, name: FileName = None) -> SentMarket:
    """The market in the body; InvalidInput with everything that is wrong in it."""
    return await _read(request, _name_of(request, name), read_sent_market_bytes)


async def read_sent_archive(request: Request) -> ArchivedMarket:
    return await _read(request, "archive.zip", read_archived_market)


async def _read(request: Request, name: str, read: Callable[[str, bytes], T]) -> T:
    _refuse_form(request)
    content = await request.body()
    if not content:
        raise InvalidInput(Finding("empty_file", Place(name)))
    try:
        async with service_of(request).reading:
            return await run_in_threadpool(read, name, content)
    except InvalidInput as error:
        raise InvalidInput(*tell_some(error.findings)) from None


def _name_of(request: Request, name: str | None) -> str:
    """As it was told, else by the type of the content."""
    if name:
        return name
    suffix = MEDIA_TYPES.get(_media_type(request))
    if suffix is None:
        raise InvalidInput(Finding("file_kind_untold"))
    return f"market.{suffix}"


def _refuse_form(request: Request) -> None:
    """The boundaries of a form change with every try, so that a repeated request would not be known again (decision 16)."""
    if _media_type(request) == "multipart/form-data":
        raise InvalidInput(Finding("file_in_a_form"))


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
