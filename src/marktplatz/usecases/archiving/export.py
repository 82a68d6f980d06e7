"""A market with its whole history into one file: the market file for everybody, and the rows for another installation."""

import json
from collections.abc import Iterator
from typing import Final

from sqlalchemy.orm import Session

from marktplatz.exchange.archive import write_archive
from marktplatz.exchange.writing import market_to_json
from marktplatz.usecases.archiving.rows import write_row
from marktplatz.usecases.archiving.tables import ARCHIVED, columns_of, part_of, rows_of, table_of
from marktplatz.usecases.records import Extent, load_market

MARKET_PART: Final = "market.json"
ABOUT_PART: Final = "about.json"


def archive_market(session: Session, market_id: str) -> bytes:
    """The same bytes for the same market; what belongs to the installation (accounts, tokens, mails) is not in it."""
    about = json.dumps({"market": market_id}, ensure_ascii=False).encode() + b"\n"
    parts = {ABOUT_PART: about, MARKET_PART: market_to_json(load_market(session, market_id, Extent.ALL))}
    return write_archive(parts | {part_of(name): _write_table(session, name, market_id) for name in ARCHIVED})


def _write_table(session: Session, name: str, market_id: str) -> bytes:
    return "".join(_write_rows(session, name, market_id)).encode()


def _write_rows(session: Session, name: str, market_id: str) -> Iterator[str]:
    table = table_of(name)
    columns = columns_of(table)
    for row in session.execute(rows_of(table, market_id)):
        yield write_row(columns, row) + "\n"
