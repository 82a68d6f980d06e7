"""Runs of the solver with their proposals, and timetables. A result is history: it names entries but does not hold them."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from marktplatz.db.base import Base, Instant, Json, Ref, choice, not_negative, of_market
from marktplatz.vocabulary import RunStatus

_PUBLISHED: Final[Any] = {kind: text("published_at IS NOT NULL") for kind in ("sqlite_where", "postgresql_where")}
"""A market has one published run, and one published timetable, at a time."""


class Run(Base):
    """One solve: who asked for it, with what, what came of it. `input` holds no contacts and may be emptied by an erasure;
    `plan` is the plan file's JSON without pairings, which are records of their own, and `summary` what lists show of it.

    `input_sha256` is the hash of the whole market, `content_sha256` that of `input`. `adjustments` counts the changes by hand.
    """

    __tablename__ = "run"
    __table_args__ = (
        Index(None, "market_id", "created_at", "id"),
        Index("uq_run_published", "market_id", unique=True, **_PUBLISHED),
        not_negative("adjustments"),
    )

    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Ref, primary_key=True)
    status: Mapped[RunStatus] = mapped_column(choice(RunStatus, "status"))
    progress: Mapped[str | None] = mapped_column(String(30))
    author: Mapped[str] = mapped_column(Ref)
    parameters: Mapped[dict[str, Any]] = mapped_column(Json)
    versions: Mapped[dict[str, str]] = mapped_column(Json)
    input_sha256: Mapped[str] = mapped_column(String(64))
    content_sha256: Mapped[str | None] = mapped_column(String(64))
    input: Mapped[str | None] = mapped_column(Text, deferred=True)
    summary: Mapped[dict[str, Any] | None] = mapped_column(Json)
    plan: Mapped[dict[str, Any] | None] = mapped_column(Json, deferred=True)
    failure: Mapped[dict[str, Any] | None] = mapped_column(Json)
    adjustments: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(Instant)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_adjusted(self) -> bool:
        return self.adjustments > 0


class PairingRecord(Base):
    """One proposal of a run, with its reasons as in the plan file."""

    __tablename__ = "pairing"
    __table_args__ = (of_market("run", "run_id"),)

    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"), primary_key=True)
    run_id: Mapped[str] = mapped_column(Ref, primary_key=True)
    offer_id: Mapped[str] = mapped_column(Ref, primary_key=True)
    need_id: Mapped[str] = mapped_column(Ref, primary_key=True)
    giver_id: Mapped[str] = mapped_column(Ref)
    taker_id: Mapped[str] = mapped_column(Ref)
    points: Mapped[int]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    return_offer_id: Mapped[str | None] = mapped_column(Ref)
    return_need_id: Mapped[str | None] = mapped_column(Ref)
    is_by_hand: Mapped[bool] = mapped_column(default=False)


class TimetableRecord(Base):
    """Rounds and tables for a run's pairings; `result` is the timetable file's JSON without the conversations.

    `content_sha256` and `adjustments` tell the state of the market and of the run's pairings that it was made for.
    """

    __tablename__ = "timetable"
    __table_args__ = (
        of_market("run", "run_id"),
        Index(None, "market_id", "created_at", "id"),
        Index("uq_timetable_published", "market_id", unique=True, **_PUBLISHED),
        CheckConstraint("rounds >= 1 AND tables >= 1", name="has_room"),
    )

    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Ref, primary_key=True)
    run_id: Mapped[str] = mapped_column(Ref)
    rounds: Mapped[int]
    tables: Mapped[int]
    content_sha256: Mapped[str | None] = mapped_column(String(64))
    adjustments: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any]] = mapped_column(Json)
    author: Mapped[str] = mapped_column(Ref)
    created_at: Mapped[datetime] = mapped_column(Instant)
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class ConversationRecord(Base):
    """Two organisations at a table in a round."""

    __tablename__ = "conversation"
    __table_args__ = (of_market("timetable", "timetable_id"),)

    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"), primary_key=True)
    timetable_id: Mapped[str] = mapped_column(Ref, primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    table: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[str] = mapped_column(Ref)
    second_id: Mapped[str] = mapped_column(Ref)
    points: Mapped[int]
