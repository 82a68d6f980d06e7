"""Keeps the second copy up to date while the service runs: soon after every commit, never in anybody's way."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from fastapi.concurrency import run_in_threadpool

from marktplatz.db.second_copy import SecondCopy
from marktplatz.errors import MarktplatzError
from marktplatz.web.service import Service

PAUSE_S: Final = 1.0
"""Between two copies; so much of the evening at most is on one disk only."""
RETRY_AFTER_S: Final = 5.0

logger = logging.getLogger("marktplatz.web")


@dataclass
class CopyState:
    """`saved_at`: everything that was written before is in the copy. `is_failing`: the last try went wrong."""

    saved_at: datetime | None = None
    is_failing: bool = False
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def notice(self, _chain: str) -> None:
        self._woken.set()

    async def wait(self) -> None:
        await self._woken.wait()
        self._woken.clear()


@asynccontextmanager
async def copying(service: Service) -> AsyncIterator[None]:
    """With a folder in the settings: a copy at once, after every change, and a last one when the service stops."""
    folder = service.settings.second_copy
    if folder is None:
        yield
        return
    copy, state = SecondCopy(service.database, folder), CopyState()
    service.second_copy = state
    service.after_commit.append(state.notice)
    work = asyncio.create_task(_keep_copying(service, copy, state))
    try:
        yield
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work
        service.after_commit.remove(state.notice)
        await _save(service, copy, state)


async def _keep_copying(service: Service, copy: SecondCopy, state: CopyState) -> None:
    while True:
        saved = await asyncio.shield(asyncio.ensure_future(_save(service, copy, state)))
        if saved:
            await asyncio.sleep(PAUSE_S)
            await state.wait()
        else:
            await asyncio.sleep(RETRY_AFTER_S)


async def _save(service: Service, copy: SecondCopy, state: CopyState) -> bool:
    began = service.clock()
    try:
        await run_in_threadpool(copy.save)
    except MarktplatzError as error:
        if not state.is_failing:
            logger.warning("the second copy cannot be written: %s", error.findings[0].code)
        state.is_failing = True
        return False
    state.saved_at, state.is_failing = began, False
    return True
