"""The agreements of a market as the team looks through them: by status, by a word of a party's name."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from marktplatz.db.models import Agreement, AgreementParty, OrganisationRecord
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.agreements import select_agreements
from marktplatz.vocabulary import AgreementStatus

PAGE: Final = 40


@dataclass(frozen=True)
class Found:
    """One page of them, the newest first; `names` are those of all their parties."""

    agreements: list[Agreement]
    names: dict[str, str]
    matching: int
    by_status: dict[AgreementStatus, int]


def find_agreements(session: Session, actor: Actor, market_id: str, status: AgreementStatus | None, words: str, page: int) -> Found:
    """A constant number of queries."""
    conditions = [Agreement.market_id == market_id]
    if status is not None:
        conditions.append(Agreement.status == status)
    if words.strip():
        conditions.append(_says(words.strip()))
    wanted = select_agreements(actor, market_id).where(*conditions)
    newest = wanted.order_by(Agreement.created_at.desc(), Agreement.id).limit(PAGE).offset((page - 1) * PAGE)
    records = list(session.scalars(newest))
    counted = select(Agreement.status, func.count()).where(Agreement.market_id == market_id).group_by(Agreement.status)
    by_status = {found: count for found, count in session.execute(counted)}  # noqa: C416 a Result has keys()
    return Found(
        records,
        find_party_names(session, market_id, records),
        session.scalar(select(func.count()).select_from(Agreement).where(*conditions)) or 0,
        {each: by_status.get(each, 0) for each in AgreementStatus},
    )


def find_party_names(session: Session, market_id: str, agreements: list[Agreement]) -> dict[str, str]:
    ids = {party.organisation_id for agreement in agreements for party in agreement.parties}
    wanted = select(OrganisationRecord.id, OrganisationRecord.name)
    wanted = wanted.where(OrganisationRecord.market_id == market_id, OrganisationRecord.id.in_(tuple(ids)))
    return {id_: name.strip() or id_ for id_, name in session.execute(wanted)}


def _says(words: str) -> Any:
    """A party's name holds the words, or it is the number."""
    like = "%" + words.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    named = (
        exists()
        .where(
            AgreementParty.market_id == Agreement.market_id,
            AgreementParty.agreement_id == Agreement.id,
            OrganisationRecord.market_id == AgreementParty.market_id,
            OrganisationRecord.id == AgreementParty.organisation_id,
        )
        .where(func.lower(OrganisationRecord.name).like(like, escape="\\"))
    )
    return or_(named, Agreement.number == int(words)) if words.isdecimal() and len(words) < 6 else named
