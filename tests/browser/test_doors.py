"""A helper on a phone at the door, an organiser who prints the cards, a participant who comes in by herself; by keyboard too."""

import pytest
from playwright.sync_api import Page, expect

from browsing import DESK, PHONE, SMALLEST, Site, check_accessibility, check_width, tab_to, take_picture
from day_world import Day
from doors_world import add_named, make_doors, make_link
from marktplatz.db.models import CheckIn, MarketRecord, Person, Representation
from marktplatz.vocabulary import CheckInStatus, Phase, Role

pytestmark = pytest.mark.chromium

DOOR = "/organise/m1/door"


@pytest.fixture
def day(site: Site) -> Day:
    made = make_doors(site.world)
    add_named(site.world, "m1", *(f"Förderverein der Grundschule Nummer {number}" for number in range(60)), prefix="school")
    return made


def check(page: Page, name: str) -> None:
    check_accessibility(page)
    for size in (SMALLEST, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        check_width(page)
    take_picture(page, f"{name}-phone")
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    take_picture(page, f"{name}-desk")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]


def come_in(site: Site, role: Role = Role.HELPER) -> Page:
    """As by the phone's own camera: the link, and one tap."""
    page = site.open(f"/enter#{make_link(site.world, role)}", size=PHONE, reduced_motion="reduce")
    assert "#" not in page.evaluate("location.href")
    page.get_by_role("button", name="Weiter").click()
    return page


def press(page: Page, role: str, name: str, key: str = "Enter") -> None:
    target = page.get_by_role(role, name=name, exact=True).first  # type: ignore[arg-type]
    tab_to(page, target)
    page.keyboard.press(key)


@pytest.mark.usefixtures("day")
def test_a_helper_opens_the_link_searches_while_typing_and_lets_in(site: Site) -> None:
    page = come_in(site)
    expect(page).to_have_url(f"{site.address}{DOOR}?done=station_open")
    expect(page.get_by_role("navigation", name="Ihre Aufgaben").get_by_role("link")).to_have_count(2)
    check(page, "door")
    search = page.get_by_role("searchbox", name="Wer steht vor Ihnen?")
    search.click()
    page.keyboard.type("mueler")
    expect(page.locator(".guest")).to_have_count(1)
    expect(search).to_be_focused()
    expect(search).to_have_value("mueler")
    expect(page.locator("#said")).to_have_text("Ein Treffer")
    check(page, "door-found")
    page.get_by_role("textbox", name="Personen Bäckerei Müller").fill("3")
    page.get_by_role("button", name="Da Bäckerei Müller").click()
    expect(page.locator("#noted")).to_contain_text("Bäckerei Müller: ist da, mit 3 Personen.")
    expect(page.locator("#said")).to_contain_text("ist da, mit 3 Personen.")
    expect(search).to_be_focused()
    expect(search).to_have_value("")
    expect(page.locator(".door-figures")).to_contain_text("1 / 65")
    check(page, "door-let-in")
    page.get_by_role("button", name="Rückgängig Bäckerei Müller").click()
    expect(page.locator("#noted")).to_contain_text("ist zurückgenommen.")
    expect(page.locator(".door-figures")).to_contain_text("0 / 65")


@pytest.mark.usefixtures("day")
def test_two_phones_at_two_doors_see_each_other(site: Site) -> None:
    left, right = come_in(site), come_in(site)
    for page in (left, right):
        page.goto(f"{DOOR}/spar0")
        check(page, "guest")
    left.get_by_role("button", name="4 Personen").click()
    expect(left.locator("#noted")).to_contain_text("ist da, mit 4 Personen.")
    right.get_by_role("button", name="Kommt nicht").click()
    expect(right.get_by_role("alert")).to_be_focused()
    expect(right.get_by_role("alert")).to_contain_text("an einem anderen Platz")
    expect(right.locator("#now")).to_contain_text("da · 4 Personen")
    check(right, "guest-noted-meanwhile")
    right.get_by_role("button", name="Gegangen").click()
    expect(right.locator("#noted")).to_contain_text("ist gegangen.")
    right.goto(f"{DOOR}?view=left")
    expect(right.locator(".guest")).to_have_count(1)
    check(right, "door-left")


@pytest.mark.usefixtures("day")
def test_a_walk_in_by_keyboard_alone(site: Site) -> None:
    page = come_in(site)
    page.get_by_role("searchbox").focus()
    page.keyboard.type("Kiosk am Eck")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Niemand mit diesem Namen")).to_be_visible()
    check(page, "door-nobody")
    press(page, "link", "„Kiosk am Eck“ neu aufnehmen")
    expect(page.get_by_label("Wie heißt die Organisation?")).to_have_value("Kiosk am Eck")
    press(page, "button", "Aufnehmen und einlassen")
    expect(page.get_by_role("alert")).to_be_focused()
    check(page, "walk-in-refused")
    press(page, "radio", "Unternehmen", key="Space")
    press(page, "button", "Aufnehmen und einlassen")
    expect(page.locator("#notice")).to_be_focused()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kiosk am Eck")
    expect(page.get_by_role("heading", name="Der nächste Schritt")).to_be_visible()
    check(page, "walked-in")
    page.emulate_media(media="print")
    expect(page.locator(".badge")).to_be_visible()
    expect(page.locator(".one-guest")).to_be_hidden()
    take_picture(page, "badge-printed")
    page.emulate_media(media="screen")
    page.goto("/organise/m1/walk-in?name=Baeckerei+Muller")
    press(page, "radio", "Unternehmen", key="Space")
    press(page, "button", "Aufnehmen und einlassen")
    expect(page.get_by_role("alert")).to_be_focused()
    check(page, "walk-in-namesake")


@pytest.mark.usefixtures("day")
def test_without_script_the_door_works_as_well(site: Site) -> None:
    page = site.open("/enter", size=PHONE, java_script_enabled=False)
    page.get_by_label("Der Link aus der Mail").fill(make_link(site.world, Role.HELPER))
    page.get_by_role("button", name="Weiter").click()
    page.get_by_role("searchbox").fill("wilhelm")
    page.get_by_role("button", name="Suchen").click()
    page.get_by_role("button", name="Da Sparbank am Wilhelmplatz").click()
    expect(page.get_by_text("ist da, mit einer Person.")).to_be_visible()
    with site.world.database.read() as session:
        assert session.get_one(CheckIn, ("m1", "spar0")).status is CheckInStatus.PRESENT


@pytest.mark.usefixtures("day")
def test_an_organiser_prints_cards_and_notes_who_did_not_come(site: Site) -> None:
    page = site.open("/organise/m1/day/stations", cookie=site.sign_in_owner(), reduced_motion="reduce")
    check(page, "stations-none")
    page.get_by_role("radio", name="Notariat").check()
    page.get_by_label("Wie viele").fill("2")
    page.get_by_role("button", name="Anlegen und Karten zeigen").click()
    expect(page.get_by_role("img", name="QR-Code: Notariat 1")).to_be_visible()
    check(page, "cards")
    page.set_viewport_size({"width": 794, "height": 1123})
    page.emulate_media(media="print")
    take_picture(page, "cards-printed")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.emulate_media(media="screen")
    page.get_by_role("link", name="Zurück zu den Stationen").click()
    expect(page.locator(".post")).to_have_count(2)
    page.get_by_role("button", name="Neue Karten für die ausgewählten").click()
    expect(page.get_by_role("alert")).to_be_focused()
    check(page, "stations")
    page.get_by_role("link", name="Notariat 1").click()
    page.get_by_label("Wer sitzt hier?").fill("Frau Notarin Öztürk")
    check(page, "station")
    page.get_by_role("button", name="Speichern").click()
    expect(page.locator("#notice")).to_be_focused()
    page.goto("/organise/m1/no-shows")
    check(page, "no-shows")
    page.get_by_role("button", name="Ja, alle 65 sind nicht gekommen").click()
    expect(page.locator("#notice")).to_contain_text("Alle Übrigen sind nicht gekommen.")
    check(page, "door-organiser")


def test_a_participant_comes_in_by_herself(site: Site, day: Day) -> None:
    with day.world.database.write("m1") as session:
        session.add(Person(market_id="m1", id="kim", name="Kim", email="kim@example.org", created_at=day.world.clock.now))
        session.flush()
        session.add(Representation(market_id="m1", organisation_id="club", person_id="kim", is_contact=True))
    page = site.open("/m/m1/me", size=PHONE, cookie=site.sign_in_person("m1", "kim"), reduced_motion="reduce")
    press(page, "link", "Eintragen, dass Sie da sind")
    check(page, "here")
    page.get_by_label("Wie viele sind Sie?").fill("2")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_be_focused()
    check(page, "here-noted")
    page.goto(f"{DOOR}/club")
    expect(page.get_by_role("heading", level=1)).to_have_text("Willkommen!")
    check(page, "badge-read-by-a-participant")


@pytest.mark.usefixtures("day")
def test_before_the_day_the_door_says_when_it_opens(site: Site) -> None:
    with site.world.database.write("m1") as session:
        session.get_one(MarketRecord, "m1").phase = Phase.MATCHING
    page = come_in(site)
    expect(page.get_by_text("Der Einlass öffnet am Markttag.")).to_be_visible()
    check(page, "door-before")
    page.goto(f"{DOOR}/spar0")
    check(page, "guest-before")
