"""Bring a database's schema up to date; the migrations stand in the folder `alembic`, and in a wheel inside the package."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from marktplatz.db.engine import Database

_IN_CHECKOUT: Final = Path(__file__).parents[3] / "alembic"
_IN_PACKAGE: Final = Path(__file__).parent / "migrations"


def make_config() -> Config:
    folder = _IN_PACKAGE if _IN_PACKAGE.is_dir() else _IN_CHECKOUT
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """To a newer revision; everything or nothing, on both databases."""
    _run(database, command.upgrade, revision)


def downgrade(database: Database, revision: str) -> None:
    _run(database, command.downgrade, revision)


def find_revision(database: Database) -> str | None:
    """The schema's revision, None for an empty database."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str:
    head = ScriptDirectory.from_config(make_config()).get_current_head()
    assert head is not None  # noqa: S101 there is at least the first migration
    return head


def _run(database: Database, deed: object, revision: str) -> None:
    config = make_config()
    with database.engine.connect().execution_options(writes=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        deed(config, revision)  # type: ignore[operator]
