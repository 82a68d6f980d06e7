"""The database: SQLite in one file, or PostgreSQL by URL. Reading sees one state; writing has the market to itself.

Every write transaction begins with the market's lock (`lock_chain`): on SQLite the whole database by BEGIN IMMEDIATE, on PostgreSQL
the row of the market's audit head. So what a use case read still holds when it writes, and no lock order can deadlock.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from types import ModuleType
from typing import Any, Final

from sqlalchemy import Engine, bindparam, create_engine, event, make_url, select
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from marktplatz.db.models import AuditHead
from marktplatz.db.shared import SHARED, SharedReads, Sharing
from marktplatz.errors import Finding, NotFound

INSTALLATION: Final = "installation"
"""The chain, and the lock, of what belongs to no market: accounts, markets themselves."""

BUSY_TIMEOUT_MS: Final = 10_000
POOL_SIZE: Final = 50
"""More than the threads that use it (40), so that nobody waits for a connection while holding a lock."""

SQLITE_PRAGMAS: Final = (
    f"busy_timeout={BUSY_TIMEOUT_MS}",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "recursive_triggers=ON",  # else INSERT OR REPLACE passes the audit's triggers
    "secure_delete=ON",
    "trusted_schema=OFF",
    "cache_size=-512",  # KiB each: every commit of another connection empties it, so the system's own cache does the work
)
OLDER_JOURNAL: Final = "journal_mode=DELETE"
"""Where this SQLite has the WAL-reset bug: as durable, with readers that wait for a writer."""

WAL_RESET_FIXED: Final = (3, 51, 3)
WAL_RESET_FIXED_BRANCHES: Final = ((3, 44, 6), (3, 50, 7))

TRUSTED_S: Final = 5.0
"""A connection to PostgreSQL that was in use so shortly ago is there unless the server took leave."""
_USED_AT: Final = "used at"

_HEAD: Final = select(AuditHead).where(AuditHead.chain == bindparam("chain")).execution_options(populate_existing=True)
_HEAD_LOCKED: Final = _HEAD.with_for_update()


class Database:
    """Sessions for reading and writing. `locks=False` is the control of the tests: it shows what the locks are for."""

    def __init__(self, url: str, *, locks: bool = True) -> None:
        self.url: URL = make_url(url)
        self.locks = locks
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._shared = SharedReads()
        self.engine: Engine = _sqlite_engine(self.url, locks) if self.is_sqlite else _postgresql_engine(self.url)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One consistent state; whatever is changed in it is thrown away."""
        options: dict[str, Any] = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with (
            self.engine.connect() as connection,
            Session(connection.execution_options(**options), expire_on_commit=False, autoflush=False) as session,
        ):
            session.info[SHARED] = Sharing(self._shared)
            yield session

    @contextmanager
    def write(self, chain: str = INSTALLATION) -> Iterator[Session]:
        """A transaction that has the chain's market to itself; committed at the end, or nothing of it remains."""
        with self.begin() as session:
            self.lock_chain(session, chain)
            yield session

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """A write transaction without a market's lock yet."""
        with (
            self.engine.connect() as connection,
            Session(connection.execution_options(writes=True), expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session
        self._shared.note_write()

    def lock_chain(self, session: Session, chain: str) -> None:
        """Wait until nobody else writes in this market; NotFound where there is no such market."""
        head = session.scalar(_HEAD_LOCKED if self.locks else _HEAD, {"chain": chain})
        if head is None:
            raise NotFound(Finding("unknown_market", params={"id": chain}))
        if self.locks:  # nobody else changes it any more, so the audit need not read it again; sessions know records only weakly
            session.info.setdefault("heads", []).append(head)

    def scrub(self) -> None:
        """After an erasure: what was deleted is in no corner of SQLite's file nor in its WAL any more.

        secure_delete overwrites what is deleted, but pages that were rebuilt may hold old copies, and the WAL holds old pages.
        PostgreSQL reuses the room by its own vacuum.
        """
        if self.is_sqlite:
            with self.engine.connect() as connection:
                driver = connection.connection.driver_connection
                driver.execute("VACUUM").close()  # type: ignore[union-attr]
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()  # type: ignore[union-attr]

    def dispose(self) -> None:
        self.engine.dispose()


def _postgresql_engine(url: URL) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_use_lifo=True,  # few connections do most of the work, and only they keep much in memory
        isolation_level="READ COMMITTED",
        connect_args={"options": "-c synchronous_commit=on -c lock_timeout=10s -c timezone=UTC", "connect_timeout": 10},
    )

    @event.listens_for(engine, "checkin")
    def _note_use(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info[_USED_AT] = monotonic()

    @event.listens_for(engine, "checkout")
    def _look_at(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        # SQLAlchemy's own ping asks the server each time: two of the 26 round trips of a certificate.
        was_used = monotonic() - record.info.get(_USED_AT, float("-inf")) < TRUSTED_S
        try:
            if was_used:
                for _ in range(2):  # what the server said meanwhile: nothing; else its farewell, and behind that the end
                    connection.pgconn.consume_input()
            else:
                engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    return engine


def _sqlite_engine(url: URL, locks: bool) -> Engine:
    module = find_sqlite()
    engine = create_engine(
        url.set(drivername="sqlite"),
        module=module,
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_use_lifo=True,  # few connections do most of the work, and only they keep much in memory
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
    )
    has_wal = has_safe_wal(module.sqlite_version_info)
    pragmas = [OLDER_JOURNAL if each == "journal_mode=WAL" and not has_wal else each for each in SQLITE_PRAGMAS]

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # else the driver begins transactions by itself, and too late
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if not locks:
            return
        # A deferred transaction that reads before it writes is refused as soon as somebody else wrote in between.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def find_sqlite() -> ModuleType:
    """Python's own SQLite if it is free of the WAL-reset bug, else the one of a package, else Python's own all the same."""
    if has_safe_wal(sqlite3.sqlite_version_info):
        return sqlite3
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        return sqlite3
    module: ModuleType = dbapi2
    return module


def has_safe_wal(version: tuple[int, ...]) -> bool:
    """SQLite 3.7.0 to 3.51.2 can corrupt a file when two connections write and reset the WAL; some branches were mended."""
    return version >= WAL_RESET_FIXED or any(fixed <= version < (*fixed[:2], 1000) for fixed in WAL_RESET_FIXED_BRANCHES)
