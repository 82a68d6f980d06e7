"""Who moves up from the waiting list is told; the mail waits in the outbox like every other."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from marktplatz.db.models import OrganisationRecord
from marktplatz.usecases.mailing import mail_words
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.outbox import write_to_person
from marktplatz.usecases.profiles import get_profile
from marktplatz.usecases.records import load_contacts
from marktplatz.vocabulary import MessageKind


def tell_of_place(session: Session, now: datetime, market_id: str, organisations: Sequence[OrganisationRecord]) -> int:
    """How many can be told: those whose contact has an address."""
    market, profile = get_market(session, market_id), get_profile(session, market_id)
    contacts = load_contacts(session, market_id, [organisation.id for organisation in organisations])
    told = 0
    for organisation in organisations:
        person = contacts.get(organisation.id)
        if person is not None and person.email:
            words = mail_words(market, profile, organisation.name or organisation.id, person.language)
            write_to_person(session, now, MessageKind.PLACE_FREE, person, market.name, person.language, **words)
            told += 1
    return told
