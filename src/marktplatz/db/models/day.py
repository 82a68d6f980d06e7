"""The market day: who is there, and the agreements with their parties and services."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marktplatz.db.base import Base, Instant, Ref, choice, not_negative, of_market
from marktplatz.vocabulary import AgreementStatus, CheckInStatus, ServiceSide


class CheckIn(Base):
    __tablename__ = "check_in"
    __table_args__ = (of_market("organisation", "organisation_id"), not_negative("people"))

    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Ref, primary_key=True)
    status: Mapped[CheckInStatus] = mapped_column(choice(CheckInStatus, "status"))
    people: Mapped[int | None]
    changed_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Agreement(Base):
    """What two or more organisations settle; `number` is given at certification and never used twice in a market.

    `taken_by` has it in hand at the notaries' desk since `taken_at`, so that two do not read the same one.
    """

    __tablename__ = "agreement"
    __table_args__ = (
        Index(None, "market_id", "number", unique=True),
        Index(None, "market_id", "status"),
        CheckConstraint("status <> 'certified' OR (number IS NOT NULL AND certified_at IS NOT NULL)", name="certified_has_number"),
        CheckConstraint("from_on IS NULL OR to_on IS NULL OR from_on <= to_on", name="days_in_order"),
    )

    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Ref, primary_key=True)
    number: Mapped[int | None]
    status: Mapped[AgreementStatus] = mapped_column(choice(AgreementStatus, "status"))
    scope: Mapped[str | None] = mapped_column(Text)
    place: Mapped[str | None] = mapped_column(String(300))
    from_on: Mapped[date | None]
    to_on: Mapped[date | None]
    contact_organisation_id: Mapped[str | None] = mapped_column(Ref)
    contacted_organisation_id: Mapped[str | None] = mapped_column(Ref)
    contact_by: Mapped[date | None]
    fulfil_by: Mapped[date | None]
    return_reason: Mapped[str | None] = mapped_column(Text)
    void_reason: Mapped[str | None] = mapped_column(Text)
    replaces_id: Mapped[str | None] = mapped_column(Ref)
    created_by: Mapped[str] = mapped_column(Ref)
    created_at: Mapped[datetime] = mapped_column(Instant)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    taken_by: Mapped[str | None] = mapped_column(Ref)
    taken_at: Mapped[datetime | None] = mapped_column(Instant)
    certified_by: Mapped[str | None] = mapped_column(Ref)
    certified_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    parties: Mapped[list["AgreementParty"]] = relationship(order_by="AgreementParty.position", cascade="all, delete-orphan")
    services: Mapped[list["AgreementService"]] = relationship(order_by="AgreementService.position", cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}


class AgreementParty(Base):
    __tablename__ = "agreement_party"
    __table_args__ = (
        of_market("agreement", "agreement_id"),
        of_market("organisation", "organisation_id"),
        Index(None, "market_id", "organisation_id"),
    )

    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"), primary_key=True)
    agreement_id: Mapped[str] = mapped_column(Ref, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Ref, primary_key=True)
    position: Mapped[int]


class AgreementService(Base):
    """One service of an agreement, in hours, items and value kept apart; it may name the offer and the need that it uses."""

    __tablename__ = "agreement_service"
    __table_args__ = (
        of_market("agreement", "agreement_id"),
        of_market("organisation", "giver_id"),
        of_market("organisation", "taker_id"),
        of_market("entry", "offer_id"),
        of_market("entry", "need_id"),
        not_negative("people"),
        not_negative("hours"),
        not_negative("quantity"),
        not_negative("value_euros"),
    )

    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"), primary_key=True)
    agreement_id: Mapped[str] = mapped_column(Ref, primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    side: Mapped[ServiceSide] = mapped_column(choice(ServiceSide, "side"))
    giver_id: Mapped[str] = mapped_column(Ref)
    taker_id: Mapped[str] = mapped_column(Ref)
    offer_id: Mapped[str | None] = mapped_column(Ref)
    need_id: Mapped[str | None] = mapped_column(Ref)
    text: Mapped[str] = mapped_column(Text)
    people: Mapped[int | None]
    hours: Mapped[float | None]
    quantity: Mapped[float | None]
    value_euros: Mapped[float | None]
