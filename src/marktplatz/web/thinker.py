"""Answers thoughts about a market from a process that stays, and knows most of the market from the thought before."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from hashlib import sha256
from typing import Final

from anyio import CapacityLimiter, to_thread

from marktplatz.plan import Plan
from marktplatz.usecases.solving import Propose
from marktplatz.usecases.solving.warm_process import NoAnswerError, WarmProcess

NICE: Final = 5
"""Somebody waits for the answer; but stamps and pages come first."""
WITHIN_S: Final = 60.0


class Thinker:
    """One process for the whole service, started with the first thought; who comes second meanwhile waits."""

    def __init__(self, memory_bytes: int) -> None:
        self._memory_bytes = memory_bytes
        self._process = WarmProcess(memory_bytes, NICE)
        self._threads = CapacityLimiter(2)
        self._ahead: asyncio.Task[None] | None = None
        self._is_at_work = False

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        self._process, self._threads, self._is_at_work = WarmProcess(self._memory_bytes, NICE), CapacityLimiter(2), True
        try:
            yield
        finally:
            self._is_at_work = False
            await to_thread.run_sync(self._process.end)
            if self._ahead is not None:
                self._ahead.cancel()
                with suppress(asyncio.CancelledError):
                    await self._ahead

    async def ask(self, market: bytes, job: Propose) -> Plan | None:
        """None where it has no answer; a process that solves this alone will say why."""
        asked = partial(self._process.ask, sha256(market).hexdigest(), market, job, WITHIN_S)
        with suppress(NoAnswerError):
            return (await to_thread.run_sync(asked, limiter=self._threads, abandon_on_cancel=True)).plan
        return None

    def think_ahead(self, market: bytes, job: Propose) -> None:
        """Somebody looks at the questions: the first answer then finds most of the work done. Called in the event loop."""
        if self._is_at_work and (self._ahead is None or self._ahead.done()):
            self._ahead = asyncio.get_running_loop().create_task(self._look_ahead(market, job))

    async def _look_ahead(self, market: bytes, job: Propose) -> None:
        await self.ask(market, job)
