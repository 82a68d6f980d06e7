"""The contacts of many organisations at once, by the rules of `usecases.organisations`: contacts are persons of the market."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import Person, Representation
from marktplatz.market import Contact
from marktplatz.usecases.identifiers import make_id
from marktplatz.usecases.importing.bulk import insert_all
from marktplatz.usecases.organisations import forget_persons
from marktplatz.usecases.records import contact_value, fields_of

FIELDS: Final = ("name", "email", "phone")
BATCH: Final = 500


def put_contacts(session: Session, now: datetime, market_id: str, wanted: Mapping[str, Contact | None]) -> None:
    """Make these the contacts of these organisations, some of which may be new; nobody else's data change."""
    if wanted:
        _Contacts(session, now, market_id).put(wanted)


class _Contacts:
    """All persons of a market and whom they stand for, in memory."""

    def __init__(self, session: Session, now: datetime, market_id: str) -> None:
        self.session, self.now, self.market_id = session, now, market_id
        persons = session.scalars(select(Person).where(Person.market_id == market_id).order_by(Person.id))
        standings = session.scalars(select(Representation).where(Representation.market_id == market_id))
        self.person_by_id = {person.id: person for person in persons}
        self.standings_of: dict[str, dict[str, Representation]] = {}
        self.stands_for: dict[str, set[str]] = {key: set() for key in self.person_by_id}
        for standing in standings:
            self.standings_of.setdefault(standing.organisation_id, {})[standing.person_id] = standing
            self.stands_for[standing.person_id].add(standing.organisation_id)
        self.new_persons: list[Person] = []
        self.new_standings: list[Representation] = []

    def put(self, wanted: Mapping[str, Contact | None]) -> None:
        known = {key: set(standing) for key, standing in self.stands_for.items()}
        for organisation_id, contact in wanted.items():
            self._put_one(organisation_id, contact if contact is not None and _is_told(contact) else None)
        insert_all(self.session, self.new_persons)
        insert_all(self.session, self.new_standings)
        alone = [key for key, before in known.items() if before and not self.stands_for[key]]
        for batch in _batches(alone):
            forget_persons(self.session, self.market_id, batch)

    def _put_one(self, organisation_id: str, contact: Contact | None) -> None:
        standings = self.standings_of.setdefault(organisation_id, {})
        old = [standing for standing in standings.values() if standing.is_contact]
        if contact is not None and len(old) == 1 and self._correct(old[0].person_id, contact):
            return
        person = None if contact is None else self._find_same(contact) or self._add(contact)
        for standing in old:
            if person is None or standing.person_id != person.id:
                del standings[standing.person_id]
                self.stands_for[standing.person_id].discard(organisation_id)
                self.session.delete(standing)
        if person is not None:
            self._stand(organisation_id, person)

    def _correct(self, person_id: str, contact: Contact) -> bool:
        """With the same name or mail it is the same person, unless other organisations have them too."""
        person = self.person_by_id[person_id]
        is_same = any(mine and mine == sent for mine, sent in ((person.name, contact.name), (person.email, contact.email)))
        if not is_same or len(self.stands_for[person_id]) != 1:
            return False
        for name, value in fields_of(contact, FIELDS).items():
            setattr(person, name, value)
        return True

    def _find_same(self, contact: Contact) -> Person | None:
        """Without a mail two persons of one name may be two."""
        if not contact.email:
            return None
        return next((p for p in self.person_by_id.values() if p.email == contact.email and contact_value(p) == contact), None)

    def _add(self, contact: Contact) -> Person:
        person = Person(market_id=self.market_id, id=make_id("p"), created_at=self.now, **fields_of(contact, FIELDS))
        self.new_persons.append(person)
        self.person_by_id[person.id] = person
        self.stands_for[person.id] = set()
        return person

    def _stand(self, organisation_id: str, person: Person) -> None:
        standing = self.standings_of[organisation_id].get(person.id)
        if standing is None:
            key = {"market_id": self.market_id, "organisation_id": organisation_id, "person_id": person.id}
            standing = Representation(**key, is_contact=True)
            self.standings_of[organisation_id][person.id] = standing
            self.stands_for[person.id].add(organisation_id)
            self.new_standings.append(standing)
        standing.is_contact = True


def _is_told(contact: Contact) -> bool:
    return any((contact.name, contact.email, contact.phone))


def _batches(keys: Sequence[str]) -> Iterator[list[str]]:
    remaining = iter(keys)
    while batch := list(islice(remaining, BATCH)):
        yield batch
