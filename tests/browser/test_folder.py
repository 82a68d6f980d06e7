"""The organiser gets the folder for the hall, and a helper types a form in that was filled on paper."""

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect

from browsing import DESK, PHONE, SMALLEST, Site, check_accessibility, check_width, take_picture
from day_world import make_day
from marktplatz.db.models import OrganisationRecord
from marktplatz.usecases.logins import begin_login
from marktplatz.vocabulary import Role

pytestmark = pytest.mark.chromium

NAMES = {"bank": "Sparbank am Wilhelmplatz", "club": "Turnverein Nippes 1904", "choir": "Chor der Vielen"}


@pytest.fixture
def market(site: Site) -> None:
    make_day(site.world, name="Marktplatz Köln-Nippes")
    with site.world.database.write("m1") as session:
        for key, name in NAMES.items():
            session.get_one(OrganisationRecord, ("m1", key)).name = name


def enter(site: Site, address: str, role: Role, size: dict[str, int]) -> Page:
    account = site.world.make_account(f"{role.value}@example.org", m1=role)
    with site.world.database.write() as session:
        secret = begin_login(session, site.world.clock.now, account_id=account)
    return site.open(address, size=size, cookie=secret)


def look(page: Page, name: str) -> None:
    check_accessibility(page)
    for size in (SMALLEST, PHONE, DESK):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        check_width(page)
        take_picture(page, f"{name}-{size['width']}")


@pytest.mark.usefixtures("market")
def test_the_folder_is_downloaded_and_a_form_from_paper_is_typed_in(site: Site) -> None:
    page = enter(site, "/organise/m1/day", Role.ORGANISER, DESK)
    page.get_by_role("link", name="Hallenmappe").click()
    look(page, "folder")
    page.get_by_label("Blanko-Vereinbarungen").fill("999")
    page.get_by_role("button", name="Hallenmappe herunterladen").click()
    expect(page.get_by_role("alert")).to_contain_text("Bitte eine ganze Zahl von 0 bis 200 angeben")
    look(page, "folder-refused")
    page.get_by_label("Blanko-Vereinbarungen").fill("2")
    with page.expect_download() as begun:
        page.get_by_role("button", name="Hallenmappe herunterladen").click()
    assert begun.value.suggested_filename == "m1-hallenmappe.zip"
    with ZipFile(BytesIO(Path(begun.value.path()).read_bytes())) as archive:
        assert "07-vereinbarungen.pdf" in archive.namelist()
    page.reload()
    expect(page.get_by_label("Erste Nummer")).to_be_visible()
    helper = enter(site, "/organise/m1/agreements/new?paper=1&number=1002", Role.HELPER, DESK)
    expect(helper.get_by_label("Nummer auf dem Papier")).to_have_value("1002")
    look(helper, "folder-typing")
    helper.get_by_label("1. Organisation", exact=True).fill("Sparbank")
    helper.get_by_label("2. Organisation", exact=True).fill("Turnverein")
    helper.get_by_label("Was wird getan oder gegeben?").first.fill("Wände streichen")
    helper.get_by_role("button", name="An das Notariat").last.click()
    expect(helper.locator("#handed-in")).to_contain_text("Sparbank am Wilhelmplatz")
    expect(helper.get_by_label("Nummer auf dem Papier")).to_have_value("")
    notary = enter(site, "/organise/m1/notary/paper-1002", Role.NOTARY, DESK)
    expect(notary.get_by_label("Nummer vom Papier")).to_have_value("1002")
