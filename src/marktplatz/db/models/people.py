"""Persons of a market, whom they stand for and what they consented to: the only tables with contact data of participants."""

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from marktplatz.db.base import Base, Instant, Ref, choice, of_market
from marktplatz.vocabulary import ConsentPurpose


class Person(Base):
    """Somebody who stands for one or several organisations of a market.

    `confirmed_at`: came in by a link first, so the mail is theirs. `language` is that of the mails.
    """

    __tablename__ = "person"
    __table_args__ = (Index(None, "market_id", "email"),)

    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Ref, primary_key=True)
    name: Mapped[str | None] = mapped_column(String(300))
    email: Mapped[str | None] = mapped_column(String(300))
    phone: Mapped[str | None] = mapped_column(String(300))
    language: Mapped[str] = mapped_column(String(2), default="de")
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)


class Representation(Base):
    """A person acts for an organisation; one of them is the contact that partners see."""

    __tablename__ = "representation"
    __table_args__ = (
        of_market("organisation", "organisation_id"),
        of_market("person", "person_id"),
        Index(None, "market_id", "person_id"),
    )

    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Ref, primary_key=True)
    person_id: Mapped[str] = mapped_column(Ref, primary_key=True)
    is_contact: Mapped[bool]


class ConsentText(Base):
    """The wording that somebody agreed to; never changed, a new wording is a new version."""

    __tablename__ = "consent_text"

    purpose: Mapped[ConsentPurpose] = mapped_column(choice(ConsentPurpose, "purpose"), primary_key=True)
    version: Mapped[str] = mapped_column(Ref, primary_key=True)
    text: Mapped[str] = mapped_column(Text)


class Consent(Base):
    __tablename__ = "consent"
    __table_args__ = (
        of_market("person", "person_id"),
        ForeignKeyConstraint(("purpose", "text_version"), ("consent_text.purpose", "consent_text.version")),
        Index(None, "market_id", "person_id"),
    )

    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Ref, primary_key=True)
    person_id: Mapped[str] = mapped_column(Ref)
    purpose: Mapped[ConsentPurpose] = mapped_column(choice(ConsentPurpose, "purpose"))
    text_version: Mapped[str] = mapped_column(Ref)
    given_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
