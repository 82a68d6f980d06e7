"""Persons in the browser: who agreed to what, all that is stored, erasure, and data that go by their dates."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from marktplatz.db.models import AuditDetail, ConsentText, OrganisationRecord, OutboxMessage, Person, Profile
from marktplatz.usecases.audit import find_breaks
from marktplatz.usecases.retention import destroy, find_due
from marktplatz.vocabulary import ConsentPurpose, DataClass, Role
from organiser_world import count_queries_of, fields_of, make_organiser, sign_in
from service_fixtures import World

ROOT = "/organise/m1/people"


def person_of(world: World, mail: str = "p0@example.org") -> str:
    with world.database.read() as session:
        return session.scalars(select(Person.id).where(Person.email == mail)).one()


def test_people_are_found_by_name_and_by_consent(world: World) -> None:
    browser = make_organiser(world)
    with world.database.write() as session:
        session.add(ConsentText(purpose=ConsentPurpose.PHOTOS, version="1", text="Fotos sind in Ordnung."))
    assert "p1@example.org" in browser.get(ROOT, params={"search": "person"}).text
    assert "p1@example.org" not in browser.get(ROOT, params={"search": "Person 0"}).text
    assert "Niemand gefunden" in browser.get(ROOT, params={"consent": "photos"}).text
    address = f"{ROOT}/persons/{person_of(world)}"
    browser.post(address, data=fields_of(browser.get(address).text) | {"deed": "give:photos"})
    found = browser.get(ROOT, params={"consent": "photos"}).text
    assert "p0@example.org" in found
    assert "p1@example.org" not in found
    page = browser.get(address).text
    consent = page.partition('value="withdraw:')[2].partition('"')[0]
    browser.post(address, data=fields_of(page) | {"deed": f"withdraw:{consent}"})
    assert "Niemand gefunden" in browser.get(ROOT, params={"consent": "photos"}).text


def test_everything_that_is_stored_is_handed_over(world: World) -> None:
    browser = make_organiser(world)
    stored = browser.get(f"{ROOT}/persons/{person_of(world)}/everything.json")
    assert stored.json()["person"]["email"] == "p0@example.org"
    assert stored.headers["Cache-Control"] == "no-store"
    assert browser.get(f"{ROOT}/persons/nobody/everything.json").status_code == 404


def test_a_person_is_erased_after_one_more_question(world: World) -> None:
    browser = make_organiser(world)
    address = f"{ROOT}/persons/{person_of(world)}/erase"
    page = browser.get(address)
    assert "Person 0" in page.text
    assert browser.post(address, data={"form_token": "guessed"}).status_code == 403
    done = browser.post(address, data=fields_of(page.text), follow_redirects=False)
    assert done.status_code == 303
    with world.database.read() as session:
        assert session.scalar(select(func.count()).where(Person.email == "p0@example.org")) == 0
        assert "p0@example.org" not in "".join(session.scalars(select(AuditDetail.details)))
        assert list(find_breaks(session)) == []


def test_a_persons_links_end(world: World) -> None:
    browser = make_organiser(world)
    person_id = person_of(world)
    participant = world.as_person("m1", person_id)
    participant.headers["Accept"] = "text/html"
    assert "Abmelden" in participant.get("/m/m1").text
    address = f"{ROOT}/persons/{person_id}"
    browser.post(address, data=fields_of(browser.get(address).text) | {"deed": "revoke"})
    assert "Abmelden" not in participant.get("/m/m1").text


def test_dates_of_destruction_are_kept(world: World) -> None:
    browser = make_organiser(world)
    page = browser.get(f"{ROOT}/retention")
    assert "14. April 2028" in page.text  # 400 days after the 11 March 2027
    sent = fields_of(page.text) | {"contacts": "30", "messages": "zwei", "run_inputs": "10"}
    refused = browser.post(f"{ROOT}/retention", data=sent)
    assert refused.status_code == 422
    assert 'value="zwei"' in refused.text
    browser.post(f"{ROOT}/retention", data=fields_of(refused.text) | {"contacts": "30", "messages": "5", "run_inputs": "10"})
    assert "10. April 2027" in browser.get(f"{ROOT}/retention").text


def test_what_is_due_goes_and_nothing_before(world: World) -> None:
    browser = make_organiser(world)
    address = f"{ROOT}/persons/{person_of(world)}"
    browser.post(address, data=fields_of(browser.get(address).text) | {"deed": "invite"})
    with world.database.write("m1") as session:
        session.get_one(OrganisationRecord, ("m1", "o0")).assistance = "Rampe"
        session.get_one(Profile, "m1").retention_days = {"contacts": 30, "messages": 5}
    day = world.clock.now.replace(year=2027, month=3, day=11, hour=12)
    with world.database.read() as session:
        assert find_due(session, day + timedelta(days=4)) == []
        assert find_due(session, day + timedelta(days=5)) == [("m1", DataClass.MESSAGES)]
        due = find_due(session, day + timedelta(days=30))
    assert set(due) == {("m1", DataClass.CONTACTS), ("m1", DataClass.MESSAGES)}
    with world.database.write("m1") as session:
        for market_id, kind in due:
            destroy(session, day, market_id, kind)
    with world.database.read() as session:
        for kept in (Person, OutboxMessage):
            assert session.scalar(select(func.count()).select_from(kept)) == 0
        assert session.get_one(OrganisationRecord, ("m1", "o0")).assistance is None
        assert "p0@example.org" not in "".join(session.scalars(select(AuditDetail.details)))
        assert list(find_breaks(session)) == []
        assert find_due(session, day + timedelta(days=31)) == []


def test_nobody_else_sees_persons(world: World) -> None:
    make_organiser(world)
    for role in (Role.BROKER, Role.NOTARY, Role.HELPER):
        browser = sign_in(world, world.make_account(f"{role}@example.org", m1=role))
        assert browser.get(ROOT).status_code == 403
    participant = world.as_person("m1", person_of(world))
    assert participant.get(ROOT).status_code == 403


@pytest.mark.parametrize("path", ["", "/retention"])
def test_the_pages_need_as_many_queries_for_300_organisations_as_for_one(world: World, path: str) -> None:
    few, many = count_queries_of(world, f"/organise/{{market}}/people{path}")
    assert few == many
