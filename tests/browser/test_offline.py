"""The hall's Wi-Fi goes: door, broker and notary go on, what they do waits visibly, and stands there once when it is back."""

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from sqlalchemy import func, make_url, select

from browsing import DESK, PHONE, QUIET, SMALLEST, Site, check_accessibility, check_width, serving_here, take_picture
from databases import SqliteTemplates
from day_world import DRAFT, Day, make_day
from doors_world import add_named, make_doors, make_link
from marktplatz.db.engine import Database
from marktplatz.db.models import Agreement, AuditEntry, CheckIn, HallNote, OrganisationRecord
from marktplatz.settings import Settings
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.agreements import draft_agreement, submit_agreement
from marktplatz.usecases.door import note_at_door
from marktplatz.usecases.drafts import Draft
from marktplatz.usecases.identifiers import make_id
from marktplatz.vocabulary import AgreementStatus, CheckInStatus, Role
from marktplatz.web.app import create_app
from service_fixtures import FakeClock, World
from switched_line import SwitchedLine, switched_line
from system_packages import find_program

pytestmark = pytest.mark.chromium

DOOR = "/organise/m1/door"
ALL_KEPT = """async () => {
  const files = performance.getEntriesByType("resource").map((each) => each.name).filter((each) => /own.*[.](js|css)/.test(each));
  const found = await Promise.all([location.href, ...files].map((each) => caches.match(each, { ignoreVary: true })));
  return files.length > 15 && found.every(Boolean);
}"""
SERVICE = [{"text": "Singen", "giver": "bank", "taker": "club"}]


@pytest.fixture
def day(site: Site) -> Day:
    made = make_doors(site.world)
    add_named(site.world, "m1", *(f"Förderverein {number:02}" for number in range(20)), prefix="school")
    return made


def come_in(site: Site, role: Role = Role.HELPER, secret: str | None = None) -> Page:
    page = site.open(f"/enter#{secret or make_link(site.world, role, role.value)}", size=PHONE, reduced_motion="reduce")
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


@pytest.mark.usefixtures("day")
def test_the_door_goes_on_without_a_connection(site: Site) -> None:
    page = come_in(site)
    expect(page.locator("#waiting")).to_be_hidden()
    page.context.set_offline(True)
    page.get_by_role("searchbox").fill("mull")
    expect(page.locator(".guest:visible")).to_have_count(1)
    let_in(page, "Bäckerei Müller")
    waits(page, 1)
    page.get_by_role("searchbox").fill("")
    expect(page.locator(".guest:visible")).to_have_count(25)
    for name in ("Sparbank am Wilhelmplatz", "Förderverein 03"):
        let_in(page, name)
    waits(page, 3)
    expect(page.get_by_text("Wartet auf Verbindung: Bäckerei Müller: Da (1)")).to_be_visible()
    expect(page.get_by_role("button", name="Da Bäckerei Müller")).to_be_hidden()
    expect(page.locator(".door-figures")).to_contain_text("0 / 25")  # what waits is never counted as done
    expect(page.locator("#said")).to_contain_text("Wartet auf Verbindung")
    page.locator("#waiting summary").click()
    expect(page.locator("#waiting li")).to_have_count(3)
    check_accessibility(page)
    for size in (SMALLEST, PHONE, DESK):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        check_width(page)
        take_picture(page, f"offline-door-{size['width']}")
    assert count(site.world, "check_in") == 0
    page.context.set_offline(False)
    all_sent(page)
    expect(page.locator(".door-figures")).to_contain_text("3 / 25")
    assert count(site.world, "check_in") == 3


@pytest.mark.usefixtures("day")
def test_twenty_deeds_of_five_minutes_alone_arrive_once(site: Site) -> None:
    page = come_in(site)
    page.clock.install()
    page.reload()
    page.context.set_offline(True)
    for number in range(20):
        let_in(page, f"Förderverein {number:02}")
        waits(page, number + 1)
        page.clock.fast_forward(15_000)
    page.clock.fast_forward("05:00")
    waits(page, 20)
    page.context.set_offline(False)
    page.clock.fast_forward(40_000)
    page.clock.resume()
    all_sent(page)
    assert count(site.world, "check_in") == 20
    with site.world.database.read() as session:
        assert session.scalar(select(func.count()).select_from(CheckIn)) == 20


@pytest.mark.usefixtures("day")
def test_what_was_done_although_the_answer_was_lost_is_not_done_twice(site: Site) -> None:
    page = come_in(site)
    lost: list[int] = []

    def lose(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        lost.append(route.fetch(max_redirects=0).status)
        route.abort()

    page.route(f"**{DOOR}/**", lose)
    let_in(page, "Bäckerei Müller")
    waits(page, 1)
    assert lost[0] == 303
    first = state(site.world, "mueller0")
    page.unroute(f"**{DOOR}/**")
    all_sent(page)
    assert count(site.world, "check_in") == 1
    second = state(site.world, "mueller0")
    assert first is not None
    assert second is not None
    assert first.version == second.version


@pytest.mark.usefixtures("day")
@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_proxy_without_its_server_counts_as_no_connection(site: Site, status: int) -> None:
    page = come_in(site)
    page.route(f"**{DOOR}/**", lambda route: route.fulfill(status=status, body="<h1>Bad Gateway</h1>", content_type="text/html"))
    let_in(page, "Bäckerei Müller")
    waits(page, 1)
    page.unroute(f"**{DOOR}/**")
    all_sent(page)
    assert count(site.world, "check_in") == 1


@pytest.mark.usefixtures("day")
def test_a_page_of_somebody_elses_network_is_no_answer(site: Site) -> None:
    page = come_in(site)
    page.route(
        f"**{DOOR}/**", lambda route: route.fulfill(status=200, body="<h1>Welcome to Free WiFi</h1>", content_type="text/html")
    )
    let_in(page, "Bäckerei Müller")
    waits(page, 1)
    page.unroute(f"**{DOOR}/**")
    all_sent(page)
    assert count(site.world, "check_in") == 1


@pytest.mark.usefixtures("day")
def test_what_the_server_refuses_at_once_never_waits(site: Site) -> None:
    page = come_in(site)
    page.get_by_role("textbox", name="Personen Bäckerei Müller").fill("viele")
    let_in(page, "Bäckerei Müller")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.locator("#waiting")).to_be_hidden()
    assert count(site.world, "check_in") == 0


@pytest.mark.usefixtures("day")
def test_somebody_else_was_there_meanwhile_and_a_person_decides(site: Site) -> None:
    page = come_in(site)
    page.goto(f"{DOOR}/spar0")
    page.context.set_offline(True)
    page.get_by_role("button", name="Kommt nicht").click()
    waits(page, 1)
    with site.world.database.write("m1") as session:
        note_at_door(session, site.world.clock.now, SYSTEM, "m1", "spar0", CheckInStatus.PRESENT, 4, 0)
    page.context.set_offline(False)
    expect(page.locator("[data-waiting-conflicts]")).to_have_text("1 Konflikt")
    kept = state(site.world, "spar0")
    assert kept is not None
    assert kept.status is CheckInStatus.PRESENT, "what is not clear is not guessed"
    page.locator("#waiting summary").click()
    expect(page.locator("#waiting li")).to_contain_text("an einem anderen Platz")
    check_accessibility(page)
    take_picture(page, "offline-conflict")
    page.reload()
    expect(page.locator("[data-waiting-conflicts]")).to_have_text("1 Konflikt")
    page.locator("#waiting summary").click()
    page.get_by_role("button", name="Ansehen und klären").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.locator("#now")).to_contain_text("da · 4 Personen")
    check_accessibility(page)
    page.get_by_role("button", name="Gegangen").click()
    expect(page.locator("#noted")).to_contain_text("ist gegangen.")
    expect(page.locator("#waiting")).to_be_hidden()


@pytest.mark.usefixtures("day")
def test_two_deeds_on_one_thing_are_no_conflict_with_oneself(site: Site) -> None:
    page = come_in(site)
    page.goto(f"{DOOR}/spar0")
    page.context.set_offline(True)
    page.get_by_role("button", name="4 Personen").click()
    waits(page, 1)
    page.get_by_role("button", name="Kommt nicht").click()
    waits(page, 2)
    page.context.set_offline(False)
    all_sent(page)
    kept = state(site.world, "spar0")
    assert kept is not None
    assert (kept.status, kept.version) == (CheckInStatus.ABSENT, 2)


@pytest.mark.usefixtures("day")
def test_a_login_that_is_over_keeps_the_queue(site: Site) -> None:
    secret = make_link(site.world, Role.HELPER)
    page = come_in(site, secret=secret)
    page.context.set_offline(True)
    let_in(page, "Bäckerei Müller")
    waits(page, 1)
    page.context.clear_cookies()
    page.context.set_offline(False)
    expect(page.locator("[data-waiting-why]")).to_contain_text("Bitte melden Sie sich wieder an")
    waits(page, 1)
    page.locator("#waiting summary").click()
    check_accessibility(page)
    page.goto(f"/enter#{make_link(site.world, Role.HELPER, 'Andere Tür')}")
    page.get_by_role("button", name="Weiter").click()
    page.wait_for_url(re.compile("station_open"))
    waits(page, 1)
    page.locator("#waiting summary").click()
    expect(page.locator("#waiting li")).to_contain_text("wartet auf die Anmeldung, mit der es begann")
    assert count(site.world, "check_in") == 0
    page.goto(f"/enter#{secret}")
    page.get_by_role("button", name="Weiter").click()
    all_sent(page)
    assert count(site.world, "check_in") == 1


def test_a_walk_in_and_a_brokers_note_wait_as_well(site: Site, day: Day) -> None:
    page = come_in(site)
    page.goto("/organise/m1/walk-in")
    page.context.set_offline(True)
    for name in ("Kiosk am Eck", "Imbiss Zur Post"):
        page.get_by_label("Wie heißt die Organisation?").fill(name)
        page.get_by_role("radio", name="Unternehmen").check()
        page.get_by_role("button", name="Aufnehmen und einlassen").click()
        expect(page.get_by_label("Wie heißt die Organisation?")).to_have_value("")
    waits(page, 2)
    page.context.set_offline(False)
    all_sent(page)
    broker = come_in(site, Role.BROKER)
    broker.goto("/organise/m1/broker/club")
    broker.context.set_offline(True)
    broker.get_by_label("Notiz", exact=True).fill("Warten auf den Vorstand.")
    broker.get_by_role("button", name="Notiz speichern").click()
    waits(broker, 1)
    expect(broker.get_by_label("Notiz", exact=True)).to_have_value("")
    take_picture(broker, "offline-broker")
    broker.context.set_offline(False)
    all_sent(broker)
    with day.world.database.read() as session:
        names = {each.name for each in session.scalars(select(OrganisationRecord))}
        assert {"Kiosk am Eck", "Imbiss Zur Post"} <= names
        assert [each.text for each in session.scalars(select(HallNote))] == ["Warten auf den Vorstand."]


def write_agreement(page: Page, text: str) -> None:
    for place, name in enumerate(("Sparbank am Wilhelmplatz", "Bäckerei Müller"), 1):
        page.get_by_label(f"{place}. Organisation", exact=True).fill(name)
    page.get_by_label("Was wird getan oder gegeben?").first.fill(text)
    page.get_by_role("button", name="An das Notariat").click()


@pytest.mark.usefixtures("day")
def test_agreements_are_written_down_without_a_connection(site: Site) -> None:
    page = come_in(site, Role.BROKER)
    page.goto("/organise/m1/agreements/new")
    page.context.set_offline(True)
    for text in ("Brötchen für das Fest", "Torte für das Fest"):
        write_agreement(page, text)
        expect(page.get_by_label("Was wird getan oder gegeben?").first).to_have_value("")
    waits(page, 2)
    page.context.set_offline(False)
    all_sent(page)
    with site.world.database.read() as session:
        kept = list(session.scalars(select(Agreement)))
        assert sorted(each.services[0].text for each in kept) == ["Brötchen für das Fest", "Torte für das Fest"]
        assert {each.status for each in kept} == {AgreementStatus.SUBMITTED}


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


def test_a_notary_foretells_numbers_that_are_given_later(site: Site) -> None:
    make_day(site.world, name="Markt am Rhein")
    pile = make_pile(site.world, 3)
    first = come_in(site, Role.NOTARY)
    pages = [first, *(first.context.new_page() for _ in range(2))]
    for page, agreement in zip(pages, pile, strict=True):
        page.set_default_timeout(10_000)
        page.goto(f"/organise/m1/notary/{agreement}")
    first.context.set_offline(True)
    for page, number in zip(pages, (1001, 1002, 1003), strict=True):
        page.bring_to_front()
        stamp(page)
        expect(page.locator("main")).to_contain_text(f"vorgemerkt Nr. {number}, noch nicht beglaubigt")
    check_accessibility(pages[2])
    take_picture(pages[2], "offline-notary")
    assert [status for status, _ in find_numbers(site.world)] == ["submitted"] * 3
    first.context.set_offline(False)
    for page in pages:
        all_sent(page)
    assert find_numbers(site.world) == [("certified", 1001), ("certified", 1002), ("certified", 1003)]
    expect(pages[2].locator(".huge-number")).to_contain_text("1003")


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
    last = page.locator(".queue-link").last.get_attribute("href")
    with page.expect_response(lambda answer: answer.url.endswith(last)) as known:
        pass
    known.value.finished()
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
    server = f"http://127.0.0.1:{line._port}"
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
