"""The pulse for a hall: processor time of our stream with many viewers beside a bare ASGI handler that sends the same bytes.

Run: board.py [VIEWERS] [SECONDS] [ROUNDS]. Both are served by uvicorn in processes of their own, in turns; the clients are in this
one. Ours does all that it does on an evening: two commits a second, each read from SQLite and told to everybody. Then a hundred
readers that never read: what they cost in memory.
"""

import asyncio
import multiprocessing
import os
import resource
import socket
import sys
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path
from time import sleep
from typing import Any

import uvicorn

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from marktplatz.db.engine import Database
from marktplatz.db.migrate import upgrade
from marktplatz.db.models import Evening, MarketRecord
from marktplatz.market import Policy
from marktplatz.settings import Settings
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.markets import create_market
from marktplatz.usecases.pulse import read_pulse
from marktplatz.vocabulary import Phase, Stage
from marktplatz.web.app import create_app
from marktplatz.web.live import make_event
from marktplatz.web.service import PULSE_KIND

EVERY_S, STUCK = 0.5, 100
TICKS = os.sysconf("SC_CLK_TCK")
PROCESSES = multiprocessing.get_context("spawn")


def fill(url: str) -> bytes:
    """A market whose clock runs; one event of its pulse."""
    database, now = Database(url), datetime.now(UTC)
    upgrade(database)
    with database.write() as session:
        create_market(session, now, SYSTEM, Policy(name="Markt"), "m1")
    with database.write("m1") as session:
        session.get_one(MarketRecord, "m1").phase = Phase.DAY
        session.add(Evening(market_id="m1", stage=Stage.ROUND, round=1, begun_at=now, lasts_s=240, opened_at=now))
    with database.read() as session:
        pulse = read_pulse(session, now, "m1")
        event = make_event("pulse", PULSE_KIND, pulse.version, pulse)
    database.dispose()
    return event


def serve_ours(listening: socket.socket, url: str) -> None:
    database = Database(url)
    app = create_app(Settings(), database=database)

    def turn() -> None:
        while True:
            sleep(EVERY_S)
            with database.write("m1") as session:
                evening = session.get_one(Evening, "m1")
                evening.lasts_s = (evening.lasts_s or 0) + 1
            app.state.service.tell_of_commit("m1")

    threading.Thread(target=turn, daemon=True).start()
    uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False)).run(sockets=[listening])


class Bare:
    """No application at all: every connection waits for the same frame and sends it."""

    def __init__(self, frame: bytes) -> None:
        self.frame, self.fresh = frame, asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            fresh, self.fresh = self.fresh, asyncio.Event()
            fresh.set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        del receive
        if scope["type"] != "http":
            return
        self.task = self.task or asyncio.create_task(self._tick())
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        while True:
            await send({"type": "http.response.body", "body": self.frame, "more_body": True})
            await self.fresh.wait()


def serve_bare(listening: socket.socket, frame: bytes) -> None:
    uvicorn.Server(uvicorn.Config(Bare(frame), log_level="critical", access_log=False, lifespan="off")).run(sockets=[listening])


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def rss_mib(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


async def open_stream(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /m/m1/pulse HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    return reader, writer


async def listen(reader: asyncio.StreamReader, heard: list[int], place: int) -> None:
    while chunk := await reader.read(65536):
        heard[place] += chunk.count(b"event: pulse")


async def watch(pid: int, port: int, viewers: int, seconds: float) -> tuple[float, float, float, float]:
    """Processor seconds a second, events a second, memory with all viewers and with stuck ones too, in MiB."""
    streams, heard = [], [0] * viewers
    for start in range(0, viewers, 50):
        streams += await asyncio.gather(*(open_stream(port) for _ in range(start, min(viewers, start + 50))))
    tasks = [asyncio.create_task(listen(reader, heard, place)) for place, (reader, _) in enumerate(streams)]
    while min(heard) < 3:  # all are in, and the server's start is behind it
        await asyncio.sleep(0.1)
    loop = asyncio.get_running_loop()
    began, before, counted = loop.time(), cpu_s(pid), sum(heard)
    await asyncio.sleep(seconds)
    took = loop.time() - began
    load, rate, memory = (cpu_s(pid) - before) / took, (sum(heard) - counted) / took, rss_mib(pid)
    stuck = [await open_stream(port) for _ in range(STUCK)]
    await asyncio.sleep(seconds)
    with_stuck = rss_mib(pid)
    for task in tasks:
        task.cancel()
    for _, writer in streams + stuck:
        writer.transport.abort()
    return load, rate, memory, with_stuck


def measure(serve: Any, what: Any, viewers: int, seconds: float) -> tuple[float, float, float, float]:
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listening:
        process = PROCESSES.Process(target=serve, args=(listening, what), daemon=True)
        process.start()
        assert process.pid is not None
        try:
            return asyncio.run(watch(process.pid, listening.getsockname()[1], viewers, seconds))
        finally:
            process.kill()
            process.join()


def main() -> None:
    viewers, seconds, rounds = (int(given) for given in (sys.argv[1:] + ["1000", "15", "3"][len(sys.argv) - 1 :]))
    print(f"{viewers} viewers, {1 / EVERY_S:g} events a second, {seconds} s; {STUCK} stuck readers at the end")
    print("| round | bare: % of a core | ours: % of a core | ratio | events/s bare, ours | ours MiB | with stuck readers MiB |")
    print("|---|---|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/board.sqlite3"
        frame = fill(url)
        for number in range(1, rounds + 1):
            bare = measure(serve_bare, frame, viewers, seconds)
            ours = measure(serve_ours, url, viewers, seconds)
            print(
                f"| {number} | {100 * bare[0]:.1f} | {100 * ours[0]:.1f} | {ours[0] / bare[0]:.2f} | {bare[1]:.0f}, {ours[1]:.0f}"
                f" | {ours[2]:.0f} | {ours[3]:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
