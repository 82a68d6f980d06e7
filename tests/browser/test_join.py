"""The way in without an account, as people take it: with the thumb, without JavaScript, in a tunnel, and with bad intentions."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from browsing import DESK, PHONE, SMALLEST, Site, check_accessibility, check_width, take_picture
from marktplatz.db.models import EntryRecord, OrganisationRecord, OutboxMessage
from marktplatz.vocabulary import Phase

pytestmark = pytest.mark.chromium

SCRIPTED = pytest.mark.parametrize("scripted", [True, False], ids=["with-script", "without-script"])


@dataclass
class Thumb:
    """Counts what a person does: every tap, every field that is filled in, every choice in a list."""

    page: Page
    count: int = 0

    def fill(self, label: str, text: str, nth: int = 0) -> None:
        self.count += 1
        self.page.get_by_label(label, exact=False).nth(nth).fill(text)

    def tap(self, role: str, name: str, nth: int = 0) -> None:
        self.count += 1
        self.page.get_by_role(role, name=name).nth(nth).click()  # type: ignore[arg-type]

    def choose(self, label: str, option: str, nth: int = 0) -> None:
        self.count += 1
        self.page.get_by_label(label).nth(nth).select_option(label=option)

    def tick(self, words: str, nth: int = 0) -> None:
        self.count += 1
        self.page.locator("label.choice", has_text=words).nth(nth).click()


@pytest.fixture
def market(site: Site) -> str:
    site.world.make_account("chefin@example.org", is_owner=True)
    return site.world.make_market("m1", Phase.COLLECTING, name="Marktplatz Köln-Nippes")


def fill_in(page: Page, prefix: str = "") -> None:
    """Everything that is needed."""
    page.get_by_label("Name der Organisation").fill(f"{prefix}Jugendzentrum Nippes")
    page.get_by_label("Postleitzahl").fill("50733")
    page.get_by_label("Ihr Name").fill(f"{prefix}Anna Arndt")
    page.get_by_label("Ihre E-Mail-Adresse").fill("anna@example.org")
    page.locator("#f-need-1-title").fill(f"{prefix}Wände im Gruppenraum streichen")


@SCRIPTED
def test_a_nonprofit_enters_two_needs_on_a_phone_in_under_25_interactions(site: Site, market: str, scripted: bool) -> None:
    page = site.open(f"/m/{market}", size=PHONE, java_script_enabled=scripted)
    thumb = Thumb(page)
    thumb.tap("link", "Wir suchen")
    thumb.fill("Name der Organisation", "Jugendzentrum Nippes")
    thumb.fill("Postleitzahl", "50733")
    thumb.fill("Ihr Name", "Anna Arndt")
    thumb.fill("Ihre E-Mail-Adresse", "anna@example.org")
    thumb.choose("Vorlage", "Wände streichen")
    thumb.tap("button", "Übernehmen")
    thumb.choose("Wann?", "Mai 2027")
    thumb.tick("bei uns")
    thumb.tap("button", "Noch ein Gesuch")
    expect(page.locator("#f-need-2-title")).to_be_visible()
    if scripted:
        expect(page.locator("#f-need-2-title")).to_be_focused()
    thumb.fill("Worum geht es?", "Ein Flyer für unser Sommerfest", nth=1)
    thumb.tick("ein halber Tag", nth=1)
    thumb.choose("Wann?", "Juni 2027", nth=1)
    thumb.choose("Bereich", "Wissen und Können", nth=1)
    thumb.fill("Worum geht es?", "Die Kinder tanzen auf Ihrer Feier", nth=2)
    thumb.tick("einzuladen")
    thumb.tap("button", "Absenden")
    expect(page.get_by_role("heading", name="Ihre Anmeldung ist da")).to_be_visible()
    assert thumb.count < 25, thumb.count
    if scripted:
        expect(page.get_by_role("heading", name="Ihre Anmeldung ist da")).to_be_focused()
        check_accessibility(page)
        check_width(page)
        take_picture(page, "join-done-phone")
    with site.world.database.read() as session:
        entries = list(session.scalars(select(EntryRecord).order_by(EntryRecord.side, EntryRecord.title)))
        assert [(entry.side.value, entry.title, entry.hours) for entry in entries] == [
            ("need", "Ein Flyer für unser Sommerfest", 4),
            ("need", "Ein Raum soll gestrichen werden", 8),
            ("offer", "Die Kinder tanzen auf Ihrer Feier", None),
        ]
        assert [message.recipient for message in session.scalars(select(OutboxMessage))] == ["anna@example.org"]


def test_the_form_is_in_order_at_every_size(site: Site, market: str) -> None:
    for size in (SMALLEST, PHONE, DESK):
        for side in ("need", "offer"):
            page = site.open(f"/m/{market}/join?side={side}&project=garden", size=size)
            check_accessibility(page)
            check_width(page)
            take_picture(page, f"join-{side}-{size['width']}")
    for summary in page.locator("main details > summary").all():
        summary.click()
    page.get_by_role("button", name="Noch ein Angebot").click()
    expect(page.locator("#f-offer-2-title")).to_be_focused()
    check_accessibility(page)
    check_width(page)
    take_picture(page, "join-all-open")
    page.get_by_role("button", name="Angebot 2 wieder entfernen").click()
    expect(page.locator("#f-offer-1-title")).to_be_focused()
    expect(page.locator("#f-offer-2-title")).to_have_count(0)


def test_it_speaks_english(site: Site, market: str) -> None:
    page = site.open(f"/m/{market}/join", size=PHONE)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Who are you?")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "en"
    check_accessibility(page)
    take_picture(page, "join-english")


@SCRIPTED
def test_a_refused_form_keeps_everything_and_leads_to_the_fields(site: Site, market: str, scripted: bool) -> None:
    page = site.open(f"/m/{market}/join?side=need", size=PHONE, java_script_enabled=scripted)
    fill_in(page)
    page.get_by_label("Postleitzahl").fill("123")
    page.get_by_label("Ihre E-Mail-Adresse").fill("keine Adresse")
    page.get_by_label("Wie viele Personen?").first.fill("viele")
    page.locator("label.choice", has_text="ein Tag").first.click()
    page.locator("label.choice", has_text="fotografiert").click()
    page.get_by_role("button", name="Absenden").last.click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("3 Angaben stimmen noch nicht")
    assert page.get_by_label("Name der Organisation").input_value() == "Jugendzentrum Nippes"
    assert page.locator("#f-need-1-title").input_value() == "Wände im Gruppenraum streichen"
    assert page.locator("[name='need.1.hours'][value='8']").is_checked()
    assert page.locator("[name='consent.photos']").is_checked()
    for words, field in (("Postleitzahl", "f-postcode"), ("E-Mail", "f-person-email"), ("Personen", "f-need-1-people")):
        alert.get_by_role("link", name=words).click()
        expect(page.locator(f"#{field}")).to_be_focused()
    if scripted:
        page.get_by_role("button", name="Absenden").last.click()
        expect(page.get_by_role("alert")).to_be_focused()
        check_accessibility(page)
        check_width(page)
        take_picture(page, "join-refused")


def test_a_fault_in_a_folded_part_opens_it(site: Site, market: str) -> None:
    page = site.open(f"/m/{market}/join?side=need", size=PHONE)
    fill_in(page)
    page.get_by_text("Genauer: Tage").first.click()
    page.get_by_label("Erster Tag").first.fill("2027-06-10")
    page.get_by_label("Letzter Tag").first.fill("2027-06-01")
    page.get_by_role("button", name="Absenden").last.click()
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.locator("#f-need-1-to")).to_be_focused()
    check_accessibility(page)


def test_markup_in_every_field_stays_text(site: Site, market: str) -> None:
    evil = '"><img src=x onerror="window.hacked=1"><script>window.hacked=1</script>{{ 7*7 }}'
    page = site.open(f"/m/{market}/join?side=need&project={evil}", size=PHONE)
    page.evaluate("() => document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    for field in page.locator("main form input[type=text], main form textarea, main form input[type=tel]").all():
        field.fill(evil)
    page.get_by_label("Ihre E-Mail-Adresse").fill(f"a{evil}@example.org")
    page.get_by_role("button", name="Absenden").last.click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert page.get_by_label("Name der Organisation").input_value() == evil
    page.get_by_label("Postleitzahl").fill("50733")
    page.get_by_label("Ihre E-Mail-Adresse").fill("anna@example.org")
    page.locator("#f-website").fill("")
    for field in page.locator("[name$='.people'], [name$='.quantity']").all():
        field.fill("")
    page.get_by_role("button", name="Absenden").last.click()
    expect(page.get_by_role("heading", name="Ihre Anmeldung ist da")).to_be_visible()
    expect(page.get_by_text(evil).first).to_be_visible()
    assert page.evaluate("() => window.hacked") is None
    assert page.locator("main img, main script").count() == 0
    check_accessibility(page)
    check_width(page)


def test_what_was_typed_outlives_a_tunnel(site: Site, market: str) -> None:
    page = site.open(f"/m/{market}/join?side=need", size=PHONE)
    fill_in(page)
    page.get_by_role("button", name="Noch ein Gesuch").click()
    page.locator("#f-need-2-title").fill("Ein Flyer im Juni")
    page.locator("label.choice", has_text="ein halber Tag").nth(1).click()
    page.wait_for_timeout(500)
    page.context.set_offline(True)
    page.get_by_role("button", name="Absenden").last.click()
    expect(page.get_by_role("alert")).to_contain_text("Keine Verbindung")
    assert page.locator("#f-need-2-title").input_value() == "Ein Flyer im Juni"
    take_picture(page, "join-offline")
    page.context.set_offline(False)
    page.goto(f"/m/{market}")
    page.get_by_role("link", name="Wir suchen").click()
    expect(page.get_by_text("schon eingetragen hatten")).to_be_visible()
    expect(page.locator("#f-need-2-title")).to_have_value("Ein Flyer im Juni")
    expect(page.get_by_label("Name der Organisation")).to_have_value("Jugendzentrum Nippes")
    assert page.locator("[name='need.2.hours'][value='4']").is_checked()
    check_accessibility(page)
    take_picture(page, "join-draft-found")
    page.get_by_role("button", name="Absenden").last.click()
    expect(page.get_by_role("heading", name="Ihre Anmeldung ist da")).to_be_visible()
    page.wait_for_timeout(500)
    page.goto(f"/m/{market}/join?side=need")
    expect(page.get_by_label("Name der Organisation")).to_have_value("")


def test_a_draft_can_be_thrown_away(site: Site, market: str) -> None:
    page = site.open(f"/m/{market}/join?side=need", size=PHONE)
    fill_in(page)
    page.wait_for_timeout(500)
    page.reload()
    page.get_by_role("button", name="Verwerfen").click()
    expect(page.get_by_label("Name der Organisation")).to_have_value("")
    page.reload()
    expect(page.get_by_text("schon eingetragen hatten")).to_be_hidden()


def test_hints_come_while_typing_and_forbid_nothing(site: Site, market: str) -> None:
    page = site.open(f"/m/{market}/join?side=need", size=PHONE)
    fill_in(page)
    title = page.locator("#f-need-1-title")
    title.fill("Wir brauchen 500 Euro für 300 Leute")
    hints = page.locator("#block-need-1 [data-hints-here]")
    expect(hints).to_contain_text("klingt nach Geld")
    expect(title).to_be_focused()
    assert hints.locator("p:not(.soft)").count() <= 2
    check_accessibility(page)
    take_picture(page, "join-hints")
    title.fill("Wände streichen im Mai, vier Leute, ein Tag")
    expect(hints).to_contain_text("vier Leute")
    expect(hints).not_to_contain_text("Geld")
    page.get_by_role("button", name="Absenden").last.click()
    expect(page.get_by_role("heading", name="Ihre Anmeldung ist da")).to_be_visible()


def test_a_double_tap_registers_once(site: Site, market: str) -> None:
    page = site.open(f"/m/{market}/join?side=need", size=PHONE)
    fill_in(page)
    page.get_by_role("button", name="Absenden").last.dblclick()
    expect(page.get_by_role("heading", name="Ihre Anmeldung ist da")).to_be_visible()
    with site.world.database.read() as session:
        assert len(list(session.scalars(select(OrganisationRecord)))) == 1


def test_what_is_typed_while_a_slow_answer_comes_stays(site: Site, market: str) -> None:
    page = site.open(f"/m/{market}/join?side=need", size=PHONE)
    waiting: list[Route] = []
    page.route("**/join/form", lambda route: waiting.append(route))  # noqa: PLW0108 it marks what it is given
    page.get_by_label("Vorlage").first.select_option("garden")
    with page.expect_request("**/join/form"):
        page.get_by_role("button", name="Übernehmen").first.click()
    page.get_by_label("Wann?").first.select_option(label="Mai 2027")
    page.locator("label.choice", has_text="bei uns").first.click()
    waiting[0].continue_()
    expect(page.locator("#f-need-1-title")).to_have_value("Hilfe im Garten")
    expect(page.get_by_label("Wann?").first).to_have_value("2027-05")
    expect(page.locator("[name='need.1.place'][value='with_us']")).to_be_checked()


def test_the_enter_key_sends_the_form(site: Site, market: str) -> None:
    page = site.open(f"/m/{market}/join?side=need")
    fill_in(page)
    page.get_by_label("Postleitzahl").press("Enter")
    expect(page.get_by_role("heading", name="Ihre Anmeldung ist da")).to_be_visible()


def test_when_the_way_in_is_closed(site: Site, market: str) -> None:
    site.world.move(market, Phase.MATCHING)
    page = site.open(f"/m/{market}/join", size=PHONE)
    expect(page.get_by_role("heading", name="nicht offen")).to_be_visible()
    check_accessibility(page)
    check_width(page)
    take_picture(page, "join-closed")
