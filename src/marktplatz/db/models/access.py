"""Who may come in: staff with roles per market, logins, links by mail, tokens of programs. Secrets only as hashes."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from marktplatz.db.base import Base, Instant, Json, Ref, choice, of_market
from marktplatz.vocabulary import LinkPurpose, Role


class Account(Base):
    """Somebody of the staff; `email` is kept in lower case. The owner of the installation is above all markets."""

    __tablename__ = "account"

    id: Mapped[str] = mapped_column(Ref, primary_key=True)
    email: Mapped[str] = mapped_column(String(300), unique=True)
    name: Mapped[str] = mapped_column(String(300))
    password_hash: Mapped[str | None] = mapped_column(String(300))
    is_owner: Mapped[bool] = mapped_column(default=False)
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Membership(Base):
    """A role of an account in a market; several rows for several roles."""

    __tablename__ = "membership"

    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(choice(Role, "role"), primary_key=True)


class Login(Base):
    """A session in a browser, of an account or of a participant; the cookie holds the secret, this row its hash.

    Who came in by a link has proven to own the mail, and may set a password without knowing the old one.
    """

    __tablename__ = "login"
    __table_args__ = (
        of_market("person", "person_id"),
        CheckConstraint("(account_id IS NULL) <> (person_id IS NULL)", name="one_holder"),
    )

    secret_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"), index=True)
    market_id: Mapped[str | None] = mapped_column(ForeignKey("market.id"))
    person_id: Mapped[str | None] = mapped_column(Ref)
    form_secret: Mapped[str] = mapped_column(String(64))
    is_by_link: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class Link(Base):
    """A link by mail: staff's works once and for minutes, a participant's until the market is closed; only by POST."""

    __tablename__ = "link"
    __table_args__ = (
        of_market("person", "person_id"),
        CheckConstraint("(account_id IS NULL) <> (person_id IS NULL)", name="one_holder"),
    )

    secret_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[LinkPurpose] = mapped_column(choice(LinkPurpose, "purpose"))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    market_id: Mapped[str | None] = mapped_column(ForeignKey("market.id"))
    person_id: Mapped[str | None] = mapped_column(Ref)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class Token(Base):
    """A program's bearer token: a role in some markets (null: all), for some routes (scopes), until a day."""

    __tablename__ = "token"
    __table_args__ = (Index(None, "secret_sha256", unique=True),)

    id: Mapped[str] = mapped_column(Ref, primary_key=True)
    secret_sha256: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(300))
    role: Mapped[Role] = mapped_column(choice(Role, "role"))
    market_ids: Mapped[list[str] | None] = mapped_column(Json)
    scopes: Mapped[list[str]] = mapped_column(Json)
    issued_by: Mapped[str] = mapped_column(Ref)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
