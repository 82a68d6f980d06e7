"""The plan as it was before the evening: the run and its timetable, copied before the first change, for whoever compares later."""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from marktplatz.db.base import Base
from marktplatz.db.models import ConversationRecord, PairingRecord, Run, TimetableRecord
from marktplatz.usecases.identifiers import make_id

_JUST_BEFORE: Final = timedelta(microseconds=1)
"""Copies are older than what goes on to live, so that the newest is still the newest."""


def keep_as_it_was(session: Session, run: Run, timetable: TimetableRecord | None) -> dict[str, Any]:
    """The ids of the copies, as the run's state of the day keeps them. Nothing of them is published."""
    run_id = make_id("r")
    parameters = {**run.parameters, "copy_of": run.id}
    _copy(session, run, id=run_id, parameters=parameters, created_at=run.created_at - _JUST_BEFORE, published_at=None, version=1)
    of_run = {"market_id": run.market_id, "run_id": run.id}
    _copy_rows(session, PairingRecord, of_run, run_id=run_id)
    kept = {"before": run_id}
    if timetable is not None:
        timetable_id = make_id("tt")
        earlier = timetable.created_at - _JUST_BEFORE
        _copy(session, timetable, id=timetable_id, run_id=run_id, created_at=earlier, published_at=None, version=1)
        of_timetable = {"market_id": run.market_id, "timetable_id": timetable.id}
        _copy_rows(session, ConversationRecord, of_timetable, timetable_id=timetable_id)
        kept["timetable_before"] = timetable_id
    return kept


def _copy(session: Session, record: Run | TimetableRecord, **changed: Any) -> None:
    table = Base.metadata.tables[record.__tablename__]
    row = session.execute(select(table).where(table.c.market_id == record.market_id, table.c.id == record.id)).mappings().one()
    session.execute(insert(table), [{**row, **changed}])


def _copy_rows(
    session: Session, kind: type[PairingRecord] | type[ConversationRecord], which: dict[str, str], **changed: str
) -> None:
    table = Base.metadata.tables[kind.__tablename__]
    rows = session.execute(select(table).filter_by(**which)).mappings().all()
    if rows:
        session.execute(insert(table), [{**row, **changed} for row in rows])
