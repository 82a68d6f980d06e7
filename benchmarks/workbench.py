"""Measure the workbench of a market with 300 organisations and 900 entries: the page, why not, deeds and taking them back.

Run: workbench.py [QUESTIONS]. In process, as the organiser; the market is that of pages.py, its plan is solved first.
"""

import re
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np
from fastapi.testclient import TestClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from instances_text import make_text_market
from pages import NOW, ORGANISATIONS, fill

from databases import SqliteTemplates
from marktplatz.db.engine import Database
from marktplatz.db.models import EntryRecord, OrganisationRecord
from marktplatz.matching.gather import gather
from marktplatz.settings import Settings
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.contents import read_content
from marktplatz.usecases.propose import name_solver, propose_pairings
from marktplatz.usecases.run_plans import list_owners, store_plan
from marktplatz.usecases.runs import Wanted, request_run
from marktplatz.vocabulary import EntrySide, RunStatus, Standing
from marktplatz.web.app import create_app
from marktplatz.web.memory import settle


def say_something(session: Session) -> None:
    """Texts, dates and categories that can be matched, and the organiser's approval."""
    for record in (OrganisationRecord, EntryRecord):
        session.execute(update(record).where(record.market_id == "m1").values(standing=Standing.APPROVED))
    records = session.scalars(select(EntryRecord).where(EntryRecord.market_id == "m1").order_by(EntryRecord.id)).all()
    drawn = make_text_market(len(records), len(records))
    sides = {EntrySide.OFFER: iter(drawn.offers), EntrySide.NEED: iter(drawn.needs)}
    for record in records:
        entry = next(sides[record.side])
        for field in ("title", "text", "category", "people", "hours", "quantity", "from_on", "to_on", "remote"):
            setattr(record, field, getattr(entry, field))


def plant_run(database: Database) -> str:
    with database.write("m1") as session:
        say_something(session)
    with database.write("m1") as session:
        run = request_run(session, NOW, SYSTEM, "m1", Wanted("de"))
        market = read_content(session, "m1").market
        began = perf_counter()
        gathered = gather(market)
        scored = perf_counter()
        plan = propose_pairings(gathered, solver=name_solver())
        print(f"{len(gathered.problem.points)} pairs: scored in {scored - began:.2f} s, solved in {perf_counter() - scored:.2f} s")
        store_plan(session, run, plan, list_owners(market))
        run.status, run.finished_at = RunStatus.DONE, NOW
        return run.id


def tell(what: str, times: list[tuple[float, float]], size: int) -> None:
    """Times are (clock, processor) in milliseconds; on a shared machine only the second says anything."""
    clock, processor = zip(*times, strict=True)
    figures = (median(clock), max(clock), median(processor), max(processor), size / 1000)
    print(f"| {what} | " + " | ".join(f"{figure:.0f}" for figure in figures) + " |", flush=True)


class Stopwatch:
    def __init__(self) -> None:
        self._began = perf_counter(), process_time()

    def read(self) -> tuple[float, float]:
        return (perf_counter() - self._began[0]) * 1000, (process_time() - self._began[1]) * 1000


def time_all(what: str, asks: list[Any]) -> None:
    times, size = [], 0
    for ask in asks:
        watch = Stopwatch()
        answer = ask()
        times.append(watch.read())
        size = max(size, len(answer.content))
        if answer.status_code not in (200, 303, 409):
            print(what, answer.status_code)
    tell(what, times, size)


def measure(client: TestClient, address: str, questions: int) -> None:
    draw = np.random.default_rng(7)
    couples = [draw.choice(ORGANISATIONS, 2, replace=False).tolist() for _ in range(questions)]

    def see(one: int, other: int | None = None) -> Any:
        asked = {"organisation": f"o{one}"} | ({} if other is None else {"other": f"o{other}"})
        return client.get(address, params=asked)

    def do(deed: str, one: int) -> Any:
        page = see(one).text
        hidden = {name: re.findall(rf'name="{name}" value="([^"]*)"', page) for name in ("form_token", "once", "version")}
        if not all(hidden.values()):
            print(f"o{one} has nothing to {deed}")
            return None
        fields = {name: values[-1] for name, values in hidden.items()}
        pair = re.search(r'name="offer" value="([^"]*)"><input type="hidden" name="need" value="([^"]*)"', page)
        if pair is not None:
            fields |= {"offer": pair[1], "need": pair[2]}
        watch = Stopwatch()
        answer = client.post(address, data=fields | {"deed": deed, "organisation": f"o{one}"})
        deeds.setdefault(deed, []).append(watch.read())
        return answer

    deeds: dict[str, list[tuple[float, float]]] = {}
    see(0)
    print("| what | median ms | worst ms | processor median ms | processor worst ms | kB |\n|---|---|---|---|---|---|")
    time_all("an organisation", [lambda one=one: see(one) for one, _ in couples])
    time_all("why not", [lambda one=one, other=other: see(one, other) for one, other in couples])
    for one, _ in couples[:4]:
        for deed in ("pin", "undo", "forbid", "undo"):
            do(deed, one)
    for deed, times in deeds.items():
        tell(deed, times, 0)
    client.get("/organise/m1/matching/what-if")
    time.sleep(10)  # an organiser thinks longer
    thoughts = [{"absent": f"o{one}", "go": "1"} for one, _ in couples[:3]]
    time_all("what if", [lambda asked=asked: client.get("/organise/m1/matching/what-if", params=asked) for asked in thoughts])


def main() -> None:
    questions = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    database = Database(SqliteTemplates(Path(tempfile.mkdtemp())).make_url())
    settings = Settings(base_url="http://testserver", trusted_hosts=("testserver",), requests_per_minute=1_000_000)
    app = create_app(settings, database=database)
    secrets = fill(database)
    run_id = plant_run(database)
    settle()
    headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin", "Cookie": f"marktplatz={secrets['organiser']}"}
    with TestClient(app, headers=headers, follow_redirects=False) as client:
        measure(client, f"/organise/m1/matching/runs/{run_id}/workbench", questions)


if __name__ == "__main__":
    main()
