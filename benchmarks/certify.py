"""What one certificate costs: statements to the database, and processor time of the whole request in this process, client included.

Run: certify.py [sqlite] [postgresql]. Unlike times by the clock these hardly depend on what else the machine does.
"""

import sys
import tempfile
from secrets import token_hex
from time import process_time

from fastapi.testclient import TestClient

import service
from databases import running_postgresql
from market_content import CountedStatements
from marktplatz.db.engine import Database
from marktplatz.db.migrate import upgrade
from marktplatz.settings import Settings
from marktplatz.vocabulary import Role
from marktplatz.web.app import create_app

BATCHES, BATCH, WARM = 20, 30, 50


def measure(kind: str, url: str) -> None:
    database = Database(url)
    upgrade(database)
    secrets = service.fill(database, WARM + 1 + BATCHES * BATCH)
    settings = Settings(base_url="http://testserver", trusted_hosts=("testserver",), requests_per_minute=1_000_000)
    numbers = iter(range(1_000_000))
    with TestClient(create_app(settings, database=database)) as client:

        def certify() -> None:
            headers = {"Authorization": f"Bearer {secrets[Role.NOTARY]}", "Idempotency-Key": token_hex(8)}
            answer = client.post(f"{service.API}/agreements/v{next(numbers)}/certify", headers=headers)
            assert answer.status_code == 200, answer.text

        for _ in range(WARM):
            certify()
        with CountedStatements(database) as asked:
            certify()
        took = []
        for _ in range(BATCHES):
            began = process_time()
            for _ in range(BATCH):
                certify()
            took.append((process_time() - began) / BATCH * 1000)
    database.dispose()
    print(f"| {kind} | {asked.count} | {sorted(took)[BATCHES // 2]:.1f} | {min(took):.1f} |", flush=True)


def main() -> None:
    kinds = sys.argv[1:] or ["sqlite", "postgresql"]
    print("| database | statements | processor ms, median | min |\n|---|---|---|---|")
    if "sqlite" in kinds:
        with tempfile.TemporaryDirectory() as folder:
            measure("SQLite", f"sqlite:///{folder}/bench.sqlite3")
    if "postgresql" in kinds:
        with running_postgresql() as server:
            measure("PostgreSQL 15", server.make_empty_url())


if __name__ == "__main__":
    main()
