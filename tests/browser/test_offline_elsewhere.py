"""What waits survives more than the Wi-Fi: a closed page, a reload without a server, another laptop, another address."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from sqlalchemy import make_url, select

from browsing import QUIET, Site, serving_here, take_picture, wait_until_read
from databases import SqliteTemplates
from day_world import Day, make_day
from doors_world import add_named, make_doors, make_link
from marktplatz.db.engine import Database
from marktplatz.db.models import CheckIn
from marktplatz.settings import Settings
from marktplatz.vocabulary import Role
from marktplatz.web.app import create_app
from offline_world import (
    DOOR,
    all_sent,
    come_in,
    count,
    find_numbers,
    let_in,
    make_pile,
    make_queue_at_the_door,
    stamp,
    waits,
)
from service_fixtures import FakeClock, World
from switched_line import SwitchedLine, switched_line
from system_packages import find_program

pytestmark = pytest.mark.chromium

ALL_KEPT = """async () => {
  const files = performance.getEntriesByType("resource").map((each) => each.name).filter((each) => /own.*[.](js|css)/.test(each));
  const found = await Promise.all([location.href, ...files].map((each) => caches.match(each, { ignoreVary: true })));
  return files.length > 15 && found.every(Boolean);
}"""


@pytest.fixture
def day(site: Site) -> Day:
    return make_queue_at_the_door(site.world)


def test_what_waits_moves_to_another_address_as_a_file(site: Site, day: Day, tmp_path: Path) -> None:
    secret = make_link(day.world, Role.HELPER)
    page = come_in(site, secret=secret)
    page.context.set_offline(True)
    for name in ("Bäckerei Müller", "Förderverein 07"):
        let_in(page, name)
    waits(page, 2)
    page.locator("#waiting summary").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Als Datei sichern").click()
    file = tmp_path / "wartet.json"
    download.value.save_as(file)
    told = json.loads(file.read_text("utf-8"))
    assert [deed["what"] for deed in told["deeds"]] == ["Bäckerei Müller: Da (1)", "Förderverein 07: Da (1)"]
    assert "form_token" not in file.read_text("utf-8")
    other = come_in(site, secret=secret)
    for _ in range(2):  # read in twice is as good as once
        if other.locator("#waiting").is_hidden():
            other.get_by_role("button", name="Was dieses Gerät noch sendet").click()
        other.get_by_label("Datei einlesen").set_input_files(file)
        all_sent(other)
    assert count(day.world, "check_in") == 2
    page.context.set_offline(False)
    all_sent(page)
    assert count(day.world, "check_in") == 2


@pytest.mark.usefixtures("day")
def test_a_file_from_elsewhere_does_nothing_but_what_is_done_at_the_posts(site: Site, tmp_path: Path) -> None:
    page = come_in(site)
    page.get_by_role("button", name="Was dieses Gerät noch sendet").click()
    expect(page.locator("#waiting summary")).to_be_focused()
    expect(page.locator("[data-waiting-why]")).to_have_text("Nichts wartet auf diesem Gerät.")
    who = page.locator("#waiting").get_attribute("data-who")
    foreign = {"once": "k" * 30, "who": who, "page": "/", "body": "email=x%40y.example&role=organiser", "what": "x", "place": 1}
    file = tmp_path / "fremd.json"
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    for address in (
        "/organise/m1/team",
        "/organise/m1/door/../team",
        "/organise/m1/door/%2e%2e/team",
        "//elsewhere.example/organise/m1/door",
        "/sign-out",
    ):
        file.write_text(json.dumps({"kind": "marktplatz-waiting", "deeds": [{**foreign, "address": address}]}), "utf-8")
        page.get_by_label("Datei einlesen").set_input_files(file)
        expect(page.locator("#said")).to_have_text("Diese Datei enthält nichts, was gesendet werden kann.")
    file.write_text("kein JSON", "utf-8")
    page.get_by_label("Datei einlesen").set_input_files(file)
    expect(page.locator("#said")).to_have_text("Diese Datei enthält nichts, was gesendet werden kann.")
    assert sent == []


@pytest.fixture
def insecure(browser: Browser, sqlite_templates: SqliteTemplates) -> Iterator[Site]:
    """By a name in the local network and without HTTPS, as in the hall."""
    database, clock = Database(sqlite_templates.make_url()), FakeClock()
    settings = Settings(requests_per_minute=1_000_000, trusted_hosts=("127.0.0.1", "hall.test"))
    app = create_app(settings, database=database, clock=clock)
    program = find_program("chromium", "chromium", "chromium-browser", "google-chrome", "chrome")
    args = [*QUIET, "--host-resolver-rules=MAP hall.test 127.0.0.1"]
    own = browser.browser_type.launch(executable_path=program, args=args)
    with serving_here(app) as address:
        yield Site(address.replace("127.0.0.1", "hall.test"), app, World(app, database, clock, running=None), own)  # type: ignore[arg-type]
        own.close()
    database.dispose()


def test_on_plain_http_the_queue_lives_in_the_page_and_outlives_it(insecure: Site) -> None:
    make_doors(insecure.world)
    page = come_in(insecure)
    assert page.evaluate("[isSecureContext, 'serviceWorker' in navigator, 'randomUUID' in crypto]") == [False, False, False]
    page.context.set_offline(True)
    for name in ("Bäckerei Müller", "Sparbank am Wilhelmplatz"):
        let_in(page, name)
    waits(page, 2)
    page.close()
    assert count(insecure.world, "check_in") == 0
    again = insecure.contexts[0].new_page()
    insecure.contexts[0].set_offline(False)
    again.goto(DOOR)
    all_sent(again)
    assert count(insecure.world, "check_in") == 2


def test_on_plain_http_the_pages_that_come_next_are_there_without_a_connection(insecure: Site) -> None:
    make_day(insecure.world, name="Markt am Rhein")
    pile = make_pile(insecure.world, 3)
    page = come_in(insecure, Role.NOTARY)
    last = str(page.locator(".queue-link").last.get_attribute("href"))
    wait_until_read(page, last)
    page.context.set_offline(True)
    for number, agreement in enumerate(pile[:2], 1001):
        page.locator(f".queue-link[href$='{agreement}']").click()
        stamp(page)
        expect(page.locator("main")).to_contain_text(f"vorgemerkt Nr. {number}")
        page.get_by_role("link", name="Zum Stapel").click()
        expect(page.get_by_role("heading", name="Notariatstisch")).to_be_visible()
    waits(page, 2)
    page.go_back()
    expect(page.locator("main")).to_contain_text("vorgemerkt Nr. 1002")
    page.get_by_role("link", name="Zum Stapel").click()
    page.context.set_offline(False)
    all_sent(page)
    assert find_numbers(insecure.world)[1:] == [("certified", 1001), ("certified", 1002)]


@pytest.fixture
def line(site: Site) -> Iterator[SwitchedLine]:
    with switched_line(site.address) as made:
        site.address = made.address
        yield made


@pytest.mark.usefixtures("day")
def test_in_a_secure_context_a_reload_without_a_server_shows_the_door_and_the_queue(site: Site, line: SwitchedLine) -> None:
    server = line.server
    page = come_in(site)
    page.goto(DOOR)
    for _ in range(100):
        if page.evaluate(ALL_KEPT):
            break
        page.wait_for_timeout(100)
    assert page.evaluate(ALL_KEPT)
    line.cut()
    let_in(page, "Bäckerei Müller")
    waits(page, 1)
    page.reload()
    expect(page.get_by_role("heading", name="Einlass")).to_be_visible()
    waits(page, 1)
    expect(page.get_by_role("button", name="Da Bäckerei Müller")).to_be_hidden()
    let_in(page, "Förderverein 05")
    waits(page, 2)
    take_picture(page, "offline-reloaded")
    line.lay(server)
    all_sent(page)
    assert count(site.world, "check_in") == 2
    page.get_by_role("button", name="Gerät abmelden").click()
    expect(page.get_by_role("button", name="Gerät abmelden")).to_have_count(0)
    assert "marktplatz-pages-1" not in page.evaluate("caches.keys()")


def test_a_spare_laptop_gets_what_its_copy_has_missed(browser: Browser, sqlite_templates: SqliteTemplates) -> None:
    url, clock = sqlite_templates.make_url(), FakeClock()
    database = Database(url)
    app = create_app(Settings(requests_per_minute=1_000_000), database=database, clock=clock)
    world = World(app, database, clock, running=None)  # type: ignore[arg-type]
    make_doors(world)
    add_named(world, "m1", "Kiosk am Eck", prefix="kiosk")
    spare_url = sqlite_templates.make_url()
    with serving_here(app) as address, switched_line(address) as line:
        site = Site(line.address, app, world, browser)
        page = come_in(site)
        let_in(page, "Bäckerei Müller")
        expect(page.locator("#noted")).to_contain_text("ist da")
        copy(url, spare_url)
        let_in(page, "Sparbank am Wilhelmplatz")
        expect(page.locator("#noted")).to_contain_text("Sparbank am Wilhelmplatz: ist da")
        line.cut()
        let_in(page, "Kiosk am Eck")
        waits(page, 1)
        spare = Database(spare_url)
        spare_app = create_app(Settings(requests_per_minute=1_000_000), database=spare, clock=clock)
        spare_world = World(spare_app, spare, clock, running=None)  # type: ignore[arg-type]
        assert count(spare_world, "check_in") == 1
        with serving_here(spare_app) as other:
            line.lay(other)
            all_sent(page)
            assert count(spare_world, "check_in") == 3
            assert sorted(found_in(spare)) == ["kiosk0", "mueller0", "spar0"]
            close(site.contexts)
        spare.dispose()
    database.dispose()


def found_in(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(CheckIn.organisation_id)))


def copy(source: str, target: str) -> None:
    """As the second copy is made: whole, at one moment."""
    place = Path(make_url(target).database or "")
    place.unlink()
    with sqlite3.connect(make_url(source).database or "") as connection:
        connection.execute("VACUUM INTO ?", (str(place),))


def close(contexts: list[BrowserContext]) -> None:
    for context in contexts:
        context.close()
