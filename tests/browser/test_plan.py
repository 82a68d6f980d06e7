"""An organiser matches in the browser, by keyboard: computes, looks at the plan, publishes it; a participant reads it."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from browsing import PHONE, SMALLEST, Site, check_accessibility, check_width, take_picture
from marktplatz.db.models import OutboxMessage, Representation
from marktplatz.vocabulary import MessageStatus
from radar_world import plant_told_market

pytestmark = pytest.mark.chromium
ROOT = "/organise/m1/matching"
PATIENCE_MS = 60_000


def look(page: Page, name: str) -> None:
    """As everybody must be able to use it: at the desk, on a phone and on the smallest screen."""
    check_accessibility(page)
    take_picture(page, f"{name}-desk")
    wide = page.viewport_size
    for size in (SMALLEST, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        check_width(page)
    take_picture(page, f"{name}-phone")
    page.set_viewport_size(wide)  # type: ignore[arg-type]


def compute(page: Page) -> None:
    """By keyboard: the button, then the result comes by itself."""
    page.goto(ROOT)
    page.get_by_role("button", name="Rechnen").press("Enter")
    expect(page.locator("#notice")).to_contain_text("Der Lauf ist angefordert.")
    expect(page.locator("#runs [data-poll]")).to_have_count(0)
    expect(page.locator("#runs").get_by_text("wird gerechnet")).to_have_count(0, timeout=PATIENCE_MS)


def person_of(site: Site, organisation: str) -> str:
    with site.world.database.read() as session:
        wanted = select(Representation.person_id).where(Representation.organisation_id == organisation)
        return session.scalars(wanted).first() or ""


def test_match_look_publish_and_see_it_as_a_participant(site: Site) -> None:
    plant_told_market(site.world)
    page = site.open("/organise/m1", cookie=site.sign_in_owner())
    page.get_by_role("link", name="Zuordnen", exact=True).first.press("Enter")
    expect(page.get_by_role("heading", name="Noch kein Lauf")).to_be_visible()
    look(page, "matching-begin")
    compute(page)
    look(page, "matching")
    page.get_by_role("link", name="Plan ansehen").first.press("Enter")
    look(page, "plan")
    for part, name in (("Vorschläge", "pairings"), ("Ohne Partner", "alone"), ("Wer trifft wen", "picture")):
        page.get_by_role("navigation", name="Teile des Plans").get_by_role("link", name=part).press("Enter")
        expect(page.get_by_role("link", name=part, exact=True)).to_have_attribute("aria-current", "page")
        look(page, f"plan-{name}")
    page.emulate_media(forced_colors="active")
    take_picture(page, "plan-picture-forced")
    page.emulate_media(forced_colors="none", color_scheme="dark")
    take_picture(page, "plan-picture-dark")
    page.emulate_media(color_scheme="light")
    page.get_by_role("link", name="Überblick").press("Enter")
    expect(page.get_by_role("link", name="Überblick", exact=True)).to_have_attribute("aria-current", "page")
    page.get_by_role("link", name="Veröffentlichen …").press("Enter")
    look(page, "publish")
    page.get_by_label("Vorschau für").select_option(index=1)
    page.get_by_role("button", name="Zeigen").press("Enter")
    expect(page.locator("#example")).to_be_focused()
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Veröffentlichen", exact=True).press("Enter")
    expect(page.locator("#notice")).to_be_focused()
    expect(page.locator("#notice")).to_contain_text("Der Plan ist veröffentlicht.")
    look(page, "published")
    with site.world.database.read() as session:
        statuses = set(session.scalars(select(OutboxMessage.status).where(OutboxMessage.kind == "proposals_published")))
    assert statuses == {MessageStatus.HELD}
    participant = site.open("/m/m1/me/proposals", cookie=site.sign_in_person("m1", person_of(site, "o01")))
    expect(participant.get_by_role("heading", name="Warum das passt").first).to_be_visible()
    look(participant, "me-proposals")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Zurückziehen").press("Enter")
    expect(page.locator("#notice")).to_contain_text("zurückgezogen")
    participant.reload()
    expect(participant.get_by_role("heading", name="Noch ist nichts veröffentlicht")).to_be_visible()


def test_two_plans_and_two_timetables(site: Site) -> None:
    plant_told_market(site.world)
    page = site.open(ROOT, cookie=site.sign_in_owner())
    compute(page)
    compute(page)
    page.get_by_role("button", name="Vergleichen").press("Enter")
    expect(page.get_by_text("Beide Pläne schlagen dieselben Paare vor.")).to_be_visible()
    look(page, "compare")
    page.goto(f"{ROOT}/timetables")
    look(page, "timetables-begin")
    page.get_by_label("Runden").fill("viele")
    page.get_by_role("button", name="Ablauf planen").press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    check_accessibility(page)
    for tables in ("5", "1"):
        page.goto(f"{ROOT}/timetables")
        page.get_by_label("Runden").fill("3")
        page.get_by_label("Tische").fill(tables)
        page.get_by_role("button", name="Ablauf planen").press("Enter")
        expect(page.locator("#notice")).to_contain_text("Der Ablauf ist geplant.", timeout=PATIENCE_MS)
        look(page, f"timetable-{tables}")
    page.get_by_role("link", name="Nach Organisation").press("Enter")
    look(page, "timetable-ways")
    page.get_by_role("link", name="Veröffentlichen …").press("Enter")
    look(page, "timetable-publish")
    page.goto(f"{ROOT}/timetables")
    look(page, "timetables")
    page.get_by_role("button", name="Vergleichen").press("Enter")
    look(page, "timetable-compare")
