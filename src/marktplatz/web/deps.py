"""What routes ask for: a session to read or to write, the instant, the version that an edit is about."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Header, Path, Query, Request, Response
from fastapi.concurrency import contextmanager_in_threadpool, run_in_threadpool
from sqlalchemy.orm import Session

from marktplatz.db.engine import INSTALLATION
from marktplatz.errors import Finding, InvalidInput
from marktplatz.web.errors import Stale
from marktplatz.web.idempotency import begin_request
from marktplatz.web.service import service_of

MarketId = Annotated[str, Path(alias="market", max_length=200, description="The market's id")]
Limit = Annotated[int, Query(ge=1, le=500, description="How many a page")]
Cursor = Annotated[str | None, Query(max_length=1000, description="Where the page begins, from the `Link` of the page before")]
IfMatch = Annotated[str | None, Header(max_length=300, description="The ETag of the state that the edit is about")]


def get_now(request: Request) -> datetime:
    return service_of(request).clock()


def open_read(request: Request) -> Iterator[Session]:
    with service_of(request).database.read() as session:
        yield session


async def open_write(request: Request) -> AsyncIterator[Session]:
    """A transaction that has the market to itself. It commits after the answer is made and before it is sent, so that no success is
    told which is not on the disk; `scope="function"` sees to that.
    """
    service = service_of(request)
    chain = request.path_params.get("market", INSTALLATION)
    with begin_request(request, service) as repeatable:
        async with service.queue.turn(chain), contextmanager_in_threadpool(service.database.write(chain)) as session:
            if repeatable is not None:
                await run_in_threadpool(repeatable.replay_or_begin, session)
            yield session


Now = Annotated[datetime, Depends(get_now)]
ReadSession = Annotated[Session, Depends(open_read, scope="function")]
WriteSession = Annotated[Session, Depends(open_write, scope="function")]


def etag_of(version: int) -> str:
    return f'"{version}"'


def put_etag(response: Response, version: int) -> None:
    response.headers["ETag"] = etag_of(version)


def put_location(response: Response, *steps: str) -> None:
    """Where the new resource is; ids may hold any characters."""
    response.headers["Location"] = "/api/v1/" + "/".join(quote(step, safe="") for step in steps)


def check_version(if_match: str | None, version: int, current: Any) -> None:
    """An edit says which state it is about: InvalidInput (428) if it says nothing, Stale (412) if that state is gone."""
    if if_match is None:
        raise InvalidInput(Finding("if_match_missing"))
    wanted = {tag.strip().removeprefix("W/") for tag in if_match.split(",")}
    if "*" not in wanted and etag_of(version) not in wanted:
        raise Stale(current, etag_of(version))
