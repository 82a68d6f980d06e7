"""Measure every page of a market with 300 organisations and 900 entries: server time, statements, bytes over the wire.

Run: pages.py [ROUNDS [PART]]; with a part only addresses that have it. In process, as the organiser and as a
participant; the client is part of the time (a millisecond or two). The time of the processor says more where others use it too.
"""

import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from sqlalchemy import event, insert, text
from sqlalchemy.orm import Session

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from databases import SqliteTemplates
from marktplatz.db.engine import Database
from marktplatz.db.models import Account, EntryRecord, OrganisationRecord, OutboxMessage, Person, Representation
from marktplatz.market import Category, Policy
from marktplatz.matching.gather import gather
from marktplatz.settings import Settings
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.contents import read_content
from marktplatz.usecases.logins import begin_login
from marktplatz.usecases.markets import create_market, get_market
from marktplatz.usecases.propose import name_solver, propose_pairings
from marktplatz.usecases.run_plans import list_owners, store_plan
from marktplatz.usecases.runs import Wanted, request_run
from marktplatz.usecases.schedule import schedule_conversations
from marktplatz.usecases.timetables import order_timetable, store_timetable
from marktplatz.vocabulary import CategoryKind, EntrySide, MessageStatus, OrganisationKind, Phase, RunStatus
from marktplatz.web.app import create_app

ORGANISATIONS, ENTRIES_EACH = 300, 3
NOW = datetime.now(UTC)
TITLES = (
    "Wände streichen im Jugendtreff",
    "Flyer für das Sommerfest gestalten",
    "Kleinbus für einen Ausflug leihen",
    "Website auffrischen",
    "Garten der Kita winterfest machen",
    "Bewerbungen mit Jugendlichen üben",
    "Raum für eine Sitzung",
    "Chor singt zur Betriebsfeier",
)
VALUES = {
    "organisation_id": "o1",
    "person_id": "p1",
    "message_id": "msg-1",
    "kind": "reminder",
    "name": "imprint",
    "entry_id": "need-1-0",
    "run_id": "r1",
    "timetable_id": "tt1",
}
QUERIES = {
    "/organise/m1/matching/compare": ("?a=r2&b=r1",),
    "/organise/m1/matching/runs/r1/workbench": ("?organisation=o1", "?organisation=o1&other=o2", "?organisation=o1&other=o7"),
    "/organise/m1/matching/what-if": ("?run=r1",),
    "/organise/m1/matching/timetables/compare": ("?a=tt2&b=tt1",),
    "/organise/m1/matching/timetables/tt1": ("", "?by=organisations"),
    "/organise/m1/matching/timetables/tt1/change": ("", "?first=o1", "?first={0}&second={1}"),
}
"""What is asked of pages that need to be asked something; every line is measured."""
ROUNDS, TABLES = 9, 60
COLUMNS = ("page", "who", "status", "median ms", "worst ms", "cpu ms", "statements", "kB")


def fill(database: Database) -> dict[str, str]:
    """The market, and a login's secret by who looks."""
    kinds = [kind for kind in CategoryKind if kind is not CategoryKind.OPEN]
    categories = tuple(Category(code=kind.value, label=kind.value, kind=kind) for kind in kinds)
    with database.write() as session:
        create_market(session, NOW, SYSTEM, Policy(name="Marktplatz", date=NOW.date(), categories=categories), "m1")
        session.add(Account(id="a1", email="chefin@example.org", name="Chefin", is_owner=True, created_at=NOW))
    with database.write("m1") as session:
        get_market(session, "m1").phase = Phase.COLLECTING
        session.flush()
        session.execute(insert(OrganisationRecord), list(_organisations()))
        session.execute(insert(EntryRecord), list(_entries(kinds)))
        people = [
            {"market_id": "m1", "id": f"p{n}", "name": f"Person {n}", "email": f"p{n}@example.org"} for n in range(ORGANISATIONS)
        ]
        session.execute(insert(Person), [row | {"created_at": NOW, "language": "de"} for row in people])
        standing = {"market_id": "m1", "is_contact": True}
        session.execute(
            insert(Representation), [standing | {"organisation_id": f"o{n}", "person_id": f"p{n}"} for n in range(ORGANISATIONS)]
        )
        mail = {"market_id": "m1", "kind": "reminder", "subject": "Bald", "body": "{link}", "status": MessageStatus.HELD}
        session.execute(
            insert(OutboxMessage),
            [mail | {"id": f"msg-{n}", "person_id": f"p{n}", "attempts": 0, "created_at": NOW} for n in range(ORGANISATIONS)],
        )
    with database.write() as session:
        return {
            "organiser": begin_login(session, NOW, account_id="a1"),
            "participant": begin_login(session, NOW, person=("m1", "p1")),
        }


def match(database: Database) -> tuple[str, str]:
    """Two runs with a timetable each, the second nearer at hand; the organisations of a conversation."""
    with database.write("m1") as session:
        content = read_content(session, "m1").market
        gathered = gather(content)
        plan = propose_pairings(gathered, solver=name_solver())
        for number in (2, 1):
            run = request_run(session, NOW, SYSTEM, "m1", Wanted("de"))
            store_plan(session, run, plan, list_owners(content))
            run.status, run.finished_at = RunStatus.DONE, NOW
            session.flush()
            order = order_timetable(session, "m1", run.id)
            planned = schedule_conversations(gathered, order.pairings, rounds=ROUNDS, tables=TABLES + number)
            made = store_timetable(session, NOW, SYSTEM, "m1", order, planned)
            _rename(session, run.id, f"r{number}", made.id, f"tt{number}")
        return planned.conversations[0].organisations


def _rename(session: Session, run: str, to: str, timetable: str, to_timetable: str) -> None:
    """Ids that can be written down."""
    session.flush()
    session.execute(text("PRAGMA defer_foreign_keys = ON"))
    for table, column, old, new in (
        *((name, "run_id", run, to) for name in ("pairing", "timetable")),
        ("conversation", "timetable_id", timetable, to_timetable),
        ("timetable", "id", timetable, to_timetable),
        ("run", "id", run, to),
    ):
        session.execute(text(f"UPDATE {table} SET {column} = :new WHERE {column} = :old"), {"new": new, "old": old})  # noqa: S608
    session.expire_all()


def _organisations() -> Iterator[dict[str, object]]:
    for number in range(ORGANISATIONS):
        kind = OrganisationKind.COMPANY if number % 2 else OrganisationKind.NONPROFIT
        lists = {"values": [], "excludes": [], "absent_rounds": []}
        fields = {
            "market_id": "m1",
            "id": f"o{number}",
            "kind": kind,
            "name": f"Organisation {number}",
            "postcode": f"50{number:03}",
        }
        yield fields | lists | {"representatives": 1, "agreed": 0, "created_at": NOW, "updated_at": NOW, "version": 1}


def _entries(kinds: list[CategoryKind]) -> Iterator[dict[str, object]]:
    for number in range(ORGANISATIONS):
        for each in range(ENTRIES_EACH):
            side = EntrySide.OFFER if (number + each) % 2 else EntrySide.NEED
            fields = {"market_id": "m1", "id": f"{side}-{number}-{each}", "side": side, "organisation_id": f"o{number}"}
            at = number // 2 + each
            said = {"title": TITLES[at % len(TITLES)], "category": kinds[at % len(kinds)].value}
            begun = {"impact_fields": [], "answers": {}, "capacity": 1, "agreed": 0, "version": 1}
            yield fields | said | begun | {"created_at": NOW, "updated_at": NOW}


def find_pages(app: FastAPI) -> Iterator[str]:
    for route in iter_route_contexts(app.routes):
        path = route.path or ""
        if "GET" in (route.methods or set()) and "pages" in getattr(route, "tags", ()):
            names = re.findall(r"{(\w+)(?::path)?}", path)
            if all(name in VALUES or name == "market" for name in names):
                yield re.sub(r"{(\w+)(?::path)?}", lambda found: {"market": "m1", **VALUES}[found[1]], path)


def with_queries(paths: Iterable[str], talking: tuple[str, str]) -> Iterator[str]:
    for path in paths:
        yield from (path + query.format(*talking) for query in QUERIES.get(path, ("",)))


def measure(app: FastAPI, database: Database, secrets: dict[str, str], talking: tuple[str, str], rounds: int, part: str) -> None:
    statements = 0

    def count(*_: object) -> None:
        nonlocal statements
        statements += 1

    event.listen(database.engine, "before_cursor_execute", count)
    print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS))
    with TestClient(app, follow_redirects=False) as client:
        for path in with_queries(sorted(set(find_pages(app))), talking):
            if part not in path:
                continue
            who = "participant" if path.startswith("/m/m1/me") else "organiser"
            headers = {"Accept": "text/html", "Cookie": f"marktplatz={secrets[who]}"}
            client.get(path, headers=headers)
            times, worked = [], []
            for _ in range(rounds):
                statements = 0
                began, at_work = perf_counter(), process_time()
                answer = client.get(path, headers=headers)
                times.append((perf_counter() - began) * 1000)
                worked.append((process_time() - at_work) * 1000)
            size = len(answer.content) / 1000
            figures = f"{median(times):.0f} | {max(times):.0f} | {median(worked):.0f} | {statements} | {size:.1f}"
            print(f"| {path} | {who} | {answer.status_code} | {figures} |")


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    part = sys.argv[2] if len(sys.argv) > 2 else ""
    database = Database(SqliteTemplates(Path(tempfile.mkdtemp())).make_url())
    settings = Settings(base_url="http://testserver", trusted_hosts=("testserver",), requests_per_minute=1_000_000)
    secrets, talking = fill(database), match(database)
    measure(create_app(settings, database=database), database, secrets, talking, rounds, part)


if __name__ == "__main__":
    main()
