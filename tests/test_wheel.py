"""The package as it is installed: all files are in the wheel, and the command line works without the checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from test_house import ROOT, file_names

BUILT_FROM = ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE", "alembic.ini")


def run(*command: str, **options: object) -> str:
    ended = subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return str(ended.stdout)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing is left in the checkout and nothing left there gets in."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for name in file_names():
        if name.startswith(("src/", "alembic/")) or name in BUILT_FROM:
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(source))
    (made,) = folder.glob("*.whl")
    return made


def test_the_wheel_carries_all_that_is_needed_at_run_time(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("marktplatz/")}
    expected = {name.removeprefix("src/") for name in file_names() if name.startswith("src/marktplatz/")}
    expected |= {
        f"marktplatz/db/migrations/{name.removeprefix('alembic/')}" for name in file_names() if name.startswith("alembic/")
    }
    assert packed == expected


def test_an_installed_wheel_migrates_a_database(wheel: Path, tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(installed), str(wheel))
    settings = {"PYTHONPATH": str(installed), "MARKTPLATZ_DATA_DIR": str(tmp_path / "data")}
    where = run(sys.executable, "-c", "import marktplatz; print(marktplatz.__file__)", cwd=tmp_path, env=os.environ | settings)
    assert where.startswith(str(installed))
    run(sys.executable, "-m", "marktplatz", "migrate", cwd=tmp_path, env=os.environ | settings)
    assert (tmp_path / "data" / "marktplatz.sqlite3").is_file()
    verified = run(sys.executable, "-m", "marktplatz", "audit", "verify", cwd=tmp_path, env=os.environ | settings)
    assert verified.strip() == "ok"  # there is a chain, so there are tables
