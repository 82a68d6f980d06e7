"""The rehearsal guide from its first step to its last, with its own commands: a service, a stick, two stations, the wall."""

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, Page, expect

from browsing import DESK, PATIENCE_MS, PHONE, wait_until_read
from command_line import environment, succeed
from rehearsal_guide import GERMAN, ROOT, find_commands
from test_cli_service import find_port, wait_until_ready

pytestmark = pytest.mark.chromium

HERE = "127.0.0.1"
DEEDS = ["Jugendraum streichen", "Brötchen für das Fest", "Regale für die Bücherei", "Ein Nachmittag am Computer"]


class Laptop:
    """Types what the guide says, in a folder of its own; the plug is pulled at the end of each `running`."""

    def __init__(self, desk: Path, stick: Path) -> None:
        self.desk, self.stick, self.port = desk, stick, find_port()
        self.address = f"http://{HERE}:{self.port}"
        self.data = "probe"
        (desk / "examples").symlink_to(ROOT / "examples")

    def run(self, command: str) -> str:
        return succeed(*self._words(command), data_dir=self.desk / self.data)

    @contextmanager
    def running(self, command: str) -> Iterator[Path]:
        """What it says is in the file."""
        said = self.desk / f"{time.monotonic_ns()}.txt"
        words = [*self._words(command), "--address", HERE, "--port", str(self.port)]
        with (
            said.open("w") as told,
            Popen(
                [sys.executable, "-W", "error", "-m", "marktplatz", *words],
                env=environment(data_dir=self.desk / self.data),
                stderr=told,
                stdout=PIPE,
                text=True,
            ) as process,
        ):
            try:
                wait_until_ready(self.address, process)
                yield said
            finally:
                process.kill()

    def _words(self, command: str) -> list[str]:
        words = command.replace("STICK", str(self.stick)).split()
        assert words[0] == "marktplatz"
        return [str(self.desk / word) if word.startswith("examples/") else word for word in words[1:]]


def scan(browser: Browser, laptop: Laptop, link: str) -> Page:
    """As the phone's own camera does, and one tap."""
    context = browser.new_context(viewport=PHONE, base_url=laptop.address, locale="de-DE")  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(link)
    page.get_by_role("button", name="Weiter").click()
    page.wait_for_url(re.compile("station_open"))
    return page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).filter(visible=True).first.click()


def set_up(chief: Page, said: Path) -> None:
    found = re.search(r"http\S+/set-up#\S+", said.read_text("utf-8"))
    assert found, said.read_text("utf-8")
    chief.goto(found[0])
    chief.get_by_label("Ihr Name").fill("Maria Muster")
    chief.get_by_label("Ihre E-Mail-Adresse").fill("maria@example.org")
    chief.get_by_label("Ein Passwort").fill("vier wirklich lange worte")
    press(chief, "Einrichten")
    chief.goto("/organise")
    chief.get_by_role("link", name="Quartiersmarkt").click()
    for deed in ("Die Seite öffnen", "Die Anmeldung schließen und zuordnen", "Den Markttag beginnen"):
        press(chief, deed)
        expect(chief.get_by_role("button", name=deed, exact=True)).to_have_count(0)
    chief.get_by_role("link", name="Abend", exact=True).click()
    press(chief, "Markt eröffnen (Gong)")
    expect(chief.locator("#clock")).to_contain_text("Eröffnet um")


def print_folder(chief: Page) -> None:
    chief.get_by_role("link", name="Hallenmappe").click()
    with chief.expect_download(timeout=60_000) as begun:
        press(chief, "Hallenmappe herunterladen")
    with ZipFile(Path(begun.value.path())) as folder:
        assert "07-vereinbarungen.pdf" in folder.namelist()


def make_stations(chief: Page) -> dict[str, str]:
    links = {}
    for role in ("Einlass", "Notariat"):
        chief.goto("/organise/probe/day")
        chief.get_by_role("link", name="Stationen und ihre Links").click()
        chief.get_by_role("radio", name=role).check()
        press(chief, "Anlegen und Karten zeigen")
        links[role] = chief.locator("input[id^='link-']").first.input_value()
    return links


def let_in(door: Page) -> None:
    """Whoever is the first that is not there yet."""
    door.locator(".guest-deed button").filter(visible=True).first.click()


def write_down(door: Page, text: str, first: int) -> None:
    """Between the `first` of the list and the one after it: in this market nobody agrees more than twice."""
    names = door.locator("#organisations option")
    for place in (1, 2):
        door.get_by_label(f"{place}. Organisation", exact=True).fill(str(names.nth(first + place - 1).get_attribute("value")))
    door.get_by_label("Was wird getan oder gegeben?").first.fill(text)
    door.get_by_role("button", name="An das Notariat").last.click()
    expect(door.get_by_label("Was wird getan oder gegeben?").first).to_have_value("")
    expect(door.locator("[data-waiting-count]")).to_be_hidden()
    expect(door.locator("#handed-in")).to_contain_text("Beim Notariat")


def stamp(notary: Page) -> None:
    for point in notary.get_by_role("group", name="Die fünf Punkte").get_by_role("checkbox").all():
        point.check()
    notary.get_by_role("button", name="Beglaubigen").click()


def are_there(door: Page, count: int) -> None:
    expect(door.locator(".door-figures li").first).to_have_text(re.compile(rf"^\s*{count}\s"))


def all_sent(page: Page) -> None:
    expect(page.locator("[data-waiting-why]")).to_have_text("Alles gesendet")
    expect(page.locator("[data-waiting-count]")).to_be_hidden()
    expect(page.locator("[data-waiting-conflicts]")).to_be_hidden()


def test_a_volunteer_goes_through_the_guide(browser: Browser, tmp_path: Path) -> None:
    migrate, fill, start, take_over, verify = find_commands(GERMAN)
    desk, stick = tmp_path / "desk", tmp_path / "stick"
    desk.mkdir()
    stick.mkdir()
    laptop = Laptop(desk, stick)
    laptop.run(migrate)
    laptop.run(fill)
    context = browser.new_context(viewport=DESK, base_url=laptop.address, locale="de-DE")  # type: ignore[arg-type]
    chief = context.new_page()
    chief.set_default_timeout(PATIENCE_MS)
    chief.on("dialog", lambda dialog: dialog.accept())
    with laptop.running(start) as said:
        set_up(chief, said)
        print_folder(chief)
        links = make_stations(chief)
        door, notary = scan(browser, laptop, links["Einlass"]), scan(browser, laptop, links["Notariat"])
        wall = context.new_page()
        wall.goto("/m/probe/wall")
        for count in (1, 2):
            let_in(door)
            are_there(door, count)
        door.get_by_role("link", name="Vereinbarung aufschreiben").click()
        for number, text in enumerate(DEEDS):
            write_down(door, text, 2 * number)
        notary.get_by_role("button", name="Die nächste nehmen").click()
        stamp(notary)
        expect(notary.locator(".huge-number")).to_contain_text("2001")
        expect(wall.locator("[data-count]")).to_have_text("1")

        notary.get_by_role("link", name="Zum Stapel").click()
        expect(notary.locator(".queue-link")).to_have_count(3)
        last = str(notary.locator(".queue-link").last.get_attribute("href"))
        wait_until_read(notary, last)  # the pages that come next are read within seconds
        notary.context.set_offline(True)
        for number in (2002, 2003, 2004):
            notary.get_by_role("button", name="Die nächste nehmen").click()
            stamp(notary)
            expect(notary.locator("main")).to_contain_text(f"vorgemerkt Nr. {number}, noch nicht beglaubigt")
            notary.get_by_role("link", name="Zum Stapel").click()
            expect(notary.locator(".queue .held")).to_have_count(number - 2001)
        expect(notary.locator("[data-waiting-count]")).to_have_text("3 warten")
        expect(wall.locator("[data-count]")).to_have_text("1")
        notary.context.set_offline(False)
        all_sent(notary)
        expect(wall.locator("[data-count]")).to_have_text("4")

    with laptop.running(start):
        expect(wall.locator("[data-count]")).to_have_text("4")
        expect(wall.locator("[data-offline]")).to_be_hidden(timeout=60_000)
        door.goto("/organise/probe/door")
        are_there(door, 2)
        let_in(door)
        are_there(door, 3)
        time.sleep(3)  # as long as it takes to fetch the other laptop

    let_in(door)
    expect(door.locator("[data-waiting-count]")).to_have_text("1 wartet")
    laptop.data = "ersatz"
    began = time.monotonic()
    with laptop.running(take_over) as said:
        assert time.monotonic() - began < 120
        assert "Übernommen" in said.read_text("utf-8")
        all_sent(door)
        are_there(door, 4)
        expect(wall.locator("[data-count]")).to_have_text("4")

        chief.goto("/organise/probe/day/folder")
        chief.get_by_role("link", name="Vereinbarung vom Papier eintippen").click()
        chief.get_by_label("Nummer auf dem Papier").fill("1001")
        write_down(chief, "Ein Lied zum Schluss", 2 * len(DEEDS))
        notary.goto("/organise/probe/notary")
        notary.get_by_role("button", name="Die nächste nehmen").click()
        stamp(notary)
        expect(notary.locator(".huge-number")).to_contain_text("1001")
        expect(wall.locator("[data-count]")).to_have_text("5")

        chief.goto("/organise/probe/day")
        press(chief, "Schlussgong")
        press(chief, "5 Vereinbarungen als Schlusszahl festhalten")
        chief.get_by_role("link", name="Schlusszahlen mit Prüfsumme").click()
        expect(chief.get_by_text("Die Zahlen passen zu ihrer Prüfsumme")).to_be_visible()
        expect(wall.locator(".wall-final")).to_have_text("Schlusszahl: 5")
        assert laptop.run(verify) == "ok\n"
    for each in (context, door.context, notary.context):
        each.close()
