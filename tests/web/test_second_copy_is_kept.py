"""The second copy while the service runs: without its stick everything goes on, it is told, and the copy catches up by itself."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from databases import SqliteTemplates
from day_world import AGREEMENTS, DRAFT, make_day
from marktplatz.db.engine import Database
from marktplatz.db.models import Agreement
from marktplatz.db.second_copy import find_copies
from marktplatz.settings import Settings
from marktplatz.vocabulary import Role
from marktplatz.web import copyist
from marktplatz.web.app import create_app
from organiser_world import sign_in
from service_fixtures import FakeClock, World

DAY = "/organise/m1/day"
FAILS = "Die zweite Kopie lässt sich gerade nicht schreiben."


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    made = tmp_path / "stick"
    made.mkdir()
    return made


@pytest.fixture
def hall(sqlite_templates: SqliteTemplates, stick: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(copyist, "PAUSE_S", 0.01)
    monkeypatch.setattr(copyist, "RETRY_AFTER_S", 0.01)
    database, clock = Database(sqlite_templates.make_url()), FakeClock()
    settings = Settings(base_url="http://testserver", trusted_hosts=("testserver",), second_copy=stick)
    app = create_app(settings, database=database, clock=clock)
    with TestClient(app) as running:
        yield World(app, database, clock, running)
    database.dispose()


def soon(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        time.sleep(0.02)
    raise AssertionError


def agreements_in(folder: Path) -> set[str]:
    copies = find_copies(folder)
    if not copies:
        return set()
    database = Database(f"sqlite:///{copies[0]}")
    with database.read() as session:
        found = {each.id for each in session.query(Agreement)}
    database.dispose()
    return found


def test_without_the_stick_everything_goes_on_and_the_copy_catches_up(hall: World, stick: Path) -> None:
    make_day(hall)
    broker, chief = hall.as_token(Role.BROKER), sign_in(hall, hall.make_account("chefin@example.org", m1=Role.ORGANISER))

    def draft(name: str) -> None:
        assert broker.post(AGREEMENTS, json=DRAFT | {"id": name}).status_code == 201

    draft("a1")
    soon(lambda: agreements_in(stick) == {"a1"})
    assert FAILS not in chief.get(DAY).text
    away = stick.with_name("away")
    stick.rename(away)
    draft("a2")
    soon(lambda: FAILS in chief.get(DAY).text)
    draft("a3")
    assert agreements_in(away) == {"a1"}
    shutil.rmtree(away)
    stick.mkdir()  # another stick at the same place
    soon(lambda: agreements_in(stick) == {"a1", "a2", "a3"})
    soon(lambda: FAILS not in chief.get(DAY).text)
