"""Coach and radar on real databases: what they say of a stored market, whom they name, how many queries they make."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from factories import make_category, make_need, make_nonprofit, make_offer, make_organisation
from market_content import CountedStatements
from marktplatz.db.engine import Database
from marktplatz.db.models import Link, OutboxMessage, Person
from marktplatz.errors import InvalidInput, NotFound
from marktplatz.exchange.places import Origins
from marktplatz.exchange.reading import SentMarket
from marktplatz.market import Contact, Entry, Market, Organisation, Policy
from marktplatz.matching.advice.coach import Coach
from marktplatz.usecases.actor import SYSTEM, Actor
from marktplatz.usecases.coach import advise_on_draft, advise_on_entry, make_known_coaches
from marktplatz.usecases.entries import add_entry
from marktplatz.usecases.importing.deed import import_into_new_market
from marktplatz.usecases.organisations import add_organisation
from marktplatz.usecases.radar import (
    count_registrations,
    find_unreached,
    look_at_market,
    make_known_radars,
    scan_market,
)
from marktplatz.usecases.records import Extent, load_market
from marktplatz.vocabulary import (
    EntrySide,
    LinkPurpose,
    MessageStatus,
    OrganisationKind,
    Role,
    Suspicion,
    UnreachedReason,
)

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
ORGANISER = Actor("account:1", frozenset({Role.ORGANISER}))


def make_whole(size: int) -> Market:
    """So many organisations, half of them companies, with an offer or a need each, and a contact."""
    organisations, offers, needs = [], [], []
    for number in range(size):
        contact = Contact(name=f"Frau {number}", email=f"o{number}@example.org", phone=f"0221 {number:04}")
        make = make_organisation if number % 2 else make_nonprofit
        organisations.append(make(f"o{number}", contact=contact))
        if number % 2:
            offers.append(make_offer(f"a{number}", f"o{number}", category="hands"))
        else:
            needs.append(make_need(f"b{number}", f"o{number}", category="hands"))
    categories = (make_category("hands", "hands"), make_category("web", "know_how"))
    policy = Policy(name="Markt", date=date(2027, 3, 11), categories=categories)
    return Market(market=policy, organisations=tuple(organisations), offers=tuple(offers), needs=tuple(needs))


def store(database: Database, market: Market) -> None:
    with database.write() as session:
        import_into_new_market(session, NOW, SYSTEM, SentMarket(market, (), Origins("market.json", is_json=True)), "m1")


def write_mail(database: Database, person_id: str, number: int, status: MessageStatus, at: datetime = NOW) -> None:
    with database.write("m1") as session:
        session.add(
            OutboxMessage(
                id=f"msg{number}", market_id="m1", person_id=person_id, kind="invitation", status=status, created_at=at, attempts=5
            )
        )


def write_link(database: Database, person_id: str, number: int, used_at: datetime | None, at: datetime = NOW) -> None:
    with database.write("m1") as session:
        session.add(
            Link(
                secret_sha256=f"{number:064}",
                purpose=LinkPurpose.PARTICIPANT_ENTRY,
                market_id="m1",
                person_id=person_id,
                created_at=at,
                used_at=used_at,
            )
        )


def person_of(database: Database, mail: str) -> str:
    with database.read() as session:
        return next(person.id for person in session.scalars(select(Person)) if person.email == mail)


def count_queries(database: Database) -> dict[str, int]:
    """Of every function, each with nothing known before."""
    coaches, radars, counts = make_known_coaches(), make_known_radars(), {}
    own = Entry(id="draft", organisation="o0", title="Wer streicht unsere Wände?")
    with database.read() as session:
        session.execute(select(1))  # the transaction begins
        deeds: dict[str, Any] = {
            "entry": lambda: advise_on_entry(session, ORGANISER, "m1", EntrySide.NEED, "b0", make_known_coaches()),
            "draft": lambda: advise_on_draft(session, "m1", EntrySide.NEED, own, coaches),
            "draft again": lambda: advise_on_draft(session, "m1", EntrySide.NEED, own, coaches),
            "radar": lambda: look_at_market(session, "m1", radars),
            "radar again": lambda: look_at_market(session, "m1", radars),
            "registrations": lambda: count_registrations(session, "m1"),
            "unreached": lambda: find_unreached(session, ORGANISER, "m1"),
        }
        for name, deed in deeds.items():
            session.expunge_all()
            with CountedStatements(database) as counted:
                deed()
            counts[name] = counted.count
    return counts


@pytest.mark.parametrize("size", [1, 300])
def test_the_number_of_queries_does_not_depend_on_the_size_of_the_market(database: Database, size: int) -> None:
    store(database, make_whole(size))
    person_id = person_of(database, "o0@example.org")
    write_mail(database, person_id, 1, MessageStatus.FAILED)
    counts = count_queries(database)
    assert counts == {
        "entry": 8,
        "draft": 7,
        "draft again": 1,
        "radar": 8,
        "radar again": 1,
        "registrations": 1,
        "unreached": 3,
    }


def test_the_coach_judges_the_stored_market_and_sees_what_has_changed(database: Database) -> None:
    store(database, make_whole(4))
    coaches = make_known_coaches()
    draft = Entry(id="draft", organisation="neu", title="Wer streicht unsere Wände?", category="nobody knows")
    newcomer = Organisation(id="neu", kind=OrganisationKind.NONPROFIT)
    with database.read() as session:
        advice = advise_on_entry(session, ORGANISER, "m1", EntrySide.NEED, "b0", coaches)
        assert advice == Coach(load_market(session, "m1", Extent.KEPT)).advise(
            EntrySide.NEED, make_need("b0", "o0", category="hands")
        )
        assert advice.partners == 2
        assert advise_on_draft(session, "m1", EntrySide.NEED, draft, coaches, newcomer).partners == 2
    with database.write("m1") as session:
        add_organisation(session, NOW, SYSTEM, "m1", make_organisation("painter"))
        add_entry(session, NOW, SYSTEM, "m1", EntrySide.OFFER, make_offer("more", "painter"))
    with database.read() as session:
        assert advise_on_draft(session, "m1", EntrySide.NEED, draft, coaches, newcomer).partners == 3


def test_nobody_gets_advice_about_the_entry_of_another(database: Database) -> None:
    store(database, make_whole(2))
    other = Actor("person:1", frozenset({Role.PARTICIPANT}), frozenset({"o1"}))
    with database.read() as session:
        with pytest.raises(NotFound):
            advise_on_entry(session, other, "m1", EntrySide.NEED, "b0", make_known_coaches())
        with pytest.raises(InvalidInput):
            advise_on_draft(session, "m1", EntrySide.NEED, make_need("x", "nobody"), make_known_coaches())


def test_the_radar_says_of_a_stored_market_what_it_says_of_its_value(database: Database) -> None:
    market = make_whole(8)
    twin = make_nonprofit("twin", contact=Contact(name="x", email="O0@example.org "))
    store(database, Market(**dict(market) | {"organisations": (*market.organisations, twin)}))
    with database.read() as session:
        radar = look_at_market(session, "m1", make_known_radars())
        assert radar == scan_market(load_market(session, "m1", Extent.KEPT))
    assert [(balance.key, balance.offers, balance.needs) for balance in radar.by_category] == [("hands", 4, 4), ("web", 0, 0)]
    (double,) = radar.duplicate_organisations
    assert (double.first, double.second, double.suspicions) == ("o0", "twin", (Suspicion.SAME_MAIL,))
    assert radar.lonely == ()


def test_registrations_add_up_day_by_day(database: Database) -> None:
    store(database, make_whole(3))
    with database.write("m1") as session:
        for days, organisation in ((1, make_organisation("late")), (1, make_nonprofit("later")), (4, make_nonprofit("last"))):
            add_organisation(session, NOW + timedelta(days=days), SYSTEM, "m1", organisation)
    with database.read() as session:
        days = count_registrations(session, "m1")
    assert [(day.day.isoformat(), day.companies, day.nonprofits) for day in days] == [
        ("2027-03-01", 1, 2),
        ("2027-03-02", 2, 3),
        ("2027-03-05", 2, 4),
    ]


def test_whoever_got_no_mail_or_followed_no_link_is_to_be_called(database: Database) -> None:
    store(database, make_whole(5))
    persons = [person_of(database, f"o{number}@example.org") for number in range(5)]
    later = NOW + timedelta(hours=1)
    write_mail(database, persons[0], 0, MessageStatus.FAILED)
    write_mail(database, persons[1], 1, MessageStatus.FAILED)
    write_mail(database, persons[1], 2, MessageStatus.SENT, later)
    write_link(database, persons[2], 1, None, later)
    write_link(database, persons[3], 2, None)
    write_link(database, persons[3], 3, later)
    with database.read() as session:
        found = find_unreached(session, ORGANISER, "m1")
    assert [(each.organisation_id, each.organisation, each.name, each.phone, each.reason, each.since) for each in found] == [
        ("o0", "O0", "Frau 0", "0221 0000", UnreachedReason.MAIL_FAILED, NOW),
        ("o2", "O2", "Frau 2", "0221 0002", UnreachedReason.NEVER_ANSWERED, later),
    ]


def test_who_may_not_see_contacts_gets_no_name_and_no_phone(database: Database) -> None:
    store(database, make_whole(2))
    write_mail(database, person_of(database, "o0@example.org"), 1, MessageStatus.FAILED)
    with database.read() as session:
        (found,) = find_unreached(session, Actor("account:2", frozenset({Role.BROKER})), "m1")
    assert (found.organisation_id, found.name, found.phone) == ("o0", None, None)
