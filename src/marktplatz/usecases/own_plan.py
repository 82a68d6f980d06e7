"""What was arranged for a participant's organisation: published proposals, its way through the rounds, its agreements.

A constant number of queries, whatever the market's size; contact data only of those whose contact the participant may see.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marktplatz.db.models import (
    Agreement,
    ConversationRecord,
    EntryRecord,
    MarketRecord,
    OrganisationRecord,
    PairingRecord,
    Person,
    Run,
    TimetableRecord,
)
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.agreements import has_party, select_agreements
from marktplatz.usecases.pairings import select_pairings
from marktplatz.usecases.partners import organisations_whose_contact_is_seen
from marktplatz.usecases.records import load_contacts
from marktplatz.usecases.run_plans import pairing_value
from marktplatz.usecases.runs import find_published_run
from marktplatz.vocabulary import Criterion, PairNote

UNTOLD: Final = frozenset((Criterion.WISHES, Criterion.GIVEN, PairNote.FAINT))
"""What others wish is between them and the organiser, and so are doubts; that points came from a table helps nobody."""


@dataclass(frozen=True)
class Partner:
    """`record` and `contact` are None where they are gone, or not to be seen."""

    id: str
    record: OrganisationRecord | None
    contact: Person | None

    @property
    def name(self) -> str:
        return (self.record.name if self.record is not None else "") or self.id


@dataclass(frozen=True)
class Proposal:
    """`gives`: the organisation gives what the partner needs; else it is the other way round. Entries may be gone by now."""

    partner: Partner
    gives: bool
    offer: EntryRecord | None
    need: EntryRecord | None
    reasons: tuple[str, ...]
    return_offer: EntryRecord | None
    return_need: EntryRecord | None


@dataclass(frozen=True)
class Round:
    """One round of the evening: with whom at which table, a break for all, or time to oneself."""

    number: int
    table: int | None = None
    partner: Partner | None = None
    is_break: bool = False
    is_absent: bool = False


def find_proposals(session: Session, actor: Actor, market_id: str, organisation_id: str) -> list[Proposal] | None:
    """None while nothing is published."""
    run = find_published_run(session, market_id)
    return None if run is None else find_proposals_of(session, actor, run, organisation_id)


def find_proposals_of(session: Session, actor: Actor, run: Run, organisation_id: str) -> list[Proposal]:
    """What a run proposes to an organisation, as it is told: the best first, without what others wish."""
    pairings = _find_pairings(session, actor, run, organisation_id)
    partners = _load_partners(session, actor, run.market_id, _ends_of(pairings, organisation_id))
    return _tell_proposals(session, run.market_id, pairings, organisation_id, partners)


def _find_pairings(session: Session, actor: Actor, run: Run, organisation_id: str) -> list[PairingRecord]:
    concerned = or_(PairingRecord.giver_id == organisation_id, PairingRecord.taker_id == organisation_id)
    wanted = select_pairings(actor, run).where(concerned).order_by(PairingRecord.points.desc(), PairingRecord.offer_id)
    return list(session.scalars(wanted.order_by(PairingRecord.need_id)))


def _ends_of(pairings: Iterable[PairingRecord], organisation_id: str) -> set[str]:
    return {_other(pairing.giver_id, pairing.taker_id, organisation_id) for pairing in pairings}


def _tell_proposals(
    session: Session, market_id: str, pairings: list[PairingRecord], organisation_id: str, partners: Mapping[str, Partner]
) -> list[Proposal]:
    ids = {each for p in pairings for each in (p.offer_id, p.need_id, p.return_offer_id, p.return_need_id) if each is not None}
    entries = _load_entries(session, market_id, ids) if ids else {}

    def tell(record: PairingRecord) -> Proposal:
        reasons = tuple(reason.text for reason in pairing_value(record).reasons if reason.code not in UNTOLD and reason.text)
        return Proposal(
            partners[_other(record.giver_id, record.taker_id, organisation_id)],
            record.giver_id == organisation_id,
            entries.get(record.offer_id),
            entries.get(record.need_id),
            reasons,
            entries.get(record.return_offer_id or ""),
            entries.get(record.return_need_id or ""),
        )

    return [tell(record) for record in pairings]


def find_rounds(
    session: Session, actor: Actor, market: MarketRecord, organisation: OrganisationRecord
) -> tuple[list[Round], dict[str, list[Proposal]]] | None:
    """All rounds in their order, and what there is to talk about by partner; None while no timetable is published."""
    wanted = select(TimetableRecord).where(TimetableRecord.market_id == market.id, TimetableRecord.published_at.is_not(None))
    record = session.scalar(wanted)
    if record is None:
        return None
    return find_rounds_of(session, actor, market, organisation, record, find_published_run(session, market.id))


def find_rounds_of(
    session: Session,
    actor: Actor,
    market: MarketRecord,
    organisation: OrganisationRecord,
    record: TimetableRecord,
    run: Run | None,
) -> tuple[list[Round], dict[str, list[Proposal]]]:
    """The rounds of one timetable; what a run proposes is what there is to talk about."""
    own = organisation.id
    pairings = [] if run is None else _find_pairings(session, actor, run, own)
    of_it = select(ConversationRecord).filter_by(market_id=market.id, timetable_id=record.id)
    of_own = of_it.where(or_(ConversationRecord.first_id == own, ConversationRecord.second_id == own))
    talks = [
        (talk.round, talk.table, _other(talk.first_id, talk.second_id, own))
        for talk in session.scalars(of_own.order_by(ConversationRecord.round, ConversationRecord.table))
    ]
    partners = _load_partners(session, actor, market.id, _ends_of(pairings, own) | {other for _, _, other in talks})
    rounds: list[Round] = []
    for number in range(1, record.rounds + 1):
        at_once = [Round(number, table, partners[other]) for round_, table, other in talks if round_ == number]
        rounds += at_once  # several where several people come
        if not at_once:
            rounds.append(Round(number, None, None, number in market.break_rounds, number in organisation.absent_rounds))
    topics: dict[str, list[Proposal]] = {}
    for proposal in _tell_proposals(session, market.id, pairings, own, partners):
        topics.setdefault(proposal.partner.id, []).append(proposal)
    return rounds, topics


def find_own_agreements(
    session: Session, actor: Actor, market_id: str, organisation_id: str
) -> tuple[list[Agreement], dict[str, Partner]]:
    """The newest first, and all their parties."""
    wanted = select_agreements(actor, market_id).where(has_party([organisation_id]))
    found = list(session.scalars(wanted.order_by(Agreement.created_at.desc(), Agreement.id)))
    parties = {party.organisation_id for agreement in found for party in agreement.parties}
    return found, _load_partners(session, actor, market_id, parties)


def _load_entries(session: Session, market_id: str, ids: Iterable[str]) -> Mapping[str, EntryRecord]:
    wanted = select(EntryRecord).where(EntryRecord.market_id == market_id, EntryRecord.id.in_(tuple(ids)))
    return {entry.id: entry for entry in session.scalars(wanted)}


def _load_partners(session: Session, actor: Actor, market_id: str, ids: set[str]) -> dict[str, Partner]:
    if not ids:
        return {}
    wanted = select(OrganisationRecord).where(OrganisationRecord.market_id == market_id, OrganisationRecord.id.in_(tuple(ids)))
    records = {record.id: record for record in session.scalars(wanted)}
    seen = organisations_whose_contact_is_seen(session, actor, market_id)
    contacts = load_contacts(session, market_id, ids if seen is None else ids & seen)
    return {each: Partner(each, records.get(each), contacts.get(each)) for each in ids}


def _other(first: str, second: str, own: str) -> str:
    return second if first == own else first
