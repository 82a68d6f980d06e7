"""The radar's pages: what they say of a market, what a call leaves behind, which mail is prepared, and for whom they are."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, select

from market_content import is_asked_for
from marktplatz.db.models import AuditEntry, EntryRecord, Membership, OrganisationRecord, OutboxMessage, Person
from marktplatz.usecases.audit import find_breaks
from marktplatz.usecases.known import Known
from marktplatz.usecases.radar import scan_market
from marktplatz.vocabulary import MessageKind, MessageStatus, Role, Standing
from organiser_world import MOST_BYTES, fields_of, sign_in
from radar_world import fail_mail, plant_large_market, plant_told_market
from service_fixtures import World

ROOT = "/organise/m1/radar"
PATHS = ("", "/alone", "/alone?side=offer", "/duplicates", "/incomplete", "/calls")


def make_browser(world: World, *markets: str) -> TestClient:
    account = world.make_account("chefin@example.org")
    with world.database.write() as session:
        session.add_all(Membership(market_id=market, account_id=account, role=Role.ORGANISER) for market in markets or ("m1",))
    return sign_in(world, account)


def told(world: World) -> TestClient:
    plant_told_market(world)
    return make_browser(world)


def person_of(world: World, mail: str) -> str:
    with world.database.read() as session:
        return session.scalars(select(Person.id).where(Person.email == mail)).one()


def do_call(browser: TestClient, deed: str, person_id: str) -> str:
    sent = fields_of(browser.get(f"{ROOT}/calls").text) | {"deed": f"{deed}:{person_id}"}
    answer = browser.post(f"{ROOT}/calls", data=sent)
    assert answer.status_code == 200
    return answer.text


def held_mails(world: World) -> list[OutboxMessage]:
    with world.database.read() as session:
        return list(session.scalars(select(OutboxMessage).where(OutboxMessage.status == MessageStatus.HELD)))


def test_the_gaps_stand_on_top_and_every_picture_has_its_table(world: World) -> None:
    page = told(world).get(ROOT).text
    assert "Es fehlen vor allem Angebote: „Hands“ (8 gesucht, 3 geboten), „Öffentlichkeitsarbeit“ (4 gesucht, 0 geboten)." in page
    assert "Für diese Angebote fehlen Gesuche: „Räume“ (0 gesucht, 3 geboten)." in page
    assert page.count('role="img"') == page.count("Als Tabelle<span") == 5
    row = re.search(r'<th scope="row">Hands</th>((?:<td class="number">\d+</td>)+)', page)
    assert row is not None
    assert re.findall(r"\d+", row[1]) == ["3", "0", "3", "0", "8", "8"]
    assert "Juni 2027" in page
    assert "506…" in page


def test_what_is_missing_is_said_and_can_be_copied(world: World) -> None:
    page = told(world).get(ROOT).text
    assert "2 weitere Unternehmen, die „Hands“ anbieten: Dann fänden 2 Organisationen mehr einen Partner." in page
    (call,) = re.findall(r"<textarea[^>]*readonly>(.*?)</textarea>", page, re.DOTALL)
    assert "– Öffentlichkeitsarbeit: 2 weitere Angebote" in call
    assert "bis zum 8. März 2027: http://testserver/m/m1" in call
    assert 'href="/organise/m1/outbox/write"' in page


def test_registrations_are_drawn_and_the_deadline_is_marked(world: World) -> None:
    page = told(world).get(ROOT).text
    assert len(re.findall("<polyline", page)) == 2
    assert 'class="deadline"' in page
    assert "Samstag, 30. Januar 2027</th>" in page


def test_entries_that_stand_alone_say_why(world: World) -> None:
    browser = told(world)
    needs, offers = browser.get(f"{ROOT}/alone").text, browser.get(f"{ROOT}/alone?side=offer").text
    assert "Hilfe für die Pressearbeit" in needs
    assert 'href="/organise/m1/registrations/o07"' in needs
    assert "Gesuche kämen in Frage" in offers or "Kein Gesuch kommt in Frage" in offers or "Ein Gesuch käme in Frage" in offers


def test_likely_duplicates_are_named(world: World) -> None:
    page = told(world).get(f"{ROOT}/duplicates").text
    assert "Software GmbH" in page
    assert "derselbe Name" in page
    assert 'href="/organise/m1/duplicates"' in page


def test_a_call_is_noted_and_leaves_the_list(world: World) -> None:
    browser = told(world)
    first, second = person_of(world, "o00@example.org"), person_of(world, "o01@example.org")
    page = do_call(browser, "reached", first)
    assert "Vermerkt: erreicht." in page
    assert "Frau Bank am Dom" not in page
    assert re.search(r"data-focus>Frau Druckerei Klein", page)
    assert "noch nicht erreicht" in do_call(browser, "again", second)
    assert "Frau Bank am Dom" in browser.get(f"{ROOT}/calls?show=done").text
    with world.database.read() as session:
        noted = session.execute(select(AuditEntry.action, AuditEntry.subject_id).where(AuditEntry.subject_kind == "person"))
        assert [tuple(each) for each in noted] == [("note_call_reached", first), ("note_call_again", second)]
        assert list(find_breaks(session)) == []


def test_a_mail_that_fails_after_the_call_brings_it_back(world: World) -> None:
    browser = told(world)
    person_id = person_of(world, "o00@example.org")
    assert "Frau Bank am Dom" not in do_call(browser, "reached", person_id)
    world.clock.move(hours=1)
    with world.database.write("m1") as session:
        failed = session.scalars(select(OutboxMessage).where(OutboxMessage.person_id == person_id)).one()
        failed.created_at = world.clock.now
    assert "Frau Bank am Dom" in browser.get(f"{ROOT}/calls").text


def test_whoever_has_withdrawn_is_neither_called_nor_counted(world: World) -> None:
    browser = told(world)
    with world.database.write("m1") as session:
        session.get_one(OrganisationRecord, ("m1", "o00")).standing = Standing.WITHDRAWN
    assert "Frau Bank am Dom" not in browser.get(f"{ROOT}/calls").text
    page = browser.get(ROOT).text
    assert "<b>2</b>Menschen anrufen" in page
    assert "durchgezogen: <b>5</b>" in page


def test_a_mail_after_the_call_waits_and_is_written_once(world: World) -> None:
    browser = told(world)
    person_id = person_of(world, "o02@example.org")
    for _ in range(2):
        assert "Die Mail liegt bereit" in do_call(browser, "write", person_id)
    (held,) = held_mails(world)
    assert held.kind == MessageKind.CONFIRMATION_MISSING
    assert "Sie haben Autohaus Nord für „Marktplatz am Rhein“ angemeldet" in (held.body or "")


def test_a_call_about_somebody_of_another_market_or_with_another_word_is_refused(world: World) -> None:
    browser = told(world)
    sent = fields_of(browser.get(f"{ROOT}/calls").text)
    assert browser.post(f"{ROOT}/calls", data=sent | {"deed": "reached:nobody"}).status_code == 404
    assert browser.post(f"{ROOT}/calls", data=sent | {"deed": f"burn:{person_of(world, 'o00@example.org')}"}).status_code == 404


def test_what_is_missing_is_asked_for_in_plain_words(world: World) -> None:
    browser = told(world)
    page = browser.get(f"{ROOT}/incomplete").text
    assert 'href="tel:02214710-007"' in page
    sent = fields_of(page) | {"organisation": "o07"}
    assert "liegt bereit" in browser.post(f"{ROOT}/incomplete", data=sent).text
    assert browser.post(f"{ROOT}/incomplete", data=sent | {"once": "other"}).status_code == 200
    (held,) = held_mails(world)
    assert held.recipient == "o07@example.org"
    assert "– „Unterstützung“ sagt nicht, wann. Ein Zeitraum genügt, zum Beispiel „im Mai“." in (held.body or "")
    assert (held.body or "").count("{link}") == 1


def test_whoever_has_entered_nothing_is_asked_first(world: World) -> None:
    browser = told(world)
    page = browser.get(f"{ROOT}/incomplete").text
    assert re.findall(r"registrations/(o\d\d)", page)[0] == "o14"
    sent = fields_of(page) | {"organisation": "o14"}
    assert browser.post(f"{ROOT}/incomplete", data=sent).status_code == 200
    (held,) = held_mails(world)
    assert "– „Heimatverein“ hat weder Angebot noch Gesuch" in (held.body or "")


def test_what_is_whole_by_now_is_not_asked_for(world: World) -> None:
    browser = told(world)
    sent = fields_of(browser.get(f"{ROOT}/incomplete").text)
    refused = browser.post(f"{ROOT}/incomplete", data=sent | {"organisation": "o06"})
    assert refused.status_code == 409
    assert "In den Einträgen von „Turnverein“ fehlt inzwischen nichts mehr." in refused.text
    assert held_mails(world) == []


def test_nothing_that_somebody_wrote_becomes_a_link_or_a_tag(world: World) -> None:
    browser = told(world)
    with world.database.write("m1") as session:
        session.get_one(EntryRecord, ("m1", "d-vague")).title = "<b>{link}</b>"
    sent = fields_of(browser.get(f"{ROOT}/incomplete?lacks=entry_too_vague").text) | {"organisation": "o07"}
    page = browser.post(f"{ROOT}/incomplete", data=sent).text
    assert "<b>{link}" not in page
    (held,) = held_mails(world)
    assert (held.body or "").count("{link}") == 1


def test_the_list_can_be_narrowed_to_what_is_missing(world: World) -> None:
    page = told(world).get(f"{ROOT}/incomplete?lacks=entry_too_vague").text
    assert "Eine Organisation auf dieser Liste" in page
    assert re.findall(r"registrations/(o\d\d)", page) == ["o07"]


def test_a_note_or_a_mail_does_not_have_the_market_worked_out_anew(world: World) -> None:
    browser = told(world)
    worked_out = []
    known = world.app.state.service.radars
    known._work_out = lambda market: worked_out.append(1) or scan_market(market)
    assert isinstance(known, Known)
    browser.get(ROOT)
    do_call(browser, "reached", person_of(world, "o00@example.org"))
    browser.get(ROOT)
    assert len(worked_out) == 1
    with world.database.write("m1") as session:
        session.get_one(EntryRecord, ("m1", "d-vague")).title = "Anders"
    do_call(browser, "again", person_of(world, "o01@example.org"))
    browser.get(ROOT)
    assert len(worked_out) == 2


@pytest.mark.parametrize("path", PATHS)
def test_an_empty_market_has_a_kind_word(world: World, path: str) -> None:
    world.make_market("m1", name="Leer")
    page = make_browser(world).get(ROOT + path)
    assert page.status_code == 200
    assert 'class="empty"' in page.text


@pytest.mark.parametrize("path", PATHS)
def test_the_pages_need_as_many_queries_for_300_organisations_as_for_two(world: World, path: str) -> None:
    plant_large_market(world, "m1", 1)
    plant_large_market(world, "m2", 300)
    browser = make_browser(world, "m1", "m2")
    few, many = (count_queries(world, browser, f"/organise/{market}/radar{path}") for market in ("m1", "m2"))
    assert few == many


def count_queries(world: World, browser: TestClient, address: str) -> int:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if is_asked_for():
            seen.append(statement)

    event.listen(world.database.engine, "before_cursor_execute", note)
    try:
        answer = browser.get(address)
    finally:
        event.remove(world.database.engine, "before_cursor_execute", note)
    assert answer.status_code == 200
    assert len(answer.content) < MOST_BYTES
    return len(seen)


def test_nobody_else_sees_the_radar(world: World) -> None:
    plant_told_market(world)
    for role in (Role.BROKER, Role.NOTARY, Role.HELPER):
        browser = sign_in(world, world.make_account(f"{role}@example.org", m1=role))
        assert {browser.get(ROOT + path).status_code for path in PATHS} == {403}
    stranger = world.browser().get(ROOT, headers={"Accept": "text/html"})
    assert stranger.status_code == 401


def test_the_radar_speaks_english_too(world: World) -> None:
    browser = told(world)
    browser.headers["Accept-Language"] = "en"
    page = browser.get(ROOT).text
    assert "Above all offers are missing: “Hands” (8 needed, 3 offered)" in page
    assert "2 more companies that offer “Hands”: then 2 more organisations would find a partner." in page


def test_whoever_has_waited_longest_stands_first(world: World) -> None:
    browser = told(world)
    fail_mail(world, "o05@example.org", hours=100)
    assert re.findall(r"tabindex=\"-1\">Frau ([\w ]+)<", browser.get(f"{ROOT}/calls").text) == [
        "Software",
        "Bank am Dom",
        "Druckerei Klein",
        "Autohaus Nord",
    ]
    assert world.clock.now - timedelta(hours=100) < world.clock.now
