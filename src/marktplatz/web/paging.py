"""Lists in pages: a stable order by id, a cursor, and a `Link` to the next page."""

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from fastapi import Request, Response
from sqlalchemy import Select, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from marktplatz.db.base import Instant
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
    *,
    newest_first: bool = False,
) -> Sequence[T]:
    """One page in the order of `keys`, texts or instants that are unique together; sets `Link: rel="next"` if there is more."""
    if cursor is not None:
        edge = tuple_(*(literal(value, key.type) for key, value in zip(keys, _read_cursor(cursor, keys), strict=True)))
        wanted = wanted.where(tuple_(*keys) < edge if newest_first else tuple_(*keys) > edge)
    order = [key.desc() for key in keys] if newest_first else keys
    rows = session.scalars(wanted.order_by(*order).limit(limit + 1)).all()
    if len(rows) > limit:
        last = _make_cursor([str(getattr(rows[limit - 1], key.key)) for key in keys])
        following = request.url.include_query_params(cursor=last)
        response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
    return rows[:limit]


def _make_cursor(values: Sequence[str]) -> str:
    return base64.urlsafe_b64encode(SEPARATOR.join(values).encode()).decode()


def _read_cursor(cursor: str, keys: Sequence[InstrumentedAttribute[Any]]) -> list[Any]:
    try:
        texts = base64.b64decode(cursor.encode(), altchars=b"-_", validate=True).decode().split(SEPARATOR)
        values = [_read_value(text, key) for text, key in zip(texts, keys, strict=True)]
    except (ValueError, OverflowError, binascii.Error):
        raise InvalidInput(Finding("bad_cursor", Place("query", field="cursor"))) from None
    return values


def _read_value(text: str, key: InstrumentedAttribute[Any]) -> Any:
    """ValueError or OverflowError for what no cursor of ours has said."""
    if "\0" in text:
        raise ValueError("no text of ours")
    if not isinstance(key.type, Instant):
        return text
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("an instant needs a zone")
    return moment.astimezone(UTC)
