"""The whole story by nothing but the pages: an empty installation becomes a market that is collected and looked after."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from test_files import choose_file, write_example

from browsing import PATIENCE_MS, PHONE, Site, take_picture
from marktplatz.db.models import EntryRecord, OrganisationRecord, OutboxMessage
from marktplatz.usecases.audit import find_breaks
from marktplatz.vocabulary import Standing

pytestmark = pytest.mark.chromium

MARKET = "marktplatz-nippes-2027"


def test_somebody_who_has_never_seen_it_sets_up_and_collects_a_market(site: Site) -> None:
    organiser = set_up_and_open(site)
    visitor = join_on_a_phone(site)
    import_last_years_list(organiser)
    approve_everybody(organiser)
    look_for_what_is_missing(organiser)
    come_in_by_the_link(site, visitor, organiser)
    with site.world.database.read() as session:
        standings = set(session.scalars(select(OrganisationRecord.standing))) | set(session.scalars(select(EntryRecord.standing)))
        assert standings == {Standing.APPROVED}
        assert len(list(session.scalars(select(OrganisationRecord)))) > 60
        assert list(find_breaks(session)) == []


def set_up_and_open(site: Site) -> Page:
    page = site.open(f"/set-up#{site.app.state.service.setup_code}")
    page.get_by_label("Ihr Name").fill("Maria Muster")
    page.get_by_label("Ihre E-Mail-Adresse").fill("maria@example.org")
    page.get_by_label("Ein Passwort").fill("vier wirklich lange worte")
    page.get_by_role("button", name="Einrichten").click()
    page.get_by_role("link", name="Neuen Marktplatz anlegen").click()
    page.get_by_label("Wie heißt der Marktplatz?").fill("Marktplatz Nippes 2027")
    page.get_by_label("Tag", exact=True).fill("11.3.2027")
    page.get_by_label("Beginn", exact=True).fill("18 Uhr")
    page.get_by_label("Ende", exact=True).fill("20:30")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Die Regeln")).to_be_visible()
    page.keyboard.press("Enter")
    page.get_by_label("Name des Bereichs 7").press("Enter")
    expect(page.get_by_role("heading", name="Saal und Abend")).to_be_visible()
    page.get_by_role("button", name="Speichern und fertig").click()
    page.get_by_role("button", name="Die Seite öffnen").click()
    expect(page.get_by_role("status").first).to_contain_text("Die Seite ist offen")
    return page


def join_on_a_phone(site: Site) -> Page:
    page = site.open(f"/m/{MARKET}", size=PHONE)
    page.get_by_role("link", name="Wir suchen").click()
    page.get_by_label("Name der Organisation").fill("Jugendzentrum Nippes")
    page.get_by_label("Postleitzahl").fill("50733")
    page.get_by_label("Ihr Name").fill("Anna Arndt")
    page.get_by_label("Ihre E-Mail-Adresse").fill("anna@example.org")
    page.locator("#f-need-1-title").fill("Wände im Gruppenraum streichen")
    page.get_by_role("button", name="Absenden").click()
    expect(page.get_by_role("heading", name="Ihre Anmeldung ist da")).to_be_visible(timeout=30_000)
    return page


def import_last_years_list(page: Page) -> None:
    page.goto(f"/organise/{MARKET}/files")
    choose_file(page, write_example(wrong=True))
    page.get_by_label("Höchstens Vereinbarungen").fill("3")
    page.get_by_label("PLZ").fill("50668")
    page.get_by_role("button", name="Ausbessern und neu prüfen").click()
    expect(page.get_by_role("heading", name="Die Datei ist in Ordnung")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Alles einlesen").click()
    expect(page.locator("#notice")).to_contain_text("Eingelesen", timeout=30_000)


def approve_everybody(page: Page) -> None:
    page.goto(f"/organise/{MARKET}/registrations")
    page.get_by_label("Stand").select_option("submitted")
    page.get_by_role("button", name="Anzeigen").click()
    page.get_by_role("button", name="Alle freigeben").click()
    page.get_by_role("button", name="Ja, so machen").click()
    expect(page.get_by_role("heading", name="Nichts gefunden")).to_be_visible()


def look_for_what_is_missing(page: Page) -> None:
    page.set_default_timeout(2 * PATIENCE_MS)
    page.goto(f"/organise/{MARKET}/radar")
    expect(page.get_by_role("heading", name="Radar", exact=True)).to_be_visible()
    take_picture(page, "story-radar")


def come_in_by_the_link(site: Site, visitor: Page, organiser: Page) -> None:
    """Without a mail server the organiser hands the link over; it opens on the phone, where the entry stands."""
    with site.world.database.read() as session:
        assert session.scalars(select(OutboxMessage.recipient)).all() == ["anna@example.org"]
    organiser.goto(f"/organise/{MARKET}/outbox/letters")
    organiser.get_by_role("button", name="Briefe zum Drucken zeigen").click()
    found = re.search(r"/enter#[\w-]+", organiser.inner_text("main"))
    assert found is not None
    visitor.goto(found[0])
    visitor.get_by_role("button", name="Weiter").click()
    expect(visitor.get_by_text("Wände im Gruppenraum streichen").first).to_be_visible()
    take_picture(visitor, "story-my-page")
