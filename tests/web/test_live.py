"""Events of the board: shared by all, whole each time, never waiting for one who reads slowly, gone when the server stops."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter

from marktplatz.errors import Finding, NotFound
from marktplatz.usecases.board import BoardState, Figures
from marktplatz.vocabulary import Phase, ServiceSide
from marktplatz.web.live import GREETING, HEARTBEAT, Live, LiveStream, Organisations, Own, Pace

EMPTY = BoardState(
    market="Markt",
    phase=Phase.DAY,
    agreements=0,
    organisations=0,
    sides={side: Figures() for side in ServiceSide},
    categories=(),
    latest=(),
    version=1,
    time=datetime(2027, 3, 11, tzinfo=UTC),
)
QUICK = Pace(beat_s=30, pause_s=0.01, longest_s=60)


class Hall:
    """A board whose state the test sets, and viewers of it that speak ASGI."""

    def __init__(self, pace: Pace = QUICK) -> None:
        self.state, self.reads, self.fault = EMPTY, 0, False
        self.board = Live("board", TypeAdapter(BoardState), self._read, pace, Own(self._count, self._tell))
        self.own: dict[str, int] = {}
        self.made: list[int] = []

    def _count(self, state: BoardState, organisations: Organisations) -> int:
        assert state is self.state
        return sum(self.own.get(each, 0) for each in organisations or ())

    def _tell(self, state: BoardState, count: int) -> BoardState:
        self.made.append(count)
        return replace(state, organisations=count)

    def _read(self, market_id: str) -> BoardState:
        self.reads += 1
        if self.fault:
            raise NotFound(Finding("unknown_market", params={"id": market_id}))
        return self.state

    def certify(self, agreements: int) -> None:
        self.state = replace(self.state, agreements=agreements, version=self.state.version + 1)
        self.board.notice("m1")


class Watcher:
    """One viewer; `gate` closed means that the line takes nothing more."""

    def __init__(self, hall: Hall, *organisations: str) -> None:
        self.chunks: asyncio.Queue[bytes] = asyncio.Queue()
        self.gate, self.gone = asyncio.Event(), asyncio.Event()
        self.gate.set()
        self.task = asyncio.create_task(LiveStream(hall.board, "m1", frozenset(organisations))({}, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        await self.gate.wait()
        if message["type"] == "http.response.body":
            self.chunks.put_nowait(message["body"])

    async def event(self) -> dict[str, Any]:
        """The next event's data, past greetings and heartbeats."""
        while True:
            chunk = await asyncio.wait_for(self.chunks.get(), 20)
            if chunk not in (GREETING, HEARTBEAT):
                name, event, told = chunk.decode().rstrip("\n").split("\n")
                found: dict[str, Any] = json.loads(told.removeprefix("data: "))
                assert (name, event) == (f"id: {found['version']}", "event: board")
                return found


def in_hall(story: Callable[[Hall], Awaitable[None]], pace: Pace = QUICK) -> None:
    async def tell() -> None:
        await asyncio.wait_for(story(Hall(pace)), 60)

    asyncio.run(tell())


def test_who_comes_sees_the_present_state_and_then_every_change() -> None:
    async def story(hall: Hall) -> None:
        early = Watcher(hall)
        assert (await early.event())["agreements"] == 0
        hall.certify(1)
        assert (await early.event())["agreements"] == 1
        late = Watcher(hall)
        assert (await late.event())["agreements"] == 1
        hall.board.end()
        await asyncio.gather(early.task, late.task)

    in_hall(story)


def test_one_reading_serves_all_viewers_and_many_changes() -> None:
    async def story(hall: Hall) -> None:
        watchers = [Watcher(hall) for _ in range(50)]
        for watcher in watchers:
            await watcher.event()
        before = hall.reads
        for agreements in range(1, 101):
            hall.certify(agreements)
        assert [(await watcher.event())["agreements"] for watcher in watchers] == [100] * 50
        assert hall.reads - before <= 2
        hall.board.end()
        await asyncio.gather(*(watcher.task for watcher in watchers))

    in_hall(story)


def test_a_commit_that_changes_nothing_on_the_board_says_nothing() -> None:
    async def story(hall: Hall) -> None:
        watcher = Watcher(hall)
        await watcher.event()
        before = hall.reads
        hall.state = replace(hall.state, version=hall.state.version + 1, time=datetime(2027, 3, 12, tzinfo=UTC))
        hall.board.notice("m1")
        while hall.reads == before:
            await asyncio.sleep(0.01)
        hall.certify(1)
        assert (await watcher.event())["agreements"] == 1
        hall.board.end()
        await watcher.task

    in_hall(story)


def test_everybody_hears_their_own_number_alone_and_an_event_is_made_once_for_all_who_have_the_same() -> None:
    async def story(hall: Hall) -> None:
        hall.own = {"bank": 1}
        watchers = [Watcher(hall, *own) for own in (["bank"], ["club"], [], ["bank", "club"], ["choir"]) for _ in range(10)]
        assert {(await watcher.event())["organisations"] for watcher in watchers} == {0, 1}
        hall.own, hall.made = {"bank": 2, "club": 3}, []
        hall.certify(1)
        told = [(await watcher.event())["organisations"] for watcher in watchers]
        assert told == [2] * 10 + [3] * 10 + [0] * 10 + [5] * 10 + [0] * 10
        assert sorted(hall.made) == [0, 2, 3, 5]
        late = Watcher(hall, "club")
        assert (await late.event())["organisations"] == 3
        hall.board.end()
        await asyncio.gather(late.task, *(watcher.task for watcher in watchers))

    in_hall(story)


def test_while_many_are_told_others_have_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marktplatz.web.live.AT_ONCE", 5)

    async def story(hall: Hall) -> None:
        watchers = [Watcher(hall) for _ in range(50)]
        for watcher in watchers:
            await watcher.event()
        told = []
        hall.certify(1)
        while not told or told[-1] < 50:
            await asyncio.sleep(0)
            told.append(sum(not watcher.chunks.empty() for watcher in watchers))
        assert len({many for many in told if 0 < many < 50}) >= 5
        hall.board.end()
        await asyncio.gather(*(watcher.task for watcher in watchers))

    in_hall(story)


def test_a_slow_reader_skips_to_the_newest_and_holds_up_nobody() -> None:
    async def story(hall: Hall) -> None:
        slow, quick = Watcher(hall), Watcher(hall)
        await asyncio.gather(slow.event(), quick.event())
        slow.gate.clear()
        for agreements in range(1, 31):
            hall.certify(agreements)
            assert (await quick.event())["agreements"] == agreements
        slow.gate.set()
        seen = [(await slow.event())["agreements"]]
        if seen[-1] != 30:  # one may have been on the line already when it closed
            seen.append((await slow.event())["agreements"])
        assert seen in ([1, 30], [30])
        assert slow.chunks.empty()
        hall.board.end()
        await asyncio.gather(slow.task, quick.task)

    in_hall(story)


def test_silence_is_broken_by_a_beat_and_then_looked_behind() -> None:
    async def story(hall: Hall) -> None:
        watcher = Watcher(hall)
        await watcher.event()
        assert await asyncio.wait_for(watcher.chunks.get(), 20) == HEARTBEAT
        hall.state = replace(hall.state, agreements=7)  # another process wrote, and nobody told us
        assert (await watcher.event())["agreements"] == 7
        hall.board.end()
        await watcher.task

    in_hall(story, Pace(beat_s=0.05, pause_s=0.01, longest_s=60))


def test_a_stream_ends_after_its_time() -> None:
    async def story(hall: Hall) -> None:
        await Watcher(hall).task

    in_hall(story, Pace(beat_s=0.02, pause_s=0.01, longest_s=0.1))


def test_a_board_that_cannot_be_read_comes_back(caplog: pytest.LogCaptureFixture) -> None:
    async def story(hall: Hall) -> None:
        hall.fault = True
        watcher = Watcher(hall)
        while not hall.reads:
            await asyncio.sleep(0.01)
        hall.fault = False
        hall.certify(3)
        assert (await watcher.event())["agreements"] == 3
        hall.board.end()
        await watcher.task

    in_hall(story)
    assert "a live state cannot be read: NotFound" in caplog.text


def test_who_leaves_is_forgotten_and_with_the_last_the_reading_ends() -> None:
    async def story(hall: Hall) -> None:
        watchers = [Watcher(hall), Watcher(hall)]
        for watcher in watchers:
            await watcher.event()
            watcher.gone.set()
            await watcher.task
        before = hall.reads
        hall.certify(1)
        await asyncio.sleep(0.05)
        assert hall.reads == before
        again = Watcher(hall)
        assert (await again.event())["agreements"] == 1
        hall.board.end()
        await again.task

    in_hall(story)


def test_at_the_end_everybody_is_sent_away_at_once() -> None:
    async def story(hall: Hall) -> None:
        watchers = [Watcher(hall) for _ in range(20)]
        for watcher in watchers:
            await watcher.event()
        hall.board.end()
        await asyncio.gather(*(watcher.task for watcher in watchers))
        await Watcher(hall).task

    in_hall(story)
