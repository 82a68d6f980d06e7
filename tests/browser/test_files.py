"""An organiser imports the example workbook, repairs two wrong rows in the preview, and the same again changes nothing."""

from pathlib import Path
from warnings import catch_warnings

import pytest
from playwright.sync_api import Page, expect

import marktplatz
from browsing import DESK, PHONE, SMALLEST, Site, check_accessibility, check_width, take_picture
from marktplatz.exchange.market_xlsx import market_to_xlsx
from marktplatz.market import Market, Organisation
from marktplatz.vocabulary import OrganisationKind

pytestmark = pytest.mark.chromium

EXAMPLE = Path(marktplatz.__file__).parent / "example" / "town.json"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def write_example(*, wrong: bool) -> bytes:
    """The example market as a workbook; `wrong`: with a maximum that is no number and a kind that is none."""
    market = Market.model_validate_json(EXAMPLE.read_bytes())
    if not wrong:
        return market_to_xlsx(market)
    first, second, *others = market.organisations
    spoilt = (
        Organisation.model_construct(**dict(first) | {"max_agreements": "ein paar"}),
        Organisation.model_construct(**dict(second) | {"postcode": "5" * 400}),
        *others,
    )
    with catch_warnings(action="ignore"):  # the values are wrong on purpose
        return market_to_xlsx(Market.model_construct(**dict(market) | {"organisations": spoilt}))


def choose_file(page: Page, content: bytes, name: str = "marktplatz.xlsx") -> None:
    page.get_by_label("Datei", exact=True).set_input_files({"name": name, "mimeType": XLSX, "buffer": content})
    page.get_by_role("button", name="Hochladen und Vorschau ansehen").press("Enter")


@pytest.fixture
def page(site: Site) -> Page:
    site.world.make_market("m1", name="Marktplatz Musterstadt")
    return site.open("/organise/m1/files", cookie=site.sign_in_owner())


def test_two_wrong_rows_are_repaired_and_the_example_is_imported_once(page: Page) -> None:
    check_accessibility(page)
    take_picture(page, "files-desk")
    choose_file(page, write_example(wrong=True))
    expect(page.get_by_role("heading", name="2 Stellen stimmen noch nicht")).to_be_visible()
    check_accessibility(page)
    take_picture(page, "files-wrong")
    for size in (PHONE, SMALLEST, DESK):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        check_width(page)
    page.get_by_label("Höchstens Vereinbarungen").fill("3")
    page.get_by_label("Höchstens Vereinbarungen").press("Enter")
    expect(page.get_by_role("heading", name="Eine Stelle stimmt noch nicht")).to_be_visible()
    assert page.evaluate("document.activeElement.closest('#preview') !== null")
    page.get_by_label("PLZ").fill("50668")
    page.get_by_role("button", name="Ausbessern und neu prüfen").press("Enter")
    expect(page.get_by_role("heading", name="Die Datei ist in Ordnung")).to_be_visible()
    expect(page.locator("#preview")).to_be_focused()
    check_accessibility(page)
    take_picture(page, "files-right")
    for size in (PHONE, SMALLEST):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        check_width(page)
        take_picture(page, f"files-right-{size['width']}")
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.get_by_label("Neues soll erst auf meine Freigabe warten").press("Space")
    page.get_by_role("button", name="Alles einlesen").press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Eingelesen")
    expect(page.locator("#notice")).to_be_focused()
    choose_file(page, write_example(wrong=False))
    page.get_by_role("heading", name="Vorschau").wait_for()
    check_accessibility(page)


def test_the_same_file_twice_changes_nothing(page: Page) -> None:
    choose_file(page, write_example(wrong=False))
    page.get_by_role("button", name="Alles einlesen").press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Eingelesen")
    choose_file(page, write_example(wrong=False))
    expect(page.get_by_role("heading", name="Alles ist schon da")).to_be_visible()
    check_accessibility(page)
    take_picture(page, "files-same")
    page.get_by_role("button", name="Datei verwerfen").press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("verworfen")


def test_a_file_that_is_none_and_names_that_are_code(page: Page) -> None:
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    choose_file(page, b"not a workbook", "<img src=x onerror=alert(1)>.xlsx")
    expect(page.get_by_text("nur in der Datei selbst")).to_be_visible()
    check_accessibility(page)
    take_picture(page, "files-unreadable")
    nasty = Organisation(id="o1", kind=OrganisationKind.COMPANY, name="<img src=x onerror=alert(2)>")
    page.goto("/organise/m1/files")
    choose_file(page, market_to_xlsx(Market(organisations=(nasty,))))
    expect(page.get_by_text("<img src=x onerror=alert(2)>").first).to_be_visible()
    check_accessibility(page)
    page.goto("/organise/m1/files")
    page.get_by_role("button", name="Hochladen und Vorschau ansehen").click()
    expect(page.get_by_role("alert")).to_be_focused()
    check_accessibility(page)
    assert alerts == []


def test_downloads(page: Page) -> None:
    for words, end in (("Arbeitsmappe herunterladen", ".xlsx"), ("CSV herunterladen", ".zip"), ("Leere Vorlage", ".xlsx")):
        with page.expect_download() as begun:
            page.get_by_role("link", name=words).click()
        assert begun.value.suggested_filename.endswith(end)
    for size in (PHONE, SMALLEST):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        check_width(page)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    take_picture(page, "files-phone")
