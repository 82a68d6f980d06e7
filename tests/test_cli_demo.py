"""`marktplatz demo` with its pages: what it shows, who comes in, and that nothing is left of it."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from command_line import environment
from marktplatz.cli.demo import _listen

OWN_PAGE = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_demo_serves_its_market_until_it_is_ended_and_leaves_nothing(tmp_path: Path, end: signal.Signals) -> None:
    inside, own = tmp_path / "tmp", tmp_path / "own"
    inside.mkdir()
    variables = environment(data_dir=own, database_url="postgresql://nobody@127.0.0.1:1/none", smtp_host="mail.example.org")
    variables |= {"TMPDIR": str(inside), "MARKTPLATZ_SMTP_SENDER": "a@example.org"}
    command = [sys.executable, "-W", "error", "-m", "marktplatz", "demo"]
    with (
        (tmp_path / "printed").open("w") as printed,
        subprocess.Popen(command, env=variables, stdout=printed, stderr=subprocess.PIPE, encoding="utf-8") as process,
    ):
        try:
            assert process.stderr is not None
            told = "".join(process.stderr.readline() for _ in range(6))
            (address,) = re.findall(r"(http://\S+)/m/beispiel", told)
            (secret,) = re.findall(rf"{address}/enter#(\S+)", told)
            look_around(address, secret)
            process.send_signal(end)
            _, rest = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (process.returncode, rest) == (0, "")
    assert "Bewiesen" in (tmp_path / "printed").read_text("utf-8")
    assert list(inside.iterdir()) == []
    assert not own.exists()


def look_around(address: str, secret: str) -> None:
    with httpx.Client(base_url=address, headers=OWN_PAGE, follow_redirects=True, timeout=30) as client:
        shown = client.get("/m/beispiel")
        assert shown.status_code == 200
        assert "Lindbrück" in shown.text
        assert "Machen Sie mit" in shown.text
        assert client.get("/organise/beispiel").status_code == 401
        client.post("/enter", data={"secret": secret})
        overview = client.get("/organise/beispiel")
        assert overview.status_code == 200
        assert "40" in overview.text


def test_what_is_for_programs_ends_after_printing() -> None:
    command = [sys.executable, "-W", "error", "-m", "marktplatz", "demo", "--json"]
    printed = subprocess.run(command, env=environment(), capture_output=True, check=True, encoding="utf-8", timeout=300).stdout
    assert json.loads(printed)["format"] == "marktplatz-plan/1"


def test_a_taken_port_is_no_hindrance() -> None:
    with _listen() as first, _listen() as second:
        assert first.getsockname()[1] != second.getsockname()[1]
