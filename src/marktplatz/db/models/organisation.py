"""Who takes part and what they offer, need and wish; what the organiser fixed by hand. Columns are named as the values' fields."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from marktplatz.db.base import Base, Instant, Json, Ref, choice, not_negative, of_market
from marktplatz.vocabulary import Attendance, EntrySide, OrganisationKind, PairStatus, Standing, WishLevel


class OrganisationRecord(Base):
    """A company or nonprofit; `agreed` counts its certified agreements and never exceeds its own maximum.

    `assistance` is what its people need to take part well (an interpreter, a ramp); the organiser alone sees it.
    """

    __tablename__ = "organisation"
    __table_args__ = (
        not_negative("agreed"),
        CheckConstraint("max_agreements >= 0", name="max_agreements_not_negative"),
        CheckConstraint("max_agreements IS NULL OR agreed <= max_agreements", name="agreed_within_maximum"),
        CheckConstraint("representatives >= 1", name="representatives_at_least_one"),
        not_negative("attending"),
        Index(None, "market_id", "standing"),
    )

    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Ref, primary_key=True)
    kind: Mapped[OrganisationKind] = mapped_column(choice(OrganisationKind, "kind"))
    name: Mapped[str] = mapped_column(String(300))
    key: Mapped[str | None] = mapped_column(String(300))
    owner: Mapped[str | None] = mapped_column(String(300))
    postcode: Mapped[str | None] = mapped_column(String(300))
    country: Mapped[str | None] = mapped_column(String(2))
    max_agreements: Mapped[int | None]
    competitors: Mapped[str | None] = mapped_column(String(300))
    values: Mapped[list[str]] = mapped_column(Json)
    excludes: Mapped[list[str]] = mapped_column(Json)
    representatives: Mapped[int]
    absent_rounds: Mapped[list[int]] = mapped_column(Json)
    table: Mapped[int | None]
    agreed: Mapped[int] = mapped_column(default=0)
    about: Mapped[str | None] = mapped_column(Text)
    website: Mapped[str | None] = mapped_column(String(300))
    standing: Mapped[Standing] = mapped_column(choice(Standing, "standing"), default=Standing.APPROVED)
    return_reason: Mapped[str | None] = mapped_column(Text)
    assistance: Mapped[str | None] = mapped_column(Text)
    attendance: Mapped[Attendance] = mapped_column(choice(Attendance, "attendance"), default=Attendance.UNKNOWN)
    attending: Mapped[int | None]
    nonprofit_seen_at: Mapped[datetime | None] = mapped_column(Instant)
    nonprofit_seen_by: Mapped[str | None] = mapped_column(Ref)
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class EntryRecord(Base):
    """An offer or a need; `agreed` counts the certified agreements that use it and never exceeds the capacity.

    `answers` to the questions that help to describe it (`usecases.questions`) stand beside the text, by the question's name.
    """

    __tablename__ = "entry"
    __table_args__ = (
        of_market("organisation", "organisation_id"),
        not_negative("agreed"),
        not_negative("capacity"),
        CheckConstraint("agreed <= capacity", name="agreed_within_capacity"),
        CheckConstraint("from_on IS NULL OR to_on IS NULL OR from_on <= to_on", name="days_in_order"),
        Index(None, "market_id", "side", "id"),
        Index(None, "market_id", "organisation_id"),
        Index(None, "market_id", "standing"),
    )

    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Ref, primary_key=True)
    side: Mapped[EntrySide] = mapped_column(choice(EntrySide, "side"))
    organisation_id: Mapped[str] = mapped_column(Ref)
    title: Mapped[str] = mapped_column(String(300))
    text: Mapped[str | None] = mapped_column(Text)
    category: Mapped[str | None] = mapped_column(Ref)
    impact_fields: Mapped[list[str]] = mapped_column(Json)
    people: Mapped[int | None]
    hours: Mapped[float | None]
    quantity: Mapped[float | None]
    from_on: Mapped[date | None]
    to_on: Mapped[date | None]
    postcode: Mapped[str | None] = mapped_column(String(300))
    remote: Mapped[bool | None]
    capacity: Mapped[int]
    agreed: Mapped[int] = mapped_column(default=0)
    answers: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    standing: Mapped[Standing] = mapped_column(choice(Standing, "standing"), default=Standing.APPROVED)
    return_reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class WishRecord(Base):
    """A wish about an organisation or an entry of the same market; its own id is for addressing it alone."""

    __tablename__ = "wish"
    __table_args__ = (
        of_market("organisation", "organisation_id"),
        Index(None, "market_id", "organisation_id", "target", "level", unique=True),
    )

    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Ref, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Ref)
    target: Mapped[str] = mapped_column(Ref)
    level: Mapped[WishLevel] = mapped_column(choice(WishLevel, "level"))
    created_at: Mapped[datetime] = mapped_column(Instant)


class PairRecord(Base):
    """What the organiser fixed for one pair; `exception` is the written reason for a pair that is not eligible by itself."""

    __tablename__ = "pair"
    __table_args__ = (
        of_market("entry", "offer_id"),
        of_market("entry", "need_id"),
        CheckConstraint("exception IS NULL OR status = 'pinned'", name="exception_is_pinned"),
    )

    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"), primary_key=True)
    offer_id: Mapped[str] = mapped_column(Ref, primary_key=True)
    need_id: Mapped[str] = mapped_column(Ref, primary_key=True)
    status: Mapped[PairStatus] = mapped_column(choice(PairStatus, "status"))
    exception: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)


class ScoreRecord(Base):
    """One line of a score table that was given with the market."""

    __tablename__ = "score"
    __table_args__ = (
        of_market("entry", "offer_id"),
        of_market("entry", "need_id"),
        CheckConstraint("points BETWEEN 0 AND 1000", name="points_in_range"),
    )

    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"), primary_key=True)
    offer_id: Mapped[str] = mapped_column(Ref, primary_key=True)
    need_id: Mapped[str] = mapped_column(Ref, primary_key=True)
    points: Mapped[int]
