"""Two organisations become one with all that hangs on them; what stands against it is refused by name and changes nothing."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.engine import Database
from marktplatz.db.models import (
    Agreement,
    AgreementParty,
    AgreementService,
    CheckIn,
    Consent,
    ConsentText,
    ConversationRecord,
    EntryRecord,
    Link,
    OrganisationRecord,
    PairingRecord,
    PairRecord,
    Person,
    Representation,
    Run,
    TimetableRecord,
    WishRecord,
)
from marktplatz.errors import Conflict, InvalidInput
from marktplatz.market import Contact, Entry, Organisation, Policy
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.audit import find_breaks
from marktplatz.usecases.entries import add_entry
from marktplatz.usecases.history import find_history, find_merged
from marktplatz.usecases.markets import create_market
from marktplatz.usecases.merging import merge_organisations
from marktplatz.usecases.organisations import add_organisation
from marktplatz.usecases.partners import find_partners
from marktplatz.vocabulary import (
    AgreementStatus,
    CheckInStatus,
    ConsentPurpose,
    EntrySide,
    LinkPurpose,
    OrganisationKind,
    PairStatus,
    RunStatus,
    ServiceSide,
    WishLevel,
)

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
M = {"market_id": "m1"}


@pytest.fixture
def market(database: Database) -> Database:
    """a and b may be the same, c is a company; each has an offer (o…) and a need (n…) and somebody to ask."""
    with database.write() as session:
        create_market(session, NOW, SYSTEM, Policy(name="Markt"), "m1")
        for key in "abc":
            kind = OrganisationKind.COMPANY if key == "c" else OrganisationKind.NONPROFIT
            contact = Contact(name=f"Person {key}", email=f"{key}@example.org")
            add_organisation(session, NOW, SYSTEM, "m1", Organisation(id=key, kind=kind, name=key.upper(), contact=contact))
            for side in EntrySide:
                entry = Entry(id=f"{side.value[0]}{key}", organisation=key, title=f"{side} {key}")
                add_entry(session, NOW, SYSTEM, "m1", side, entry)
    return database


def merge(database: Database, *from_gone: str, kept: str = "a", gone: str = "b") -> None:
    with database.write("m1") as session:
        records = [session.get_one(OrganisationRecord, ("m1", key)) for key in (kept, gone)]
        merge_organisations(session, NOW, SYSTEM, records[0], records[1], from_gone)


def refusals(database: Database, *from_gone: str) -> set[str]:
    with pytest.raises(Conflict) as refused:
        merge(database, *from_gone)
    with database.read() as session:
        assert session.get(OrganisationRecord, ("m1", "b")) is not None
    return {finding.code for finding in refused.value.findings}


def put_agreement(session: Session, key: str, giver: str, taker: str, number: int) -> None:
    session.add(
        Agreement(
            **M,
            id=key,
            number=number,
            status=AgreementStatus.CERTIFIED,
            created_by="system",
            created_at=NOW,
            certified_at=NOW,
            contact_organisation_id=giver,
            contacted_organisation_id=taker,
            parties=[AgreementParty(**M, organisation_id=each, position=n) for n, each in enumerate((giver, taker))],
            services=[
                AgreementService(
                    **M,
                    position=0,
                    side=ServiceSide.SERVICE,
                    giver_id=giver,
                    taker_id=taker,
                    offer_id=f"o{giver}",
                    need_id=f"n{taker}",
                    text="Hilfe",
                )
            ],
        )
    )
    for each in (giver, taker):
        session.get_one(OrganisationRecord, ("m1", each)).agreed += 1
    session.flush()


def put_run(session: Session, *pairs: tuple[str, str]) -> None:
    """A published run in which the first of a pair gives to the second."""
    session.add(
        Run(
            **M,
            id="r1",
            status=RunStatus.DONE,
            author="system",
            parameters={},
            versions={},
            input_sha256="0" * 64,
            created_at=NOW,
            published_at=NOW,
        )
    )
    session.flush()
    for giver, taker in pairs:
        session.add(
            PairingRecord(
                **M, run_id="r1", offer_id=f"o{giver}", need_id=f"n{taker}", giver_id=giver, taker_id=taker, points=1, reasons=[]
            )
        )
    session.flush()


def make_timetable(*, rounds: int, tables: int) -> TimetableRecord:
    """A published one of the run."""
    told = {"id": "t1", "run_id": "r1", "result": {}, "author": "system", "created_at": NOW, "published_at": NOW}
    return TimetableRecord(**M, **told, rounds=rounds, tables=tables)


def rows(session: Session, *columns: Any) -> set[tuple[Any, ...]]:
    return {tuple(row) for row in session.execute(select(*columns))}


def test_entries_persons_and_history_go_along(market: Database) -> None:
    merge(market, "name")
    with market.read() as session:
        assert session.get_one(OrganisationRecord, ("m1", "a")).name == "B"
        owners = rows(session, EntryRecord.id, EntryRecord.organisation_id)
        assert owners == {("oa", "a"), ("na", "a"), ("ob", "a"), ("nb", "a"), ("oc", "c"), ("nc", "c")}
        people = {
            (person.name, standing.is_contact)
            for person, standing in session.execute(
                select(Person, Representation).join(Representation, Representation.person_id == Person.id)
            )
            if standing.organisation_id == "a"
        }
        assert people == {("Person a", True), ("Person b", False)}
        assert find_merged(session, "m1", "a") == ("b",)
        told = [(step.action, step.subject_kind) for step in find_history(session, "m1", "a")]
        assert told[:2] == [("merged_into", "organisation"), ("merge_organisation", "organisation")]
        assert told.count(("add_organisation", "organisation")) == 2
        assert list(find_breaks(session)) == []


def test_one_person_in_both_is_one_person_with_all_consents_and_links(market: Database) -> None:
    with market.write("m1") as session:
        session.add(ConsentText(purpose=ConsentPurpose.PHOTOS, version="1", text="Fotos"))
        people = {person.name: person for person in session.scalars(select(Person))}
        people["Person b"].name, people["Person b"].email = " person  A", "A@example.org "
        session.flush()
        theirs = people["Person b"].id
        consent = {"purpose": ConsentPurpose.PHOTOS, "text_version": "1", "given_at": NOW}
        session.add(Consent(**M, id="c1", person_id=theirs, **consent))
        session.add(Link(**M, secret_sha256="0" * 64, purpose=LinkPurpose.PARTICIPANT_ENTRY, person_id=theirs, created_at=NOW))
        session.add(Representation(**M, organisation_id="c", person_id=theirs, is_contact=False))
    merge(market, "contact")
    with market.read() as session:
        ours = session.scalars(select(Person.id).where(Person.name == "Person a")).one()
        assert session.get(Person, ("m1", theirs)) is None
        assert set(session.scalars(select(Consent.person_id))) == {ours}
        assert set(session.scalars(select(Link.person_id))) == {ours}
        standing = rows(session, Representation.organisation_id, Representation.is_contact)
        assert standing == {("a", True), ("c", True), ("c", False)}


def test_wishes_are_said_once_and_nobody_wishes_for_themselves(market: Database) -> None:
    with market.write("m1") as session:
        wishes = [("a", "c"), ("b", "c"), ("b", "a"), ("a", "nb"), ("c", "b"), ("c", "a"), ("c", "nb")]
        session.add_all(
            WishRecord(**M, id=f"w{n}", organisation_id=who, target=what, level=WishLevel.LIKE, created_at=NOW)
            for n, (who, what) in enumerate(wishes)
        )
    merge(market)
    with market.read() as session:
        assert rows(session, WishRecord.organisation_id, WishRecord.target) == {("a", "c"), ("c", "a"), ("c", "nb")}


def test_agreements_pins_check_ins_and_published_proposals_are_of_the_one_that_stays(market: Database) -> None:
    with market.write("m1") as session:
        put_agreement(session, "g1", "c", "b", 1)
        put_agreement(session, "g2", "a", "c", 2)
        session.add(PairRecord(**M, offer_id="oc", need_id="nb", status=PairStatus.PINNED, created_at=NOW))
        session.add(CheckIn(**M, organisation_id="a", status=CheckInStatus.ABSENT, changed_at=NOW))
        session.add(CheckIn(**M, organisation_id="b", status=CheckInStatus.PRESENT, people=3, changed_at=NOW))
        put_run(session, ("c", "b"))
        session.add(
            TimetableRecord(
                **M, id="t1", run_id="r1", rounds=2, tables=1, result={}, author="system", created_at=NOW, published_at=NOW
            )
        )
        session.flush()
        session.add(ConversationRecord(**M, timetable_id="t1", round=1, table=1, first_id="b", second_id="c", points=1))
    merge(market)
    with market.read() as session:
        assert rows(session, AgreementParty.organisation_id) == {("a",), ("c",)}
        assert rows(session, AgreementService.giver_id, AgreementService.taker_id) == {("c", "a"), ("a", "c")}
        assert rows(session, Agreement.contact_organisation_id, Agreement.contacted_organisation_id) == {("c", "a"), ("a", "c")}
        assert session.get_one(OrganisationRecord, ("m1", "a")).agreed == 2
        assert rows(session, PairRecord.offer_id, PairRecord.need_id) == {("oc", "nb")}
        assert rows(session, CheckIn.organisation_id, CheckIn.status, CheckIn.people) == {("a", CheckInStatus.PRESENT, 3)}
        assert rows(session, PairingRecord.giver_id, PairingRecord.taker_id) == {("c", "a")}
        assert rows(session, ConversationRecord.first_id, ConversationRecord.second_id) == {("a", "c")}
        assert find_partners(session, "m1", frozenset({"a"})) == {"c"}


def test_partners_of_each_other_are_not_the_same(market: Database) -> None:
    with market.write("m1") as session:
        put_agreement(session, "g1", "a", "b", 1)
        session.add(PairRecord(**M, offer_id="ob", need_id="na", status=PairStatus.PINNED, created_at=NOW))
        put_run(session, ("b", "a"))
    assert refusals(market) == {"merge_of_partners", "merge_of_pinned", "merge_of_proposed"}


def test_more_agreements_than_the_maximum_are_refused_unless_the_other_maximum_is_chosen(market: Database) -> None:
    with market.write("m1") as session:
        put_agreement(session, "g1", "c", "a", 1)
        put_agreement(session, "g2", "c", "b", 2)
        session.get_one(OrganisationRecord, ("m1", "a")).max_agreements = 1
    assert refusals(market) == {"merge_above_maximum"}
    merge(market, "max_agreements")
    with market.read() as session:
        record = session.get_one(OrganisationRecord, ("m1", "a"))
        assert (record.agreed, record.max_agreements) == (2, None)


def test_two_conversations_in_one_round_are_refused(market: Database) -> None:
    with market.write("m1") as session:
        put_run(session)
        session.add(
            TimetableRecord(
                **M, id="t1", run_id="r1", rounds=1, tables=2, result={}, author="system", created_at=NOW, published_at=NOW
            )
        )
        session.flush()
        for table, key in enumerate("ab", 1):
            session.add(ConversationRecord(**M, timetable_id="t1", round=1, table=table, first_id=key, second_id="c", points=1))
    assert refusals(market) == {"merge_of_one_round"}


def test_nobody_is_merged_with_themselves(market: Database) -> None:
    with pytest.raises(InvalidInput):
        merge(market, kept="a", gone="a")
