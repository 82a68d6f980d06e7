"""A market whose radar has something to say: gaps, entries that stand alone, doubts, twins, and people whom no mail reached."""

from datetime import date, timedelta

from sqlalchemy import select

from factories import make_category, make_need, make_nonprofit, make_offer, make_organisation
from market_content import encode, make_content
from marktplatz.db.models import MarketRecord, OrganisationRecord, OutboxMessage, Person, Profile
from marktplatz.exchange.places import Origins
from marktplatz.exchange.reading import SentMarket, read_sent_market_bytes
from marktplatz.market import Contact, Entry, Market, Organisation, Policy
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.importing.deed import import_into_new_market
from marktplatz.vocabulary import MessageKind, MessageStatus, Phase
from service_fixtures import World

DAY = date(2027, 3, 11)
CATEGORIES = (
    make_category("hands", "hands"),
    make_category("press", "know_how").model_copy(update={"label": "Öffentlichkeitsarbeit"}),
    make_category("web", "know_how").model_copy(update={"label": "Internet und Technik"}),
    make_category("rooms", "space_logistics").model_copy(update={"label": "Räume"}),
)
COMPANIES = ("Bank am Dom", "Druckerei Klein", "Autohaus Nord", "Hotel Rheinblick", "Software GmbH", "Software")
NONPROFITS = ("Turnverein", "Hospiz", "Tafel", "Stadtteilzentrum", "Jugendtreff", "Tierheim", "Chor", "Bürgerbus", "Heimatverein")
LOCALITIES = ("50667", "50668", "51063")


def make_told_market() -> Market:
    """Six companies that offer hands and rooms, nine nonprofits; eight look for hands and for help with the press."""
    organisations: list[Organisation] = []
    offers: list[Entry] = []
    needs: list[Entry] = []
    for number, name in enumerate((*COMPANIES, *NONPROFITS)):
        is_company = number < len(COMPANIES)
        make = make_organisation if is_company else make_nonprofit
        contact = Contact(name=f"Frau {name}", email=f"o{number:02}@example.org", phone=f"0221 4710-{number:03}")
        made = make(f"o{number:02}", contact=contact, postcode=LOCALITIES[number % 3])
        organisations.append(made.model_copy(update={"name": name}))
        when = {"from_on": date(2027, 4 + number % 3, 1), "to_on": date(2027, 4 + number % 3, 28)}
        if is_company:
            category = "hands" if number % 2 else "rooms"
            offers.append(make_offer(f"a{number:02}", made.id, category=category, people=4, text="Einen Tag lang.", **when))
        elif name != NONPROFITS[-1]:  # has entered nothing yet
            needs.append(make_need(f"b{number:02}", made.id, category="hands", people=4, text="Zwei Räume.", **when))
            if number % 2:
                needs.append(make_need(f"c{number:02}", made.id, title="Hilfe für die Pressearbeit", category="press"))
    needs.append(make_need("d-vague", "o07", title="Unterstützung"))
    policy = Policy(name="Marktplatz am Rhein", date=DAY, categories=CATEGORIES)
    return Market(market=policy, organisations=tuple(organisations), offers=tuple(offers), needs=tuple(needs))


def plant_told_market(world: World) -> None:
    """As m1, collected over some weeks; to three persons a mail has failed."""
    import_market(world, SentMarket(make_told_market(), (), Origins("market.json", is_json=True)))
    with world.database.write("m1") as session:
        session.get_one(Profile, "m1").entry_deadline = DAY - timedelta(days=3)
        for number, record in enumerate(session.scalars(select(OrganisationRecord).order_by(OrganisationRecord.id))):
            record.created_at = world.clock.now - timedelta(days=30 - 2 * number)
    for number in range(3):
        fail_mail(world, f"o{number:02}@example.org", hours=3 - number)


def plant_large_market(world: World, market: str = "m1", organisations: int = 300) -> None:
    """300 organisations with three entries each; everybody's mail failed."""
    content = make_content(organisations // 2) if organisations > 1 else make_content(1)
    import_market(world, read_sent_market_bytes("market.json", encode(content)), market)
    with world.database.write(market) as session:
        for person in session.scalars(select(Person).where(Person.market_id == market)).all():
            person.phone = "0221 4710-000"
            session.add(_failed(world, person))


def import_market(world: World, sent: SentMarket, market: str = "m1") -> None:
    with world.database.write() as session:
        import_into_new_market(session, world.clock.now, SYSTEM, sent, market)
        session.get_one(MarketRecord, market).phase = Phase.COLLECTING


def fail_mail(world: World, mail: str, hours: int = 0) -> str:
    with world.database.write("m1") as session:
        person = session.scalars(select(Person).where(Person.email == mail)).one()
        session.add(_failed(world, person, hours))
        return person.id


def _failed(world: World, person: Person, hours: int = 0) -> OutboxMessage:
    return OutboxMessage(
        id=f"failed-{person.market_id}-{person.id}",
        market_id=person.market_id,
        person_id=person.id,
        kind=MessageKind.INVITATION.value,
        status=MessageStatus.FAILED,
        attempts=5,
        created_at=world.clock.now - timedelta(hours=hours),
    )
