"""How the database is set up: durable, with foreign keys, on an SQLite without the WAL-reset bug; reading writes nothing."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from databases import PostgresqlServer, SqliteTemplates
from marktplatz.db import engine
from marktplatz.db.engine import Database, has_safe_wal
from marktplatz.errors import NotFound


@pytest.mark.parametrize(
    ("version", "is_safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 6), True),
        ((3, 44, 5), False),
        ((3, 45, 0), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((4, 0, 0), True),
    ],
)
def test_which_sqlite_may_use_a_wal(version: tuple[int, ...], is_safe: bool) -> None:
    assert has_safe_wal(version) is is_safe


def test_sqlite_is_durable_and_keeps_references(sqlite_templates: SqliteTemplates) -> None:
    database = Database(sqlite_templates.make_url())
    with database.write() as session:
        pragmas = {
            name: session.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("synchronous", "foreign_keys", "recursive_triggers", "secure_delete", "journal_mode")
        }
        version = tuple(map(int, session.execute(text("SELECT sqlite_version()")).scalar_one().split(".")))
    assert pragmas == {
        "synchronous": 2,
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "secure_delete": 1,
        "journal_mode": "wal" if has_safe_wal(version) else "delete",
    }
    database.dispose()


def test_what_is_changed_while_reading_is_thrown_away(database: Database) -> None:
    try:
        with database.read() as session:
            session.execute(text("UPDATE audit_head SET length = 7"))
    except DBAPIError:
        assert not database.is_sqlite  # PostgreSQL refuses it at once
    with database.read() as session:
        assert session.execute(text("SELECT length FROM audit_head")).scalar_one() == 0


def test_there_is_no_lock_of_an_unknown_market(database: Database) -> None:
    with pytest.raises(NotFound), database.write("nowhere"):
        raise AssertionError("not reached")


@pytest.fixture
def postgresql(postgresql_server: PostgresqlServer) -> Iterator[Database]:
    url = postgresql_server.make_url()
    database = Database(url)
    yield database
    database.dispose()
    postgresql_server.drop(url)


@pytest.mark.postgresql
@pytest.mark.parametrize("trusted_s", [engine.TRUSTED_S, 0.0])
def test_connections_that_the_server_ended_are_noticed_before_they_are_used(
    postgresql: Database, monkeypatch: pytest.MonkeyPatch, trusted_s: float
) -> None:
    monkeypatch.setattr(engine, "TRUSTED_S", trusted_s)
    with ExitStack() as opened:
        for _ in range(3):
            opened.enter_context(postgresql.read()).execute(text("SELECT 1"))
    with postgresql.engine.connect() as connection:
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ended = connection.execute(text(f"SELECT pg_terminate_backend(pid, 10000) {others}"))  # and waits until they are gone
        assert ended.all() == [(True,), (True,)]
    with ExitStack() as opened:
        for _ in range(3):
            assert opened.enter_context(postgresql.read()).scalar(text("SELECT 1")) == 1
    with postgresql.begin() as session:
        assert session.scalar(text("SELECT 1")) == 1


@pytest.mark.postgresql
def test_only_a_connection_that_was_idle_is_asked_whether_it_is_there(
    postgresql: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    ping = postgresql.engine.dialect.do_ping
    monkeypatch.setattr(postgresql.engine.dialect, "do_ping", lambda connection: asked.append(connection) or ping(connection))
    for _ in range(3):
        with postgresql.read() as session:
            session.execute(text("SELECT 1"))
    assert len(asked) == 1
    monkeypatch.setattr(engine, "TRUSTED_S", 0.0)
    with postgresql.read() as session:
        session.execute(text("SELECT 1"))
    assert len(asked) == 2
