"""Fixtures of the service's tests: a real database of each kind, the application on it, and callers with roles."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from databases import BOTH, PostgresqlServer, SqliteTemplates, open_database, quick_folder, running_postgresql
from marktplatz.db.engine import Database
from marktplatz.db.models import MarketRecord, Membership, Token
from marktplatz.market import Policy
from marktplatz.settings import Settings
from marktplatz.usecases.accounts import add_account
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.logins import begin_login
from marktplatz.usecases.markets import create_market
from marktplatz.usecases.passwords import hash_password
from marktplatz.vocabulary import Phase, Role
from marktplatz.web.app import create_app
from marktplatz.web.identity import hash_secret

START = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


@dataclass
class FakeClock:
    """The clock of a test; it stands until the test moves it."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture(scope="session")
def sqlite_templates() -> Iterator[SqliteTemplates]:
    with quick_folder("marktplatz-sqlite-") as folder:
        yield SqliteTemplates(folder)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    with running_postgresql() as server:
        yield server


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated, empty database of each kind."""
    if request.param == "sqlite":
        templates: SqliteTemplates = request.getfixturevalue("sqlite_templates")
        url = templates.make_url()
        yield url
        templates.drop(url)
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    url = server.make_url()
    yield url
    server.drop(url)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = open_database(database_url)
    yield made
    made.dispose()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@dataclass
class World:
    """An application with its database; makes markets and callers, and clients that act as them."""

    app: FastAPI
    database: Database
    clock: FakeClock
    running: TestClient
    made: int = field(default=0)

    def make_market(self, market_id: str = "m1", phase: Phase = Phase.COLLECTING, **policy: Any) -> str:
        with self.database.write() as session:
            create_market(session, self.clock.now, SYSTEM, Policy(**policy), market_id)
        self.move(market_id, phase)
        return market_id

    def move(self, market_id: str, phase: Phase) -> None:
        with self.database.write(market_id) as session:
            session.get_one(MarketRecord, market_id).phase = phase

    def client(self, secret: str | None = None) -> TestClient:
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        client = TestClient(self.app, headers=headers)
        client.portal = self.running.portal  # one event loop for all, as in a real server
        return client

    def as_token(self, role: Role = Role.ORGANISER, *markets: str, scopes: tuple[str, ...] = ("*",), **fields: Any) -> TestClient:
        """A program with a token; without markets it reaches all of them."""
        self.made += 1
        secret = f"secret-{self.made}"
        token = Token(
            id=f"t{self.made}",
            secret_sha256=hash_secret(secret),
            name=role.value,
            role=role,
            market_ids=list(markets) or None,
            scopes=list(scopes),
            issued_by="system",
            created_at=self.clock.now,
            **fields,
        )
        with self.database.write() as session:
            session.add(token)
        return self.client(secret)

    def make_account(self, mail: str, password: str | None = None, *, is_owner: bool = False, **roles: Role) -> str:
        """Somebody of the staff; `roles` by market."""
        with self.database.write() as session:
            account = add_account(session, self.clock.now, SYSTEM, mail, mail, is_owner=is_owner)
            account.password_hash = hash_password(password) if password is not None else None
            session.add_all(Membership(market_id=market, account_id=account.id, role=role) for market, role in roles.items())
            return account.id

    def browser(self) -> TestClient:
        """Sends what a browser sends from our own pages; keeps cookies."""
        client = self.client()
        client.headers["Sec-Fetch-Site"] = "same-origin"
        return client

    def as_person(self, market: str, person_id: str) -> TestClient:
        """A participant who came in by a link."""
        with self.database.write() as session:
            secret = begin_login(session, self.clock.now, person=(market, person_id))
        browser = self.browser()
        browser.cookies.set("marktplatz", secret)
        return browser

    def as_owner(self) -> TestClient:
        return self.as_token(Role.OWNER)


@pytest.fixture
def world(database: Database, clock: FakeClock) -> Iterator[World]:
    settings = Settings(base_url="http://testserver", trusted_hosts=("testserver",), requests_per_minute=1_000_000)
    app = create_app(settings, database=database, clock=clock)
    with TestClient(app) as running:
        yield World(app, database, clock, running)
