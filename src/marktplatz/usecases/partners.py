"""Whose contact data somebody may see: the organiser everybody's, an organisation its own and its partners', nobody else any."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from marktplatz.db.models import Agreement, AgreementParty, PairingRecord, Run
from marktplatz.usecases.actor import Actor
from marktplatz.vocabulary import AgreementStatus, Role


def organisations_whose_contact_is_seen(session: Session, actor: Actor, market_id: str) -> frozenset[str] | None:
    """None means all. Partners count once a pairing is published or an agreement is certified."""
    if actor.has(Role.ORGANISER):
        return None
    if not actor.organisations:
        return frozenset()
    return actor.organisations | find_partners(session, market_id, actor.organisations)


def reading_as_partner(session: Session, actor: Actor, market_id: str) -> Actor:
    """The caller as a reader: a participant reads what their partners show, too; staff read all."""
    if actor.organisations is None:
        return actor
    return replace(actor, organisations=actor.organisations | find_partners(session, market_id, actor.organisations))


def find_partners(session: Session, market_id: str, organisations: frozenset[str]) -> frozenset[str]:
    """By published pairings and certified agreements. A draft makes no partner: anybody may write one down about anybody."""
    own = tuple(organisations)
    published = (
        select(PairingRecord.giver_id, PairingRecord.taker_id)
        .join(Run, (Run.market_id == PairingRecord.market_id) & (Run.id == PairingRecord.run_id))
        .where(PairingRecord.market_id == market_id, Run.published_at.is_not(None))
        .where(PairingRecord.giver_id.in_(own) | PairingRecord.taker_id.in_(own))
    )
    other = aliased(AgreementParty)
    agreed = (
        select(other.organisation_id)
        .join(AgreementParty, (AgreementParty.market_id == other.market_id) & (AgreementParty.agreement_id == other.agreement_id))
        .join(Agreement, (Agreement.market_id == other.market_id) & (Agreement.id == other.agreement_id))
        .where(other.market_id == market_id, AgreementParty.organisation_id.in_(own), Agreement.status == AgreementStatus.CERTIFIED)
    )
    partners = {organisation for ends in session.execute(published) for organisation in ends}
    return frozenset(partners | set(session.scalars(agreed))) - organisations
