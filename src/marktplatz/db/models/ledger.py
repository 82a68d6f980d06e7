"""What happened, once and for all: the audit chain with its erasable details, answers to repeated requests, the outbox."""

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from marktplatz.db.base import Base, Instant, Json, Ref, choice, of_market
from marktplatz.vocabulary import MessageStatus


class AuditHead(Base):
    """The end of a chain: one per market and one for the installation. Whoever writes in a market locks its head first."""

    __tablename__ = "audit_head"

    chain: Mapped[str] = mapped_column(Ref, primary_key=True)
    length: Mapped[int]
    last_hash: Mapped[str] = mapped_column(String(64))


class AuditEntry(Base):
    """Who did what for whom. Append-only: triggers refuse every change; `digest` covers the details with a salt.

    `written_as` is the chain's name when the entry was written, where a market got another id on its way between installations.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "chain", "subject_kind", "subject_id"),)

    chain: Mapped[str] = mapped_column(ForeignKey("audit_head.chain"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(Ref)
    on_behalf_of: Mapped[str | None] = mapped_column(Ref)
    action: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[str] = mapped_column(String(700))
    digest: Mapped[str] = mapped_column(String(64))
    written_as: Mapped[str | None] = mapped_column(Ref)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditDetail(Base):
    """What a change was about: canonical JSON of before and after, as text, with the digest's salt. An erasure deletes the row."""

    __tablename__ = "audit_detail"
    __table_args__ = (ForeignKeyConstraint(("chain", "number"), ("audit_entry.chain", "audit_entry.number")),)

    chain: Mapped[str] = mapped_column(Ref, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    salt: Mapped[str] = mapped_column(String(64))
    details: Mapped[str] = mapped_column(Text)


class IdempotencyRecord(Base):
    """The answer to a creating request, kept in the same transaction; an erasure empties `body` and keeps the key used."""

    __tablename__ = "idempotency"
    __table_args__ = (Index(None, "created_at"), Index(None, "market_id"))

    caller: Mapped[str] = mapped_column(Ref, primary_key=True)
    key: Mapped[str] = mapped_column(Ref, primary_key=True)
    salt: Mapped[str] = mapped_column(String(64))
    request_digest: Mapped[str] = mapped_column(String(64))
    market_id: Mapped[str | None] = mapped_column(Ref)
    status: Mapped[int]
    headers: Mapped[dict[str, str]] = mapped_column(Json)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(Instant)


class OutboxMessage(Base):
    """A mail that waits to be released. Where a link belongs its body has a placeholder: the secret is made on delivery."""

    __tablename__ = "outbox_message"
    __table_args__ = (of_market("person", "person_id"), Index(None, "market_id", "status"), Index(None, "status"))

    id: Mapped[str] = mapped_column(Ref, primary_key=True)
    market_id: Mapped[str | None] = mapped_column(ForeignKey("market.id"))
    person_id: Mapped[str | None] = mapped_column(Ref)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(String(60))
    recipient: Mapped[str | None] = mapped_column(String(300))
    subject: Mapped[str | None] = mapped_column(String(300))
    body: Mapped[str | None] = mapped_column(Text)
    status: Mapped[MessageStatus] = mapped_column(choice(MessageStatus, "status"))
    attempts: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(Instant)
    try_after: Mapped[datetime | None] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    bounced_at: Mapped[datetime | None] = mapped_column(Instant)
