"""The hall's Wi-Fi goes: door, broker and notary go on, what they do waits visibly, and stands there once when it is back."""

import re

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import func, select

from browsing import DESK, PHONE, SMALLEST, Site, check_accessibility, check_width, take_picture
from day_world import Day, make_day
from doors_world import make_link
from marktplatz.db.models import Agreement, CheckIn, HallNote, OrganisationRecord
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.door import note_at_door
from marktplatz.vocabulary import AgreementStatus, CheckInStatus, Role
from offline_world import (
    DOOR,
    all_sent,
    come_in,
    count,
    find_numbers,
    let_in,
    make_pile,
    make_queue_at_the_door,
    stamp,
    state,
    waits,
)

pytestmark = pytest.mark.chromium


@pytest.fixture
def day(site: Site) -> Day:
    return make_queue_at_the_door(site.world)


@pytest.mark.usefixtures("day")
def test_the_door_goes_on_without_a_connection(site: Site) -> None:
    page = come_in(site)
    expect(page.locator("#waiting")).to_be_hidden()
    page.context.set_offline(True)
    page.get_by_role("searchbox").fill("mull")
    expect(page.locator(".guest:visible")).to_have_count(1)
    let_in(page, "Bäckerei Müller")
    waits(page, 1)
    page.get_by_role("searchbox").fill("")
    expect(page.locator(".guest:visible")).to_have_count(25)
    for name in ("Sparbank am Wilhelmplatz", "Förderverein 03"):
        let_in(page, name)
    waits(page, 3)
    expect(page.get_by_text("Wartet auf Verbindung: Bäckerei Müller: Da (1)")).to_be_visible()
    expect(page.get_by_role("button", name="Da Bäckerei Müller")).to_be_hidden()
    expect(page.locator(".door-figures")).to_contain_text("0 / 25")  # what waits is never counted as done
    expect(page.locator("#said")).to_contain_text("Wartet auf Verbindung")
    page.locator("#waiting summary").click()
    expect(page.locator("#waiting li")).to_have_count(3)
    check_accessibility(page)
    for size in (SMALLEST, PHONE, DESK):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        check_width(page)
        take_picture(page, f"offline-door-{size['width']}")
    assert count(site.world, "check_in") == 0
    page.context.set_offline(False)
    all_sent(page)
    expect(page.locator(".door-figures")).to_contain_text("3 / 25")
    assert count(site.world, "check_in") == 3


@pytest.mark.usefixtures("day")
def test_twenty_deeds_of_five_minutes_alone_arrive_once(site: Site) -> None:
    page = come_in(site)
    page.clock.install()
    page.reload()
    page.context.set_offline(True)
    for number in range(20):
        let_in(page, f"Förderverein {number:02}")
        waits(page, number + 1)
        page.clock.fast_forward(15_000)
    page.clock.fast_forward("05:00")
    waits(page, 20)
    page.context.set_offline(False)
    page.clock.fast_forward(40_000)
    page.clock.resume()
    all_sent(page)
    assert count(site.world, "check_in") == 20
    with site.world.database.read() as session:
        assert session.scalar(select(func.count()).select_from(CheckIn)) == 20


@pytest.mark.usefixtures("day")
def test_what_was_done_although_the_answer_was_lost_is_not_done_twice(site: Site) -> None:
    page = come_in(site)
    lost: list[int] = []

    def lose(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        lost.append(route.fetch(max_redirects=0).status)
        route.abort()

    page.route(f"**{DOOR}/**", lose)
    let_in(page, "Bäckerei Müller")
    waits(page, 1)
    assert lost[0] == 303
    first = state(site.world, "mueller0")
    page.unroute_all(behavior="wait")  # it may be losing the next answer just now
    all_sent(page)
    assert count(site.world, "check_in") == 1
    second = state(site.world, "mueller0")
    assert first is not None
    assert second is not None
    assert first.version == second.version


def meet_a_stranger(site: Site, status: int, heading: str) -> None:
    """Something else answers in the server's place. A service worker could fetch past it."""
    page = come_in(site, service_workers="block")
    body = f"<h1>{heading}</h1>"
    page.route(f"**{DOOR}/**", lambda route: route.fulfill(status=status, body=body, content_type="text/html"))
    let_in(page, "Bäckerei Müller")
    waits(page, 1)
    page.unroute(f"**{DOOR}/**")
    all_sent(page)
    assert count(site.world, "check_in") == 1


@pytest.mark.usefixtures("day")
@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_proxy_without_its_server_counts_as_no_connection(site: Site, status: int) -> None:
    meet_a_stranger(site, status, "Bad Gateway")


@pytest.mark.usefixtures("day")
def test_a_page_of_somebody_elses_network_is_no_answer(site: Site) -> None:
    meet_a_stranger(site, 200, "Welcome to Free WiFi")


@pytest.mark.usefixtures("day")
def test_what_the_server_refuses_at_once_never_waits(site: Site) -> None:
    page = come_in(site)
    page.get_by_role("textbox", name="Personen Bäckerei Müller").fill("viele")
    let_in(page, "Bäckerei Müller")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.locator("#waiting")).to_be_hidden()
    assert count(site.world, "check_in") == 0


@pytest.mark.usefixtures("day")
def test_somebody_else_was_there_meanwhile_and_a_person_decides(site: Site) -> None:
    page = come_in(site)
    page.goto(f"{DOOR}/spar0")
    page.context.set_offline(True)
    page.get_by_role("button", name="Kommt nicht").click()
    waits(page, 1)
    with site.world.database.write("m1") as session:
        note_at_door(session, site.world.clock.now, SYSTEM, "m1", "spar0", CheckInStatus.PRESENT, 4, 0)
    page.context.set_offline(False)
    expect(page.locator("[data-waiting-conflicts]")).to_have_text("1 Konflikt")
    kept = state(site.world, "spar0")
    assert kept is not None
    assert kept.status is CheckInStatus.PRESENT, "what is not clear is not guessed"
    page.locator("#waiting summary").click()
    expect(page.locator("#waiting li")).to_contain_text("an einem anderen Platz")
    check_accessibility(page)
    take_picture(page, "offline-conflict")
    page.reload()
    expect(page.locator("[data-waiting-conflicts]")).to_have_text("1 Konflikt")
    page.locator("#waiting summary").click()
    page.get_by_role("button", name="Ansehen und klären").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.locator("#now")).to_contain_text("da · 4 Personen")
    check_accessibility(page)
    page.get_by_role("button", name="Gegangen").click()
    expect(page.locator("#noted")).to_contain_text("ist gegangen.")
    expect(page.locator("#waiting")).to_be_hidden()


@pytest.mark.usefixtures("day")
def test_two_deeds_on_one_thing_are_no_conflict_with_oneself(site: Site) -> None:
    page = come_in(site)
    page.goto(f"{DOOR}/spar0")
    page.context.set_offline(True)
    page.get_by_role("button", name="4 Personen").click()
    waits(page, 1)
    page.get_by_role("button", name="Kommt nicht").click()
    waits(page, 2)
    page.context.set_offline(False)
    all_sent(page)
    kept = state(site.world, "spar0")
    assert kept is not None
    assert (kept.status, kept.version) == (CheckInStatus.ABSENT, 2)


@pytest.mark.usefixtures("day")
def test_a_login_that_is_over_keeps_the_queue(site: Site) -> None:
    secret = make_link(site.world, Role.HELPER)
    page = come_in(site, secret=secret)
    page.context.set_offline(True)
    let_in(page, "Bäckerei Müller")
    waits(page, 1)
    page.context.clear_cookies()
    page.context.set_offline(False)
    expect(page.locator("[data-waiting-why]")).to_contain_text("Bitte melden Sie sich wieder an")
    waits(page, 1)
    page.locator("#waiting summary").click()
    check_accessibility(page)
    page.goto(f"/enter#{make_link(site.world, Role.HELPER, 'Andere Tür')}")
    page.get_by_role("button", name="Weiter").click()
    page.wait_for_url(re.compile("station_open"))
    waits(page, 1)
    page.locator("#waiting summary").click()
    expect(page.locator("#waiting li")).to_contain_text("wartet auf die Anmeldung, mit der es begann")
    assert count(site.world, "check_in") == 0
    page.goto(f"/enter#{secret}")
    page.get_by_role("button", name="Weiter").click()
    all_sent(page)
    assert count(site.world, "check_in") == 1


def test_a_walk_in_and_a_brokers_note_wait_as_well(site: Site, day: Day) -> None:
    page = come_in(site)
    page.goto("/organise/m1/walk-in")
    page.context.set_offline(True)
    for name in ("Kiosk am Eck", "Imbiss Zur Post"):
        page.get_by_label("Wie heißt die Organisation?").fill(name)
        page.get_by_role("radio", name="Unternehmen").check()
        page.get_by_role("button", name="Aufnehmen und einlassen").click()
        expect(page.get_by_label("Wie heißt die Organisation?")).to_have_value("")
    waits(page, 2)
    page.context.set_offline(False)
    all_sent(page)
    broker = come_in(site, Role.BROKER)
    broker.goto("/organise/m1/broker/club")
    broker.context.set_offline(True)
    broker.get_by_label("Notiz", exact=True).fill("Warten auf den Vorstand.")
    broker.get_by_role("button", name="Notiz speichern").click()
    waits(broker, 1)
    expect(broker.get_by_label("Notiz", exact=True)).to_have_value("")
    take_picture(broker, "offline-broker")
    broker.context.set_offline(False)
    all_sent(broker)
    with day.world.database.read() as session:
        names = {each.name for each in session.scalars(select(OrganisationRecord))}
        assert {"Kiosk am Eck", "Imbiss Zur Post"} <= names
        assert [each.text for each in session.scalars(select(HallNote))] == ["Warten auf den Vorstand."]


def write_agreement(page: Page, text: str) -> None:
    for place, name in enumerate(("Sparbank am Wilhelmplatz", "Bäckerei Müller"), 1):
        page.get_by_label(f"{place}. Organisation", exact=True).fill(name)
    page.get_by_label("Was wird getan oder gegeben?").first.fill(text)
    page.get_by_role("button", name="An das Notariat").click()


@pytest.mark.usefixtures("day")
def test_agreements_are_written_down_without_a_connection(site: Site) -> None:
    page = come_in(site, Role.BROKER)
    page.goto("/organise/m1/agreements/new")
    page.context.set_offline(True)
    for text in ("Brötchen für das Fest", "Torte für das Fest"):
        write_agreement(page, text)
        expect(page.get_by_label("Was wird getan oder gegeben?").first).to_have_value("")
    waits(page, 2)
    page.context.set_offline(False)
    all_sent(page)
    with site.world.database.read() as session:
        kept = list(session.scalars(select(Agreement)))
        assert sorted(each.services[0].text for each in kept) == ["Brötchen für das Fest", "Torte für das Fest"]
        assert {each.status for each in kept} == {AgreementStatus.SUBMITTED}


def test_a_notary_foretells_numbers_that_are_given_later(site: Site) -> None:
    make_day(site.world, name="Markt am Rhein")
    pile = make_pile(site.world, 3)
    first = come_in(site, Role.NOTARY)
    pages = [first, *(first.context.new_page() for _ in range(2))]
    for page, agreement in zip(pages, pile, strict=True):
        page.goto(f"/organise/m1/notary/{agreement}")
    first.context.set_offline(True)
    for page, number in zip(pages, (1001, 1002, 1003), strict=True):
        page.bring_to_front()
        stamp(page)
        expect(page.locator("main")).to_contain_text(f"vorgemerkt Nr. {number}, noch nicht beglaubigt")
    check_accessibility(pages[2])
    take_picture(pages[2], "offline-notary")
    assert [status for status, _ in find_numbers(site.world)] == ["submitted"] * 3
    first.context.set_offline(False)
    for page in pages:
        all_sent(page)
    assert find_numbers(site.world) == [("certified", 1001), ("certified", 1002), ("certified", 1003)]
    expect(pages[2].locator(".huge-number")).to_contain_text("1003")
