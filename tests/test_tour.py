"""The README's tour of the API runs as it stands, against a real server on each database."""

import subprocess
import sys
from pathlib import Path

from command_line import environment, run
from test_cli_service import served

TOUR = Path(__file__).parent.parent / "examples" / "http_market.py"


def test_a_stranger_scripts_a_whole_market_over_http(database_url: str, tmp_path: Path) -> None:
    made = run("token", "add", "tour", "--role", "owner", data_dir=tmp_path, database_url=database_url)
    assert made.returncode == 0, made.stderr
    secret = made.stdout.split()[-1]
    with served(tmp_path, database_url=database_url) as (address, _):
        command = [sys.executable, "-W", "error", str(TOUR), address]
        variables = environment(token=secret)
        toured = subprocess.run(command, env=variables, capture_output=True, encoding="utf-8", check=False, timeout=120)
    assert (toured.returncode, toured.stderr) == (0, "")
    lines = [line.partition(":")[0].split()[0] for line in toured.stdout.splitlines() if not line.startswith(" ")]
    files = ["market.json", "market.xlsx", "market.csv", "archive.zip"]
    assert lines == ["market", "import,", "import,", "run", "forbidden", "run", "compared", "published", *files]
    assert toured.stdout.count(": True") == len(files)
