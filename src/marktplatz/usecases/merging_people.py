"""The persons of two organisations that become one; whoever stands in both under the same name and mail is one person."""

from typing import Any, Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from marktplatz.db.models import Consent, Link, Login, OrganisationRecord, OutboxMessage, Person, Representation
from marktplatz.usecases.secrecy import normalise_mail

HANGING_ON_A_PERSON: Final[tuple[Any, ...]] = (Consent, Login, Link, OutboxMessage)


def move_people(session: Session, kept: OrganisationRecord, gone: OrganisationRecord, *, contact_from_gone: bool) -> None:
    """With their consents, links, logins and mails; one of them stays the contact."""
    ours, theirs = (_find_people(session, record) for record in (kept, gone))
    contact = _contact_of(theirs if contact_from_gone else ours) or _contact_of(theirs) or _contact_of(ours)
    for person, standing in theirs:
        twin = next((known for known, _ in ours if _is_same(known, person)), None)
        session.delete(standing)
        session.flush()
        if twin is not None and twin.id != person.id:
            _become_one(session, twin, person)
            contact = twin.id if contact == person.id else contact
        elif twin is None:
            _stand(session, kept, person.id)
    for standing in _standings_of(session, kept):
        standing.is_contact = standing.person_id == contact
    session.flush()


def _find_people(session: Session, record: OrganisationRecord) -> list[tuple[Person, Representation]]:
    wanted = (
        select(Person, Representation)
        .join(Representation, (Representation.market_id == Person.market_id) & (Representation.person_id == Person.id))
        .where(Representation.market_id == record.market_id, Representation.organisation_id == record.id)
        .order_by(Representation.is_contact.desc(), Person.created_at, Person.id)
    )
    return [(person, standing) for person, standing in session.execute(wanted)]


def _standings_of(session: Session, record: OrganisationRecord) -> list[Representation]:
    wanted = select(Representation).where(Representation.market_id == record.market_id, Representation.organisation_id == record.id)
    return list(session.scalars(wanted))


def _contact_of(people: list[tuple[Person, Representation]]) -> str | None:
    return next((person.id for person, standing in people if standing.is_contact), None)


def _is_same(one: Person, other: Person) -> bool:
    """An office's mail may be many people's, so the name counts too, where both have one."""
    if one.id == other.id:
        return True
    mails = [normalise_mail(person.email or "") for person in (one, other)]
    names = {" ".join((person.name or "").split()).casefold() for person in (one, other)} - {""}
    return bool(mails[0]) and mails[0] == mails[1] and len(names) <= 1


def _become_one(session: Session, stays: Person, goes: Person) -> None:
    for kept in HANGING_ON_A_PERSON:
        session.execute(
            update(kept).where(kept.market_id == goes.market_id, kept.person_id == goes.id).values(person_id=stays.id),
            execution_options={"synchronize_session": False},
        )
    elsewhere = select(Representation).where(Representation.market_id == goes.market_id, Representation.person_id == goes.id)
    for standing in session.scalars(elsewhere).all():
        organisation_id, is_contact = standing.organisation_id, standing.is_contact
        session.delete(standing)
        session.flush()
        if session.get(Representation, (goes.market_id, organisation_id, stays.id)) is None:
            key = {"market_id": goes.market_id, "organisation_id": organisation_id, "person_id": stays.id}
            session.add(Representation(**key, is_contact=is_contact))
    stays.name, stays.phone = stays.name or goes.name, stays.phone or goes.phone
    if goes.confirmed_at is not None:
        stays.confirmed_at = min(filter(None, (stays.confirmed_at, goes.confirmed_at)))
    session.flush()
    session.execute(delete(Person).where(Person.market_id == goes.market_id, Person.id == goes.id))


def _stand(session: Session, organisation: OrganisationRecord, person_id: str) -> None:
    key = {"market_id": organisation.market_id, "organisation_id": organisation.id, "person_id": person_id}
    session.add(Representation(**key, is_contact=False))
    session.flush()
