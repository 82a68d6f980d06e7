"""What stands against making two organisations one; each rule with its own sentence."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from marktplatz.db.models import (
    AgreementParty,
    ConversationRecord,
    EntryRecord,
    OrganisationRecord,
    PairingRecord,
    PairRecord,
    Run,
    TimetableRecord,
)
from marktplatz.errors import Finding
from marktplatz.vocabulary import PairStatus


def find_obstacles(
    session: Session, kept: OrganisationRecord, gone: OrganisationRecord, values: Mapping[str, Any]
) -> Iterator[Finding]:
    """`values` are what the kept one will say."""
    agreed, limit = kept.agreed + gone.agreed, values["max_agreements"]
    if limit is not None and agreed > limit:
        yield Finding("merge_above_maximum", params={"agreed": agreed, "limit": limit})
    if _has_agreement_between(session, kept, gone):
        yield Finding("merge_of_partners")
    if _has_pin_between(session, kept, gone):
        yield Finding("merge_of_pinned")
    if _has_published_between(session, kept, gone):
        yield Finding("merge_of_proposed")
    if _is_doubled_in_timetable(session, kept, gone):
        yield Finding("merge_of_one_round")


def _has_agreement_between(session: Session, kept: OrganisationRecord, gone: OrganisationRecord) -> bool:
    other = aliased(AgreementParty)
    wanted = select(func.count()).where(
        AgreementParty.market_id == kept.market_id,
        AgreementParty.organisation_id == kept.id,
        exists().where(
            other.market_id == AgreementParty.market_id,
            other.agreement_id == AgreementParty.agreement_id,
            other.organisation_id == gone.id,
        ),
    )
    return bool(session.scalar(wanted))


def _has_pin_between(session: Session, kept: OrganisationRecord, gone: OrganisationRecord) -> bool:
    offer, need = aliased(EntryRecord), aliased(EntryRecord)
    wanted = (
        select(func.count())
        .select_from(PairRecord)
        .join(offer, (offer.market_id == PairRecord.market_id) & (offer.id == PairRecord.offer_id))
        .join(need, (need.market_id == PairRecord.market_id) & (need.id == PairRecord.need_id))
        .where(
            PairRecord.market_id == kept.market_id,
            PairRecord.status == PairStatus.PINNED,
            _between(offer.organisation_id, need.organisation_id, kept, gone),
        )
    )
    return bool(session.scalar(wanted))


def _has_published_between(session: Session, kept: OrganisationRecord, gone: OrganisationRecord) -> bool:
    wanted = (
        select(func.count())
        .select_from(PairingRecord)
        .join(Run, (Run.market_id == PairingRecord.market_id) & (Run.id == PairingRecord.run_id))
        .where(
            PairingRecord.market_id == kept.market_id,
            Run.published_at.is_not(None),
            _between(PairingRecord.giver_id, PairingRecord.taker_id, kept, gone),
        )
    )
    return bool(session.scalar(wanted))


def _is_doubled_in_timetable(session: Session, kept: OrganisationRecord, gone: OrganisationRecord) -> bool:
    """Nobody sits at two tables in one round, nor opposite to themselves."""
    wanted = (
        select(ConversationRecord)
        .join(
            TimetableRecord,
            (TimetableRecord.market_id == ConversationRecord.market_id) & (TimetableRecord.id == ConversationRecord.timetable_id),
        )
        .where(ConversationRecord.market_id == kept.market_id, TimetableRecord.published_at.is_not(None))
        .where(or_(ConversationRecord.first_id.in_((kept.id, gone.id)), ConversationRecord.second_id.in_((kept.id, gone.id))))
    )
    rounds: dict[str, set[int]] = {kept.id: set(), gone.id: set()}
    for conversation in session.scalars(wanted):
        for end in (conversation.first_id, conversation.second_id):
            if end in rounds:
                rounds[end].add(conversation.round)
    return bool(rounds[kept.id] & rounds[gone.id])


def _between(one: Any, other: Any, kept: OrganisationRecord, gone: OrganisationRecord) -> Any:
    return or_(and_(one == kept.id, other == gone.id), and_(one == gone.id, other == kept.id))
