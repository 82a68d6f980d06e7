"""Tests that need a system package: run where it is, left out with a count where it is not, an error where it must be."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import system_packages

TESTS = Path(__file__).parent

CONFIGURATION = """\
[pytest]
addopts = --strict-markers
markers =
    chromium: needs chromium
    postgresql: needs postgresql
"""

THREE_TESTS = """\
import pytest

def test_plain():
    pass

@pytest.mark.chromium
def test_page():
    pass

@pytest.mark.chromium
def test_other_page():
    pass
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the whole PATH; Debian's own folders are out of sight."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(system_packages, "FOLDERS", {"postgresql": str(tmp_path / "debian" / "*" / "bin")})
    return folder


def install(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        program = folder / (f"{name}.exe" if os.name == "nt" else name)
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)


def run_pytest(
    tmp_path: Path, programs: Path, *options: str, required: str | None = None, tests: str = THREE_TESTS
) -> tuple[int, str]:
    """Exit code and output of pytest in a process of its own, with the plugin and a PATH of one folder."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "pytest.ini").write_text(CONFIGURATION)
    (project / "test_pages.py").write_text(tests)
    environment = {
        name: value for name, value in os.environ.items() if name not in (system_packages.REQUIRE_VARIABLE, "PYTEST_ADDOPTS")
    }
    environment |= {"PATH": str(programs), "PYTHONPATH": str(TESTS)}
    if required is not None:
        environment[system_packages.REQUIRE_VARIABLE] = required
    command = [sys.executable, "-m", "pytest", "-p", "system_packages", "-p", "no:cacheprovider", *options]
    ended = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False, timeout=60)
    return ended.returncode, ended.stdout + ended.stderr


def test_without_the_package_its_tests_are_left_out_and_counted(tmp_path: Path, programs: Path) -> None:
    code, output = run_pytest(tmp_path, programs)
    assert code == 0, output
    assert "left out: 2 tests that need chromium (system package not found)" in output
    assert "1 passed, 2 deselected" in output
    assert "skipped" not in output


def test_several_processes_count_what_is_left_out_once(tmp_path: Path, programs: Path) -> None:
    code, output = run_pytest(tmp_path, programs, "-n", "2")
    assert code == 0, output
    assert output.count("left out: 2 tests that need chromium (system package not found)") == 1
    assert "1 passed" in output


@pytest.mark.parametrize("unset", ["", "0"])
def test_a_variable_that_says_no_requires_nothing(tmp_path: Path, programs: Path, unset: str) -> None:
    code, output = run_pytest(tmp_path, programs, required=unset)
    assert code == 0, output
    assert "1 passed, 2 deselected" in output


def test_with_the_package_its_tests_run(tmp_path: Path, programs: Path) -> None:
    install(programs, "chromium")
    code, output = run_pytest(tmp_path, programs)
    assert code == 0, output
    assert "3 passed" in output
    assert "left out" not in output


def test_a_required_package_that_is_missing_is_an_error(tmp_path: Path, programs: Path) -> None:
    code, output = run_pytest(tmp_path, programs, required="1")
    assert code == pytest.ExitCode.USAGE_ERROR, output
    assert "MARKTPLATZ_TEST_REQUIRE_SYSTEM is set, but this machine lacks: chromium" in output
    assert "passed" not in output


def test_required_packages_that_are_there_are_no_error(tmp_path: Path, programs: Path) -> None:
    install(programs, "chromium", "initdb", "postgres")
    code, output = run_pytest(tmp_path, programs, required="1")
    assert code == 0, output
    assert "3 passed" in output


def test_a_test_that_needs_two_packages_names_what_is_missing(tmp_path: Path, programs: Path) -> None:
    install(programs, "initdb", "postgres")
    tests = "import pytest\npytestmark = [pytest.mark.chromium, pytest.mark.postgresql]\ndef test_both():\n    pass\n"
    code, output = run_pytest(tmp_path, programs, tests=tests)
    assert code == pytest.ExitCode.NO_TESTS_COLLECTED
    assert "left out: 1 test that needs chromium (system package not found)" in output


def test_half_a_postgresql_is_none(programs: Path) -> None:
    install(programs, "chromium", "initdb")
    assert system_packages.find_missing() == ["postgresql"]
    install(programs, "postgres")
    assert system_packages.find_missing() == []


@pytest.mark.usefixtures("programs")
def test_the_newest_postgresql_in_debians_folder_is_found(tmp_path: Path) -> None:
    for version in ("14", "15"):
        install(tmp_path / "debian" / version / "bin", "initdb", "postgres")
    found = system_packages.find_program("postgresql", "postgres")
    assert found is not None
    assert found.parent.parent.name == "15"


def test_our_own_tests_use_the_plugin(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.pluginmanager.has_plugin("system_packages")
