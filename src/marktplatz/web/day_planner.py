"""Keeps the plan of the evening true: hears of every commit, and where something has happened that the plan does not know, has it
planned anew and puts the new one in its place.

Lives in the event loop. What the plan knows stands in the database beside it, so nothing that happens to this, to the process that
solves or to the service loses anything: the plan stays as it is, and the next look tries again.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

from anyio import CapacityLimiter, to_thread
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from marktplatz.db.engine import INSTALLATION, Database
from marktplatz.db.models import MarketRecord
from marktplatz.errors import MarktplatzError
from marktplatz.usecases.day_facts import Content
from marktplatz.usecases.day_plan import Order, StaleError, complete, look_at_day, store_replan
from marktplatz.usecases.day_rows import WrongAnswerError
from marktplatz.usecases.solving.warm_jobs import Load, Replanned, WarmJob
from marktplatz.usecases.solving.warm_process import NoAnswerError, WarmProcess
from marktplatz.vocabulary import Phase

T = TypeVar("T")

HASTE_S: Final = 0.15
"""For the search where no quick proof exists; then the best plan found so far is taken, and the proof follows."""
PROOF_S: Final = 8.0
QUIET_S: Final = 2.0
"""Before a proof is looked for: at the doors one thing follows another, and every one makes another plan."""
NICE: Final = 2
NICER: Final = 15
"""People wait for a new plan, which takes a fifth of a second; nobody does for its proof."""
ANSWER_WITHIN_S: Final = 10.0
LOAD_WITHIN_S: Final = 120.0
THREADS: Final = 4
THREAD_NAME: Final = "day"
LOOK_EVERY_S: Final = 30.0
"""For what nobody told: another process that wrote, a market that came into its phase before the service started."""
FIRST_RETRY_S: Final = 0.2
LONGEST_RETRY_S: Final = 30.0
STRICT_TRIES: Final = 3
"""While more happens during every solve, the third plan is taken all the same; what it does not know comes next."""

TROUBLE: Final = (NoAnswerError, WrongAnswerError, SQLAlchemyError, MarktplatzError)

logger = logging.getLogger("marktplatz.runs")


@dataclass(eq=False)
class _Live:
    """A market that is looked after."""

    woken: asyncio.Event = field(default_factory=asyncio.Event)
    content: Content | None = None
    failures: int = 0
    stale: int = 0
    proof: "asyncio.Task[None] | None" = None


class DayPlanner:
    """The live plans of all markets in their phase `day`."""

    def __init__(
        self,
        database: Database,
        turn: Callable[[str], AbstractAsyncContextManager[None]],
        tell_of_commit: Callable[[str], None],
        clock: Callable[[], datetime],
        memory_bytes: int,
        calm: Callable[[], Awaitable[None]],
    ) -> None:
        self._database, self._turn, self._clock, self._calm = database, turn, clock, calm
        self._tell_of_commit, self._memory_bytes = tell_of_commit, memory_bytes
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._live: dict[str, _Live] = {}
        self._is_at_work = False
        self._threads = CapacityLimiter(4)
        self._pool = ThreadPoolExecutor(THREADS, THREAD_NAME)
        self.solver, self.prover = WarmProcess(memory_bytes, NICE), WarmProcess(memory_bytes, NICER)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Catches up by itself with what happened before; at the end the processes are gone."""
        self._is_at_work, self._threads = True, CapacityLimiter(4)
        self._pool = ThreadPoolExecutor(THREADS, THREAD_NAME)
        self.solver, self.prover = WarmProcess(self._memory_bytes, NICE), WarmProcess(self._memory_bytes, NICER)
        search = asyncio.create_task(self._search())
        try:
            yield
        finally:
            self._is_at_work = False
            for process in (self.solver, self.prover):
                await to_thread.run_sync(process.end)
            proofs = [live.proof for live in self._live.values() if live.proof is not None]
            tasks = [search, *self._tasks.values(), *proofs]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await to_thread.run_sync(self._pool.shutdown)
            self._tasks.clear()
            self._live.clear()

    def notice(self, chain: str) -> None:
        """Something was committed; called in the event loop."""
        if not self._is_at_work or chain == INSTALLATION:
            return
        if chain not in self._live:
            self._live[chain] = _Live()
            self._tasks[chain] = asyncio.get_running_loop().create_task(self._look_after(chain, self._live[chain]))
        self._live[chain].woken.set()

    async def _search(self) -> None:
        while True:
            with suppress(SQLAlchemyError):
                for market_id in await self._in_thread(self._find_markets):
                    self.notice(market_id)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look_after(self, market_id: str, live: _Live) -> None:
        """Until no plan of the market is live any more."""
        while True:
            live.woken.clear()
            try:
                is_live = await self._catch_up(market_id, live)
                live.failures = live.stale = 0
            except StaleError:
                live.stale += 1
                continue
            except TROUBLE as error:
                logger.warning("the plan of the day waits: %s: %s", type(error).__name__, error)
                live.failures += 1
                await asyncio.sleep(min(FIRST_RETRY_S * 2**live.failures, LONGEST_RETRY_S))
                continue
            if not is_live and not live.woken.is_set():
                del self._live[market_id], self._tasks[market_id]
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(live.woken.wait(), LOOK_EVERY_S)

    async def _catch_up(self, market_id: str, live: _Live) -> bool:
        await self._calm()
        is_strict = live.stale < STRICT_TRIES
        content, order = await self._in_thread(partial(self._look, market_id, live.content, is_whole=not is_strict))
        live.content = content
        if content is None:
            return False
        if order is not None and order.is_proof:
            if live.proof is None or live.proof.done():
                live.proof = asyncio.create_task(self._prove(market_id, live))
            return True
        await self._ask(self.solver, content, Load(), LOAD_WITHIN_S)
        if order is not None:
            answer = await self._ask(self.solver, content, order.job.model_copy(update={"time_limit_s": HASTE_S}), ANSWER_WITHIN_S)
            if is_strict:
                order = await self._in_thread(partial(self._complete, order))
            await self._store(order, answer, is_strict=is_strict)
        return True

    async def _prove(self, market_id: str, live: _Live) -> None:
        """A better plan, or that there is none, once it has been quiet for a moment; what is about an older plan is thrown away."""
        await asyncio.sleep(QUIET_S)
        try:
            _, order = await self._in_thread(partial(self._look, market_id, live.content))
            if order is not None and order.is_proof:
                job = order.job.model_copy(update={"time_limit_s": PROOF_S})
                answer = await self._ask(self.prover, order.content, job, LOAD_WITHIN_S)
                await self._store(order, answer, is_strict=True)
        except StaleError:
            pass  # more has happened, and leads to another plan with another proof
        except TROUBLE as error:
            logger.info("the plan of the day stays without a proof: %s", type(error).__name__)

    async def _ask(self, process: WarmProcess, content: Content, job: WarmJob, within_s: float) -> Replanned | None:
        asked = partial(process.ask, content.sha256, content.packed, job, within_s)
        return (await to_thread.run_sync(asked, limiter=self._threads, abandon_on_cancel=True)).replanned

    async def _store(self, order: Order, answer: Replanned | None, *, is_strict: bool) -> None:
        if answer is None:
            raise NoAnswerError("no plan")
        await self._write(
            order.market_id, lambda session: store_replan(session, self._clock(), order, answer, is_strict=is_strict) is not None
        )

    async def _write(self, market_id: str, deed: Callable[[Session], T]) -> T:
        """In the market's turn, as a request; told when it is committed."""

        def write() -> T:
            with self._database.write(market_id) as session:
                return deed(session)

        async with self._turn(market_id):
            done = await self._in_thread(write)
        self._tell_of_commit(market_id)
        return done

    async def _in_thread(self, deed: Callable[[], T]) -> T:
        """In a thread of its own kind; one that has begun is waited for at the end, since it holds a connection."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, deed)

    def _look(self, market_id: str, known: Content | None, *, is_whole: bool = False) -> tuple[Content | None, Order | None]:
        """`is_whole`: with all that is stored, of the same state, where it is stored whatever happens meanwhile."""
        with self._database.read() as session:
            content, order = look_at_day(session, market_id, known)
            return content, complete(session, order, is_strict=False) if order is not None and is_whole else order

    def _complete(self, order: Order) -> Order:
        with self._database.read() as session:
            return complete(session, order)

    def _find_markets(self) -> list[str]:
        with self._database.read() as session:
            return list(session.scalars(select(MarketRecord.id).where(MarketRecord.phase == Phase.DAY)))
