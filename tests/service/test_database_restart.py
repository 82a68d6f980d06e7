"""The database's server stops in the middle of the evening and comes back: clear words meanwhile, nothing lost or doubled after it,
and the same process of the service goes on by itself.
"""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from arena import build_arena, count_sold, find_disagreements
from databases import PostgresqlServer, running_postgresql
from marktplatz.db.engine import Database
from marktplatz.db.models import Agreement
from marktplatz.usecases.audit import find_breaks
from serving import ServerProcess, serving

pytestmark = pytest.mark.postgresql

AGREEMENTS = "/api/v1/markets/m1/agreements"
DRAFT = {"parties": ["bank", "c0"], "services": [{"giver": "bank", "taker": "c0", "offer": "o0", "text": "Hilfe"}]}
WORDS = "Die Datenbank antwortet gerade nicht"


@pytest.fixture
def own_server() -> Iterator[PostgresqlServer]:
    with running_postgresql() as server:
        yield server


def send(server: ServerProcess, address: str, key: str, *, token: str = "broker", sent: Any = None) -> httpx.Response:  # noqa: S107
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key, "Accept-Language": "de"}
    return httpx.post(server.address + address, json=sent, headers=headers, timeout=60)


def look(server: ServerProcess, address: str) -> httpx.Response:
    return httpx.get(server.address + address, headers={"Accept": "text/html", "Accept-Language": "de"}, timeout=60)


def wait_until_ready(server: ServerProcess) -> None:
    for _ in range(300):
        if look(server, "/readyz").status_code == 200:
            return
        time.sleep(0.1)
    raise AssertionError("it does not come back")


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_while_the_database_is_away_it_is_told_and_afterwards_the_same_service_goes_on(
    own_server: PostgresqlServer, mode: str
) -> None:
    database = Database(own_server.make_url())
    build_arena(database, offers=1, rivals=1, capacity=10, is_drafted=False)
    with serving(database.url.render_as_string(hide_password=False)) as server:
        wait_until_ready(server)
        first = send(server, AGREEMENTS, "first", sent=DRAFT)
        assert first.status_code == 201
        before = f"{AGREEMENTS}/{first.json()['id']}"
        assert server.process is not None
        process = server.process.pid

        own_server.stop(mode)
        for _ in range(2):
            refused = send(server, f"{before}/submit", "submit")
            assert refused.status_code == 503
            assert refused.headers["Content-Type"] == "application/problem+json"
            assert refused.headers["Retry-After"]
            assert [each["code"] for each in refused.json()["errors"]] == ["database_away"]
            assert WORDS in refused.json()["detail"]
        assert send(server, AGREEMENTS, "second", sent=DRAFT).status_code == 503
        page = look(server, "/m/m1")
        assert (page.status_code, page.headers["Content-Language"]) == (503, "de")
        assert WORDS in page.text
        assert look(server, "/livez").status_code == 200, "the process lives, so nobody restarts it"
        assert look(server, "/readyz").status_code == 503

        own_server.start()
        wait_until_ready(server)
        assert look(server, "/m/m1").status_code == 200
        again = send(server, AGREEMENTS, "first", sent=DRAFT)
        assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")
        for key, address, token, sent in (
            ("submit", f"{before}/submit", "broker", None),
            ("certify", f"{before}/certify", "notary", None),
            ("second", AGREEMENTS, "broker", DRAFT),
        ):
            done = send(server, address, key, token=token, sent=sent)
            assert done.status_code in (200, 201), done.text
            assert send(server, address, key, token=token, sent=sent).content == done.content
        assert server.process.pid == process
        assert server.process.is_alive()
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Agreement)) == 2
        assert list(find_breaks(session)) == []
    assert count_sold(database) == {"o0": 1}
    assert find_disagreements(database) == []
    database.dispose()
