"""A real server and a real browser: what people see and do, with the keyboard, by a screen reader's rules, on small screens."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any, Final

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, expect, sync_playwright

from databases import SqliteTemplates, open_database
from marktplatz.settings import Settings
from marktplatz.usecases.logins import begin_login
from marktplatz.web.app import create_app
from service_fixtures import FakeClock, World
from system_packages import find_program
from test_cli_service import find_port

PATIENCE_MS: Final = 30_000
"""Whatever is waited for: machines may be busy, and the first question to the engine loads its dictionary."""
expect.set_options(timeout=PATIENCE_MS)  # for all tests of a process, so it is set here alone

QUIET: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
PHONE: Final = {"width": 360, "height": 740}
SMALLEST: Final = {"width": 320, "height": 640}
DESK: Final = {"width": 1280, "height": 900}
WAYS: Final = {
    "resultTypes": ["violations"],  # it describes every part of the page otherwise, also what is well
    "selectors": False,  # nor need it work out how to find the part again
    "iframes": False,
}
RULES: Final = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], **WAYS}
OF_COLOURS: Final = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}, **WAYS}
"""All that the dark can break, since it changes nothing but colours."""
AXE: Final = Axe()


@dataclass
class Site:
    """The service at an address; `world` makes what a test needs in its database."""

    address: str
    app: FastAPI
    world: World
    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)

    def open(self, path: str = "/", *, size: dict[str, int] = DESK, cookie: str | None = None, **options: Any) -> Page:
        """A page in a browser of its own: nobody signed in, or whoever a login's secret belongs to."""
        context = self.browser.new_context(viewport=size, base_url=self.address, locale="de-DE", **options)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        self.contexts.append(context)
        if cookie is not None:
            context.add_cookies([{"name": "marktplatz", "value": cookie, "url": self.address}])
        page = context.new_page()
        page.goto(path)
        return page

    def sign_in_owner(self) -> str:
        """A login's secret of the owner, who is an organiser everywhere."""
        account_id = self.world.make_account("chefin@example.org", is_owner=True)
        return self._begin(account_id=account_id)

    def sign_in_person(self, market: str, person_id: str) -> str:
        return self._begin(person=(market, person_id))

    def _begin(self, **of: Any) -> str:
        with self.world.database.write() as session:
            return begin_login(session, self.world.clock.now, **of)


@contextmanager
def serving_here(app: FastAPI) -> Iterator[str]:
    """A real server in a thread of this process, so that the test holds its clock and its database."""
    port = find_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", timeout_graceful_shutdown=1))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = find_program("chromium", "chromium", "chromium-browser", "google-chrome", "chrome")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        yield started
        started.close()


@pytest.fixture
def site(browser: Browser, sqlite_templates: SqliteTemplates) -> Iterator[Site]:
    database = open_database(sqlite_templates.make_url())
    clock = FakeClock()
    app = create_app(Settings(requests_per_minute=1_000_000), database=database, clock=clock)
    with serving_here(app) as address:
        made = Site(address, app, World(app, database, clock, running=None), browser)  # type: ignore[arg-type]
        yield made
        for context in made.contexts:
            context.close()
    database.dispose()


def wait_until_read(page: Page, ending: str) -> None:
    """Until the page has fetched an address by itself; it may have done so before anybody waits for it."""
    has_read = "ending => performance.getEntriesByType('resource').some(each => each.name.endsWith(ending) && each.responseEnd > 0)"
    end = monotonic() + PATIENCE_MS / 1000
    while not page.evaluate(has_read, ending):
        assert monotonic() < end, f"{ending} was not read"
        page.wait_for_timeout(50)


def check_accessibility(page: Page) -> None:
    """No violation of WCAG 2.2 AA, in the light and in the dark."""
    for scheme, rules in (("light", RULES), ("dark", OF_COLOURS)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]  # colours change at once
        found = find_violations(page, rules)
        told = [
            f"{page.url} ({scheme}): {one['id']}: {node['html'][:200]} {node['failureSummary']}"
            for one in found
            for node in one["nodes"]
        ]
        assert told == []
    page.emulate_media(color_scheme="light")


def find_violations(page: Page, rules: Any = RULES) -> Any:
    """Of the page that is there, or that is just coming in its place."""
    try:
        return _run_axe(page, rules)
    except Error as error:
        if "context was destroyed" not in error.message:
            raise
        page.wait_for_load_state()
        return _run_axe(page, rules)


def _run_axe(page: Page, rules: Any) -> Any:
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.axe_script)
    return page.evaluate("async options => (await axe.run(options)).violations", rules)


def tab_to(page: Page, target: Locator, limit: int = 200) -> None:
    """Come to something by the Tab key, as somebody without a mouse does."""
    wanted = target.element_handle()
    for _ in range(limit):
        page.keyboard.press("Tab")
        found = wanted.evaluate("element => element === document.activeElement ? 'here' : element.isConnected ? 'there' : 'gone'")
        if found == "here":
            return
        if found == "gone":  # the page has put another in its place
            wanted = target.element_handle()
    raise AssertionError(f"{target} is out of reach of the keyboard")


def check_width(page: Page) -> None:
    """Nothing runs out of the screen sideways."""
    wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} px too wide"


def take_picture(page: Page, name: str) -> None:
    """For whoever wants to look: MARKTPLATZ_TEST_PICTURES names a folder."""
    import os

    folder = os.environ.get("MARKTPLATZ_TEST_PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{re.sub('[^a-z0-9-]+', '-', name.lower())}.png", full_page=True)
