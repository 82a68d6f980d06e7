"""Who goes first where a hall shares one core: whoever writes before whoever looks, staff's pages before participants'.

Pages that are worked out while somebody writes take the interpreter from the writer at each of its statements, and all who wait
for the market wait with it. So a page of the evening begins only where nobody writes or waits to write, and few are worked out at
a time.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from enum import IntEnum
from typing import Final

from marktplatz.errors import Conflict, Finding

PAGES_AT_ONCE: Final = 2
"""More would be no quicker, since they share one core; one alone would leave it idle between two steps."""
PATIENCE_S: Final = 0.1
"""However much is written, a page begins at least so often."""


class Rank(IntEnum):
    """Who is served first; the wall and those who work in the hall are STAFF."""

    STAFF = 0
    PARTICIPANT = 1


class PageTurns:
    """For one event loop. Whoever waits here waits in the loop, with no thread and no session."""

    def __init__(self, at_once: int = PAGES_AT_ONCE, patience_s: float = PATIENCE_S) -> None:
        self._at_once, self._patience_s = at_once, patience_s
        self._waiting: dict[Rank, deque[asyncio.Future[None]]] = {rank: deque() for rank in Rank}
        self._running = 0
        self._writers = 0
        self._begun_at = float("-inf")
        self._alarm: asyncio.TimerHandle | None = None
        self._calm: asyncio.Future[None] | None = None
        self._is_ended = False

    @contextmanager
    def writing(self) -> Iterator[None]:
        """From asking for the market to the commit: no page begins meanwhile."""
        self._writers += 1
        try:
            yield
        finally:
            self._writers -= 1
            if not self._writers and self._calm is not None:
                self._calm.set_result(None)
                self._calm = None
            self._admit()

    async def calm(self) -> None:
        """Until nobody writes, at most as long as a page has patience: for what takes the interpreter and need not be now."""
        if not self._writers:
            return
        if self._calm is None:
            self._calm = asyncio.get_running_loop().create_future()
        await asyncio.wait({self._calm}, timeout=self._patience_s)

    @asynccontextmanager
    async def turn(self, rank: Rank) -> AsyncIterator[None]:
        """Conflict (503) where the server stops before it is one's turn."""
        await self._wait(rank)
        try:
            yield
        finally:
            self._running -= 1
            self._admit()

    def count_waiting(self) -> int:
        return sum(not place.done() for queue in self._waiting.values() for place in queue)

    def end(self) -> None:
        """Everybody who waits is sent away, and who comes now as well."""
        self._is_ended = True
        for queue in self._waiting.values():
            for place in queue:
                if not place.done():
                    place.set_exception(Conflict(Finding("busy")))
            queue.clear()

    async def _wait(self, rank: Rank) -> None:
        if self._is_ended:
            raise Conflict(Finding("busy"))
        place = asyncio.get_running_loop().create_future()
        self._waiting[rank].append(place)
        self._admit()
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:  # the turn came in the same moment
                self._running -= 1
                self._admit()
            raise

    def _admit(self) -> None:
        while self._may_begin() and (place := self._next()) is not None:
            self._running += 1
            self._begun_at = asyncio.get_running_loop().time()
            place.set_result(None)
        if self._writers and self._alarm is None and any(self._waiting.values()):
            self._alarm = asyncio.get_running_loop().call_later(self._patience_s, self._look_again)

    def _look_again(self) -> None:
        self._alarm = None
        self._admit()

    def _may_begin(self) -> bool:
        if not self._writers:
            return self._running < self._at_once
        return not self._running and asyncio.get_running_loop().time() - self._begun_at >= self._patience_s

    def _next(self) -> asyncio.Future[None] | None:
        for rank in Rank:
            queue = self._waiting[rank]
            while queue:
                if not (place := queue.popleft()).done():
                    return place
        return None
