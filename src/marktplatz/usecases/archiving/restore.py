"""A market from an archive into an installation that does not have it: all of it, and only if it is in itself sound."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from marktplatz.db.engine import INSTALLATION
from marktplatz.db.models import AuditHead, ConsentText, MarketRecord
from marktplatz.errors import Conflict, Finding, InvalidInput, Place
from marktplatz.exchange.writing import content_sha256
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.archiving.read import ArchivedMarket
from marktplatz.usecases.archiving.tables import ARCHIVED, SHARED, market_column, table_of
from marktplatz.usecases.audit import Subject, find_breaks, record_change
from marktplatz.usecases.identifiers import check_can_be_asked_for
from marktplatz.usecases.markets import check_is_addressable
from marktplatz.usecases.records import Extent, load_market
from marktplatz.vocabulary import RunStatus

Row = dict[str, Any]


def restore_market(session: Session, now: datetime, actor: Actor, archived: ArchivedMarket, market_id: str | None = None) -> str:
    """The market under its own id or another one; needs the installation's lock. Conflict where the id is taken."""
    market_id = market_id or archived.id
    check_is_addressable(market_id, Place("query", field="market"))
    if market_id == INSTALLATION or any(session.get(kind, market_id) is not None for kind in (MarketRecord, AuditHead)):
        raise Conflict(Finding("market_exists", params={"id": market_id}))
    for kept_id in (*archived.market.organisation_by_id, *archived.market.entry_by_id):
        check_can_be_asked_for(kept_id)
    rows = dict(archived.rows)
    rows[SHARED] = _find_new_texts(session, rows[SHARED])
    rows["run"] = [_ended(run, now) for run in rows["run"]]
    rows["audit_entry"] = [_as_written(entry, archived.id, market_id) for entry in rows["audit_entry"]]
    if len(rows["market"]) != 1 or len(rows["audit_head"]) != 1:
        raise InvalidInput(Finding("archive_inconsistent"))
    _insert(session, rows, market_id)
    _check(session, archived, market_id)
    subject, origin = Subject("market", market_id), {"market": archived.id, "sha256": archived.sha256}
    record_change(session, now, actor, "import_archive", subject, after=origin)
    record_change(session, now, actor, "import_archive", subject, chain=market_id, after=origin)
    return market_id


def _find_new_texts(session: Session, texts: list[Row]) -> list[Row]:
    """The texts that this installation lacks; a consent to other words would be none."""
    known = {(text.purpose, text.version): text.text for text in session.scalars(select(ConsentText))}
    for text in texts:
        if known.get((text["purpose"], text["version"]), text["text"]) != text["text"]:
            raise Conflict(Finding("consent_text_differs", params={"purpose": text["purpose"], "version": text["version"]}))
    return [text for text in texts if (text["purpose"], text["version"]) not in known]


def _ended(run: Row, now: datetime) -> Row:
    """What was still to be solved there is nobody's work here."""
    if run["status"] not in (RunStatus.QUEUED, RunStatus.RUNNING):
        return run
    return run | {"status": RunStatus.CANCELLED, "finished_at": now}


def _as_written(entry: Row, old_id: str, new_id: str) -> Row:
    """An entry's hash covers the name that its chain had."""
    name = entry["written_as"] or old_id
    return entry | {"written_as": None if name == new_id else name}


def _insert(session: Session, rows: dict[str, list[Row]], market_id: str) -> None:
    try:
        for name in ARCHIVED:
            table = table_of(name)
            column = market_column(table)
            key = {} if column is None else {column.name: market_id}
            if rows[name]:
                session.connection().execute(insert(table), [row | key for row in rows[name]])
    except (IntegrityError, DataError):
        raise InvalidInput(Finding("archive_inconsistent")) from None


def _check(session: Session, archived: ArchivedMarket, market_id: str) -> None:
    """The market file vouches for the rows: it was judged by all rules of a market, and they say the same."""
    if content_sha256(load_market(session, market_id, Extent.ALL)) != content_sha256(archived.market):
        raise InvalidInput(Finding("archive_inconsistent"))
    breaks = list(find_breaks(session, market_id))
    if breaks:
        raise InvalidInput(Finding("archive_audit_broken", params={"number": breaks[0][1]}))
