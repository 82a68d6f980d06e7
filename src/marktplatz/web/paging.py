"""Lists in pages: a stable order by id, a cursor, and a `Link` to the next page."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any, TypeVar

from fastapi import Request, Response
from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from marktplatz.errors import Finding, InvalidInput, Place

T = TypeVar("T")
SEPARATOR = "\x1f"


def read_page(
    session: Session,
    request: Request,
    response: Response,
    wanted: Select[T],
    keys: Sequence[InstrumentedAttribute[Any]],
    limit: int,
    cursor: str | None,
) -> Sequence[T]:
    """One page in the order of `keys`, which are text and unique together; sets `Link: rel="next"` if there is more."""
    if cursor is not None:
        wanted = wanted.where(tuple_(*keys) > tuple(_read_cursor(cursor, len(keys))))
    rows = session.scalars(wanted.order_by(*keys).limit(limit + 1)).all()
    if len(rows) > limit:
        last = _make_cursor([str(getattr(rows[limit - 1], key.key)) for key in keys])
        following = request.url.include_query_params(cursor=last)
        response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
    return rows[:limit]


def _make_cursor(values: Sequence[str]) -> str:
    return base64.urlsafe_b64encode(SEPARATOR.join(values).encode()).decode()


def _read_cursor(cursor: str, length: int) -> list[str]:
    try:
        values = base64.b64decode(cursor.encode(), altchars=b"-_", validate=True).decode().split(SEPARATOR)
    except (ValueError, binascii.Error):
        values = []
    if len(values) != length or "\0" in "".join(values):
        raise InvalidInput(Finding("bad_cursor", Place("query", field="cursor")))
    return values
