"""A pytest plugin: tests that need a system package are left out with a count where it is missing, or its absence is an error.

A test says what it needs by a marker, `@pytest.mark.chromium`. With `MARKTPLATZ_TEST_REQUIRE_SYSTEM=1` pytest does not even start
unless every package is there.
"""

import os
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

REQUIRE_VARIABLE: Final = "MARKTPLATZ_TEST_REQUIRE_SYSTEM"

PROGRAMS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "chromium": (("chromium", "chromium-browser", "google-chrome", "chrome"),),
    "postgresql": (("initdb",), ("postgres",)),
}
"""By marker: of every group one program must be found."""

FOLDERS: Final[Mapping[str, str]] = {"postgresql": "/usr/lib/postgresql/*/bin"}
"""Where Debian keeps programs that it does not put on the PATH."""

OUTPUT: Final = "left_out"
_LEFT_OUT: Final = pytest.StashKey[Counter[str]]()


def find_program(marker: str, *names: str) -> Path | None:
    """The first of some programs that the machine has, on the PATH or in the package's own folder."""
    pattern = FOLDERS.get(marker, "")
    folders = sorted(Path("/").glob(pattern.lstrip("/")), reverse=True) if pattern else []
    search_path = os.pathsep.join([os.environ.get("PATH", ""), *map(str, folders)])
    return next((Path(found) for name in names if (found := shutil.which(name, path=search_path))), None)


def find_missing() -> list[str]:
    """The markers whose programs the machine lacks."""
    return [marker for marker, groups in PROGRAMS.items() if not all(find_program(marker, *group) for group in groups)]


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_LEFT_OUT] = Counter()
    missing = find_missing()
    if missing and os.environ.get(REQUIRE_VARIABLE, "") not in ("", "0"):
        raise pytest.UsageError(f"{REQUIRE_VARIABLE} is set, but this machine lacks: {', '.join(missing)}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    missing = find_missing()
    lacking = {item: [marker for marker in missing if item.get_closest_marker(marker)] for item in items}
    left_out = [item for item in items if lacking[item]]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not lacking[item]]
        config.stash[_LEFT_OUT].update(" and ".join(lacking[item]) for item in left_out)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where several processes share the tests, each has looked at all of them; they tell the one that reports."""
    told = getattr(session.config, "workeroutput", None)
    if told is not None:
        told[OUTPUT] = dict(session.config.stash[_LEFT_OUT])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    node.config.stash[_LEFT_OUT] |= Counter(getattr(node, "workeroutput", {}).get(OUTPUT, {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for needed, count in sorted(config.stash[_LEFT_OUT].items()):
        tests = "1 test that needs" if count == 1 else f"{count} tests that need"
        terminalreporter.write_line(f"left out: {tests} {needed} (system package not found)", yellow=True)
