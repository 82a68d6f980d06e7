"""What all records share: naming of constraints, column types that behave alike on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import JSON, CheckConstraint, DateTime, Dialect, Enum, ForeignKeyConstraint, MetaData, String, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

NAMING: Final = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


class Instant(TypeDecorator[datetime]):
    """A moment, aware and in UTC on both databases; SQLite, which has no zones, keeps it as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a zone")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Ref = String(200).with_variant(String(200, collation="C"), "postgresql")
"""An id: the sender's own string, or one of ours. Sorted by its bytes, so that both databases page in the same order."""

Json: Final = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def choice(kind: type[StrEnum], name: str) -> Enum:
    """A column that holds one word of a vocabulary; the database checks it too."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=30,
        name=name,
        values_callable=lambda members: [m.value for m in members],
    )


def open_choice(kind: type[StrEnum]) -> Enum:
    """The same for a vocabulary that grows from version to version: the program alone checks it."""
    return Enum(
        kind, native_enum=False, create_constraint=False, length=60, values_callable=lambda members: [m.value for m in members]
    )


def not_negative(column: str) -> CheckConstraint:
    return CheckConstraint(f"{column} >= 0", name=f"{column}_not_negative")


def of_market(table: str, *columns: str, key: tuple[str, ...] = ("id",), **options: Any) -> ForeignKeyConstraint:
    """A reference to a record of the same market: the market is part of the key, so none can point into another's."""
    return ForeignKeyConstraint(("market_id", *columns), [f"{table}.{column}" for column in ("market_id", *key)], **options)
