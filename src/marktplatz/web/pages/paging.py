"""Lists of pages that count their pages: which rows of a list are shown, and whether there are more."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Generic, TypeVar

from fastapi import Query
from sqlalchemy import Select
from sqlalchemy.orm import Session

T = TypeVar("T")

ROWS: Final = 50
PageNumber = Annotated[int, Query(ge=1, le=10_000)]


@dataclass(frozen=True, slots=True)
class Leaf(Generic[T]):
    """One page of a list."""

    rows: Sequence[T]
    page: int
    has_more: bool

    @property
    def context(self) -> dict[str, Any]:
        """What the ways to the page before and after ask for."""
        return {"page": self.page, "has_more": self.has_more}


def turn_to(found: Sequence[T], page: int, rows: int = ROWS) -> Leaf[T]:
    """Of a list that is there as a whole."""
    return Leaf(found[(page - 1) * rows : page * rows], page, len(found) > page * rows)


def read_leaf(session: Session, wanted: Select[T], page: int, rows: int = ROWS) -> Leaf[T]:
    """Of a list in the database, which must be in order; one statement."""
    found = session.scalars(wanted.offset((page - 1) * rows).limit(rows + 1)).all()
    return Leaf(found[:rows], page, len(found) > rows)
