"""Registering without an account: what is written down, who is told what, and what happens twice, too often or too late."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import func, select

from market_content import CountedStatements
from marktplatz.db.models import (
    AuditDetail,
    Consent,
    ConsentText,
    EntryRecord,
    OrganisationRecord,
    OutboxMessage,
    Person,
    Profile,
    Representation,
)
from marktplatz.market import Contact, Organisation
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.audit import find_breaks
from marktplatz.usecases.coached import coach_organisation
from marktplatz.usecases.erasure import erase_person
from marktplatz.usecases.organisations import add_organisation
from marktplatz.vocabulary import Attendance, ConsentPurpose, MessageKind, MessageStatus, OrganisationKind, Phase, Standing
from marktplatz.wording.consent_texts import consent_text
from service_fixtures import World

NEEDED: dict[str, Any] = {
    "side": "need",
    "kind": "nonprofit",
    "name": "Jugendzentrum Nippes",
    "postcode": "50733",
    "person.name": "Anna Arndt",
    "person.email": "Anna@Example.org",
    "need.1.title": "Wände streichen",
}


@pytest.fixture
def visitor(world: World) -> TestClient:
    world.make_market("m1", name="Marktplatz Nippes")
    client = world.browser()
    client.headers["Accept"] = "text/html"
    client.headers["Accept-Language"] = "de"
    return client


def send(client: TestClient, once: str = "one", market: str = "m1", **changes: Any) -> Response:
    form = NEEDED | {"once": once} | {name.replace("__", "."): value for name, value in changes.items()}
    return client.post(f"/m/{market}/join", data=form)


def change_profile(world: World, **changes: Any) -> None:
    with world.database.write("m1") as session:
        profile = session.get_one(Profile, "m1")
        for name, value in changes.items():
            setattr(profile, name, value)


def all_of(world: World, kind: Any) -> list[Any]:
    with world.database.read() as session:
        return list(session.scalars(select(kind)))


def test_everything_that_was_sent_is_written_down(world: World, visitor: TestClient) -> None:
    answer = send(
        visitor,
        website="www.jz-nippes.example",
        about="Wir sind für Jugendliche da.",
        assistance="Rampe, bitte",
        person__phone="0221 12345",
        need__1__text="Ein Raum, 20 qm",
        need__1__category="hands",
        need__1__hours="8",
        need__1__people="4",
        need__1__when="2027-05",
        need__1__place="with_us",
        need__1__impact_fields=["education", "culture"],
        need__1__answers__included="Farbe ist da",
        offer__1__title="Die Kinder tanzen",
        offer__1__place="remote",
        offer__2__title="Ein Raum",
        offer__2__from="2027-06-01",
        offer__2__to="2027-06-02",
    )
    assert answer.status_code == 200
    (organisation,) = all_of(world, OrganisationRecord)
    assert (organisation.name, organisation.kind, organisation.postcode) == ("Jugendzentrum Nippes", "nonprofit", "50733")
    assert (organisation.standing, organisation.attendance) == (Standing.SUBMITTED, Attendance.COMING)
    assert (organisation.website, organisation.assistance) == ("https://www.jz-nippes.example", "Rampe, bitte")
    entries = {entry.title: entry for entry in all_of(world, EntryRecord)}
    wall = entries["Wände streichen"]
    assert (wall.side, wall.category, wall.hours, wall.people, wall.remote) == ("need", "hands", 8, 4, False)
    assert (str(wall.from_on), str(wall.to_on)) == ("2027-05-01", "2027-05-31")
    assert wall.impact_fields == ["education", "culture"]
    assert wall.answers == {"included": "Farbe ist da", "place": "with_us"}
    assert wall.standing is Standing.SUBMITTED
    assert (entries["Die Kinder tanzen"].side, entries["Die Kinder tanzen"].remote) == ("offer", True)
    assert str(entries["Ein Raum"].from_on) == "2027-06-01"
    (person,) = all_of(world, Person)
    assert (person.name, person.email, person.phone, person.confirmed_at) == ("Anna Arndt", "anna@example.org", "0221 12345", None)
    (standing,) = all_of(world, Representation)
    assert standing.is_contact
    assert "Rampe" not in answer.text
    with world.database.read() as session:
        assert list(find_breaks(session)) == []


def test_a_mail_with_a_link_leaves_at_once(world: World, visitor: TestClient) -> None:
    send(visitor)
    (message,) = all_of(world, OutboxMessage)
    assert (message.kind, message.status, message.recipient) == (
        MessageKind.ENTRY_RECEIVED,
        MessageStatus.RELEASED,
        "anna@example.org",
    )
    assert "{link}" in message.body
    assert "Marktplatz Nippes" in message.subject


def test_a_second_sending_of_the_same_form_does_nothing_and_gets_the_same_page(world: World, visitor: TestClient) -> None:
    first, second = send(visitor), send(visitor)
    assert (second.status_code, second.text) == (200, first.text)
    assert len(all_of(world, OrganisationRecord)) == len(all_of(world, OutboxMessage)) == 1


def test_where_nobody_approves_all_is_approved(world: World, visitor: TestClient) -> None:
    change_profile(world, approves=False)
    send(visitor)
    assert [record.standing for kind in (OrganisationRecord, EntryRecord) for record in all_of(world, kind)] == ["approved"] * 2


def test_in_a_full_hall_people_wait_or_are_told(world: World, visitor: TestClient) -> None:
    change_profile(world, hall_places=1)
    send(visitor)
    answer = send(visitor, "two", person__email="bo@example.org")
    assert "Warteliste" in answer.text
    assert sorted(record.standing for record in all_of(world, OrganisationRecord)) == ["submitted", "waiting"]
    change_profile(world, has_waiting_list=False)
    assert "Der Saal ist voll" in visitor.get("/m/m1/join").text
    assert send(visitor, "three", person__email="cy@example.org").status_code == 409
    assert len(all_of(world, OrganisationRecord)) == 2


@pytest.mark.parametrize("phase", [Phase.MATCHING, Phase.DAY, Phase.CLOSED])
def test_after_the_deadline_nobody_comes_in(world: World, visitor: TestClient, phase: Phase) -> None:
    world.move("m1", phase)
    assert "nicht offen" in visitor.get("/m/m1/join").text
    assert send(visitor).status_code == 409
    assert all_of(world, OrganisationRecord) == []


def test_a_known_address_stands_for_both_and_nothing_of_it_changes(world: World, visitor: TestClient) -> None:
    first = send(visitor, consent__photos="on")
    second = send(visitor, "two", name="Förderverein", person__name="Jemand anders", consent__publication="on")
    assert (first.status_code, second.status_code) == (200, 200)
    (person,) = all_of(world, Person)
    assert person.name == "Anna Arndt"
    assert len({standing.organisation_id for standing in all_of(world, Representation)}) == 2
    assert [consent.purpose for consent in all_of(world, Consent)] == [ConsentPurpose.PHOTOS]
    known = first.text.replace("Jugendzentrum Nippes", "").replace("Anna Arndt", "")
    assert second.text.replace("Förderverein", "").replace("Jemand anders", "") == known


def test_a_name_that_is_there_already_is_taken_in_too(world: World, visitor: TestClient) -> None:
    send(visitor)
    assert send(visitor, "two", person__email="bo@example.org").status_code == 200
    assert len(all_of(world, OrganisationRecord)) == 2


def test_consents_are_apart_and_keep_their_words(world: World, visitor: TestClient) -> None:
    page = visitor.get("/m/m1/join").text
    assert 'name="consent.photos" value="on">' in page  # not ticked
    send(visitor)
    assert all_of(world, Consent) == []
    send(visitor, "two", person__email="bo@example.org", consent__publication="on", consent__next_invitation="on")
    given = {(consent.purpose, consent.text_version) for consent in all_of(world, Consent)}
    texts = {(text.purpose, text.version): text.text for text in all_of(world, ConsentText)}
    assert {purpose for purpose, _ in given} == {ConsentPurpose.PUBLICATION, ConsentPurpose.NEXT_INVITATION}
    assert {texts[key] for key in given} == {consent_text(purpose) for purpose, _ in given}


def test_who_came_in_by_a_link_may_consent_for_themselves(world: World, visitor: TestClient) -> None:
    send(visitor)
    (person,) = all_of(world, Person)
    client = world.as_person("m1", person.id)
    client.headers["Accept"] = "text/html"
    token = re.findall(r'name="form_token" value="([^"]+)"', client.get("/m/m1/join").text)[0]
    assert send(client, "two", name="Förderverein", consent__photos="on").status_code == 403
    assert send(client, "three", name="Förderverein", consent__photos="on", form_token=token).status_code == 200
    assert [(consent.person_id, consent.purpose) for consent in all_of(world, Consent)] == [(person.id, ConsentPurpose.PHOTOS)]


def test_whoever_reads_english_gets_english(world: World, visitor: TestClient) -> None:
    visitor.headers["Accept-Language"] = "en"
    answer = send(visitor, consent__photos="on")
    assert "Thank you, your registration has arrived!" in answer.text
    (message,), (consent,) = all_of(world, OutboxMessage), all_of(world, Consent)
    assert message.subject == "Your registration has arrived: Marktplatz Nippes"
    assert consent.text_version.startswith("en-")


def test_what_somebody_needs_is_in_no_audit_and_goes_with_the_last_person(world: World, visitor: TestClient) -> None:
    send(visitor, assistance="Gebärdensprache")
    assert [detail for detail in all_of(world, AuditDetail) if "Geb" in detail.details] == []
    (person,) = all_of(world, Person)
    with world.database.write("m1") as session:
        erase_person(session, world.clock.now, SYSTEM, session.get_one(Person, ("m1", person.id)))
    (organisation,) = all_of(world, OrganisationRecord)
    assert organisation.assistance is None


def test_what_somebody_needs_stays_while_another_person_does(world: World, visitor: TestClient) -> None:
    send(visitor, assistance="Gebärdensprache")
    (person,), (organisation,) = all_of(world, Person), all_of(world, OrganisationRecord)
    with world.database.write("m1") as session:
        session.add(Person(market_id="m1", id="p2", name="Bo", email="bo@example.org", created_at=world.clock.now))
        session.flush()
        session.add(Representation(market_id="m1", organisation_id=organisation.id, person_id="p2", is_contact=False))
        session.flush()
        erase_person(session, world.clock.now, SYSTEM, session.get_one(Person, ("m1", person.id)))
    (organisation,) = all_of(world, OrganisationRecord)
    assert organisation.assistance == "Gebärdensprache"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": " "}, "Diese Angabe fehlt"),
        ({"kind": "verein"}, "Art"),
        ({"postcode": "1234"}, "fünf Ziffern"),
        ({"website": "javascript:alert(1)"}, "keine Adresse einer Internetseite"),
        ({"person__email": "anna"}, "keine Mail-Adresse"),
        ({"need__1__title": ""}, "mindestens ein Angebot oder ein Gesuch"),
        ({"need__1__category": "unfug"}, "Einen Bereich „unfug“ gibt es nicht"),
        ({"need__1__people": "viele"}, "keine ganze Zahl"),
        ({"need__1__from": "2027-06-02", "need__1__to": "2027-06-01"}, "liegt vor dem ersten"),
        ({"need__2__text": "ohne Titel"}, "Gesuch 2, Worum geht es?: Diese Angabe fehlt"),
        ({"subject": "Viagra"}, "leer bleiben"),
        ({"about": "x" * 2001}, "zu lang"),
    ],
)
def test_what_is_refused_is_told_and_nothing_is_kept(world: World, visitor: TestClient, changes: dict[str, str], said: str) -> None:
    answer = send(visitor, **changes)
    assert answer.status_code == 422
    assert said in answer.text
    assert "Anna Arndt" in answer.text
    for kind in (OrganisationRecord, EntryRecord, Person, Consent, OutboxMessage):
        assert all_of(world, kind) == []


def test_too_many_for_one_address_are_told_in_the_form(visitor: TestClient) -> None:
    for number in range(5):
        assert send(visitor, f"n{number}").status_code == 200
    answer = send(visitor, "n5")
    assert answer.status_code == 429
    assert "zu oft" in answer.text
    assert "Wände streichen" in answer.text
    assert send(visitor, "n6", person__email="bo@example.org").status_code == 200


def test_blocks_come_and_go_and_keep_what_is_in_them(visitor: TestClient) -> None:
    typed = NEEDED | {"add": "need", "need.1.hours": "8", "consent.photos": "on"}
    page = visitor.post("/m/m1/join/form", data=typed).text
    assert 'name="need.2.title" type="text" value=""' in page
    assert 'value="Wände streichen"' in page
    typed = NEEDED | {"need.2.title": "Zweites", "need.3.title": "Drittes", "remove": "need.2"}
    page = visitor.post("/m/m1/join/form", data=typed).text
    assert "Zweites" not in page
    assert 'name="need.2.title" type="text" value="Drittes"' in page
    assert "need.3.title" not in page


def test_there_are_eight_blocks_a_side_at_most(visitor: TestClient) -> None:
    typed = NEEDED | {f"need.{number}.title": "x" for number in range(1, 10)}
    page = visitor.post("/m/m1/join/form", data=typed | {"add": "need"}).text
    assert "need.8.title" in page
    assert "need.9.title" not in page


def test_a_template_fills_what_is_empty_and_leaves_what_somebody_wrote(visitor: TestClient) -> None:
    page = visitor.get("/m/m1/join?side=offer&project=transport").text
    assert 'value="Unser Transporter mit Fahrerin oder Fahrer"' in page
    assert '<option value="space_logistics" selected>' in page
    typed = NEEDED | {"need.1.project": "painting", "apply": "need.1"}
    page = visitor.post("/m/m1/join/form", data=typed).text
    assert 'value="Wände streichen"' in page
    assert "Farbe und Werkzeug sind da" in page
    assert visitor.get("/m/m1/join?project=unfug").status_code == 200


@pytest.mark.parametrize(
    ("typed", "said", "unsaid"),
    [
        ({"need.1.title": "Wir brauchen 500 Euro im Mai"}, "klingt nach Geld", "Zeitraum hilft"),
        ({"need.1.title": "Zelte aufbauen im Mai", "need.1.people": "50", "need.1.hours": "8"}, "viel auf einmal", "Geld"),
        ({"need.1.title": "Etwas Schönes"}, "noch nicht ganz klar", "Geld"),
        ({"need.1.title": "Wände streichen"}, "Zeitraum hilft", "klar"),
        ({"need.1.title": "Wände streichen", "need.1.when": "2027-05"}, "", "hint"),
        ({"need.1.title": "Wände streichen im Mai, zwei Stunden"}, "„zwei Stunden“", "hilft"),
        ({"need.1.title": "Wände streichen im Mai", "need.1.text": "Etwa … Quadratmeter"}, "fehlt noch etwas", "Geld"),
        ({"need.1.title": "Wir"}, "", "hint"),
    ],
)
def test_hints(visitor: TestClient, typed: dict[str, str], said: str, unsaid: str) -> None:
    answer = visitor.post("/m/m1/hints", data={"side": "need", "block": "need.1"} | typed)
    assert answer.status_code == 200
    assert said in answer.text
    assert unsaid not in answer.text
    assert answer.text.count("<p>") <= 2
    if not said:
        assert answer.text.strip() == ""


def test_the_coach_counts_those_who_could_help(world: World, visitor: TestClient) -> None:
    painter = {"side": "offer", "kind": "company", "name": "Malerei", "person__email": "m@example.org", "need__1__title": ""}
    send(visitor, "one", **painter, offer__1__title="Wir streichen Wände", offer__1__category="hands", offer__1__when="2027-06")
    answer = send(visitor, "two", need__1__category="hands", need__1__when="2027-05")
    assert "So könnte noch niemand helfen." in answer.text
    assert "wäre es eine." in answer.text
    answer = send(visitor, "three", person__email="bo@example.org", need__1__category="hands", need__1__when="2027-06")
    assert "So könnte eine Organisation helfen." in answer.text
    with world.database.read() as session:
        own = session.scalar(select(OrganisationRecord.id).where(OrganisationRecord.kind == OrganisationKind.COMPANY))
        (coached,) = coach_organisation(session, "m1", own or "", world.app.state.service.coaches, "de")
    assert (coached.side, coached.partners) == ("offer", 1)


def test_a_page_asks_as_little_of_a_large_market_as_of_a_small_one(world: World, visitor: TestClient) -> None:
    def fill(begin: int, end: int) -> None:
        with world.database.write("m1") as session:
            for number in range(begin, end):
                sent = Organisation(
                    id=f"x{number}", kind=OrganisationKind.COMPANY, name=f"Firma {number}", contact=Contact(name="N")
                )
                add_organisation(session, world.clock.now, SYSTEM, "m1", sent)

    fill(0, 1)
    few = count_queries(world, visitor)
    fill(1, 300)
    assert count_queries(world, visitor) == few
    assert len(visitor.get("/m/m1/join").content) < 100_000
    with world.database.read() as session:
        assert session.scalar(select(func.count()).select_from(OrganisationRecord)) == 300


def count_queries(world: World, visitor: TestClient) -> int:
    with CountedStatements(world.database) as asked:
        assert visitor.get("/m/m1/join").status_code == 200
    return asked.count
