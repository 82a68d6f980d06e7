"""Tidies up while the service runs, a few rows at a time, and destroys what is due; between them everybody else has their turn."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from fastapi.concurrency import run_in_threadpool
from sqlalchemy.exc import SQLAlchemyError

from marktplatz.db.engine import INSTALLATION
from marktplatz.usecases.housekeeping import tidy_up
from marktplatz.usecases.retention import destroy, find_due
from marktplatz.vocabulary import DataClass
from marktplatz.web.service import Service

FIRST_AFTER_S: Final = 60.0
"""Whoever starts a service wants to use it first."""
ROUND_S: Final = 600.0
PAUSE_S: Final = 0.5
MOST_STEPS: Final = 100
"""In one round; what is left then waits for the next one."""

logger = logging.getLogger("marktplatz.web")


@asynccontextmanager
async def tidying(service: Service) -> AsyncIterator[None]:
    """The housekeeper's rounds, as long as the service lives."""
    rounds = asyncio.create_task(_go_round(service))
    try:
        yield
    finally:
        rounds.cancel()
        await asyncio.gather(rounds, return_exceptions=True)


async def _go_round(service: Service) -> None:
    await asyncio.sleep(FIRST_AFTER_S)
    while True:
        try:
            await tidy(service)
            await destroy_due(service)
        except SQLAlchemyError as error:
            logger.warning("nothing was tidied up this round: %s", type(error).__name__)
        await asyncio.sleep(ROUND_S)


async def tidy(service: Service, pause_s: float = PAUSE_S) -> int:
    """Until nothing is left or it has been enough for once; how many rows went."""
    gone = 0
    for _step in range(MOST_STEPS):
        async with service.queue.turn(INSTALLATION):
            went = await run_in_threadpool(_tidy_a_little, service)
        gone += went
        if not went:
            break
        await asyncio.sleep(pause_s)
    return gone


async def destroy_due(service: Service) -> int:
    """What has reached its date of destruction; how many classes of data went."""
    due = await run_in_threadpool(_find_due, service)
    for market_id, kind in due:
        async with service.queue.turn(market_id):
            await run_in_threadpool(_destroy, service, market_id, kind)
    if due:
        await service.scrub()
    return len(due)


def _find_due(service: Service) -> list[tuple[str, DataClass]]:
    with service.database.read() as session:
        return find_due(session, service.clock())


def _destroy(service: Service, market_id: str, kind: DataClass) -> None:
    with service.database.write(market_id) as session:
        destroy(session, service.clock(), market_id, kind)


def _tidy_a_little(service: Service) -> int:
    with service.database.write() as session:
        return tidy_up(session, service.clock(), timedelta(hours=service.settings.idempotency_keep_hours))
