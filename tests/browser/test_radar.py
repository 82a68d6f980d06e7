"""An organiser looks at the radar, and calls through its list with the keyboard alone."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from browsing import PHONE, SMALLEST, Site, check_accessibility, check_width, take_picture
from marktplatz.db.models import AuditEntry, OutboxMessage
from marktplatz.vocabulary import MessageStatus
from radar_world import plant_large_market, plant_told_market

pytestmark = pytest.mark.chromium
ROOT = "/organise/m1/radar"


def test_the_radar_is_looked_at(site: Site) -> None:
    plant_told_market(site.world)
    page = site.open(ROOT, cookie=site.sign_in_owner(), permissions=["clipboard-read", "clipboard-write"])
    check_accessibility(page)
    take_picture(page, "radar-desk")
    expect(page.get_by_text("Es fehlen vor allem Angebote")).to_contain_text("„Öffentlichkeitsarbeit“ (4 gesucht, 0 geboten)")
    page.locator("summary", has_text="Aufruf zum Kopieren").press("Enter")
    page.get_by_role("button", name="Text kopieren").press("Enter")
    expect(page.locator("#said")).to_have_text("Kopiert.")
    assert "Öffentlichkeitsarbeit" in page.evaluate("() => navigator.clipboard.readText()")
    for summary in page.locator("summary").all():
        if summary.locator("xpath=..").get_attribute("open") is None:
            summary.press("Enter")
    check_accessibility(page)
    take_picture(page, "radar-tables")
    page.emulate_media(forced_colors="active")
    take_picture(page, "radar-forced")
    page.emulate_media(forced_colors="none", color_scheme="dark")
    take_picture(page, "radar-dark")
    page.emulate_media(media="print", color_scheme="light")
    take_picture(page, "radar-print")
    page.emulate_media(media="screen")
    for size in (PHONE, SMALLEST):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        check_width(page)
    page.reload()
    take_picture(page, "radar-phone")


def test_the_calls_are_gone_through_with_the_keyboard(site: Site) -> None:
    plant_told_market(site.world)
    page = site.open(ROOT, cookie=site.sign_in_owner())
    page.get_by_role("link", name="3 Menschen anrufen").press("Enter")
    check_accessibility(page)
    take_picture(page, "radar-calls")
    first = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Frau Bank am Dom"))
    expect(first.get_by_role("link", name="0221 4710-000")).to_have_attribute("href", "tel:02214710-000")
    first.get_by_role("button", name="Angerufen, erledigt").press("Enter")
    expect(page.locator("#said")).to_have_text("Vermerkt: erreicht.")
    expect(page.get_by_role("heading", name="Frau Bank am Dom")).to_have_count(0)
    expect(page.get_by_role("heading", name="Frau Druckerei Klein")).to_be_focused()
    for _ in range(4):  # phone, organisation, done, not reached
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text("Vermerkt: noch einmal versuchen.")
    expect(page.get_by_role("heading", name="Frau Autohaus Nord")).to_be_focused()
    for _ in range(5):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Die Mail liegt bereit: ansehen")).to_have_count(1)
    expect(page.get_by_role("heading", name="Frau Autohaus Nord")).to_be_focused()
    check_accessibility(page)
    take_picture(page, "radar-calls-marked")
    page.set_viewport_size(SMALLEST)  # type: ignore[arg-type]
    check_width(page)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    take_picture(page, "radar-calls-phone")
    page.emulate_media(media="print")
    take_picture(page, "radar-calls-print")
    page.emulate_media(media="screen")
    page.get_by_role("link", name="Die Mail liegt bereit: ansehen").press("Enter")
    expect(page.get_by_label("Betreff")).to_have_value("Bitte bestätigen: Marktplatz am Rhein")
    page.goto(f"{ROOT}/calls?show=done")
    check_accessibility(page)
    with site.world.database.read() as session:
        noted = list(session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("note_call_%"))))
    assert noted == ["note_call_reached", "note_call_again"]


def test_the_last_call_leaves_an_empty_list_and_the_focus_in_it(site: Site) -> None:
    plant_told_market(site.world)
    page = site.open(f"{ROOT}/calls", cookie=site.sign_in_owner())
    for left in (2, 1, 0):
        page.get_by_role("button", name="Angerufen, erledigt").first.press("Enter")
        expect(page.get_by_role("button", name="Angerufen, erledigt")).to_have_count(left)
    expect(page.locator(".empty")).to_be_focused()
    check_accessibility(page)
    take_picture(page, "radar-calls-empty")


def test_a_mail_about_what_is_missing_is_prepared_and_lies_ready(site: Site) -> None:
    plant_told_market(site.world)
    page = site.open(f"{ROOT}/incomplete", cookie=site.sign_in_owner())
    check_accessibility(page)
    take_picture(page, "radar-incomplete")
    page.get_by_role("link", name="unklar, worum es geht").press("Enter")
    expect(page).to_have_url(re.compile("lacks="))
    page.wait_for_load_state()
    page.get_by_role("button", name="Mail vorbereiten Hospiz").press("Enter")
    expect(page.locator("#said")).to_contain_text("liegt bereit")
    expect(page.get_by_role("link", name="Hospiz")).to_be_focused()
    check_accessibility(page)
    page.set_viewport_size(SMALLEST)  # type: ignore[arg-type]
    check_width(page)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    take_picture(page, "radar-incomplete-phone")
    page.get_by_role("link", name="Die Mail liegt bereit: ansehen").press("Enter")
    body = page.get_by_label("Text").input_value()
    assert "– In „Unterstützung“ ist nicht zu erkennen, worum es geht." in body
    assert "{link}" in body
    with site.world.database.read() as session:
        (held,) = session.scalars(select(OutboxMessage).where(OutboxMessage.status == MessageStatus.HELD))
    assert held.subject == "Bitte ergänzen: Marktplatz am Rhein"


def test_the_other_lists_and_an_empty_market(site: Site) -> None:
    plant_told_market(site.world)
    site.world.make_market("m2", name="Leer")
    page = site.open(ROOT, cookie=site.sign_in_owner())
    for name in ("Einträge ohne Gegenstück", "Verdacht: doppelt"):
        page.get_by_role("link", name=name).press("Enter")
        check_accessibility(page)
        take_picture(page, f"radar-{name}")
        page.set_viewport_size(SMALLEST)  # type: ignore[arg-type]
        check_width(page)
        page.set_viewport_size({"width": 1280, "height": 900})
        page.go_back()
    for path in ("", "/alone", "/alone?side=offer", "/duplicates", "/incomplete", "/calls"):
        page.goto(f"/organise/m2/radar{path}")
        expect(page.locator(".empty")).to_be_visible()
        check_accessibility(page)
        take_picture(page, f"radar-empty-{path}")


def test_a_large_market_is_shown(site: Site) -> None:
    plant_large_market(site.world)
    page = site.open(ROOT, cookie=site.sign_in_owner(), size=PHONE)
    check_accessibility(page)
    check_width(page)
    take_picture(page, "radar-large")


def test_without_javascript_calls_are_marked_too(site: Site) -> None:
    plant_told_market(site.world)
    page = site.open(f"{ROOT}/calls", cookie=site.sign_in_owner(), java_script_enabled=False)
    page.get_by_role("button", name="Angerufen, erledigt").first.press("Enter")
    expect(page.locator("#notice")).to_have_text("Vermerkt: erreicht.")
    expect(page.get_by_role("button", name="Angerufen, erledigt")).to_have_count(2)
