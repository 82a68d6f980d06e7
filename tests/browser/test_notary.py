"""A notary at a tablet in a loud hall: takes one, gives it back, stamps another and prints; and with the keyboard alone."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browsing import DESK, PHONE, SMALLEST, Site, check_accessibility, check_width, tab_to, take_picture
from day_world import DRAFT, RETURN, SERVICE, make_day
from marktplatz.db.models import OrganisationRecord
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.agreements import draft_agreement, submit_agreement
from marktplatz.usecases.drafts import Draft
from marktplatz.usecases.identifiers import make_id
from marktplatz.usecases.logins import begin_login
from marktplatz.vocabulary import Role

pytestmark = pytest.mark.chromium

TABLET = {"width": 820, "height": 1180}
NAMES = {"bank": "Sparbank am Wilhelmplatz", "club": "Turnverein Nippes 1904", "choir": "Chor der Vielen"}


@pytest.fixture
def pile(site: Site) -> list[str]:
    """Three agreements at the desk: one about money, two about the same offer that one can have."""
    make_day(site.world, name="Marktplatz Köln-Nippes")
    with site.world.database.write("m1") as session:
        for key, name in NAMES.items():
            session.get_one(OrganisationRecord, ("m1", key)).name = name
    found = []
    for services in ([{**SERVICE, "text": "Zuschuss von 500 Euro"}], [SERVICE, RETURN], [SERVICE]):
        found.append(hand_in(site, services))
        site.world.clock.move(minutes=4)
    return found


def hand_in(site: Site, services: list[dict[str, Any]]) -> str:
    sent = DRAFT | {"id": make_id("v"), "services": services, "contact_organisation": "bank", "contacted_organisation": "club"}
    now = site.world.clock.now
    with site.world.database.write("m1") as session:
        record = draft_agreement(session, now, SYSTEM, "m1", Draft.model_validate_json(json.dumps(sent)))
        submit_agreement(session, now, SYSTEM, record)
        return record.id


def open_desk(site: Site, size: dict[str, int] = TABLET, name: str = "nora", **options: Any) -> Page:
    account = site.world.make_account(f"{name}@example.org", m1=Role.NOTARY)
    with site.world.database.write() as session:
        secret = begin_login(session, site.world.clock.now, account_id=account)
    return site.open("/organise/m1/notary", size=size, cookie=secret, **options)


def check(page: Page, name: str) -> None:
    check_accessibility(page)
    for size in (SMALLEST, PHONE, TABLET):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        check_width(page)
    take_picture(page, f"{name}-tablet")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    take_picture(page, f"{name}-phone")
    page.set_viewport_size(TABLET)  # type: ignore[arg-type]


@pytest.mark.usefixtures("pile")
def test_a_notary_takes_returns_certifies_and_prints_on_a_tablet(site: Site) -> None:
    page = open_desk(site, has_touch=True)
    expect(page.get_by_role("heading", name="3 Vereinbarungen warten")).to_be_visible()
    check(page, "queue")
    page.get_by_role("button", name="Die nächste nehmen").tap()
    expect(page.get_by_text("Hier geht es um Geld")).to_be_visible()
    check(page, "over-money")
    page.get_by_text("Bitte ohne Geld").tap()
    page.get_by_role("button", name="Zurückgeben").tap()
    expect(page.locator("#notice")).to_be_focused()
    expect(page.get_by_role("heading", name="2 Vereinbarungen warten")).to_be_visible()
    page.get_by_role("button", name="Die nächste nehmen").tap()
    page.get_by_role("button", name="Beglaubigen").tap()
    expect(page.get_by_role("alert")).to_be_focused()
    check(page, "points-missing")
    for point in page.get_by_role("group", name="Die fünf Punkte").get_by_role("checkbox").all():
        point.tap()
    page.get_by_role("button", name="Beglaubigen").tap()
    expect(page.locator(".huge-number")).to_contain_text("1")
    check(page, "stamped")
    copies = page.get_by_role("link", name="Kopien drucken").get_attribute("href")
    assert copies is not None
    paper = page.request.get(copies)
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.body().startswith(b"%PDF-")


@pytest.mark.usefixtures("pile")
def test_more_hands_and_a_replaced_one_by_keyboard_alone(site: Site) -> None:
    page = open_desk(site, DESK)
    for _ in range(2):  # the first of the pile is about money, and stays there
        page.goto("/organise/m1/notary")
        press(page, "button", re.compile("^Nehmen"), nth=1)
        stamp_by_keyboard(page)
    expect(page.locator(".huge-number")).to_contain_text("2")
    check(page, "more-hands-stamped")
    page.locator("summary", has_text="Ungültig machen und ersetzen").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.insert_text("Der Tag stimmt nicht.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_be_focused()
    expect(page.get_by_text("Der Tag stimmt nicht.")).to_be_visible()
    check(page, "replaced")


def stamp_by_keyboard(page: Page) -> None:
    """Raise what is in the way, tick all, stamp."""
    while page.locator(".obstacle details").count():
        summary = page.locator(".obstacle details summary").first
        summary.focus()
        page.keyboard.press("Enter")
        for _ in range(2):
            page.keyboard.press("Tab")
        page.keyboard.insert_text("Zwei Kolleginnen machen mit.")
        take_picture(page, "more-hands")
        page.keyboard.press("Tab")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.locator("#notice")).to_contain_text("Angehoben")
    boxes = page.get_by_role("group", name="Die fünf Punkte").get_by_role("checkbox")
    boxes.first.focus()
    for number in range(5):
        expect(boxes.nth(number)).to_be_focused()
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
    expect(boxes.last).to_be_checked()
    press(page, "button", "Beglaubigen")
    expect(page.locator(".huge-number")).to_be_visible()


def press(page: Page, role: str, name: str | re.Pattern[str], nth: int = 0) -> None:
    """Come to something by the Tab key and press it."""
    target = page.get_by_role(role, name=name).nth(nth)  # type: ignore[arg-type]
    tab_to(page, target)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.usefixtures("pile")
def test_two_notaries_see_what_the_other_has_in_hand(site: Site) -> None:
    nora, omar = open_desk(site), open_desk(site, name="omar")
    nora.get_by_role("button", name="Die nächste nehmen").click()
    omar.get_by_role("link", name="Neu laden").click()
    expect(omar.get_by_text("in der Hand von nora@example.org")).to_be_visible()
    check(omar, "in-hand-of-another")
    omar.locator(".queue-link").first.click()
    omar.get_by_role("button", name="Trotzdem übernehmen").click()
    expect(omar.get_by_text("in Ihrer Hand")).to_be_visible()
    keys = omar.locator("[accesskey]").evaluate_all("found => found.map(each => each.accessKey)")
    assert sorted(keys) == ["b", "l", "w", "z"]
    omar.get_by_role("button", name="Zurückgeben").click()
    expect(omar.get_by_role("alert")).to_be_focused()


def test_an_empty_pile_says_so(site: Site) -> None:
    make_day(site.world, name="Marktplatz Köln-Nippes")
    page = open_desk(site, java_script_enabled=False)
    expect(page.get_by_role("heading", name="Der Stapel ist leer")).to_be_visible()
    page.get_by_role("button", name="Die nächste nehmen").click()
    expect(page.get_by_role("status").first).to_contain_text("Gerade wartet nichts")
