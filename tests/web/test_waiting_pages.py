"""Many screens at once: their pages wait for each other, those who work come first, and nobody who writes waits for any."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest
from starlette.types import Message

from day_world import make_day, submit
from marktplatz.errors import Conflict
from marktplatz.vocabulary import Role
from marktplatz.web.pages.route import LEFT
from marktplatz.web.turns import PAGES_AT_ONCE, PageTurns, Rank
from service_fixtures import World

HTML = {"Accept": "text/html"}
SCREENS = 60
"""More than there are threads."""


@contextmanager
def all_turns_taken(world: World) -> Iterator[None]:
    turns, portal = world.app.state.service.pages, world.running.portal
    assert portal is not None
    taken = [portal.wrap_async_context_manager(turns.turn(Rank.STAFF)) for _ in range(PAGES_AT_ONCE)]
    for each in taken:
        each.__enter__()
    try:
        yield
    finally:
        for each in taken:
            each.__exit__(None, None, None)


def test_an_agreement_is_certified_while_the_phones_and_the_desks_of_a_hall_wait_for_their_pages(world: World) -> None:
    day = make_day(world)
    phones = [day.person(f"kim{number}", "club") for number in range(SCREENS)]
    agreement, notary = submit(world.as_token(Role.BROKER)), world.as_token(Role.NOTARY)
    desks = [world.as_token(Role.BROKER) for _ in range(SCREENS)]
    with ThreadPoolExecutor(2 * SCREENS) as hall:
        with all_turns_taken(world):
            pages = [hall.submit(phone.get, "/m/m1/me", headers=HTML) for phone in phones]
            pages += [hall.submit(desk.get, "/organise/m1/broker", headers=HTML) for desk in desks]
            stamped = notary.post(f"/api/v1/markets/m1/agreements/{agreement}/certify")
            on_their_way = [page for page in pages if not page.done()]
        shown = [page.result() for page in pages]
    assert stamped.status_code == 200, stamped.text
    assert len(on_their_way) == 2 * SCREENS
    assert {page.status_code for page in shown} == {200}


def test_whoever_waits_for_a_page_when_the_server_stops_is_told_so(world: World) -> None:
    phone = make_day(world).person("kim", "club")
    turns, portal = world.app.state.service.pages, world.running.portal
    assert portal is not None
    with ThreadPoolExecutor(1) as hall, all_turns_taken(world):
        page: Future[httpx.Response] = hall.submit(phone.get, "/m/m1/me", headers=HTML)
        while not portal.call(turns.count_waiting):
            pass
        portal.call(turns.end)
        assert page.result().status_code == 503


async def note(turns: PageTurns, rank: Rank, name: str, order: list[str]) -> None:
    async with turns.turn(rank):
        order.append(name)
        await asyncio.sleep(0)


def test_those_who_work_are_shown_their_pages_before_those_who_came_earlier() -> None:
    async def play() -> list[str]:
        turns, order = PageTurns(at_once=1), list[str]()
        async with turns.turn(Rank.STAFF):
            hall = [asyncio.create_task(note(turns, Rank.PARTICIPANT, f"phone {n}", order)) for n in (1, 2)]
            hall.append(asyncio.create_task(note(turns, Rank.STAFF, "desk", order)))
            while turns.count_waiting() < len(hall):
                await asyncio.sleep(0)
        await asyncio.gather(*hall)
        return order

    assert asyncio.run(play()) == ["desk", "phone 1", "phone 2"]


def test_no_page_begins_while_somebody_writes_and_each_after_it() -> None:
    async def play() -> list[str]:
        turns, order = PageTurns(patience_s=3600), list[str]()
        await note(turns, Rank.STAFF, "before", order)
        with turns.writing():
            hall = [asyncio.create_task(note(turns, Rank.STAFF, f"desk {n}", order)) for n in (1, 2, 3)]
            while turns.count_waiting() < len(hall):
                await asyncio.sleep(0)
            order.append("written")
        await asyncio.gather(*hall)
        return order

    assert asyncio.run(play()) == ["before", "written", "desk 1", "desk 2", "desk 3"]


def test_however_much_is_written_pages_are_shown_in_the_end() -> None:
    async def play() -> list[str]:
        turns, order = PageTurns(patience_s=0.01), list[str]()
        with turns.writing():
            await asyncio.gather(*(note(turns, Rank.PARTICIPANT, f"phone {n}", order) for n in (1, 2)))
        return order

    assert asyncio.run(play()) == ["phone 1", "phone 2"]


def test_what_need_not_be_now_waits_until_nobody_writes_or_for_a_moment() -> None:
    async def play(patience_s: float) -> list[str]:
        turns, order = PageTurns(patience_s=patience_s), list[str]()
        await turns.calm()

        async def plan(name: str) -> None:
            await turns.calm()
            order.append(name)

        with turns.writing():
            waiting = [asyncio.create_task(plan(name)) for name in ("one", "other")]
            await asyncio.sleep(0.05)
            order.append("written")
        await asyncio.gather(*waiting)
        return order

    assert asyncio.run(play(3600)) == ["written", "one", "other"]
    assert asyncio.run(play(0.001)) == ["one", "other", "written"]


def give_up(*, while_another_has_it: bool) -> list[str]:
    """Two wait while a third has its turn; the first gives up while that lasts or in the moment in which it ends."""

    async def play() -> list[str]:
        turns, order = PageTurns(at_once=1), list[str]()
        async with turns.turn(Rank.STAFF):
            gone = asyncio.create_task(note(turns, Rank.STAFF, "gone", order))
            stays = asyncio.create_task(note(turns, Rank.STAFF, "stays", order))
            while turns.count_waiting() < 2:
                await asyncio.sleep(0)
            if while_another_has_it:
                gone.cancel()
        gone.cancel()
        await stays
        return order

    return asyncio.run(play())


def test_a_place_that_is_given_up_is_nobodys_turn() -> None:
    assert give_up(while_another_has_it=True) == ["stays"]


def test_a_turn_that_comes_in_the_moment_in_which_it_is_given_up_goes_on_to_the_next() -> None:
    assert give_up(while_another_has_it=False) == ["stays"]


def test_after_the_end_nobody_waits_any_more() -> None:
    async def play() -> None:
        turns = PageTurns()
        turns.end()
        async with turns.turn(Rank.STAFF):
            pass

    with pytest.raises(Conflict):
        asyncio.run(play())


def test_a_page_is_not_worked_out_for_somebody_who_left_while_waiting(world: World) -> None:
    make_day(world)
    portal, sent = world.running.portal, list[Message]()
    assert portal is not None

    async def leave() -> Message:
        return {"type": "http.disconnect"}

    async def keep(message: Message) -> None:
        sent.append(message)

    headers = [(b"host", b"testserver"), (b"accept", b"text/html")]
    about = {"type": "http", "method": "GET", "path": "/m/m1/me", "raw_path": b"/m/m1/me", "query_string": b"", "headers": headers}
    scope = {**about, "http_version": "1.1", "scheme": "http", "server": ("testserver", 80), "client": ("phone", 1)}
    portal.call(world.app, scope, leave, keep)
    assert [message["status"] for message in sent if "status" in message] == [LEFT]
