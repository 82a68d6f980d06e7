"""What a server keeps in memory: all that lasts is there before anybody asks, and is not looked through again."""

import gc
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from weakref import ReferenceType, ref

import pytest
from matrix_client import make_scope

from run_world import wait_until
from service_fixtures import World

SETTLED = """
import gc
from marktplatz.matching.scoring.lexicon import load_lexicon
from marktplatz.web.memory import settle

settle()
loaded = load_lexicon.cache_info().currsize
gc.collect()
print(loaded, gc.get_freeze_count() > 100_000, len(gc.get_objects()) < 20_000)
"""


def test_the_lexicon_is_loaded_at_the_start_and_left_out_when_rubbish_is_looked_for() -> None:
    told = subprocess.run([sys.executable, "-c", SETTLED], check=True, capture_output=True, text=True)
    assert told.stdout.split() == ["1", "True", "True"]


class Line:
    """As a server's: it knows the request, and is the way to answer it."""

    def __init__(self, path: str) -> None:
        self.status = 0
        self.scope = make_scope("GET", path, {"host": "testserver"})

    async def receive(self) -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(self, message: dict[str, Any]) -> None:
        self.status = message.get("status", self.status)


@pytest.fixture
def nothing_is_looked_for() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("nothing_is_looked_for")
@pytest.mark.parametrize(
    ("path", "status"), [("/livez", 200), ("/api/v1/markets/m1/board", 401), ("/m/m1", 200), ("/nowhere", 404)]
)
def test_a_request_is_gone_once_it_is_answered(world: World, path: str, status: int) -> None:
    """In a circle it would wait for the collector, and its page with it."""
    world.make_market()

    async def ask() -> tuple[int, "ReferenceType[Line]"]:
        line = Line(path)
        await world.app(line.scope, line.receive, line.send)
        return line.status, ref(line)

    assert world.running.portal is not None
    found, kept = world.running.portal.call(ask)
    assert found == status
    wait_until(lambda: kept() is None)  # the thread that worked for it lets go of it a moment after it has answered
