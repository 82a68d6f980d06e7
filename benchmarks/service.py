"""Measure the service on an evening's load: 8 notaries certify while 300 organisations read and the solver runs.

Run: service.py [SECONDS] [sqlite] [postgresql]. A real server (`marktplatz serve`) in a process of its own, on each database, first
at the evening's pace with a reserve (a certificate every 2 s for each notary: 4,800 in 20 minutes where 160 are wanted), then
saturated, without any pause; and as a reference bare SQLAlchemy transactions from 8 threads: no HTTP, no rules, no audit.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from threading import Thread
from time import perf_counter, sleep
from typing import IO

import httpx
from sqlalchemy import insert, text

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from databases import running_postgresql
from marktplatz.db.engine import Database
from marktplatz.db.migrate import upgrade
from marktplatz.db.models import CheckIn, EntryRecord, MarketRecord, Token
from marktplatz.market import Entry, Organisation, Policy
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.agreements import draft_agreement, submit_agreement
from marktplatz.usecases.drafts import Draft, Service
from marktplatz.usecases.entries import add_entry
from marktplatz.usecases.markets import create_market
from marktplatz.usecases.organisations import add_organisation
from marktplatz.usecases.secrecy import hash_secret
from marktplatz.vocabulary import CheckInStatus, EntrySide, OrganisationKind, Phase, Role

ORGANISATIONS, NOTARIES, READ_EVERY_S = 300, 8, 10.0
PACES = {"a certificate every 2 s": 2.0, "without a pause": 0.0}
MOST_A_SECOND = 100
"""Agreements are made ready for so many certificates a second; there must be more than the service can do."""
PORT = 8765
API = "/api/v1/markets/m1"
SERVICES = ("Wände streichen", "Flyer gestalten", "Transporter leihen", "Website pflegen", "Garten pflegen", "Fotos machen")
COLUMNS = ("database", "what", "count", "per second", "p50 ms", "p99 ms", "max ms", "errors")


def fill(database: Database, agreements: int) -> dict[Role, str]:
    """Half companies, half nonprofits, an offer and a need each, and submitted agreements; gives a token for each role."""
    now, secrets = datetime.now(UTC), {role: token_hex(16) for role in (Role.OWNER, Role.NOTARY, Role.BROKER)}
    with database.write() as session:
        create_market(session, now, SYSTEM, Policy(max_pairs_between=None), "m1")
        for role, secret in secrets.items():
            token = {"name": role.value, "role": role, "scopes": ["*"], "issued_by": "system", "created_at": now}
            session.add(Token(id=role.value, secret_sha256=hash_secret(secret), market_ids=None, **token))
    with database.write("m1") as session:
        session.get_one(MarketRecord, "m1").phase = Phase.DAY
        for number in range(ORGANISATIONS):
            kind = OrganisationKind.COMPANY if number % 2 else OrganisationKind.NONPROFIT
            add_organisation(session, now, SYSTEM, "m1", Organisation(id=f"o{number}", kind=kind, name=f"Organisation {number}"))
            for side in EntrySide:
                entry = Entry(id=f"{side}{number}", organisation=f"o{number}", title=SERVICES[number % 6], capacity=10_000)
                add_entry(session, now, SYSTEM, "m1", side, entry)
    for first in range(0, agreements, 200):
        with database.write("m1") as session:
            for number in range(first, min(first + 200, agreements)):
                giver, taker = f"o{number % ORGANISATIONS}", f"o{(number + 1) % ORGANISATIONS}"
                entries = {"offer": f"offer{number % ORGANISATIONS}", "need": f"need{(number + 1) % ORGANISATIONS}"}
                service = Service(giver=giver, taker=taker, text="ein Tag Hilfe", hours=6.0, **entries)
                draft = Draft(id=f"v{number}", parties=(giver, taker), services=(service,))
                submit_agreement(session, now, SYSTEM, draft_agreement(session, now, SYSTEM, "m1", draft))
    return secrets


@contextmanager
def served(url: str, *program: str, log: IO[bytes] | int = subprocess.DEVNULL) -> Iterator[tuple[str, int]]:
    """The address of a server, and its process; `program` is what Python runs in the place of `-m marktplatz`."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {"MARKTPLATZ_DATABASE_URL": url, "MARKTPLATZ_DATA_DIR": folder, "MARKTPLATZ_REQUESTS_PER_MINUTE": "1000000"}
        command = [sys.executable, *(program or ("-m", "marktplatz")), "serve", "--port", str(PORT)]
        with subprocess.Popen(command, env=os.environ | settings, stderr=log) as process:
            address = f"http://127.0.0.1:{PORT}"
            for _ in range(300):
                try:
                    if httpx.get(f"{address}/readyz").status_code == 200:
                        break
                except httpx.TransportError:
                    sleep(0.1)
            yield address, process.pid
            process.terminate()


class Times:
    """What one kind of request took, in seconds."""

    def __init__(self, name: str) -> None:
        self.name, self.took, self.errors = name, list[float](), 0

    def row(self, database: str, seconds: float) -> str:
        took = sorted(self.took) or [0.0]
        figures = [took[len(took) // 2], took[int(0.99 * len(took))], took[-1]]
        cells = [database, self.name, str(len(self.took)), f"{len(self.took) / seconds:.0f}"]
        return "| " + " | ".join([*cells, *(f"{figure * 1000:.0f}" for figure in figures), str(self.errors)]) + " |"


async def ask(client: httpx.AsyncClient, times: Times, method: str, path: str, secret: str) -> httpx.Response:
    began = perf_counter()
    answer = await client.request(method, path, headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": token_hex(8)})
    times.took.append(perf_counter() - began)
    times.errors += answer.status_code >= 400
    return answer


async def run_evening(address: str, secrets: dict[Role, str], seconds: float, pace: str, numbers: Iterator[int]) -> list[Times]:
    certify, read, runs = Times(f"certify, 8 notaries, {pace}"), Times("read, 300 organisations"), Times("runs started")
    end = perf_counter() + seconds
    limits = httpx.Limits(max_connections=400)

    async def notary(number: int) -> None:
        await asyncio.sleep(number / NOTARIES * PACES[pace])
        while (began := perf_counter()) < end:
            await ask(client, certify, "POST", f"{API}/agreements/v{next(numbers)}/certify", secrets[Role.NOTARY])
            await asyncio.sleep(max(0.0, began + PACES[pace] - perf_counter()))

    async def reader(number: int) -> None:
        await asyncio.sleep(number / ORGANISATIONS * READ_EVERY_S)
        while perf_counter() < end:
            await ask(client, read, "GET", f"{API}/offers?organisation=o{number}", secrets[Role.BROKER])
            await asyncio.sleep(READ_EVERY_S)

    async def organiser() -> None:
        while perf_counter() < end:
            answer = await client.post(f"{API}/runs", json={}, headers={"Authorization": f"Bearer {secrets[Role.OWNER]}"})
            runs.errors += answer.status_code != 202
            runs.took.append(0.0)
            while perf_counter() < end and answer.status_code == 202:
                await asyncio.sleep(0.5)
                told = await client.get(answer.headers["Location"], headers={"Authorization": f"Bearer {secrets[Role.OWNER]}"})
                if told.json()["status"] not in ("queued", "running"):
                    break

    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=60) as client:
        await asyncio.gather(organiser(), *(notary(n) for n in range(NOTARIES)), *(reader(n) for n in range(ORGANISATIONS)))
    return [certify, read, runs]


def write_barely(url: str, seconds: float) -> Times:
    """The reference: read a row with its lock, write it and another one, commit; 8 threads."""
    database, times = Database(url), Times("bare transaction, 8 threads")
    end = perf_counter() + seconds

    def work(thread: int) -> None:
        number = 0
        while perf_counter() < end:
            began = perf_counter()
            with database.begin() as session:
                entry = session.get_one(EntryRecord, ("m1", f"offer{thread}"), with_for_update=True)
                entry.agreed += 1
                key = {"market_id": "m1", "organisation_id": f"o{thread}"}
                session.execute(text("DELETE FROM check_in WHERE organisation_id = :o"), {"o": key["organisation_id"]})
                values = {"status": CheckInStatus.PRESENT, "people": number % 9, "changed_at": datetime.now(UTC), "version": 1}
                session.execute(insert(CheckIn).values(**key, **values))
            number += 1
            times.took.append(perf_counter() - began)

    threads = [Thread(target=work, args=(thread,)) for thread in range(NOTARIES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.dispose()
    return times


def measure(kind: str, url: str, seconds: float) -> None:
    database = Database(url)
    upgrade(database)
    secrets = fill(database, int(seconds * MOST_A_SECOND))
    database.dispose()
    numbers = iter(range(1_000_000))
    with served(url) as (address, process):
        asyncio.run(run_evening(address, secrets, 3.0, "a certificate every 2 s", numbers))  # everything is loaded once
        for pace in PACES:
            before = processor_s(process)
            rows = asyncio.run(run_evening(address, secrets, seconds, pace, numbers))
            used = (processor_s(process) - before) / seconds
            for times in rows:
                print(times.row(kind, seconds), flush=True)
            print(f"| {kind} | the server's share of a core | {used:.0%} |  |  |  |  | load {os.getloadavg()[0]:.1f} |", flush=True)
    print(write_barely(url, min(seconds, 10)).row(kind, min(seconds, 10)), flush=True)


def processor_s(process: int) -> float:
    """Of the process itself, without the solver's, in seconds."""
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    kinds = sys.argv[2:] or ["sqlite", "postgresql"]
    print("| " + " | ".join(COLUMNS) + " |")
    print("|" + "---|" * len(COLUMNS))
    if "sqlite" in kinds:
        with tempfile.TemporaryDirectory() as folder:
            measure("SQLite", f"sqlite:///{folder}/bench.sqlite3", seconds)
    if "postgresql" in kinds:
        with running_postgresql() as server:
            measure("PostgreSQL 15", server.make_empty_url(), seconds)


if __name__ == "__main__":
    main()
