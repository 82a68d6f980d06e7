"""The evening itself: its clock and figures, the devices that stand in the hall, notes of the brokers, changes of the live plan."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from marktplatz.db.base import Base, Instant, Json, Ref, choice, not_negative, of_market
from marktplatz.vocabulary import NoteKind, Role, Stage


class Evening(Base):
    """The clock of a market's day, one row made when it is first needed; times come from the server alone.

    `stage` began at `begun_at` and lasts `lasts_s`, where it has an end: whether a round is over is worked out, not written. While
    `paused_at` stands the clock stands. `figures` are the closing total as it was frozen, `figures_sha256` its hash.
    """

    __tablename__ = "evening"
    __table_args__ = (not_negative("round"), not_negative("lasts_s"), not_negative("goal"))

    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"), primary_key=True)
    stage: Mapped[Stage] = mapped_column(choice(Stage, "stage"), default=Stage.BEFORE)
    round: Mapped[int] = mapped_column(default=0)
    begun_at: Mapped[datetime | None] = mapped_column(Instant)
    lasts_s: Mapped[int | None]
    paused_at: Mapped[datetime | None] = mapped_column(Instant)
    opened_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    goal: Mapped[int | None]
    figures: Mapped[dict[str, Any] | None] = mapped_column(Json)
    figures_sha256: Mapped[str | None] = mapped_column(String(64))
    figures_at: Mapped[datetime | None] = mapped_column(Instant)
    figures_by: Mapped[str | None] = mapped_column(Ref)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Station(Base):
    """A place in the hall with a device: whoever opens its link works there in its role, without an account.

    `secret_sha256` null: a block of paper forms, which has numbers and no link. Numbers from `first_number` to `last_number` are
    given to agreements by this station alone, so that devices without a connection and paper never give the same one.
    """

    __tablename__ = "station"
    __table_args__ = (
        Index(None, "secret_sha256", unique=True),
        CheckConstraint("(first_number IS NULL) = (last_number IS NULL)", name="range_has_two_ends"),
        CheckConstraint("first_number >= 1 AND first_number <= last_number", name="range_in_order"),
    )

    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Ref, primary_key=True)
    name: Mapped[str] = mapped_column(String(300))
    role: Mapped[Role] = mapped_column(choice(Role, "role"))
    staffed_by: Mapped[str | None] = mapped_column(String(300))
    secret_sha256: Mapped[str | None] = mapped_column(String(64))
    form_secret: Mapped[str | None] = mapped_column(String(64))
    first_number: Mapped[int | None]
    last_number: Mapped[int | None]
    created_by: Mapped[str] = mapped_column(Ref)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class HallNote(Base):
    """What a broker wrote down about an organisation: a note, a call for help, a refusal, that two were brought together."""

    __tablename__ = "hall_note"
    __table_args__ = (
        of_market("organisation", "organisation_id"),
        of_market("organisation", "partner_id"),
        Index(None, "market_id", "organisation_id"),
        Index(None, "market_id", "created_at", "id"),
    )

    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Ref, primary_key=True)
    kind: Mapped[NoteKind] = mapped_column(choice(NoteKind, "kind"))
    organisation_id: Mapped[str] = mapped_column(Ref)
    partner_id: Mapped[str | None] = mapped_column(Ref)
    offer_id: Mapped[str | None] = mapped_column(Ref)
    need_id: Mapped[str | None] = mapped_column(Ref)
    text: Mapped[str | None] = mapped_column(Text)
    author: Mapped[str] = mapped_column(Ref)
    created_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    done_by: Mapped[str | None] = mapped_column(Ref)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class PlanChange(Base):
    """One re-plan of the day: what happened, which pairs and conversations came and went, and why.

    Numbered from 1 in the order in which they took effect. `is_proven`: the new plan is shown to be the best there is; else it is a
    checked one, and a proof or a better plan follows under a number of its own.
    """

    __tablename__ = "plan_change"
    __table_args__ = (not_negative("solve_ms"),)

    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    run_id: Mapped[str] = mapped_column(Ref)
    timetable_id: Mapped[str | None] = mapped_column(Ref)
    causes: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    pairs: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    talks: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    is_proven: Mapped[bool]
    solve_ms: Mapped[int]
    at: Mapped[datetime] = mapped_column(Instant)
