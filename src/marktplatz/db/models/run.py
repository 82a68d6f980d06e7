"""Runs of the solver with their proposals, and timetables. A result is history: it names entries but does not hold them."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from marktplatz.db.base import Base, Instant, Json, Ref, choice, of_market
from marktplatz.vocabulary import RunStatus


class Run(Base):
    """One solve: who asked for it, with what, what came of it. `input` holds no contacts and may be emptied by an erasure;
    `plan` is the plan file's JSON without pairings, which are records of their own.
    """

    __tablename__ = "run"
    __table_args__ = (Index(None, "market_id", "created_at"),)

    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Ref, primary_key=True)
    status: Mapped[RunStatus] = mapped_column(choice(RunStatus, "status"))
    progress: Mapped[str | None] = mapped_column(String(30))
    author: Mapped[str] = mapped_column(Ref)
    parameters: Mapped[dict[str, Any]] = mapped_column(Json)
    versions: Mapped[dict[str, str]] = mapped_column(Json)
    input_sha256: Mapped[str] = mapped_column(String(64))
    input: Mapped[str | None] = mapped_column(Text)
    plan: Mapped[dict[str, Any] | None] = mapped_column(Json)
    failure: Mapped[dict[str, Any] | None] = mapped_column(Json)
    is_adjusted: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


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
    """Rounds and tables for a run's pairings; `result` is the timetable file's JSON without the conversations."""

    __tablename__ = "timetable"
    __table_args__ = (of_market("run", "run_id"), CheckConstraint("rounds >= 1 AND tables >= 1", name="has_room"))

    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Ref, primary_key=True)
    run_id: Mapped[str] = mapped_column(Ref)
    rounds: Mapped[int]
    tables: Mapped[int]
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
