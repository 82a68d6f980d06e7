"""An organiser at the workbench, by keyboard alone: finds who has no partner, sees why, changes the plan, and takes it back."""

import pytest
from playwright.sync_api import Page, expect

from browsing import PHONE, SMALLEST, Site, check_accessibility, check_width, take_picture
from workbench_world import bench_market, plant_run

pytestmark = pytest.mark.chromium


def open_bench(site: Site) -> Page:
    run_id = plant_run(site.world, bench_market())
    return site.open(f"/organise/m1/matching/runs/{run_id}/workbench", cookie=site.sign_in_owner())


def test_who_has_no_partner_why_and_the_plan_after_it(site: Site) -> None:
    page = open_bench(site)
    check_accessibility(page)
    take_picture(page, "bench-desk")
    alone = page.locator("#bench-one").inner_text()
    expect(page.get_by_text("Noch ohne Partner.")).to_be_visible()
    page.get_by_label("Eine andere Organisation").select_option(label="Bank am Dom")
    page.get_by_role("button", name="Nachsehen").press("Enter")
    expect(page.get_by_role("heading", name=f"{alone} und Bank am Dom")).to_be_focused()
    expect(page.get_by_text("Dann blieben ohne Partner:")).to_be_visible()
    check_accessibility(page)
    take_picture(page, "bench-why")
    page.get_by_role("button", name="So machen: festsetzen und den Plan danach richten").press("Enter")
    expect(page.locator("#said")).to_contain_text("der Plan ist danach gerichtet")
    expect(page.locator("#bench-one")).to_be_focused()
    expect(page.locator(".bench-pair .tag.good")).to_have_text("festgesetzt")
    check_accessibility(page)
    take_picture(page, "bench-pinned")
    page.get_by_role("button", name="Zurücknehmen").press("Enter")
    expect(page.locator("#said")).to_contain_text("zurückgenommen")
    expect(page.get_by_text("Noch ohne Partner.")).to_be_visible()
    for size in (PHONE, SMALLEST):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        check_width(page)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    take_picture(page, "bench-phone")
    page.emulate_media(color_scheme="dark")
    take_picture(page, "bench-dark")


def test_an_exception_a_pin_a_swap_and_what_is_forbidden(site: Site) -> None:
    page = open_bench(site)
    page.get_by_role("link", name="Kontor Nord").press("Enter")
    page.get_by_role("heading", name="Kontor Nord", level=2).wait_for()
    page.get_by_role("button", name="Festsetzen Kinderheim").press("Enter")
    expect(page.locator("#said")).to_contain_text("Das Paar ist fest")
    page.get_by_role("button", name="Wieder freigeben Kinderheim").press("Enter")
    expect(page.locator("#said")).to_contain_text("nicht mehr fest")
    page.get_by_role("button", name="Ausschließen Kinderheim").press("Enter")
    expect(page.get_by_role("heading", name="Ausgeschlossen")).to_be_visible()
    check_accessibility(page)
    take_picture(page, "bench-forbidden")
    page.get_by_label("Eine andere Organisation").select_option(label="Tierheim")
    page.get_by_role("button", name="Nachsehen").press("Enter")
    expect(page.get_by_text("Die Bereiche passen nicht zueinander")).to_be_visible()
    page.locator("summary", has_text="Trotzdem").press("Enter")
    page.get_by_role("button", name="Als Ausnahme aufnehmen").press("Enter")
    expect(page.locator("#errors")).to_be_focused()
    check_accessibility(page)
    take_picture(page, "bench-error")
    page.get_by_label("Begründung").fill("Beide kennen sich und wollen es so.")
    page.get_by_role("button", name="Als Ausnahme aufnehmen").press("Enter")
    expect(page.get_by_text("Ausnahme: Beide kennen sich")).to_be_visible()
    take_picture(page, "bench-exception")
    page.get_by_role("button", name="Zurücknehmen").press("Enter")
    expect(page.locator("#said")).to_contain_text("zurückgenommen")
    page.get_by_role("link", name="Malerei Klein").press("Enter")
    page.get_by_role("heading", name="Malerei Klein", level=2).wait_for()
    swap = page.locator(".bench-candidate", has=page.locator("select")).first
    name = swap.locator("h4").inner_text()
    swap.get_by_role("button", name="Tauschen").press("Enter")
    expect(page.locator("#said")).to_have_text("Getauscht.")
    expect(page.locator(".bench-pair h4")).to_have_text(name)
    check_accessibility(page)


def test_the_second_organiser_sees_who_was_quicker(site: Site) -> None:
    first = open_bench(site)
    second = site.open(first.url, cookie=first.context.cookies()[0]["value"])
    for page in (first, second):
        page.get_by_role("link", name="Kontor Nord").press("Enter")
        page.get_by_role("heading", name="Kontor Nord", level=2).wait_for()
    first.get_by_role("button", name="Festsetzen Kinderheim").press("Enter")
    expect(first.locator("#said")).to_contain_text("Das Paar ist fest")
    second.get_by_role("button", name="Herausnehmen Kinderheim").press("Enter")
    expect(second.locator("#errors")).to_contain_text("Der Plan wurde inzwischen von chefin@example.org geändert.")
    expect(second.get_by_role("heading", name="Jemand war schneller")).to_be_visible()
    expect(second.locator("#errors")).to_be_focused()
    check_accessibility(second)
    take_picture(second, "bench-second")


def test_two_what_ifs_and_one_is_taken_over(site: Site) -> None:
    page = open_bench(site)
    page.get_by_role("link", name="Was wäre, wenn …?").press("Enter")
    page.wait_for_url("**/what-if**")
    check_accessibility(page)
    take_picture(page, "what-if-empty")
    page.get_by_label("Fehlt: Organisation 1").select_option(label="Kontor Nord")
    page.get_by_role("button", name="Ausrechnen").press("Enter")
    expect(page.get_by_role("heading", name="Die beiden Pläne")).to_be_focused(timeout=60_000)
    expect(page.get_by_role("heading", name="Dann ohne Partner")).to_be_visible()
    check_accessibility(page)
    take_picture(page, "what-if-absent")
    page.get_by_role("link", name="Verwerfen").press("Enter")
    page.locator("summary", has_text="Wenn noch jemand dazukäme").press("Enter")
    page.get_by_label("Was bietet oder sucht die neue Organisation?").fill("Wände und Zäune streichen")
    page.get_by_role("button", name="Ausrechnen").press("Enter")
    expect(page.get_by_role("heading", name="Neu mit Partner")).to_be_visible(timeout=60_000)
    check_accessibility(page)
    for summary in page.locator("summary").all():
        if summary.locator("xpath=..").get_attribute("open") is None:
            summary.press("Enter")
    check_accessibility(page)
    take_picture(page, "what-if-newcomer")
    for size in (PHONE, SMALLEST):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        check_width(page)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    take_picture(page, "what-if-phone")
