"""Links by mail, and the outbox they leave through: what is stored, what is sent, what works how often."""

from collections.abc import Iterator
from queue import Empty

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from fake_smtp import FakeSmtp, running_smtp
from marktplatz.db.models import Link, Login, OutboxMessage, Person
from marktplatz.settings import Settings
from marktplatz.usecases.delivery import MAX_ATTEMPTS, SmtpServer, deliver_due
from marktplatz.usecases.secrecy import hash_secret
from marktplatz.vocabulary import MessageStatus, Phase, Role
from marktplatz.web.app import create_app
from service_fixtures import World

LINKS = "/api/v1/links"
ORGANISATION = {"id": "bank", "kind": "company", "name": "Bank", "contact": {"name": "Frau Alt", "email": "Alt@bank.example"}}


@pytest.fixture
def smtp() -> Iterator[FakeSmtp]:
    with running_smtp() as server:
        yield server


def deliver(world: World, server: SmtpServer) -> int:
    return deliver_due(world.database, world.clock, server, "https://markt.example")


def secret_in(smtp: FakeSmtp) -> str:
    text = smtp.mails.get(timeout=10).get_content()
    return text.partition("https://markt.example/enter#")[2].split()[0]


def make_person(world: World, phase: Phase = Phase.COLLECTING) -> str:
    world.make_market(phase=Phase.COLLECTING)
    world.as_owner().post("/api/v1/markets/m1/organisations", json=ORGANISATION)
    world.move("m1", phase)
    with world.database.read() as session:
        return session.scalars(select(Person.id)).one()


def test_a_staff_link_works_once_for_a_quarter_of_an_hour(world: World, smtp: FakeSmtp) -> None:
    world.make_account("notar@example.org")
    for wait, expected in ((14, [201, 403]), (15, [403, 403])):
        assert world.browser().post(LINKS, json={"email": "Notar@example.org"}).status_code == 202
        assert deliver(world, smtp.settings) == 1
        secret = secret_in(smtp)
        world.clock.move(minutes=wait)
        assert [world.browser().post(f"{LINKS}/confirm", json={"secret": secret}).status_code for _ in range(2)] == expected


def test_who_came_in_by_a_link_sets_a_password_without_the_old_one_but_not_for_long(world: World, smtp: FakeSmtp) -> None:
    world.make_account("notar@example.org", "ein vergessener Satz")
    world.browser().post(LINKS, json={"email": "notar@example.org"})
    deliver(world, smtp.settings)
    browser = world.browser()
    browser.post(f"{LINKS}/confirm", json={"secret": secret_in(smtp)})
    assert browser.post("/api/v1/session/password", json={"new": "ein neuer Satz"}).status_code == 204
    world.clock.move(minutes=15)
    assert browser.post("/api/v1/session/password", json={"new": "ein dritter Satz"}).status_code == 403


def test_a_secret_is_nowhere_in_the_database_before_and_after_its_mail(world: World, smtp: FakeSmtp) -> None:
    world.make_account("notar@example.org")
    world.browser().post(LINKS, json={"email": "notar@example.org"})
    with world.database.read() as session:
        assert session.scalars(select(Link)).all() == []
        assert "{link}" in str(session.scalars(select(OutboxMessage.body)).one())
    deliver(world, smtp.settings)
    secret = secret_in(smtp)
    with world.database.read() as session:
        assert session.scalars(select(Link.secret_sha256)).all() == [hash_secret(secret)]
        message = session.scalars(select(OutboxMessage)).one()
    assert (message.status, message.attempts) == (MessageStatus.SENT, 1)
    assert secret not in str(message.body)


def test_the_answer_does_not_tell_whether_an_address_is_known(world: World) -> None:
    make_person(world)
    world.make_account("notar@example.org")
    answers = [
        world.browser().post(LINKS, json={"email": mail})
        for mail in ("notar@example.org", "alt@bank.example", "niemand@example.org")
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {(202, answers[0].content)}
    with world.database.read() as session:
        recipients = session.scalars(select(OutboxMessage.recipient).order_by(OutboxMessage.recipient)).all()
    assert sorted(map(str, recipients)) == ["Alt@bank.example", "notar@example.org"]


@pytest.mark.parametrize("mail", ["niemand@example.org", "notar@example.org"])
def test_an_address_gets_three_links_an_hour_known_or_not(world: World, mail: str) -> None:
    world.make_account("notar@example.org")
    seconds = 0.0
    world.app.state.service.rates.read_s = lambda: seconds
    assert [world.browser().post(LINKS, json={"email": mail}).status_code for _ in range(4)] == [202, 202, 202, 429]
    refused = world.browser().post(LINKS, json={"email": mail})
    assert refused.headers["Retry-After"] == "3600"
    seconds = 3600.0
    assert world.browser().post(LINKS, json={"email": mail}).status_code == 202


def test_a_participants_link_works_often_and_until_the_market_is_closed(world: World, smtp: FakeSmtp) -> None:
    person = make_person(world)
    world.browser().post(LINKS, json={"email": "alt@bank.example", "market": "m1"})
    deliver(world, smtp.settings)
    secret = secret_in(smtp)
    world.clock.move(days=100)
    for _ in range(2):
        browser = world.browser()
        who = browser.post(f"{LINKS}/confirm", json={"secret": secret}).json()
        assert (who["kind"], who["id"], who["organisations"]) == ("person", person, ["bank"])
        assert browser.get("/api/v1/markets/m1/organisations/bank").json()["contact"]["email"] == "Alt@bank.example"
    world.move("m1", Phase.CLOSED)
    assert world.browser().post(f"{LINKS}/confirm", json={"secret": secret}).status_code == 403


def test_an_organiser_shuts_a_participant_out(world: World, smtp: FakeSmtp) -> None:
    person = make_person(world)
    world.browser().post(LINKS, json={"email": "alt@bank.example"})
    deliver(world, smtp.settings)
    secret = secret_in(smtp)
    browser = world.browser()
    browser.post(f"{LINKS}/confirm", json={"secret": secret})
    organiser = world.as_token(Role.ORGANISER, "m1")
    assert organiser.delete(f"/api/v1/markets/m1/persons/{person}/entry").status_code == 204
    assert browser.get("/api/v1/session").status_code == 401
    assert world.browser().post(f"{LINKS}/confirm", json={"secret": secret}).status_code == 403


@pytest.mark.parametrize("phase", [Phase.DRAFT, Phase.CLOSED])
def test_before_and_after_a_market_nobody_gets_an_entry_link(world: World, phase: Phase) -> None:
    make_person(world, phase)
    assert world.browser().post(LINKS, json={"email": "alt@bank.example"}).status_code == 202
    with world.database.read() as session:
        assert session.scalars(select(OutboxMessage)).all() == []


def test_an_invitation_waits_until_it_is_released(world: World, smtp: FakeSmtp) -> None:
    person = make_person(world)
    organiser = world.as_token(Role.ORGANISER, "m1")
    message = organiser.post(f"/api/v1/markets/m1/persons/{person}/invitation").json()
    assert (message["status"], message["recipient"]) == ("held", "Alt@bank.example")
    assert deliver(world, smtp.settings) == 0
    address = f"/api/v1/markets/m1/outbox/{message['id']}"
    assert organiser.post(f"{address}/release").json()["status"] == "released"
    assert deliver(world, smtp.settings) == 1
    assert organiser.get(address).json()["status"] == "sent"
    assert [row["id"] for row in organiser.get("/api/v1/markets/m1/outbox?status=sent").json()] == [message["id"]]
    assert world.browser().post(f"{LINKS}/confirm", json={"secret": secret_in(smtp)}).status_code == 201
    assert organiser.post(f"{address}/discard").json()["errors"][0]["code"] == "message_is"


def test_a_discarded_message_never_leaves(world: World, smtp: FakeSmtp) -> None:
    person = make_person(world)
    organiser = world.as_token(Role.ORGANISER, "m1")
    message = organiser.post(f"/api/v1/markets/m1/persons/{person}/invitation").json()
    organiser.post(f"/api/v1/markets/m1/outbox/{message['id']}/release")
    organiser.post(f"/api/v1/markets/m1/outbox/{message['id']}/discard")
    assert deliver(world, smtp.settings) == 0


def test_what_was_refused_is_tried_again_a_few_times_and_leaves_no_link_behind(world: World, smtp: FakeSmtp) -> None:
    world.make_account("notar@example.org")
    world.browser().post(LINKS, json={"email": "notar@example.org"})
    smtp.refusal = b"451 later"
    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert deliver(world, smtp.settings) == 0
        assert deliver(world, smtp.settings) == 0  # not at once
        with world.database.read() as session:
            message = session.scalars(select(OutboxMessage)).one()
            assert session.scalars(select(Link)).all() == []
        assert (message.attempts, message.failure) == (attempt, "SMTPDataError 451")
        world.clock.move(hours=1)
    assert message.status is MessageStatus.FAILED


def test_without_the_encryption_that_is_asked_for_nothing_is_sent(world: World, smtp: FakeSmtp) -> None:
    world.make_account("notar@example.org")
    world.browser().post(LINKS, json={"email": "notar@example.org"})
    plain = smtp.settings
    assert deliver(world, SmtpServer(plain.host, plain.port, plain.sender, security="starttls")) == 0
    with pytest.raises(Empty):
        smtp.mails.get_nowait()


def test_a_running_service_sends_by_itself(world: World, smtp: FakeSmtp) -> None:
    server = smtp.settings
    mail = {"smtp_host": server.host, "smtp_port": server.port, "smtp_sender": server.sender, "smtp_security": "none"}
    settings = Settings(base_url="https://markt.example", trusted_hosts=("testserver",), **mail)
    app = create_app(settings, database=world.database, clock=world.clock)
    world.make_account("notar@example.org")
    with TestClient(app) as client:
        assert client.post(LINKS, json={"email": "notar@example.org"}).status_code == 202
        secret = secret_in(smtp)
        assert client.post(f"{LINKS}/confirm", json={"secret": secret}).status_code == 201
    with world.database.read() as session:
        assert session.scalars(select(Login.is_by_link)).all() == [True]


def test_names_cannot_forge_a_second_line_or_another_link(world: World, smtp: FakeSmtp) -> None:
    person = make_person(world)
    with world.database.write("m1") as session:
        session.get_one(Person, ("m1", person)).name = "{link}\nBcc: alle@example.org {0}"
    world.browser().post(LINKS, json={"email": "alt@bank.example"})
    deliver(world, smtp.settings)
    mail = smtp.mails.get(timeout=10)
    assert mail["Bcc"] is None
    assert mail.get_content().count("https://markt.example/enter#") == 1
