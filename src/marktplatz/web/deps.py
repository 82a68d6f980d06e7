"""What routes ask for: a session to read or to write, the instant, the version that an edit is about."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import datetime
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, Path, Query, Request, Response
from fastapi.concurrency import contextmanager_in_threadpool, run_in_threadpool
from sqlalchemy.orm import Session

from marktplatz.db.engine import INSTALLATION, Database
from marktplatz.errors import Finding, InvalidInput
from marktplatz.usecases.identifiers import step
from marktplatz.web.errors import Stale
from marktplatz.web.idempotency import Repeatable, begin_request
from marktplatz.web.service import service_of

T = TypeVar("T")

MarketId = Annotated[str, Path(alias="market", max_length=200, description="The market's id")]
Limit = Annotated[int, Query(ge=1, le=500, description="How many a page")]
Cursor = Annotated[str | None, Query(max_length=1000, description="Where the page begins, from the `Link` of the page before")]
IfMatch = Annotated[str | None, Header(max_length=300, description="The ETag of the state that the edit is about")]


async def get_now(request: Request) -> datetime:
    return service_of(request).clock()


def open_read(request: Request) -> Iterator[Session]:
    with service_of(request).database.read() as session:
        yield session


@contextmanager
def transact(database: Database, chain: str, repeatable: Repeatable | None) -> Iterator[Session]:
    """From the market's lock to the commit, with the answer to a request with a key; each end is one errand of one thread."""
    with database.write(chain) as session:
        if repeatable is not None:
            repeatable.replay_or_begin(session)
        yield session
        if repeatable is not None:
            repeatable.keep()


class LaterWrite:
    """A write transaction for a route with long work to do first: it begins when the route asks, and commits as every other.

    For routes that are coroutines: no thread waits while others have the market.
    """

    def __init__(self, request: Request, stack: AsyncExitStack, repeatable: Repeatable | None) -> None:
        self._service, self._stack, self._repeatable = service_of(request), stack, repeatable
        self._chain: str = request.path_params.get("market", INSTALLATION)
        self._has_written = False

    async def look(self, deed: Callable[[Session], T]) -> T:
        """Read before anything is locked; a request that was answered before is answered here."""

        def look() -> T:
            with self._service.database.read() as session:
                if self._repeatable is not None:
                    self._repeatable.replay_or_begin(session)
                return deed(session)

        return await run_in_threadpool(look)

    async def write(self, deed: Callable[[Session], T]) -> T:
        """Wait for the market, and have it to oneself until the answer is made."""
        await self._stack.enter_async_context(self._service.queue.turn(self._chain))
        transaction = transact(self._service.database, self._chain, self._repeatable)
        session = await self._stack.enter_async_context(contextmanager_in_threadpool(transaction))
        self._has_written = True
        return await run_in_threadpool(deed, session)

    def tell_if_written(self) -> None:
        """To be called after the commit."""
        if self._has_written:
            self._service.tell_of_commit(self._chain)


async def open_later(request: Request) -> AsyncIterator[LaterWrite]:
    with begin_request(request, service_of(request)) as repeatable:
        async with AsyncExitStack() as stack:
            later = LaterWrite(request, stack, repeatable)
            yield later
    later.tell_if_written()


async def open_write(request: Request) -> AsyncIterator[Session]:
    """A transaction that has the market to itself. It commits after the answer is made and before it is sent, so that no success is
    told which is not on the disk; `scope="function"` sees to that.
    """
    service = service_of(request)
    chain = request.path_params.get("market", INSTALLATION)
    with begin_request(request, service) as repeatable:
        transaction = transact(service.database, chain, repeatable)
        async with service.queue.turn(chain), contextmanager_in_threadpool(transaction) as session:
            yield session
    service.tell_of_commit(chain)


Now = Annotated[datetime, Depends(get_now)]
ReadSession = Annotated[Session, Depends(open_read, scope="function")]
WriteSession = Annotated[Session, Depends(open_write, scope="function")]
WriteLater = Annotated[LaterWrite, Depends(open_later, scope="function")]


def etag_of(version: int) -> str:
    return f'"{version}"'


def put_etag(response: Response, version: int) -> None:
    response.headers["ETag"] = etag_of(version)


def put_location(response: Response, *steps: str) -> None:
    """Where the new resource is; ids may hold any characters."""
    response.headers["Location"] = "/api/v1/" + "/".join(map(step, steps))


def check_version(if_match: str | None, version: int, current: Any) -> None:
    """An edit says which state it is about: InvalidInput (428) if it says nothing, Stale (412) if that state is gone."""
    if if_match is None:
        raise InvalidInput(Finding("if_match_missing"))
    wanted = {tag.strip().removeprefix("W/") for tag in if_match.split(",")}
    if "*" not in wanted and etag_of(version) not in wanted:
        raise Stale(current, etag_of(version))
