"""What the tests of a tablet without connection share: how somebody comes in, what waits, what the server has of it."""

import json
import re
from typing import Any

from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from browsing import PHONE, Site
from day_world import DRAFT, Day
from doors_world import add_named, make_doors, make_link
from marktplatz.db.models import Agreement, AuditEntry, CheckIn
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.agreements import draft_agreement, submit_agreement
from marktplatz.usecases.drafts import Draft
from marktplatz.usecases.identifiers import make_id
from marktplatz.vocabulary import Role
from service_fixtures import World

DOOR = "/organise/m1/door"
SERVICE = [{"text": "Singen", "giver": "bank", "taker": "club"}]


def make_queue_at_the_door(world: World) -> Day:
    made = make_doors(world)
    add_named(world, "m1", *(f"Förderverein {number:02}" for number in range(20)), prefix="school")
    return made


def come_in(site: Site, role: Role = Role.HELPER, secret: str | None = None, **options: Any) -> Page:
    link = secret or make_link(site.world, role, role.value)
    page = site.open(f"/enter#{link}", size=PHONE, reduced_motion="reduce", **options)
    page.get_by_role("button", name="Weiter").click()
    page.wait_for_url(re.compile("station_open"))
    return page


def let_in(page: Page, name: str) -> None:
    page.get_by_role("button", name=f"Da {name}", exact=True).click()


def waits(page: Page, count: int) -> None:
    text = "1 wartet" if count == 1 else f"{count} warten"
    expect(page.locator("[data-waiting-count]")).to_have_text(text)


def all_sent(page: Page) -> None:
    expect(page.locator("[data-waiting-why]")).to_have_text("Alles gesendet", timeout=60_000)
    expect(page.locator("[data-waiting-count]")).to_be_hidden()
    expect(page.locator("[data-waiting-conflicts]")).to_be_hidden()


def count(world: World, action: str) -> int:
    with world.database.read() as session:
        wanted = select(func.count()).select_from(AuditEntry).where(AuditEntry.chain == "m1", AuditEntry.action == action)
        return session.scalar(wanted) or 0


def state(world: World, organisation: str) -> CheckIn | None:
    with world.database.read() as session:
        return session.get(CheckIn, ("m1", organisation))


def make_pile(world: World, number: int) -> list[str]:
    """Handed in, one after the other."""
    made = []
    with world.database.write("m1") as session:
        for _ in range(number):
            sent = DRAFT | {"id": make_id("v"), "services": SERVICE}
            record = draft_agreement(session, world.clock.now, SYSTEM, "m1", Draft.model_validate_json(json.dumps(sent)))
            submit_agreement(session, world.clock.now, SYSTEM, record)
            made.append(record.id)
    return made


def stamp(page: Page) -> None:
    for point in page.get_by_role("group", name="Die fünf Punkte").get_by_role("checkbox").all():
        point.check()
    page.get_by_role("button", name="Beglaubigen").click()


def find_numbers(world: World) -> list[tuple[str, int | None]]:
    with world.database.read() as session:
        return [(each.status.value, each.number) for each in session.scalars(select(Agreement).order_by(Agreement.number))]
