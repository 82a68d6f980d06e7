"""A short evening with four browsers at once, each come in by the card of its station: door, broker, notary, wall."""

import re

import pytest
from playwright.sync_api import Page, expect

from browsing import PHONE, Site, check_accessibility, take_picture
from doors_world import make_link
from marktplatz.db.models import EntryRecord
from marktplatz.vocabulary import Phase, Role
from mypage_world import Town, make_town

pytestmark = pytest.mark.chromium

TABLET = {"width": 1024, "height": 768}
HALL = {"width": 1920, "height": 1080}


@pytest.fixture
def town(site: Site) -> Town:
    made = make_town(site.world, Phase.DAY, date=site.world.clock.now.date())
    made.organisation("club", name="Turnverein Nippes 1904")
    made.organisation("bank", name="Sparbank am Wilhelmplatz")
    made.organisation("choir", name="Chor der Vielen")
    made.entry("paint", title="Malern mit Azubis", capacity=1)
    made.entry("walls", title="Jugendraum streichen")
    made.publish(with_timetable=False)
    return made


def come_in(site: Site, role: Role, size: dict[str, int]) -> Page:
    page = site.open(f"/enter#{make_link(site.world, role, role.value)}", size=size, reduced_motion="reduce")
    page.get_by_role("button", name="Weiter").click()
    page.wait_for_url(re.compile("station_open"))
    return page


def let_in(page: Page, name: str) -> None:
    page.get_by_role("button", name=f"Da {name}").click()
    expect(page.locator("#noted")).to_contain_text(f"{name}: ist da")


@pytest.mark.usefixtures("town")
def test_a_short_evening(site: Site) -> None:
    door, broker = come_in(site, Role.HELPER, PHONE), come_in(site, Role.BROKER, TABLET)
    notary, wall = come_in(site, Role.NOTARY, TABLET), come_in(site, Role.SCREEN, HALL)
    expect(wall.locator(".wall-count")).to_have_text("0")

    for name in ("Sparbank am Wilhelmplatz", "Turnverein Nippes 1904"):
        let_in(door, name)
    broker.goto("/organise/m1/broker")
    expect(broker.get_by_role("link", name="Turnverein Nippes 1904")).to_be_visible()
    broker.get_by_role("link", name="Turnverein Nippes 1904").click()
    check_accessibility(broker)
    broker.get_by_role("button", name="Zusammenbringen Sparbank am Wilhelmplatz").first.click()
    expect(broker.locator("main")).to_contain_text("zusammengebracht")

    broker.goto("/organise/m1/agreements/new")
    for place, (letters, whole) in enumerate((("spar", "Sparbank am Wilhelmplatz"), ("turn", "Turnverein Nippes 1904")), 1):
        broker.keyboard.type(letters)
        broker.keyboard.press("Tab")
        expect(broker.get_by_label(f"{place}. Organisation", exact=True)).to_have_value(whole)
    broker.get_by_label("Was wird getan oder gegeben?").first.fill("Jugendraum streichen")
    broker.get_by_role("button", name="An das Notariat").click()
    expect(broker.locator("#handed-in")).to_contain_text("Beim Notariat")

    # Nobody reloads the desk: the pulse tells it that something came.
    expect(notary.get_by_role("button", name="Die nächste nehmen")).to_be_visible()
    notary.get_by_role("button", name="Die nächste nehmen").click()
    for point in notary.get_by_role("group", name="Die fünf Punkte").get_by_role("checkbox").all():
        point.check()
    check_accessibility(notary)
    notary.get_by_role("button", name="Beglaubigen").click()
    expect(notary.locator(".huge-number")).to_contain_text("1001")
    take_picture(notary, "four-notary")

    expect(wall.locator(".wall-count")).to_have_text("1")
    expect(wall.locator(".wall-latest")).to_contain_text("Eine Vereinbarung")
    take_picture(wall, "four-wall")
    check_accessibility(wall)
    with site.world.database.read() as session:
        assert session.get_one(EntryRecord, ("m1", "paint")).agreed == 0, "it was written free, of no entry"
