"""What papers say: an agreement and a participant's certificate as values for the press, from records to phrases."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import Agreement, AgreementService, MarketRecord, OrganisationRecord, Person, Profile
from marktplatz.errors import Conflict, Finding
from marktplatz.exchange.pdf.agreement import AgreementPaper, PartyLines, ServiceLines
from marktplatz.exchange.pdf.certificate import CertificatePaper
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.agreements import has_party, select_agreements
from marktplatz.usecases.desk import Labels, find_labels
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.partners import organisations_whose_contact_is_seen
from marktplatz.usecases.profiles import get_profile
from marktplatz.usecases.records import load_contacts
from marktplatz.vocabulary import AgreementStatus, ServiceSide
from marktplatz.wording import papers
from marktplatz.wording.dates import day_text, instant_text
from marktplatz.wording.pages import word

MOST_DEALS: Final = 30


def make_agreement_paper(
    session: Session, actor: Actor, record: Agreement, address: str, language: str
) -> tuple[AgreementPaper, tuple[str, ...]]:
    """The paper, and whose its copies are: one for each party and one for the organiser. Contacts only of those that the actor sees."""
    market, profile = get_market(session, record.market_id), get_profile(session, record.market_id)
    ids = [party.organisation_id for party in record.parties]
    labels = find_labels(session, record.market_id, [record])
    paper = AgreementPaper(
        market=market.name,
        held=_tell_where(market, profile, language),
        number=str(record.number or ""),
        stamp=_tell_state(record, profile, language),
        is_certified=record.status is AgreementStatus.CERTIFIED,
        parties=_tell_parties(session, actor, record.market_id, ids, language),
        services=tuple(
            ServiceLines(
                is_return=service.side is ServiceSide.RETURN,
                giver=labels.of(service.giver_id),
                taker=labels.of(service.taker_id),
                text=service.text,
                figures=tell_figures(service, language),
            )
            for service in record.services
        ),
        facts=tuple(_tell_facts(session, record, labels, language)),
        scope=record.scope or "",
        address=address,
        made_at=record.certified_at or record.submitted_at or record.created_at,
    )
    owners = tuple(papers.say(papers.COPY_OF, language, whose=labels.of(each)) for each in ids)
    return paper, (*owners, papers.say(papers.OF_ORGANISER, language))


def make_certificate_paper(
    session: Session, actor: Actor, market_id: str, organisation: OrganisationRecord, language: str
) -> CertificatePaper:
    """Of all that is certified; Conflict where there is nothing yet."""
    market, profile = get_market(session, market_id), get_profile(session, market_id)
    wanted = select_agreements(actor, market_id).where(has_party([organisation.id]))
    wanted = wanted.where(Agreement.status == AgreementStatus.CERTIFIED).order_by(Agreement.number)
    found = list(session.scalars(wanted))
    if not found:
        raise Conflict(Finding("no_certificate_yet"))
    labels = find_labels(session, market_id, found)
    deals = []
    for record in found[:MOST_DEALS]:
        others = [labels.of(each.organisation_id) for each in record.parties if each.organisation_id != organisation.id]
        number = f"{papers.paper_words(language)['number']} {record.number}"
        with_others = papers.say(papers.WITH, language, others=", ".join(others))
        deals.append((number, with_others, record.services[0].text if record.services else ""))
    sentence = papers.ONE_DEAL if len(found) == 1 else papers.DEALS
    return CertificatePaper(
        market=market.name,
        held=_tell_where(market, profile, language),
        organisation=organisation.name or organisation.id,
        sentence=papers.say(sentence, language, count=len(found)),
        deals=tuple(deals),
        signed_by=profile.organiser_name or market.name,
        made_at=max(_certified_at(record) for record in found),
    )


def tell_figures(service: AgreementService, language: str) -> tuple[str, ...]:
    """People, hours, things and euros, each a phrase of its own; they are never added up."""
    people, hours = service.people, service.hours
    told = [papers.people_text(people, language)] if people else []
    if hours:
        number = papers.number_text(hours, language)
        each = papers.EACH_HOURS if people and people > 1 else papers.ONE_HOUR if hours == 1 else papers.HOURS
        told.append(papers.say(each, language, hours=number))
    if service.quantity:
        told.append(papers.say(papers.QUANTITY, language, quantity=papers.number_text(service.quantity, language)))
    if service.value_euros:
        told.append(papers.say(papers.VALUE, language, euros=papers.number_text(service.value_euros, language)))
    return tuple(told)


def _tell_where(market: MarketRecord, profile: Profile, language: str) -> str:
    parts = (profile.venue, profile.town, day_text(market.date, language))
    return ", ".join(part for part in parts if part)


def _tell_state(record: Agreement, profile: Profile, language: str) -> str:
    stamp = papers.STAMPS[record.status]
    return papers.say(stamp, language, when=instant_text(record.certified_at, profile.timezone, language))


def _tell_parties(session: Session, actor: Actor, market_id: str, ids: list[str], language: str) -> tuple[PartyLines, ...]:
    kept = OrganisationRecord
    records = {each.id: each for each in session.scalars(select(kept).where(kept.market_id == market_id, kept.id.in_(ids)))}
    seen = organisations_whose_contact_is_seen(session, actor, market_id)
    contacts = load_contacts(session, market_id, ids if seen is None else set(ids) & seen)
    return tuple(
        PartyLines(records[each].name or each, word(records[each].kind, language), _tell_contact(contacts.get(each)))
        for each in ids
        if each in records
    )


def _tell_contact(person: Person | None) -> str:
    return "" if person is None else ", ".join(part for part in (person.name, person.phone, person.email) if part)


def _tell_facts(session: Session, record: Agreement, labels: Labels, language: str) -> list[tuple[str, str]]:
    told: list[tuple[str, str]] = []

    def add(key: str, text: str) -> None:
        if text:
            told.append((papers.fact_word(key, language), text))

    add("place", record.place or "")
    add("when", _tell_days(record, language))
    add("contact", _tell_call(record, labels, language))
    add("fulfil_by", day_text(record.fulfil_by, language))
    if record.replaces_id is not None:
        replaced = session.get(Agreement, (record.market_id, record.replaces_id))
        if replaced is not None and replaced.number is not None:
            add("replaces", f"{papers.paper_words(language)['number']} {replaced.number}")
    return told


def _tell_days(record: Agreement, language: str) -> str:
    first, last = day_text(record.from_on, language), day_text(record.to_on, language)
    if first and last and first != last:
        return papers.say(papers.FROM_TO, language, first=first, last=last)
    return first or last


def _tell_call(record: Agreement, labels: Labels, language: str) -> str:
    day = day_text(record.contact_by, language)
    caller, called = record.contact_organisation_id, record.contacted_organisation_id
    if not day:
        return ""
    if caller is None:
        return papers.say(papers.CALL_EACH_OTHER, language, day=day)
    others = [called] if called is not None else [each.organisation_id for each in record.parties if each.organisation_id != caller]
    told = ", ".join(labels.of(each) for each in others)
    return papers.say(papers.CALLS, language, caller=labels.of(caller), day=day, called=told)


def _certified_at(record: Agreement) -> datetime:
    return record.certified_at or record.created_at
