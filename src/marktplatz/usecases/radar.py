"""What the organiser sees while a market is collected: what is missing, what stands alone, what looks wrong, whom to call."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marktplatz.db.models import Link, OrganisationRecord, OutboxMessage, Person, Representation
from marktplatz.market import Market
from marktplatz.matching.advice.counts import Balance, Lonely, count_balances, find_lonely
from marktplatz.matching.advice.doubts import DoubtfulEntry, find_doubtful_entries
from marktplatz.matching.advice.duplicates import Duplicate, find_duplicate_entries, find_duplicate_organisations
from marktplatz.matching.advice.missing import Missing, find_missing
from marktplatz.matching.gather import gather
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.known import Known
from marktplatz.usecases.partners import organisations_whose_contact_is_seen
from marktplatz.vocabulary import LinkPurpose, MessageStatus, OrganisationKind, Standing, UnreachedReason


@dataclass(frozen=True, slots=True)
class Radar:
    """All that the entries of a market show; each list is sorted as its function says."""

    by_category: tuple[Balance, ...]
    by_month: tuple[Balance, ...]
    by_district: tuple[Balance, ...]
    missing: tuple[Missing, ...]
    lonely: tuple[Lonely, ...]
    doubtful: tuple[DoubtfulEntry, ...]
    duplicate_organisations: tuple[Duplicate, ...]
    duplicate_entries: tuple[Duplicate, ...]


KnownRadars = Known[Radar]


def make_known_radars() -> KnownRadars:
    """One per process."""
    return Known(scan_market, with_contacts=True)


def look_at_market(session: Session, market_id: str, radars: KnownRadars) -> Radar:
    """The radar of a market as it is now; worked out anew only after a change."""
    return radars.of(session, market_id)


def scan_market(market: Market) -> Radar:
    """The radar of a market's value; names organisations and entries, never a contact."""
    gathered = gather(market)
    return Radar(
        by_category=count_balances(gathered, "category"),
        by_month=count_balances(gathered, "month"),
        by_district=count_balances(gathered, "district"),
        missing=find_missing(gathered),
        lonely=find_lonely(gathered),
        doubtful=find_doubtful_entries(market),
        duplicate_organisations=find_duplicate_organisations(market),
        duplicate_entries=find_duplicate_entries(market),
    )


@dataclass(frozen=True, slots=True)
class RegistrationDay:
    """How many organisations were in the market at the end of a day, by UTC; only days on which some came."""

    day: date
    companies: int
    nonprofits: int


def count_registrations(session: Session, market_id: str) -> tuple[RegistrationDay, ...]:
    """Organisations that are in the market today, the withdrawn left out, by the day they came, added up; in day order."""
    wanted = (
        select(OrganisationRecord.created_at, OrganisationRecord.kind)
        .where(OrganisationRecord.market_id == market_id, OrganisationRecord.standing != Standing.WITHDRAWN)
        .order_by(OrganisationRecord.created_at)
    )
    arrived = [(created_at.astimezone(UTC).date(), kind) for created_at, kind in session.execute(wanted)]
    days: list[RegistrationDay] = []
    count = dict.fromkeys(OrganisationKind, 0)
    for day, rows in groupby(arrived, key=lambda row: row[0]):
        for _, kind in rows:
            count[kind] += 1
        days.append(RegistrationDay(day, count[OrganisationKind.COMPANY], count[OrganisationKind.NONPROFIT]))
    return tuple(days)


@dataclass(frozen=True, slots=True)
class Unreached:
    """A person to be called, once for every organisation that they stand for; `since` is when the last such mail was written.

    Name and phone are None for whoever may not see them.
    """

    organisation_id: str
    organisation: str
    person_id: str
    name: str | None
    phone: str | None
    reason: UnreachedReason
    since: datetime


def find_unreached(session: Session, actor: Actor, market_id: str) -> tuple[Unreached, ...]:
    """Whose last mail failed for good, and who never followed a link that reached them; those that wait longest first."""
    seen = organisations_whose_contact_is_seen(session, actor, market_id)
    reasons = _find_unanswered(session, market_id) | _find_failed(session, market_id)
    wanted = (
        select(OrganisationRecord, Person)
        .join(
            Representation,
            (Representation.market_id == OrganisationRecord.market_id) & (Representation.organisation_id == OrganisationRecord.id),
        )
        .join(Person, (Person.market_id == Representation.market_id) & (Person.id == Representation.person_id))
        .where(OrganisationRecord.market_id == market_id, OrganisationRecord.standing != Standing.WITHDRAWN)
    )
    found = [
        _tell(organisation, person, *reasons[person.id], is_seen=seen is None or organisation.id in seen)
        for organisation, person in session.execute(wanted)
        if person.id in reasons
    ]
    return tuple(sorted(found, key=lambda each: (each.since, each.organisation_id, each.person_id)))


def _tell(
    organisation: OrganisationRecord, person: Person, reason: UnreachedReason, since: datetime, *, is_seen: bool
) -> Unreached:
    name, phone = (person.name, person.phone) if is_seen else (None, None)
    return Unreached(organisation.id, organisation.name or organisation.id, person.id, name, phone, reason, since)


def _find_unanswered(session: Session, market_id: str) -> dict[str, tuple[UnreachedReason, datetime]]:
    """Persons with links of which none was ever used."""
    wanted = (
        select(Link.person_id, func.max(Link.created_at))
        .where(Link.market_id == market_id, Link.purpose == LinkPurpose.PARTICIPANT_ENTRY, Link.person_id.is_not(None))
        .group_by(Link.person_id)
        .having(func.count(Link.used_at) == 0)
    )
    return {person_id: (UnreachedReason.NEVER_ANSWERED, since) for person_id, since in session.execute(wanted) if person_id}


def _find_failed(session: Session, market_id: str) -> dict[str, tuple[UnreachedReason, datetime]]:
    """Persons whose last mail failed for good, after any that was sent."""
    sent = func.max(OutboxMessage.created_at).filter(OutboxMessage.status == MessageStatus.SENT)
    failed = func.max(OutboxMessage.created_at).filter(OutboxMessage.status == MessageStatus.FAILED)
    wanted = (
        select(OutboxMessage.person_id, failed, sent)
        .where(OutboxMessage.market_id == market_id, OutboxMessage.person_id.is_not(None))
        .group_by(OutboxMessage.person_id)
    )
    rows = [(person_id, failed_at, sent_at) for person_id, failed_at, sent_at in session.execute(wanted) if failed_at]
    return {
        person_id: (UnreachedReason.MAIL_FAILED, failed_at)
        for person_id, failed_at, sent_at in rows
        if person_id and (sent_at is None or sent_at < failed_at)
    }
