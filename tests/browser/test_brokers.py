"""The hall: the type-in desk with the keyboard alone, a broker on a tablet, a treasurer who writes an agreement on her phone."""

from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from browsing import DESK, PHONE, SMALLEST, Site, check_accessibility, check_width, take_picture
from marktplatz.db.models import Agreement, Evening
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.checkins import check_in
from marktplatz.usecases.hall_notes import NewNote, add_note
from marktplatz.vocabulary import AgreementStatus, CheckInStatus, NoteKind, Phase, Role, Stage
from mypage_world import Town, make_town

pytestmark = pytest.mark.chromium

TABLET = {"width": 820, "height": 1180}
NEW = "/organise/m1/agreements/new"
BROKER = "/organise/m1/broker"
MOST_KEYS = 40
"""Beside the letters themselves: forty in forty seconds is slow for hands that type all evening."""


@pytest.fixture
def town(site: Site) -> Town:
    made = make_town(site.world, Phase.DAY, date=site.world.clock.now.date())
    made.organisation("club", name="Turnverein Nippes 1904")
    made.organisation("bank", name="Sparbank am Wilhelmplatz")
    made.organisation("choir", name="Chor der Vielen")
    made.entry("paint", title="Malern mit Azubis", capacity=3)
    made.entry("walls", title="Jugendraum streichen")
    made.publish(with_timetable=False)
    return made


def enter(town: Town, *organisations: str) -> None:
    with town.world.database.write("m1") as session:
        for organisation in organisations:
            check_in(session, town.world.clock.now, SYSTEM, "m1", organisation, CheckInStatus.PRESENT, 2)


def sign_in(site: Site, role: Role) -> str:
    account = site.world.make_account(f"{role}@example.org", m1=role)
    return site._begin(account_id=account)


def check(page: Page, name: str, *sizes: dict[str, int]) -> None:
    check_accessibility(page)
    for size in (*sizes, SMALLEST, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        check_width(page)
        if size is not SMALLEST:
            take_picture(page, f"{name}-{size['width']}")


def stored(site: Site) -> list[Agreement]:
    with site.world.database.read() as session:
        found = list(session.scalars(select(Agreement)))
        for each in found:
            _ = each.parties, each.services
        return found


@dataclass
class Hands:
    """A keyboard and who counts what is pressed on it."""

    page: Page
    keys: int = 0
    letters: int = 0

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.letters += len(text)

    def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self.page.keyboard.press(key)
        self.keys += times

    def go_to(self, label: str) -> None:
        target = self.page.get_by_label(label, exact=True).first
        for _ in range(20):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.press("Tab")
        raise AssertionError(f"{label} is out of reach")


@pytest.mark.usefixtures("town")
def test_the_desk_types_one_in_with_the_keyboard_alone(site: Site) -> None:
    page = site.open(NEW, size=DESK, cookie=sign_in(site, Role.HELPER), reduced_motion="reduce")
    expect(page.get_by_label("1. Organisation", exact=True)).to_be_focused()
    check(page, "desk-new", DESK)
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    hands = Hands(page)
    hands.type("spar")
    hands.press("Tab")
    expect(page.get_by_label("1. Organisation", exact=True)).to_have_value("Sparbank am Wilhelmplatz")
    hands.type("turn")
    hands.press("Tab")
    expect(page.locator("#party-said")).to_contain_text("Turnverein Nippes 1904")
    expect(page.get_by_role("heading", name="Aus einem Vorschlag ausfüllen")).to_be_visible()
    hands.go_to("Was wird getan oder gegeben?")
    hands.type("Jugendraum streichen")
    hands.press("Tab")
    hands.type("3")
    hands.press("Tab")
    hands.type("6")
    hands.press("Tab", times=2)
    hands.type("300")
    gift = page.get_by_label("Was wird getan oder gegeben?").nth(1)
    while not gift.evaluate("element => element === document.activeElement"):
        hands.press("Tab")
    hands.type("Kuchen beim Sommerfest")
    take_picture(page, "desk-filled")
    hands.press("Tab")
    hands.press("Enter")
    expect(page.locator("#handed-in")).to_contain_text("Beim Notariat")
    expect(page.get_by_label("1. Organisation", exact=True)).to_be_focused()
    expect(page.get_by_label("1. Organisation", exact=True)).to_have_value("")
    check(page, "desk-next")
    assert hands.keys <= MOST_KEYS, hands
    (record,) = stored(site)
    assert record.status is AgreementStatus.SUBMITTED
    assert [(each.giver_id, each.text) for each in record.services] == [
        ("bank", "Jugendraum streichen"),
        ("club", "Kuchen beim Sommerfest"),
    ]


def hold_back(page: Page) -> list[Route]:
    """What the form asks for gets no answer."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/agreements/new/form", hold)
    return held


def fill_in(page: Page, text: str) -> None:
    for place, name in (("1.", "Sparbank am Wilhelmplatz"), ("2.", "Turnverein Nippes 1904")):
        page.get_by_label(f"{place} Organisation", exact=True).fill(name)
    page.get_by_label("Was wird getan oder gegeben?").first.fill(text)


@pytest.mark.usefixtures("town")
def test_handing_in_does_not_wait_for_what_the_page_looks_up(site: Site) -> None:
    page = site.open(NEW, size=DESK, cookie=sign_in(site, Role.HELPER), reduced_motion="reduce")
    held = hold_back(page)
    fill_in(page, "Regale aufbauen")
    page.get_by_role("button", name="An das Notariat").last.click()
    expect(page.locator("#handed-in")).to_contain_text("Beim Notariat")
    expect(page.get_by_label("1. Organisation", exact=True)).to_have_value("")
    assert [route.request.method for route in held] == ["POST"]
    held[0].continue_()
    fill_in(page, "Kuchen backen")  # what comes now was looked up for the one before it
    expect(page.get_by_label("Was wird getan oder gegeben?").first).to_have_value("Kuchen backen")
    assert len(stored(site)) == 1


@pytest.mark.usefixtures("town")
def test_what_the_page_looks_up_takes_no_focus(site: Site) -> None:
    page = site.open(NEW, size=DESK, cookie=sign_in(site, Role.HELPER), reduced_motion="reduce")
    held = hold_back(page)
    fill_in(page, "Regale aufbauen")
    another = page.get_by_role("button", name="Noch eine Organisation")
    another.focus()
    expect(another).to_be_focused()
    held[0].continue_()
    expect(page.get_by_role("heading", name="Aus einem Vorschlag ausfüllen")).to_be_visible()
    expect(another).to_be_focused()


@pytest.mark.usefixtures("town")
def test_a_button_pressed_while_another_is_answered_is_done_after_it_and_a_double_tap_once(site: Site) -> None:
    page = site.open(NEW, size=DESK, cookie=sign_in(site, Role.HELPER), reduced_motion="reduce")
    fill_in(page, "Regale aufbauen")
    expect(page.get_by_role("heading", name="Aus einem Vorschlag ausfüllen")).to_be_visible()
    held = hold_back(page)
    page.get_by_role("button", name="Noch eine Organisation").dblclick()
    page.get_by_role("button", name="An das Notariat").last.click()
    expect(page.locator("form.agreement")).to_have_attribute("aria-busy", "true")
    assert stored(site) == []
    assert len(held) == 1
    held[0].continue_()
    expect(page.locator("#handed-in")).to_contain_text("Beim Notariat")
    assert len(stored(site)) == 1
    assert len(held) == 1


@pytest.mark.usefixtures("town")
def test_one_press_fills_in_what_was_proposed_and_money_is_told_while_typing(site: Site) -> None:
    page = site.open(NEW, size=DESK, cookie=sign_in(site, Role.BROKER), reduced_motion="reduce")
    page.keyboard.type("turn")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Sparbank am Wilhelmplatz").click()
    expect(page.get_by_text("Malern mit Azubis").first).to_be_visible()
    expect(page.get_by_label("Was wird getan oder gegeben?").first).to_have_value("Jugendraum streichen")
    expect(page.get_by_role("region", name="Die Leistung")).to_be_focused()
    check(page, "desk-from-proposal", DESK)
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.get_by_label("Was wird getan oder gegeben?").first.fill("500 Euro für Farbe")
    expect(page.get_by_text("Kein Geld auf dem Marktplatz.")).to_be_visible()
    check(page, "desk-money-hint")
    page.get_by_role("button", name="An das Notariat").last.click()
    expect(page.get_by_role("alert")).to_be_focused()
    check(page, "desk-money-refused")
    page.get_by_role("button", name="Als Entwurf speichern").click()
    expect(page.locator("#notice")).to_contain_text("Entwurf ist gespeichert")
    check(page, "desk-draft", DESK)
    page.goto("/organise/m1/agreements")
    check(page, "agreements", DESK, TABLET)


def test_a_broker_on_a_tablet_brings_two_together(site: Site, town: Town) -> None:
    enter(town, "bank", "club", "choir")
    page = site.open(BROKER, size=TABLET, cookie=sign_in(site, Role.BROKER), reduced_motion="reduce", has_touch=True)
    expect(page.get_by_role("heading", level=1)).to_have_text("Wer ist allein?")
    check(page, "broker-alone", TABLET, DESK)
    page.set_viewport_size(TABLET)  # type: ignore[arg-type]
    page.get_by_role("link", name="Turnverein Nippes 1904").tap()
    expect(page.get_by_role("heading", name="Die besten freien Partner")).to_be_visible(timeout=30_000)  # scores for the first time
    check(page, "broker-organisation", TABLET, DESK)
    page.set_viewport_size(TABLET)  # type: ignore[arg-type]
    page.get_by_role("button", name="Zusammenbringen Sparbank").tap()
    expect(page.locator("#notice")).to_contain_text("Beide sehen es jetzt")
    lou = site.open("/m/m1/me", size=PHONE, cookie=site.sign_in_person("m1", "lou"), reduced_motion="reduce")
    expect(lou.get_by_role("heading", name="Bitte treffen Sie Turnverein Nippes 1904")).to_be_visible()
    check(lou, "me-introduced")
    page.get_by_label("Notiz").fill("Braucht jemanden, der Gebärdensprache kann.")
    page.get_by_role("button", name="Hilfe rufen").tap()
    expect(page.locator("#notice")).to_contain_text("Hilferuf")
    check(page, "broker-help", TABLET)
    page.set_viewport_size(TABLET)  # type: ignore[arg-type]
    page.get_by_role("button", name="Wollen nicht").first.tap()
    expect(page.locator("#notice")).to_contain_text("Absage ist notiert")
    page.get_by_role("link", name="Restebörse").first.tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Restebörse")
    check(page, "broker-rest", TABLET, DESK)
    page.get_by_label("Suchen").fill("Kuchen")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Malern mit Azubis")).to_be_hidden()
    page.goto(BROKER)
    page.get_by_role("button", name="Ich kümmere mich").tap()
    expect(page.locator("#notice")).to_contain_text("Erledigt")
    check(page, "broker-done", TABLET)


def test_an_agreement_is_written_on_a_phone_and_outlives_a_lost_connection(site: Site, town: Town) -> None:
    with town.world.database.write("m1") as session:
        session.add(Evening(market_id="m1", stage=Stage.FREE))
        add_note(session, town.world.clock.now, SYSTEM, "m1", NewNote(NoteKind.INTRODUCTION, "club", "choir"))
    page = site.open("/m/m1/me", size=PHONE, cookie=site.sign_in_person("m1", "kim"), reduced_motion="reduce")
    expect(page.get_by_role("heading", name="Diese Partner sind jetzt frei")).to_be_visible()
    check(page, "me-free", DESK)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.get_by_role("link", name="Mein Code für Partner").click()
    check(page, "me-partners")
    page.goto("/m/m1/me/proposals")
    page.get_by_role("link", name="Vereinbarung schreiben").first.click()
    expect(page.get_by_label("Was wird getan oder gegeben?").first).to_have_value("Jugendraum streichen")
    check(page, "me-agreement", DESK)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.get_by_label("Personen").first.fill("4")
    page.get_by_label("Wo freiwillig").fill("Im Jugendraum")
    page.context.set_offline(offline=True)
    page.get_by_role("button", name="An das Notariat").last.click()
    expect(page.locator("[data-unsent]")).to_be_visible()
    check_width(page)
    take_picture(page, "me-agreement-offline")
    page.context.set_offline(offline=False)
    page.reload()
    expect(page.get_by_label("Wo freiwillig")).to_have_value("Im Jugendraum")
    expect(page.get_by_text("Ihr Entwurf von vorhin")).to_be_visible()
    check(page, "me-agreement-draft")
    page.get_by_role("button", name="An das Notariat").last.click()
    expect(page.locator("#notice")).to_contain_text("liegt beim Notariat")
    check(page, "me-agreements")
    page.goto("/m/m1/me/agreements/new")
    expect(page.get_by_text("Ihr Entwurf von vorhin")).to_be_hidden()
    (record,) = stored(site)
    assert (record.status, record.place) == (AgreementStatus.SUBMITTED, "Im Jugendraum")
    with town.world.database.write("m1") as session:
        kept: Any = session.get(Agreement, ("m1", record.id))
        kept.status, kept.return_reason = AgreementStatus.RETURNED, "Wer bringt die Farbe mit?"
    page.goto("/m/m1/me/agreements")
    page.get_by_role("link", name="Weiter bearbeiten").click()
    expect(page.get_by_role("note")).to_contain_text("Wer bringt die Farbe mit?")
    check(page, "me-agreement-returned")


@pytest.mark.usefixtures("town")
def test_without_script_the_desk_works_all_the_same(site: Site) -> None:
    page = site.open(NEW, size=DESK, cookie=sign_in(site, Role.HELPER), java_script_enabled=False)
    page.get_by_label("1. Organisation", exact=True).fill("spar")
    page.get_by_label("2. Organisation", exact=True).fill("turn")
    page.get_by_role("button", name="Noch eine Organisation").click()
    page.get_by_label("3. Organisation", exact=True).fill("chor")
    page.get_by_label("Was wird getan oder gegeben?").first.fill("Fest im Hof")
    page.get_by_label("Wer bekommt").first.select_option("2")
    page.get_by_role("button", name="An das Notariat").last.click()
    expect(page.locator("#handed-in")).to_contain_text("Chor der Vielen")
    (record,) = stored(site)
    assert [(each.giver_id, each.taker_id) for each in record.services] == [("bank", "choir")]
