"""Put away what has had its time: answers to repeated requests, logins, links, uploads; a little at a time.

The audit is never touched. A row goes by its own time alone, and nothing hangs on it any more: the installation's lock is enough.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, inspect, or_, select, tuple_
from sqlalchemy.orm import Session

from marktplatz.db.base import Base
from marktplatz.db.models import IdempotencyRecord, Link, Login, Upload
from marktplatz.vocabulary import LinkPurpose

AT_ONCE: Final = 200
"""Rows of a kind in one transaction: some milliseconds."""
KEPT_AFTER_ITS_END: Final = timedelta(days=7)
"""Logins and links stay for a while after they ended, for whoever has to find out who came in."""

UPLOADS_KEPT: Final = timedelta(days=1)
"""A file that was previewed and never imported."""


def tidy_up(session: Session, now: datetime, keep_answers: timedelta, at_once: int = AT_ONCE) -> int:
    """Delete at most `at_once` rows of each kind, oldest first; how many went. Zero: there is nothing left to do."""
    ended = now - KEPT_AFTER_ITS_END
    return (
        _drop(session, IdempotencyRecord, IdempotencyRecord.created_at <= now - keep_answers, at_once)
        + _drop(session, Login, or_(Login.expires_at <= ended, Login.revoked_at <= ended), at_once)
        + _drop(session, Link, _is_dead(ended), at_once)
        + _drop(session, Upload, Upload.created_at <= now - UPLOADS_KEPT, at_once)
    )


def _is_dead(ended: datetime) -> ColumnElement[bool]:
    """Past its time, taken back, or used by one of the staff; a participant's works again and again while the market goes on."""
    is_used_up = (Link.purpose == LinkPurpose.STAFF_LOGIN) & (Link.used_at <= ended)
    return or_(Link.expires_at <= ended, Link.revoked_at <= ended, is_used_up)


def _drop(session: Session, kind: type[Base], is_over: ColumnElement[bool], at_once: int) -> int:
    table: Any = inspect(kind).local_table
    keys = list(table.primary_key.columns)
    found = [tuple(row) for row in session.execute(select(*keys).where(is_over).order_by(table.c.created_at, *keys).limit(at_once))]
    if found:
        session.execute(delete(table).where(tuple_(*keys).in_(found)))
    return len(found)
