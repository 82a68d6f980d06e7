"""An organiser sets zones, changes a timetable by hand and takes it back, all by keyboard; and thinks of several things at once."""

import pytest
from playwright.sync_api import Page, expect

from browsing import PHONE, SMALLEST, Site, check_accessibility, check_width, take_picture
from timetable_world import find_faults, plant_timetable, talks_of
from workbench_world import bench_market, plant_run

pytestmark = pytest.mark.chromium
ROOT = "/organise/m1/matching"
PATIENCE_MS = 60_000


def look(page: Page, name: str) -> None:
    check_accessibility(page)
    take_picture(page, f"{name}-desk")
    wide = page.viewport_size
    for size in (SMALLEST, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        check_width(page)
    take_picture(page, f"{name}-phone")
    page.set_viewport_size(wide)  # type: ignore[arg-type]


def test_a_timetable_is_changed_by_keyboard_and_the_change_is_taken_back(site: Site) -> None:
    run = plant_run(site.world, bench_market())
    page = site.open("/organise/m1/setup/evening", cookie=site.sign_in_owner())
    zone = page.get_by_role("group", name="Zone 1", exact=True)
    zone.get_by_label("Bereich").select_option("hands")
    zone.get_by_label("von Tisch").fill("4")
    zone.get_by_label("bis Tisch").fill("2")
    page.get_by_role("button", name="Speichern", exact=True).press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    look(page, "zones-wrong")
    page.get_by_role("group", name="Zone 1", exact=True).get_by_label("bis Tisch").fill("4")
    page.get_by_role("button", name="Speichern", exact=True).press("Enter")
    expect(page.locator("#notice")).to_be_focused()
    look(page, "zones")
    timetable = plant_timetable(site.world, run, rounds=4, tables=4)
    before = talks_of(site.world, timetable)
    page.goto(f"{ROOT}/timetables/{timetable}")
    look(page, "timetable-to-change")
    page.get_by_role("link", name="Kinderheim Kontor Nord").press("Enter")
    expect(page.get_by_role("heading", name="Kinderheim · Kontor Nord")).to_be_visible()
    look(page, "change-talk")
    page.get_by_label("Runde").select_option("4")
    page.get_by_label("Tisch", exact=True).select_option("1")
    page.get_by_role("button", name="Verlegen").press("Enter")
    expect(page.locator("#notice")).to_be_focused()
    expect(page.locator("#notice")).to_contain_text("Das Gespräch ist verlegt.")
    look(page, "timetable-changed")
    moved = {talk.organisations: (talk.round, talk.table) for talk in talks_of(site.world, timetable)}
    assert moved["home", "shop"] == (4, 1)
    assert find_faults(site.world, timetable) == []
    page.get_by_role("button", name="Zurücknehmen").press("Enter")
    expect(page.locator("#notice")).to_contain_text("zurückgenommen")
    assert talks_of(site.world, timetable) == before
    page.get_by_role("link", name="Ein Gespräch hinzufügen").press("Enter")
    look(page, "change-begin")
    page.get_by_label("Organisation", exact=True).select_option(label="Turnverein")
    page.get_by_role("button", name="Zeigen").press("Enter")
    expect(page.get_by_label("mit wem", exact=True)).to_be_focused()
    page.get_by_label("mit wem", exact=True).select_option("bank")
    page.get_by_role("button", name="Zeigen").press("Enter")
    expect(page.locator("#couple-head")).to_be_focused()
    expect(page.locator("#couple-head")).to_have_text("Turnverein · Bank am Dom")
    page.get_by_role("button", name="Herausnehmen").press("Enter")
    expect(page.locator("#notice")).to_contain_text("aus dem Ablauf genommen")
    page.goto(f"{ROOT}/timetables/{timetable}/change?first=club&second=bank")
    talk = next(talk for talk in before if talk.organisations == ("bank", "club"))
    busy = next(talk for talk in before if "bank" in talk.organisations and "club" not in talk.organisations)
    page.get_by_label("Runde").select_option(str(busy.round))
    page.get_by_role("button", name="Hinzufügen").press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("schon im Gespräch")
    look(page, "change-refused")
    page.get_by_label("Runde").select_option(str(talk.round))
    page.get_by_label("Tisch", exact=True).select_option(str(talk.table))
    page.get_by_role("button", name="Hinzufügen").press("Enter")
    expect(page.locator("#notice")).to_contain_text("Das Gespräch ist im Ablauf.")
    assert talks_of(site.world, timetable) == before
    page.get_by_role("link", name="Neu rechnen und Geändertes behalten").press("Enter")
    expect(page.get_by_label("Nah an einem früheren Ablauf bleiben")).to_have_value(timetable)
    look(page, "timetables-again")
    page.get_by_role("button", name="Ablauf planen").press("Enter", timeout=PATIENCE_MS)
    expect(page.locator("#notice")).to_contain_text("Der Ablauf ist geplant.", timeout=PATIENCE_MS)
    made = page.url.partition("?")[0].rpartition("/")[2]
    assert set(before) <= set(talks_of(site.world, made))


def test_several_things_are_thought_of_with_and_without_a_script(site: Site) -> None:
    run = plant_run(site.world, bench_market())
    page = site.open(f"{ROOT}/what-if?run={run}", cookie=site.sign_in_owner())
    page.get_by_label("Fehlt: Organisation 1").select_option("shop")
    page.get_by_role("button", name="Noch jemand, der fehlt").press("Enter")
    expect(page.get_by_label("Fehlt: Organisation 2")).to_be_visible()
    expect(page.locator("[data-focus]")).to_be_focused()
    expect(page.get_by_label("Fehlt: Organisation 1")).to_have_value("shop")
    page.get_by_label("Fehlt: Organisation 2").select_option("zoo")
    page.get_by_label("Organisation 1", exact=True).select_option("bank")
    page.get_by_label("deren Höchstzahl").first.fill("1")
    page.get_by_role("button", name="Ausrechnen").press("Enter")
    expect(page.get_by_role("heading", name="Die beiden Pläne")).to_be_focused(timeout=PATIENCE_MS)
    expect(page.get_by_role("table", name="Wer mit wem, in beiden Plänen")).to_contain_text("niemand")
    look(page, "what-if-several")
