"""How a market is announced and held: its page, hall, deadline, texts and retention. The policy stands in `market`."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from marktplatz.db.base import Base, Instant, Json, Ref, choice, not_negative, open_choice
from marktplatz.vocabulary import MessageKind, Trading, Visibility


class Profile(Base):
    """What the page of a market shows and how the evening is laid out; one row a market, made with it.

    `begins` and `ends` are local times of the day ("18:00") in `timezone`. `texts` holds what the organiser wrote in the place of
    the texts that come with the product (imprint, privacy, accessibility, steps), `retention_days` the days after the market by
    class of data, `district` and `town` are words for the page. `approves`: entries of participants wait for the organiser.
    `zones` are the tables of the categories, each as `usecases.zones.Zone`.
    """

    __tablename__ = "profile"
    __table_args__ = (
        not_negative("hall_places"),
        CheckConstraint("rounds >= 1", name="rounds_at_least_one"),
        CheckConstraint("tables >= 1", name="tables_at_least_one"),
        CheckConstraint("round_minutes >= 1", name="round_minutes_at_least_one"),
    )

    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"), primary_key=True)
    town: Mapped[str | None] = mapped_column(String(300))
    venue: Mapped[str | None] = mapped_column(String(300))
    address: Mapped[str | None] = mapped_column(String(300))
    begins: Mapped[str | None] = mapped_column(String(5))
    ends: Mapped[str | None] = mapped_column(String(5))
    timezone: Mapped[str] = mapped_column(String(60), default="Europe/Berlin")
    about: Mapped[str | None] = mapped_column(Text)
    trading: Mapped[Trading] = mapped_column(choice(Trading, "trading"), default=Trading.FREE)
    rounds: Mapped[int | None]
    round_minutes: Mapped[int | None]
    tables: Mapped[int | None]
    zones: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list, server_default=text("'[]'"))
    entry_deadline: Mapped[date | None]
    hall_places: Mapped[int | None]
    has_waiting_list: Mapped[bool] = mapped_column(default=True)
    visibility: Mapped[Visibility] = mapped_column(choice(Visibility, "visibility"), default=Visibility.PARTICIPANTS)
    approves: Mapped[bool] = mapped_column(default=True)
    organiser_name: Mapped[str | None] = mapped_column(String(300))
    organiser_email: Mapped[str | None] = mapped_column(String(300))
    organiser_phone: Mapped[str | None] = mapped_column(String(300))
    texts: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    retention_days: Mapped[dict[str, int]] = mapped_column(Json, default=dict)
    copied_from: Mapped[str | None] = mapped_column(Ref)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class MailText(Base):
    """An organiser's own wording of a mail, in the place of the one that comes with the product."""

    __tablename__ = "mail_text"

    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"), primary_key=True)
    kind: Mapped[MessageKind] = mapped_column(open_choice(MessageKind), primary_key=True)
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Upload(Base):
    """A file between its preview and its import; kept for a day at most. `corrections`: cells mended in the preview."""

    __tablename__ = "upload"

    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Ref, primary_key=True)
    name: Mapped[str] = mapped_column(String(300))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    corrections: Mapped[list[dict[str, str | int]]] = mapped_column(Json, default=list)
    created_by: Mapped[str] = mapped_column(Ref)
    created_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
