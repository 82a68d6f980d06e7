"""Works on the runs that wait, one after the other or some at once: solves in a process of its own, stores what came of it.

Lives in the event loop. Writers take their turn in the writers' queue as requests do, so that neither waits on the database's
retries; what takes long, the solve, holds neither a turn nor a thread.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

from fastapi.concurrency import run_in_threadpool
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from marktplatz.db.engine import Database
from marktplatz.usecases.run_work import RunKey, Ticket, begin_run, find_runs, finish_run, interrupt_run, tell_progress
from marktplatz.usecases.solving import Cancelled, Failed, FailureKind, Job, Outcome, SolveLimits, SolveProcess, start_solve
from marktplatz.vocabulary import RunStatus, SolvePhase

T = TypeVar("T")

LOOK_EVERY_S: Final = 0.05
"""How often a solve is looked at; costs next to nothing."""
TELL_EVERY_S: Final = 1.0
"""Progress is written when it has changed, and not more often."""
SEARCH_EVERY_S: Final = 60.0
"""Somebody who adds a run wakes a worker; this is for what nobody told, after trouble with the database."""
RETRY_AFTER_S: Final = 2.0
STOP_WITHIN_S: Final = 2.5

logger = logging.getLogger("marktplatz.runs")


class RunQueue:
    """The workers, and the solves of runs that are under way."""

    def __init__(
        self,
        database: Database,
        turn: Callable[[str], AbstractAsyncContextManager[None]],
        tell_of_commit: Callable[[str], None],
        clock: Callable[[], datetime],
        limits: SolveLimits,
        at_once: int,
    ) -> None:
        self._database, self._turn, self._clock = database, turn, clock
        self._tell_of_commit = tell_of_commit
        self._limits, self._at_once = limits, at_once
        self._is_stopping = False
        self._woken: asyncio.Event | None = None
        self._stopped: asyncio.Event | None = None
        self._asked: asyncio.Semaphore | None = None
        self.solves: dict[RunKey, SolveProcess] = {}

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Runs that were left running become failed, those that were waiting are taken up; at the end all solves are ended."""
        self._is_stopping = False
        self._woken, self._stopped, self._asked = asyncio.Event(), asyncio.Event(), asyncio.Semaphore(self._at_once)
        work = asyncio.create_task(self._work())
        try:
            yield
        finally:
            self._is_stopping = True
            self._woken.set()
            self._stopped.set()
            await asyncio.wait({work}, timeout=STOP_WITHIN_S)
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work

    async def wake(self) -> None:
        """A new run is committed."""
        if self._woken is not None:
            self._woken.set()

    async def end(self, key: RunKey) -> None:
        """A run was cancelled, and that is committed: its process is of no use any more."""
        if key in self.solves:
            self.solves[key].cancel()

    @property
    def is_at_work(self) -> bool:
        return self._asked is not None and not self._is_stopping

    async def solve(self, market: bytes, job: Job) -> Outcome:
        """Solve something for a request that waits for it; if the request goes away, so does the process."""
        if self._asked is None:
            raise RuntimeError("the service is not at work")
        async with self._asked:
            solve = await run_in_threadpool(start_solve, market, job, self._limits)
            try:
                return await self._follow(solve)
            finally:
                solve.cancel()

    async def _work(self) -> None:
        await self._persist(self._clean_up)
        await asyncio.gather(*(self._work_on() for _ in range(self._at_once)))

    async def _work_on(self) -> None:
        while not self._is_stopping:
            key = await self._persist(self._find_next)
            if key is None:
                await self._wait()
            elif ticket := await self._persist(partial(self._begin, key)):
                await self._persist(partial(self._store, ticket, await self._solve_run(ticket)))

    async def _solve_run(self, ticket: Ticket) -> Outcome:
        solve = await run_in_threadpool(start_solve, ticket.market, ticket.job, self._limits)
        self.solves[ticket.key] = solve
        try:
            return await self._follow(solve, partial(self._tell, ticket.key))
        except Exception:
            logger.exception("a run could not be followed")
            return Failed(FailureKind.INTERNAL)
        finally:
            solve.cancel()
            del self.solves[ticket.key]

    async def _follow(self, solve: SolveProcess, tell: Callable[[SolvePhase], Awaitable[bool]] | None = None) -> Outcome:
        """To its end; `tell` says whether anybody still wants it. Ended where the service stops."""
        loop = asyncio.get_running_loop()
        told, next_at = SolvePhase.STARTING, loop.time() + TELL_EVERY_S
        while (outcome := solve.outcome) is None:
            if self._is_stopping:
                solve.cancel()
            elif tell is not None and solve.progress is not told and loop.time() >= next_at:
                told, next_at = solve.progress, loop.time() + TELL_EVERY_S
                if not await tell(told):
                    solve.cancel()
            await asyncio.sleep(LOOK_EVERY_S)
        if isinstance(outcome, Failed):
            logger.error("a solve failed: %s %s", outcome.kind, outcome.detail)
        return outcome

    async def _tell(self, key: RunKey, phase: SolvePhase) -> bool:
        """Nothing is lost if it cannot be told. A run that was cancelled before its process was known is noticed here."""
        try:
            return await self._write(key[0], lambda session: tell_progress(session, key, phase))
        except OperationalError:
            return True

    async def _clean_up(self) -> None:
        for key in await run_in_threadpool(self._find, RunStatus.RUNNING):
            await self._write(key[0], lambda session, key=key: interrupt_run(session, self._clock(), key))  # type: ignore[misc]

    async def _find_next(self) -> RunKey | None:
        if self._woken is not None and not self._is_stopping:
            self._woken.clear()
        return next(iter(await run_in_threadpool(self._find, RunStatus.QUEUED)), None)

    async def _begin(self, key: RunKey) -> Ticket | None:
        return await self._write(key[0], lambda session: begin_run(session, self._clock(), key))

    async def _store(self, ticket: Ticket, outcome: Outcome) -> None:
        """What cannot be stored although the database answers is a fault of ours: then at least that is said."""
        if self._is_stopping and isinstance(outcome, Cancelled):
            return  # it was not a person who cancelled it; the next start tells of it
        try:
            await self._write(ticket.key[0], lambda session: finish_run(session, self._clock(), ticket, outcome))
        except OperationalError:
            raise
        except Exception:
            logger.exception("the outcome of a run could not be stored")
            broken = Failed(FailureKind.INTERNAL)
            await self._write(ticket.key[0], lambda session: finish_run(session, self._clock(), ticket, broken))

    def _find(self, status: RunStatus) -> list[RunKey]:
        with self._database.read() as session:
            return find_runs(session, status)

    async def _write(self, chain: str, deed: Callable[[Session], T]) -> T:
        def write() -> T:
            with self._database.write(chain) as session:
                return deed(session)

        async with self._turn(chain):
            told = await run_in_threadpool(write)
        self._tell_of_commit(chain)
        return told

    async def _persist(self, deed: Callable[[], Awaitable[T]]) -> T | None:
        """Again and again until it succeeds or the service stops: the database may be away for a while."""
        while True:
            try:
                return await deed()
            except Exception:
                logger.exception("work on runs failed")
                if self._is_stopping:
                    return None
                await self._pause(RETRY_AFTER_S)

    async def _pause(self, longest_s: float) -> None:
        """Not longer than the service is at work."""
        if self._stopped is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), longest_s)

    async def _wait(self) -> None:
        if self._woken is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), SEARCH_EVERY_S)
