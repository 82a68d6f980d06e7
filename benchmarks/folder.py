"""What the folder for the hall costs: 300 organisations with a person each, 900 entries, 9 rounds, 30 forms in three copies.

Run: folder.py. Each part once, by the clock and in processor time of all threads: typst remembers what it has laid out, so that a
second time in the same process is up to ten times as quick. Then, with other codes, how late an event loop beside it comes back.
"""

import asyncio
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from pages import NOW, fill, match

from databases import SqliteTemplates
from marktplatz.db.engine import Database
from marktplatz.db.models import Run, TimetableRecord
from marktplatz.exchange.folder_tables import folder_to_xlsx
from marktplatz.exchange.pdf.folder import Folder, papers_of
from marktplatz.exchange.zip_file import pack
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.folder import FolderWish, gather_folder
from marktplatz.usecases.runs import publish_run
from marktplatz.usecases.timetables import publish_timetable

T = TypeVar("T")
NUMBERS = range(1001, 1031)
TICK_S = 0.001


def gather(database: Database, address: str = "https://markt.example.org") -> Folder:
    with database.read() as session:
        return gather_folder(session, NOW, "m1", FolderWish(), NUMBERS, address, "de")


def measure(deed: Callable[[], T]) -> tuple[float, float, T]:
    began, used = perf_counter(), process_time()
    made = deed()
    return perf_counter() - began, process_time() - used, made


async def find_stalls(folder: Folder) -> list[float]:
    """How much later than asked for the loop came back, while papers are made in a thread beside it."""
    late: list[float] = []
    done = asyncio.Event()

    async def tick() -> None:
        while not done.is_set():
            began = perf_counter()
            await asyncio.sleep(TICK_S)
            late.append(perf_counter() - began - TICK_S)

    ticking = asyncio.create_task(tick())
    for _, make in papers_of(folder):
        await asyncio.to_thread(make, folder, "de")
    done.set()
    await ticking
    return sorted(late)


def run() -> None:
    with tempfile.TemporaryDirectory() as place:
        database = Database(SqliteTemplates(Path(place)).make_url())
        fill(database)
        match(database)
        with database.write("m1") as session:
            publish_run(session, NOW, SYSTEM, session.get_one(Run, ("m1", "r1")))
            publish_timetable(session, NOW, SYSTEM, session.get_one(TimetableRecord, ("m1", "tt1")))
        print("| part | clock s | processor s | kB |\n|---|---|---|---|", flush=True)
        clock, processor, folder = measure(lambda: gather(database))
        print(f"| read from the database | {clock:.2f} | {processor:.2f} | |", flush=True)
        total, parts = [clock, processor], {}
        deeds = [(f"{name}.pdf", make) for name, make in papers_of(folder)] + [("tables.xlsx", folder_to_xlsx)]
        for name, make in deeds:
            clock, processor, content = measure(lambda make=make: make(folder, "de"))  # type: ignore[misc]
            parts[name] = content
            total = [total[0] + clock, total[1] + processor]
            print(f"| {name} | {clock:.2f} | {processor:.2f} | {len(content) // 1000} |", flush=True)
        clock, processor, packed = measure(lambda: pack(parts))
        print(f"| zip | {clock:.2f} | {processor:.2f} | {len(packed) // 1000} |")
        print(f"| **all** | {total[0] + clock:.2f} | {total[1] + processor:.2f} | |", flush=True)
        late = asyncio.run(find_stalls(gather(database, "https://anders.example.org")))
        ms = [1000 * late[int(share * (len(late) - 1))] for share in (0.5, 0.99, 0.999, 1)]
        print("\nthe event loop meanwhile, late by: median {:.1f} ms, p99 {:.1f}, p99.9 {:.1f}, at most {:.1f}".format(*ms))
        database.dispose()


if __name__ == "__main__":
    run()
