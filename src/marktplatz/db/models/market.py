"""The market and its categories. Columns are named as the fields of `marktplatz.market`, the values they are made of."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from marktplatz.db.base import Base, Instant, Json, Ref, choice, not_negative
from marktplatz.vocabulary import CategoryKind, History, Phase, Reciprocity, WithinKind


class MarketRecord(Base):
    """One event with its policy. `has_scores`: its score table, even an empty one, is the whole truth."""

    __tablename__ = "market"
    __table_args__ = (
        not_negative("max_agreements"),
        not_negative("max_pairs_between"),
        CheckConstraint("max_distance_km >= 0", name="max_distance_km_not_negative"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True)
    name: Mapped[str] = mapped_column(String(300))
    date: Mapped[date | None]
    postcode: Mapped[str | None] = mapped_column(String(300))
    country: Mapped[str] = mapped_column(String(2))
    phase: Mapped[Phase] = mapped_column(choice(Phase, "phase"), default=Phase.DRAFT)
    reciprocity: Mapped[Reciprocity] = mapped_column(choice(Reciprocity, "reciprocity"))
    within_kind: Mapped[WithinKind] = mapped_column(choice(WithinKind, "within_kind"))
    max_agreements: Mapped[int | None]
    max_pairs_between: Mapped[int | None]
    max_distance_km: Mapped[float | None]
    break_rounds: Mapped[list[int]] = mapped_column(Json)
    history: Mapped[History] = mapped_column(choice(History, "history"))
    weights: Mapped[dict[str, int]] = mapped_column(Json)
    earlier_agreements: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    concepts: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    has_scores: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class CategoryRecord(Base):
    __tablename__ = "category"

    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"), primary_key=True)
    code: Mapped[str] = mapped_column(Ref, primary_key=True)
    position: Mapped[int]
    label: Mapped[str] = mapped_column(String(300))
    kind: Mapped[CategoryKind] = mapped_column(choice(CategoryKind, "kind"))
    neighbours: Mapped[list[str]] = mapped_column(Json)
