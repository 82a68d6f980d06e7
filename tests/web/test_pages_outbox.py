"""Mails in the browser: written to groups, seen, counted, released, printed; nothing leaves that nobody has seen."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from marktplatz.db.models import MailText, OutboxMessage, Person
from marktplatz.usecases.audit import find_breaks
from marktplatz.vocabulary import MessageKind, MessageStatus, Role
from organiser_world import count_queries_of, fields_of, make_organiser, sign_in
from service_fixtures import World

ROOT = "/organise/m1/outbox"


def messages(world: World) -> list[OutboxMessage]:
    with world.database.read() as session:
        return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.recipient)))


def write_reminders(browser: TestClient) -> None:
    sent = fields_of(browser.get(f"{ROOT}/write?kind=reminder").text)
    assert browser.post(f"{ROOT}/write", data=sent, follow_redirects=False).status_code == 303


def test_a_reminder_is_written_to_all_and_waits(world: World) -> None:
    browser = make_organiser(world)
    page = browser.get(f"{ROOT}/write?kind=reminder")
    assert "2 Personen" in page.text
    write_reminders(browser)
    first, second = messages(world)
    assert {first.status, second.status} == {MessageStatus.HELD}
    assert "Donnerstag, 11. März 2027" in (first.body or "")
    assert "{link}" in (first.body or "")
    assert "Niemand" in browser.get(f"{ROOT}/write?kind=reminder").text
    with world.database.read() as session:
        assert list(find_breaks(session)) == []


def test_what_is_released_is_as_many_as_was_confirmed(world: World) -> None:
    browser = make_organiser(world)
    write_reminders(browser)
    confirmed = fields_of(browser.get(f"{ROOT}/send").text)
    assert confirmed["expected"] == "2"
    other = sign_in(world, world.make_account("kollege@example.org", m1=Role.ORGANISER))
    held = messages(world)[0].id
    page = other.get(f"{ROOT}/messages/{held}")
    other.post(f"{ROOT}/messages/{held}", data=fields_of(page.text) | {"deed": "discard"})
    refused = browser.post(f"{ROOT}/send", data=confirmed)
    assert refused.status_code == 409
    assert "inzwischen 1" in refused.text
    assert MessageStatus.RELEASED not in {message.status for message in messages(world)}
    browser.post(f"{ROOT}/send", data=fields_of(refused.text))
    assert {message.status for message in messages(world)} == {MessageStatus.RELEASED, MessageStatus.DISCARDED}


def test_sending_twice_the_same_form_does_nothing_twice(world: World) -> None:
    browser = make_organiser(world)
    sent = fields_of(browser.get(f"{ROOT}/write?kind=reminder").text)
    answers = [browser.post(f"{ROOT}/write", data=sent, follow_redirects=False) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert len(messages(world)) == 2


def test_one_mail_is_changed_before_it_leaves(world: World) -> None:
    browser = make_organiser(world)
    write_reminders(browser)
    message = messages(world)[0]
    page = browser.get(f"{ROOT}/messages/{message.id}")
    hidden = fields_of(page.text)
    without_link = browser.post(f"{ROOT}/messages/{message.id}", data=hidden | {"deed": "save", "subject": "Neu", "body": "Ohne"})
    assert without_link.status_code == 422
    assert ">Ohne</textarea>" in without_link.text
    hidden = fields_of(without_link.text)
    body = "Kommen Sie! <b>{link}</b>"
    browser.post(f"{ROOT}/messages/{message.id}", data=hidden | {"deed": "save", "subject": "Neu", "body": body})
    assert [(found.subject, found.body) for found in messages(world) if found.id == message.id] == [("Neu", body)]
    assert "&lt;b&gt;" in browser.get(f"{ROOT}/messages/{message.id}").text


def test_own_words_are_used_and_unknown_placeholders_refused(world: World) -> None:
    browser = make_organiser(world, 1)
    address = f"{ROOT}/texts/reminder"
    page = browser.get(address)
    wrong = fields_of(page.text) | {"deed": "save", "subject": "Hallo {nmae}", "body": "Bald! {link}"}
    refused = browser.post(address, data=wrong)
    assert refused.status_code == 422
    assert "{nmae}" in refused.text
    right = fields_of(refused.text) | {"deed": "save", "subject": "Hallo {name}", "body": "Bald in {place}! {link}"}
    assert browser.post(address, data=right, follow_redirects=False).status_code == 303
    write_reminders(browser)
    assert [(m.subject, (m.body or "")[:8]) for m in messages(world)] == [("Hallo Person 0", "Bald in ")]
    browser.post(address, data=fields_of(browser.get(address).text) | {"deed": "default"})
    with world.database.read() as session:
        assert session.get(MailText, ("m1", MessageKind.REMINDER)) is None


@pytest.mark.parametrize(("kind", "heading"), [("letters", "Briefe"), ("list", "E-Mail;Betreff;Text")])
def test_without_a_mail_server_mails_are_printed_or_handed_out_with_their_links(world: World, kind: str, heading: str) -> None:
    browser = make_organiser(world)
    assert "kein Mailserver" in browser.get(ROOT).text
    write_reminders(browser)
    sent = fields_of(browser.get(f"{ROOT}/letters").text) | {"as": kind}
    answer = browser.post(f"{ROOT}/letters", data=sent)
    assert heading in answer.text
    links = re.findall(r"/enter#([\w-]+)", answer.text)
    assert len(links) == 2
    assert answer.headers["Cache-Control"] == "no-store"
    assert {message.status for message in messages(world)} == {MessageStatus.SENT}
    again = browser.post(f"{ROOT}/letters", data=sent)
    assert "/enter#" not in again.text
    visitor = world.browser()
    entered = visitor.post("/enter", data={"secret": f"http://testserver/enter#{links[0]}"}, follow_redirects=False)
    assert entered.headers["location"].startswith("/m/m1/me")
    with world.database.read() as session:
        assert sorted(person.confirmed_at is not None for person in session.scalars(select(Person))) == [False, True]


def test_a_mail_that_came_back_is_noted(world: World) -> None:
    browser = make_organiser(world, 1)
    write_reminders(browser)
    browser.post(f"{ROOT}/letters", data=fields_of(browser.get(f"{ROOT}/letters").text) | {"as": "letters"})
    address = f"{ROOT}/messages/{messages(world)[0].id}"
    browser.post(address, data=fields_of(browser.get(address).text) | {"deed": "bounced"})
    assert "kam zurück" in browser.get(f"{ROOT}?status=failed").text


def test_nobody_else_sees_the_mails(world: World) -> None:
    make_organiser(world)
    for role in (Role.BROKER, Role.NOTARY, Role.HELPER):
        browser = sign_in(world, world.make_account(f"{role}@example.org", m1=role))
        assert browser.get(ROOT).status_code == 403
    assert world.browser().get(ROOT, headers={"Accept": "text/html"}).status_code == 401


@pytest.mark.parametrize("path", ["", "/write?kind=reminder", "/send", "/texts", "/texts/reminder", "/letters"])
def test_the_pages_need_as_many_queries_for_300_organisations_as_for_one(world: World, path: str) -> None:
    few, many = count_queries_of(world, f"/organise/{{market}}/outbox{path}")
    assert few == many
