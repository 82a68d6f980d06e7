"""The power fails at any moment: what was acknowledged is there afterwards; with `synchronous=NORMAL` it is not."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random
from shutil import copyfile
from typing import Any

import apsw
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, func, make_url, select

from databases import SqliteTemplates, quick_folder
from day_world import AGREEMENTS, make_day, submit
from marktplatz.db.engine import SQLITE_PRAGMAS, Database
from marktplatz.db.models import Agreement, EntryRecord
from marktplatz.settings import Settings
from marktplatz.usecases.audit import find_breaks
from marktplatz.vocabulary import AgreementStatus, Role
from marktplatz.web.app import create_app
from power_cut import Disk
from service_fixtures import FakeClock, World

CERTIFIED = 30
CUTS = 50
CHECKPOINTS = {"early": 40, "as_shipped": 1000}
"""Pages after which SQLite moves the WAL into the file."""
FULL, NORMAL = "synchronous=FULL", "synchronous=NORMAL"
_disks = count()


@dataclass
class Recording:
    """The file before the notary's work, and every transaction of that work as the service sent it to SQLite."""

    file: Path
    transactions: list[list[tuple[str, Any]]]


@pytest.fixture(scope="module")
def recording() -> Iterator[Recording]:
    with quick_folder("marktplatz-power-") as folder:
        templates = SqliteTemplates(folder)
        database = Database(templates.make_url())
        app = create_app(Settings(base_url="http://testserver", trusted_hosts=("testserver",)), database=database)
        with TestClient(app) as running:
            world = World(app, database, FakeClock(), running)
            day = make_day(world)
            day.offer("hands", capacity=1000)
            broker, notary = world.as_token(Role.BROKER, "m1"), world.as_token(Role.NOTARY, "m1")
            service = {"giver": "bank", "taker": "club", "text": "Wände streichen", "offer": "hands"}
            agreements = [submit(broker, services=[service]) for _ in range(CERTIFIED)]
            database.scrub()
            before = folder / "before.sqlite3"
            copyfile(make_url(str(database.url)).database or "", before)
            with recording_of(database) as transactions:
                for agreement in agreements:
                    assert notary.post(f"{AGREEMENTS}/{agreement}/certify").status_code == 200
        database.dispose()
        yield Recording(before, transactions)


@contextmanager
def recording_of(database: Database) -> Iterator[list[list[tuple[str, Any]]]]:
    """Every transaction that writes, statement by statement."""
    transactions: list[list[tuple[str, Any]]] = []

    def note(connection: Any, _cursor: object, statement: str, parameters: Any, _context: object, many: bool) -> None:
        if not connection.get_execution_options().get("writes"):
            return
        if statement == "BEGIN IMMEDIATE":
            transactions.append([])
        else:
            transactions[-1].extend((statement, each) for each in (parameters if many else [parameters]))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield transactions
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def replay(disk: Disk, path: Path, transactions: list[list[tuple[str, Any]]], synchronous: str, checkpoint: int) -> int:
    """How many transactions were acknowledged before the power went."""
    acknowledged = 0
    # A VFS in Python has no shared memory: one connection that keeps the file to itself needs none.
    connection = apsw.Connection(str(path), vfs=disk.name)
    for pragma in ("locking_mode=EXCLUSIVE", *SQLITE_PRAGMAS, synchronous, f"wal_autocheckpoint={checkpoint}"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    for statements in transactions:
        connection.execute("BEGIN IMMEDIATE")
        for statement, parameters in statements:
            connection.execute(statement, parameters).fetchall()
        connection.execute("COMMIT")
        if not disk.is_on:
            break
        acknowledged += 1
    disk.cut_at = 0  # it tidies up when it closes, which a machine without power does not
    connection.close()
    return acknowledged


@dataclass
class Outcome:
    """Over many cuts: acknowledged certifications, those that were gone afterwards, files that did not hang together."""

    acknowledged: int = 0
    lost: int = 0
    broken: int = 0


def cut_again_and_again(recording: Recording, synchronous: str, checkpoint: int, cuts: int) -> Outcome:
    outcome, random = Outcome(), Random(f"{synchronous} {checkpoint}")  # noqa: S311 no secret
    with quick_folder("marktplatz-cut-") as folder:
        whole = try_once(recording, folder, synchronous, checkpoint, None, random)[0]
        for _ in range(cuts):
            events, acknowledged, found = try_once(recording, folder, synchronous, checkpoint, random.randrange(1, whole), random)
            assert events <= whole
            outcome.acknowledged += acknowledged
            outcome.lost += max(0, acknowledged - (found or 0))
            outcome.broken += found is None
    return outcome


def try_once(
    recording: Recording, folder: Path, synchronous: str, checkpoint: int, cut_at: int | None, random: Random
) -> tuple[int, int, int | None]:
    """Writes and syncs until the cut, transactions acknowledged by then, certificates found afterwards (None: a broken file)."""
    path = folder / "market.sqlite3"
    for each in folder.iterdir():
        each.unlink()
    copyfile(recording.file, path)
    disk = Disk(f"disk-{next(_disks)}", cut_at)
    acknowledged = replay(disk, path, recording.transactions, synchronous, checkpoint)
    events = disk.events
    for each in folder.iterdir():
        each.unlink()
    disk.lose_power(folder, random)
    disk.unregister()
    return events, acknowledged, count_certificates(path)


def count_certificates(path: Path) -> int | None:
    """As the service finds them when it starts again; None if anything does not hang together."""
    database = Database(f"sqlite:///{path}")
    try:
        with database.engine.connect() as connection:
            if connection.exec_driver_sql("PRAGMA integrity_check").scalar() != "ok":
                return None
            if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                return None
        with database.read() as session:
            certified = session.scalar(select(func.count()).where(Agreement.status == AgreementStatus.CERTIFIED)) or 0
            used = session.get_one(EntryRecord, ("m1", "hands")).agreed
            return certified if used == certified and not list(find_breaks(session)) else None
    finally:
        database.dispose()


@pytest.mark.parametrize("checkpoint", CHECKPOINTS.values(), ids=CHECKPOINTS)
def test_nothing_acknowledged_is_lost_when_the_power_fails(recording: Recording, checkpoint: int) -> None:
    outcome = cut_again_and_again(recording, FULL, checkpoint, CUTS)
    assert outcome.acknowledged > CUTS * CERTIFIED / 4
    assert (outcome.lost, outcome.broken) == (0, 0)


def test_the_cut_is_sharp_enough_to_see_what_a_weaker_setting_loses(recording: Recording) -> None:
    outcome = cut_again_and_again(recording, NORMAL, CHECKPOINTS["as_shipped"], CUTS)
    assert outcome.lost > 0


def test_without_a_cut_everything_is_replayed(recording: Recording) -> None:
    with quick_folder("marktplatz-cut-") as folder:
        _, acknowledged, found = try_once(recording, folder, FULL, CHECKPOINTS["as_shipped"], None, Random(0))  # noqa: S311
    assert acknowledged == found == CERTIFIED
