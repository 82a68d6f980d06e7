"""Whom and what an agreement is about, as it is now: one query for the parties, one for the entries, in a market of any size."""

from typing import Final, NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from marktplatz.db.models import EntryRecord, MarketRecord, OrganisationRecord
from marktplatz.vocabulary import EntrySide

_PARTIES: Final = (
    select(
        OrganisationRecord.id,
        OrganisationRecord.owner,
        OrganisationRecord.agreed,
        func.coalesce(OrganisationRecord.max_agreements, MarketRecord.max_agreements),
    )
    .join(MarketRecord, MarketRecord.id == OrganisationRecord.market_id)
    .where(OrganisationRecord.market_id == bindparam("market"), OrganisationRecord.id.in_(bindparam("ids", expanding=True)))
    .order_by(OrganisationRecord.id)
)
_ENTRIES: Final = (
    select(EntryRecord.id, EntryRecord.side, EntryRecord.organisation_id, EntryRecord.capacity, EntryRecord.agreed)
    .where(EntryRecord.market_id == bindparam("market"), EntryRecord.id.in_(bindparam("ids", expanding=True)))
    .order_by(EntryRecord.id)
)


class Party(NamedTuple):
    """`maximum` is its own or, without one, the market's."""

    id: str
    owner: str | None
    agreed: int
    maximum: int | None


class Named(NamedTuple):
    """An offer or a need that a service names."""

    id: str
    side: EntrySide
    organisation: str
    capacity: int
    agreed: int


class Involved(NamedTuple):
    """By id, in the order of the ids; who or what does not exist is not there."""

    parties: dict[str, Party]
    entries: dict[str, Named]


def look_at(session: Session, market_id: str, parties: list[str], entries: list[str]) -> Involved:
    """Read anew each time: what the session may remember does not count."""
    found = session.execute(_PARTIES, {"market": market_id, "ids": parties}) if parties else ()
    named = session.execute(_ENTRIES, {"market": market_id, "ids": entries}) if entries else ()
    return Involved({row[0]: Party(*row) for row in found}, {row[0]: Named(*row) for row in named})
