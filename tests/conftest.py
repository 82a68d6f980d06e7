"""What holds for every test: no deadlines that a slow machine breaks, tests only for what the machine has, and no time wasted."""

import gc
import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

from marktplatz.matching.scoring import semantic

pytest_plugins = ["system_packages", "service_fixtures", "browsing"]

# On top of whatever Hypothesis chose itself: on a CI machine that is its profile with repeatable examples.
settings.register_profile("marktplatz", settings(), deadline=None)
settings.load_profile("marktplatz")

# Hundreds of processes are started: none has to compile what another has compiled.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

LONGEST = (
    "tests/web/test_who_may_what.py",
    "tests/web/test_hostile_values.py",
    "tests/browser/",
    "tests/service/",
    "tests/web/test_schema.py",
)
"""Begun first, so that no worker is left alone with one of them at the end."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Half as many again as there are cores: tests with a browser or a network wait for more than a third of their time."""
    cores = os.cpu_count() or 1
    return cores + (cores + 1) // 2


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {path: number for number, path in enumerate(LONGEST)}
    items.sort(key=lambda item: next((place for path, place in places.items() if item.nodeid.startswith(path)), len(LONGEST)))


def pytest_collection_finish() -> None:
    """What is there now stays to the end; to look through it for rubbish again and again takes a tenth of all the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def without_the_extra() -> Iterator[None]:
    """Points are those of a plain installation, also for whoever has the extra `semantic`; its own tests bring a model."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(semantic, "is_available", lambda: False)
        yield
