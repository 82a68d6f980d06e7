"""A market after an older one: who made an agreement with whom comes along by keys, and nothing else of them."""

from marktplatz.db.engine import Database
from marktplatz.db.models import Agreement, AgreementParty, AuditDetail, MarketRecord, Person
from marktplatz.market import Contact, Organisation, Policy
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.audit import find_breaks
from marktplatz.usecases.copying import copy_market, find_free_id
from marktplatz.usecases.markets import create_market
from marktplatz.usecases.organisations import add_organisation
from marktplatz.usecases.profiles import ProfileValue
from marktplatz.vocabulary import AgreementStatus, OrganisationKind
from service_fixtures import START


def make_source(database: Database) -> None:
    """Four organisations, one without a key; an agreement of three of them, and one that was never certified."""
    with database.write() as session:
        create_market(session, START, SYSTEM, Policy(name="Alt"), "alt")
        session.get_one(MarketRecord, "alt").earlier_agreements = [{"keys": ["k2", "k1"]}, {"keys": ["k1", "x"]}]
        for number in range(1, 5):
            contact = Contact(name=f"Person {number}", email=f"p{number}@example.org")
            key = f"k{number}" if number < 4 else None
            organisation = Organisation(id=f"o{number}", kind=OrganisationKind.COMPANY, name="Haus", key=key, contact=contact)
            add_organisation(session, START, SYSTEM, "alt", organisation)
        for name, status, parties in (
            ("a1", AgreementStatus.CERTIFIED, ("o1", "o2", "o3", "o4")),
            ("a2", AgreementStatus.CERTIFIED, ("o1", "o2")),
            ("a3", AgreementStatus.VOID, ("o1", "o4")),
        ):
            session.add(make_agreement(name, status, parties))


def make_agreement(name: str, status: AgreementStatus, parties: tuple[str, ...]) -> Agreement:
    return Agreement(
        market_id="alt",
        id=name,
        number=int(name[1:]),
        status=status,
        created_by="system",
        created_at=START,
        certified_at=START,
        parties=[AgreementParty(market_id="alt", organisation_id=party, position=n) for n, party in enumerate(parties)],
    )


def copy(database: Database, *, with_history: bool) -> str:
    with database.write() as session:
        source = session.get_one(MarketRecord, "alt")
        policy, profile = Policy(name="Neu"), ProfileValue(venue="Rathaus")
        return copy_market(session, START, SYSTEM, source, policy, profile, with_team=True, with_history=with_history).id


def test_history_is_pairs_of_keys_each_once(database: Database) -> None:
    make_source(database)
    market = copy(database, with_history=True)
    with database.read() as session:
        kept = session.get_one(MarketRecord, market).earlier_agreements
        assert [tuple(each["keys"]) for each in kept] == [("k1", "k2"), ("k1", "k3"), ("k1", "x"), ("k2", "k3")]
        assert list(find_breaks(session)) == []


def test_nothing_of_the_persons_reaches_the_new_market_or_its_audit(database: Database) -> None:
    make_source(database)
    market = copy(database, with_history=False)
    with database.read() as session:
        assert session.get_one(MarketRecord, market).earlier_agreements == []
        assert session.query(Person).filter_by(market_id=market).count() == 0
        told = "".join(detail.details for detail in session.query(AuditDetail).filter_by(chain=market))
    assert "Person" not in told
    assert "@" not in told


def test_a_free_id_can_be_read_aloud(database: Database) -> None:
    with database.write() as session:
        for name, expected in (
            ("Köln-Nippes 2027", "koeln-nippes-2027"),
            ("  Straße & Co. ", "strasse-co"),
            ("Zażółć", "zazolc"),
            ("new", "new-2"),
            ("installation", "installation-2"),
            ("!!!", "markt"),
            ("a" * 300, "a" * 48),
        ):
            assert find_free_id(session, name) == expected
