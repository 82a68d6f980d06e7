"""The API's documentation in a real browser, under the policy that forbids everything from elsewhere, without a network."""

import subprocess
from pathlib import Path

import pytest

from system_packages import find_program
from test_cli_service import served

QUIET = ("--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync")


@pytest.mark.chromium
def test_the_documentation_shows_every_resource(tmp_path: Path) -> None:
    chromium = find_program("chromium", "chromium", "chromium-browser", "google-chrome", "chrome")
    with served(tmp_path / "data") as (address, _):
        options = ("--headless", "--no-sandbox", "--disable-gpu", *QUIET, f"--user-data-dir={tmp_path / 'browser'}")
        command = [str(chromium), *options, "--virtual-time-budget=30000", "--dump-dom", f"{address}/docs"]
        page = subprocess.run(command, capture_output=True, encoding="utf-8", check=True, timeout=120).stdout
    for resource in ("organisations", "offers", "needs", "runs", "agreements", "imports"):
        assert f'id="operations-tag-{resource}"' in page
