"""Takes the README's pictures of the evening while `marktplatz demo --day` plays it; run with the Python of the folder .venv.

It needs Chromium and the test requirements, and writes PNG files beside itself.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright

HERE: Final = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent / "tests"))

from browsing import DESK, QUIET
from system_packages import find_program

WALL: Final = {"width": 1920, "height": 1080}
TABLET: Final = {"width": 1024, "height": 768}
MARKET: Final = "/organise/beispiel"
ENOUGH: Final = re.compile(r"^20 ")
"""So many agreements are certified when the pictures are taken."""


@contextmanager
def playing() -> Iterator[Iterator[str]]:
    """The lines that the demonstration says."""
    command = [sys.executable, "-u", "-m", "marktplatz", "demo", "--day", "--minutes", "1.5"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, encoding="utf-8") as process:  # noqa: S603 our own
        try:
            yield iter(process.stderr)  # type: ignore[arg-type]
        finally:
            process.terminate()


def come_in(browser: Browser, link: str, size: dict[str, int]) -> Page:
    page = browser.new_context(viewport=size, locale="de-DE").new_page()  # type: ignore[arg-type]
    page.set_default_timeout(60_000)
    page.goto(link)
    page.wait_for_function("document.querySelector('[name=secret]').value")
    page.get_by_role("button", name="Weiter").click()
    page.wait_for_url(lambda address: "/enter" not in address)
    return page


def take(browser: Browser, lines: Iterator[str]) -> None:
    links: list[str] = []
    said = ""
    while not ENOUGH.match(said):
        said = next(lines)
        links += re.findall(r"http://\S+/enter#\S+", said)
    wall, organiser = (come_in(browser, link, size) for link, size in zip(links, (WALL, TABLET), strict=True))
    base = organiser.url.partition("/")[0] + "//" + organiser.url.split("/")[2]
    for name in ("broker", "notary", "day"):
        organiser.goto(f"{base}{MARKET}/{name}")
        organiser.screenshot(path=HERE / f"{name}.png")
    wall.wait_for_timeout(3_000)
    wall.screenshot(path=HERE / "wall.png")
    organiser.set_viewport_size(DESK)  # type: ignore[arg-type]
    organiser.goto(f"{base}{MARKET}/matching")
    organiser.locator("main a[href*='/matching/runs/']").first.click()
    organiser.wait_for_url("**/matching/runs/**")
    organiser.screenshot(path=HERE / "plan.png")


def main() -> None:
    program = find_program("chromium", "chromium", "chromium-browser", "google-chrome", "chrome")
    with playing() as lines, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        take(browser, lines)
        browser.close()


if __name__ == "__main__":
    main()
