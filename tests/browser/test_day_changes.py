"""The evening's changes in the browser: somebody does not come, and the list and the partner's own page say what is new."""

import pytest
from playwright.sync_api import expect

from browsing import PHONE, SMALLEST, Site, check_accessibility, check_width, take_picture
from live_world import make_live
from marktplatz.db.models import Person, Representation
from run_world import URL, wait_until

pytestmark = pytest.mark.chromium
PAGE = "/organise/m1/day/changes"


def sign_in_for(site: Site, organisation: str) -> str:
    world = site.world
    with world.database.write("m1") as session:
        session.add(Person(market_id="m1", id="p1", name="Person", created_at=world.clock.now))
        session.flush()
        session.add(Representation(market_id="m1", organisation_id=organisation, person_id="p1", is_contact=True))
    return site.sign_in_person("m1", "p1")


def test_a_no_show_is_told_on_the_list_and_on_the_partners_page(site: Site) -> None:
    live = make_live(site.world)
    page = site.open(PAGE, cookie=site.sign_in_owner())
    expect(page.get_by_role("heading", name="Noch gilt der Plan, wie er veröffentlicht wurde")).to_be_visible()
    check_accessibility(page)
    noted = page.request.post(
        f"{site.address}{URL}/checkins",
        data={"organisation": "c1", "status": "absent"},
        headers={"Sec-Fetch-Site": "same-origin", "Accept": "application/json"},
    )
    assert noted.status == 201, noted.text()
    wait_until(lambda: bool(live.changes()))
    page.get_by_role("link", name="Neu laden").press("Enter")
    expect(page.get_by_role("heading", name="C1 ist nicht gekommen.")).to_be_visible()
    page.get_by_label("Organisation").select_option(label="N1")
    page.get_by_role("button", name="Zeigen").press("Enter")
    expect(page.get_by_role("heading", name="C1 ist nicht gekommen.")).to_be_visible()
    check_accessibility(page)
    take_picture(page, "changes-desk")
    for size in (SMALLEST, PHONE):
        page.set_viewport_size(size)
        check_width(page)
    take_picture(page, "changes-phone")
    mine = site.open("/m/m1/me/timetable", cookie=sign_in_for(site, "n1"))
    expect(mine.get_by_role("heading", name="Neu seit")).to_be_visible()
    check_accessibility(mine)
    mine.set_viewport_size(PHONE)
    check_width(mine)
    take_picture(mine, "news-phone")
