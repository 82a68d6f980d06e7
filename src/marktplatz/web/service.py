"""What the routes share: the database, the clock, the writers' queue. One per application; nothing is made at import."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from fastapi import Request
from sqlalchemy.orm import Session

from marktplatz.db.engine import Database
from marktplatz.settings import Settings
from marktplatz.web.identity import Identity, identify

FILES_AT_ONCE: Final = 2
"""Files that are read at the same time: each takes a core and much memory, whoever comes third waits in the event loop."""

Clock = Callable[[], datetime]


def read_clock() -> datetime:
    return datetime.now(UTC)


class WriterQueue:
    """Writers of a market wait here in the order in which they came, and not in a thread or on the database's retries.

    On SQLite all markets share one queue, since the file has one writer. Also knows which requests with a key are under way.
    """

    _ALL: Final = ""

    def __init__(self, *, is_shared: bool) -> None:
        self._is_shared = is_shared
        self._locks: dict[str, asyncio.Lock] = {}
        self.running: set[tuple[str, str]] = set()

    @asynccontextmanager
    async def turn(self, chain: str) -> AsyncIterator[None]:
        lock = self._locks.setdefault(self._ALL if self._is_shared else chain, asyncio.Lock())
        async with lock:
            yield


@dataclass
class Service:
    settings: Settings
    database: Database
    clock: Clock = read_clock
    queue: WriterQueue = field(init=False)
    reading: asyncio.Semaphore = field(init=False, default_factory=lambda: asyncio.Semaphore(FILES_AT_ONCE))

    def __post_init__(self) -> None:
        self.queue = WriterQueue(is_shared=self.database.is_sqlite)

    def identify(self, session: Session, request: Request) -> Identity:
        return identify(session, request, self.clock(), is_https=self.settings.is_https)


def service_of(request: Request) -> Service:
    service: Service = request.app.state.service
    return service
