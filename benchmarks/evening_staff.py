"""Those who work in `market_day.py`: the door, brokers, notaries, the moderator; a process of its own."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from multiprocessing.connection import Connection
from secrets import token_hex
from time import perf_counter, time
from typing import Any

import httpx
from evening_crowd import Told, run
from evening_market import ROUNDS, Hall

from marktplatz.vocabulary import Role

API = "/api/v1/markets/m1"
PATIENCE_S = 120.0
KEPT_S = 3.0
"""A line that was quiet for longer is not used again: the server ends it after five, perhaps just when it is written to."""
RETURNED_EACH, TAPPED_TWICE_EACH = 12, 10
"""One agreement in so many comes back from the notary once; is stamped by two taps."""


@dataclass(frozen=True)
class Programme:
    """How much of everything; `rivals` are further agreements about an offer that is promised already: the stamp is refused."""

    seconds: float
    agreements: int = 160
    rivals: int = 12
    no_shows: int = 40
    walk_ins: int = 20
    introductions: int = 60


class Staff:
    def __init__(self, hall: Hall, programme: Programme, told: Told, address: str) -> None:
        self._hall, self._programme, self._told = hall, programme, told
        self._desk: asyncio.Queue[str] = asyncio.Queue()
        self._left = 0
        self._is_done = asyncio.Event()
        self._address = address
        self._clients = {role: [self._client(cookie) for cookie in cookies] for role, cookies in hall.stations.items()}
        self._organiser = self._client(token=hall.organiser)

    async def play(self) -> None:
        plan, random_ = self._programme, random.Random(5)  # noqa: S311 the same evening every time
        guests = list(self._hall.organisations)
        random_.shuffle(guests)
        absent, present = guests[: plan.no_shows], guests[plan.no_shows :]
        deals = self._hall.deals[: plan.agreements]
        ideas = list(deals) + list(deals[: plan.rivals])
        random_.shuffle(ideas)
        self._left = len(ideas)
        door, brokers = self._clients[Role.HELPER], self._clients[Role.BROKER]
        deeds: list[tuple[float, Coroutine[Any, Any, None]]] = [
            *self._spread(0.0, 0.3, [self._let_in(door[n % len(door)], guest) for n, guest in enumerate(present)]),
            *self._spread(0.1, 0.9, [self._miss(door[n % len(door)], guest) for n, guest in enumerate(absent)]),
            *self._spread(0.12, 0.92, [self._walk_in(number) for number in range(plan.walk_ins)]),
            *self._spread(0.1, 0.95, [self._agree(f"d{n}", brokers[n % len(brokers)], *idea) for n, idea in enumerate(ideas)]),
            *self._spread(0.1, 0.9, [self._introduce(brokers[n % len(brokers)], n) for n in range(plan.introductions)]),
            (0.0, self._moderate()),
        ]
        notaries = [asyncio.create_task(self._notarise(client)) for client in self._clients[Role.NOTARY]]
        await asyncio.gather(*(self._at(at, deed) for at, deed in deeds))
        with suppress(TimeoutError):
            await asyncio.wait_for(self._is_done.wait(), PATIENCE_S)
        for task in notaries:
            task.cancel()
        await asyncio.sleep(1.0)
        await self._turn("close")
        self._told.on_board = (await self._organiser.get(f"{API}/board")).json()["agreements"]

    def _spread(
        self, begin: float, end: float, deeds: list[Coroutine[Any, Any, None]]
    ) -> list[tuple[float, Coroutine[Any, Any, None]]]:
        """Evenly over a share of the evening."""
        step = (end - begin) / max(1, len(deeds))
        return [((begin + step * number) * self._programme.seconds, deed) for number, deed in enumerate(deeds)]

    async def _at(self, at: float, deed: Coroutine[Any, Any, None]) -> None:
        await asyncio.sleep(at)
        await deed

    async def _let_in(self, door: httpx.AsyncClient, guest: str) -> None:
        await self._post(door, "check in", "/checkins", {"organisation": guest, "status": "present", "people": 2})

    async def _miss(self, door: httpx.AsyncClient, guest: str) -> None:
        if await self._post(door, "check in", "/checkins", {"organisation": guest, "status": "absent"}):
            self._told.deeds[guest] = time()

    async def _walk_in(self, number: int) -> None:
        guest, kind = f"w{number}", ("company", "nonprofit")[number % 2]
        side = ("offers", "needs")[number % 2]
        await self._post(self._organiser, "walk in", "/organisations", {"id": guest, "kind": kind, "name": f"Spontan {number}"})
        entry = {"id": f"{guest}-1", "organisation": guest, "title": "Wände streichen im Jugendtreff", "category": "hands"}
        await self._post(self._organiser, "walk in", f"/{side}", entry)
        if await self._post(self._organiser, "walk in", "/checkins", {"organisation": guest, "status": "present", "people": 1}):
            self._told.deeds[guest] = time()

    async def _introduce(self, broker: httpx.AsyncClient, number: int) -> None:
        guests = self._hall.organisations
        one, other = guests[number % len(guests)], guests[(number * 7 + 3) % len(guests)]
        if one != other:
            note = {"kind": "introduction", "organisation": one, "partner": other}
            await self._post(broker, "bring together", "/hall-notes", note)

    async def _agree(self, name: str, broker: httpx.AsyncClient, offer: str, need: str) -> None:
        if not await self._post(broker, "draft", "/agreements", {"id": name, "offer": offer, "need": need}) or not await self._post(
            broker, "submit", f"/agreements/{name}/submit"
        ):
            self._settle()
            return
        await self._desk.put(name)

    async def _notarise(self, notary: httpx.AsyncClient) -> None:
        """The oldest, a look at it, and the stamp; some come back first, some taps are double ones."""
        broker = self._clients[Role.BROKER][0]
        for number in count():
            name = await self._desk.get()
            address = f"/agreements/{name}"
            await self._post(notary, "take", f"{address}/take")
            await asyncio.sleep(self._programme.seconds / 300)
            if int(name[1:]) % RETURNED_EACH == 1:
                await self._post(notary, "return", f"{address}/return", {"reason": "Wer ruft wen bis wann an?"})
                await self._post(broker, "submit", f"{address}/submit")
            taps = 2 if number % TAPPED_TWICE_EACH == 0 else 1
            key = token_hex(8)
            await asyncio.gather(*(self._certify(notary, name, key, is_second=bool(tap)) for tap in range(taps)))
            self._settle()

    async def _certify(self, notary: httpx.AsyncClient, name: str, key: str, *, is_second: bool) -> None:
        """A second tap is told the same, or that the first is under way; an offer that is used up is refused."""
        began = perf_counter()
        answer = await self._send(notary, f"/agreements/{name}/certify", None, key)
        ended = perf_counter()
        if answer is None:
            return
        if not is_second:
            self._told.times.append(("certify", began, ended - began))
        if answer.status_code == 200:
            number = answer.json()["number"]
            if self._told.certificates.setdefault(name, (number, ended))[0] != number:
                self._told.errors.append(f"certify: {name} has two numbers")
            return
        code = answer.json()["errors"][0]["code"]
        if code in ("agreement_breaks_capacity", "still_running"):
            self._told.refused[code] = self._told.refused.get(code, 0) + 1
        else:
            self._told.errors.append(f"certify: {answer.status_code} {code}")

    def _settle(self) -> None:
        self._left -= 1
        if self._left == 0:
            self._is_done.set()

    async def _moderate(self) -> None:
        """Opens, and has the rounds in the first two thirds; then everybody trades freely."""
        await self._turn("open")
        for _ in range(ROUNDS):
            await asyncio.sleep(0.01 * self._programme.seconds)
            await self._turn("start-round")
            await asyncio.sleep(0.06 * self._programme.seconds)
            await self._turn("end-round")
        await self._turn("free")

    async def _turn(self, deed: str) -> None:
        moderator = self._clients[Role.MODERATOR][0]
        clock = await moderator.get(f"{API}/evening")
        answer = await self._send(moderator, f"/evening/{deed}", None, token_hex(8), {"If-Match": clock.headers["ETag"]})
        if answer is None or answer.status_code >= 400:
            self._told.errors.append(f"{deed}: {answer and answer.text[:200]}")

    async def _post(self, client: httpx.AsyncClient, what: str, path: str, body: Any = None) -> bool:
        began = perf_counter()
        answer = await self._send(client, path, body, token_hex(8))
        if answer is None:
            return False
        self._told.times.append((what, began, perf_counter() - began))
        if answer.status_code >= 400:
            self._told.errors.append(f"{what}: {answer.status_code} {answer.text[:200]}")
        return answer.status_code < 400

    async def _send(
        self, client: httpx.AsyncClient, path: str, body: Any, key: str, headers: dict[str, str] | None = None
    ) -> httpx.Response | None:
        try:
            return await client.post(API + path, json=body, headers={"Idempotency-Key": key, **(headers or {})})
        except httpx.TransportError as error:
            self._told.errors.append(f"{path}: {type(error).__name__}")
            return None

    def _client(self, cookie: str = "", token: str = "") -> httpx.AsyncClient:
        as_page = {"Cookie": f"marktplatz={cookie}", "Sec-Fetch-Site": "same-origin"}
        headers = {"Authorization": f"Bearer {token}"} if token else as_page
        limits = httpx.Limits(keepalive_expiry=KEPT_S)
        return httpx.AsyncClient(base_url=self._address, headers=headers, timeout=PATIENCE_S, limits=limits)


def work(connection: Connection, address: str, hall: Hall, programme: Programme) -> None:
    async def play(told: Told, gate: Callable[[], Coroutine[Any, Any, None]]) -> None:
        staff = Staff(hall, programme, told, address)
        await gate()
        await staff.play()

    run(connection, play)
