"""The server, and the database's, are killed again and again: what was acknowledged is there, once, with the same answer."""

import contextlib
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, text

from arena import build_arena, count_sold, find_disagreements
from databases import PostgresqlServer, running_postgresql
from marktplatz.db.engine import Database
from marktplatz.db.models import Agreement, IdempotencyRecord
from marktplatz.usecases.audit import find_breaks
from marktplatz.vocabulary import AgreementStatus
from serving import ServerProcess, serving

WRITERS = 8
KILLS = 20
AGREEMENTS = "/api/v1/markets/m1/agreements"


@dataclass(frozen=True)
class Acknowledged:
    token: str
    address: str
    sent: Any
    key: str
    status: int
    content: bytes


@dataclass
class Writers:
    """Each drafts, submits and has certified one agreement after the other, and repeats each command until it is answered."""

    server: ServerProcess
    done: list[Acknowledged] = field(default_factory=list)
    tries: int = 0
    is_over: threading.Event = field(default_factory=threading.Event)
    answered: threading.Event = field(default_factory=threading.Event)

    def write(self, writer: int) -> None:
        number = 0
        services = [{"giver": "bank", "taker": "c0", "offer": f"o{writer % 2}", "text": "Hilfe"}]
        draft = {"parties": ["bank", "c0"], "services": services}
        while not self.is_over.is_set():
            number += 1
            made = self._insist("broker", AGREEMENTS, draft, f"{writer}-{number}-draft")
            address = f"{AGREEMENTS}/{made.json()['id']}"
            self._insist("broker", f"{address}/submit", None, f"{writer}-{number}-submit")
            self._insist("notary", f"{address}/certify", None, f"{writer}-{number}-certify")

    def _insist(self, token: str, address: str, sent: Any, key: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        while True:
            self.tries += 1
            with contextlib.suppress(httpx.TransportError):
                answer = httpx.post(self.server.address + address, json=sent, headers=headers, timeout=60)
                if answer.status_code < 300:
                    self.done.append(Acknowledged(token, address, sent, key, answer.status_code, answer.content))
                    self.answered.set()
                    return answer
                assert answer.status_code in (409, 503), answer.text
                if answer.status_code == 409:
                    assert answer.json()["errors"][0]["code"] == "still_running"
            time.sleep(0.02)


@contextlib.contextmanager
def writing(server: ServerProcess) -> Iterator[Writers]:
    """Writers at work; at the end each finishes what it has in hand."""
    writers = Writers(server)
    failures: list[BaseException] = []

    def write(number: int) -> None:
        try:
            writers.write(number)
        except BaseException as error:  # noqa: BLE001 a thread's failure is the test's
            failures.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    try:
        yield writers
    finally:
        writers.is_over.set()
        for thread in threads:
            thread.join(120)
    assert failures == []
    assert not any(thread.is_alive() for thread in threads)


def build_market(database: Database) -> None:
    build_arena(database, offers=2, rivals=1, capacity=10_000, is_drafted=False)


def check(database: Database, writers: Writers) -> None:
    """Every acknowledged command is there once, with the answer that was given; nothing else is."""
    with database.read() as session:
        assert list(find_breaks(session)) == []
        kept = {record.key: (record.status, record.body) for record in session.scalars(select(IdempotencyRecord))}
        states = dict(session.execute(select(Agreement.status, func.count()).group_by(Agreement.status)).all())
    assert len({done.key for done in writers.done}) == len(writers.done)
    assert kept == {done.key: (done.status, done.content) for done in writers.done}
    certified = sum(done.address.endswith("/certify") for done in writers.done)
    assert states == {AgreementStatus.CERTIFIED: certified}
    assert count_sold(database).total() == certified > 0
    assert find_disagreements(database) == []
    if database.is_sqlite:
        with database.engine.connect() as connection:
            assert connection.scalar(text("PRAGMA integrity_check")) == "ok"


def replay(server: ServerProcess, done: list[Acknowledged]) -> None:
    for each in done:
        headers = {"Authorization": f"Bearer {each.token}", "Idempotency-Key": each.key}
        answer = httpx.post(server.address + each.address, json=each.sent, headers=headers, timeout=60)
        assert (answer.status_code, answer.content, answer.headers["Idempotency-Replayed"]) == (each.status, each.content, "true")


def test_nothing_acknowledged_is_lost_or_doubled_when_the_server_is_killed(database: Database) -> None:
    build_market(database)
    chance = random.Random(4)  # noqa: S311 when to kill, nothing secret
    with serving(database.url.render_as_string(hide_password=False)) as server:
        with writing(server) as writers:
            for _ in range(KILLS):
                writers.answered.clear()
                assert writers.answered.wait(60)
                time.sleep(chance.uniform(0.02, 0.5))
                server.kill()
                server.start()
        check(database, writers)
        assert writers.tries > len(writers.done)
        replay(server, chance.sample(writers.done, 20))
        check(database, writers)


@pytest.fixture
def doomed_server() -> Iterator[PostgresqlServer]:
    with running_postgresql() as server:
        yield server


@pytest.mark.postgresql
def test_nothing_acknowledged_is_lost_or_doubled_when_the_databases_server_is_killed(doomed_server: PostgresqlServer) -> None:
    database = Database(doomed_server.make_url())
    build_market(database)
    chance = random.Random(4)  # noqa: S311 when to kill, nothing secret
    with serving(database.url.render_as_string(hide_password=False)) as server, writing(server) as writers:
        for kill in (kill_backends, kill_everything, kill_backends, kill_everything):
            writers.answered.clear()
            assert writers.answered.wait(60)
            time.sleep(chance.uniform(0.02, 0.5))
            kill(doomed_server)
    check(database, writers)
    database.dispose()


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def kill_backends(server: PostgresqlServer) -> None:
    """Those that answer us, as the kernel does when memory is short; the postmaster then restarts all of its processes."""
    for child in children_of(server.postmaster_pid()):
        with contextlib.suppress(OSError):
            if "marktplatz" in Path(f"/proc/{child}/cmdline").read_text():
                os.kill(child, signal.SIGKILL)


def kill_everything(server: PostgresqlServer) -> None:
    """The whole cluster, and then a start with what is on the disk."""
    postmaster = server.postmaster_pid()
    for pid in [postmaster, *children_of(postmaster)]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    for _ in range(20):
        try:
            server.start()
        except subprocess.CalledProcessError:  # the dead still hold its memory
            time.sleep(0.2)
        else:
            return
    raise AssertionError("it does not start again")
