"""The server is there and cannot: its disk is full, its database is away. A desk says so, keeps the deed, and brings it."""

import json
from contextlib import suppress
from http import HTTPStatus

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from browsing import PHONE, Site, check_accessibility
from day_world import DRAFT
from doors_world import make_doors, make_link
from full_disk import full_disk
from marktplatz.db.models import AuditEntry, CheckIn
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.agreements import draft_agreement
from marktplatz.usecases.door import note_at_door
from marktplatz.usecases.drafts import Draft
from marktplatz.usecases.identifiers import make_id
from marktplatz.vocabulary import CheckInStatus, Role

pytestmark = pytest.mark.chromium


def is_here(site: Site) -> bool:
    with site.world.database.read() as session:
        return session.get(CheckIn, ("m1", "mueller0")) is not None


def count_notes(site: Site) -> int:
    with site.world.database.read() as session:
        wanted = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "check_in")
        return session.scalar(wanted) or 0


def fill_up(site: Site) -> None:
    """With large things first, and then with what is done at the door itself."""
    database, now = site.world.database, site.world.clock.now
    with suppress(OperationalError):
        while True:
            sent = json.dumps(DRAFT | {"id": make_id("v"), "scope": "Wände. " * 200})
            with database.write("m1") as session:
                draft_agreement(session, now, SYSTEM, "m1", Draft.model_validate_json(sent))
    with suppress(OperationalError):
        for version in range(10_000):
            with database.write("m1") as session:
                note_at_door(session, now, SYSTEM, "m1", "bank", CheckInStatus.PRESENT, version % 2 + 1, version)


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
        page.locator("#waiting summary").click()
        with page.expect_response(lambda answer: answer.status == HTTPStatus.INSUFFICIENT_STORAGE, timeout=60_000):
            page.get_by_role("button", name="Jetzt senden").click()
        expect(page.locator("[data-waiting-count]")).to_have_text("1 wartet")
        assert not is_here(site)
        before = count_notes(site)
    # From here on it is sent without anybody's doing: after a pause of at most half a minute.
    expect(page.locator("[data-waiting-why]")).to_have_text("Alles gesendet", timeout=60_000)
    assert is_here(site)
    assert count_notes(site) == before + 1
