"""Measure the live plan: an evening of 150 + 150 organisations in 8 rounds, with people who do not come, leave and come after all.

Run: day_replan.py [EVENTS] [--network] [--postgresql]. In process, with the real warm process beside it. Prints for each event how
long it took from the answer to whoever noted it until the new plan was stored, until a participant's page showed it, and what of
that was solving. `--network` leaves out pairs within one kind, so that the timetable's choice is exact.
"""

import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from fastapi.testclient import TestClient

from databases import SqliteTemplates, running_postgresql
from live_world import LiveMarket, make_live
from marktplatz.db.engine import Database
from marktplatz.db.models import Evening
from marktplatz.settings import Settings
from marktplatz.vocabulary import Stage
from marktplatz.web.app import create_app
from run_world import as_participant
from service_fixtures import FakeClock, World

SIDE, ROUNDS, TABLES, PARTNERS, INNER = 150, 8, 150, 30, 600
PATIENCE_S = 60.0
COLUMNS = (
    "event",
    "solver's processor ms",
    "solved ms",
    "stored ms",
    "shown ms",
    "pairs",
    "talks came and went",
    "talks moved",
    "proven",
)
Key = tuple[str, str]


def draw_points(is_network: bool) -> dict[Key, int]:
    """Every company offers and every nonprofit needs something; nonprofits have offers for companies and, some, for each other."""
    rng = np.random.default_rng(11)
    points: dict[Key, int] = {}
    for company in range(SIDE):
        for nonprofit in rng.permutation(SIDE)[:PARTNERS].tolist():
            points[f"c{company}.give", f"n{nonprofit}.take"] = int(rng.integers(100, 1001))
            if rng.random() < 0.3:
                points[f"n{nonprofit}.give", f"c{company}.take"] = int(rng.integers(100, 1001))
    for _ in range(0 if is_network else INNER):
        one, other = rng.permutation(SIDE)[:2].tolist()
        points[f"n{one}.give", f"n{other}.take"] = int(rng.integers(100, 1001))
    return points


def wait(condition: Any) -> float:
    """Milliseconds until it holds."""
    began = time.perf_counter()
    while not condition():
        if time.perf_counter() - began > PATIENCE_S:
            raise SystemExit("nothing happened")
        time.sleep(0.02)
    return (time.perf_counter() - began) * 1000


def solver_ms(live: LiveMarket) -> int:
    """Processor time of the warm process so far: what a quiet machine would need, also on a busy one."""
    pid = live.world.app.state.service.day.solver.pid
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 // os.sysconf("SC_CLK_TCK")


def run_event(live: LiveMarket, pages: dict[str, TestClient], number: int, rng: np.random.Generator, away: list[str]) -> list[Any]:
    kind = "arrives" if away and rng.random() < 0.3 else "is absent" if number % 2 else "leaves"
    there = [f"{side}{i}" for side in "cn" for i in range(SIDE) if f"{side}{i}" not in away]
    organisation = away.pop(int(rng.integers(len(away)))) if kind == "arrives" else str(rng.choice(there))
    last, used = (live.changes()[0].number if live.changes() else 0), solver_ms(live)
    live.check_in(organisation, {"arrives": "present", "is absent": "absent", "leaves": "left"}[kind])
    if kind != "arrives":
        away.append(organisation)
    is_away = kind != "arrives"
    stored = wait(lambda: (organisation in live.run().parameters.get("day", {}).get("facts", {}).get("away", {})) == is_away)
    change = next((each for each in live.changes() if each.number > last), None)
    if change is None:
        return [kind, solver_ms(live) - used, 0, round(stored), round(stored), 0, 0, 0, True]
    affected = next((each for pair in change.pairs for each in (pair["giver"], pair["taker"]) if each in pages), None)
    shown = stored
    if affected is not None:
        clock = "Neu seit"
        shown += wait(lambda: clock in pages[affected].get("/m/m1/me/timetable").text)
    moved = sum(talk["change"] == "moved" for talk in change.talks)
    return [
        kind,
        solver_ms(live) - used,
        change.solve_ms,
        round(stored),
        round(shown),
        len(change.pairs),
        len(change.talks) - moved,
        moved,
        change.is_proven,
    ]


def measure(database: Database, events: int, is_network: bool) -> None:
    settings = Settings(base_url="http://testserver", trusted_hosts=("testserver",), requests_per_minute=1_000_000)
    clock = FakeClock()
    app = create_app(settings, database=database, clock=clock)
    with TestClient(app) as running:
        world = World(app, database, clock, running)
        live = make_live(
            world, draw_points(is_network), rounds=ROUNDS, tables=TABLES, within_kind="none" if is_network else "nonprofits"
        )
        pages = {each: as_participant(world, each) for each in [f"{side}{i}" for side in "cn" for i in range(0, SIDE, 3)]}
        for page in pages.values():
            page.headers["Accept"] = "text/html"
        live.check_in("c0", "absent")
        print(f"the first one, from cold: {wait(lambda: bool(live.changes())):.0f} ms")
        with database.write("m1") as session:
            session.add(Evening(market_id="m1", stage=Stage.ROUND, round=0))
        rng, away, rows = np.random.default_rng(5), ["c0"], []
        print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS))
        for number in range(events):
            if number % 8 == 7:
                with database.write("m1") as session:
                    session.get_one(Evening, "m1").round = min(ROUNDS - 2, number // 8 + 1)
            rows.append(run_event(live, pages, number, rng, away))
            print("| " + " | ".join(map(str, rows[-1])) + " |", flush=True)
        for column, name in ((1, "solver's processor time"), (2, "solved"), (3, "stored"), (4, "shown")):
            times = sorted(row[column] for row in rows)
            print(f"{name}: median {median(times):.0f} ms, p99 {times[min(len(times) - 1, int(len(times) * 0.99))]} ms")


def main() -> None:
    events = next((int(word) for word in sys.argv[1:] if word.isdigit()), 40)
    is_network = "--network" in sys.argv
    if "--postgresql" in sys.argv:
        with running_postgresql() as server:
            measure(Database(server.make_url()), events, is_network)
    else:
        with tempfile.TemporaryDirectory() as folder:
            measure(Database(SqliteTemplates(Path(folder)).make_url()), events, is_network)


if __name__ == "__main__":
    main()
