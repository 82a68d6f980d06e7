"""Real databases for tests, built by the migrations: SQLite as a file, PostgreSQL as a server of the tests' own."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Dialect, make_url

from marktplatz.db.engine import Database
from marktplatz.db.migrate import upgrade
from system_packages import find_program

BOTH = [pytest.param("sqlite", id="sqlite"), pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgresql)]
_numbers = count(1)


@contextmanager
def quick_folder(prefix: str) -> Iterator[Path]:
    """A folder in memory where the system has such a place: every write is durable against a killed process there as well, and
    nobody waits for a disk. Gone at the end.
    """
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


_dialects: dict[str, Dialect] = {}
_compiled: dict[Any, Any] = {}


def open_database(url: str) -> Database:
    """All databases of a kind keep what SQLAlchemy compiles in one place: to do so for each anew takes a tenth of a test's time."""
    database = Database(url)
    engine = database.engine
    if engine.name not in _dialects:
        engine.connect().close()  # in which a dialect learns about the server
        _dialects[engine.name] = engine.dialect
    engine.dialect = _dialects[engine.name]  # part of the key under which a statement is kept
    engine.update_execution_options(compiled_cache=_compiled)
    return database


class SqliteTemplates:
    """A migrated file that every test copies."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template.sqlite3"
        database = Database(f"sqlite:///{self._template}")
        upgrade(database)
        database.dispose()

    def make_url(self) -> str:
        path = self._folder / f"test-{next(_numbers)}.sqlite3"
        shutil.copyfile(self._template, path)
        return f"sqlite:///{path}"

    def drop(self, url: str) -> None:
        for ending in ("", "-wal", "-shm", "-journal"):
            Path(f"{make_url(url).database}{ending}").unlink(missing_ok=True)


class PostgresqlServer:
    """A cluster in a folder of its own, reached by a socket there; durability is on, as in real life."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        self._made_template = False

    def start(self) -> None:
        if not (self.folder / "data" / "PG_VERSION").exists():
            if os.geteuid() == 0:
                shutil.chown(self.folder, self._user)
            rights = ("-U", "marktplatz", "-A", "trust")
            self._run("initdb", "-D", str(self.folder / "data"), *rights, "-E", "UTF8", "--locale=C.UTF-8", "-N")
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c max_connections=300"
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-o", options, "-l", str(self.folder / "log"), "start")

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-m", mode, "stop")

    def postmaster_pid(self) -> int:
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    def make_url(self) -> str:
        """A new database, copied from a migrated one."""
        if not self._made_template:
            self._execute("CREATE DATABASE template_marktplatz")
            database = Database(self._url("template_marktplatz"))
            upgrade(database)
            database.dispose()
            self._made_template = True
        name = f"test_{next(_numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE template_marktplatz")
        return self._url(name)

    def make_empty_url(self) -> str:
        name = f"test_{next(_numbers)}"
        self._execute(f"CREATE DATABASE {name}")
        return self._url(name)

    def drop(self, url: str) -> None:
        self._execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def _url(self, name: str) -> str:
        return f"postgresql://marktplatz@/{name}?host={self.folder}"

    def _execute(self, statement: str) -> None:
        with psycopg.connect(host=str(self.folder), user="marktplatz", dbname="postgres", autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type]

    def _run(self, program: str, *arguments: str) -> None:
        found = find_program("postgresql", program)
        assert found is not None, program
        command = [str(found), *arguments]
        if os.geteuid() == 0:
            command = ["setpriv", f"--reuid={self._user}", f"--regid={self._user}", "--clear-groups", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, cwd="/")


@contextmanager
def running_postgresql() -> Iterator[PostgresqlServer]:
    with quick_folder("marktplatz-pg-") as folder:
        folder.chmod(0o755)
        server = PostgresqlServer(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
