"""Entries that lack something: by organisation, with whom to call, and a mail that says what is missing in plain words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import EntryRecord, OrganisationRecord, Person
from marktplatz.errors import Conflict, Finding
from marktplatz.matching.advice.doubts import DoubtfulEntry, find_doubtful_entries
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.calls import find_waiting_mails
from marktplatz.usecases.mailing import mail_words
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.organisations import get_contact, get_organisation
from marktplatz.usecases.outbox import write_words
from marktplatz.usecases.profiles import get_profile
from marktplatz.usecases.records import Extent, load_contacts, load_market
from marktplatz.vocabulary import MessageKind, Standing
from marktplatz.wording.details_mail import details_text
from marktplatz.wording.findings import finding_text

KIND: Final = MessageKind.ENTRY_RETURNED
NO_ENTRY: Final = "organisation_without_entry"


@dataclass(frozen=True, slots=True)
class Incomplete:
    """An organisation with its entries that lack something, its contact where there is one, and a mail that waits.

    Without entries it is one that has entered nothing at all.
    """

    organisation_id: str
    name: str
    contact: Person | None
    entries: tuple[DoubtfulEntry, ...]
    message_id: str | None


def count_lacks(doubtful: Sequence[DoubtfulEntry]) -> Counter[str]:
    """How many entries lack what, by the finding's code."""
    return Counter(finding.code for entry in doubtful for finding in entry.findings)


def group_by_organisation(doubtful: Sequence[DoubtfulEntry], lacks: str | None = None) -> Mapping[str, tuple[DoubtfulEntry, ...]]:
    """Organisations with all their doubtful entries, where one of them lacks what is asked for; those that lack most first."""
    groups: dict[str, list[DoubtfulEntry]] = {}
    for entry in doubtful:
        groups.setdefault(entry.organisation, []).append(entry)
    asked = {
        organisation: tuple(entries)
        for organisation, entries in groups.items()
        if lacks is None or any(finding.code == lacks for entry in entries for finding in entry.findings)
    }
    return dict(sorted(asked.items(), key=lambda each: (-sum(len(entry.findings) for entry in each[1]), each[0])))


def find_without_entry(session: Session, market_id: str) -> list[str]:
    """Organisations that have entered neither offer nor need, or taken back all they had; those that came first stand first."""
    entries = select(EntryRecord.organisation_id).where(
        EntryRecord.market_id == market_id, EntryRecord.standing != Standing.WITHDRAWN
    )
    wanted = (
        select(OrganisationRecord.id)
        .where(OrganisationRecord.market_id == market_id, OrganisationRecord.standing != Standing.WITHDRAWN)
        .where(OrganisationRecord.id.not_in(entries))
        .order_by(OrganisationRecord.created_at, OrganisationRecord.id)
    )
    return list(session.scalars(wanted))


def tell_incomplete(session: Session, market_id: str, groups: Mapping[str, tuple[DoubtfulEntry, ...]]) -> list[Incomplete]:
    """With names, contacts and waiting mails: three queries, however many they are. For who may see contacts."""
    wanted = select(OrganisationRecord.id, OrganisationRecord.name).where(
        OrganisationRecord.market_id == market_id, OrganisationRecord.id.in_(tuple(groups))
    )
    names = {organisation_id: name for organisation_id, name in session.execute(wanted)}  # noqa: C416 a Result has keys()
    contacts = load_contacts(session, market_id, groups)
    waiting = find_waiting_mails(session, market_id, [person.id for person in contacts.values()], (KIND,))
    return [
        Incomplete(
            organisation, names.get(organisation) or organisation, contact, entries, waiting.get(contact.id) if contact else None
        )
        for organisation, entries in groups.items()
        for contact in [contacts.get(organisation)]
    ]


def ask_for_details(session: Session, now: datetime, actor: Actor, market_id: str, organisation_id: str) -> None:
    """A held mail to the contact that lists what is missing now. Conflict where nothing is, or nobody can be written to."""
    record = get_organisation(session, actor, market_id, organisation_id)
    contact = get_contact(session, record)
    if contact is None:
        raise Conflict(Finding("person_without_mail"))
    if find_waiting_mails(session, market_id, [contact.id], (KIND,)):
        return
    found = _find_findings(session, market_id, organisation_id, record.name or record.id)
    if not found:
        raise Conflict(Finding("nothing_is_missing", params={"organisation": record.name or record.id}))
    market, profile = get_market(session, market_id), get_profile(session, market_id)
    lines = [finding_text(finding, contact.language) for finding in found]
    words = mail_words(market, profile, record.name or record.id, contact.language)
    text = details_text(contact.language, lines, name=contact.name or "", market=market.name, **words)
    message = write_words(session, now, KIND, contact, text)
    record_change(session, now, actor, "ask_for_details", Subject("message", message.id), chain=market_id)


def _find_findings(session: Session, market_id: str, organisation_id: str, name: str) -> list[Finding]:
    whole = load_market(session, market_id, Extent.KEPT, with_contacts=False)
    own = {
        side: tuple(entry for entry in entries if entry.organisation == organisation_id)
        for side, entries in (("offers", whole.offers), ("needs", whole.needs))
    }
    if not any(own.values()):
        return [Finding(NO_ENTRY, params={"name": name})]
    return [finding for entry in find_doubtful_entries(whole.model_copy(update=own)) for finding in entry.findings]
