"""Phones in a hall: what concerns their organisation comes at once, what concerns others calls them not, and nothing is lost."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from browsing import PHONE, Site
from day_world import Day, make_day
from marktplatz.db.models import Evening, HallNote, Person, PlanChange, Representation
from marktplatz.usecases.clock import read_clock
from marktplatz.vocabulary import NoteKind, Stage

pytestmark = pytest.mark.chromium
ME, NEWS = "/m/m1/me", "/m/m1/me/timetable"
LONGEST_S = 60


def sign_in(site: Site, organisation: str) -> str:
    with site.world.database.write("m1") as session:
        session.add(Person(market_id="m1", id=f"p-{organisation}", name="Person", created_at=site.world.clock.now))
        session.flush()
        session.add(Representation(market_id="m1", organisation_id=organisation, person_id=f"p-{organisation}", is_contact=True))
    return site.sign_in_person("m1", f"p-{organisation}")


def change_plan(site: Site, number: int, *organisations: str) -> None:
    talk = {"change": "went", "round": number, "table": 2, "organisations": list(organisations)}
    told = {"causes": [], "pairs": [], "talks": [talk], "is_proven": True, "solve_ms": 1}
    with site.world.database.write("m1") as session:
        session.add(PlanChange(market_id="m1", number=number, run_id="r", at=site.world.clock.now, **told))
    site.app.state.service.tell_of_commit("m1")


def make_hall(site: Site) -> Day:
    """In which nothing has happened for a while, so that no page thinks itself older than what it hears."""
    day = make_day(site.world)
    site.world.clock.move(minutes=5)
    return day


def open_phone(site: Site, organisation: str, path: str) -> tuple[Page, Callable[[], int]]:
    """A page that has heard of the present state, and how often it was fetched since."""
    page = site.open(path, size=PHONE, cookie=sign_in(site, organisation))
    page.evaluate("document.addEventListener('pulse', (event) => (document.body.dataset.plan = event.detail.plan))")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith(path) else None)
    site.app.state.service.pulse.notice("m1")
    return page, lambda: len(asked)


def is_told(page: Page, number: int) -> None:
    expect(page.locator("body")).to_have_attribute("data-plan", str(number))


def test_a_change_of_the_plan_calls_only_the_phones_it_concerns(site: Site) -> None:
    make_hall(site)
    bank, asked_by_bank = open_phone(site, "bank", NEWS)
    club, asked_by_club = open_phone(site, "club", NEWS)
    change_plan(site, 1, "bank", "choir")
    expect(bank.get_by_role("heading", name="Neu seit")).to_be_visible()
    is_told(club, 1)
    club.wait_for_timeout(3_000)  # longer than a page lets pass before it asks
    assert asked_by_bank() == 1
    assert asked_by_club() == 0
    change_plan(site, 2, "club", "choir")
    expect(club.get_by_role("heading", name="Neu seit")).to_be_visible()
    is_told(bank, 2)
    bank.wait_for_timeout(3_000)
    assert asked_by_bank() == 1


def test_a_phone_that_missed_changes_asks_where_one_of_them_was_its_own(site: Site) -> None:
    make_hall(site)
    pulse = site.app.state.service.pulse
    bank, _ = open_phone(site, "bank", NEWS)
    club, asked_by_club = open_phone(site, "club", NEWS)
    change_plan(site, 1, "choir", "choir")
    for page in (bank, club):
        is_told(page, 1)
        page.context.set_offline(True)
    pulse.end()
    change_plan(site, 2, "bank", "choir")
    change_plan(site, 3, "choir", "choir")
    pulse._is_ended = False  # as the next start of the server would have it
    for page in (bank, club):
        page.context.set_offline(False)
    expect(bank.get_by_role("heading", name="Neu seit")).to_be_visible(timeout=30_000)
    is_told(club, 3)
    club.wait_for_timeout(3_000)
    assert asked_by_club() == 0


def test_in_free_trading_who_is_free_comes_later_and_who_is_wanted_at_once(site: Site) -> None:
    day = make_hall(site)
    now = site.world.clock.now
    with site.world.database.write("m1") as session:
        session.add(Evening(market_id="m1", stage=Stage.FREE, begun_at=now, opened_at=now))
        assert read_clock(session, now, "m1").stage is Stage.FREE
    club, asked = open_phone(site, "club", ME)
    expect(club.get_by_role("heading", name="Bank")).to_be_visible()
    club.clock.install()
    day.offer("chairs", "choir")
    with site.world.database.write("m1") as session:
        session.add(
            HallNote(
                market_id="m1",
                id="h1",
                kind=NoteKind.REFUSAL,
                organisation_id="bank",
                partner_id="club",
                author="x",
                created_at=now,
            )
        )
    change_plan(site, 1, "bank", "choir")
    is_told(club, 1)
    club.clock.fast_forward(5_000)
    club.wait_for_timeout(1_000)
    assert asked() == 0
    expect(club.get_by_role("heading", name="Bank")).to_be_visible()
    club.clock.fast_forward(LONGEST_S * 1_000)
    expect(club.get_by_role("heading", name="Bank")).to_be_hidden()
    with site.world.database.write("m1") as session:
        note = {"kind": NoteKind.INTRODUCTION, "organisation_id": "choir", "partner_id": "club", "author": "x", "created_at": now}
        session.add(HallNote(market_id="m1", id="h2", **note))
    site.app.state.service.tell_of_commit("m1")
    club.clock.fast_forward(5_000)
    expect(club.get_by_role("heading", name="Bitte treffen Sie")).to_be_visible()
