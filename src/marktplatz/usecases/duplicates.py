"""Organisations that may have come in twice, those that nobody withdrew."""

from sqlalchemy.orm import Session

from marktplatz.matching.advice.duplicates import Duplicate, find_duplicate_organisations
from marktplatz.usecases.records import Extent, load_market


def find_likely(session: Session, market_id: str) -> tuple[Duplicate, ...]:
    """The most alike first."""
    found = find_duplicate_organisations(load_market(session, market_id, Extent.KEPT))
    return tuple(sorted(found, key=lambda pair: (-pair.likeness, pair.first, pair.second)))
