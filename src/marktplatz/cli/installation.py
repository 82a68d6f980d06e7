"""The installation's database for commands that work on it directly; it must be on this program's schema."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from marktplatz.errors import Conflict, Finding

if TYPE_CHECKING:
    from marktplatz.db.engine import Database
    from marktplatz.settings import Settings


def load_settings() -> "Settings":
    from marktplatz.settings import Settings

    return Settings()


@contextmanager
def open_database() -> "Iterator[Database]":
    """Conflict where there is no database yet, or one of another schema."""
    from marktplatz.db.engine import Database
    from marktplatz.db.migrate import find_revision, newest_revision

    settings = load_settings()
    if settings.database_url is None and not (settings.data_dir / "marktplatz.sqlite3").exists():
        raise Conflict(Finding("schema_not_current"))
    database = Database(settings.database)
    try:
        if find_revision(database) != newest_revision():
            raise Conflict(Finding("schema_not_current"))
        yield database
    finally:
        database.dispose()
