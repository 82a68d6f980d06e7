"""Many rows with one statement; the caller has the market to itself, so nobody else's version is overwritten."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, and_, bindparam, delete, update
from sqlalchemy.orm import Session

from marktplatz.db.base import Base

Row = dict[str, Any]


def insert_all(session: Session, records: Sequence[Base]) -> None:
    session.add_all(records)
    session.flush()


def update_all(session: Session, kind: type[Base], keys: tuple[str, ...], rows: Sequence[Row]) -> None:
    """Each row holds its key and the columns that are set, all of them the same; a version counts on by itself."""
    if not rows:
        return
    table = _table(kind)
    counted = {"version": table.c.version + 1} if "version" in table.c else {}
    statement = update(table).where(_has_key(table, keys)).values(counted)
    session.connection().execute(
        statement, [_renamed(row, keys) | {name: row[name] for name in row if name not in keys} for row in rows]
    )


def delete_all(session: Session, kind: type[Base], keys: tuple[str, ...], rows: Sequence[Row]) -> None:
    if rows:
        table = _table(kind)
        session.connection().execute(delete(table).where(_has_key(table, keys)), [_renamed(row, keys) for row in rows])


def _has_key(table: Table, keys: tuple[str, ...]) -> Any:
    return and_(*(table.c[key] == bindparam(f"key_{key}") for key in keys))


def _renamed(row: Row, keys: tuple[str, ...]) -> Row:
    """A parameter may not be named as a column that is set."""
    return {f"key_{key}": row[key] for key in keys}


def _table(kind: type[Base]) -> Table:
    table = kind.__table__
    assert isinstance(table, Table)  # noqa: S101 every record of ours is one
    return table
