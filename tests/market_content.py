"""Markets of any size for tests of imports and exports, and what a whole database says."""

import hashlib
import json
import threading
from typing import Any

from sqlalchemy import event, select
from structlog.contextvars import get_contextvars

from marktplatz.db.base import Base
from marktplatz.db.engine import Database
from marktplatz.web.day_planner import THREAD_NAME


def make_content(companies: int, **more: Any) -> dict[str, Any]:
    """As many nonprofits as companies, each with three entries and a contact."""
    ids = [(f"{prefix}{number}", kind) for number in range(companies) for prefix, kind in (("c", "company"), ("n", "nonprofit"))]
    entries = [
        {"id": f"{key}-{number}", "organisation": key, "title": f"Titel {number} von {key}", "people": number}
        for key, _ in ids
        for number in range(3)
    ]
    contacts = [{"name": f"Person {key}", "email": f"{key}@example.org", "phone": None} for key, _ in ids]
    return {
        "format": "marktplatz/1",
        "market": {"name": "Marktplatz der Prüfung", "date": "2027-03-11"},
        "organisations": [
            {"id": key, "kind": kind, "name": f"Name {key}", "contact": contact}
            for (key, kind), contact in zip(ids, contacts, strict=True)
        ],
        "offers": [entry for entry in entries if entry["id"].startswith("c")],
        "needs": [entry for entry in entries if entry["id"].startswith("n")],
        "wishes": [{"organisation": "c0", "target": "n0", "level": "like"}],
        "pairs": [{"offer": "c0-0", "need": "n0-0", "status": "pinned"}],
    } | more


def encode(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()


def hash_tables(database: Database) -> str:
    """A hash over every row of every table."""
    said = hashlib.sha256()
    with database.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table).order_by(*table.primary_key.columns)):
                said.update(repr((table.name, *row)).encode())
    return said.hexdigest()


def is_asked_for() -> bool:
    """Does a request or the test itself speak to the database here, and not what goes on beside them, like the live plan?"""
    speaker = threading.current_thread()
    is_request = "request" in get_contextvars() and not speaker.name.startswith(THREAD_NAME)
    return is_request or speaker is threading.main_thread()


class CountedStatements:
    """How many statements the database gets for requests inside the block; many rows in one go count once."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine
        self.statements: list[str] = []

    def __enter__(self) -> "CountedStatements":
        event.listen(self._engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._note)

    @property
    def count(self) -> int:
        return len(self.statements)

    def _note(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        if is_asked_for() and not statement.startswith("BEGIN"):  # PostgreSQL's driver says it by itself
            self.statements.append(statement)
