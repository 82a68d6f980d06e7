"""Those who look at `market_day.py`: streams of the pulse, and pages that are read anew as the pages' own script does it.

Each function here is a process of its own, so that what the clients cost makes no server look late, and tells how late its own
event loop was.
"""

import asyncio
import json
import math
import random
import re
from array import array
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Any

from evening_server import tick

EVENT = re.compile(rb"id: (\d+)\nevent: pulse\ndata: ({.*?})\n\n", re.DOTALL)
HEAD = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
JITTER_S, REST_S, HURRIED_REST_S, SLOW_TIMES, LONGEST_REST_S = 1.5, 2.0, 1.0, 4, 15.0
"""As in refresh.js."""
READ_EVERY_S, KEPT_S, PATIENCE_S = 10.0, 3.0, 60.0
SLOW_S, SLOW_JITTER_S = 20.0, 40.0
LOOKS = ("clock", "agreements last_at", "plan", "mine", "waiting in_hand taken_at", "notes", "present")
NAMES = ("clock", "board", "plan", "mine", "desk", "notes", "door")


@dataclass
class Told:
    """What a process of clients has to say in the end: times are (what, began, seconds), stalls (began, seconds)."""

    times: list[tuple[str, float, float]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    stalls: bytes = b""
    heard: list[tuple[bytes, bytes]] = field(default_factory=list)
    certificates: dict[str, tuple[int, float]] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    deeds: dict[str, float] = field(default_factory=dict)
    on_board: int = -1


def run(connection: Connection, play: Callable[[Told, Callable[[], Coroutine[Any, Any, None]]], Coroutine[Any, Any, None]]) -> None:
    """Play, and tell; `play` gets a gate that opens when everybody is ready, and closes the connection's turn by itself."""
    told = Told()

    async def gate() -> None:
        connection.send("ready")
        assert await asyncio.to_thread(connection.recv) == "go"

    async def both() -> None:
        kept = array("d")
        ticking = asyncio.create_task(tick(kept))
        try:
            await play(told, gate)
        finally:
            ticking.cancel()
            told.stalls = kept.tobytes()

    asyncio.run(both())
    connection.send(told)


async def until_told(connection: Connection) -> None:
    assert await asyncio.to_thread(connection.recv) == "stop"


async def open_line(port: int, path: str, cookie: str = "") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(_request(path, cookie))
    return reader, writer


def _request(path: str, cookie: str) -> bytes:
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\n"
    return (head + (f"Cookie: marktplatz={cookie}\r\n" if cookie else "") + "\r\n").encode()


def take_events(kept: bytearray, chunk: bytes) -> list[tuple[int, bytes]]:
    """The whole events that are there now: version and state."""
    kept += chunk
    found = [(int(event[1]), event[2], event.end()) for event in EVENT.finditer(kept)]
    del kept[: found[-1][2] if found else max(0, len(kept) - 4096)]
    return [(version, state) for version, state, _ in found]


def watch(connection: Connection, port: int, viewers: int) -> None:
    """The streams: what each heard and when, as arrays of versions and of instants."""
    heard = [(array("q"), array("d")) for _ in range(viewers)]

    async def listen(told: Told, reader: asyncio.StreamReader, place: int) -> None:
        versions, instants = heard[place]
        kept = bytearray()
        while chunk := await reader.read(65536):
            now = perf_counter()
            for version, _ in take_events(kept, chunk):
                versions.append(version)
                instants.append(now)
        told.errors.append("a stream ended")

    async def play(told: Told, gate: Callable[[], Coroutine[Any, Any, None]]) -> None:
        lines: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        for start in range(0, viewers, 50):
            lines += await asyncio.gather(*(open_line(port, "/m/m1/pulse") for _ in range(start, min(viewers, start + 50))))
        tasks = [asyncio.create_task(listen(told, reader, place)) for place, (reader, _) in enumerate(lines)]
        while min(len(versions) for versions, _ in heard) < 1:
            await asyncio.sleep(0.05)
        await gate()
        await until_told(connection)
        for task in tasks:
            task.cancel()
        told.heard = [(versions.tobytes(), instants.tobytes()) for versions, instants in heard]

    run(connection, play)


@dataclass
class Page:
    """A page that is open on somebody's device. `listens` are the words of its data-refresh, `slow` those of its data-refresh-slow;
    none: it is read every ten seconds.
    """

    name: str
    path: str
    cookie: str
    listens: frozenset[str] = frozenset()
    is_hurried: bool = False
    slow: frozenset[str] = frozenset()
    wanted: bool = False
    wanted_by: float = math.inf
    line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    used_at: float = 0.0
    rests_until: float = 0.0

    async def read(self, told: Told, port: int) -> None:
        began = perf_counter()
        try:
            status = await asyncio.wait_for(self._read(port), PATIENCE_S)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            told.errors.append(f"{self.name}: {type(error).__name__}, at most {PATIENCE_S:.0f} s waited")
            if self.line is not None:
                self.line[1].close()  # so that the server need not work for it any more
                self.line = None
            return
        told.times.append((self.name, began, perf_counter() - began))
        if status != 200:
            told.errors.append(f"{self.name}: {status}")

    async def _read(self, port: int) -> int:
        """A line that was quiet for some seconds is not used again: the server ends it after five."""
        if self.line is not None and perf_counter() - self.used_at > KEPT_S:
            self.line[1].close()
            self.line = None
        if self.line is None:
            self.line = await open_line(port, self.path, self.cookie)
        else:
            self.line[1].write(_request(self.path, self.cookie))
        head = await self.line[0].readuntil(b"\r\n\r\n")
        length = HEAD.search(head)
        await self.line[0].readexactly(int(length[1]) if length else 0)
        self.used_at = perf_counter()
        return int(head.split(b" ", 2)[1])


def compare(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """As in pulse.js."""

    def see(state: dict[str, Any], words: str) -> list[Any]:
        return [{**state[word], "time": None} if word == "clock" else state[word] for word in words.split()]

    return {name for name, words in zip(NAMES, LOOKS, strict=True) if see(before, words) != see(after, words)}


def read_pages(connection: Connection, port: int, open_pages: list[Page], idle_pages: list[Page]) -> None:
    """`open_pages` follow the pulse; `idle_pages` are read every ten seconds, each at a time of its own."""

    async def refresh(told: Told, page: Page) -> None:
        """Many changes at once are one request; then the page rests, the longer the busier the server is."""
        while page.wanted:
            jitter = 0 if page.is_hurried else random.random() * JITTER_S  # noqa: S311 nothing secret
            await asyncio.sleep(max(0.0, page.rests_until - perf_counter()) + jitter)
            page.wanted, page.wanted_by = False, math.inf
            began = perf_counter()
            await page.read(told, port)
            ended = perf_counter()
            rest = max(HURRIED_REST_S if page.is_hurried else REST_S, SLOW_TIMES * (ended - began))
            page.rests_until = ended + min(LONGEST_REST_S, rest)

    async def follow(told: Told, pages: list[Page], cookie: str = "") -> None:
        """A line of the pulse, and the pages that hear it: those of the staff one together, each participant's one of its own."""
        reader, writer = await open_line(port, "/m/m1/pulse", cookie)
        state, kept, at_work = None, bytearray(), dict[int, asyncio.Task[None]]()

        def want(page: Page) -> None:
            page.wanted = True
            if id(page) not in at_work or at_work[id(page)].done():
                at_work[id(page)] = asyncio.create_task(refresh(told, page))

        def want_late(page: Page) -> None:
            if page.wanted_by <= asyncio.get_running_loop().time():
                want(page)

        while chunk := await reader.read(65536):
            for _, event in take_events(kept, chunk):
                before, state = state, json.loads(event)
                moved = compare(before, state) if before else set[str]()
                for page in pages:
                    if moved & page.listens:
                        want(page)
                    elif moved & page.slow and page.wanted_by == math.inf:
                        page.wanted_by = asyncio.get_running_loop().time() + SLOW_S + random.random() * SLOW_JITTER_S  # noqa: S311
                        asyncio.get_running_loop().call_at(page.wanted_by, want_late, page)
        told.errors.append("the stream of the pages ended")
        writer.close()  # held until here: a writer that is forgotten ends its line

    async def read_now_and_then(told: Told, page: Page, number: int) -> None:
        await asyncio.sleep(READ_EVERY_S * number / max(1, len(idle_pages)))
        while True:
            began = perf_counter()
            await page.read(told, port)
            await asyncio.sleep(max(0.0, READ_EVERY_S - (perf_counter() - began)))

    async def play(told: Told, gate: Callable[[], Coroutine[Any, Any, None]]) -> None:
        for page in {each.name: each for each in (*open_pages, *idle_pages)}.values():
            await page.read(told, port)  # everything is loaded once
        await gate()
        own = [page for page in open_pages if page.slow]
        tasks = [asyncio.create_task(follow(told, [page for page in open_pages if not page.slow]))]
        tasks += [asyncio.create_task(follow(told, [page], page.cookie)) for page in own]
        tasks += [asyncio.create_task(read_now_and_then(told, page, number)) for number, page in enumerate(idle_pages)]
        await until_told(connection)
        for task in tasks:
            task.cancel()

    run(connection, play)
