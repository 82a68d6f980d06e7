"""An organiser sets a market up with the keyboard alone, mends what was refused, copies last year's, and is not alone."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from browsing import DESK, PHONE, SMALLEST, Site, check_accessibility, check_width, take_picture
from marktplatz.db.models import MarketRecord, OrganisationRecord
from marktplatz.market import Entry, Organisation
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.entries import add_entry
from marktplatz.usecases.organisations import add_organisation
from marktplatz.vocabulary import EntrySide, OrganisationKind, Phase, Role, Standing

pytestmark = pytest.mark.chromium


def type_into(page: Page, label: str, text: str) -> None:
    """Tab until the field has the focus, then type, as somebody without a mouse does."""
    tab_to(page, page.get_by_label(label, exact=True).get_attribute("id") or "")
    page.keyboard.type(text)


def tab_to(page: Page, wanted: str, limit: int = 90) -> None:
    for _ in range(limit):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.id || document.activeElement.textContent.trim()") == wanted:
            return
    raise AssertionError(f"the keyboard does not reach {wanted}")


def look(page: Page, name: str) -> None:
    """As it is, on a desk, on a phone and on the smallest screen."""
    check_accessibility(page)
    for size in (SMALLEST, PHONE, DESK):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        check_width(page)
        if size is not SMALLEST:
            take_picture(page, f"setup-{name}-{size['width']}")


def fill_market(site: Site, market: str) -> None:
    with site.world.database.write(market) as session:
        for number, kind in enumerate((OrganisationKind.COMPANY, OrganisationKind.NONPROFIT, OrganisationKind.NONPROFIT)):
            name = f"o{number}"
            organisation = Organisation(id=name, kind=kind, name=f"Haus {number}")
            add_organisation(session, site.world.clock.now, SYSTEM, market, organisation)
            side = EntrySide.OFFER if kind is OrganisationKind.COMPANY else EntrySide.NEED
            entry = Entry(id=f"e{number}", organisation=name, title="Zaun streichen")
            add_entry(session, site.world.clock.now, SYSTEM, market, side, entry)
        session.get_one(OrganisationRecord, (market, "o1")).standing = Standing.SUBMITTED


def test_from_an_empty_installation_to_an_open_page_with_the_keyboard_alone(site: Site) -> None:
    page = site.open(f"/set-up#{site.app.state.service.setup_code}")
    type_into(page, "Ihr Name", "Maria Muster")
    type_into(page, "Ihre E-Mail-Adresse", "maria@example.org")
    type_into(page, "Ein Passwort", "vier wirklich lange worte")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_be_focused()
    tab_to(page, "Neuen Marktplatz anlegen")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Neuer Marktplatz")).to_be_visible()
    look(page, "new")

    type_into(page, "Tag", "31.2.2027")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    look(page, "new-refused")
    page.get_by_role("alert").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Wie heißt der Marktplatz?")).to_be_focused()
    page.keyboard.type("Marktplatz Nippes 2027")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Tag", exact=True)).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("11.3.2027")
    type_into(page, "Beginn", "18 Uhr")
    type_into(page, "Ende", "20:30")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status").first).to_be_focused()
    expect(page.get_by_role("heading", name="Die Regeln")).to_be_visible()
    look(page, "rules-new")
    type_into(page, "Name des Bereichs 7", "Ausflüge")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Saal und Abend")).to_be_visible()
    look(page, "evening-new")
    page.get_by_role("radio", name="Freies Handeln Nach").focus()
    page.keyboard.press("ArrowDown")
    type_into(page, "Zahl der Runden", "9")
    type_into(page, "Minuten je Runde", "4")
    tab_to(page, "Passt das in den Abend?")
    page.keyboard.press("Enter")
    expect(page.locator("#fit")).to_be_focused()
    expect(page.locator("#fit")).to_contain_text("Das passt. 9 Runden dauern")
    look(page, "evening-checked")
    tab_to(page, "Speichern und fertig")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Was als Nächstes zu tun ist")).to_be_visible()
    expect(page.locator("#no-imprint")).to_be_visible()
    look(page, "overview-draft")
    tab_to(page, "Impressum ausfüllen")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Impressum")).to_be_visible()
    tab_to(page, "f-text")
    page.keyboard.press("Control+A")
    page.keyboard.type("Freiwilligenagentur Nippes, Marktplatz 1, 50733 Köln")
    tab_to(page, "Vorschau")
    page.keyboard.press("Enter")
    expect(page.locator("#preview")).to_be_focused()
    look(page, "text-preview")
    tab_to(page, "Speichern")
    page.keyboard.press("Enter")
    expect(page.locator("#imprint").get_by_text("Ihr Text")).to_be_visible()
    look(page, "texts")
    tab_to(page, "Übersicht")
    page.keyboard.press("Enter")
    expect(page.locator("#no-imprint")).to_have_count(0)
    page.get_by_role("button", name="Die Seite öffnen").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Die Seite ist offen")
    stranger = site.open("/m/marktplatz-nippes-2027")
    expect(stranger.get_by_role("heading", name="Machen Sie mit")).to_be_visible()


def test_the_overview_of_a_market_under_way_says_what_waits(site: Site) -> None:
    owner = site.sign_in_owner()
    site.world.make_market(
        "m1", Phase.COLLECTING, name="Marktplatz Köln-Nippes", date=(site.world.clock.now + timedelta(days=10)).date()
    )
    fill_market(site, "m1")
    page = site.open("/organise/m1", cookie=owner)
    expect(page.get_by_role("link", name="Eine Anmeldung freigeben").first).to_be_visible()
    expect(page.get_by_text("Tage bis zum Markttag")).to_be_visible()
    look(page, "overview-collecting")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="What to do next")).to_be_visible()
    check_accessibility(page)


def test_closing_is_asked_on_a_page_of_its_own(site: Site) -> None:
    owner = site.sign_in_owner()
    site.world.make_market("m1", Phase.FOLLOW_UP, name="Marktplatz Köln-Nippes")
    page = site.open("/organise/m1", cookie=owner)
    page.get_by_role("link", name="Den Marktplatz abschließen").click()
    look(page, "closing")
    page.get_by_role("button", name="Abschließen").click()
    expect(page.get_by_role("alert")).to_be_focused()
    check_accessibility(page)
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("Ja, ich bin sicher")).to_be_focused()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Abschließen").click()
    expect(page.get_by_role("status").first).to_contain_text("abgeschlossen")
    look(page, "overview-closed")


def test_last_years_market_is_copied_without_anybody(site: Site) -> None:
    owner = site.sign_in_owner()
    site.world.make_market("alt", Phase.CLOSED, name="Marktplatz Nippes 2026")
    fill_market(site, "alt")
    page = site.open("/organise", cookie=owner)
    page.get_by_role("link", name="Neuen Marktplatz anlegen").click()
    page.get_by_text("Oder nach einem früheren Marktplatz").click()
    check_accessibility(page)
    page.get_by_role("link", name="Marktplatz Nippes 2026").click()
    look(page, "copy")
    page.get_by_label("Wie heißt der Marktplatz?").fill("Marktplatz Nippes 2027")
    page.get_by_role("button", name="Marktplatz anlegen").click()
    expect(page.get_by_role("status").first).to_contain_text("ohne Personen")
    with site.world.database.read() as session:
        assert session.get_one(MarketRecord, "marktplatz-nippes-2027").phase is Phase.DRAFT
    expect(page.locator(".figures li").first).to_contain_text("0")


@pytest.mark.parametrize("scripted", [True, False], ids=["with-script", "without-script"])
def test_two_organisers_at_once_see_each_others_version(site: Site, scripted: bool) -> None:
    site.world.make_market("m1", name="Marktplatz Nippes")
    anna = site.open("/organise/m1/setup/event", cookie=site.sign_in_owner(), java_script_enabled=scripted)
    bert_id = site.world.make_account("bert@example.org", m1=Role.ORGANISER)
    bert = site.open("/organise/m1/setup/event", cookie=site._begin(account_id=bert_id), java_script_enabled=scripted)
    anna.get_by_label("Ort", exact=False).first.fill("Rathaus")
    anna.get_by_role("button", name="Speichern").click()
    expect(anna.get_by_role("status").first).to_contain_text("Gespeichert")
    bert.get_by_label("Ort", exact=False).first.fill("Stadthalle")
    bert.get_by_role("button", name="Speichern").click()
    expect(bert.get_by_role("cell", name="Rathaus")).to_be_visible()
    if scripted:
        expect(bert.get_by_role("alert")).to_be_focused()
    expect(bert.get_by_label("Ort", exact=False).first).to_have_value("Stadthalle")
    if scripted:
        look(bert, "stale")
    bert.get_by_role("button", name="Speichern").click()
    expect(bert.get_by_role("status").first).to_contain_text("Gespeichert")
    anna.reload()
    expect(anna.get_by_label("Ort", exact=False).first).to_have_value("Stadthalle")


def test_somebody_new_comes_into_the_team_by_a_link_that_is_handed_over(site: Site) -> None:
    site.world.make_market("m1", name="Marktplatz Nippes")
    page = site.open("/organise/m1/team", cookie=site.sign_in_owner())
    look(page, "team-empty")
    page.get_by_label("E-Mail-Adresse").fill("keine")
    page.get_by_role("button", name="Einladen").click()
    expect(page.get_by_role("alert")).to_be_focused()
    look(page, "team-refused")
    page.get_by_label("E-Mail-Adresse").fill("nele@example.org")
    page.get_by_label("Name").fill("Nele Neu")
    page.get_by_label("Veranstalter:in").check()
    page.get_by_role("button", name="Einladen").click()
    page.get_by_role("button", name="Link zum Weitergeben").click()
    link = page.get_by_label("Link zum Kopieren").input_value()
    look(page, "team-link")
    nele = site.open("/enter")
    nele.goto(site.address + link[link.index("/enter#") :])
    nele.get_by_role("button", name="Weiter").click()
    expect(nele.get_by_role("heading", name="Passwort festlegen")).to_be_visible()
    nele.goto("/organise/m1/team")
    nele.get_by_role("button", name="Zurücknehmen").click()
    expect(nele.get_by_role("heading", name="Rolle zurücknehmen?")).to_be_focused()
    expect(nele.get_by_text("die letzte Person")).to_be_visible()
    look(nele, "team-last")
    nele.get_by_role("link", name="Nein, zurück zum Team").click()
    expect(nele.get_by_role("heading", name="Nele Neu")).to_be_visible()


def test_the_settings_of_a_market_and_a_form_that_is_refused(site: Site) -> None:
    site.world.make_market("m1", name="Marktplatz Nippes")
    page = site.open("/organise/m1/setup/rules", cookie=site.sign_in_owner())
    for number in range(1, 8):
        page.get_by_label(f"Name des Bereichs {number}").fill("")
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_role("group", name="Bereiche")).to_be_focused()
    look(page, "rules-refused")
    page.goto("/organise/m1/setup/evening")
    look(page, "evening")
    page.get_by_role("radio", name="Gespräche in Runden").check()
    page.get_by_label("Zahl der Runden").fill("30")
    page.get_by_label("Minuten je Runde").fill("10")
    page.get_by_role("button", name="Passt das in den Abend?").click()
    expect(page.locator("#fit")).to_contain_text("Beginn und Ende des Abends stehen noch nicht fest")
    page.goto("/organise/m1/setup/event")
    look(page, "event")
