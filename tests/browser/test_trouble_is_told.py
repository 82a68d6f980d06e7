"""The server is there and cannot: its disk is full, its database is away. A desk says so, keeps the deed, and brings it."""

import json
from contextlib import suppress

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from browsing import PHONE, Site, check_accessibility
from day_world import DRAFT
from doors_world import make_doors, make_link
from full_disk import full_disk
from marktplatz.db.models import CheckIn
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.agreements import draft_agreement
from marktplatz.usecases.drafts import Draft
from marktplatz.vocabulary import Role

pytestmark = pytest.mark.chromium


def count(site: Site) -> int:
    with site.world.database.read() as session:
        return session.scalar(select(func.count()).select_from(CheckIn)) or 0


def fill_up(site: Site) -> None:
    for scope in ("Wände. " * 200, "Wände."):
        draft = Draft.model_validate_json(json.dumps(DRAFT | {"scope": scope}))
        with suppress(OperationalError):
            while True:
                with site.world.database.write("m1") as session:
                    draft_agreement(session, site.world.clock.now, SYSTEM, "m1", draft)


def test_a_full_disk_is_told_at_the_door_and_what_waits_arrives_once_when_there_is_room(site: Site) -> None:
    make_doors(site.world)
    page = site.open(f"/enter#{make_link(site.world, Role.HELPER)}", size=PHONE)
    page.get_by_role("button", name="Weiter").click()
    expect(page.locator("#door")).to_be_visible()
    with full_disk(site.world.database):
        fill_up(site)
        page.get_by_role("button", name="Da Bäckerei Müller").click()
        expect(page.locator("[data-waiting-count]")).to_have_text("1 wartet")
        expect(page.locator("[data-waiting-why]")).to_contain_text(
            "Auf dem Datenträger ist kein Platz mehr; gespeichert wurde nichts."
        )
        check_accessibility(page)
        assert count(site) == 0
    page.locator("#waiting summary").click()
    page.get_by_role("button", name="Jetzt senden").click()
    expect(page.locator("[data-waiting-why]")).to_have_text("Alles gesendet", timeout=30_000)
    assert count(site) == 1
