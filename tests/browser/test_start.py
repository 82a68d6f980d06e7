"""From an empty installation to the first market's page, as somebody does it who has never seen it."""

import pytest
from playwright.sync_api import expect

from browsing import PHONE, Site, check_accessibility, check_width, take_picture
from marktplatz.vocabulary import Phase

pytestmark = pytest.mark.chromium


def test_the_first_person_sets_the_installation_up(site: Site) -> None:
    page = site.open(f"/set-up#{site.app.state.service.setup_code}")
    check_accessibility(page)
    take_picture(page, "set-up")
    page.get_by_label("Ihr Name").fill("Maria Muster")
    page.get_by_label("Ihre E-Mail-Adresse").fill("maria@example.org")
    page.get_by_label("Ein Passwort").fill("kurz")
    page.get_by_role("button", name="Einrichten").click()
    expect(page.get_by_role("alert")).to_be_focused()
    check_accessibility(page)
    take_picture(page, "set-up-refused")
    assert page.get_by_label("Ihr Name").input_value() == "Maria Muster"
    page.get_by_label("Ein Passwort").fill("vier wirklich lange worte")
    page.get_by_role("button", name="Einrichten").click()
    expect(page.get_by_role("status").first).to_contain_text("eingerichtet")


def test_without_the_code_nobody_sets_anything_up(site: Site) -> None:
    page = site.open("/")
    assert page.url.endswith("/set-up")
    page.get_by_label("Code").fill("geraten")
    page.get_by_label("Ihr Name").fill("Maria Muster")
    page.get_by_label("Ihre E-Mail-Adresse").fill("maria@example.org")
    page.get_by_label("Ein Passwort").fill("vier wirklich lange worte")
    page.get_by_role("button", name="Einrichten").click()
    expect(page.get_by_role("link", name="Dieser Code stimmt nicht")).to_be_visible()


@pytest.mark.parametrize("scripted", [True, False], ids=["with-script", "without-script"])
def test_signing_in_and_out(site: Site, scripted: bool) -> None:
    site.world.make_account("chefin@example.org", "vier wirklich lange worte", is_owner=True)
    page = site.open("/sign-in", size=PHONE, java_script_enabled=scripted)
    page.get_by_label("E-Mail-Adresse", exact=True).fill("chefin@example.org")
    page.get_by_label("Passwort").fill("falsch geraten")
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("alert")).to_contain_text("stimmen nicht")
    if scripted:
        check_accessibility(page)
        check_width(page)
        take_picture(page, "sign-in-refused")
    page.get_by_label("Passwort").fill("vier wirklich lange worte")
    page.get_by_role("button", name="Anmelden").click()
    page.get_by_role("button", name="Abmelden").click()
    expect(page.get_by_role("status").first).to_contain_text("abgemeldet")


def test_the_page_of_a_market(site: Site) -> None:
    site.world.make_account("chefin@example.org", is_owner=True)
    site.world.make_market("m1", Phase.COLLECTING, name="Marktplatz Köln-Nippes")
    for size in (PHONE, {"width": 320, "height": 640}, {"width": 1280, "height": 900}):
        page = site.open("/m/m1", size=size)
        check_accessibility(page)
        check_width(page)
        take_picture(page, f"market-{size['width']}")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="How it works")).to_be_visible()
    check_accessibility(page)
    page.get_by_role("link", name="Data protection").click()
    check_accessibility(page)
    take_picture(page, "market-privacy")
