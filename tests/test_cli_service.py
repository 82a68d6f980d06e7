"""The commands that run and look after an installation, as real processes."""

import signal
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import httpx

from command_line import environment, fail, run, succeed
from marktplatz.db.migrate import newest_revision


def find_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextmanager
def served(data_dir: Path, **settings: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """`marktplatz serve` until the block ends; the address, once it is ready."""
    port = find_port()
    command = [sys.executable, "-W", "error", "-m", "marktplatz", "serve", "--port", str(port)]
    variables = environment(data_dir=data_dir, **settings)
    with subprocess.Popen(command, env=variables, stderr=subprocess.PIPE, encoding="utf-8") as process:
        address = f"http://127.0.0.1:{port}"
        try:
            wait_until_ready(address, process)
            yield address, process
        finally:
            process.kill()


def wait_until_ready(address: str, process: "subprocess.Popen[str]") -> None:
    began = monotonic()
    while monotonic() - began < 60 and process.poll() is None:
        try:
            if httpx.get(f"{address}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            sleep(0.1)
    raise AssertionError(process.stderr.read() if process.stderr and process.poll() is not None else "not ready in time")


def test_an_installation_is_made_looked_at_saved_and_restored(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    newest = newest_revision()
    assert succeed("migrate", data_dir=first) == f"- → {newest}\n"
    assert succeed("migrate", data_dir=first) == f"{newest} → {newest}\n"
    assert stat.S_IMODE((first / "marktplatz.sqlite3").stat().st_mode) == 0o600
    assert "0 Fehler" in succeed("doctor", data_dir=first)
    assert succeed("audit", "verify", data_dir=first) == "ok\n"
    backup = tmp_path / "backup.sqlite3"
    succeed("backup", backup, data_dir=first)
    succeed("restore", backup, data_dir=second)
    assert succeed("audit", "verify", data_dir=second) == "ok\n"
    assert "gibt es schon" in fail("restore", backup, data_dir=second)[0]


def test_without_a_database_every_command_says_how_to_make_one_and_makes_none(tmp_path: Path) -> None:
    for command in (["doctor"], ["backup", tmp_path / "b"], ["audit", "verify"]):
        assert "marktplatz migrate" in fail(*command, data_dir=tmp_path / "none")[0]
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_audit_is_reported_with_its_place(tmp_path: Path) -> None:
    succeed("migrate", data_dir=tmp_path)
    with sqlite3.connect(tmp_path / "marktplatz.sqlite3") as connection:
        connection.execute("UPDATE audit_head SET length = 3")
    connection.close()
    assert fail("audit", "verify", data_dir=tmp_path) == ["Das Protokoll „installation“ ist an Stelle 3 nicht lückenlos (head)."]
    ended = run("doctor", data_dir=tmp_path)
    assert (ended.returncode, ended.stdout.splitlines()[-1].partition(",")[0]) == (1, "1 Fehler")


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    (line,) = fail("doctor", data_dir=tmp_path, max_body_bytes="viel")
    assert line.startswith("MARKTPLATZ_MAX_BODY_BYTES: ")
    (line,) = fail("doctor", data_dir=tmp_path, database_url="postgresql://nobody@127.0.0.1:1/none")
    assert "antwortet nicht" in line


def test_a_real_server_answers_and_stops_when_asked(tmp_path: Path) -> None:
    with served(tmp_path) as (address, process), httpx.Client(base_url=address, timeout=60) as client:
        assert client.get("/livez").text == "ok"
        refused = client.get("/api/v1/markets")
        assert refused.status_code == 401
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert refused.json()["request"] == refused.headers["X-Request-Id"]
        page = client.get("/docs").text
        for asset in ("/static/api-docs/swagger-ui-bundle.js", "/static/own/api-docs.js", "/static/api-docs/swagger-ui.css"):
            assert asset in page
            assert client.get(asset).status_code == 200
        assert "://" not in page
        assert "/api/v1/markets" in client.get("/openapi.json").json()["paths"]
        assert "http_requests_total" in client.get("/metrics").text
        assert fail("serve", "--port", str(find_port()), data_dir=tmp_path) == [
            "Auf dieser Datenbank läuft schon ein Dienst. Bitte beenden Sie ihn zuerst."
        ]
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) in (0, -signal.SIGTERM)
        logged = process.stderr.read() if process.stderr else ""
        assert "Traceback" not in logged
        assert f"request={refused.headers['X-Request-Id']}" in logged


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        (line,) = fail("serve", "--port", str(port), data_dir=tmp_path)
    assert line.startswith(f"An der Adresse 127.0.0.1:{port} läuft schon")
