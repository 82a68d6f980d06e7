"""Conversations of a timetable as rows: one way in for what is planned, changed by hand or planned anew in the evening."""

from collections.abc import Iterable
from typing import Protocol

from sqlalchemy import insert
from sqlalchemy.orm import Session

from marktplatz.db.models import ConversationRecord, TimetableRecord


class Talk(Protocol):
    """What the engine's and the timetable file's conversations have in common; `points` may be anything the column takes."""

    @property
    def round(self) -> int: ...
    @property
    def table(self) -> int: ...
    @property
    def organisations(self) -> tuple[str, str]: ...
    @property
    def points(self) -> int: ...


def add_conversations(session: Session, timetable: TimetableRecord, conversations: Iterable[Talk]) -> None:
    """All in one statement; none where there are none."""
    rows = [
        {
            "market_id": timetable.market_id,
            "timetable_id": timetable.id,
            "round": each.round,
            "table": each.table,
            "first_id": each.organisations[0],
            "second_id": each.organisations[1],
            "points": each.points,
        }
        for each in conversations
    ]
    if rows:
        session.execute(insert(ConversationRecord), rows)
