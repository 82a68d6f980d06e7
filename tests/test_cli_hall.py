"""`marktplatz serve --hall`: the address as a QR code, a second copy that keeps up, and a spare laptop that takes over."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen
from time import monotonic, sleep

import httpx
import pytest

from command_line import environment, fail, run, succeed
from marktplatz.cli.hall import find_foreign_addresses
from test_cli_service import find_port, wait_until_ready

HERE = "127.0.0.1"


@contextmanager
def hall(data_dir: Path, port: int, *more: str | Path) -> Iterator["Popen[str]"]:
    """The service for the hall until the block ends, then killed as if somebody had pulled the plug."""
    command = [sys.executable, "-W", "error", "-m", "marktplatz", "serve", "--hall", "--address", HERE, "--port", str(port), *more]
    errors = data_dir.parent / f"{data_dir.name}-said.txt"
    with (
        errors.open("w") as said,
        Popen(command, env=environment(data_dir=data_dir), stderr=said, stdout=PIPE, text=True) as process,
    ):
        try:
            wait_until_ready(f"http://{HERE}:{port}", process)
            yield process
        finally:
            process.kill()


def said(data_dir: Path) -> str:
    return (data_dir.parent / f"{data_dir.name}-said.txt").read_text()


def test_a_spare_laptop_takes_over_from_the_stick_in_less_than_two_minutes(tmp_path: Path) -> None:
    stick, first, spare, port = tmp_path / "stick", tmp_path / "first", tmp_path / "spare", find_port()
    stick.mkdir()
    succeed("migrate", data_dir=first)
    token = run("token", "add", "Abend", "--role", "owner", data_dir=first).stdout.strip()
    program = {"Authorization": f"Bearer {token}"}
    address = f"http://{HERE}:{port}"
    with hall(first, port, "--copy", stick):
        for number in range(20):
            sent = {"id": f"m{number}", "name": "Marktplatz"}
            assert httpx.post(f"{address}/api/v1/markets", json=sent, headers=program, timeout=60).status_code == 201
        sleep(3)  # the second copy is a second behind
    told = said(first)
    assert f"  {address}\n" in told
    assert re.search("[█▀▄]", told), "a code to point a phone at"
    assert "Ersatz-Laptop" in told
    assert "keine lädt etwas von anderswo" in told

    began = monotonic()
    with hall(spare, port, "--copy", stick, "--take-over"):
        answer = httpx.get(f"{address}/api/v1/markets", headers=program, timeout=60)
        took = monotonic() - began
        assert [each["id"] for each in answer.json()] == sorted(f"m{number}" for number in range(20))
    assert took < 120
    assert "Übernommen" in said(spare)
    assert "Achtung" not in said(spare)


def test_another_address_than_the_first_laptop_had_is_said(tmp_path: Path) -> None:
    stick, first = tmp_path / "stick", tmp_path / "first"
    stick.mkdir()
    ports = find_port(), find_port()
    with hall(first, ports[0], "--copy", stick):
        pass
    with hall(first, ports[1], "--copy", stick):
        pass
    assert f"http://{HERE}:{ports[0]}" in said(first).split("Achtung")[1]


def test_wrong_folders_are_told(tmp_path: Path) -> None:
    assert "Stick" in fail("serve", "--copy", tmp_path / "none", data_dir=tmp_path / "d")[0]
    assert "--copy" in fail("serve", "--take-over", data_dir=tmp_path / "d")[0]
    assert "keine heile Kopie" in fail("serve", "--take-over", "--copy", tmp_path, data_dir=tmp_path / "d")[0]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('<script src="https://cdn.example/x.js">', ["https://cdn.example/x.js"]),
        ("<link rel=stylesheet href='//fonts.example/a.css'>", ["//fonts.example/a.css"]),
        ("body { background: url(http://x.example/a.png) }", ["http://x.example/a.png"]),
        ('import { a } from "https://x.example/a.js"', ["https://x.example/a.js"]),
        ('new EventSource("https://x.example/e")', ["https://x.example/e"]),
        ('<a href="https://example.org">Mehr</a> <img src="/static/own/a.svg">', []),
        ('<svg xmlns="http://www.w3.org/2000/svg">', []),
    ],
)
def test_what_a_browser_would_load_from_elsewhere_is_found(text: str, found: list[str]) -> None:
    assert find_foreign_addresses(text) == found
