"""Where hostile values are tried: a market with everything in it, planted once; what a request does is undone before the next."""

import asyncio
import json
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeAlias
from urllib.parse import unquote

from fastapi.testclient import TestClient
from matrix_client import Answer, call, without_threads
from matrix_runs import plant_run
from matrix_world import plant_token
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from day_world import DRAFT, make_day
from marktplatz.db.engine import Database
from marktplatz.db.models import Account, ConsentText, Login, Person, Station
from marktplatz.settings import Settings
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.agreements import draft_agreement, submit_agreement
from marktplatz.usecases.checkins import check_in
from marktplatz.usecases.drafts import Draft
from marktplatz.usecases.secrecy import hash_secret
from marktplatz.vocabulary import CheckInStatus, ConsentPurpose, Role
from marktplatz.web.app import create_app
from service_fixtures import START, FakeClock, World

FieldPath: TypeAlias = tuple[str | int, ...]


class UndoableDatabase(Database):
    """Each request sees what the one before it wrote, until all of it is undone: one connection, and savepoints."""

    connection: Connection

    @contextmanager
    def trying(self) -> Iterator[None]:
        with self.engine.connect() as connection, connection.execution_options(writes=True).begin() as transaction:
            self.connection = connection
            yield
            transaction.rollback()

    @contextmanager
    def read(self) -> Iterator[Session]:
        joined: Any = {"join_transaction_mode": "create_savepoint", "expire_on_commit": False}
        with Session(self.connection, autoflush=False, **joined) as session:
            yield session

    @contextmanager
    def begin(self) -> Iterator[Session]:
        joined: Any = {"join_transaction_mode": "create_savepoint", "expire_on_commit": False}
        with Session(self.connection, **joined) as session, session.begin():
            yield session

    def scrub(self) -> None:
        """Nothing is on the disk yet."""


@dataclass
class Trial:
    """The application on its undoable database. Nobody works on runs here: they wait, and are undone."""

    url: str
    database: UndoableDatabase = field(init=False)

    def __post_init__(self) -> None:
        honest = Database(self.url)
        _plant(honest)
        honest.dispose()
        self.database = UndoableDatabase(self.url)
        settings = Settings(base_url="http://testserver", trusted_hosts=("testserver",), requests_per_minute=1_000_000)
        self.app = create_app(settings, database=self.database, clock=lambda: START)

    @contextmanager
    def trying(self) -> Iterator[None]:
        """All that is asked within is undone at the end."""
        self.app.state.service.rates.reset()
        with self.database.trying():
            yield

    async def ask(self, caller: str, method: str, path: str, body: bytes = b"") -> Answer:
        who = {"cookie": "marktplatz=login"} if caller == "login" else {"authorization": f"Bearer {caller}"}
        headers = {"host": "testserver", "sec-fetch-site": "same-origin", "if-match": "*", "content-type": "application/json"}
        return await call(self.app, method, unquote(path), headers | (who if caller else {}), body)

    def run(self, trial: Coroutine[Any, Any, None]) -> None:
        with without_threads():
            asyncio.run(trial)

    def operations(self) -> dict[str, dict[str, Any]]:
        """By name, all that take a body of JSON; files, which may be JSON too, have tests of their own."""
        return {
            operation["operationId"]: operation
            for methods in self.app.openapi()["paths"].values()
            for operation in methods.values()
            if _schema_of(operation).get("format", "binary") != "binary"
        }

    def fields_of(self, operation: str) -> Iterator[FieldPath]:
        """Where a body may have something, with what stands in its lists and objects."""
        yield from self._fields_in(_schema_of(self.operations()[operation]), ())

    def _fields_in(self, schema: dict[str, Any], above: FieldPath) -> Iterator[FieldPath]:
        for name, part in self._resolve(schema).get("properties", {}).items():
            yield (*above, name)
            inner = self._resolve(part)
            if inner.get("type") == "array":
                yield from self._fields_in(inner.get("items") or inner["prefixItems"][0], (*above, name, 0))
            else:
                yield from self._fields_in(inner, (*above, name))

    def _resolve(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Without references, and without the null that may stand there instead."""
        if "$ref" in schema:
            found: dict[str, Any] = self.app.openapi()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
            return self._resolve(found)
        some = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
        return self._resolve(some[0]) if some else schema


def _schema_of(operation: dict[str, Any]) -> dict[str, Any]:
    content = operation.get("requestBody", {}).get("content", {})
    found: dict[str, Any] = content.get("application/json", {}).get("schema", {"format": "binary"})
    return found | {"format": found.get("format", "")}


def put(body: Any, path: FieldPath, value: Any) -> Any:
    """A copy of the body with the value at the path."""
    if not path:
        return value
    first, *rest = path
    if isinstance(first, int):
        members = list(body or [{}])
        return [put(member, tuple(rest), value) if n == first else member for n, member in enumerate(members)]
    return (body or {}) | {first: put((body or {}).get(first), tuple(rest), value)}


def find(body: Any, path: FieldPath) -> tuple[bool, Any]:
    """Is there something at the path, and what."""
    for step in path:
        inside = isinstance(body, list) and step < len(body) if isinstance(step, int) else isinstance(body, dict) and step in body
        if not inside:
            return False, None
        body = body[step]
    return True, body


def _plant(database: Database) -> None:
    """The market m1 on its day: somebody checked in, agreements on their way, a run with one pairing, people and their logins."""
    world = World(app=None, database=database, clock=FakeClock(), running=TestClient)  # type: ignore[arg-type]
    make_day(world)
    with database.write("m1") as session:
        plant_token(session, "owner", Role.OWNER, None, ["*"])
        plant_token(session, "notary", Role.NOTARY, ["m1"], ["*"])
        session.add(Account(id="a-1", email="b@example.org", name="x", is_owner=False, created_at=START))
        session.add(Person(market_id="m1", id="p-1", created_at=START))
        session.add(ConsentText(purpose=ConsentPurpose.PHOTOS, version="0", text="Ja."))
        session.flush()
        times = {"created_at": START, "expires_at": START + timedelta(hours=12)}
        session.add(Login(secret_sha256=hash_secret("login"), account_id="a-1", form_secret="f", is_by_link=True, **times))  # noqa: S106
        check_in(session, START, SYSTEM, "m1", "bank", CheckInStatus.PRESENT, 1)
        for agreement_id in ("drafted", "submitted"):
            draft = Draft.model_validate_json(json.dumps(DRAFT | {"id": agreement_id}))
            record = draft_agreement(session, START, SYSTEM, "m1", draft)
            if agreement_id == "submitted":
                submit_agreement(session, START, SYSTEM, record)
        of = {"created_by": "system", "created_at": START}
        session.add(Station(market_id="m1", id="s-1", name="Tür", role=Role.HELPER, secret_sha256="0" * 64, form_secret="f", **of))  # noqa: S106
        plant_run(session, "m1", "r-1", "allein")  # not published: else a timetable for it would be solved
