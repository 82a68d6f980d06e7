"""A real server in a process of its own, for tests that kill it, race in it or watch it for long."""

import multiprocessing
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from typing import Any

import uvicorn
from sqlalchemy import event

from marktplatz.db.engine import Database
from marktplatz.settings import Settings
from marktplatz.web.app import create_app

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    ["marktplatz.web.app", "marktplatz.usecases.notary", "uvicorn", "psycopg", "uvicorn.protocols.http.h11_impl"]
)


@dataclass(frozen=True)
class Guards:
    """What keeps writers apart; a control of a test takes something out."""

    locks: bool = True
    checks: bool = True

    def open(self, url: str) -> Database:
        """A database whose SQLite ignores CHECK constraints where they are out; PostgreSQL's are dropped by the test."""
        database = Database(url, locks=self.locks)
        if database.is_sqlite and not self.checks:
            event.listen(database.engine, "connect", _ignore_checks)
        return database


def _ignore_checks(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA ignore_check_constraints=ON").close()


@asynccontextmanager
async def _no_turn(_chain: str) -> AsyncIterator[None]:
    yield


def _serve(url: str, listening: socket.socket, guards: Guards) -> None:
    app = create_app(Settings(base_url=address_of(listening)), database=guards.open(url))
    if not guards.locks:
        app.state.service.queue.turn = _no_turn
    config = uvicorn.Config(app, log_level="critical")  # no limit to a graceful shutdown: it has to end by itself
    uvicorn.Server(config).run(sockets=[listening])


def address_of(listening: socket.socket) -> str:
    host, port = listening.getsockname()
    return f"http://{host}:{port}"


class ServerProcess:
    """Its socket is ours: a client that comes while it is down waits for the next one instead of being refused."""

    def __init__(self, url: str, guards: Guards = Guards()) -> None:
        self._url, self._guards = url, guards
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.address = address_of(self._listening)
        self.process: BaseProcess | None = None

    def start(self) -> None:
        self.process = FORKS.Process(target=_serve, args=(self._url, self._listening, self._guards), daemon=True)
        self.process.start()

    def kill(self) -> None:
        """As by `kill -9`."""
        assert self.process is not None
        self.process.kill()
        self.process.join()

    def stop(self) -> None:
        """As a service manager stops it, by SIGTERM."""
        assert self.process is not None
        self.process.terminate()
        self.process.join(20)
        if self.process.exitcode is None:
            self.kill()
            raise AssertionError("it does not stop")

    def close(self) -> None:
        if self.process is not None and self.process.is_alive():
            self.kill()
        self._listening.close()


@contextmanager
def serving(url: str, guards: Guards = Guards()) -> Iterator[ServerProcess]:
    server = ServerProcess(url, guards)
    server.start()
    try:
        yield server
    finally:
        server.close()
