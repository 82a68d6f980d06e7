"""Backups: whole while somebody writes, checked, never over another file; restored elsewhere they say the same."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from databases import PostgresqlServer, SqliteTemplates
from filled_database import NOW, fill
from marktplatz.db.backup import back_up, check_sqlite, restore
from marktplatz.db.engine import Database
from marktplatz.errors import Conflict, InvalidInput
from marktplatz.market import Policy
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.audit import find_breaks
from marktplatz.usecases.markets import create_market


def audit_length(database: Database) -> int:
    with database.read() as session:
        return session.execute(text("SELECT length FROM audit_head WHERE chain = 'installation'")).scalar_one()


def test_a_backup_under_writes_restores_to_a_state_that_was(sqlite_templates: SqliteTemplates, tmp_path: Path) -> None:
    database = Database(sqlite_templates.make_url())
    stop = threading.Event()
    written: list[int] = []

    def write() -> None:
        number = 0
        while not stop.is_set():
            with database.write() as session:
                create_market(session, NOW, SYSTEM, Policy(), f"m{number}")
            number += 1
            written.append(number)

    thread = threading.Thread(target=write)
    thread.start()
    while len(written) < 5:
        pass
    before = len(written)
    back_up(database, tmp_path / "backup")
    after = len(written)
    stop.set()
    thread.join()
    restore(tmp_path / "backup", make_url(f"sqlite:///{tmp_path / 'new' / 'restored.sqlite3'}"))
    restored = Database(f"sqlite:///{tmp_path / 'new' / 'restored.sqlite3'}")
    assert before <= audit_length(restored) <= after + 1
    with restored.read() as session:
        assert list(find_breaks(session)) == []
    restored.dispose()
    database.dispose()


@pytest.mark.postgresql
def test_postgresql_is_dumped_and_restored(postgresql_server: PostgresqlServer, tmp_path: Path) -> None:
    database = Database(postgresql_server.make_url())
    fill(database)
    back_up(database, tmp_path / "backup")
    url = postgresql_server.make_empty_url()
    restore(tmp_path / "backup", make_url(url))
    restored = Database(url)
    assert audit_length(restored) == audit_length(database) == 1
    with restored.read() as session:
        assert list(find_breaks(session)) == []
    restored.dispose()
    database.dispose()


def test_nothing_is_overwritten(sqlite_templates: SqliteTemplates, tmp_path: Path) -> None:
    url = sqlite_templates.make_url()
    database = Database(url)
    taken = tmp_path / "taken"
    taken.write_text("mine")
    with pytest.raises(Conflict):
        back_up(database, taken)
    back_up(database, tmp_path / "backup")
    with pytest.raises(Conflict):
        restore(tmp_path / "backup", make_url(url))
    assert taken.read_text() == "mine"
    database.dispose()


def test_a_damaged_or_foreign_file_is_no_backup(sqlite_templates: SqliteTemplates, tmp_path: Path) -> None:
    database = Database(sqlite_templates.make_url())
    fill(database)
    back_up(database, tmp_path / "backup")
    database.dispose()
    check_sqlite(tmp_path / "backup")
    content = bytearray((tmp_path / "backup").read_bytes())
    content[4096 : 4096 * 40] = b"\xff" * (4096 * 39)
    (tmp_path / "damaged").write_bytes(content)
    (tmp_path / "letter").write_text("Sehr geehrte Damen und Herren, anbei die Sicherung.")
    for name in ("damaged", "letter", "missing"):
        with pytest.raises(InvalidInput):
            restore(tmp_path / name, make_url(f"sqlite:///{tmp_path / 'target.sqlite3'}"))
        assert not (tmp_path / "target.sqlite3").exists()


def test_a_backup_that_fails_leaves_nothing_behind(sqlite_templates: SqliteTemplates, tmp_path: Path) -> None:
    database = Database(sqlite_templates.make_url())
    with pytest.raises(InvalidInput):
        back_up(database, tmp_path / "no folder" / "backup")
    assert list(tmp_path.iterdir()) == []
    database.dispose()
