"""An evening with bad Wi-Fi: a third of the notaries' requests is cut and the server dies ten times; in the end all agree.

Each device gives numbers of its own range by itself, as it does without a connection; paper forms are typed in afterwards.
"""

import contextlib
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlalchemy import func, select

from arena import NOW, build_arena, count_sold
from bad_network import BadNetwork, Cut, cutting
from marktplatz.db.engine import Database
from marktplatz.db.models import Agreement, EntryRecord, Station
from marktplatz.usecases.audit import find_breaks
from marktplatz.vocabulary import AgreementStatus, Role
from serving import ServerProcess, serving

NOTARIES = 8
EACH = 12
PAPER = 12
KILLS = 10
CAPACITY = 60
"""Fewer than all want: the last ones are refused, on every device alike."""
AGREEMENTS = "/api/v1/markets/m1/agreements"


@dataclass
class Device:
    """Gives its own numbers, and repeats every command with the same key until somebody answers."""

    network: BadNetwork
    first_number: int
    certified: dict[int, str] = field(default_factory=dict)
    """What it showed as done: number and agreement."""
    refused: int = 0
    tries: int = 0
    commands: int = 0

    def work(self, count: int) -> None:
        for position in range(count):
            number = self.first_number + position
            services = [{"giver": "bank", "taker": "c0", "offer": "o0", "text": "Hilfe"}]
            draft = {"id": f"d{number}", "parties": ["bank", "c0"], "services": services}
            self._insist("broker", AGREEMENTS, draft, f"{number}-draft")
            self._insist("broker", f"{AGREEMENTS}/d{number}/submit", None, f"{number}-submit")
            answer = self._insist("notary", f"{AGREEMENTS}/d{number}/certify", {"number": number}, f"{number}-certify")
            if answer.status_code == 200:
                assert answer.json()["number"] == number
                self.certified[number] = f"d{number}"
            else:
                assert answer.json()["errors"][0]["code"] == "agreement_breaks_capacity"
                self.refused += 1

    def _insist(self, token: str, address: str, sent: Any, key: str) -> httpx.Response:
        self.commands += 1
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key, "Connection": "close"}
        while True:
            self.tries += 1
            with contextlib.suppress(httpx.TransportError):
                answer = httpx.post(self.network.address + address, json=sent, headers=headers, timeout=60)
                is_under_way = answer.status_code == 409 and answer.json()["errors"][0]["code"] == "still_running"
                if answer.status_code < 500 and not is_under_way:
                    return answer
            time.sleep(0.02)


def build_hall(database: Database) -> None:
    """One offer of the bank that everybody wants, and a range of numbers for every device and for the paper forms."""
    build_arena(database, offers=1, rivals=1, capacity=CAPACITY, is_drafted=False)
    with database.write("m1") as session:
        for place in range(NOTARIES + 1):
            first = 1000 * (place + 1) + 1
            session.add(
                Station(
                    market_id="m1",
                    id=f"s{place}",
                    name=f"Notariat {place}" if place < NOTARIES else "Papier",
                    role=Role.NOTARY,
                    first_number=first,
                    last_number=first + 998,
                    created_by="system",
                    created_at=NOW,
                )
            )


def run_all(work: list[Callable[[], None]]) -> tuple[list[threading.Thread], list[BaseException]]:
    failures: list[BaseException] = []

    def run(each: Callable[[], None]) -> None:
        try:
            each()
        except BaseException as error:  # noqa: BLE001 a thread's failure is the test's
            failures.append(error)

    threads = [threading.Thread(target=run, args=(each,)) for each in work]
    for thread in threads:
        thread.start()
    return threads, failures


def kill_now_and_then(server: ServerProcess, threads: list[threading.Thread]) -> int:
    chance, killed = random.Random(7), 0  # noqa: S311 when to kill, nothing secret
    while killed < KILLS and any(thread.is_alive() for thread in threads):
        time.sleep(chance.uniform(0.2, 0.8))
        server.kill()
        server.start()
        killed += 1
    return killed


def test_devices_paper_and_database_agree_after_an_evening_of_cuts_and_kills(database: Database) -> None:
    build_hall(database)
    with serving(database.url.render_as_string(hide_password=False)) as server, cutting(server.address) as network:
        devices = [Device(network, 1000 * (place + 1) + 1) for place in range(NOTARIES)]
        threads, failures = run_all([lambda device=device: device.work(EACH) for device in devices])  # type: ignore[misc]
        killed = kill_now_and_then(server, threads)
        for thread in threads:
            thread.join(300)
        assert failures == []
        assert not any(thread.is_alive() for thread in threads)
        paper = Device(network, 1000 * (NOTARIES + 1) + 1)  # written by hand while nothing went, typed in afterwards
        paper.work(PAPER)
    devices.append(paper)
    assert killed == KILLS
    assert set(network.cuts) == set(Cut)
    assert sum(device.tries for device in devices) > sum(device.commands for device in devices)
    told = {number: agreement for device in devices for number, agreement in device.certified.items()}
    with database.read() as session:
        certified = select(Agreement.number, Agreement.id).where(Agreement.status == AgreementStatus.CERTIFIED)
        assert dict(iter(session.execute(certified))) == told
        assert session.scalar(select(func.count()).select_from(Agreement)) == NOTARIES * EACH + PAPER
        assert session.get_one(EntryRecord, ("m1", "o0")).agreed == CAPACITY == len(told)
        assert list(find_breaks(session)) == []
    assert count_sold(database) == {"o0": CAPACITY}
    assert sum(device.refused for device in devices) == NOTARIES * EACH + PAPER - CAPACITY
