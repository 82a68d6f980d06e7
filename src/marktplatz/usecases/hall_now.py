"""The hall as it is just now: who is there, who talks, who has agreed on something, who still has hands free. A few queries."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import (
    Agreement,
    AgreementParty,
    CheckIn,
    ConversationRecord,
    EntryRecord,
    Evening,
    HallNote,
    MarketRecord,
    OrganisationRecord,
    TimetableRecord,
)
from marktplatz.db.shared import shared
from marktplatz.vocabulary import AgreementStatus, Attendance, CheckInStatus, NoteKind, OrganisationKind, Stage, Standing

GONE: Final = (CheckInStatus.ABSENT, CheckInStatus.LEFT)


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation of the round that runs."""

    partner: str
    table: int


@dataclass(frozen=True, slots=True)
class Member:
    """`agreed` are certified agreements, as they count for the maximum."""

    id: str
    name: str
    kind: OrganisationKind
    agreed: int
    maximum: int | None

    @property
    def may_agree(self) -> bool:
        return self.maximum is None or self.agreed < self.maximum


@dataclass(frozen=True)
class Hall:
    """By organisation. `partners` are those with whom an agreement is on its way or certified; `introduced` the open introductions,
    `refused` those that do not want each other.
    """

    members: dict[str, Member]
    check_ins: dict[str, CheckInStatus]
    talks: dict[str, Talk]
    partners: dict[str, set[str]] = field(default_factory=dict)
    introduced: dict[str, set[str]] = field(default_factory=dict)
    refused: dict[str, set[str]] = field(default_factory=dict)

    @property
    def has_begun(self) -> bool:
        """Has anybody come in? Before that everybody counts as there who was not reported missing."""
        return CheckInStatus.PRESENT in self.check_ins.values()

    def is_there(self, organisation_id: str) -> bool:
        status = self.check_ins.get(organisation_id)
        return status is CheckInStatus.PRESENT if self.has_begun else status not in GONE

    def is_alone(self, organisation_id: str) -> bool:
        """There, without an agreement, not talking, and nobody is on the way to them."""
        busy = (self.talks, self.partners, self.introduced)
        return self.is_there(organisation_id) and not any(organisation_id in each for each in busy)


@shared
def look_at_hall(session: Session, market_id: str) -> Hall:
    """Six queries in a market of any size."""
    introduced, refused = _find_noted(session, market_id)
    return Hall(
        members=_find_members(session, market_id),
        check_ins=_find_check_ins(session, market_id),
        talks=find_talks(session, market_id),
        partners=_find_agreed(session, market_id),
        introduced=introduced,
        refused=refused,
    )


@shared
def find_free_places(session: Session, market_id: str) -> dict[str, int]:
    """Of every approved entry how many agreements it has room for."""
    wanted = select(EntryRecord.id, EntryRecord.capacity - EntryRecord.agreed)
    wanted = wanted.where(EntryRecord.market_id == market_id, EntryRecord.standing == Standing.APPROVED)
    return {entry: left for entry, left in session.execute(wanted)}  # noqa: C416 a Result has keys()


def find_talks(session: Session, market_id: str) -> dict[str, Talk]:
    """Of the round that runs, by the published timetable."""
    evening = session.get(Evening, market_id)
    if evening is None or evening.stage is not Stage.ROUND:
        return {}
    talk = ConversationRecord
    wanted = (
        select(talk.first_id, talk.second_id, talk.table)
        .join(TimetableRecord, (TimetableRecord.market_id == talk.market_id) & (TimetableRecord.id == talk.timetable_id))
        .where(talk.market_id == market_id, TimetableRecord.published_at.is_not(None), talk.round == evening.round)
    )
    talks = {}
    for one, other, table in session.execute(wanted):
        talks[one], talks[other] = Talk(other, table), Talk(one, table)
    return talks


def _find_members(session: Session, market_id: str) -> dict[str, Member]:
    record = OrganisationRecord
    general = session.scalar(select(MarketRecord.max_agreements).where(MarketRecord.id == market_id))
    wanted = (
        select(record.id, record.name, record.kind, record.agreed, record.max_agreements)
        .where(record.market_id == market_id, record.standing == Standing.APPROVED, record.attendance != Attendance.CANCELLED)
        .order_by(record.name, record.id)
    )
    return {
        id_: Member(id_, name.strip() or id_, kind, agreed, general if maximum is None else maximum)
        for id_, name, kind, agreed, maximum in session.execute(wanted)
    }


def _find_check_ins(session: Session, market_id: str) -> dict[str, CheckInStatus]:
    wanted = select(CheckIn.organisation_id, CheckIn.status).where(CheckIn.market_id == market_id)
    return {organisation: status for organisation, status in session.execute(wanted)}  # noqa: C416


def _find_agreed(session: Session, market_id: str) -> dict[str, set[str]]:
    wanted = (
        select(AgreementParty.agreement_id, AgreementParty.organisation_id)
        .join(Agreement, (Agreement.market_id == AgreementParty.market_id) & (Agreement.id == AgreementParty.agreement_id))
        .where(AgreementParty.market_id == market_id, Agreement.status != AgreementStatus.VOID)
    )
    parties: dict[str, set[str]] = defaultdict(set)
    for agreement, organisation in session.execute(wanted):
        parties[agreement].add(organisation)
    partners: dict[str, set[str]] = defaultdict(set)
    for together in parties.values():
        for organisation in together:
            partners[organisation] |= together - {organisation}
    return dict(partners)


def _find_noted(session: Session, market_id: str) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Open introductions, and refusals between whole organisations."""
    note = HallNote
    kinds = (NoteKind.INTRODUCTION, NoteKind.REFUSAL)
    wanted = select(note.kind, note.organisation_id, note.partner_id, note.offer_id, note.done_at)
    wanted = wanted.where(note.market_id == market_id, note.kind.in_(kinds), note.partner_id.is_not(None))
    introduced: dict[str, set[str]] = defaultdict(set)
    refused: dict[str, set[str]] = defaultdict(set)
    for kind, one, other, offer, done_at in session.execute(wanted):
        if other is None:
            continue
        if kind is NoteKind.REFUSAL and offer is None:
            found = refused
        elif kind is NoteKind.INTRODUCTION and done_at is None:
            found = introduced
        else:
            continue
        found[one].add(other)
        found[other].add(one)
    return dict(introduced), dict(refused)
