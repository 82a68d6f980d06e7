"""The disk is full in the middle of the evening: clear words, reads go on, nothing acknowledged is lost, and it heals by itself."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from databases import SqliteTemplates
from day_world import AGREEMENTS, DRAFT, codes, make_day
from full_disk import full_disk
from marktplatz.db.engine import Database
from marktplatz.db.models import Agreement
from marktplatz.settings import Settings
from marktplatz.usecases.audit import find_breaks
from marktplatz.vocabulary import Role
from marktplatz.web.app import create_app
from service_fixtures import FakeClock, World


@pytest.fixture
def small_world(sqlite_templates: SqliteTemplates) -> Iterator[World]:
    database = Database(sqlite_templates.make_url())
    app = create_app(Settings(base_url="http://testserver", trusted_hosts=("testserver",)), database=database)
    with TestClient(app) as running:
        yield World(app, database, FakeClock(), running)
    database.dispose()


def test_a_full_disk_is_told_and_heals(small_world: World) -> None:
    make_day(small_world)
    broker = small_world.as_token(Role.BROKER, "m1")
    acknowledged: list[str] = []

    def draft(key: str) -> Any:
        return broker.post(AGREEMENTS, json=DRAFT | {"scope": "Wände. " * 200}, headers={"Idempotency-Key": key})

    with full_disk(small_world.database):
        for number in range(1_000):
            answer = draft(str(number))
            if answer.status_code != 201:
                break
            acknowledged.append(answer.json()["id"])
        assert (answer.status_code, codes(answer)) == (507, ["storage_full"])
        assert answer.headers["Retry-After"] == "30"
        assert draft(str(number)).status_code == 507
        listed = broker.get(AGREEMENTS)
        assert [each["id"] for each in listed.json()] == sorted(acknowledged)
    healed = draft(str(number))
    assert healed.status_code == 201
    assert draft(str(number)).json() == healed.json()
    with small_world.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Agreement)) == len(acknowledged) + 1
        assert list(find_breaks(session)) == []
