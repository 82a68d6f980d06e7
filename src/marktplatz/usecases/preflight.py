"""What there is to know before a run: how much is sought and offered, what nobody could answer, who is not in it yet."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marktplatz.db.models import EntryRecord, OrganisationRecord
from marktplatz.market import Market
from marktplatz.matching.advice.counts import Lonely, find_lonely
from marktplatz.matching.gather import gather
from marktplatz.usecases.known import Known
from marktplatz.usecases.records import Extent
from marktplatz.vocabulary import Attendance, EntrySide, OrganisationKind, PairStatus, Standing


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a run would be made of. `*_places` are the pairs that the entries have room for; `silent` have no entry in it.

    `impossible` are the entries with a place for which no pair is possible at all, the offers first.
    """

    companies: int
    nonprofits: int
    offers: int
    offer_places: int
    needs: int
    need_places: int
    pinned: int
    forbidden: int
    silent: tuple[tuple[str, str], ...]
    impossible: tuple[Lonely, ...]

    def impossible_of(self, side: EntrySide) -> tuple[Lonely, ...]:
        return tuple(each for each in self.impossible if each.side is side)


@dataclass(frozen=True, slots=True)
class Preflight:
    """The prospect, and who is left out of it: organisations and entries by their standing, organisations that cancelled."""

    prospect: Prospect
    organisations: dict[Standing, int]
    entries: dict[Standing, int]
    cancelled: int

    @property
    def unseen(self) -> int:
        """Organisations that wait for approval, and entries that do beside an organisation that does not."""
        return self.organisations[Standing.SUBMITTED] + self.entries[Standing.SUBMITTED]


KnownPreflights = Known[Prospect]


def make_known_preflights() -> KnownPreflights:
    """One per process."""
    return Known(scan_ready, extent=Extent.READY)


def look_before_run(session: Session, market_id: str, known: KnownPreflights) -> Preflight:
    """A constant number of queries; the prospect is worked out anew only after a change."""
    standings = (
        select(OrganisationRecord.standing, OrganisationRecord.attendance, func.count())
        .where(OrganisationRecord.market_id == market_id)
        .group_by(OrganisationRecord.standing, OrganisationRecord.attendance)
    )
    organisations, cancelled = dict.fromkeys(Standing, 0), 0
    for standing, attendance, count in session.execute(standings):
        organisations[standing] += count
        cancelled += count if standing is Standing.APPROVED and attendance is Attendance.CANCELLED else 0
    return Preflight(known.of(session, market_id), organisations, _count_entries(session, market_id), cancelled)


def scan_ready(market: Market) -> Prospect:
    """The prospect of a market that holds only what is to be matched."""
    gathered = gather(market)
    busy = {entry.organisation for entry in (*market.offers, *market.needs)}
    kinds = [organisation.kind for organisation in market.organisations]
    return Prospect(
        companies=kinds.count(OrganisationKind.COMPANY),
        nonprofits=kinds.count(OrganisationKind.NONPROFIT),
        offers=len(market.offers),
        offer_places=sum(entry.places for entry in market.offers),
        needs=len(market.needs),
        need_places=sum(entry.places for entry in market.needs),
        pinned=sum(pair.status is PairStatus.PINNED for pair in market.pairs),
        forbidden=sum(pair.status is PairStatus.FORBIDDEN for pair in market.pairs),
        silent=tuple((each.id, each.label) for each in market.organisations if each.id not in busy),
        impossible=tuple(each for each in find_lonely(gathered) if not each.possible),
    )


def _count_entries(session: Session, market_id: str) -> dict[Standing, int]:
    """Of organisations that are approved: the others' entries wait with them."""
    wanted = (
        select(EntryRecord.standing, func.count())
        .join(
            OrganisationRecord,
            (OrganisationRecord.market_id == EntryRecord.market_id) & (OrganisationRecord.id == EntryRecord.organisation_id),
        )
        .where(EntryRecord.market_id == market_id, OrganisationRecord.standing == Standing.APPROVED)
        .group_by(EntryRecord.standing)
    )
    found = {standing: count for standing, count in session.execute(wanted)}  # noqa: C416 a Result has keys()
    return {standing: found.get(standing, 0) for standing in Standing}
