"""What came in, worked through as an organiser does: by search and filter, all at once or one by one, by keyboard."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from test_files import EXAMPLE

from browsing import DESK, PHONE, SMALLEST, Site, check_accessibility, check_width, take_picture
from marktplatz.db.models import EntryRecord, OrganisationRecord
from marktplatz.exchange.reading import read_sent_market_bytes
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.importing import import_market
from marktplatz.vocabulary import Standing

pytestmark = pytest.mark.chromium


def fill(site: Site) -> None:
    """The example market, in which everybody still waits for approval."""
    site.world.make_market("m1", name="Marktplatz Musterstadt")
    now = site.world.clock.now
    with site.world.database.write("m1") as session:
        import_market(session, now, SYSTEM, "m1", read_sent_market_bytes("town.json", EXAMPLE.read_bytes()))
    with site.world.database.write("m1") as session:
        for kind in (OrganisationRecord, EntryRecord):
            for record in session.scalars(select(kind)):
                record.standing = Standing.SUBMITTED


@pytest.fixture
def page(site: Site) -> Page:
    fill(site)
    return site.open("/organise/m1/registrations", cookie=site.sign_in_owner())


def look_everywhere(page: Page, name: str) -> None:
    check_accessibility(page)
    take_picture(page, f"{name}-desk")
    for size in (PHONE, SMALLEST):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        check_width(page)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    take_picture(page, f"{name}-phone")
    page.set_viewport_size(DESK)  # type: ignore[arg-type]


def test_all_are_approved_at_once_and_one_goes_back(page: Page) -> None:
    look_everywhere(page, "registrations")
    page.get_by_label("Stand").select_option("submitted")
    page.get_by_role("button", name="Anzeigen").press("Enter")
    expect(page.locator("#found")).to_be_focused()
    check_accessibility(page)
    page.get_by_role("button", name="Alle freigeben").press("Enter")
    look_everywhere(page, "bulk")
    page.get_by_role("button", name="Ja, so machen").press("Enter")
    expect(page.locator("#notice")).to_be_focused()
    expect(page.get_by_role("heading", name="Nichts gefunden")).to_be_visible()
    check_accessibility(page)
    page.get_by_role("link", name="Auswahl aufheben").press("Enter")
    page.locator(".registrations a").first.press("Enter")
    look_everywhere(page, "registration")
    page.get_by_text("Organisation mit Begründung zurückgeben").press("Enter")
    page.get_by_role("button", name="Mit dieser Begründung zurückgeben").last.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    look_everywhere(page, "registration-refused")
    page.get_by_role("link", name="Bitte schreiben Sie, was fehlt").press("Enter")
    expect(page.locator("#f-reason")).to_be_focused()
    page.keyboard.type("Wann wäre das möglich?")
    page.get_by_role("button", name="Mit dieser Begründung zurückgeben").last.press("Enter")
    expect(page.locator("#notice")).to_contain_text("Zurückgegeben")
    expect(page.get_by_text("Wann wäre das möglich?").first).to_be_visible()
    check_accessibility(page)


def test_a_bulk_deed_is_taken_back(page: Page) -> None:
    page.goto("/organise/m1/bulk?deed=approve&kind=company")
    page.get_by_role("button", name="Ja, so machen").click()
    page.get_by_role("button", name="Das rückgängig machen").press("Enter")
    expect(page.locator("#notice")).to_contain_text("Rückgängig gemacht")
    page.get_by_role("link", name="wartet auf Freigabe").first.click()
    expect(page.get_by_role("heading", name="Organisationen")).to_be_visible()


def test_two_are_merged_by_keyboard(page: Page) -> None:
    page.get_by_role("link", name="Doppelte finden").press("Enter")
    look_everywhere(page, "duplicates")
    page.get_by_label("Diese bleibt").select_option(index=1)
    page.get_by_label("Diese geht darin auf").select_option(index=2)
    page.locator("form.card").get_by_role("button", name="Nebeneinander ansehen").press("Enter")
    look_everywhere(page, "merge")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Zusammenführen").press("Enter")
    expect(page.locator("#notice")).to_contain_text("Zusammengeführt")
    expect(page.get_by_text("Mit einer zweiten Anmeldung zusammengeführt")).to_be_visible()
    check_accessibility(page)


def test_somebody_calls_and_is_entered(page: Page) -> None:
    page.get_by_role("link", name="Selbst eintragen").press("Enter")
    look_everywhere(page, "add")
    page.get_by_label("Name", exact=True).fill("<script>alert(1)</script> e. V.")
    page.get_by_label("E-Mail der Ansprechperson").fill("keine Adresse")
    page.get_by_role("button", name="Speichern").press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    check_accessibility(page)
    page.get_by_label("E-Mail der Ansprechperson").fill("verein@example.org")
    page.get_by_role("button", name="Speichern").press("Enter")
    expect(page.locator("#notice")).to_contain_text("Eingetragen")
    page.get_by_role("link", name="Gesuch eintragen").press("Enter")
    look_everywhere(page, "entry")
    page.get_by_label("Titel").fill("Zaun streichen")
    page.get_by_label("Frühester Tag").fill("1.4.2027")
    page.get_by_role("button", name="Speichern").press("Enter")
    expect(page.get_by_role("heading", name="Zaun streichen")).to_be_visible()
    expect(page.get_by_text("im Auftrag der Organisation").first).to_be_visible()
    check_accessibility(page)


def test_two_people_change_the_same_and_the_second_sees_both(site: Site, page: Page) -> None:
    page.locator(".registrations a").first.click()
    page.get_by_role("link", name="Im Auftrag ändern").click()
    address = page.url
    other = site.open(address, cookie=site._begin(account_id=site.world.make_account("zweite@example.org", is_owner=True)))
    for each, name in ((other, "Erste Fassung"), (page, "Zweite Fassung")):
        each.get_by_label("Name", exact=True).fill(name)
        each.get_by_role("button", name="Speichern").click()
    expect(page.get_by_role("heading", name="Zwei Fassungen")).to_be_visible()
    expect(page.get_by_role("cell", name="Erste Fassung")).to_be_visible()
    look_everywhere(page, "stale")
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_role("heading", name="Zweite Fassung")).to_be_visible()


def test_the_list_works_without_script(site: Site) -> None:
    fill(site)
    page = site.open("/organise/m1/registrations", cookie=site.sign_in_owner(), java_script_enabled=False)
    page.get_by_label("Suchen", exact=True).fill("gibt es nicht")
    page.get_by_role("button", name="Anzeigen").click()
    expect(page.get_by_role("heading", name="Nichts gefunden")).to_be_visible()
