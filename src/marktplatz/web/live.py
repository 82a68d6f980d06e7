"""Live states of a market, its board and its pulse: server-sent events, made once and shared by all who watch.

Every event is the whole state, as far as its viewer may see it, so nobody needs the ones before: who reads slowly skips to the
newest, and who comes back gets it at once, whatever `Last-Event-ID` they saw. A commit only says "look again"; events are made from
what is in the database, so none can tell of what is not there, and none can be forgotten. Many changes at once make one event.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Generic, Protocol, TypeVar

from fastapi import Response
from fastapi.concurrency import run_in_threadpool
from pydantic import TypeAdapter
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Receive, Scope, Send

from marktplatz.errors import MarktplatzError
from marktplatz.web.logs import DIRECT

logger = logging.getLogger("marktplatz.web")


@dataclass(frozen=True)
class Pace:
    """Everybody hears something every `beat_s`, and the channel then also sees what other processes wrote; two events are `pause_s`
    apart. A stream ends after `longest_s` and its viewer comes again, so that a right that was taken away does not last for ever.
    """

    beat_s: float = 15.0
    pause_s: float = 0.2
    longest_s: float = 3600.0


HEARTBEAT: Final = b"event: beat\ndata: 1\n\n"
"""An event and no comment: pages hear comments not, and come again where they hear nothing."""
AT_ONCE: Final = 100
"""Viewers who are told something before the event loop turns to others."""
GREETING: Final = b"retry: 2000\n\n"


class State(Protocol):
    """What is told of a market at once; two states are equal where a viewer would see no difference."""

    @property
    def version(self) -> int: ...


S = TypeVar("S", bound=State)
Organisations = frozenset[str] | None
"""Those that a viewer stands for; None for the staff."""


@dataclass(frozen=True)
class Own(Generic[S]):
    """What differs by viewer: a number that many have in common, and the state as those with this number are told it."""

    count: Callable[[S, Organisations], int]
    tell: Callable[[S, int], object]


def make_event(name: str, kind: TypeAdapter[Any], version: int, told: object) -> bytes:
    return f"id: {version}\nevent: {name}\ndata: {kind.dump_json(told).decode()}\n\n".encode()


@dataclass(eq=False)
class Viewer:
    """Somebody who watches. Has room for one chunk: a newer event takes the place of one that was not fetched yet."""

    until: float
    organisations: Organisations = frozenset()
    place: bytes | None = None
    is_over: bool = False
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, event: bytes) -> None:
        self.place = event
        self.wake.set()

    def end(self) -> None:
        self.is_over = True
        self.wake.set()

    async def take(self) -> bytes | None:
        """The next chunk; None when it is over."""
        while self.place is None and not self.is_over:
            await self.wake.wait()
            self.wake.clear()
        chunk, self.place = self.place, None
        return None if self.is_over else chunk


class Channel(Generic[S]):
    """Those who watch one market, and the newest events by what is whose own. Lives as long as somebody watches."""

    def __init__(
        self, read: Callable[[], S], encode: Callable[[int, object], bytes], pace: Pace, own: Own[S] | None = None
    ) -> None:
        self._read, self._encode, self._pace, self._own = read, encode, pace, own
        self._state: S | None = None
        self._events: dict[int, bytes] = {}
        self._loop = asyncio.get_running_loop()
        self._said_at = self._loop.time()
        self._noticed = asyncio.Event()
        self.viewers: set[Viewer] = set()
        self.task = self._loop.create_task(self._run())
        self.task.add_done_callback(lambda _: self.end())

    def notice(self) -> None:
        """Something may have changed; from any thread."""
        self._loop.call_soon_threadsafe(self._noticed.set)

    def join(self, organisations: Organisations) -> Viewer:
        viewer = Viewer(self._loop.time() + self._pace.longest_s, organisations)
        self.viewers.add(viewer)
        if self._state is not None:
            viewer.put(self._find_event(self._state, viewer))
        return viewer

    def leave(self, viewer: Viewer) -> None:
        self.viewers.discard(viewer)
        if not self.viewers:
            self.task.cancel()

    def end(self) -> None:
        for viewer in self.viewers:
            viewer.end()

    async def _run(self) -> None:
        while True:
            self._noticed.clear()
            await self._look()
            self._beat()
            await asyncio.sleep(self._pace.pause_s)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._noticed.wait(), self._pace.beat_s)

    async def _look(self) -> None:
        try:
            state = await run_in_threadpool(self._read)
        except (SQLAlchemyError, MarktplatzError) as error:
            logger.warning("a live state cannot be read: %s", type(error).__name__)
            return
        if state != self._state:
            self._state, self._events = state, {}
            self._said_at = self._loop.time()
            await self._say(state)

    async def _say(self, state: S) -> None:
        """To some at a time: a thousand lines take a tenth of a second to write, and whoever works does not wait so long."""
        viewers = list(self.viewers)
        for start in range(0, len(viewers), AT_ONCE):
            for viewer in viewers[start : start + AT_ONCE]:
                viewer.put(self._find_event(state, viewer))
            await asyncio.sleep(0)

    def _find_event(self, state: S, viewer: Viewer) -> bytes:
        """Made once for all who have the same number, which is everybody where nothing is anybody's own."""
        count = self._own.count(state, viewer.organisations) if self._own else 0
        event = self._events.get(count)
        if event is None:
            told = self._own.tell(state, count) if self._own else state
            event = self._events[count] = self._encode(state.version, told)
        return event

    def _beat(self) -> None:
        now = self._loop.time()
        is_time = now - self._said_at >= self._pace.beat_s
        if is_time:
            self._said_at = now
        for viewer in self.viewers:
            if is_time and viewer.place is None:
                viewer.put(HEARTBEAT)
            if viewer.until < now:
                viewer.end()


class Live(Generic[S]):
    """One kind of state, under the name of its events, with the channels of all markets that somebody watches."""

    def __init__(
        self, name: str, kind: TypeAdapter[Any], read: Callable[[str], S], pace: Pace = Pace(), own: Own[S] | None = None
    ) -> None:
        self._read, self._pace, self._own = read, pace, own
        self._encode: Callable[[int, object], bytes] = partial(make_event, name, kind)
        self._channels: dict[str, Channel[S]] = {}
        self._is_ended = False

    def notice(self, market_id: str) -> None:
        channel = self._channels.get(market_id)
        if channel is not None:
            channel.notice()

    def end(self) -> None:
        """Everybody is sent away, and who comes now is sent away at once."""
        self._is_ended = True
        for channel in self._channels.values():
            channel.end()

    @contextmanager
    def watching(self, market_id: str, organisations: Organisations = frozenset()) -> Iterator[Viewer]:
        channel = self._channels.get(market_id)
        if channel is None or channel.task.done():
            channel = self._channels[market_id] = Channel(partial(self._read, market_id), self._encode, self._pace, self._own)
        viewer = channel.join(organisations)
        if self._is_ended:
            viewer.end()
        try:
            yield viewer
        finally:
            channel.leave(viewer)
            if not channel.viewers and self._channels.get(market_id) is channel:
                del self._channels[market_id]


class LiveStream(Response):
    """Answers with the market's events for as long as the viewer stays; holds no session and no thread meanwhile.

    Its beginning and its end go through the application as every answer does, the events between them straight to the server.
    """

    media_type = "text/event-stream"

    def __init__(self, live: Live[Any], market_id: str, organisations: Organisations = frozenset()) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._live, self._market_id, self._organisations = live, market_id, organisations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        direct: Send = scope.get(DIRECT, send)
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": GREETING, "more_body": True})
        with self._live.watching(self._market_id, self._organisations) as viewer:
            leaving = asyncio.create_task(_end_when_gone(receive, viewer))
            try:
                while (chunk := await viewer.take()) is not None:
                    await direct({"type": "http.response.body", "body": chunk, "more_body": True})
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            except OSError:
                return  # the line broke while we wrote
            finally:
                leaving.cancel()


async def _end_when_gone(receive: Receive, viewer: Viewer) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    viewer.end()
