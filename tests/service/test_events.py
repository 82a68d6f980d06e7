"""The streams of board and pulse from a real server: after the commit, not before, without names, gone when the server stops."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from arena import build_arena
from marktplatz.db.engine import Database
from marktplatz.db.models import Token
from marktplatz.vocabulary import Role
from marktplatz.web.identity import hash_secret
from serving import serving

EVENTS = "/api/v1/markets/m1/board/events"
PULSE = "/m/m1/pulse"
VIEWERS = 30


def add_screen(database: Database) -> None:
    with database.write() as session:
        fields = {
            "scopes": ["board:read", "evening:read"],
            "issued_by": "system",
            "created_at": session.get_one(Token, "notary").created_at,
        }
        session.add(Token(id="screen", secret_sha256=hash_secret("screen"), name="screen", role=Role.SCREEN, **fields))


def events_of(answer: httpx.Response) -> Iterator[dict[str, Any]]:
    """Past beats, which carry no state."""
    for line in answer.iter_lines():
        if line.startswith("data: {"):
            yield json.loads(line.removeprefix("data: "))


def as_(token: str, address: str) -> httpx.Client:
    return httpx.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=60)


def test_a_certificate_is_on_the_board_once_it_is_on_the_disk(database: Database) -> None:
    build_arena(database, offers=2, rivals=2)
    add_screen(database)
    url = database.url.render_as_string(hide_password=False)
    with serving(url) as server, as_("screen", server.address) as screen, as_("notary", server.address) as notary:
        with screen.stream("GET", EVENTS) as answer:
            assert answer.headers["Content-Type"].startswith("text/event-stream")
            events = events_of(answer)
            assert next(events)["agreements"] == 0
            for number in (1, 2):
                assert notary.post(f"/api/v1/markets/m1/agreements/a{number - 1}-0/certify").status_code == 200
                seen = next(events)
                assert (seen["agreements"], seen["latest"][0]["number"]) == (number, number)
                assert {shown["text"] for shown in seen["latest"]} == {"eine Vereinbarung"}
                assert "Bank" not in json.dumps(seen)
        with screen.stream("GET", EVENTS, headers={"Last-Event-ID": str(seen["version"] - 1)}) as answer:
            healed = next(events_of(answer))
        assert {**healed, "time": None} == {**seen, "time": None}


def test_who_may_not_watch_gets_no_stream(database: Database) -> None:
    build_arena(database, offers=1, rivals=1)
    url = database.url.render_as_string(hide_password=False)
    with serving(url) as server, as_("nobody", server.address) as nobody:
        assert nobody.get(EVENTS).status_code == 401


def test_everybody_hears_of_a_certificate_and_of_the_clock_without_a_name(database: Database) -> None:
    build_arena(database, offers=1, rivals=1)
    url = database.url.render_as_string(hide_password=False)
    with (
        serving(url) as server,
        as_("notary", server.address) as notary,
        httpx.Client(base_url=server.address, timeout=60) as anybody,
    ):
        with anybody.stream("GET", PULSE) as answer:
            events = events_of(answer)
            first = next(events)
            assert (first["agreements"], first["clock"]["stage"]) == (0, "before")
            assert notary.post("/api/v1/markets/m1/agreements/a0-0/certify").status_code == 200
            seen = next(events)
            assert seen["agreements"] == 1
            assert "Bank" not in json.dumps(seen)
        assert anybody.get(f"{PULSE}/now").json()["version"] == seen["version"]


def test_a_server_that_is_asked_to_stop_ends_its_streams_by_itself(database: Database) -> None:
    build_arena(database, offers=1, rivals=1)
    add_screen(database)

    def watch(number: int) -> int:
        address = (EVENTS, PULSE)[number % 2]
        with as_("screen", server.address) as screen, screen.stream("GET", address) as answer:
            events = events_of(answer)
            next(events)
            watching.release()
            return len(list(events))

    watching = threading.Semaphore(0)
    with serving(database.url.render_as_string(hide_password=False)) as server, ThreadPoolExecutor(VIEWERS) as pool:
        streams = [pool.submit(watch, number) for number in range(VIEWERS)]
        for _ in range(VIEWERS):
            watching.acquire(timeout=60)
        server.stop()
        assert [stream.result(60) for stream in streams] == [0] * VIEWERS
