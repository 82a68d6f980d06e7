"""Runs the migrations on a connection that is handed over, or on the URL of alembic.ini when a developer calls alembic."""

from alembic import context
from sqlalchemy import String

from marktplatz.db.base import Instant
from marktplatz.db.engine import Database
from marktplatz.db.models import Base


def render_item(kind, item, _context):
    """The types of ours by short names that the script template defines, so that a migration stays readable and frozen."""
    if kind != "type":
        return False
    if isinstance(item, Instant):
        return "INSTANT"
    if type(item).__name__ == "JSON":
        return "JSON"
    return "REF" if isinstance(item, String) and "postgresql" in item._variant_mapping else False


def run(connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True, render_item=render_item)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    database = Database(context.config.get_main_option("sqlalchemy.url"))
    with database.engine.connect().execution_options(writes=True) as connection, connection.begin():
        run(connection)
