"""Which tables belong to a market's archive, and which do not; a test holds this list against the schema.

A part of an archive is named as its table and holds a line of JSON for each row, by the names of the columns. What the archive
as a whole says is left out of every row: the market's id, which is also the name of its audit chain.
"""

from typing import Any, Final

from sqlalchemy import Column, Select, Table, select

from marktplatz.db.base import Base
from marktplatz.db.models import Consent

ARCHIVED: Final = (
    "market",
    "category",
    "profile",
    "mail_text",
    "organisation",
    "entry",
    "wish",
    "pair",
    "score",
    "person",
    "representation",
    "consent_text",
    "consent",
    "run",
    "pairing",
    "timetable",
    "conversation",
    "check_in",
    "agreement",
    "agreement_party",
    "agreement_service",
    "evening",
    "hall_note",
    "plan_change",
    "audit_head",
    "audit_entry",
    "audit_detail",
)
"""In an order in which a row never leans on a later one."""
LEFT_OUT: Final = frozenset(
    ("account", "membership", "login", "link", "token", "station", "idempotency", "outbox_message", "upload")
)
"""Who may come in, and what is on its way: affairs of an installation."""
SHARED: Final = "consent_text"
"""Texts belong to the installation; an archive has those that somebody in its market agreed to."""
_MARKET_COLUMNS: Final = ("market_id", "chain")


def table_of(name: str) -> Table:
    return Base.metadata.tables[name]


def part_of(name: str) -> str:
    return f"records/{name}.jsonl"


def market_column(table: Table) -> Column[str] | None:
    """The column that says which market a row belongs to."""
    if table.name == "market":
        return table.c.id
    return next((table.c[name] for name in _MARKET_COLUMNS if name in table.c), None)


def columns_of(table: Table) -> list[Column[Any]]:
    """What a row of an archive holds."""
    return [column for column in table.columns if column is not market_column(table)]


def rows_of(table: Table, market_id: str) -> Select[Any]:
    """A market's rows, always in the same order."""
    wanted: Select[Any] = select(*columns_of(table)).order_by(*table.primary_key.columns)
    if table.name == SHARED:
        texts = select(Consent.purpose, Consent.text_version).where(Consent.market_id == market_id).distinct().subquery()
        return wanted.join(texts, (texts.c.purpose == table.c.purpose) & (texts.c.text_version == table.c.version))
    column = market_column(table)
    return wanted if column is None else wanted.where(column == market_id)
