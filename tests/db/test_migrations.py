"""The schema: built by the migrations, nothing left to generate, down and up again with data, on both databases."""

from collections.abc import Iterator

import pytest
from alembic import command
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from databases import BOTH, PostgresqlServer
from filled_database import fill
from marktplatz.db.engine import Database
from marktplatz.db.migrate import downgrade, find_revision, make_config, newest_revision, upgrade
from marktplatz.db.models import AuditEntry, Base, EntryRecord, OrganisationRecord
from marktplatz.usecases.audit import find_breaks


@pytest.fixture(params=BOTH)
def empty(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database of each kind before any migration."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('empty') / 'empty.sqlite3'}"
    else:
        server: PostgresqlServer = request.getfixturevalue("postgresql_server")
        url = server.make_empty_url()
    made = Database(url)
    yield made
    made.dispose()


def count_rows(database: Database) -> dict[str, int]:
    with database.read() as session:
        return {name: session.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in Base.metadata.tables}  # noqa: S608


def test_nothing_is_left_to_generate(empty: Database) -> None:
    upgrade(empty)
    assert find_revision(empty) == newest_revision()
    config = make_config()
    with empty.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.check(config)


def test_up_down_and_up_again(empty: Database) -> None:
    upgrade(empty)
    downgrade(empty, "base")
    assert set(inspect(empty.engine).get_table_names()) == {"alembic_version"}
    upgrade(empty)
    fill(empty)


def test_data_live_through_the_newest_migration_down_and_up(empty: Database) -> None:
    upgrade(empty)
    fill(empty)
    before = count_rows(empty)
    downgrade(empty, "-1")
    upgrade(empty)
    assert count_rows(empty) == before
    with empty.read() as session:
        assert list(find_breaks(session)) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor = 'x'",
        "DELETE FROM audit_entry",
        "INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry",
        "TRUNCATE audit_entry CASCADE",
    ],
)
def test_the_audit_cannot_be_changed(database: Database, statement: str) -> None:
    if statement.startswith("INSERT" if not database.is_sqlite else "TRUNCATE"):
        statement = "DELETE FROM audit_entry"  # the other database's words for the same attempt
    fill(database)
    with pytest.raises(DBAPIError, match="append-only"), database.write() as session:
        session.execute(text(statement))
    with database.read() as session:
        assert list(find_breaks(session)) == []


def test_a_changed_audit_is_noticed(database: Database) -> None:
    fill(database)
    with database.write() as session:
        session.execute(text("UPDATE audit_detail SET details = '{}' WHERE chain = 'm1' AND number = 2"))
        session.execute(text("UPDATE audit_head SET length = 9 WHERE chain = 'installation'"))
    with database.read() as session:
        assert sorted(find_breaks(session)) == [("installation", 9, "head"), ("m1", 2, "digest")]
        assert session.query(AuditEntry).count() == 4


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entry SET agreed = 2",
        "UPDATE entry SET agreed = -1",
        "UPDATE entry SET capacity = -1",
        "UPDATE entry SET organisation_id = 'nobody'",
        "UPDATE entry SET side = 'wish'",
        "UPDATE organisation SET max_agreements = 0, agreed = 1",
        "UPDATE organisation SET representatives = 0",
        "DELETE FROM organisation",
        "INSERT INTO score (market_id, offer_id, need_id, points) VALUES ('m1', 'paint', 'paint', 1001)",
    ],
)
def test_the_database_itself_refuses_what_must_not_be(database: Database, change: str) -> None:
    fill(database)
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(text(change))
    with database.read() as session:
        assert session.get_one(EntryRecord, ("m1", "paint")).agreed == 0
        assert session.get_one(OrganisationRecord, ("m1", "bank")).representatives == 1
