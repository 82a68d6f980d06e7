"""A treasurer on a phone, with the keyboard alone: her own page from the first entry to the agreements, and the way out."""

import pytest
from playwright.sync_api import Page, expect

from browsing import DESK, PHONE, SMALLEST, Site, check_accessibility, check_width, tab_to, take_picture
from marktplatz.db.models import EntryRecord, MarketRecord, OrganisationRecord
from marktplatz.vocabulary import Attendance, Phase, Standing, Trading, Visibility
from mypage_world import Town, make_town

pytestmark = pytest.mark.chromium

ME = "/m/m1/me"


@pytest.fixture
def town(site: Site) -> Town:
    made = make_town(site.world, date=site.world.clock.now.date().replace(month=4))
    made.profile(
        begins="18:00", ends="20:30", venue="Bürgerhaus Nippes", address="Nippeser Straße 3", organiser_email="buero@example.org"
    )
    made.organisation("club", name="Turnverein Nippes 1904", about="Turnen, Laufen und ein Jugendraum für alle im Viertel.")
    made.organisation("bank", name="Sparbank am Wilhelmplatz", about="Eine Bank mit 40 Leuten, die gern zupacken.")
    made.organisation("choir", name="Chor der Vielen")
    return made


def open_as(site: Site, path: str = "", person: str = "kim", size: dict[str, int] = PHONE) -> Page:
    return site.open(ME + path, size=size, cookie=site.sign_in_person("m1", person), reduced_motion="reduce")


def check(page: Page, name: str) -> None:
    """In light and dark, on a phone, on the smallest one and on a desk."""
    check_accessibility(page)
    for size in (SMALLEST, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        check_width(page)
    take_picture(page, name)


def press(page: Page, role: str, name: str, key: str = "Enter") -> None:
    """Come to something by the Tab key, as somebody without a mouse does, and press it."""
    target = page.get_by_role(role, name=name, exact=True).first  # type: ignore[arg-type]
    tab_to(page, target)
    page.keyboard.press(key)


def fill(page: Page, label: str, text: str) -> None:
    press(page, "textbox", label, key="Control+A")
    page.keyboard.insert_text(text)


@pytest.mark.usefixtures("town")
def test_an_entry_is_written_mended_withdrawn_and_fetched_back_by_keyboard(site: Site) -> None:
    page = open_as(site)
    expect(page.get_by_role("heading", level=1)).to_have_text("Turnverein Nippes 1904")
    check(page, "overview")
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    take_picture(page, "overview-desk")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    press(page, "link", "Noch etwas anbieten")
    check(page, "entry-new")
    fill(page, "Wie viele Stunden je Person? freiwillig", "viele")
    press(page, "button", "Eintrag speichern")
    expect(page.get_by_role("alert")).to_be_focused()
    check(page, "entry-refused")
    press(
        page, "link", "Wie viele Stunden je Person?: „viele“ ist keine Zahl; erwartet wird eine Zahl wie 2 oder 2,5 (in JSON 2.5)."
    )
    expect(page.get_by_label("Wie viele Stunden je Person?")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("2,5")
    page.get_by_label("Kurze Überschrift").focus()
    page.keyboard.insert_text("Saal für Feiern")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_be_focused()
    expect(page.locator("#notice")).to_contain_text("sieht ihn sich noch an")
    press(page, "button", "Zurückziehen Saal für Feiern")
    expect(page.locator("#notice")).to_be_focused()
    check(page, "overview-withdrawn-entry")
    press(page, "button", "Zurückholen Saal für Feiern")
    expect(page.locator("#notice")).to_contain_text("wieder da")


def test_every_standing_tells_what_to_do(site: Site, town: Town) -> None:
    town.entry("walls", standing=Standing.RETURNED, return_reason="Wie viele Wände sind es?\nUnd wann?")
    page = open_as(site)
    for standing in (Standing.RETURNED, Standing.SUBMITTED, Standing.WAITING, Standing.WITHDRAWN):
        town.organisation("club", standing=standing, return_reason="Bitte ergänzen Sie die Postleitzahl.")
        page.reload()
        check(page, f"overview-{standing}")
    press(page, "button", "Doch wieder teilnehmen")
    expect(page.locator("#notice")).to_be_focused()
    press(page, "link", "Teilnahme zurückziehen")
    check(page, "withdraw")
    press(page, "link", "Nein, dabei bleiben")
    press(page, "link", "Angaben ändern")
    check(page, "organisation")
    fill(page, "Internetseite freiwillig", "javascript:alert(1)")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    check(page, "organisation-refused")


def test_a_stale_edit_shows_both_versions(site: Site, town: Town) -> None:
    page = open_as(site, "/entry/walls")
    check(page, "entry-edit")
    town.entry("walls", title="Anstrich, sagt die Kollegin")
    fill(page, "Kurze Überschrift", "Zwei Wände streichen")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("region", name="So steht es jetzt da")).to_contain_text("Anstrich, sagt die Kollegin")
    expect(page.get_by_label("Kurze Überschrift")).to_have_value("Zwei Wände streichen")
    check(page, "entry-stale")
    press(page, "button", "Eintrag speichern")
    expect(page.locator("#notice")).to_be_focused()
    assert town.get(EntryRecord, ("m1", "walls")).title == "Zwei Wände streichen"


def test_wishes_are_searched_put_and_taken_back_by_keyboard(site: Site, town: Town) -> None:
    town.add_organisations(45)
    page = open_as(site, "/wishes")
    check(page, "wishes")
    box = page.get_by_role("searchbox")
    box.focus()
    page.keyboard.insert_text("sparbank")
    page.keyboard.press("Enter")
    expect(page.locator("#others fieldset")).to_have_count(1)
    expect(box).to_be_focused()
    page.get_by_role("button", name="Suchen").press("Enter")
    expect(page.locator("#others")).to_be_focused()
    press(page, "radio", "kein Wunsch", key="ArrowRight")
    expect(page.get_by_role("radio", name="unbedingt treffen")).to_be_checked()
    press(page, "button", "Wünsche speichern")
    expect(page.locator("#notice")).to_be_focused()
    expect(page.locator("#own-wishes")).to_contain_text("Sparbank am Wilhelmplatz")
    check(page, "wishes-put")
    press(page, "button", "Zurücknehmen Sparbank am Wilhelmplatz")
    expect(page.locator("#own-wishes")).to_contain_text("Noch keine")
    expect(page.locator("#own-wishes")).to_be_focused()
    expect(page.locator("#said")).to_contain_text("zurückgenommen")
    check(page, "wishes-taken-back")
    page.goto(f"{ME}/wishes")
    for name in ("Chor der Vielen", "Sparbank am Wilhelmplatz", "Verein 000", "Verein 001"):
        radio = page.get_by_role("group", name=name).get_by_role("radio", name="unbedingt treffen")
        radio.focus()
        box, bar = radio.bounding_box(), page.locator(".sticky-deeds").bounding_box()
        assert box is not None
        assert bar is not None
        assert box["y"] + box["height"] <= bar["y"]  # nothing that has the focus is behind the button
        page.keyboard.press("Space")
    page.get_by_role("button", name="Wünsche speichern").press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    check(page, "wishes-too-many")
    page.goto(f"{ME}/wishes?q=xyz")
    check(page, "wishes-nobody-found")
    town.profile(visibility=Visibility.NOBODY)
    page.goto(f"{ME}/wishes")
    check(page, "wishes-no-list")


def test_coming_and_cancelling_by_keyboard(site: Site, town: Town) -> None:
    page = open_as(site, "/attendance")
    fill(page, "Wie viele kommen? freiwillig", "viele")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    check(page, "attendance-refused")
    fill(page, "Wie viele kommen? freiwillig", "2")
    page.keyboard.press("Tab")
    page.keyboard.insert_text("Eine Rampe, bitte")
    press(page, "button", "Ja, wir kommen")
    expect(page.locator("#notice")).to_be_focused()
    check(page, "attendance-coming")
    press(page, "link", "Wir können doch nicht kommen")
    check(page, "attendance-sure")
    press(page, "button", "Ja, absagen")
    expect(page.locator("#notice")).to_be_focused()
    check(page, "attendance-cancelled")
    assert town.get(OrganisationRecord, ("m1", "club")).attendance is Attendance.CANCELLED


def test_plans_before_and_after_they_are_published_and_on_paper(site: Site, town: Town) -> None:
    page = open_as(site, "/proposals")
    for part in ("proposals", "timetable", "agreements"):
        page.goto(f"{ME}/{part}")
        check(page, f"{part}-empty")
    town.profile(trading=Trading.ROUNDS, round_minutes=7)
    town.put(MarketRecord, "m1", break_rounds=[3], phase=Phase.DAY)
    town.publish()
    town.agree()
    for part in ("proposals", "timetable", "agreements"):
        page.goto(f"{ME}/{part}")
        expect(page.locator("main")).to_contain_text("Sparbank")
        check(page, part)
        page.set_viewport_size(DESK)  # type: ignore[arg-type]
        take_picture(page, f"{part}-desk")
        page.emulate_media(media="print")
        expect(page.get_by_role("navigation", name="Meine Seite")).to_be_hidden()
        take_picture(page, f"{part}-paper")
        page.emulate_media(media="screen")


@pytest.mark.usefixtures("town")
def test_ones_own_data_consents_and_the_way_out_by_keyboard(site: Site) -> None:
    page = open_as(site, "/data")
    check(page, "data")
    press(page, "button", "Zustimmen Fotos")
    expect(page.get_by_role("button", name="Zurücknehmen Fotos")).to_be_focused()
    check(page, "data-consented")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Zustimmen Fotos")).to_be_focused()
    page.get_by_text("Andere Adresse angeben").press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.insert_text("neu@example.org")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_be_focused()
    check(page, "data-code")
    fill(page, "Code aus der Mail", "falsch")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    check(page, "data-wrong-code")
    page.goto(f"{ME}/stored")
    check(page, "stored")
    page.goto(f"{ME}/erase")
    check(page, "erase")
    press(page, "button", "Daten jetzt löschen")
    expect(page.get_by_role("alert")).to_be_focused()
    check(page, "erase-unsure")
    page.goto(f"{ME}/data")
    press(page, "button", "Link auf allen Geräten ungültig machen")
    expect(page.locator("#notice")).to_be_focused()
    page.goto(ME)
    expect(page.get_by_role("button", name="Link schicken")).to_be_visible()


def test_who_stands_for_several_switches_by_name(site: Site, town: Town) -> None:
    town.add_person("mia", "club", "choir")
    page = open_as(site, person="mia")
    expect(page.get_by_role("heading", level=1)).to_have_text("Chor der Vielen")
    check(page, "several")
    page.get_by_label("Für", exact=True).select_option("Turnverein Nippes 1904")
    press(page, "button", "Wechseln")
    expect(page.get_by_role("heading", level=1)).to_have_text("Turnverein Nippes 1904")
    press(page, "link", "Dabei sein")
    press(page, "button", "Ja, wir kommen")
    expect(page.locator("#notice")).to_be_focused()
    assert town.get(OrganisationRecord, ("m1", "club")).attendance is Attendance.COMING
    assert town.get(OrganisationRecord, ("m1", "choir")).attendance is Attendance.UNKNOWN


@pytest.mark.usefixtures("town")
def test_it_works_without_scripts_and_in_english(site: Site) -> None:
    cookie = site.sign_in_person("m1", "kim")
    page = site.open(f"{ME}/wishes", size=PHONE, cookie=cookie, java_script_enabled=False)
    page.get_by_role("group", name="Chor der Vielen").get_by_role("radio", name="gern treffen").check()
    page.get_by_role("button", name="Wünsche speichern").click()
    expect(page.locator("#own-wishes")).to_contain_text("Chor der Vielen")
    page.get_by_role("button", name="Zurücknehmen Chor der Vielen").click()
    expect(page.locator("#notice")).to_contain_text("zurückgenommen")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Whom would you like to meet?")
