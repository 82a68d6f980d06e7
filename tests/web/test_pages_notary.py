"""The notaries' desk as pages: the queue, one agreement with its five points, the stamp, the way back, more hands, papers."""

import html
import re
from io import BytesIO

import pytest
from fastapi.testclient import TestClient
from pypdf import PdfReader

from day_world import AGREEMENTS, DRAFT, SERVICE, Day, make_day, submit
from marktplatz.db.models import OrganisationRecord
from marktplatz.vocabulary import DeskCheck, Phase, Role
from organiser_world import count_queries, fields_of, sign_in
from service_fixtures import World

DESK = "/organise/m1/notary"
ALL = [check.value for check in DeskCheck]


def open_desk(world: World, name: str = "nora", role: Role = Role.NOTARY) -> TestClient:
    return sign_in(world, world.make_account(f"{name}@example.org", m1=role))


def press(browser: TestClient, address: str, deed: str, **fields: object) -> str:
    """Send a form of a page, as its button does; the page that follows."""
    hidden = fields_of(browser.get(address).text)
    sent = {"form_token": hidden["form_token"], "version": hidden.get("version", ""), **fields}
    return html.unescape(browser.post(f"{address}{deed}", data=sent).text)


def read_pdf(answer: object) -> PdfReader:
    assert answer.status_code == 200, answer.text  # type: ignore[attr-defined]
    assert answer.headers["content-type"] == "application/pdf"  # type: ignore[attr-defined]
    return PdfReader(BytesIO(answer.content))  # type: ignore[attr-defined]


def test_the_queue_shows_the_oldest_first_with_its_waiting_time_and_who_has_it(world: World) -> None:
    day = make_day(world)
    first = submit(world.as_token(Role.BROKER), services=[SERVICE | {"text": "Zuerst gekommen"}])
    world.clock.move(minutes=7)
    submit(world.as_token(Role.BROKER), services=[SERVICE | {"text": "Danach gekommen"}])
    nora, omar = open_desk(world), open_desk(world, "omar")
    page = nora.get(DESK).text
    assert page.index("Zuerst gekommen") < page.index("Danach gekommen")
    assert "wartet 7 Minuten" in page
    assert "2 Vereinbarungen warten" in page
    assert "Zuerst gekommen" in press(nora, DESK, "")
    page = html.unescape(omar.get(DESK).text)
    assert "in der Hand von nora@example.org" in page
    assert "Danach gekommen" in press(omar, DESK, "")
    assert "Gerade wartet nichts" in press(open_desk(world, "pia"), DESK, "")
    assert "hat diese Vereinbarung gerade in der Hand" in omar.get(f"{DESK}/{first}").text
    press(omar, f"{DESK}/{first}", "/take", anyway="on")
    assert "in Ihrer Hand" in omar.get(f"{DESK}/{first}").text
    assert day.agreed("paint") == 0


def test_the_stamp_needs_all_five_points_and_gives_a_number(world: World) -> None:
    make_day(world)
    agreement = submit(world.as_token(Role.BROKER))
    nora = open_desk(world)
    refused = press(nora, f"{DESK}/{agreement}", "/certify", checks=ALL[:3])
    assert "Vor dem Stempel werden alle 5 Punkte geprüft" in refused
    assert refused.count(" checked") == 3
    page = press(nora, f"{DESK}/{agreement}", "/certify", checks=ALL)
    assert re.search(r'class="huge-number">.*<b>1</b>', page)
    assert "Kopien drucken" in page
    again = nora.post(f"{DESK}/{agreement}/certify", data={"form_token": fields_of(page)["form_token"], "version": "1"})
    assert "schon beglaubigt" in again.text


def test_a_double_tap_is_one_certificate(world: World) -> None:
    make_day(world)
    agreement = submit(world.as_token(Role.BROKER))
    nora = open_desk(world)
    hidden = fields_of(nora.get(f"{DESK}/{agreement}").text)
    sent = {**hidden, "checks": ALL, "once": "tap"}
    first, second = (nora.post(f"{DESK}/{agreement}/certify", data=sent, follow_redirects=False) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    assert nora.get(f"/api/v1/markets/m1/agreements/{agreement}").json()["number"] == 1


def test_what_changed_after_it_was_read_is_not_stamped(world: World) -> None:
    make_day(world)
    broker = world.as_token(Role.BROKER)
    agreement = submit(broker)
    nora, omar = open_desk(world), open_desk(world, "omar")
    hidden = fields_of(nora.get(f"{DESK}/{agreement}").text)
    press(omar, f"{DESK}/{agreement}", "/return", why=["contact"], reason="Danke!")
    address = f"{AGREEMENTS}/{agreement}"
    assert broker.get(address).json()["return_reason"] == "Bitte ergänzen: Wer ruft wen an, und bis wann? Danke!"
    broker.patch(address, json={"scope": "Anders"}, headers={"If-Match": broker.get(address).headers["ETag"]})
    broker.post(f"{address}/submit")
    refused = nora.post(f"{DESK}/{agreement}/certify", data={**hidden, "checks": ALL})
    assert refused.status_code == 409
    assert "hat sich inzwischen geändert" in refused.text
    assert "Anders" in refused.text


def test_sending_back_needs_a_reason(world: World) -> None:
    make_day(world)
    agreement = submit(world.as_token(Role.BROKER))
    nora = open_desk(world)
    assert "Diese Angabe ist leer" in press(nora, f"{DESK}/{agreement}", "/return", reason=" ")
    assert "Zurückgegeben." in press(nora, f"{DESK}/{agreement}", "/return", why="vague")


def test_broken_rules_stand_there_before_the_stamp_with_names_and_more_hands_are_found(world: World) -> None:
    day = make_day(world)
    first = submit(world.as_token(Role.BROKER))
    second = submit(world.as_token(Role.BROKER))
    nora = open_desk(world)
    press(nora, f"{DESK}/{first}", "/certify", checks=ALL)
    page = html.unescape(nora.get(f"{DESK}/{second}").text)
    assert "So geht es nicht" in page
    assert "„Anstrich für die Wände“ ist vergeben: Alle Plätze (1)" in page
    refused = press(nora, f"{DESK}/{second}", "/raise", entry="paint", raise_to="2", raise_reason="")
    assert 'href="#f-raise_reason"' in refused
    assert 'id="f-raise_reason"' in refused
    for entry in ("paint", "walls"):
        page = press(nora, f"{DESK}/{second}", "/raise", entry=entry, raise_to="2", raise_reason="Zwei Kolleginnen machen mit.")
    assert "So geht es nicht" not in page
    assert page.count("Zwei Kolleginnen machen mit.") == 2
    assert "nora@example.org" in page
    assert re.search(r"<b>2</b>", press(nora, f"{DESK}/{second}", "/certify", checks=ALL))
    assert day.agreed("paint") == 2


def test_void_and_replaced_leads_to_the_new_draft_and_back(world: World) -> None:
    make_day(world)
    agreement = submit(world.as_token(Role.BROKER))
    nora = open_desk(world)
    press(nora, f"{DESK}/{agreement}", "/certify", checks=ALL)
    page = press(nora, f"{DESK}/{agreement}", "/replace", void_reason="Falscher Tag.")
    assert "neue Entwurf mit demselben Inhalt" in page
    assert "Nr. 1" in page
    assert "Falscher Tag." in page
    assert "Zur neuen Vereinbarung" in nora.get(f"{DESK}/{agreement}").text


def test_copies_are_tagged_have_a_page_each_and_no_contact_for_the_notary(world: World) -> None:
    day = make_day(world)
    day.organisation("shy", contact={"name": "Canary", "phone": "0221 99"})
    with world.database.write("m1") as session:
        session.get_one(OrganisationRecord, ("m1", "shy")).name = "Scheue Stiftung 👍"
    agreement = submit(
        world.as_token(Role.BROKER), parties=["bank", "shy"], services=[{"giver": "bank", "taker": "shy", "text": "Hilfe 北"}]
    )
    nora = open_desk(world)
    copies = f"/organise/m1/agreements/{agreement}/copies.pdf"
    draft = read_pdf(nora.get(copies))
    assert "nicht beglaubigt" in draft.pages[0].extract_text()
    press(nora, f"{DESK}/{agreement}", "/certify", checks=ALL)
    reader = read_pdf(nora.get(copies))
    assert len(reader.pages) == 3
    assert bool(reader.trailer["/Root"]["/MarkInfo"]["/Marked"])  # type: ignore[index]
    assert "/StructTreeRoot" in reader.trailer["/Root"]  # type: ignore[operator]
    texts = [page.extract_text() for page in reader.pages]
    assert all("Nr. 1" in text and "Scheue Stiftung" in text for text in texts)
    assert "Canary" not in "".join(texts)
    assert "THUMBS UP SIGN" in texts[0]
    assert nora.get(copies).content == nora.get(copies).content
    organiser = open_desk(world, "chefin", Role.ORGANISER)
    assert "Canary, 0221 99" in read_pdf(organiser.get(copies)).pages[0].extract_text()


def test_participants_print_their_own_once_it_is_certified_and_a_certificate(world: World) -> None:
    day = make_day(world)
    agreement = submit(world.as_token(Role.BROKER))
    paul, stranger = day.person("paul", "bank"), day.person("stella", "choir")
    own, certificate = f"/m/m1/me/agreements/{agreement}.pdf", "/m/m1/me/certificate.pdf"
    assert (paul.get(own).status_code, paul.get(certificate).status_code) == (409, 409)
    press(open_desk(world), f"{DESK}/{agreement}", "/certify", checks=ALL)
    page = html.unescape(paul.get("/m/m1/me/agreements", headers={"Accept": "text/html"}).text)
    assert f'href="{own}"' in page
    assert f'href="{certificate}"' in page
    assert "Nr. 1" in read_pdf(paul.get(own)).pages[0].extract_text()
    text = read_pdf(paul.get(certificate)).pages[0].extract_text()
    assert "Urkunde" in text
    assert "Wände streichen" in text
    assert stranger.get(own).status_code == 404
    assert stranger.get(certificate).status_code == 409


def test_the_desk_asks_as_often_with_a_full_pile_as_with_one(world: World) -> None:
    day = make_day(world)
    broker = world.as_token(Role.BROKER)
    submit(broker)
    nora = open_desk(world)
    few = count_queries(world, nora, DESK)
    for number in range(60):
        fill(day, number)
        submit(broker, parties=["bank", f"o{number}"], services=[{"giver": "bank", "taker": f"o{number}", "text": "Hilfe"}])
    assert count_queries(world, nora, DESK) == few
    page = nora.get(DESK).text
    assert page.count('class="queue-link"') == 50
    assert "61 Vereinbarungen warten" in page


def fill(day: Day, number: int) -> None:
    with day.world.database.write("m1") as session:
        first = session.get_one(OrganisationRecord, ("m1", "club"))
        kept = {c.key: getattr(first, c.key) for c in OrganisationRecord.__table__.columns if c.key not in ("id", "version")}
        session.add(OrganisationRecord(**{**kept, "id": f"o{number}", "name": f"Verein {number}"}))


@pytest.mark.parametrize("role", [Role.HELPER, Role.MODERATOR])
def test_others_of_the_team_have_no_desk(world: World, role: Role) -> None:
    make_day(world)
    assert open_desk(world, "x", role).get(DESK).status_code == 403


def test_a_broker_looks_and_does_not_stamp(world: World) -> None:
    make_day(world)
    agreement = submit(world.as_token(Role.BROKER), scope=DRAFT["scope"])
    browser = open_desk(world, "bo", Role.BROKER)
    page = browser.get(f"{DESK}/{agreement}").text
    assert "Prüfen und stempeln" not in page
    assert "Ungültig machen" not in page
    world.move("m1", Phase.CLOSED)
    assert browser.get(DESK).status_code == 200
