"""An organiser writes a reminder to all, looks at it, confirms the number and sends; and looks after persons."""

import pytest
from playwright.sync_api import expect

from browsing import PHONE, Site, check_accessibility, check_width, take_picture
from organiser_world import fill_market

pytestmark = pytest.mark.chromium


def test_a_reminder_goes_to_everybody(site: Site) -> None:
    fill_market(site.world, "m1", 3)
    page = site.open("/organise/m1/outbox", cookie=site.sign_in_owner())
    check_accessibility(page)
    take_picture(page, "outbox-empty")
    page.get_by_role("link", name="Mails schreiben").click()
    page.get_by_role("radio", name="Erinnerung vor dem Markttag").check()
    page.get_by_role("button", name="Zeigen, an wen sie ginge").click()
    check_accessibility(page)
    take_picture(page, "outbox-write")
    page.get_by_role("button", name="3 Mails bereitlegen").click()
    expect(page.locator("#notice")).to_be_focused()
    check_accessibility(page)
    take_picture(page, "outbox-held")
    page.get_by_role("link", name="Bald ist es so weit").first.click()
    check_accessibility(page)
    take_picture(page, "outbox-message")
    page.go_back()
    page.get_by_role("link", name="Die 3 bereitliegenden Mails verschicken").click()
    check_accessibility(page)
    page.get_by_role("button", name="Ja, diese 3 Mails verschicken").click()
    expect(page.get_by_role("link", name="wird verschickt")).to_have_attribute("aria-current", "true")


def test_texts_and_letters(site: Site) -> None:
    fill_market(site.world, "m1", 2)
    page = site.open("/organise/m1/outbox/texts", cookie=site.sign_in_owner(), size=PHONE)
    check_accessibility(page)
    check_width(page)
    page.get_by_role("link", name="Erinnerung vor dem Markttag").click()
    page.get_by_label("Betreff").fill("Hallo {wer}")
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("alert").get_by_role("link").press("Enter")
    expect(page.get_by_label("Betreff")).to_be_focused()
    check_accessibility(page)
    check_width(page)
    take_picture(page, "mail-text-refused")
    page.goto("/organise/m1/outbox/write?kind=reminder")
    page.get_by_role("button", name="2 Mails bereitlegen").click()
    page.goto("/organise/m1/outbox/letters")
    check_accessibility(page)
    page.get_by_role("button", name="Briefe zum Drucken zeigen").click()
    check_accessibility(page)
    page.emulate_media(media="print")
    take_picture(page, "letters")


def test_persons(site: Site) -> None:
    fill_market(site.world, "m1", 3)
    page = site.open("/organise/m1/people", cookie=site.sign_in_owner())
    check_accessibility(page)
    take_picture(page, "people")
    page.get_by_label("Suchen").fill("Person 1")
    page.get_by_label("Suchen").press("Enter")
    expect(page.get_by_role("link", name="Person 0")).to_have_count(0)
    expect(page.get_by_label("Suchen")).to_be_focused()
    expect(page.locator("#said")).to_have_text("Eine Person auf dieser Seite")
    page.get_by_role("link", name="Person 1").click()
    check_accessibility(page)
    take_picture(page, "person")
    page.get_by_role("link", name="Person löschen").click()
    check_accessibility(page)
    page.get_by_role("button", name="Ja, endgültig löschen").click()
    expect(page.locator("#notice")).to_contain_text("gelöscht")
    page.get_by_role("link", name="Wann welche Daten").click()
    check_accessibility(page)
    take_picture(page, "retention")
