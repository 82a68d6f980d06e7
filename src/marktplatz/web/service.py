"""What the routes share: the database, the clock, the writers' queue. One per application; nothing is made at import."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from anyio import CapacityLimiter
from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from marktplatz.db.engine import INSTALLATION, Database
from marktplatz.settings import Settings
from marktplatz.usecases.board import BoardState, read_board
from marktplatz.usecases.coach import KnownCoaches, make_known_coaches
from marktplatz.usecases.concerns import Concerns
from marktplatz.usecases.contents import KnownContents
from marktplatz.usecases.preflight import KnownPreflights, make_known_preflights
from marktplatz.usecases.pulse import Pulse, PulseState, read_whole_pulse
from marktplatz.usecases.radar import KnownRadars, make_known_radars
from marktplatz.usecases.scored import KnownScores
from marktplatz.usecases.secrecy import make_secret
from marktplatz.usecases.solving import SolveLimits
from marktplatz.web.day_planner import DayPlanner
from marktplatz.web.identity import Identity, identify
from marktplatz.web.live import Live, Own, Pace
from marktplatz.web.rates import Rates
from marktplatz.web.run_queue import RunQueue
from marktplatz.web.thinker import Thinker
from marktplatz.web.turns import PageTurns

if TYPE_CHECKING:
    from marktplatz.web.copyist import CopyState

FILES_AT_ONCE: Final = 2
"""Files that are read at the same time: each takes a core and much memory, whoever comes third waits in the event loop."""

Clock = Callable[[], datetime]

PULSE_KIND: Final = TypeAdapter(PulseState)
PULSE_PACE: Final = Pace(beat_s=8.0)
"""A page that hears nothing for twice as long knows that its line is broken."""

PASSWORD_CHECKS_AT_ONCE: Final = 4
"""Each takes 19 MiB and a core; who comes fifth waits in the event loop, not in a thread."""


def read_clock() -> datetime:
    return datetime.now(UTC)


class WriterQueue:
    """Writers of a market wait here in the order in which they came, and not in a thread or on the database's retries.

    On SQLite all markets share one queue, since the file has one writer. Also knows which requests with a key are under way.
    """

    _ALL: Final = ""

    def __init__(self, *, is_shared: bool, pages: PageTurns) -> None:
        self._is_shared, self._pages = is_shared, pages
        self._locks: dict[str, asyncio.Lock] = {}
        self.running: set[tuple[str, str]] = set()

    @asynccontextmanager
    async def turn(self, chain: str) -> AsyncIterator[None]:
        lock = self._locks.setdefault(self._ALL if self._is_shared else chain, asyncio.Lock())
        with self._pages.writing():
            async with lock:
                yield


@dataclass
class Service:
    settings: Settings
    database: Database
    clock: Clock = read_clock
    queue: WriterQueue = field(init=False)
    board: Live[BoardState] = field(init=False)
    pulse: Live[Pulse] = field(init=False)
    instance: str = field(init=False)
    """Which copy of the data answers. A file may have been put back to what it was when a process started; a server's is one."""
    after_commit: list[Callable[[str], None]] = field(init=False)
    """Told the chain of every write, after it is on the disk and in the event loop; what is here must not wait."""
    rates: Rates = field(init=False)
    password_checks: CapacityLimiter = field(init=False)
    setup_code: str = field(init=False, default_factory=make_secret)
    """Who knows it may become the owner of an installation that has nobody yet; it is printed where the service was started."""
    mail_waits: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    second_copy: "CopyState | None" = field(init=False, default=None)
    """How the copy on another disk stands, where one is kept."""
    runs: RunQueue = field(init=False)
    day: DayPlanner = field(init=False)
    thinker: Thinker = field(init=False)
    preflights: KnownPreflights = field(init=False, default_factory=make_known_preflights)
    contents: KnownContents = field(init=False, default_factory=KnownContents)
    coaches: KnownCoaches = field(init=False, default_factory=make_known_coaches)
    radars: KnownRadars = field(init=False, default_factory=make_known_radars)
    scores: KnownScores = field(init=False, default_factory=KnownScores)
    concerns: Concerns = field(init=False, default_factory=Concerns)
    reading: asyncio.Semaphore = field(init=False, default_factory=lambda: asyncio.Semaphore(FILES_AT_ONCE))
    pages: PageTurns = field(init=False, default_factory=PageTurns)

    def __post_init__(self) -> None:
        self.rates = Rates(self.settings.requests_per_minute)
        self.password_checks = CapacityLimiter(PASSWORD_CHECKS_AT_ONCE)
        self.instance = make_secret()[:12] if self.database.is_sqlite else "server"
        self.queue = WriterQueue(is_shared=self.database.is_sqlite, pages=self.pages)
        limits = SolveLimits(self.settings.solve_time_limit_s, self.settings.solve_memory_mb * 1024**2)
        at_once = self.settings.solves_at_once
        self.runs = RunQueue(self.database, self.queue.turn, self.tell_of_commit, self.clock, limits, at_once)
        memory_bytes = self.settings.solve_memory_mb * 1024**2
        self.day = DayPlanner(self.database, self.queue.turn, self.tell_of_commit, self.clock, memory_bytes, self.pages.calm)
        self.thinker = Thinker(memory_bytes)
        self.board = Live("board", TypeAdapter(BoardState), self.read_board)
        self.pulse = Live("pulse", PULSE_KIND, self.read_pulse, PULSE_PACE, Own(Pulse.count_for, Pulse.tell))
        self.after_commit = [self.board.notice, self.pulse.notice, self.day.notice]

    def tell_of_commit(self, chain: str) -> None:
        for tell in self.after_commit:
            tell(chain)

    def read_board(self, market_id: str) -> BoardState:
        with self.database.read() as session:
            return read_board(session, self.clock(), market_id, self.settings.language)

    def read_pulse(self, market_id: str) -> Pulse:
        with self.database.read() as session:
            return read_whole_pulse(session, self.clock(), market_id, self.concerns)

    def end_streams(self) -> None:
        """Everybody who watches something or waits for a page is sent away, and who comes now as well."""
        self.board.end()
        self.pulse.end()
        self.pages.end()

    def identify(self, session: Session, request: Request) -> Identity:
        return identify(session, request, self.clock(), is_https=self.settings.is_https)

    async def wake_postman(self) -> None:
        """A released message is committed; it need not wait for the next round."""
        self.mail_waits.set()

    async def scrub(self) -> None:
        """After an erasure is committed: leave no old page of it; writers wait in the queue meanwhile."""
        async with self.queue.turn(INSTALLATION):
            await run_in_threadpool(self.database.scrub)


def service_of(request: Request) -> Service:
    service: Service = request.app.state.service
    return service
