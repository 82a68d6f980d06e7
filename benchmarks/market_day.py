"""An evening under load, against a real server: its certificates, what every screen shows when, and whether all adds up in the end.

Run: market_day.py [--minutes N] [--organisations N] [--viewers N] [--open N] [--database sqlite|postgresql]. 20 minutes of an
evening are played in N (1), twice on each database: first a control without a published plan, so that nothing is solved, then with
the live plan. Server, solver, database, the streams, the pages and the staff are processes of their own; each of ours says how late
its event loop was. `--open` is how many participants have their page open and lit, where it follows the pulse as the pages' script
does; the others read it every ten seconds.
"""

import argparse
import multiprocessing
import os
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

import numpy as np
from sqlalchemy import select

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from board import cpu_s, rss_mib
from evening_crowd import Page, Told, read_pages, watch
from evening_market import Hall, fill
from evening_server import TICK_S
from evening_staff import Programme, work

from databases import SqliteTemplates, running_postgresql
from marktplatz.db.engine import Database
from marktplatz.db.models import Agreement, AgreementService, AuditEntry, EntryRecord, PlanChange
from marktplatz.usecases.audit import find_breaks
from marktplatz.vocabulary import AgreementStatus, Role
from service import PORT, served

PROCESSES = multiprocessing.get_context("spawn")
IDLE_S, SETTLE_S = 10.0, 3.0
AIMS = {"certify p99": 250, "screens p99": 500, "stall": 50, "memory": 50}
FAULTS = ("lost", "kept and told to nobody", "doubled", "oversold", "miscounted", "breaks of the audit", "never told to a viewer")
EVERYTHING = frozenset(("clock", "board", "plan", "door", "notes"))
SERVER = Path(__file__).parent / "evening_server.py"


@dataclass
class Shares:
    """Processor seconds by who used them."""

    by: Counter[str]

    @classmethod
    def now(cls, server: int, database: int | None, clients: dict[str, int]) -> "Shares":
        used = Counter({"server": cpu_s(server), "solver": sum(map(cpu_s, children_of(server)))})
        used |= Counter({name: cpu_s(pid) for name, pid in clients.items()})
        if database is not None:
            used["database"] = cpu_s(database) + dead_children_s(database) + sum(map(cpu_s, children_of(database)))
        busy = [int(word) for word in Path("/proc/stat").read_text("ascii").split("\n", 1)[0].split()[1:9]]
        used["the machine"] = (sum(busy) - busy[3] - busy[4]) / os.sysconf("SC_CLK_TCK")
        return cls(used)

    def since(self, before: "Shares", seconds: float) -> str:
        shares = {name: (used - before.by[name]) / seconds for name, used in self.by.items()}
        rest = shares["the machine"] - sum(share for name, share in shares.items() if name != "the machine")
        told = [f"{name} {share:.0%}" for name, share in shares.items() if name != "the machine"]
        return ", ".join([*told, f"others {max(0.0, rest):.0%}"])


def children_of(pid: int) -> list[int]:
    """And theirs: who solves is born of the nursery."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text("ascii").split():
            found += [int(child), *children_of(int(child))]
    return found


def dead_children_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


class Client:
    """A process of clients, and the way to talk to it."""

    def __init__(self, play: Any, *arguments: Any) -> None:
        self.connection, other = PROCESSES.Pipe()
        self.process = PROCESSES.Process(target=play, args=(other, *arguments), daemon=True)
        self.process.start()
        other.close()

    @property
    def pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid

    def expect(self) -> Any:
        return self.connection.recv()

    def end(self) -> Told:
        told: Told = self.connection.recv()
        self.process.join()
        return told


@dataclass
class Played:
    """What came of one evening; times in milliseconds."""

    stalls: np.ndarray[Any, Any]
    idle: np.ndarray[Any, Any]
    client_stalls: dict[str, np.ndarray[Any, Any]]
    times: dict[str, np.ndarray[Any, Any]]
    screens: np.ndarray[Any, Any]
    memory_mib: list[float]
    solvers_grew_mib: float
    shares: str
    sums: dict[str, int]
    replans: np.ndarray[Any, Any]
    errors: list[str]
    refused: dict[str, int]
    seconds: float
    load: float = field(default_factory=lambda: os.getloadavg()[0])

    @property
    def growth_mib(self) -> float:
        return self.memory_mib[-1] - self.memory_mib[0]


def make_pages(hall: Hall, is_open: int) -> tuple[list[Page], list[Page]]:
    """Those that follow the pulse, and those that are looked at now and then; every third looks at the way through the rounds."""
    at, of = "/organise/m1", hall.stations
    opened = [Page("wall", "/m/m1/wall", of[Role.SCREEN][0], frozenset(("clock", "board", "plan")), is_hurried=True)]
    opened += [Page("broker's console", f"{at}/broker", each, EVERYTHING | {"desk"}) for each in of[Role.BROKER]]
    opened += [Page("notaries' desk", f"{at}/notary", each, frozenset(("desk", "board", "plan"))) for each in of[Role.NOTARY]]
    opened += [Page("page of the evening", f"{at}/day", of[Role.MODERATOR][0], EVERYTHING | {"desk"})]
    mine, slow = frozenset(("clock", "mine")), frozenset(("board", "plan", "door", "notes"))
    followed = [Page("own page, open", "/m/m1/me", each, mine, slow=slow) for each in hall.persons[:is_open]]
    paths = ("/m/m1/me", "/m/m1/me/partners", "/m/m1/me/timetable")
    idle = [Page("own page", paths[number % 3], each) for number, each in enumerate(hall.persons[is_open:])]
    return opened + followed, idle


def play(url: str, database_pid: int | None, asked: argparse.Namespace, *, is_live: bool) -> Played:
    database = Database(url)
    hall = fill(database, asked.organisations, is_live=is_live)
    scale = asked.organisations / 300
    programme = Programme(asked.minutes * 60, *(max(1, round(scale * many)) for many in (160, 12, 40, 20, 60)))
    with tempfile.TemporaryDirectory() as folder, Path(folder, "log").open("wb") as log:
        ticks = Path(folder, "ticks")
        with served(url, str(SERVER), str(ticks), log=log) as (address, server):
            sleep(SETTLE_S)
            idle = perf_counter()
            sleep(min(IDLE_S, asked.minutes * 20))
            busy = perf_counter()
            crowd = {
                "streams": Client(watch, PORT, asked.viewers),
                "pages": Client(read_pages, PORT, *make_pages(hall, asked.open)),
                "staff": Client(work, address, hall, programme),
            }
            pids = {name: client.pid for name, client in crowd.items()}
            for client in crowd.values():
                assert client.expect() == "ready"
            sleep(SETTLE_S)
            memory, solvers, used = [rss_mib(server)], solver_mib(server), Shares.now(server, database_pid, pids)
            began = perf_counter()
            for client in crowd.values():
                client.connection.send("go")
            while not crowd["staff"].connection.poll(programme.seconds / 10):
                memory.append(rss_mib(server))
            ended = perf_counter()
            shares = Shares.now(server, database_pid, pids).since(used, ended - began)
            told = {"staff": crowd["staff"].end()}
            sleep(SETTLE_S)
            memory, solvers = [*memory, rss_mib(server)], solver_mib(server) - solvers
            for name in ("streams", "pages"):
                crowd[name].connection.send("stop")
                told[name] = crowd[name].end()
        complaints = find_complaints(Path(folder, "log").read_text("utf-8", "replace"))
        kept = np.frombuffer(ticks.read_bytes()).reshape(-1, 2)
    sums, versions, replans = add_up(database, told["staff"])
    database.dispose()
    screens, never = find_screen_times(told["streams"], told["staff"], versions)
    sums["never told to a viewer"] = never
    return Played(
        stalls=met_by_chance(kept, began, ended),
        idle=met_by_chance(kept, idle, busy),
        client_stalls={name: met_by_chance(np.frombuffer(each.stalls).reshape(-1, 2), began, ended) for name, each in told.items()},
        times=by_name(told, began),
        screens=screens,
        memory_mib=memory,
        solvers_grew_mib=solvers,
        shares=shares,
        sums=sums,
        replans=replans,
        errors=[*(f"the server's log: {line}" for line in complaints), *(error for each in told.values() for error in each.errors)],
        refused=told["staff"].refused,
        seconds=ended - began,
    )


def find_complaints(log: str) -> list[str]:
    """The last line of every traceback."""
    told = (part.split("\n") for part in log.split("Traceback (most recent call last):\n")[1:])
    return [next((line for line in lines if line and not line.startswith(" ")), "a traceback")[:200] for lines in told]


def solver_mib(server: int) -> float:
    return sum(map(rss_mib, children_of(server)))


def met_by_chance(kept: np.ndarray[Any, Any], began: float, ended: float) -> np.ndarray[Any, Any]:
    """How late the loop was for somebody who came at any moment, in ms: whoever comes during a stall waits for the rest of it."""
    late = kept[(kept[:, 0] >= began) & (kept[:, 0] <= ended), 1]
    rests = [late - TICK_S * number for number in range(int(late.max(initial=0.0) / TICK_S) + 1)]
    return np.sort(np.concatenate([rests[0], *(rest[rest > 0] for rest in rests[1:])])) * 1000


def by_name(told: dict[str, Told], began: float) -> dict[str, np.ndarray[Any, Any]]:
    times: dict[str, list[float]] = {}
    for each in told.values():
        for name, at, took in each.times:
            if at >= began:
                times.setdefault(name, []).append(took * 1000)
    return {name: np.sort(np.array(took)) for name, took in times.items()}


def find_screen_times(streams: Told, staff: Told, versions: dict[str, int]) -> tuple[np.ndarray[Any, Any], int]:
    """From the answer to the notary to the event at each viewer, in ms; and how many of these events never came."""
    found, never = [], 0
    wanted = [(versions[name], at) for name, (_, at) in staff.certificates.items() if name in versions]
    for ids, instants in streams.heard:
        heard, when = np.frombuffer(ids, np.int64), np.frombuffer(instants)
        for version, answered in wanted:
            place = int(np.searchsorted(heard, version))
            if place == len(heard):
                never += 1
            else:
                found.append(max(0.0, when[place] - answered) * 1000)
    return np.sort(np.array(found)), never


def add_up(database: Database, staff: Told) -> tuple[dict[str, int], dict[str, int], np.ndarray[Any, Any]]:
    """What the database has against what people were told; the version of the pulse that tells of each certificate first."""
    with database.read() as session:
        of_certified = (Agreement.market_id == "m1", Agreement.status == AgreementStatus.CERTIFIED)
        numbers = dict(session.execute(select(Agreement.id, Agreement.number).where(*of_certified)).all())
        stamped = select(AuditEntry.subject_id, AuditEntry.number).where(AuditEntry.chain == "m1")
        stamps = session.execute(stamped.where(AuditEntry.action == "certify_agreement")).all()
        used = Counter[str]()
        services = select(AgreementService.agreement_id, AgreementService.offer_id, AgreementService.need_id)
        named = {(agreement, entry) for agreement, *both in session.execute(services) for entry in both if agreement in numbers}
        used.update(entry for _, entry in named if entry is not None)
        entries = {entry.id: entry for entry in session.scalars(select(EntryRecord))}
        changes = list(session.scalars(select(PlanChange).order_by(PlanChange.number)))
        breaks = sum(1 for _ in find_breaks(session))
    first = {cause["organisation"]: change for change in reversed(changes) for cause in change.causes if "organisation" in cause}
    replans = [1000 * (first[who].at.timestamp() - at) for who, at in staff.deeds.items() if who in first]
    told = {name: number for name, (number, _) in staff.certificates.items()}
    sums = {
        "certificates told": len(told),
        "certificates kept": len(numbers),
        "lost": sum(numbers.get(name) != number for name, number in told.items()),
        "kept and told to nobody": len(numbers.keys() - told.keys()),
        "doubled": len(stamps) - len({name for name, _ in stamps}) + len(numbers) - len(set(numbers.values())),
        "oversold": sum(many > entries[entry].capacity for entry, many in used.items()),
        "miscounted": sum(entry.agreed != used[entry.id] for entry in entries.values()),
        "breaks of the audit": breaks,
        "on the board at the gong": staff.on_board,
        "changes of the plan": len(changes),
    }
    return sums, dict(stamps), np.sort(np.array(replans))


def at(sorted_ms: np.ndarray[Any, Any], share: float) -> float:
    return float(sorted_ms[min(len(sorted_ms) - 1, int(share * len(sorted_ms)))]) if len(sorted_ms) else 0.0


def show(kind: str, control: Played, evening: Played) -> None:
    print(f"\n### {kind}, {evening.seconds:.0f} s, load {control.load:.1f} (control) and {evening.load:.1f}\n")
    print("| what | count | per second | p50 ms | p99 ms | max ms | control p50, p99 ms |\n|---|---|---|---|---|---|---|")
    for name, took in sorted(evening.times.items()):
        beside = control.times.get(name, np.array([]))
        figures = f"{len(took)} | {len(took) / evening.seconds:.1f} | {at(took, 0.5):.0f} | {at(took, 0.99):.0f} | {took[-1]:.0f}"
        print(f"| {name} | {figures} | {at(beside, 0.5):.0f}, {at(beside, 0.99):.0f} |")
    for name, of in (("on every screen", lambda each: each.screens), ("new plan stored", lambda each: each.replans)):
        took, beside = of(evening), of(control)
        if len(took):
            figures = f"{len(took)} | | {at(took, 0.5):.0f} | {at(took, 0.99):.0f} | {took[-1]:.0f}"
            print(f"| {name} | {figures} | {at(beside, 0.5):.0f}, {at(beside, 0.99):.0f} |")
    stall, beside = at(evening.stalls, 0.999), at(control.stalls, 0.999)
    print("\n| aim | measured | |\n|---|---|---|")
    certify, screens = at(evening.times["certify"], 0.99), at(evening.screens, 0.99)
    rows = [
        (f"certify p99 < {AIMS['certify p99']} ms", f"{certify:.0f} ms", certify < AIMS["certify p99"]),
        (f"on every screen p99 < {AIMS['screens p99']} ms", f"{screens:.0f} ms", screens < AIMS["screens p99"]),
        (
            f"event loop's stall p99.9, less the control's, < {AIMS['stall']} ms",
            f"{stall:.0f} - {beside:.0f} = {stall - beside:.0f} ms; idle {at(evening.idle, 0.999):.1f} ms",
            stall - beside < AIMS["stall"],
        ),
        (
            f"memory's growth < {AIMS['memory']} MiB",
            f"{evening.growth_mib:.0f} MiB (control {control.growth_mib:.0f}); solvers {evening.solvers_grew_mib:.0f} MiB",
            evening.growth_mib < AIMS["memory"],
        ),
        ("0 errors", f"{len(evening.errors)} (control {len(control.errors)})", not evening.errors and not control.errors),
        ("nothing lost, doubled, oversold", tell_sums(evening), is_whole(evening)),
        ("the same in the control", tell_sums(control), is_whole(control)),
    ]
    for aim, measured, is_reached in rows:
        print(f"| {aim} | {measured} | {'reached' if is_reached else '**missed**'} |")
    print(f"\nRefused, as they should be: {evening.refused}.")
    print(f"Of a core, the evening: {evening.shares}; the control: {control.shares}.")
    grown = [f"{each:.0f}" for each in evening.memory_mib]
    print(f"The server's memory in MiB, at the beginning and after each tenth of the evening: {', '.join(grown)}.")
    for name, late in evening.client_stalls.items():
        print(f"The event loop of the clients `{name}` was late by {at(late, 0.999):.0f} ms (p99.9), {late[-1]:.0f} at most.")
    for name, played in (("evening", evening), ("control", control)):
        for error, many in Counter(played.errors).most_common(8):
            print(f"- {name}: {many} x {error}")
    sys.stdout.flush()


def tell_sums(played: Played) -> str:
    return ", ".join(f"{many} {name}" for name, many in played.sums.items())


def is_whole(played: Played) -> bool:
    sums = played.sums
    return not any(sums[name] for name in FAULTS) and sums["certificates kept"] == sums["on the board at the gong"]


@contextmanager
def databases(kind: str) -> Iterator[tuple[Any, int | None]]:
    """What makes empty databases, and the process of the server that they are in."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield SqliteTemplates(Path(folder)), None
    else:
        with running_postgresql() as server:
            yield server, server.postmaster_pid()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--organisations", type=int, default=300)
    parser.add_argument("--viewers", type=int, default=1000)
    parser.add_argument("--open", type=int, default=0)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # else servers would be left behind
    for kind in asked.database or ["sqlite", "postgresql"]:
        with databases(kind) as (made, pid):
            control = play(made.make_url(), pid, asked, is_live=False)
            show(kind, control, play(made.make_url(), pid, asked, is_live=True))


if __name__ == "__main__":
    main()
