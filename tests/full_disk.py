"""A disk without room, for a database that is in use."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import event

from marktplatz.db.engine import Database

PAGES_LEFT: Final = 12


@contextmanager
def full_disk(database: Database) -> Iterator[None]:
    """The file may grow by a few pages only: SQLite then says what it says when the disk is full."""
    with database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def limit(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages + PAGES_LEFT}").close()

    def lift(connection: Any, *_: object) -> None:
        connection.execute("PRAGMA max_page_count=1073741823").close()

    event.listen(database.engine, "checkout", limit)
    try:
        yield
    finally:
        event.remove(database.engine, "checkout", limit)
        event.listen(database.engine, "checkout", lift)
